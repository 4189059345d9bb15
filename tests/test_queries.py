"""Each public page asks the database so often, whatever is in it.

Measured with the example consortium, and with one of 20,000 organizations. How long
that takes is measured by `make bench`.
"""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from goals.example import loading

pytestmark = pytest.mark.django_db

# At most 7 were promised for the directory, 9 for an organization, 5 for the coverage.
QUERIES = {
    "/": 10,
    "/about/": 2,
    "/join/": 3,
    "/directory/": 5,
    "/directory/?q=solvers&capability=numerical-libraries&level=core": 6,
    "/directory/?q=solvres&capability=numerical-libraries&level=core": 6,
    "/directory/?goal=workforce&effort=leads": 5,
    "/directory/?status=former&sort=joined": 5,
    "/directory/?view=table": 5,
    "/directory/?view=map": 3,
    "/directory.csv": 2,
    "/directory.json": 3,
    "/organizations/alder/": 9,
    "/organizations/sextant/": 9,
    "/communities/": 1,
    "/communities/computational-biology/": 4,
    "/communities/neuroscience/": 4,
    "/capabilities/numerical-libraries/": 4,
    "/goals/": 4,
    "/goals/workforce/": 8,
    "/coverage/": 5,
    "/coverage/?kind=capability": 5,
    "/coverage/ecosystem/numerical-libraries/": 5,
    "/coverage/impact/ecosystem-at-large/": 4,
    "/coverage/members/": 4,
    "/coverage/members/?page=2": 4,
    "/coverage.csv": 4,
    "/coverage.json": 4,
    "/coverage/members.csv": 3,
    "/coverage/members.json": 3,
}


def measured(client):
    found = {}
    for address in QUERIES:
        with CaptureQueriesContext(connection) as queries:
            response = client.get(address)
            if response.streaming:
                list(response)
        found[address] = len(queries) if response.status_code == 200 else response
    return found


def test_public_pages_with_24_organizations_ask_so_often(client):
    loading.load(24, seed=1, on=timezone.localdate())

    assert measured(client) == QUERIES


def test_public_pages_with_20000_organizations_ask_as_often(client):
    load_quickly(20_000)

    assert measured(client) == QUERIES


def load_quickly(number):
    """Without history, and without what the database checks row by row."""
    # Tables emptied in this transaction live in new files, which its end drops: else
    # all tests that follow would wade through what this one left.
    loading.load(1, seed=1, on=timezone.localdate())
    loading.remove()
    with connection.cursor() as cursor:
        drop_exclusion_constraints(cursor)
        cursor.execute("SET LOCAL session_replication_role = replica")
        loading.load(number, seed=1, on=timezone.localdate())
        cursor.execute("SET LOCAL session_replication_role = origin")
        cursor.execute(
            "SELECT registry_refresh_documents(array_agg(id)) FROM members_organization"
        )


def drop_exclusion_constraints(cursor):
    """Until the end of the test. Their indexes are much of the work of loading."""
    cursor.execute(
        "SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', "
        "conrelid::regclass, conname) FROM pg_constraint WHERE contype = 'x'"
    )
    for (statement,) in cursor.fetchall():
        cursor.execute(statement)
