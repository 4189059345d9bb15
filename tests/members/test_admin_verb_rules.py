"""What the verbs of the admin say of particular records, and their buttons."""

import datetime as dt

import pytest
from django.urls import reverse

from goals.models import Commitment
from members.models import Decision, Membership, Organization
from tests import factories
from tests.factories import DAY
from tests.members.test_admin_verbs import (
    VERBS,
    address,
    commitment,
    events,
    facts,
    member,
    staff,
)

pytestmark = pytest.mark.django_db


def test_a_termination_offers_the_decisions_that_fit(client):
    asked = member()
    fits = factories.decision(organization=asked.organization)
    factories.decision(organization=asked.organization, outcome="lost")
    factories.decision(organization=asked.organization, kind="admission")
    factories.decision(organization=factories.organization())
    client.force_login(factories.officer())

    form = client.get(address(asked, "end")).context["form"]

    assert list(form.fields["termination"].queryset) == [fits]


def test_an_affiliate_is_not_terminated_for_not_taking_part(client):
    asked = factories.member(level="affiliate").memberships.get()
    lazy = factories.decision(organization=asked.organization)
    Decision.objects.filter(pk=lazy.pk).update(ground="not_taking_part")
    client.force_login(factories.officer())

    response = client.post(
        address(asked, "end"), facts(how="terminated", termination=lazy.pk)
    )

    assert "termination" in response.context["form"].errors
    assert events() == []


def test_a_termination_without_decision_says_so_at_the_decision(client):
    asked = member()
    client.force_login(factories.officer())

    response = client.post(address(asked, "end"), facts(how="terminated"))

    assert response.context["form"].errors["termination"] == [
        "A termination needs the decision that it rests on."
    ]
    asked.refresh_from_db()
    assert asked.ended_on is None


def test_a_termination_keeps_its_decision(client):
    asked = member()
    decision = factories.decision(organization=asked.organization)
    client.force_login(factories.officer())

    client.post(address(asked, "end"), facts(how="terminated", termination=decision.pk))

    asked.refresh_from_db()
    assert (asked.end_reason, asked.termination) == ("terminated", decision)


def test_a_decision_is_recorded_once_in_the_name_of_who_does_it(client):
    user = staff("record_decision", "view_decision")
    client.force_login(user)
    typed = {
        "kind": "admission",
        "organization": factories.organization().pk,
        "question": "Admit them?",
        "body": "Steering Committee",
        "votes_for": 5,
        "votes_against": 1,
        "outcome": "carried",
        "decided_at_0": "2026-01-10",
        "decided_at_1": "12:00:00",
        "reason": "They fit.",
    }
    url = reverse("admin:members_decision_add")

    first, second = client.post(url, typed), client.post(url, typed)

    assert first.status_code == 302
    assert "recorded already" in second.text
    assert [(d.question, d.decided_by) for d in Decision.objects.all()] == [
        ("Admit them?", user)
    ]


def test_a_decision_against_its_votes_is_refused(client):
    client.force_login(factories.officer())
    typed = {
        "kind": "other",
        "question": "Shall it be?",
        "body": "Steering Committee",
        "votes_for": 1,
        "votes_against": 5,
        "outcome": "carried",
        "decided_at_0": "2026-01-10",
        "decided_at_1": "12:00:00",
        "reason": "Because",
    }

    response = client.post(reverse("admin:members_decision_add"), typed)

    assert "1 for and 5 against means lost" in response.text
    assert not Decision.objects.exists()


@pytest.mark.parametrize("right", [True, False])
def test_buttons_are_those_of_the_right_and_of_the_state(client, right):
    rights = [right for right, *_ in VERBS.values()] if right else []
    client.force_login(staff("view_membership", *rights))
    asked = member()

    response = client.get(reverse("admin:members_membership_change", args=[asked.pk]))

    shown = [button.label for button in response.context["verb_buttons"]]
    why_not = [button.why_not for button in response.context["verbs_not_now"]]
    if right:
        assert shown == ["Change level", "End", "Correct"]
        assert why_not == ["This membership has no end: there is nothing to reinstate."]
    else:
        assert (shown, why_not) == ([], [])


def test_lifecycle_fields_have_no_form(client):
    """Whatever is posted to the change pages, these stay."""
    client.force_login(factories.officer())
    asked, stated = member(), commitment()
    typed = {"started_on": "2020-01-01", "ended_on": "2020-01-02", "effort": "endorses"}

    closed = client.post(
        reverse("admin:members_membership_change", args=[asked.pk]), typed
    )
    client.post(
        reverse("admin:goals_commitment_change", args=[stated.pk]),
        {**typed, **empty_rows(stated), "statement": "In our words"},
    )
    client.post(
        reverse("admin:members_organization_change", args=[asked.organization.pk]),
        {"name": "Sneaky", "slug": "sneaky", **empty_rows(asked.organization)},
    )

    asked.refresh_from_db()
    stated.refresh_from_db()
    assert closed.status_code == 403
    assert (asked.started_on, asked.ended_on) == (DAY, None)
    assert (stated.effort, stated.ended_on) == ("leads", None)
    assert stated.statement == "In our words"
    assert not Organization.objects.filter(name="Sneaky").exists()
    assert Membership.objects.count() == 2
    assert Commitment.objects.count() == 1


def empty_rows(record):
    """The management forms of all inlines of the record's page, without rows."""
    names = {
        relation.get_accessor_name()
        for relation in record._meta.related_objects
        if relation.get_accessor_name()
    }
    return {
        f"{name}-{key}": "0"
        for name in names
        for key in ("TOTAL_FORMS", "INITIAL_FORMS")
    }


def test_several_commitments_are_confirmed_at_once(client):
    user = staff("confirm_commitment", "view_commitment")
    first, second = commitment(), commitment()
    gone = factories.commitment(
        organization=factories.member(), ended_on=dt.date(2024, 6, 1)
    )
    client.force_login(user)
    url = reverse("admin:goals_commitment_changelist") + "?period=all"
    chosen = {
        "action": "confirm_selected",
        "_selected_action": [first.pk, second.pk, gone.pk],
    }

    asked = client.post(url, chosen)
    assert (asked.status_code, events()) == (200, [])
    done = client.post(url, {**chosen, **facts(), "_verb": "Confirm"}, follow=True)

    assert [verb for verb, *_ in events()] == ["confirmed", "confirmed"]
    assert "is not in force" in done.text
    assert "Confirmed: 2." in done.text


def test_confirming_several_takes_the_right(client):
    client.force_login(staff("view_commitment", "change_commitment"))
    stated = commitment()

    client.post(
        reverse("admin:goals_commitment_changelist"),
        {
            "action": "confirm_selected",
            "_selected_action": [stated.pk],
            "_verb": "Confirm",
            **facts(),
        },
    )

    assert events() == []
