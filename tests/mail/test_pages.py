"""/workbench/mail/: who may see what, and what the buttons do."""

import html
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from members import mailing
from members.emails import representative_invitation
from members.models import Mail
from tests import factories
from tests.factories import mail
from tests.test_conventions import refuse_writes
from tests.test_hostile import MARKUP, Page

pytestmark = pytest.mark.django_db

RIGHTS = ["view_mail", "edit_mail", "release_mail", "discard_mail", "resend_mail"]
VERBS = ["release", "discard", "resend"]


@pytest.fixture
def officer(client):
    user = factories.user(permissions=RIGHTS)
    client.force_login(user)
    return user


def url(name, mail=None):
    return reverse(f"members:{name}", args=[mail.pk] if mail else [])


def every_page(draft):
    yield "get", url("mails")
    yield "get", url("mail", draft)
    yield "get", url("mail_edit", draft)
    yield "post", url("mail_edit", draft)
    for verb in VERBS:
        yield "post", url(f"mail_{verb}", draft)


def test_strangers_are_asked_to_sign_in(client):
    for method, address in every_page(mail(held=True)):
        response = getattr(client, method)(address)

        assert response.status_code == 302, address
        assert "next=" in response["Location"]


def test_applicants_reviewers_and_viewers_see_no_mail(client):
    draft = mail(held=True, subject="Zaquvel")
    for rights in ([], ["review_application"], ["view_organization"]):
        client.force_login(factories.user(permissions=rights))
        for method, address in every_page(draft):
            response = getattr(client, method)(address)
            assert response.status_code == 403, (rights, address)
            assert "Zaquvel" not in response.text
    draft.refresh_from_db()
    assert draft.state == "draft"


def test_who_may_read_may_do_nothing_else(client):
    draft = mail(held=True)
    client.force_login(factories.user(permissions=["view_mail"]))

    page = client.get(url("mail", draft))

    assert page.status_code == 200
    assert "<form" not in page.text.split("<main")[1].split("</main")[0]
    for verb in VERBS:
        assert client.post(url(f"mail_{verb}", draft)).status_code == 403


def test_no_page_of_mails_writes_on_get(client, officer):
    draft = mail(held=True)
    refuse_writes()

    for name in ("mail", "mail_edit"):
        assert client.get(url(name, draft)).status_code == 200
    assert client.get(url("mails")).status_code == 200
    for verb in VERBS:
        assert client.get(url(f"mail_{verb}", draft)).status_code == 405


def test_draft_is_edited_and_released(client, officer):
    draft = mail(held=True)

    page = client.post(
        url("mail_edit", draft), {"subject": "New", "text": "One\r\nTwo"}
    )
    assert page["Location"] == url("mail", draft)
    client.post(url("mail_release", draft))

    draft.refresh_from_db()
    assert (draft.subject, draft.text, draft.state) == ("New", "One\nTwo\n", "queued")
    assert (draft.edited_by, draft.history.count()) == (officer, 3)
    refused = client.get(url("mail_edit", draft), follow=True)
    assert "This mail is “waiting to be sent”." in refused.text


def test_draft_takes_no_words_that_are_none(client, officer):
    draft = mail(held=True)

    for field, value in [
        ("subject", ""),
        ("subject", "a\u202eb"),
        ("text", "  "),
        ("text", "a\x00b"),
    ]:
        words = {"subject": "New", "text": "One", field: value}
        page = client.post(url("mail_edit", draft), words)
        assert page.status_code == 422
        assert set(page.context["form"].errors) == {field}
    draft.refresh_from_db()
    assert draft.subject == "A subject"


def test_draft_for_no_address_is_not_released(client, officer):
    draft = mail(held=True, to="nobody")

    page = client.post(url("mail_release", draft), follow=True)

    assert "is not an address that mail can be sent to" in page.text
    draft.refresh_from_db()
    assert draft.state == "draft"


def test_discarded_draft_is_never_sent(client, officer):
    draft = mail(held=True)

    client.post(url("mail_discard", draft))

    draft.refresh_from_db()
    assert draft.state == "discarded"
    page = client.post(url("mail_release", draft), follow=True)
    assert "This mail is “discarded”." in page.text


def numbers_of_care(client):
    """As its link counts them, and as they are listed."""
    page = client.get(url("mails") + "?state=care")
    (link,) = (link for link in page.context["states"] if link.label == "Need care")
    return link.count, page.context["page"].paginator.count


@pytest.mark.parametrize("facts", [{"answers": {"RCPT": "550 No"}}, {"breaks": "END"}])
def test_failed_mail_is_discarded_and_needs_no_care(client, officer, ways, facts):
    vars(ways).update(facts)
    failed = mail(application=factories.application(given={}))
    mailing.deliver(failed.pk)
    failed.refresh_from_db()
    assert (failed.state, numbers_of_care(client)) == ("failed", (1, 1))
    assert "Discard it" in client.get(url("mail", failed)).text

    page = client.post(url("mail_discard", failed), follow=True)

    assert "It was discarded." in page.text
    assert failed.trouble in html.unescape(page.text)
    assert numbers_of_care(client) == (0, 0)
    failed.refresh_from_db()
    assert (failed.state, failed.is_of_a_decision) == ("discarded", False)
    assert failed in Mail.objects.matching("subject")
    ways.reset()
    mailing.deliver(failed.pk)
    assert ways.arrived == []


def test_failed_secret_is_erased_when_it_is_discarded(client, officer, ways):
    ways.answers = {"RCPT": "550 Unknown"}
    secret = mail(secret=True)
    mailing.deliver(secret.pk)

    client.post(url("mail_discard", secret))

    secret.refresh_from_db()
    assert (secret.state, secret.subject, secret.text) == ("discarded", "", "")


@pytest.mark.parametrize("state", ["queued", "sending", "sent"])
def test_only_drafts_and_what_failed_are_discarded(client, officer, state):
    due = mail()
    facts = {
        "queued": {},
        "sending": {"try_after": None},
        "sent": {"try_after": None, "sent_at": due.at, "delivery": "server"},
    }
    Mail.objects.filter(pk=due.pk).update(state=state, **facts[state])

    page = client.post(url("mail_discard", due), follow=True)

    assert "This mail is “" in page.text
    due.refresh_from_db()
    assert due.state == state


def test_failed_mail_is_sent_again_as_itself_and_a_sent_one_as_a_copy(
    client, officer, ways
):
    ways.answers = {"RCPT": "550 Unknown"}
    first = mail()
    mailing.deliver(first.pk)
    ways.reset()

    client.post(url("mail_resend", first))
    mailing.deliver(first.pk)
    page = client.post(url("mail_resend", first))

    first.refresh_from_db()
    assert (first.state, first.attempts, len(ways.accepted)) == ("sent", 2, 1)
    (copy,) = first.copies.all()
    assert page["Location"] == url("mail", copy)
    assert copy.message_id != first.message_id
    assert (copy.state, copy.by, copy.text) == ("queued", officer, first.text)


def test_secret_is_shown_only_where_mails_arrive_nowhere_else(
    client, officer, settings
):
    secret = mail(secret=True, subject="Your code: 847362", text="847362\n")

    def pages():
        yield client.get(url("mail", secret)).text
        yield client.get(url("mails")).text
        yield client.get(url("mails") + "?q=847").text

    settings.MAIL_IS_SHOWN_ONLY = True
    assert ["847362" in page for page in pages()] == [True, True, False]
    settings.MAIL_IS_SHOWN_ONLY = False
    assert ["847362" in page for page in pages()] == [False, False, False]


def test_draft_with_a_secret_link_is_edited_without_showing_it(
    client, officer, settings
):
    settings.MAIL_IS_SHOWN_ONLY = False
    link = f"{settings.SITE_URL}/invitations/Zaquvel/"
    message = representative_invitation(
        name="Ada", organization="Codes", roles=["Lead"], url=link, days=31
    )
    draft = Mail.objects.write(message, to="ada@example.org", held=True)

    page = client.get(url("mail_edit", draft))
    assert "[link]" in page.text
    assert "Zaquvel" not in page.text + client.get(url("mail", draft)).text
    lost = client.post(url("mail_edit", draft), {"subject": "New", "text": "No link"})
    assert "text" in lost.context["form"].errors
    client.post(url("mail_edit", draft), {"subject": "New", "text": "Go: [link]!"})

    draft.refresh_from_db()
    assert draft.text == f"Go: {link}!\n"


def test_list_is_narrowed_by_state_and_words(client, officer):
    mail(subject="First", held=True)
    mail(subject="Second", to="grace@example.org", held=True)
    mail(subject="Third")

    def subjects(query):
        text = client.get(url("mails") + query).text
        return [word for word in ("First", "Second", "Third") if word in text]

    assert subjects("") == ["First", "Second", "Third"]
    assert subjects("?state=draft") == ["First", "Second"]
    assert subjects("?state=draft&q=grace") == ["Second"]
    assert subjects("?q=secon+EXAMPLE.org") == ["Second"]
    assert subjects("?q=nothing") == []
    broken = client.get(url("mails") + "?state=lost&page=x&q=%00")
    assert broken.status_code == 200
    assert "There is no state “lost”." in broken.text


def test_counts_agree_with_the_lists(client, officer):
    mail(held=True)
    failed = mail()
    Mail.objects.filter(pk=failed.pk).update(
        state="failed", try_after=None, trouble="550 No"
    )

    for link in client.get(url("mails")).context["states"]:
        page = client.get(f"{url('mails')}?{link.query}").context["page"]
        assert page.paginator.count == link.count


@pytest.mark.parametrize("rows", [1, 3])
def test_list_asks_as_often_for_three_mails(client, officer, rows):
    for _ in range(rows):
        mail()
    client.get(url("mails"))

    with CaptureQueriesContext(connection) as queries:
        client.get(url("mails"))

    ours = [q for q in queries.captured_queries if "members_mail" in q["sql"]]
    assert len(ours) == 3


def test_page_runs_nothing_that_was_typed(client, officer):
    bad = mail(subject=MARKUP, text=f"{MARKUP}\n\njavascript:alert(1)\n", held=True)

    for address in (url("mails"), url("mail", bad), url("mail_edit", bad)):
        page = client.get(address)
        assert Page(page.text).bad == []
        assert "onerror=alert" in page.text


def test_trouble_is_told_where_mails_are_listed(client, officer, settings):
    settings.MAIL_SERVER, settings.MAIL_IS_SHOWN_ONLY = None, False

    page = client.get(url("mails")).text

    assert re.search("No mail server is set", page)
    assert re.search("No worker is running", page)
