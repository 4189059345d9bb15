"""Who reaches what of an application: every address, by everybody."""

import copy
import re

import pytest
from django.test import Client
from django.urls import get_resolver, reverse

from tests import factories
from tests.applying.scenes import HTMX, address, colleague

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("rows")]

# Who meets an application as if there were none, and who takes part in it.
OUTSIDE = ("other", "reviewer", "officer", "former")
INSIDE = ("reader", "editor")
GET, POST = "get", "post"
# Of each address: the method, what is sent, the state, what a reader and an editor get.
DRAFT, OPEN = "draft", "in_review"
ADDRESSES = {
    "application": (GET, {}, DRAFT, 200, 200),
    "application_step": (GET, {}, DRAFT, 200, 200),
    "application_preview": (GET, {}, DRAFT, 200, 200),
    "application_colleagues": (GET, {}, DRAFT, 200, 200),
    "application_revision": (GET, {}, OPEN, 200, 200),
    "application_document": (GET, {}, OPEN, 200, 200),
    "application_answer": (POST, {"name": "N", "seen-name": 1}, DRAFT, 403, 200),
    "application_submit": (POST, {}, DRAFT, 403, 302),
    "application_duplicates": (POST, {}, DRAFT, 403, 302),
    "application_reply": (POST, {"text": "Hello"}, OPEN, 403, 302),
    "application_withdraw": (POST, {}, OPEN, 403, 302),
    "application_revive": (POST, {}, "expired", 403, 302),
    "application_reapply": (POST, {}, "withdrawn", 403, 302),
    "application_invite": (
        POST,
        {"email": "new@example.org", "role": "reader"},
        DRAFT,
        403,
        302,
    ),
    "application_revoke": (POST, {}, DRAFT, 403, 302),
    "application_dismiss": (POST, {}, DRAFT, 403, 302),
    "application_leave": (POST, {}, DRAFT, 302, 302),
}
# Those that are of no application.
OWN = {"applications", "application_open", "invitation"}


def cookies_of(user):
    """Those of a browser in which `user` is signed in."""
    client = Client()
    client.force_login(user)
    return client.cookies


class Scene:
    def __init__(self, state):
        editor = factories.applicant()
        self.application = factories.application(by=editor)
        self.people = {
            "editor": colleague(self.application),
            "reader": colleague(self.application, role="reader"),
            "former": colleague(self.application),
            "other": factories.application(given={}).opened_by,
            "reviewer": factories.reviewer(),
            "officer": factories.officer(),
        }
        row = self.application.collaborators.get(user=self.people["former"])
        self.application.dismiss(row, by=editor)
        self.document = self.application.attach(
            by=editor, name="letter.txt", content=b"Dear all"
        )
        self.invitation = self.application.invite(
            by=editor, email="ada@example.org", role="editor"
        )
        self.colleague = colleague(self.application)
        factories._bring(self.application, state, editor)
        self.cookies = {who: cookies_of(user) for who, user in self.people.items()}

    def sign_in(self, client, who):
        client.cookies = self.cookies[who]

    def address(self, name):
        places = {
            "application_step": ["people"],
            "application_revision": [1],
            "application_document": [self.document.pk],
            "application_answer": ["name"],
            "application_revoke": [self.invitation.pk],
            "application_dismiss": [
                self.application.collaborators.get(user=self.colleague).pk
            ],
        }
        short = name.removeprefix("application").removeprefix("_")
        return address(short, self.application, *places.get(name, []))


@pytest.fixture(scope="module")
def rows(kept):
    states = {state for _, _, state, *_ in ADDRESSES.values()}
    return kept(lambda: {state: Scene(state) for state in states})


@pytest.fixture
def brought_to(rows, db):
    return lambda state: copy.deepcopy(rows[state])


def ask(client, method, path, sent, headers=None):
    return getattr(client, method)(path, sent, headers=headers or {})


def names():
    """The addresses of applicants, of all that there are."""
    for pattern, space in (("members.urls", "members"), ("goals.urls", "goals")):
        resolver = get_resolver(pattern)
        for name in resolver.reverse_dict:
            if isinstance(name, str) and re.match("application|invitation", name):
                yield space, name


def test_every_address_is_asked_below():
    assert {name for _, name in names()} == set(ADDRESSES) | OWN


@pytest.mark.parametrize("name", ADDRESSES)
def test_a_stranger_is_led_to_sign_in(client, brought_to, name):
    method, sent, state, *_ = ADDRESSES[name]
    path = brought_to(state).address(name)

    response = ask(client, method, path, sent)
    part = ask(client, method, path, sent, HTMX)

    assert response.status_code == 302
    assert response["Location"] == f"/accounts/login/?next={path}"
    assert part.status_code == 401


@pytest.mark.parametrize("name", ADDRESSES)
def test_whoever_takes_no_part_meets_nothing(client, brought_to, name):
    method, sent, state, *_ = ADDRESSES[name]
    scene = brought_to(state)
    before = tuple(scene.application.events.values_list("pk"))

    path = scene.address(name)
    for who in OUTSIDE:
        scene.sign_in(client, who)
        assert ask(client, method, path, sent).status_code == 404, who
    # Whoever they are, a part of a page is not there either.
    assert ask(client, method, path, sent, HTMX).status_code == 404

    assert tuple(scene.application.events.values_list("pk")) == before


@pytest.mark.parametrize("who", INSIDE)
@pytest.mark.parametrize("name", ADDRESSES)
def test_readers_see_all_and_editors_do_all(client, brought_to, name, who):
    method, sent, state, reader, editor = ADDRESSES[name]
    scene = brought_to(state)
    scene.sign_in(client, who)
    versions = tuple(scene.application.answers.values_list("version"))

    response = ask(client, method, scene.address(name), sent)

    assert response.status_code == {"reader": reader, "editor": editor}[who]
    if who == "reader":
        assert tuple(scene.application.answers.values_list("version")) == versions
    if (
        response.status_code == 200
        and method == GET
        and "html" in response["Content-Type"]
    ):
        assert "no-store" in response["Cache-Control"]


@pytest.mark.parametrize("step", ["organization", "commitments"])
def test_a_reader_cannot_save_a_step(client, brought_to, step):
    scene = brought_to(DRAFT)
    scene.sign_in(client, "reader")

    path = address("step", scene.application, step)
    response = client.post(path, {"name": "New", "seen-name": 1})

    assert response.status_code == 403
    assert "read this application" in response.text


def test_a_reader_meets_no_form_but_to_leave_and_sign_out(client, brought_to):
    scene = brought_to(OPEN)
    scene.sign_in(client, "reader")

    for name in ("application", "application_step", "application_preview"):
        page = client.get(scene.address(name))
        actions = set(re.findall('<form[^>]*action="([^"]*)"', page.text))
        assert actions == {reverse("account_logout")}, name
    page = client.get(scene.address("application_colleagues"))
    actions = set(re.findall('<form[^>]*action="([^"]*)"', page.text))
    leave = address("leave", scene.application)
    assert actions == {reverse("account_logout"), leave}


@pytest.mark.parametrize(
    "name", [n for n, case in ADDRESSES.items() if case[0] == POST]
)
def test_nothing_is_done_by_a_get(client, brought_to, name):
    _, sent, state, *_ = ADDRESSES[name]
    scene = brought_to(state)
    scene.sign_in(client, "editor")
    before = tuple(scene.application.events.values_list("pk"))

    response = client.get(scene.address(name), sent)

    # These two lead back to where somebody was, or ask first.
    usual = {"application_reply": 302, "application_withdraw": 200}
    assert response.status_code == usual.get(name, 405)
    assert tuple(scene.application.events.values_list("pk")) == before


def test_officers_write_what_staff_entered_and_reviewers_do_not(client):
    officer = factories.officer()
    application = type(factories.application(given={})).open(
        by=officer, source="letter"
    )
    path = address("answer", application, "name")

    client.force_login(officer)
    assert client.get(address("step", application, "people")).status_code == 200
    assert client.post(path, {"name": "Alder"}, headers=HTMX).status_code == 200
    client.force_login(factories.reviewer())
    assert client.post(path, {"name": "Elder"}, headers=HTMX).status_code == 404
    client.force_login(factories.applicant())
    assert client.get(application.get_absolute_url()).status_code == 404


@pytest.mark.parametrize("public_id", ["AAAAAAAA", "x", "\x00", "é" * 300])
def test_an_application_that_never_was_is_not_there(client, public_id):
    client.force_login(factories.applicant())

    path = reverse("members:application", args=[public_id])

    assert client.get(path).status_code == 404
