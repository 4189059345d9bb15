"""Asking for websites: real servers on this computer, none of them friendly."""

import time
import tracemalloc

import pytest

from members import websites
from members.websites import Bounds, Finding
from tests.applying import sites


def bounds(*running, **other):
    """As strict as ever, but that this computer and these sites may be asked."""
    facts = {
        "is_allowed": lambda address: address in ("127.0.0.1", "::1"),
        "ports": frozenset(site.port for site in running),
        "connect_seconds": 1,
        "read_seconds": 1,
        "whole_seconds": 2,
    }
    return Bounds(**(facts | other))


def asked(answer, path="/", **other):
    with sites.site(answer) as running:
        url = f"http://127.0.0.1:{running.port}{path}"
        return websites.ask(url, bounds(running, **other)), running


# What may be asked


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0",
        "10.1.2.3",
        "100.64.0.1",
        "100.100.100.200",
        "127.0.0.1",
        "127.8.8.8",
        "168.63.129.16",
        "169.254.169.254",
        "172.16.0.1",
        "172.31.255.255",
        "192.0.0.192",
        "192.0.2.1",
        "192.88.99.1",
        "192.168.1.1",
        "198.18.0.1",
        "198.51.100.1",
        "203.0.113.7",
        "224.0.0.1",
        "239.255.255.250",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::ffff:127.0.0.1",
        "::ffff:8.8.8.8",
        "::7f00:1",
        "64:ff9b::7f00:1",
        "64:ff9b::808:808",
        "64:ff9b:1::a00:1",
        "100::1",
        "2001::1",
        "2001:db8::1",
        "2002:7f00:1::",
        "3fff::1",
        "5f00::1",
        "fc00::1",
        "fd00:ec2::254",
        "fe80::1",
        "fe80::1%eth0",
        "fec0::1",
        "ff02::1",
        "not an address",
        "",
    ],
)
def test_addresses_that_are_not_of_the_public_internet(address):
    assert not websites.is_public(address)


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "193.0.6.139", "2001:4860:4860::8888", "2a00:1450::1"]
)
def test_addresses_of_the_public_internet(address):
    assert websites.is_public(address)


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "localhost.",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "2130706433",
        "0x7f.1",
        "0177.0.0.1",
        "127.1",
        "user:secret@127.0.0.1",
        "example.org@127.0.0.1",
        "１２７.0.0.1",
    ],
)
def test_nothing_on_this_computer_is_asked(host):
    with sites.site(sites.ok()) as running:
        ports = Bounds(ports=frozenset({running.port}))
        finding = websites.ask(f"http://{host}:{running.port}/", ports)

    assert finding == Finding(False, "leads to a private address: not asked")
    assert running.asked == []


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("https://example.org:8443/", "leads to port 8443: not asked"),
        ("http://example.org:22/", "leads to port 22: not asked"),
        ("ftp://example.org/", "leads to what is neither http nor https: not asked"),
        ("file:///etc/passwd", "leads to what is neither http nor https: not asked"),
        ("javascript:alert(1)", "leads to what is neither http nor https: not asked"),
        ("https://", "leads to what is no address on the web"),
        ("https://[::1", "leads to what is no address on the web"),
        ("https://example.org:99999/", "leads to what is no address on the web"),
        (f"https://{'a' * 64}.org/", "leads to what is no address on the web"),
        ("https://a..b/", "leads to what is no address on the web"),
        ("https://nobody\x00/", "leads to what is no address on the web"),
        ("", "leads to what is neither http nor https: not asked"),
    ],
)
def test_what_is_never_asked_for(url, words):
    assert websites.ask(url) == Finding(False, words)


def test_a_name_that_nobody_knows():
    finding = websites.ask("https://nobody.invalid/")

    assert finding.answered is False
    assert finding.may_pass
    # Without a network, nobody can be asked about names.
    assert finding.words in (
        "the name is not known",
        "the name could not be looked up",
    )


# What it answers


def test_a_website_that_answers(settings):
    settings.SITE_URL = "https://registry.example.org"
    finding, running = asked(sites.ok(), "/über uns?q=ß#top")

    assert finding == Finding(True, "answered with 200 in 0.0 s")
    (request,) = running.asked
    assert request.splitlines()[:2] == [
        "GET /%C3%BCber%20uns?q=%C3%9F HTTP/1.1",
        f"Host: 127.0.0.1:{running.port}",
    ]
    lines = request.splitlines()
    assert "User-Agent: PESO-registry (+https://registry.example.org/)" in lines
    assert not [line for line in lines if line.startswith(("Cookie", "Authorization"))]


@pytest.mark.parametrize(
    ("status", "finding"),
    [
        ("204 No Content", Finding(True, "answered with 204 in 0.0 s")),
        ("302 Found", Finding(True, "answered with 302 in 0.0 s")),
        (
            "403 Forbidden",
            Finding(
                True,
                "answered with 403 in 0.0 s; programs may not read it, people "
                "perhaps may",
            ),
        ),
        ("404 Not Found", Finding(False, "answered with 404 in 0.0 s")),
        ("503 Busy", Finding(False, "answered with 503 in 0.0 s", True)),
    ],
)
def test_other_answers(status, finding):
    assert asked(sites.says(f"HTTP/1.1 {status}"))[0] == finding


def test_a_page_that_never_ends_is_not_read():
    tracemalloc.start()
    began = time.monotonic()

    finding, _ = asked(sites.pours)

    assert finding.answered
    assert time.monotonic() - began < 1
    assert tracemalloc.get_traced_memory()[1] < 5_000_000
    tracemalloc.stop()


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (sites.breaks, "the connection broke off"),
        (sites.says("SSH-2.0-OpenSSH_9.6"), "answered with what is not HTTP"),
        (sites.says("HTTP/1.1 abc"), "answered with what is not HTTP"),
        (
            sites.says("HTTP/1.1 200 OK", *(f"X-{n}: x" for n in range(1000))),
            "answered with what is not HTTP",
        ),
        (
            sites.says("HTTP/1.1 200 OK", f"X: {'x' * 100_000}"),
            "answered with what is not HTTP",
        ),
    ],
)
def test_no_answer_in_words(answer, words):
    began = time.monotonic()

    assert asked(answer)[0] == Finding(False, words, True)
    assert time.monotonic() - began < 1.5


@pytest.mark.parametrize(
    ("answer", "limit"),
    [(sites.hangs, {"read_seconds": 0.2}), (sites.drips, {"whole_seconds": 0.4})],
)
def test_no_answer_in_time(answer, limit):
    began = time.monotonic()

    assert asked(answer, **limit)[0] == Finding(False, "too slow", True)
    assert time.monotonic() - began < 1.5


def test_nobody_listens():
    with sites.site(sites.ok()) as running:
        pass

    finding = websites.ask(f"http://127.0.0.1:{running.port}/", bounds(running))

    assert finding == Finding(False, "refused", True)


# Where it leads


def test_a_website_that_leads_to_another():
    with sites.site(sites.ok()) as other:
        leading = sites.leads_to(f"http://localhost:{other.port}/new?a=b")
        with sites.site(leading) as running:
            finding = websites.ask(
                f"http://127.0.0.1:{running.port}/", bounds(running, other)
            )

    assert finding == Finding(True, "answered with 200 in 0.0 s, at localhost")
    assert other.asked[0].startswith("GET /new?a=b HTTP/1.1\r\nHost: localhost:")


def test_where_it_leads_is_looked_at_anew():
    with sites.site(sites.ok()) as inner:
        # The first has a public address, as far as this test's rules go.
        leading = sites.leads_to(f"http://127.0.0.2:{inner.port}/")
        with sites.site(leading) as running:
            finding = websites.ask(
                f"http://127.0.0.1:{running.port}/", bounds(running, inner)
            )

    assert finding == Finding(False, "leads to a private address: not asked")
    assert inner.asked == []


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("//127.0.0.1:22/", "leads to port 22: not asked"),
        ("file:///etc/passwd", "leads to what is neither http nor https: not asked"),
        ("gopher://a/", "leads to what is neither http nor https: not asked"),
        ("http://[", "leads to what is neither http nor https: not asked"),
    ],
)
def test_leading_to_what_is_never_asked_for(address, words):
    assert asked(sites.leads_to(address))[0] == Finding(False, words)


def test_leading_round_and_round():
    finding, running = asked(sites.leads_to("/again"))

    assert finding == Finding(False, "leads on and on, more than 3 times")
    assert len(running.asked) == 4


def test_all_that_it_leads_to_has_one_limit_of_time():
    def slow(connection, _):
        time.sleep(0.4)
        sites.leads_to("/again")(connection, _)

    began = time.monotonic()
    finding, _ = asked(slow, whole_seconds=0.6, redirects=20)

    assert finding == Finding(False, "too slow", True)
    assert time.monotonic() - began < 1


# Certificates


def asked_safely(tmp_path, *names, days=1, host="127.0.0.1", trusted=True):
    context, authorities = sites.certificate(tmp_path, *names, days=days)
    with sites.site(sites.ok(), context) as running:
        return websites.ask(
            f"https://{host}:{running.port}/",
            bounds(running, authorities=authorities if trusted else None),
        )


def test_a_certificate_for_the_name(tmp_path):
    finding = asked_safely(tmp_path, "localhost", host="localhost")

    assert finding == Finding(True, "answered with 200 in 0.0 s")


def test_a_certificate_for_the_address(tmp_path):
    assert asked_safely(tmp_path, "127.0.0.1").answered


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"host": "localhost"}, "Hostname mismatch"),
        ({"days": -1}, "certificate has expired"),
        ({"trusted": False}, "self-signed certificate"),
    ],
)
def test_certificates_that_are_not_valid(tmp_path, facts, words):
    finding = asked_safely(tmp_path, "127.0.0.1", **facts)

    assert finding.answered is False
    assert finding.words.startswith(f"certificate not valid: {words}")


def test_no_encryption_where_it_is_asked_for():
    with sites.site(sites.ok()) as running:
        finding = websites.ask(f"https://127.0.0.1:{running.port}/", bounds(running))

    assert finding == Finding(False, "no encryption could be agreed on", True)
