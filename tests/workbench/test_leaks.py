"""What must not reach somebody's page: each test holds something that could."""

import pytest

from members.models import Mail
from tests import factories
from tests.workbench.scenes import desk, scene

pytestmark = pytest.mark.django_db


def pages(client, application, user):
    """All that the workbench and the applicants' pages tell `user`."""
    client.force_login(user)
    paths = (
        "/workbench/",
        "/workbench/?state=all",
        desk(application),
        f"{desk(application)}?from=1&to=1",
        desk(application, "decision"),
        "/workbench/mail/",
        "/applications/",
        application.get_absolute_url(),
    )
    return "\n".join(client.get(path, follow=True).content.decode() for path in paths)


def test_staff_comment_reaches_nobody_but_staff(client):
    found = scene()
    found.application.comment(by=found.officer, text="Halibut", visibility="staff")

    assert "Halibut" in pages(client, found.application, found.officer)
    for who in ("reviewer", "conflicted", "applicant", "other", "own"):
        assert "Halibut" not in pages(client, found.application, getattr(found, who))
    assert not Mail.objects.filter(text__contains="Halibut").exists()


def test_officer_with_an_interest_reads_no_staff_comment(client):
    found = scene()
    found.application.comment(by=found.officer, text="Halibut", visibility="staff")
    found.conflicted.is_superuser = True
    found.conflicted.save()

    page = pages(client, found.application, found.conflicted)

    assert "You have a conflict of interest" in page
    assert "Halibut" not in page


def test_reviewers_comment_reaches_no_applicant(client):
    found = scene()
    found.application.comment(by=found.reviewer, text="Herring", visibility="reviewers")

    assert "Herring" in pages(client, found.application, found.conflicted)
    for who in ("applicant", "other", "own"):
        assert "Herring" not in pages(client, found.application, getattr(found, who))
    assert not Mail.objects.filter(text__contains="Herring").exists()


def test_private_note_and_what_is_staged_reach_those_who_decide_alone(client):
    found = scene(state="recommended")
    factories.stage(found.application, reason="Turbot", private_note="Flounder")

    officers = pages(client, found.application, found.officer)
    assert "Turbot" in officers
    assert "Flounder" in officers
    for who in ("reviewer", "conflicted", "applicant", "other", "own"):
        page = pages(client, found.application, getattr(found, who))
        assert "Turbot" not in page, who
        assert "Flounder" not in page, who


def test_private_note_is_told_to_no_applicant_by_the_release(client):
    found = scene(state="recommended")
    application = found.application
    factories.stage(application, outcome="decline", reason="Tur", private_note="Sole1")
    application.release(by=found.officer)

    assert "Sole1" in pages(client, application, found.officer)
    for who in ("reviewer", "applicant", "own"):
        assert "Sole1" not in pages(client, application, getattr(found, who)), who
    assert not Mail.objects.filter(text__contains="Sole1").exists()


def test_recommendation_is_hidden_from_who_has_not_given_one(client):
    found = scene()
    application = found.application
    application.recommend(by=found.officer, advice="decline", reasons="Mackerel")

    assert "Mackerel" in pages(client, application, found.officer)
    for who in ("reviewer", "conflicted", "applicant", "own"):
        assert "Mackerel" not in pages(client, application, getattr(found, who)), who
    application.recommend(by=found.reviewer, advice="accept", reasons="Fine")
    assert "Mackerel" in pages(client, application, found.reviewer)
    application.put_forward(by=found.officer)
    assert "Mackerel" in pages(client, application, found.conflicted)
    assert "Mackerel" not in pages(client, application, found.applicant)


def test_page_of_a_reviewer_is_kept_by_no_cache(client):
    found = scene()
    client.force_login(found.reviewer)

    response = client.get(desk(found.application))

    assert "no-store" in response["Cache-Control"]
    assert "private" in response["Cache-Control"]
