"""Every form of an application, sent empty, huge, with NUL, and with odd characters."""

from html.parser import HTMLParser
from itertools import chain

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.urls import resolve, reverse

from members.applying.questions import STEPS
from members.models import Mail
from tests import factories

pytestmark = pytest.mark.django_db

TYPED = {"text", "email", "url", "number", "search", "date", "textarea"}
HUGE = "marked" + "x" * 100_001
ODD = "marked\u202e \\ud800 \ufffe <xss> \x1b " + "word " * 100
NUL = "a\0b"
ANSWERED = (200, 302, 400, 403, 404, 409, 422)
SHOWN_AGAIN = (200, 409, 422)


class Forms(HTMLParser):
    """The forms of a page that are sent by POST: [(action, {name: (kind, value)})].

    Nobody types the token that each of them has.
    """

    def __init__(self, text):
        super().__init__()
        self.found, self.fields, self.area = [], None, ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        name = attrs.get("name")
        if tag == "form":
            is_sent = attrs.get("method", "").lower() == "post"
            self.fields = {} if is_sent else None
            if is_sent:
                self.found.append((attrs.get("action", ""), self.fields))
        elif self.fields is None or name in (None, "csrfmiddlewaretoken"):
            return
        elif tag == "input":
            kind = attrs.get("type", "text")
            self.fields[name] = (kind, attrs.get("value") or "")
        elif tag in ("textarea", "select"):
            self.fields[name] = (tag, "")

    def handle_endtag(self, tag):
        if tag == "form":
            self.fields = None


def nothing(fields):
    return {}


def too_much(fields):
    """One huge, the others odd, in every field that people type into."""
    sent = {}
    for name, (kind, value) in fields.items():
        if kind == "file":
            sent[name] = SimpleUploadedFile("marked.pdf", HUGE.encode() + b"\0\xff")
        elif kind in TYPED:
            sent[name] = HUGE if HUGE not in sent.values() else ODD
        else:
            sent[name] = value
    return sent


def nul(fields):
    return dict.fromkeys(fields, NUL)


def odd_choices(fields):
    """What no page offers, where something is to be chosen."""
    return {
        name: ODD if kind in ("select", "radio", "checkbox", "hidden") else "x"
        for name, (kind, _) in fields.items()
    }


BAD = [nothing, too_much, nul, odd_choices]


def being_written():
    """Who opens which pages, of an application in one state."""
    application = factories.application()
    by, public_id = application.opened_by, application.public_id
    application.invite(by=by, email="ben@example.org", role="editor")
    steps = [
        reverse("members:application_step", args=[public_id, step.slug])
        for step in STEPS
    ]
    preview = reverse("goals:application_preview", args=[public_id])
    return {by: [*of_applicants(application), *steps, preview]}


def in_state(state):
    def scene():
        application = factories.application(state=state)
        desk = of_workbench(application)
        judges = [factories.officer()]
        if state == "in_review":  # here reviewers have all their forms
            judges.insert(0, factories.reviewer())
        return {application.opened_by: of_applicants(application)} | dict.fromkeys(
            judges, desk
        )

    scene.__name__ = state
    return scene


def staged():
    application = factories.application(state="recommended")
    factories.stage(application)
    mails = Mail.objects.filter(application=application, state=Mail.State.DRAFT)
    edits = [reverse("members:mail_edit", args=[mail.pk]) for mail in mails[:2]]
    shown = [mail.get_absolute_url() for mail in mails[:2]]
    return {factories.officer(): [*of_workbench(application), *shown, *edits]}


def entering():
    return {factories.officer(): [reverse("members:workbench_enter")]}


def of_applicants(application):
    public_id = [application.public_id]
    names = ("application", "application_colleagues", "application_withdraw")
    return [reverse(f"members:{name}", args=public_id) for name in names]


def of_workbench(application):
    public_id = [application.public_id]
    names = ("workbench_application", "workbench_decision")
    return [reverse(f"members:{name}", args=public_id) for name in names]


def given_back(fields, text):
    """Whether an answer shows all that was typed, files apart."""
    typed = sum(kind in TYPED for kind, _ in fields.values())
    return text.count("marked") >= typed


STATES = ("submitted", "in_review", "changes_requested", "recommended", "declined")


SCENES = [being_written, *map(in_state, STATES), staged, entering]


def test_no_form_of_an_application_breaks_or_loses_what_was_typed(client):
    """Each form of each state once, whoever comes to it first."""
    seen, broken, lost = set(), [], []
    for user, pages in chain.from_iterable(scene().items() for scene in SCENES):
        client.force_login(user)
        for url, fields in forms_of(client, pages, seen):
            for bad in BAD if fields else [nothing]:
                answer = send(client, url, bad(fields))
                if answer.status_code not in ANSWERED:
                    broken.append((url, bad.__name__, answer.status_code))
                is_again = answer.status_code in SHOWN_AGAIN
                if bad is too_much and is_again and not given_back(fields, answer.text):
                    lost.append((url, list(fields)))
        assert "_auth_user_id" in client.session

    assert broken == []
    assert lost == []
    assert len(seen) > 26


def forms_of(client, pages, seen):
    """The forms of these pages that are not `seen`."""
    for page in pages:
        for action, fields in Forms(client.get(page).text).found:
            url = action or page
            if url.startswith(("/accounts", "/admin")):
                continue
            form = (resolve(url).route, resolve(url).kwargs.get("step"), *fields)
            if form not in seen:
                seen.add(form)
                yield url, fields


def send(client, url, typed):
    """The answer to it; what it did is undone, and whoever sent it still signed in."""
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    with transaction.atomic():
        answer = client.post(url, typed)
        transaction.set_rollback(True)
    client.cookies[settings.SESSION_COOKIE_NAME] = session
    return answer


ANSWERS = ("name", "description", "website", "lead-email", "level", "communities")


def bad_answers(key):
    for typed in ("", HUGE, ODD, NUL, "-1", "9" * 30, "²"):
        yield {key: typed}
        yield {key: [typed, typed], f"seen-{key}": typed}


@pytest.mark.parametrize("key", [*ANSWERS, "hosts", "agreement", "nothing", "a\u202eb"])
def test_no_answer_breaks_what_was_kept(client, key):
    application = factories.application()
    client.force_login(application.opened_by)
    url = reverse("members:application_answer", args=[application.public_id, key])
    before = application.draft

    for sent in ({}, *bad_answers(key)):
        answer = client.post(url, sent, headers={"HX-Request": "true"})
        assert answer.status_code in (200, 404, 409, 422), answer.status_code

        application.forget()
        assert {k: v for k, v in application.draft.items() if k != key} == {
            k: v for k, v in before.items() if k != key
        }
        assert "\0" not in str(application.draft)


@pytest.mark.parametrize("token", ["x", "%00", "%E2%80%AE", "x" * 5000, "..", "<xss>"])
def test_an_invitation_that_is_none(client, token):
    client.force_login(factories.applicant())

    for method in (client.get, client.post):
        assert method(f"/invitations/{token}/").status_code in (404, 405, 410)


@pytest.mark.parametrize("public_id", ["x", "%00", "%E2%80%AE", "x" * 5000, "1%2F2"])
@pytest.mark.parametrize("start", ["/applications", "/workbench/applications"])
def test_an_application_that_is_none(client, start, public_id):
    client.force_login(factories.officer())

    for method in (client.get, client.post):
        assert method(f"{start}/{public_id}/").status_code in (404, 405)
