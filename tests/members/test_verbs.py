import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from members.models import Membership, Organization
from tests import factories
from tests.factories import DAY, LATER

pytestmark = pytest.mark.django_db


def events(organization):
    """Newest last."""
    rows = organization.events.order_by("pk")
    return [(e.verb, e.before, e.after, e.reason, e.by) for e in rows]


def test_admit_makes_a_member_and_an_event():
    by, asked = factories.officer(), factories.organization()

    membership = Membership.admit(
        asked, level=factories.level(), by=by, on=DAY, reason="Vote of 15 January"
    )

    assert (membership.organization, membership.started_on) == (asked, DAY)
    assert membership.is_current
    assert events(asked) == [("admitted", "", "Core", "Vote of 15 January", by)]


def test_a_member_cannot_be_admitted_again():
    member = factories.member()

    with pytest.raises(ValidationError, match="two periods of membership cannot"):
        Membership.admit(
            member,
            level=factories.level(),
            by=factories.officer(),
            on=LATER,
            reason="Again",
        )

    assert events(member) == []


def test_change_level_ends_one_period_and_starts_the_next():
    by, member = factories.officer(), factories.member()
    first = member.memberships.get()

    second = first.change_level(
        level=factories.level(slug="affiliate"), by=by, on=LATER, reason="Asked"
    )

    first.refresh_from_db()
    assert (first.ended_on, first.end_reason) == (LATER, "level_changed")
    assert (second.started_on, second.earlier) == (LATER, first)
    assert events(member) == [("level_changed", "Core", "Affiliate", "Asked", by)]


def test_end_and_reinstate_links_the_periods():
    by, member = factories.officer(), factories.member()
    first = member.memberships.get()
    first.end(how="resigned", by=by, on=LATER, reason="Letter")

    again = first.reinstate(
        level=factories.level(), by=by, on=LATER + dt.timedelta(30), reason="Back"
    )

    assert again.earlier == first
    assert [e[0] for e in events(member)] == ["ended", "reinstated"]


def test_a_termination_rests_on_a_carried_decision_about_that_member():
    member, other = factories.member(level="affiliate"), factories.member()
    membership, by = member.memberships.get(), factories.officer()
    refused = {
        None: "needs the decision",
        factories.decision(organization=other): "about another organization",
        factories.decision(organization=member, outcome="lost"): "not carried",
        factories.decision(organization=member, kind="admission"): "not about a term",
    }
    for decision, message in refused.items():
        with pytest.raises(ValidationError, match=message):
            membership.end(
                how="terminated", by=by, on=LATER, reason="-", termination=decision
            )

    good = factories.decision(organization=member)
    membership.end(how="terminated", by=by, on=LATER, reason="-", termination=good)

    membership.refresh_from_db()
    assert (membership.end_reason, membership.termination) == ("terminated", good)


def test_correct_keeps_what_stood_there():
    by, member = factories.officer(), factories.member(ended_on=LATER)
    membership = member.memberships.get()

    membership.correct(by=by, reason="Never left", ended_on=None, end_reason="")

    membership.refresh_from_db()
    assert membership.is_current
    assert events(member) == [
        (
            "corrected",
            "Core from 2024-01-15 to 2025-03-01 (Resigned)",
            "Core from 2024-01-15",
            "Never left",
            by,
        )
    ]


def test_each_verb_is_legal_in_these_states_and_no_others():
    by = factories.officer()
    days = {"future": DAY - dt.timedelta(1), "current": DAY + dt.timedelta(9)}
    days["ended"] = LATER + dt.timedelta(9)
    legal = set()
    for state, on in days.items():
        for verb in ("change_level", "end", "reinstate"):
            ended_on = LATER if state == "ended" else None
            membership = factories.member(ended_on=ended_on).memberships.get()
            facts = {"by": by, "on": on, "reason": "-"}
            if verb == "end":
                facts["how"] = "resigned"
            else:
                facts["level"] = factories.level(slug="affiliate")
            try:
                getattr(membership, verb)(**facts)
            except ValidationError:
                continue
            legal.add((verb, state))

    assert legal == {
        ("change_level", "current"),
        ("end", "current"),
        ("reinstate", "ended"),
    }


def test_rename_keeps_the_old_name_and_the_old_address():
    by = factories.officer()
    member = factories.member(name="Alpha", short_name="AL", slug="alpha")

    member.rename(
        by=by, on=LATER, reason="New name", name="Beta", short_name="BE", slug="beta"
    )

    member.refresh_from_db()
    assert (member.name, member.short_name, member.slug) == ("Beta", "BE", "beta")
    kept = set(member.names.values_list("kind", "text", "ended_on"))
    assert kept == {("former", "Alpha", LATER), ("short", "AL", LATER)}
    assert [s.slug for s in member.old_slugs.all()] == ["alpha"]
    assert events(member) == [("renamed", "Alpha (AL)", "Beta (BE)", "New name", by)]


def test_a_name_may_be_given_up_again():
    by = factories.officer()
    member = factories.member(name="Alpha", slug="alpha")
    for name in ("Beta", "ALPHA", "Beta"):
        member.rename(by=by, on=LATER, reason="-", name=name)

    assert set(member.names.values_list("text", flat=True)) == {"ALPHA", "Beta"}
    assert member.events.count() == 3


def test_an_old_address_is_not_given_to_another_organization():
    member = factories.member(slug="alpha")
    member.rename(
        by=factories.officer(), on=LATER, reason="-", name="Beta", slug="beta"
    )

    with pytest.raises(ValidationError, match="belonged to another"):
        Organization(name="Gamma", slug="alpha").full_clean()
    assert Organization.free_slug("Alpha") == "alpha-2"


def test_succession_refuses_a_circle():
    by = factories.officer()
    first, second = factories.member(), factories.member()
    first.succeed_by(second, by=by, on=LATER, reason="Merged")

    with pytest.raises(ValidationError, match="itself succeeded"):
        second.succeed_by(first, by=by, on=LATER, reason="Merged")
    assert [e[0] for e in events(first)] == ["succeeded"]


@pytest.mark.parametrize(
    ("verb", "permission"),
    [
        ("change_level", "change_level_membership"),
        ("end", "end_membership"),
        ("reinstate", "reinstate_membership"),
        ("correct", "correct_membership"),
    ],
)
def test_a_verb_needs_its_own_right(verb, permission):
    member = factories.member(ended_on=LATER if verb == "reinstate" else None)
    membership = member.memberships.get()
    facts = {
        "change_level": {"level": factories.level(slug="affiliate"), "on": LATER},
        "end": {"how": "resigned", "on": LATER},
        "reinstate": {"level": factories.level(), "on": LATER},
        "correct": {"started_on": DAY - dt.timedelta(1)},
    }[verb]

    with pytest.raises(PermissionDenied, match=permission):
        getattr(membership, verb)(by=factories.user(), reason="-", **facts)
    getattr(membership, verb)(
        by=factories.user(permissions=[permission]), reason="-", **facts
    )

    assert len(events(member)) == 1
