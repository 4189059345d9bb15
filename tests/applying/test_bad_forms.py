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

pytestmark = [pytest.mark.siege, pytest.mark.django_db]

TYPED = {"text", "email", "url", "number", "search", "date", "textarea"}
CHOSEN = {"select", "radio", "checkbox", "hidden"}
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
    return {name: ODD if kind in CHOSEN else "x" for name, (kind, _) in fields.items()}


def bad_for(fields):
    """Each way in which these fields can be sent badly."""
    if not fields:
        return [nothing]
    is_chosen = any(kind in CHOSEN for kind, _ in fields.values())
    return [nothing, too_much, nul, *([odd_choices] if is_chosen else [])]


def life():
    """Who opens which pages of an application, in one state after the other."""
    application = factories.application()
    by, public_id = application.opened_by, application.public_id
    own, desk = of_applicants(application), of_workbench(application)
    officer, reviewer = factories.officer(), factories.reviewer()
    application.invite(by=by, email="ben@example.org", role="editor")
    steps = [
        reverse("members:application_step", args=[public_id, step.slug])
        for step in STEPS
    ]
    preview = reverse("goals:application_preview", args=[public_id])
    yield {by: [*own, *steps, preview]}
    application.submit(by=by)
    yield {by: own, officer: desk}
    application.take_up(by=officer)
    yield {by: own, reviewer: desk, officer: desk}  # reviewers have all their forms
    application.request_changes(by=officer, text="Please say more.")
    yield {by: own, officer: desk}
    application.reply(by=by, text="We mean it so.")
    application.submit(by=by)
    application.recommend(by=officer, advice="accept", reasons="They fit.")
    application.put_forward(by=officer)
    yield {by: own, officer: desk}
    factories.stage(application, by=officer)
    yield {officer: [*desk, *of_mails(application)]}
    application.take_back(by=officer)
    factories.stage(application, by=officer, outcome="decline")
    application.release(by=officer)
    yield {by: own, officer: desk}
    yield {officer: [reverse("members:workbench_enter")]}


def of_mails(application):
    mails = Mail.objects.filter(application=application, state=Mail.State.DRAFT)[:2]
    shown = [mail.get_absolute_url() for mail in mails]
    return shown + [reverse("members:mail_edit", args=[mail.pk]) for mail in mails]


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


def test_no_form_of_an_application_breaks_or_loses_what_was_typed(client):
    """Each form of each state once, whoever comes to it first."""
    seen, broken, lost = set(), [], []
    for user, pages in chain.from_iterable(each.items() for each in life()):
        client.force_login(user)
        for url, fields in forms_of(client, pages, seen):
            for bad in bad_for(fields):
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


ANSWERS = (
    "name",
    "description",
    "website",
    "lead-email",
    "level",
    "communities",
    "hosts",
    "agreement",
)


def bad_answers(key):
    for typed in ("", HUGE, ODD, NUL, "-1", "9" * 30, "²"):
        yield {key: typed}
        yield {key: [typed, typed], f"seen-{key}": typed}


def test_no_answer_breaks_what_was_kept(client):
    application = factories.application()
    before = application.draft
    client.force_login(application.opened_by)
    for key in ANSWERS:
        with transaction.atomic():
            for sent in ({}, *bad_answers(key)):
                status = answer(client, application, key, sent)
                assert status in (200, 409, 422), (key, status)
                assert others(application.draft, key) == others(before, key)
                assert "\0" not in str(application.draft)
            transaction.set_rollback(True)


def test_no_answer_is_kept_to_what_nobody_asked(client):
    application = factories.application()
    before = application.draft
    client.force_login(application.opened_by)

    for key in ("nothing", "a\u202eb"):
        for typed in ("", HUGE, NUL):
            assert answer(client, application, key, {key: typed}) == 404
            assert application.draft == before


def answer(client, application, key, sent):
    """What the answer is, once it is kept or not."""
    url = reverse("members:application_answer", args=[application.public_id, key])
    response = client.post(url, sent, headers={"HX-Request": "true"})
    application.forget()
    return response.status_code


def others(draft, key):
    return {name: value for name, value in draft.items() if name != key}


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
