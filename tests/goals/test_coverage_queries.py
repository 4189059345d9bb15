"""That the pages of coverage ask the database as often for one member as for many.

For 20,000 of them, that is tested with all other pages.
"""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from goals.coverage import AT_LARGE
from tests.factories import commitment, community, in_bulk, member

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
def test_queries_do_not_grow(client, number):
    solvers, here = community(slug="solvers"), ["https://example.org"]
    with in_bulk():
        for _ in range(number):
            each = member()
            commitment(organization=each, communities=[solvers], evidence=here)
            commitment(organization=each, goal="impact")

    asked = [(queries_of(client, name, args), name, args) for _, name, args in QUERIES]
    assert asked == QUERIES


def queries_of(client, name, args):
    with CaptureQueriesContext(connection) as captured:
        answer = client.get(reverse(f"goals:{name}", args=args))
        if answer.streaming:
            list(answer.streaming_content)
    assert answer.status_code == 200
    return len(captured)
