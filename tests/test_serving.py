"""The registry as it is run: processes, nginx before them, readers and a writer."""

import gzip
import shutil

import pytest
from django.db import connection

from goals.example import loading
from tests import chromium, collected
from tests.bench import freshness, proxy, servers, soak
from tests.factories import DAY

# One worker starts the servers that these tests share.
pytestmark = [pytest.mark.siege, pytest.mark.xdist_group("server")]
NO_NGINX = "nginx is not installed here (apt-get install nginx-light)"


@pytest.fixture
def nginx():
    """As with the browser: where CI=true, it must be there."""
    if not shutil.which("nginx"):
        if chromium.is_required():
            pytest.fail(NO_NGINX)
        pytest.skip(NO_NGINX)


@pytest.fixture
def example(committed):
    """Its longest queries are asked of tables that somebody has looked at."""
    loading.load(24, seed=1, on=DAY)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def start(processes, tmp_path):
    collected.lend(tmp_path)
    name = connection.settings_dict["NAME"]
    return servers.registry(name, processes=processes, PESO_DATA_DIR=str(tmp_path))


def test_no_answer_of_four_processes_is_stale_or_wrong(example, tmp_path):
    """The short form of `python -m tests.bench.soak`."""
    with start(4, tmp_path) as server:
        server.wait_for("/healthz")
        who_asks_does_not_say_below_which_root_the_site_is(server)
        found, before, _ = soak.soak(server, seconds=3, writes_a_second=3)

    assert found.wrong == []
    assert len(before) == 4
    assert len(found.commits) > 5
    assert found.answers > 20
    assert found.untagged < found.answers


def who_asks_does_not_say_below_which_root_the_site_is(server):
    """Else one page is kept at the address of another, with links below any root."""
    plain, body = server.get("/directory/?q=a")
    for header in ("SCRIPT_NAME", "PATH_INFO"):
        answer, other = server.get("/directory/?q=a", **{header: "/directory"})
        assert answer.headers["ETag"] == plain.headers["ETag"], header
        assert other == body


def test_nginx_as_documented_keeps_pages_for_a_second_at_most(nginx, example, tmp_path):
    with start(1, tmp_path) as server:
        server.wait_for("/healthz")
        with proxy.nginx(tmp_path / "nginx", server.port) as front:
            front.wait_for("/healthz")
            conditional_and_compressed(front)
            nobody_gets_what_a_cookie_got(front)
            found = freshness.oldest_answer(front.port, seconds=3)

    assert found.seconds <= 1
    assert found.writes > 8


def conditional_and_compressed(front):
    plain, body = front.get("/about/")
    packed, bytes = front.get("/about/", **{"Accept-Encoding": "gzip"})
    assert gzip.decompress(bytes) == body
    assert packed.headers["ETag"] == f"W/{plain.headers['ETag']}"
    for response in (plain, packed):
        tag = response.headers["ETag"]
        known, rest = front.get("/about/", **{"If-None-Match": tag})
        assert known.status == 304
        assert rest == b""
        assert "X-Accel-Expires" not in known.headers
    assert "Content-Security-Policy" in plain.headers


def nobody_gets_what_a_cookie_got(front):
    own, _ = front.get("/join/", Cookie="session=abc")
    other, _ = front.get("/join/")
    assert own.headers["Cache-Control"] == "private, no-cache"
    assert "public" in other.headers["Cache-Control"]
