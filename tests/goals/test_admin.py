"""Commitments in the admin: their text is edited, the rest has its verbs."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from goals.models import Commitment, Evidence, Goal
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def officer(client):
    client.force_login(factories.officer())


def inline(prefix, *several):
    fields = {f"{prefix}-INITIAL_FORMS": 0, f"{prefix}-TOTAL_FORMS": len(several)}
    for number, row in enumerate(several):
        fields |= {f"{prefix}-{number}-{name}": value for name, value in row.items()}
    return fields


def send(client, commitment, *inlines, **typed):
    prefixes = ("commitmentapproach_set", "commitmentcommunity_set", "evidence")
    sent = {**typed}
    for prefix in prefixes:
        sent |= inline(prefix)
    for fields in inlines:
        sent |= fields
    url = reverse("admin:goals_commitment_change", args=[commitment.pk])
    return client.post(url, sent)


def errors(response):
    assert response.status_code == 200
    return " ".join(str(error) for error in response.context["errors"])


def test_an_editor_changes_the_text_of_a_commitment(client):
    stated = factories.commitment(organization=factories.member())
    client.force_login(
        factories.user(
            staff=True,
            permissions=["view_commitment", "change_commitment", "add_evidence"],
        )
    )
    proof = {"title": "Report", "url": "https://x.test/"}

    send(client, stated, inline("evidence", proof), statement="In our words")

    stated.refresh_from_db()
    assert stated.statement == "In our words"
    assert [each.title for each in stated.evidence.all()] == ["Report"]


def test_an_approach_to_another_goal_is_an_error(client):
    """Only a trigger of the database knows."""
    stated = factories.commitment(organization=factories.member(), goal="workforce")
    other = factories.goal(slug="ecosystem").approaches.first()

    response = send(
        client,
        stated,
        inline("commitmentapproach_set", {"approach": other.pk}),
        statement="Typed",
    )

    assert "not one to the commitment" in errors(response)
    assert "Typed" in response.text
    assert not stated.approaches.exists()


def test_the_same_evidence_twice_is_an_error(client):
    stated = factories.commitment(organization=factories.member())
    proof = {"title": "Report", "url": "https://x.test/"}

    response = send(client, stated, inline("evidence", proof, proof))

    assert "stands there already" in errors(response) or "duplicate" in errors(response)
    assert not Evidence.objects.exists()


def test_an_approach_to_another_goal_is_refused_by_the_verb(client):
    member = factories.member()
    url = reverse("admin:members_organization_state-commitment", args=[member.pk])
    other = factories.goal(slug="ecosystem").approaches.first()

    response = client.post(
        url,
        {
            "goal": factories.goal(slug="workforce").pk,
            "effort": "leads",
            "approaches": [other.pk],
            "on": "2026-01-01",
            "reason": "Because",
        },
    )

    assert "is not an approach to this goal" in response.text
    assert not Commitment.objects.exists()


def test_a_commitment_is_stated_in_place_of_the_one_before(client):
    member, community = factories.member(), factories.community()
    before = factories.commitment(organization=member, goal="workforce")
    goal = factories.goal(slug="workforce")
    url = reverse("admin:members_organization_state-commitment", args=[member.pk])

    client.post(
        url,
        {
            "goal": goal.pk,
            "effort": "endorses",
            "statement": "Less",
            "approaches": [goal.approaches.first().pk],
            "communities": [community.pk],
            "on": "2026-01-01",
            "reason": "Funds ended",
        },
    )

    before.refresh_from_db()
    now = member.commitments.get(ended_on=None)
    assert str(before.ended_on) == "2026-01-01"
    assert (now.effort, now.statement) == ("endorses", "Less")
    assert list(now.communities.all()) == [community]
    assert list(now.approaches.all()) == [goal.approaches.first()]


@pytest.mark.parametrize("deed", ["change", "delete"])
def test_goals_keep_their_words(client, deed):
    goal = Goal.objects.first()
    url = reverse(f"admin:goals_goal_{deed}", args=[goal.pk])

    assert client.post(url, {"title": "Else", "post": "yes"}).status_code == 403
    assert Goal.objects.get(pk=goal.pk).title == goal.title


def imported(client, rows):
    url = reverse("admin:goals_commitment_import")
    file = SimpleUploadedFile("rows.csv", rows.encode())
    page = client.post(url, {"import_file": file, "format": 0, "resource": "0"})
    if form := page.context.get("confirm_form"):
        client.post(reverse("admin:goals_commitment_process_import"), form.initial)
    return [str(row.error_dict) for row in page.context["result"].invalid_rows]


def test_an_import_changes_statements_and_nothing_else(client):
    member = factories.member()
    stated = factories.commitment(organization=member, goal="workforce")
    heads = "organization,goal,effort,statement,started_on,ended_on\n"
    row = f"{member.public_id},workforce,leads,Ours,{stated.started_on},\n"

    assert imported(client, heads + row) == []
    (effort,) = imported(client, heads + row.replace("leads", "endorses"))
    (unknown,) = imported(client, heads + row.replace("workforce", "ecosystem"))

    stated.refresh_from_db()
    assert (stated.statement, stated.effort) == ("Ours", "leads")
    assert "anew" in effort
    assert "There is no such commitment" in unknown
