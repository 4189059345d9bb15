"""The queue with nothing in it, and what it asks of the database for a few."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import factories
from tests.workbench.scenes import officer
from tests.workbench.test_queue import shown

pytestmark = pytest.mark.django_db


def test_nothing_found_says_what_to_do(client):
    client.force_login(officer())

    assert "Nothing waits" in client.get("/workbench/").text
    assert "Nothing here now" in client.get("/workbench/?waiting=us").text
    unnamed = client.get("/workbench/?q=nobody").text
    assert "No application is called that" in unnamed


@pytest.mark.parametrize("rows", [1, 3])
def test_queue_asks_so_often(client, rows):
    for _ in range(rows):
        factories.application(state="in_review")

    # Who may read mails is told of those that need care.
    for who, number in ((factories.reviewer, 6), (officer, 8)):
        client.force_login(who())
        with CaptureQueriesContext(connection) as queries:
            assert len(shown(client)) == rows
        assert len(queries) == number
