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


@pytest.mark.parametrize("verb", ["admit", "reinstate", "correct"])
def test_an_admission_rests_on_a_carried_decision_about_that_organization(verb):
    by, level = factories.officer(), factories.level()

    def run(admission):
        if verb == "admit":
            return Membership.admit(
                asked, level=level, by=by, on=LATER, reason="-", admission=admission
            )
        if verb == "correct":
            return asked.memberships.get().correct(
                by=by, reason="-", admission=admission
            )
        return asked.memberships.get().reinstate(
            level=level, by=by, on=LATER, reason="-", admission=admission
        )

    asked, other = factories.organization(), factories.organization()
    if verb != "admit":
        ended_on = LATER if verb == "reinstate" else None
        factories.membership(organization=asked, ended_on=ended_on)
    refused = {
        factories.decision(organization=asked): "not about an admission",
        factories.decision(
            organization=asked, kind="admission", outcome="lost"
        ): "not carried",
        factories.decision(organization=other, kind="admission"): "another organ",
    }
    for decision, message in refused.items():
        with pytest.raises(ValidationError, match=message):
            run(decision)
    assert events(asked) == []

    run(factories.decision(organization=asked, kind="admission"))

    assert len(events(asked)) == 1


def test_reinstate_continues_the_last_period_that_held():
    by, level = factories.officer(), factories.level()
    member = factories.member(ended_on=LATER)
    first = member.memberships.get()
    months = [LATER + dt.timedelta(30 * number) for number in range(4)]
    second = first.reinstate(level=level, by=by, on=months[1], reason="-")
    second.end(how="resigned", by=by, on=months[2], reason="-")

    with pytest.raises(ValidationError, match="reinstate from the last one"):
        first.reinstate(level=level, by=by, on=months[3], reason="-")

    second.correct(by=by, reason="It never came back", ended_on=months[1])
    with pytest.raises(ValidationError, match="never held"):
        second.reinstate(level=level, by=by, on=months[3], reason="-")
    third = first.reinstate(level=level, by=by, on=months[3], reason="-")
    assert third.earlier == first


def test_a_member_with_a_recorded_end_keeps_its_level():
    by, member = factories.officer(), factories.member(ended_on=dt.date(2999, 1, 1))
    membership, affiliate = member.memberships.get(), factories.level(slug="affiliate")

    for run in (
        lambda: membership.change_level(level=affiliate, by=by, on=LATER, reason="-"),
        lambda: membership.end(how="dissolved", by=by, on=LATER, reason="-"),
    ):
        with pytest.raises(ValidationError, match="recorded already: correct it"):
            run()

    assert events(member) == []


def test_the_last_day_of_a_future_membership_may_be_its_first_one():
    by, member = factories.officer(), factories.member(started_on=dt.date(2999, 1, 1))
    membership = member.memberships.get()

    with pytest.raises(ValidationError, match="“not begun”"):
        membership.end(how="resigned", by=by, on=LATER, reason="Early")
    membership.end(how="resigned", by=by, on=membership.started_on, reason="Never came")

    assert not Membership.objects.held().exists()


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


def test_correct_tells_decisions_by_their_days_and_no_numbers():
    by, member = factories.officer(), factories.member()
    membership = member.memberships.get()
    admission = factories.decision(organization=member, kind="admission")
    termination = factories.decision(organization=member)

    membership.correct(
        by=by,
        reason="Found in the minutes",
        admission=admission,
        ended_on=LATER,
        end_reason="terminated",
        termination=termination,
    )

    (corrected,) = events(member)
    assert corrected[1:3] == (
        "Core from 2024-01-15",
        (
            "Core from 2024-01-15 to 2025-03-01 (Terminated), admission decided on "
            "2024-01-15, termination decided on 2024-01-15"
        ),
    )


def test_correct_takes_another_decision_of_the_same_day():
    by, member = factories.officer(), factories.member()
    membership = member.memberships.get()
    wrong = factories.decision(organization=member, kind="admission")
    right = factories.decision(organization=member, kind="admission")
    membership.correct(by=by, reason="-", admission=wrong)

    membership.correct(by=by, reason="-", admission=right)

    with pytest.raises(ValidationError, match="Nothing was changed"):
        membership.correct(by=by, reason="-", admission=right)
    assert len(events(member)) == 2


def test_correct_changes_the_facts_of_a_period_alone():
    membership = factories.member().memberships.get()

    with pytest.raises(TypeError, match="organization"):
        membership.correct(
            by=factories.officer(), reason="-", organization=factories.organization()
        )


def test_a_correction_cannot_overlap_another_period():
    by, member = factories.officer(), factories.member()
    first = member.memberships.get()
    affiliate = factories.level(slug="affiliate")
    second = first.change_level(level=affiliate, by=by, on=LATER, reason="-")

    with pytest.raises(ValidationError, match="cannot overlap"):
        second.correct(by=by, reason="-", started_on=LATER - dt.timedelta(1))
    with pytest.raises(ValidationError, match="cannot overlap"):
        first.correct(by=by, reason="-", ended_on=None, end_reason="")

    assert [e[0] for e in events(member)] == ["level_changed"]


def test_days_that_nobody_recorded_stand_in_no_event():
    by, member = factories.officer(), factories.member()
    membership = member.memberships.get()
    membership.end(how="not_recorded", by=by, on=LATER, reason="-")
    with pytest.raises(ValidationError, match="correct it instead"):
        membership.change_level(
            level=factories.level(slug="affiliate"), by=by, on=LATER, reason="-"
        )

    membership.correct(by=by, reason="A letter", end_reason="resigned")

    assert events(member)[-1][1:3] == (
        "A former member: level and days are not recorded",
        "Core from 2024-01-15 to 2025-03-01 (Resigned)",
    )


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


def test_succession_refuses_what_stands_there_and_the_organization_itself():
    by = factories.officer()
    first, second = factories.member(), factories.member()
    first.succeed_by(second, by=by, on=LATER, reason="Merged")

    with pytest.raises(ValidationError, match="recorded already"):
        first.succeed_by(second, by=by, on=LATER, reason="Merged")
    with pytest.raises(ValidationError, match="cannot succeed itself"):
        first.succeed_by(first, by=by, on=LATER, reason="Merged")
    assert len(events(first)) == 1


def test_another_successor_is_told_in_the_same_words_as_the_first():
    by, first = factories.officer(), factories.member()
    wrong = factories.member(name="Beta", short_name="BE")
    right = factories.member(name="Gamma", short_name="GA")
    first.succeed_by(wrong, by=by, on=LATER, reason="Merged")

    first.succeed_by(right, by=by, on=LATER, reason="The other one")

    assert events(first)[-1][1:3] == ("Beta (BE)", "Gamma (GA)")


def test_a_name_may_be_parted_otherwise():
    member = factories.member(name="Alpha (AL)")

    member.rename(
        by=factories.officer(), on=LATER, reason="-", name="Alpha", short_name="AL"
    )

    assert member.names.get().text == "Alpha (AL)"


def test_a_commitment_is_confirmed_later_each_time_and_never_ahead():
    by, member = factories.officer(), factories.member()
    commitment = factories.commitment(organization=member, confirmed_on=LATER)
    refused = {
        DAY - dt.timedelta(1): "not in force",
        LATER - dt.timedelta(1): "confirmed later than that already, on 2025-03-01",
        LATER: "on that day already",
        dt.date(2999, 1, 1): "said so yet",
    }
    for on, message in refused.items():
        with pytest.raises(ValidationError, match=message):
            commitment.confirm(by=by, on=on)

    commitment.confirm(by=by, on=LATER + dt.timedelta(1))

    assert events(member) == [
        ("confirmed", "Workforce: leads", "Workforce: leads", "", by)
    ]


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
