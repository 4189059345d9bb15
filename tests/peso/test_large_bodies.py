"""More than anybody may send, to a real server: told so at once, in little memory."""

import http.client
import re
import socket
import time
from contextlib import closing, suppress
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.peso.server import plain_server

# One worker starts the servers that these tests share.
pytestmark = [pytest.mark.siege, pytest.mark.xdist_group("server")]
MEGABYTE = b"x" * 2**20
EDGE = b"----edge"
FORM = "application/x-www-form-urlencoded"
FILES = "multipart/form-data; boundary=" + EDGE[2:].decode()


@pytest.fixture
def server():
    return plain_server()


def memory(server):
    """What the server's processes have had at most, in megabytes."""
    children = Path(f"/proc/{server.process.pid}/task/{server.process.pid}/children")
    most = 0
    for pid in [server.process.pid, *map(int, children.read_text().split())]:
        status = Path(f"/proc/{pid}/status").read_text()
        most = max(most, int(re.search(r"VmHWM:\s+(\d+)", status)[1]))
    return most // 1024


def file_of(megabytes):
    """A form with one file in it, piece by piece."""
    head = b'\r\nContent-Disposition: form-data; name="document"; filename="a.pdf"'
    yield EDGE + head + b"\r\nContent-Type: application/pdf\r\n\r\n%PDF-"
    for _ in range(megabytes):
        yield MEGABYTE
    yield b"\r\n" + EDGE + b"--\r\n"


def text_of(megabytes):
    yield b"text="
    for _ in range(megabytes):
        yield MEGABYTE


def many_fields(number):
    for each in range(number):
        yield (
            EDGE + b'\r\nContent-Disposition: form-data; name="f%d"\r\n\r\n\r\n' % each
        )
    yield EDGE + b"--\r\n"


def many_files(number):
    head = b'\r\nContent-Disposition: form-data; name="f"; filename="a"\r\n\r\na\r\n'
    for _ in range(number):
        yield EDGE + head
    yield EDGE + b"--\r\n"


def send(server, path, pieces, kind, **headers):
    """What a client gets that sends all before it reads the answer."""
    pieces = list(pieces)
    place = urlsplit(server.address)
    connection = http.client.HTTPConnection(place.hostname, place.port, timeout=60)
    length = str(sum(map(len, pieces)))
    sent = {"Content-Type": kind, "Content-Length": length, **headers}
    began = time.monotonic()
    connection.request("POST", path, iter(pieces), sent)
    response = connection.getresponse()
    text = response.read().decode()
    connection.close()
    return response.status, text, time.monotonic() - began


# Which page is asked for, and what the body is, is not looked at before its length.
@pytest.mark.parametrize(
    ("path", "pieces", "kind"),
    [
        ("/accounts/login/", lambda: text_of(100), FORM),
        ("/workbench/enter/", lambda: file_of(100), FILES),
        ("/directory/", lambda: text_of(100), "application/json"),
        ("/nothing", lambda: file_of(100), FILES),
    ],
)
def test_a_body_of_100_megabytes_is_told_to_be_too_large(server, path, pieces, kind):
    before = memory(server)

    status, text, seconds = send(server, path, pieces(), kind)

    assert status == 413
    assert "This is too large" in text
    assert "10 MB at most" in text
    assert seconds < 10
    assert memory(server) - before < 30


@pytest.mark.parametrize(
    ("pieces", "kind"),
    [
        (lambda: text_of(9), FORM),
        (lambda: many_fields(10_001), FILES),
        (lambda: many_files(101), FILES),
    ],
)
def test_too_much_in_a_form_is_told_to_be_too_large(server, pieces, kind):
    status, text, seconds = send(server, "/accounts/login/", pieces(), kind, **signed())

    assert status == 413
    assert "This is too large" in text
    assert seconds < 10


def signed():
    """What makes the server read the form, to see whether it is one of ours."""
    return {"Cookie": f"csrf={'a' * 32}"}


def test_as_many_fields_as_are_allowed_are_read_quickly(server):
    status, _, seconds = send(
        server, "/accounts/login/", many_fields(10_000), FILES, **signed()
    )

    assert status == 403
    assert seconds < 10


def test_what_is_not_read_is_heard_out(server):
    """An answer that comes early reaches a client that is still sending."""
    status, text, _ = send(server, "/nothing", text_of(11), "text/plain")

    assert status in (403, 404)
    assert "<h1>" in text


@pytest.mark.parametrize("length", ["-1", "x", "1e9", "9" * 30])
def test_a_length_that_is_none_harms_nobody(server, length):
    began = time.monotonic()
    with suppress(ConnectionError):  # gunicorn itself refuses most of these
        assert answer_to_length(server, length) == 413

    assert time.monotonic() - began < 10
    assert server.get("/healthz")[0] == 200


def answer_to_length(server, length):
    place = urlsplit(server.address)
    connection = http.client.HTTPConnection(place.hostname, place.port, timeout=60)
    with closing(connection):
        connection.putrequest("POST", "/accounts/login/")
        connection.putheader("Content-Length", length)
        connection.endheaders(b"a=b")
        with suppress(OSError):  # it has answered and gone
            connection.sock.shutdown(socket.SHUT_WR)
        return connection.getresponse().status
