"""What must not reach somebody's page: each test holds something that could."""

import copy

import pytest

from members.models import Mail
from tests import factories
from tests.workbench.scenes import desk, scene

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("rows")]

EVERYBODY = ("officer", "reviewer", "conflicted", "applicant", "other", "own")


@pytest.fixture(scope="module")
def rows(kept):
    states = ("in_review", "recommended")
    return kept(lambda: {state: scene(state=state) for state in states})


@pytest.fixture
def found(rows, db):
    return copy.deepcopy(rows["in_review"])


@pytest.fixture
def recommended(rows, db):
    return copy.deepcopy(rows["recommended"])


def pages(client, application, user):
    """All that the workbench and the applicants' pages tell `user`."""
    client.force_login(user)
    paths = (
        "/workbench/?state=all",
        # As without the question, with two revisions compared besides.
        f"{desk(application)}?from=1&to=1",
        desk(application, "decision"),
        "/workbench/mail/",
        "/applications/",
        application.get_absolute_url(),
    )
    return "\n".join(client.get(path, follow=True).text for path in paths)


def readers(client, found, *words, among=EVERYBODY):
    """Who of `among` reads which of `words`."""
    told = {who: pages(client, found.application, getattr(found, who)) for who in among}
    return {word: [who for who in among if word in told[who]] for word in words}


def mailed(word):
    return Mail.objects.filter(text__contains=word).exists()


def test_comments_and_recommendations_reach_those_whom_they_are_for(client, found):
    application = found.application
    application.comment(by=found.officer, text="Halibut", visibility="staff")
    application.comment(by=found.reviewer, text="Herring", visibility="reviewers")
    application.recommend(by=found.officer, advice="decline", reasons="Mackerel")

    assert readers(client, found, "Halibut", "Herring", "Mackerel") == {
        "Halibut": ["officer"],
        "Herring": ["officer", "reviewer", "conflicted"],
        # Nobody else has given a recommendation.
        "Mackerel": ["officer"],
    }
    assert not mailed("Halibut")
    assert not mailed("Herring")


def test_officer_with_an_interest_reads_no_staff_comment(client, found):
    found.application.comment(by=found.officer, text="Halibut", visibility="staff")
    found.conflicted.is_superuser = True
    found.conflicted.save()

    page = pages(client, found.application, found.conflicted)

    assert "You have a conflict of interest" in page
    assert "Halibut" not in page


def test_recommendation_is_shown_to_who_gave_one_and_to_all_in_the_end(client, found):
    application = found.application
    application.recommend(by=found.officer, advice="decline", reasons="Mackerel")

    application.recommend(by=found.reviewer, advice="accept", reasons="Fine")
    assert "Mackerel" in pages(client, application, found.reviewer)
    application.put_forward(by=found.officer)
    among = ("conflicted", "applicant")
    assert readers(client, found, "Mackerel", among=among) == {
        "Mackerel": ["conflicted"]
    }


def test_private_note_and_what_is_staged_reach_those_who_decide_alone(
    client, recommended
):
    application = recommended.application
    factories.stage(application, reason="Turbot", private_note="Flounder")

    assert readers(client, recommended, "Turbot", "Flounder") == {
        "Turbot": ["officer"],
        "Flounder": ["officer"],
    }


def test_private_note_is_told_to_no_applicant_by_the_release(client, recommended):
    application = recommended.application
    factories.stage(application, outcome="decline", reason="Tur", private_note="Sole1")
    application.release(by=recommended.officer)

    among = ("officer", "reviewer", "applicant", "own")
    assert readers(client, recommended, "Sole1", among=among) == {"Sole1": ["officer"]}
    assert not mailed("Sole1")


def test_page_of_a_reviewer_is_kept_by_no_cache(client, found):
    client.force_login(found.reviewer)

    response = client.get(desk(found.application))

    assert "no-store" in response["Cache-Control"]
    assert "private" in response["Cache-Control"]
