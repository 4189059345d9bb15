"""What the forms of the page do, and what they keep when a verb refuses."""

import copy
import re

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client

from members.models import Application, Comment, Mail
from tests.workbench.scenes import desk, scene

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("rows")]


@pytest.fixture(scope="module")
def rows(kept):
    states = ("submitted", "in_review")
    return kept(lambda: {state: scene(state=state) for state in states})


@pytest.fixture
def submitted(rows, db):
    return copy.deepcopy(rows["submitted"])


@pytest.fixture
def found(rows, db):
    """One that is in review."""
    return copy.deepcopy(rows["in_review"])


def anew(application):
    return Application.objects.get(pk=application.pk)


def said(response):
    page = response.content.decode()
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def test_review_goes_its_way_by_pages_alone(client, submitted):
    found = submitted
    application = found.application
    client.force_login(found.reviewer)

    client.post(desk(application, "take_up"))
    assert anew(application).assigned_to == found.reviewer
    client.post(desk(application, "assign"), {"to": found.officer.pk})
    client.post(desk(application, "request_changes"), {"text": "Please say more."})
    assert anew(application).state == "changes_requested"
    anew(application).submit(by=found.applicant)
    advice = {"advice": "accept", "reasons": "They fit."}
    client.post(desk(application, "recommend"), advice)
    response = client.post(desk(application, "put_forward"), follow=True)

    assert "It can be decided now." in said(response)
    application = anew(application)
    assert (application.state, application.assigned_to) == (
        "recommended",
        found.officer,
    )
    assert application.recommendations.get().reasons == "They fit."


def test_each_wrong_field_is_told_at_the_top_with_a_link_to_it(client, found):
    client.force_login(found.reviewer)

    response = client.post(desk(found.application, "recommend"), {"advice": "maybe"})

    page = response.content.decode()
    notice = re.search(
        r'<div class="notice notice-amiss" role="alert">.*?</div>', page, re.S
    )
    links = re.findall(r'<a href="#([\w-]+)">(.*?)</a>: ([^<]*)', notice[0])
    assert [(label, told) for _, label, told in links] == [
        (
            "You advise to",
            "Select a valid choice. maybe is not one of the available choices.",
        ),
        ("Reasons", "This field is required."),
    ]
    assert all(f'id="{field}"' in page for field, _, _ in links)
    assert "<title>Not done: " in page


def test_assigning_offers_reviewers_and_marks_conflicts(client, found):
    client.force_login(found.officer)

    page = client.get(desk(found.application)).content.decode()

    offered = re.findall(r'<option value="(\d+)"[^>]*>([^<]*)</option>', page)
    by_key = {int(key): name for key, name in offered}
    assert by_key[found.reviewer.pk] == found.reviewer.email
    assert by_key[found.conflicted.pk].endswith("(conflict of interest)")
    assert found.applicant.pk not in by_key
    response = client.post(
        desk(found.application, "assign"), {"to": found.conflicted.pk}
    )
    assert response.status_code == 422
    assert "A conflict of interest" in said(response)
    assert anew(found.application).assigned_to != found.conflicted


@pytest.mark.parametrize(
    ("verb", "data", "words"),
    [
        ("request_changes", {"text": "All my words"}, "All my words"),
        ("recommend", {"advice": "decline", "reasons": "My reasons"}, "My reasons"),
        ("reopen", {"reason": "Why again"}, "Why again"),
    ],
)
def test_verb_that_comes_too_late_is_told_and_keeps_what_was_typed(
    client, submitted, verb, data, words
):
    found = submitted
    client.force_login(found.officer)

    response = client.post(desk(found.application, verb), data)

    page = response.content.decode()
    assert response.status_code == 422
    assert "it is too late, or too early" in page
    assert words in page
    assert 'role="alert"' in page
    assert anew(found.application).state == "submitted"


def test_right_that_was_lost_is_told_and_keeps_what_was_typed(client, found):
    client.force_login(found.conflicted)

    response = client.post(
        desk(found.application, "recommend"),
        {"advice": "accept", "reasons": "We are neighbours."},
    )

    assert response.status_code == 403
    assert "A conflict of interest" in said(response)
    assert "We are neighbours." in said(response)
    assert not found.application.recommendations.exists()


def test_what_is_missing_is_told_beside_its_field(client, found):
    client.force_login(found.reviewer)

    response = client.post(desk(found.application, "recommend"), {"reasons": "Typed"})

    page = response.content.decode()
    assert response.status_code == 422
    assert "Typed</textarea>" in page
    assert "This field is required." in page


@pytest.mark.parametrize("text", ["turn\u202earound", "nul\x00", "x" * 20_001])
def test_text_that_hides_or_is_endless_is_refused(client, found, text):
    client.force_login(found.reviewer)
    comment = {"text": text, "visibility": "reviewers"}

    response = client.post(desk(found.application, "comment"), comment)

    assert response.status_code == 422
    assert not found.application.comments.exists()


# Comments


@pytest.mark.parametrize(
    ("who", "narrowest"), [("officer", "staff"), ("reviewer", "reviewers")]
)
def test_comment_is_as_narrow_as_its_writer_may(client, found, who, narrowest):
    client.force_login(getattr(found, who))

    page = client.get(desk(found.application)).content.decode()

    choices = re.findall(r'<input [^>]*name="visibility"[^>]*>', page)
    values = [re.search(r'value="(\w+)"', each)[1] for each in choices]
    checked = [v for v, each in zip(values, choices, strict=True) if "checked" in each]
    assert checked == [narrowest] == values[:1]


def test_reviewer_cannot_write_what_staff_alone_read(client, found):
    client.force_login(found.reviewer)
    comment = {"text": "Psst", "visibility": "staff"}

    assert client.post(desk(found.application, "comment"), comment).status_code == 422
    with pytest.raises(PermissionDenied):
        found.application.comment(by=found.reviewer, text="Psst")
    assert not found.application.comments.exists()


def test_wide_comment_is_asked_again_first(client, found):
    client.force_login(found.reviewer)
    mails = Mail.objects.count()
    wide = {"text": "Dear applicants", "visibility": "applicant"}

    response = client.post(desk(found.application, "comment"), wide)

    assert response.status_code == 200
    assert "Shall the applicants read this?" in said(response)
    assert found.applicant.email in said(response)
    assert "Dear applicants</textarea>" in response.content.decode()
    assert not found.application.comments.exists()
    assert Mail.objects.count() == mails

    confirmed = wide | {"confirmed": "yes"}
    client.post(desk(found.application, "comment"), confirmed)
    comment = found.application.comments.get()
    assert (comment.text, comment.visibility) == ("Dear applicants", "applicant")
    assert Mail.objects.count() > mails


def test_wide_comment_can_be_kept_narrow_after_all(client, found):
    client.force_login(found.reviewer)
    narrow = {"text": "Well", "visibility": "reviewers", "confirmed": "yes"}

    client.post(desk(found.application, "comment"), narrow)

    assert found.application.comments.get().visibility == Comment.Visibility.REVIEWERS


# Ends


@pytest.mark.parametrize(
    ("verb", "state"), [("withdraw", "withdrawn"), ("expire", "expired")]
)
def test_officer_ends_it_without_a_decision(client, found, verb, state):
    client.force_login(found.officer)

    client.post(desk(found.application, verb), {"reason": "They wrote so."})

    application = anew(found.application)
    assert application.state == state
    assert application.events.last().reason == "They wrote so."
    if state == "expired":
        client.post(desk(application, "revive"))
        assert anew(application).state == "changes_requested"


def test_second_click_finds_it_done_and_does_nothing(client, submitted):
    found = submitted
    client.force_login(found.reviewer)

    client.post(desk(found.application, "take_up"))
    response = client.post(desk(found.application, "take_up"))

    assert response.status_code == 422
    assert found.application.events.filter(verb="take_up").count() == 1


def test_form_from_elsewhere_is_refused(submitted):
    strict = Client(enforce_csrf_checks=True)
    found = submitted
    strict.force_login(found.officer)

    assert strict.post(desk(found.application, "take_up")).status_code == 403
    assert anew(found.application).state == "submitted"


def test_withdrawn_while_a_recommendation_is_written(client, found):
    """The page that comes instead shows what it is now, and what was typed."""
    client.force_login(found.reviewer)
    anew(found.application).withdraw(by=found.applicant)
    advice = {"advice": "accept", "reasons": "Long and good reasons"}

    response = client.post(desk(found.application, "recommend"), advice)

    assert response.status_code == 422
    assert "Withdrawn" in said(response)
    assert "Long and good reasons" in said(response)
    assert anew(found.application).state == "withdrawn"
