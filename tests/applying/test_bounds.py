"""How much of the registry, and of strangers' mailboxes, one account can use."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from members.models import (
    Allowance,
    Application,
    Invitation,
    Mail,
    applications,
    colleagues,
    drafting,
)
from members.models.reviewing import REPLIES_AN_HOUR
from members.views.applications import kept
from tests import factories
from tests.applying.scenes import address, draft, form, says

pytestmark = pytest.mark.django_db


def test_an_account_begins_so_many_applications_in_a_month(client):
    by = factories.applicant()
    client.force_login(by)
    for _ in range(applications.OPENED_AT_MOST):
        Application.open(by=by)

    page = client.post(reverse("members:application_open"), follow=True)

    assert "in 31 days" in page.text
    assert by.collaborations.count() == applications.OPENED_AT_MOST
    last = Application.objects.order_by("-pk").first()
    last.withdraw(by=by)
    with pytest.raises(ValidationError, match="in 31 days"):
        last.reapply(by=by)
    Application.objects.update(opened_at=timezone.now() - dt.timedelta(days=31))
    last.reapply(by=by)


def test_staff_enter_as_many_as_write():
    clerk = factories.officer()
    for _ in range(applications.OPENED_AT_MOST + 1):
        Application.open(by=clerk, source="letter")


def test_an_account_invites_so_many_in_a_day_however_many_applications_it_has(client):
    first = draft(client)
    by = first.opened_by
    second = Application.open(by=by)
    rest = colleagues.INVITED_A_DAY - colleagues.INVITED_AT_MOST
    for application, times in ((first, colleagues.INVITED_AT_MOST), (second, rest - 1)):
        for number in range(times):
            email = f"{number}@example.org"
            Invitation.objects.issue(
                application=application, email=email, invited_by=by, role="reader"
            )
    second.invite(by=by, email="last@example.org", role="reader")
    mails = Mail.objects.count()

    sent = {"email": "stranger@example.org", "role": "reader"}
    page = client.post(address("invite", second), sent)

    assert page.status_code == 422
    assert "in a day" in page.text
    assert Mail.objects.count() == mails
    Invitation.objects.update(invited_at=timezone.now() - dt.timedelta(days=1))
    assert client.post(address("invite", second), sent).status_code == 302


def test_so_many_messages_are_mailed_to_staff_in_an_hour():
    application = factories.application(state="submitted")
    by = application.opened_by
    for number in range(REPLIES_AN_HOUR):
        application.reply(by=by, text=f"Hello for the time {number}?")

    with pytest.raises(ValidationError, match="within an hour"):
        application.reply(by=by, text="Hello?")


def test_an_account_writes_so_much_in_a_day_and_what_it_wrote_stays(client):
    application = draft(client, description="A")
    by = application.opened_by
    page = address("answer", application, "description")
    room = drafting.WRITTEN_A_DAY - 100
    spend = Allowance.objects.spend
    spend(f"written by {by.pk}", times=10**9, seconds=60, amount=room)

    kept = client.post(page, form(application, description="B" * 90))
    refused = client.post(page, form(application, description="C" * 90))
    same = client.post(page, form(application, description="B" * 90))

    assert (kept.status_code, refused.status_code, same.status_code) == (200, 422, 200)
    assert "More was written today" in refused.text
    assert says(application, "description") == "B" * 90


def test_so_many_texts_wait_for_one_writer(client):
    """Each waits in a session of its own, for whoever has ever seen a form."""
    application = draft(client)
    path = address("step", application, "organization")
    sent = form(application, name="Elder")
    sent["writer"] = client.get(path).context["writer"]

    waiting = []
    for _ in range(kept.TIMES + 1):
        stranger = Client()
        stranger.post(path, sent)
        waiting.append(kept.NAME in stranger.session)

    assert waiting == [True] * kept.TIMES + [False]


@pytest.mark.parametrize("number", [1, 3])
def test_new_answers_are_written_at_once(number, django_assert_num_queries):
    application = factories.application(given={})
    by, keys = application.opened_by, ["name", "focus", "note"][:number]
    assert set(keys) <= set(application.questions)
    assert application.content.name == ""

    # In a savepoint: their part before and after the row is locked, what is held, the
    # answers, how much they write in a day, and when it was touched.
    with django_assert_num_queries(9):
        saved = application.save_answers(dict.fromkeys(keys, "Some words"), by=by)

    assert saved.versions == dict.fromkeys(keys, 1)
    assert application.draft == dict.fromkeys(keys, "Some words")
    assert application.content.name == "Some words"
