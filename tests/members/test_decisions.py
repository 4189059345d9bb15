"""What is kept of a decision, and what its votes must say."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from members.models import Decision, PolicyValue
from tests import factories

pytestmark = pytest.mark.django_db

NOON = dt.datetime(2026, 2, 1, 12, tzinfo=dt.UTC)


def record(*, by=None, **facts):
    typed = {
        "kind": "other",
        "question": "Shall it be?",
        "outcome": "carried",
        "decided_at": NOON,
        "votes_for": 5,
        "votes_against": 1,
        **facts,
    }
    return Decision.record(by=by or factories.officer(), **typed)


def test_recording_takes_the_right():
    with pytest.raises(PermissionDenied, match="record_decision"):
        record(by=factories.user())

    assert record(by=factories.user(permissions=["record_decision"])).pk


@pytest.mark.parametrize(
    ("kind", "votes", "outcome"),
    [
        ("other", (5, 5), "lost"),
        ("other", (6, 5), "carried"),
        ("other", (0, 0), "lost"),
        ("termination", (6, 3), "carried"),
        ("termination", (5, 3), "lost"),
    ],
)
def test_the_votes_decide_the_outcome(kind, votes, outcome):
    facts = {"kind": kind, "votes_for": votes[0], "votes_against": votes[1]}
    if kind == "termination":
        facts |= {
            "organization": factories.member(),
            "ground": "against_charter",
        }
    other = {"lost": "carried", "carried": "lost"}[outcome]

    with pytest.raises(ValidationError, match=f"means {outcome}"):
        record(**facts, outcome=other)

    assert record(**facts, outcome=outcome).outcome == outcome


def test_a_decision_from_before_the_by_laws_has_no_majority_to_reach():
    early = dt.datetime(1999, 1, 1, tzinfo=dt.UTC)

    assert PolicyValue.objects.value("ordinary_majority", on=early.date()) is None
    assert record(decided_at=early, votes_for=1, votes_against=5).pk


def test_the_majority_is_that_of_the_day_on_which_it_was_decided(settings):
    settings.TIME_ZONE = "Asia/Tokyo"
    PolicyValue.objects.create(
        key="ordinary_majority", value="9/10", started_on=dt.date(2026, 2, 2)
    )
    late = dt.datetime(2026, 2, 1, 20, tzinfo=dt.UTC)

    assert record(decided_at=NOON).decided_on == dt.date(2026, 2, 1)
    with pytest.raises(ValidationError, match="9/10"):
        record(decided_at=late)


def test_a_decision_is_not_recorded_ahead():
    with pytest.raises(ValidationError, match="still to come"):
        record(decided_at=dt.datetime(2999, 1, 1, tzinfo=dt.UTC))
    with pytest.raises(ValidationError, match="outcome, who decided it, and when"):
        record(decided_at=None)
