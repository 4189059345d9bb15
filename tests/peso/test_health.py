"""The probes, and what the log says of a request."""

import json
import re

import psycopg
import pytest
from django.db import connection

from peso import probe
from tests.peso.server import Server, plain_server

# One worker starts the servers that these tests share.
pytestmark = [pytest.mark.siege, pytest.mark.xdist_group("server")]
MARK = "7a8b3c4d-1111-4222-8333-abcdefabcdef"
FILE_MARK = "7a8b3c4d-2222-4222-8333-abcdefabcdef"


def test_healthz_answers_without_database_and_for_any_host(client):
    # No mark for the database: touching it would fail this test.
    response = client.get("/healthz", headers={"host": "10.1.2.3:8000"})

    assert response.status_code == 200
    assert response.json() == {"status": "alive"}
    assert "no-store" in response["Cache-Control"]
    assert not response.cookies


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_probes_are_only_read(client, path):
    assert client.post(path).status_code == 405


@pytest.fixture
def beside(db):
    """A connection beside the test's own, whose changes others see."""
    with psycopg.connect(**connection.get_connection_params()) as own:
        own.autocommit = True
        yield own


@pytest.mark.django_db
def test_readyz_is_ready_with_every_migration(client):
    response = client.get("/readyz", headers={"host": "10.1.2.3"})

    assert response.status_code == 200
    assert response.json() == {"status": "ready"}


def test_readyz_misses_a_migration(client, caplog, beside):
    rename = "UPDATE django_migrations SET name = %s WHERE app = 'goals' AND name = %s"
    beside.execute(rename, ["0001_other", "0001_goals"])
    try:
        response = client.get("/readyz")
    finally:
        beside.execute(rename, ["0001_goals", "0001_other"])

    assert response.status_code == 503
    assert response.json() == {"status": "not ready", "missing": ["migrations"]}
    assert "0001_goals" in caplog.text


def test_readyz_misses_the_migrations_of_an_empty_database(client, beside):
    beside.execute("ALTER TABLE django_migrations RENAME TO elsewhere")
    try:
        response = client.get("/readyz")
    finally:
        beside.execute("ALTER TABLE elsewhere RENAME TO django_migrations")

    assert response.json() == {"status": "not ready", "missing": ["migrations"]}


@pytest.fixture(scope="module")
def deaf_server(tmp_path_factory):
    server = Server(tmp_path_factory.mktemp("deaf"), "json")
    yield server
    assert server.stop() == 0


def test_without_its_database_the_process_lives_and_is_not_ready(deaf_server):
    assert deaf_server.get("/healthz")[0] == 200

    status, _, body = deaf_server.get("/readyz")

    assert status == 503
    # Nothing of where the database is, or why.
    assert json.loads(body) == {"status": "not ready", "missing": ["database"]}
    assert "hunter2" not in deaf_server.log.read_text()


def test_probe_of_a_container_tells_life_from_death(deaf_server):
    assert probe.lives(deaf_server.address.removeprefix("http://"))
    assert probe.lives("0.0.0.0:" + deaf_server.address.rpartition(":")[2])
    assert not probe.lives("127.0.0.1:1")


def test_request_has_one_line_with_its_id_and_without_what_was_asked(deaf_server):
    # Nothing is there, so that it needs no database.
    status, headers, _ = deaf_server.get(
        "/healthz/nothing?q=somebody", **{"X-Request-ID": MARK}
    )

    assert status == 404
    assert headers["X-Request-ID"] == MARK
    deaf_server.wait_for("healthz/nothing")
    (line,) = [line for line in deaf_server.lines() if line["request_id"] == MARK]
    assert line.pop("ms") > 0
    assert line.pop("time") > "2026"
    assert line.pop("bytes") > 0
    assert line.pop("message").startswith("GET /healthz/nothing 404, ")
    assert line == {
        "level": "INFO",
        "logger": "gunicorn.access",
        "method": "GET",
        "path": "/healthz/nothing",
        "status": 404,
        "request_id": MARK,
    }
    assert "somebody" not in deaf_server.log.read_text()


def test_line_of_a_file_has_its_size(deaf_server):
    status, _, body = deaf_server.get(
        "/static/css/peso.css", **{"X-Request-ID": FILE_MARK}
    )

    assert status == 200
    deaf_server.wait_for(FILE_MARK)
    (line,) = [each for each in deaf_server.lines() if each["request_id"] == FILE_MARK]
    assert line["bytes"] == len(body) > 0


def test_request_id_that_is_none_is_replaced(deaf_server):
    _, headers, _ = deaf_server.get("/healthz", **{"X-Request-ID": "x' OR 1=1"})

    assert re.fullmatch("[0-9a-f]{32}", headers["X-Request-ID"])


def test_unhandled_error_is_one_line_with_its_traceback(deaf_server):
    asks = {"Cookie": "session=" + "a" * 32, "X-Request-ID": MARK}
    status, headers, body = deaf_server.get("/admin/?q=somebody", **asks)

    assert status == 503
    assert headers["Retry-After"] == "60"
    assert b"Traceback" not in body
    assert headers["X-Request-ID"] == MARK
    (line,) = [each for each in deaf_server.lines() if "traceback" in each]
    assert line["level"] == "ERROR"
    assert line["logger"] == "django.request"
    assert line["request_id"] == MARK
    assert "OperationalError" in line["traceback"]
    assert "somebody" not in deaf_server.log.read_text()


def test_probes_that_succeed_leave_no_line(deaf_server):
    deaf_server.get("/healthz")

    paths = [line.get("path") for line in deaf_server.lines()]
    assert "/healthz" not in paths


def test_plain_log_is_plain():
    server = plain_server()
    server.get("/nothing%0Ahere", **{"X-Request-ID": MARK})

    line = server.wait_for(rf".* gunicorn.access: .*{MARK}.*")[0]
    assert re.fullmatch(
        r"\d{4}-\d\d-\d\d [\d:,]+ INFO gunicorn.access: GET /nothing\\nhere 404, "
        rf"[\d.]+ ms, \d+ bytes \[{MARK}\]",
        line,
    )
