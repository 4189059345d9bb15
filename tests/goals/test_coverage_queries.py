"""That the pages of coverage ask the database as often for one member as for many."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from goals.coverage import AT_LARGE
from goals.models import Commitment
from tests.factories import commitment, community, member

pytestmark = pytest.mark.django_db

QUERIES = [
    (5, "coverage", []),
    (4, "coverage_csv", []),
    (4, "coverage_json", []),
    (4, "coverage_members", []),
    (3, "coverage_members_csv", []),
    (3, "coverage_members_json", []),
    (5, "coverage_cell", ["workforce", "solvers"]),
    (4, "coverage_cell", ["impact", "solvers"]),
    (4, "coverage_cell", ["impact", AT_LARGE.slug]),
]


@pytest.mark.parametrize("number", [1, 3, 24])
@pytest.mark.parametrize(("queries", "name", "args"), QUERIES)
def test_queries_do_not_grow(client, number, queries, name, args):
    solvers = community(slug="solvers")
    for _ in range(number):
        each = member()
        commitment(organization=each, communities=[solvers], evidence=["https://e.org"])
        commitment(organization=each, goal="impact")

    assert queries_of(client, name, args) == queries


def test_queries_are_the_same_for_twenty_thousand_members(client):
    many_members(20_000, community=community(slug="solvers"))

    assert Commitment.objects.coverage().total == 40_000
    for queries, name, args in QUERIES:
        assert queries_of(client, name, args) == queries


def queries_of(client, name, args):
    with CaptureQueriesContext(connection) as captured:
        answer = client.get(reverse(f"goals:{name}", args=args))
        if answer.streaming:
            list(answer.streaming_content)
    assert answer.status_code == 200
    return len(captured)


def many_members(number, *, community):
    """Members that lead workforce for a community, and impact at large, all by SQL."""
    with connection.cursor() as cursor:
        # Neither history nor the directory's search is asked about; the end of the
        # test takes this back with all the rest.
        for table in WRITTEN:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(MANY_MEMBERS, {"number": number, "community": community.pk})


WRITTEN = [
    "members_organization",
    "members_membership",
    "goals_commitment",
    "goals_commitmentcommunity",
]
# The public id's check character is the same sum as in members/identifiers.py.
MANY_MEMBERS = """
WITH organization AS (
    INSERT INTO members_organization
        (public_id, slug, name, short_name, focus, description, website, is_example,
         unknown)
    SELECT id || substr('0123456789ABCDEFGHJKMNPQRSTWXYZ', 1 + (
            SELECT sum(place * substr(id, place, 1)::int)::int %% 31
            FROM generate_series(1, 7) AS place), 1),
        'many-' || id, 'Many ' || id, '', '', '', '', true, '{}'
    FROM (SELECT lpad(n::text, 7, '0') AS id
          FROM generate_series(1, %(number)s) AS n) AS ids
    RETURNING id
), membership AS (
    INSERT INTO members_membership (organization_id, level_id, started_on, end_reason)
    SELECT id, (SELECT min(id) FROM members_level), '2020-01-01', '' FROM organization
), commitment AS (
    INSERT INTO goals_commitment
        (organization_id, goal_id, effort, statement, started_on)
    SELECT organization.id, goal.id, 'leads', '', '2021-01-01'
    FROM organization, goals_goal AS goal WHERE goal.slug IN ('workforce', 'impact')
    RETURNING id, goal_id
)
INSERT INTO goals_commitmentcommunity (commitment_id, community_id)
SELECT commitment.id, %(community)s
FROM commitment JOIN goals_goal AS goal ON goal.id = goal_id
WHERE goal.slug = 'workforce'
"""
