"""Pages that are made anew each time, within one process: no network, nothing kept."""

import time
from statistics import median

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
        database.run(change)
        row.add(database.run(milliseconds, SEARCH), database.run(execute, statements))
    return [row]


def growth(databases, options):
    """The directory with more and more organizations, beside itself with few.

    Each page is the first one after a change: nothing of it has been made or counted
    before. What a page takes after another one of the same revision, which shares the
    counts without a choice, is told beside, as its ratio.
    """
    few = min(databases)
    rows = {
        number: Row(
            f"directory of {number:,}, first after a change",
            f"of {few:,}",
            "ms",
            target,
        )
        for number, target in TARGETS.items()
        if number in databases
    }
    shared = {number: [] for number in (few, *rows)}
    for turn in range(3 * options.rounds):
        reference = databases[few].run(first_after_a_change)
        for number, row in rows.items():
            row.add(databases[number].run(first_after_a_change), reference)
        address = f"/directory/?page={turn % 5 + 2}"
        for number, taken in shared.items():
            taken.append(databases[number].run(after_the_first, address))
    for number, row in rows.items():
        ratio = median(shared[number]) / median(shared[few])
        row.remark = f"{ratio:.2f} × for the pages after it"
    return list(rows.values())


def after_the_first(address):
    """Another page before it: this process has just asked another database."""
    milliseconds("/directory/")
    return milliseconds(address)


def first_after_a_change():
    milliseconds("/directory/")
    write()
    return milliseconds("/directory/")


def write():
    """Change a row that the counts are made of, to what it is."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE members_service SET started_on = started_on WHERE id IN ("
            "SELECT id FROM members_service ORDER BY random() LIMIT 1)"
        )


def change():
    """Advance the revision; the data stay as they are."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE members_level SET position = position WHERE false")


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
    change()
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
