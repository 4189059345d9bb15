"""Whether a website answers: asked so that nobody can turn it against this network.

A name is looked up once, and only addresses of the public internet are connected to;
where a website leads elsewhere, that is looked at anew. Nothing of what it shows is
read, so there is no size to run into.
"""

import ipaddress
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass
from http.client import HTTPException
from typing import NamedTuple
from urllib.parse import urljoin, urlsplit

from django.conf import settings
from django.utils.encoding import iri_to_uri
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError
from urllib3.util import SKIP_HEADER

PORTS = {"http": 80, "https": 443}
HOST = re.compile(r"[a-z0-9_.-]+|[0-9a-f:.]+(%[a-z0-9]+)?")
REDIRECTS = {301, 302, 303, 307, 308}
# These answer, but want to be asked by people, or by those who signed in.
SHY = {401, 403, 405, 406, 429}
TOO_SLOW = "too slow"
# What may go wrong with a connection, in words: the first that fits.
BROKEN = {
    ssl.SSLError: "no encryption could be agreed on",
    TimeoutError: TOO_SLOW,
    ConnectionRefusedError: "refused",
    ConnectionError: "the connection broke off",
    OSError: "cannot be reached",
    HTTPException: "answered with what is not HTTP",
    HTTPError: "answered with what is not HTTP",
    ValueError: "answered with what is not HTTP",
}
# All that is given out of IPv6; mapped IPv4, NAT64, local and multicast are elsewhere.
IPV6_GIVEN_OUT = ipaddress.ip_network("2000::/3")
# Not public, whatever this Python says of them: what carries IPv4 within IPv6 (Teredo,
# 6to4 and its relays), documentation, and a cloud's services at a public address.
NOT_PUBLIC = [
    ipaddress.ip_network(network)
    for network in (
        "2001::/23",
        "2001:db8::/32",
        "2002::/16",
        "3fff::/20",
        "192.0.0.0/24",
        "192.88.99.0/24",
        "168.63.129.16/32",
    )
]


def is_public(address: str) -> bool:
    """Whether an IP address is somewhere on the public internet."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    if ip.version == 6 and ip not in IPV6_GIVEN_OUT:
        return False
    if any(ip in network for network in NOT_PUBLIC if network.version == ip.version):
        return False
    return ip.is_global and not (ip.is_multicast or ip.is_reserved)


@dataclass(frozen=True)
class Bounds:
    """What may be asked, and for how long: seconds for each step, and for all."""

    is_allowed: Callable[[str], bool] = is_public
    ports: frozenset[int] = frozenset(PORTS.values())
    connect_seconds: float = 5
    read_seconds: float = 10
    whole_seconds: float = 20
    redirects: int = 3
    # A file of authorities in place of those that this computer trusts.
    authorities: str | None = None


BOUNDS = Bounds()


class Finding(NamedTuple):
    """What became of asking; `may_pass`: another time it may be otherwise."""

    answered: bool
    words: str
    may_pass: bool = False


class UnaskedError(Exception):
    """Why something was not asked, or gave no answer, in words."""

    def __init__(self, words, *, may_pass=False):
        super().__init__(words)
        self.may_pass = may_pass


class Target(NamedTuple):
    scheme: str
    host: str
    port: int
    path: str


class _Given:
    """A connection of urllib3 that goes through a socket which is open already."""

    given = None

    def _new_conn(self):
        return self.given


class _Plain(_Given, HTTPConnection):
    pass


class _Encrypted(_Given, HTTPSConnection):
    pass


def ask(url: str, bounds: Bounds = BOUNDS) -> Finding:
    """Ask for `url` and follow where it leads; never raises for what is out there."""
    try:
        return _follow(url, bounds)
    except UnaskedError as error:
        return Finding(False, str(error), error.may_pass)


def _follow(url, bounds):
    began = time.monotonic()
    first = _read(url)
    for _ in range(bounds.redirects + 1):
        target = _read(url)
        status, location = _answer(target, bounds, began + bounds.whole_seconds)
        if status not in REDIRECTS or not location:
            seconds = time.monotonic() - began
            elsewhere = target.host if target.host != first.host else ""
            return _finding(status, seconds, elsewhere)
        try:
            url = urljoin(url, location)
        except ValueError:
            url = ""
    raise UnaskedError(f"leads on and on, more than {bounds.redirects} times")


def _finding(status, seconds, elsewhere):
    words = f"answered with {status} in {seconds:.1f} s"
    if elsewhere:
        words += f", at {elsewhere[:100]}"
    if status in SHY:
        words += "; programs may not read it, people perhaps may"
    return Finding(status < 400 or status in SHY, words, may_pass=status >= 500)


def _read(url):
    try:
        parts = urlsplit(url)
        scheme, host = parts.scheme, parts.hostname or ""
        port = parts.port or PORTS.get(scheme, 0)
        if ":" not in host:
            host = host.rstrip(".").encode("idna").decode().lower()
    except ValueError:
        raise UnaskedError("leads to what is no address on the web") from None
    if scheme not in PORTS:
        raise UnaskedError("leads to what is neither http nor https: not asked")
    if not HOST.fullmatch(host):
        raise UnaskedError("leads to what is no address on the web")
    path = iri_to_uri(parts.path or "/")
    return Target(
        scheme,
        host,
        port,
        f"{path}?{iri_to_uri(parts.query)}" if parts.query else path,
    )


def _answer(target, bounds, deadline):
    """The status, and where it leads. Raises UnaskedError."""
    if target.port not in bounds.ports:
        raise UnaskedError(f"leads to port {target.port}: not asked")
    addresses = _look_up(target, bounds)
    sock = _connected(addresses, target.port, bounds, deadline)
    # TLS takes the socket into its own; the handle still reaches the connection.
    with closing(sock), closing(sock.dup()) as handle:
        limit = _Limit(handle, deadline)
        try:
            answer = _exchange(target, sock, bounds)
        except tuple(BROKEN) as error:
            words = TOO_SLOW if limit.is_over.is_set() else _why(error)
            raise UnaskedError(words, may_pass=True) from error
        finally:
            limit.cancel()
    # What was cut off may look like an answer that has ended.
    if limit.is_over.is_set():
        raise UnaskedError(TOO_SLOW, may_pass=True)
    return answer


class _Limit(threading.Timer):
    """Cuts a connection when its time is over: a time-out is for one read, and a
    server may send one letter before each."""

    def __init__(self, sock, deadline):
        super().__init__(max(deadline - time.monotonic(), 0), self._cut, [sock])
        self.is_over = threading.Event()
        self.daemon = True
        self.start()

    def _cut(self, sock):
        self.is_over.set()
        with suppress(OSError):
            sock.shutdown(socket.SHUT_RDWR)


def _look_up(target, bounds):
    try:
        found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    except socket.gaierror as error:
        if error.errno == socket.EAI_AGAIN:
            words = "the name could not be looked up"
            raise UnaskedError(words, may_pass=True) from error
        raise UnaskedError("the name is not known", may_pass=True) from error
    except (OSError, ValueError) as error:
        raise UnaskedError("leads to what is no address on the web") from error
    addresses = dict.fromkeys(place[4][0] for place in found)
    allowed = [address for address in addresses if bounds.is_allowed(address)]
    if not allowed:
        raise UnaskedError("leads to a private address: not asked")
    return allowed


def _connected(addresses, port, bounds, deadline):
    """A socket to the first of these that takes it."""
    trouble = TimeoutError()
    for address in addresses:
        seconds = min(bounds.connect_seconds, deadline - time.monotonic())
        if seconds <= 0:
            break
        try:
            sock = socket.create_connection((address, port), timeout=seconds)
        except OSError as error:
            trouble = error
        else:
            sock.settimeout(bounds.read_seconds)
            return sock
    raise UnaskedError(_why(trouble), may_pass=True) from trouble


def _exchange(target, sock, bounds):
    connection = _connection(target, bounds)
    connection.given = sock
    with closing(connection):
        connection.request(
            "GET",
            target.path,
            headers={
                "User-Agent": _name(),
                "Accept": "*/*",
                "Accept-Encoding": SKIP_HEADER,
                "Connection": "close",
            },
            preload_content=False,
        )
        response = connection.getresponse()
        with closing(response):
            return response.status, response.headers.get("Location", "")


def _connection(target, bounds):
    options = {"port": target.port, "timeout": bounds.read_seconds}
    if target.scheme == "http":
        return _Plain(target.host, **options)
    context = ssl.create_default_context(cafile=bounds.authorities)
    return _Encrypted(target.host, ssl_context=context, **options)


def _name():
    """Who asks, for those who read the logs of a website."""
    return f"PESO-registry (+{settings.SITE_URL}/)"


def _why(error):
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"certificate not valid: {error.verify_message}"[:300]
    return next(words for kind, words in BROKEN.items() if isinstance(error, kind))
