"""Each public page asks the database so often, whatever is in it.

Measured with the example consortium, and with one of 20,000 like them. How long
that takes is measured by `make bench`.
"""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from goals.example import loading
from goals.models import Commitment, CommitmentCommunity, Evidence
from members.models import Host, Membership, Organization, Service
from tests import indexes

pytestmark = [pytest.mark.siege, pytest.mark.django_db]

# At most 7 were promised for the directory, 9 for an organization, 5 for the coverage.
QUERIES = {
    "/": 10,
    "/about/": 2,
    "/join/": 4,
    "/directory/": 5,
    "/directory/?q=solvers&capability=numerical-libraries&level=core": 6,
    "/directory/?q=solvres&capability=numerical-libraries&level=core": 6,
    "/directory/?q=the+alder+consortium": 7,
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

    assert Organization.objects.count() >= 20_000
    assert Commitment.objects.of_members().count() > 20_000
    assert measured(client) == QUERIES


def load_quickly(number):
    """The example, many times over; without history, nor what is checked by row."""
    today = timezone.localdate()
    # Tables emptied in this transaction live in new files, which its end drops: else
    # all tests that follow would wade through what this one left.
    loading.load(1, seed=1, on=today)
    loading.remove()
    loading.load(24, seed=1, on=today)
    with connection.cursor() as cursor:
        drop_exclusion_constraints(cursor)
        with indexes.made_at_once(*FILLED):
            cursor.execute("SET LOCAL session_replication_role = replica")
            for model, changes in COPIED.items():
                cursor.execute(copying(model, changes), [number // 24])
            cursor.execute("SET LOCAL session_replication_role = origin")
            cursor.execute(
                "SELECT registry_refresh_documents(array_agg(id)) "
                "FROM members_organization"
            )
        cursor.execute("SET LOCAL default_statistics_target = 10")
        cursor.execute("ANALYZE " + ", ".join(FILLED))


# Copy n of a row has a key of its own, and belongs to copy n of what the row is of.
KEY = "{} + 1000000 * n"
# A public id's check character is the same sum as in members/identifiers.py.
PUBLIC_ID = """(
    SELECT digits || substr('0123456789ABCDEFGHJKMNPQRSTWXYZ', 1 + (
        SELECT sum(place * substr(digits, place, 1)::int)::int %% 31
        FROM generate_series(1, 7) AS place), 1)
    FROM (SELECT lpad((1000 * id + n)::text, 7, '0')) AS numbered (digits))"""
COPIED = {
    Organization: {
        "public_id": PUBLIC_ID,
        "slug": "slug || '-' || n",
        "name": "name || ' ' || n",
        "short_name": "short_name || n",
    },
    Membership: {"organization_id": KEY},
    Service: {"organization_id": KEY},
    Host: {"organization_id": KEY},
    Commitment: {"organization_id": KEY},
    CommitmentCommunity: {"commitment_id": KEY},
    Evidence: {"commitment_id": KEY},
}


FILLED = ["members_searchdocument", *(model._meta.db_table for model in COPIED)]


def copying(model, changes):
    columns = [f.column for f in model._meta.concrete_fields if not f.generated]
    changes = {"id": KEY, **changes}
    values = [changes.get(column, column).format(column) for column in columns]
    table = model._meta.db_table
    return (
        f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(values)} "
        f"FROM {table}, generate_series(1, %s) AS n"
    )


def drop_exclusion_constraints(cursor):
    """Until the end of the test. Their indexes are much of the work of loading."""
    cursor.execute(
        "SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', "
        "conrelid::regclass, conname) FROM pg_constraint WHERE contype = 'x'"
    )
    for (statement,) in cursor.fetchall():
        cursor.execute(statement)
