"""One's applications, where each stands, and what can be done with it."""

import copy
import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from members.applying.transitions import IN_WORDS, State
from members.models import Application, Verdict
from members.views.applications.own import NEXT
from tests import factories
from tests.applying.scenes import address, colleague, draft, says, writer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("rows")]

LIST = reverse("members:applications")


def opened_by_ada(state):
    ada = factories.applicant()
    ada.first_name = "Ada Lovelace"
    ada.save()
    application = factories.application(by=ada, state=state)
    return Application.objects.get(pk=application.pk)


@pytest.fixture(scope="module")
def rows(kept):
    return kept(lambda: {state: opened_by_ada(state) for state in State.values})


@pytest.fixture
def written(rows, db, client):
    """Brings an application to a state, and its writer to the browser."""

    def write(state):
        application = copy.deepcopy(rows[state])
        client.force_login(application.opened_by)
        return application

    return write


@pytest.mark.parametrize("number", [1, 3])
def test_list_takes_a_constant_number_of_queries(
    client, number, django_assert_num_queries
):
    user = factories.applicant()
    client.force_login(user)
    for each in range(number):
        factories.application(by=user, given={"name": f"Alder {each}"})
    factories.application(given={"name": "Of somebody else"})

    with django_assert_num_queries(4):
        page = client.get(LIST)

    assert page.text.count("Alder") == number
    assert "Of somebody else" not in page.text


def test_an_empty_list_says_what_it_takes(client):
    client.force_login(factories.applicant())

    page = client.get(LIST)

    assert "None yet" in page.text
    assert "Start an application" in page.text


@pytest.mark.parametrize("state", State.values)
def test_page_tells_the_state_and_what_comes_next(client, written, state):
    application = written(state)

    page = client.get(application.get_absolute_url())

    assert IN_WORDS[State(state)].applicants in page.text.replace("&#x27;", "'")
    assert timezone.localdate().strftime("%Y-%m-%d") in page.text
    assert NEXT[State(state)] in page.text
    is_to_change = state == "changes_requested"
    assert ("Read what we ask you for" in page.text) == is_to_change
    assert ("Make the changes" in page.text) == is_to_change
    can = {
        verb
        for verb in page.context["verbs"]
        if address(verb, application) in page.text
    }
    assert (
        can
        == {
            "draft": {"withdraw"},
            "submitted": {"reply", "withdraw"},
            "in_review": {"reply", "withdraw"},
            "changes_requested": {"reply", "withdraw"},
            "recommended": {"reply", "withdraw"},
            "accepted": {"reply"},
            "declined": {"reply", "reapply"},
            "withdrawn": {"reapply"},
            "expired": {"revive"},
        }[state]
    )


@pytest.mark.parametrize("state", ["accepted", "declined"])
def test_decision_is_told_with_its_reason_and_without_its_note(client, written, state):
    application = written("recommended")
    outcome = "accept" if state == "accepted" else "decline"
    factories.stage(
        application, outcome=outcome, reason="It is so.", private_note="Hush."
    )
    staged = client.get(application.get_absolute_url())
    application.release(by=factories.officer())

    page = client.get(application.get_absolute_url())

    assert "It is so." not in staged.text
    assert "It is so." in page.text
    assert "By-laws, 2" in page.text
    assert "Hush." not in page.text + staged.text


def test_applicants_read_what_is_for_them_alone(client, written):
    application = written("in_review")
    officer = factories.officer()
    for visibility in ("staff", "reviewers", "applicant"):
        application.comment(
            by=officer, text=f"For {visibility}.", visibility=visibility
        )
    application.request_changes(by=officer, text="Say <b>more</b>.")

    page = client.get(application.get_absolute_url())

    assert "For applicant." in page.text
    assert "For staff." not in page.text
    assert "For reviewers." not in page.text
    assert page.text.count("Say &lt;b&gt;more&lt;/b&gt;.") == 1
    assert officer.username not in page.text
    assert officer.email not in page.text


def test_usual_time_is_told_to_those_who_wait(client, written):
    # Besides the two that are kept.
    factories.application(state="declined")
    decided = Verdict.objects.released()
    for verdict, days in zip(decided, (10, 20, 60), strict=True):
        Verdict.objects.filter(pk=verdict.pk).update(took=dt.timedelta(days=days))
    application = written("submitted")

    assert (
        "About 3 weeks from submitting"
        in client.get(application.get_absolute_url()).text
    )
    assert "usually takes about 3 weeks" in client.get(LIST).text
    assert "usually takes about 3 weeks" in client.get("/join/").text


def test_time_that_a_decision_took_is_that_since_the_first_submission():
    Verdict.objects.update(took=None)
    application = factories.application(state="recommended")
    earlier = timezone.now() - dt.timedelta(days=9)
    Application.objects.filter(pk=application.pk).update(submitted_at=earlier)
    factories.stage(application, outcome="decline")

    application.release(by=factories.officer())

    assert application.verdict.took.days == 9
    assert Application.objects.usual_time() == application.verdict.took


# Submitting


def test_submitting_lists_every_problem_with_its_field(client):
    application = draft(client, name="Alder")

    page = client.post(address("submit", application))

    assert page.status_code == 422
    assert len(page.context["problems"]) == len(application.problems()) > 10
    for problem in application.problems():
        step = application.questions[problem.field].step
        assert (
            f"{address('step', application, step)}#answer-{problem.field}" in page.text
        )
    application.refresh_from_db()
    assert application.state == "draft"


def test_a_complete_draft_is_submitted(client, written):
    application = written("draft")

    response = client.post(address("submit", application), follow=True)

    assert "Submitted. The consortium has it now." in response.text
    application.refresh_from_db()
    assert application.state == "submitted"
    again = client.post(address("submit", application), follow=True)
    assert "too late" in again.text


def test_who_may_be_the_same_is_asked_before(client):
    member = factories.member(name="Alder Computing", website="https://alder.test")
    application = writer(client, given=factories.answers(name="Alder Computing"))
    key = f"duplicate-organization-{member.public_id}"

    preview = client.get(address("preview", application))
    refused = client.post(address("submit", application))
    client.post(address("duplicates", application), {key: "us", "duplicate-x": "us"})
    accepted = client.post(address("submit", application))

    assert "Is this you?" in preview.text
    assert member.get_absolute_url() in preview.text
    assert (refused.status_code, accepted.status_code) == (422, 302)
    assert says(application, key) == "us"
    assert says(application, "duplicate-x") is None


def test_an_odd_answer_about_a_duplicate_is_refused(client):
    member = factories.member(name="Alder Computing")
    application = writer(client, given=factories.answers(name="Alder Computing"))
    key = f"duplicate-organization-{member.public_id}"

    page = client.post(address("duplicates", application), {key: "maybe"}, follow=True)

    assert "not one of the choices" in page.text
    assert says(application, key) is None


# What can be done


def test_a_reply_is_part_of_the_conversation(client, written):
    application = written("in_review")

    client.post(address("reply", application), {"text": "  Here we are.\n\nStill. "})

    page = client.get(application.get_absolute_url())
    assert "<p>Here we are.</p>" in page.text
    assert "Ada Lovelace" in page.text


@pytest.mark.parametrize("text", ["", "   ", "a" * 20_001, "Ha\u202eha", "Ha\x07"])
def test_a_reply_that_cannot_be_kept_stays_in_its_field(client, written, text):
    application = written("in_review")

    page = client.post(address("reply", application), {"text": text})

    assert page.status_code == 422
    assert not application.comments.exists()
    assert page.context["form"]["text"].value() == text


def test_withdrawing_is_asked_about_first(client, written):
    application = written("in_review")
    path = address("withdraw", application)

    asked = client.get(path)
    application.refresh_from_db()
    assert (asked.status_code, application.state) == (200, "in_review")
    page = client.post(path, {"reason": "We wait a year."}, follow=True)

    application.refresh_from_db()
    assert application.state == "withdrawn"
    assert "We wait a year." in page.text
    assert "closed already" in client.get(path, follow=True).text


def test_reapplying_starts_from_what_was_said(client, written):
    application = written("withdrawn")

    response = client.post(address("reapply", application))

    later = application.later.get()
    assert response["Location"] == address("step", later, "organization")
    assert later.draft["name"] == application.draft["name"]


def test_reviving_gives_the_pen_back(client, written):
    application = written("expired")

    client.post(address("revive", application))

    application.refresh_from_db()
    assert application.state == "draft"


# Revisions


def test_each_revision_can_be_read_with_what_it_changed(client, written):
    application = written("changes_requested")
    by = application.opened_by
    application.save_answers({"focus": "Solvers for most"}, by=by)
    application.submit(by=by)

    first = client.get(address("revision", application, 1))
    second = client.get(address("revision", application, 2))

    assert first.context["changes"] is None
    assert "Solvers for all" in first.text
    (change,) = second.context["changes"]
    assert change.lines == [("-", "Solvers for all"), ("+", "Solvers for most")]
    assert client.get(address("revision", application, 3)).status_code == 404


def test_documents_are_handed_out_to_be_kept(client, written):
    application = written("draft")
    content = b"<script>alert(1)</script>"
    document = application.attach(
        by=application.opened_by, name='a"\u00e4.txt', content=content
    )

    response = client.get(address("document", application, document.pk))

    assert response.content == content
    assert response["Content-Type"] == "text/plain"
    assert response["Content-Disposition"].startswith("attachment;")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
    other = factories.application(given={})
    assert client.get(address("document", other, document.pk)).status_code == 404


@pytest.mark.parametrize("number", [1, 3])
def test_page_takes_a_constant_number_of_queries(
    client, written, number, django_assert_num_queries
):
    application = written("in_review")
    officer = factories.officer()
    for each in range(number):
        application.comment(by=officer, text=f"Hm {each}", visibility="applicant")
        application.attach(
            by=application.opened_by, name=f"{each}.txt", content=b"Letter"
        )
        colleague(application)

    with django_assert_num_queries(17):
        client.get(application.get_absolute_url())

    assert application.events.count() > number


def test_whoever_goes_on_writing_comes_to_what_is_missing(client, written):
    application = written("draft")
    application.save_answers({"lead-name": ""}, by=application.opened_by)

    page = client.get(application.get_absolute_url())
    path = address("step", application, "people")
    assert f'class="button" href="{path}"' in page.text
    assert "Preview and submit</a>" not in page.text.split("</nav>")[-2]

    application.save_answers({"lead-name": "Ada Lovelace"}, by=application.opened_by)
    page = client.get(application.get_absolute_url())
    path = address("preview", application)
    assert f'class="button button-secondary" href="{path}"' in page.text


def test_answers_to_read_stand_under_their_goals(client, written):
    application = written("submitted")

    page = client.get(address("step", application, "commitments"))

    assert page.text.count('class="answers-place"') == 7
    assert page.text.count("<dt>Effort</dt>") == 7
