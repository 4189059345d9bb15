"""Pages that are made anew each time, within one process: no network, nothing kept."""

import time

from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext

from tests.bench.rows import Row

SEARCH = "/directory/?q=solvers&capability=numerical-libraries&level=core"
TARGETS = {2_000: 1.5, 20_000: 3, 100_000: 8}


def first_time(databases, options):
    """A search and two facets with counts, beside its SQL alone."""
    row = Row("directory, search and two facets, anew", "its SQL alone", "ms", 3)
    row.remark = "20,000 organizations"
    database = databases[20_000]
    statements = database.run(statements_of, SEARCH)
    for _ in range(3 * options.rounds):
        row.add(database.run(milliseconds, SEARCH), database.run(execute, statements))
    return [row]


def growth(databases, options):
    """The directory with more and more organizations, beside itself with few."""
    few = min(databases)
    rows = {
        number: Row(
            f"directory of {number:,}, anew", f"of {few:,}", "ms", TARGETS[number]
        )
        for number in databases
        if number in TARGETS
    }
    for database in databases.values():
        database.run(milliseconds, "/directory/")
    for _ in range(3 * options.rounds):
        reference = databases[few].run(milliseconds, "/directory/")
        for number, row in rows.items():
            row.add(databases[number].run(milliseconds, "/directory/"), reference)
    return list(rows.values())


_clients = {}


def client():
    """One for each database: it has the middleware made once, as a server has."""
    name = connection.settings_dict["NAME"]
    if name not in _clients:
        with override_settings(PAGE_CACHE_MB=0):
            _clients[name] = Client(SERVER_NAME="localhost")
            _clients[name].get("/healthz")
    return _clients[name]


def milliseconds(address):
    start = time.perf_counter()
    response = client().get(address, secure=True)
    taken = 1000 * (time.perf_counter() - start)
    if response.status_code != 200:
        raise SystemExit(f"{address} answered {response.status_code}.")
    return taken


def statements_of(address):
    """The SQL of a page, its parameters filled in."""
    milliseconds(address)
    with CaptureQueriesContext(connection) as queries:
        milliseconds(address)
    return [query["sql"] for query in queries]


def execute(statements):
    """The milliseconds that psycopg takes to ask the same and fetch all of it."""
    cursor = connection.connection.cursor()
    start = time.perf_counter()
    for statement in statements:
        cursor.execute(statement).fetchall()
    return 1000 * (time.perf_counter() - start)
