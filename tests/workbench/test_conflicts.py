"""Who has an interest in an application is kept out by every way there is."""

import copy

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from members.models import Application, Mail
from peso import policy
from tests import factories
from tests.workbench.scenes import officer, scene

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("rows")]


def staged():
    """A decision that is staged, and a superuser who has an interest in it."""
    found = scene(state="recommended")
    factories.stage(found.application, reason="Turbot", private_note="Flounder")
    found.conflicted.is_superuser = found.conflicted.is_staff = True
    found.conflicted.save()
    found.mail = found.application.mails.filter(kind="accepted").first()
    return found


@pytest.fixture(scope="module")
def rows(kept):
    return kept(staged)


@pytest.fixture
def found(rows, db):
    return copy.deepcopy(rows)


@pytest.mark.parametrize("who", ["conflicted", "own"])
def test_mails_of_a_staged_decision_are_kept_from_who_has_an_interest(
    client, found, who
):
    user = getattr(found, who)
    user.is_superuser = True
    user.save()
    client.force_login(user)
    page = reverse("members:mail", args=[found.mail.pk])

    for path in (page, f"{page}edit/"):
        assert client.get(path).status_code == 403, path
    words = {"subject": "Turned", "text": "Round."}
    assert client.post(f"{page}edit/", words).status_code == 403
    assert client.post(f"{page}discard/").status_code == 403
    shown = client.get("/workbench/mail/").text
    assert found.mail.subject not in shown
    found.mail.refresh_from_db()
    assert (found.mail.state, found.mail.edited_by) == ("draft", None)

    client.force_login(found.officer)
    assert "Turbot" in client.get(page).text
    assert client.post(f"{page}edit/", words).status_code == 302
    assert client.post(f"{page}discard/").status_code == 302


def test_words_of_a_staged_decision_are_found_by_no_search(found):

    assert not Mail.objects.matching(found.mail.subject).exists()
    found.application.release(by=found.officer)
    assert Mail.objects.matching(found.mail.subject).exists()


def test_clerk_with_an_interest_does_not_end_what_staff_entered():
    clerk, institution = officer(), factories.institution()
    member = factories.member()
    factories.host(organization=member, institution=institution)
    person = factories.person()
    person.account = clerk
    person.save()
    factories.representative(organization=member, person=person)
    given = factories.answers(hosts=[str(institution.pk)])
    content = {"name": "letter.txt", "content": b"We want to join."}
    application, _ = Application.enter(
        by=officer(), source="letter", given=given, **content
    )

    assert policy.may(clerk, "application.edit", application)
    assert "conflict" in policy.may(clerk, "application.withdraw", application).reason
    assert policy.may(officer(), "application.withdraw", application)


def test_who_wrote_the_earlier_application_judges_no_later_one():
    writer, colleague = officer(), factories.applicant()
    first = factories.application(by=writer)
    first.collaborators.create(user=colleague, role="editor")
    first.withdraw(by=writer)
    second = first.reapply(by=colleague)
    second.withdraw(by=colleague)
    third = second.reapply(by=colleague)

    assert "writing" in third.interest_of(writer)
    assert not policy.may(writer, "application.stage", third)
    assert not third.interest_of(officer())


def test_events_hold_no_name_but_their_page_tells_it(client):
    """They are for ever, and an account can be closed."""
    application = factories.application(state="in_review")
    by, judge, left = application.opened_by, officer(), factories.reviewer()
    judge.first_name, left.first_name = "Zabiwon", "Yarrow"
    judge.save()
    left.save()
    application.collaborators.create(user=left, role="reader")
    application.leave(by=left)
    application.assign(to=judge, by=officer())
    invitation = application.invite(by=by, email="x@secret.example", role="reader")
    application.revoke(invitation, by=by)

    texts = " ".join(application.events.values_list("reason", flat=True))
    for text in ("Zabiwon", "Yarrow", judge.username, left.username, "secret"):
        assert text not in texts
    client.force_login(judge)
    shown = client.get(f"/workbench/applications/{application.public_id}/")
    told = {each.verb: each.told for each in shown.context["events"]}
    assert told["assign"] == "Zabiwon"
    assert told["leave"] == "Yarrow"
    assert told["invite"] == told["revoke"] == "x@secret.example"


def test_interest_that_arises_after_a_page_asked_is_met_by_the_verb(found):
    application, reviewer = found.application, found.reviewer
    assert not application.interests_among([reviewer, found.officer])[reviewer.pk]
    application.collaborators.create(user=reviewer, role="reader")

    with pytest.raises(ValidationError, match="took part in writing"):
        application.assign(to=reviewer, by=found.officer)
