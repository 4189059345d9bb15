"""How long each page takes, in rounds that take turns between the databases."""

import threading
import time
from dataclasses import dataclass, field
from statistics import median, quantiles

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

ROUNDS, SECONDS = 15, 10
_thread = threading.local()


@dataclass
class Measured:
    """One page on one database; times in milliseconds."""

    status: int = 0
    queries: int = 0
    size: int = 0
    times: list[float] = field(default_factory=list)

    @property
    def median(self):
        return median(self.times)

    @property
    def spread(self):
        """The times between which the middle half lies."""
        if len(self.times) < 2:
            return self.times[0], self.times[0]
        first, _, third = quantiles(self.times, n=4, method="inclusive")
        return first, third


def measure(page, databases):
    """A `Measured` for each database; slow pages get fewer rounds, but three."""
    results = [database.run(look, page) for database in databases]
    start = time.monotonic()
    for done in range(ROUNDS):
        if done >= 3 and time.monotonic() - start > SECONDS:
            break
        for database, result in zip(databases, results, strict=True):
            result.times.append(database.run(clock, page))
    return results


def look(page):
    """The first request, whose time does not count."""
    with CaptureQueriesContext(connection) as queries:
        response, body = request(page)
    return Measured(response.status_code, len(queries), len(body))


def clock(page):
    start = time.perf_counter()
    request(page)
    return 1000 * (time.perf_counter() - start)


def request(page):
    # A new client would make all middleware anew, which a server does once.
    if not hasattr(_thread, "client"):
        _thread.client = Client(SERVER_NAME="localhost")
    response = _thread.client.get(page.address, secure=True)
    body = b"".join(response) if response.streaming else response.content
    return response, body
