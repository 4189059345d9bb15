"""Who reaches what in the workbench: every address, by everybody."""

import copy
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.urls import get_resolver

from members.models import Application
from tests import factories
from tests.test_conventions import refuse_writes
from tests.workbench.scenes import desk, scene

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("rows")]

PEOPLE = (
    "stranger",
    "applicant",
    "other",
    "without_factor",
    "own",
    "conflicted",
    "reviewer",
    "officer",
)
# What each of them meets, in this order: in = led to sign in, 2nd = led to set up a
# second factor, no = 403, 404 = as if there were none, ok = 200, did = done.
SHUT = "in no no 2nd"
FOR_REVIEWERS = f"{SHUT} ok ok ok ok"
OWN_HIDDEN = f"{SHUT} 404 ok ok ok"
BY_FREE_REVIEWERS = f"{SHUT} 404 no did did"
BY_OFFICERS = f"{SHUT} 404 no no did"
PAGES = {
    "workbench": ("in_review", FOR_REVIEWERS),
    "workbench_enter": ("in_review", f"{SHUT} no no no ok"),
    "workbench_application": ("in_review", OWN_HIDDEN),
    "workbench_document": ("in_review", OWN_HIDDEN),
    "workbench_decision": ("recommended", f"{SHUT} 404 no no ok"),
}
WORDS = {"reason": "Because."}
VERBS = {
    "take_up": ("submitted", {}, BY_FREE_REVIEWERS),
    "assign": ("in_review", {"to": ""}, BY_FREE_REVIEWERS),
    "request_changes": ("in_review", {"text": "More."}, BY_FREE_REVIEWERS),
    "recommend": (
        "in_review",
        {"advice": "accept", "reasons": "Good."},
        BY_FREE_REVIEWERS,
    ),
    "put_forward": ("advised", {}, BY_FREE_REVIEWERS),
    "reopen": ("recommended", WORDS, BY_FREE_REVIEWERS),
    # Who has an interest may say so.
    "comment": (
        "in_review",
        {"text": "Hm.", "visibility": "reviewers"},
        f"{SHUT} 404 did did did",
    ),
    "stage": (
        "recommended",
        {"outcome": "decline", "reason": "No.", "clause": "By-laws"},
        BY_OFFICERS,
    ),
    "take_back": ("staged", {}, BY_OFFICERS),
    "release": ("staged", {}, BY_OFFICERS),
    "expire": ("in_review", WORDS, BY_OFFICERS),
    "withdraw": ("in_review", WORDS, BY_OFFICERS),
    "revive": ("expired", {}, BY_OFFICERS),
    # Belongs to those who write it: in one that staff entered, to officers.
    "attach": ("in_review", {}, f"{SHUT} 404 no no no"),
}


BEFORE = {"advised": "in_review", "staged": "recommended", "expired": "submitted"}


def with_cookies(state):
    found = scene(state=state)
    found.cookies = {name: cookies_of(getattr(found, name)) for name in PEOPLE}
    return found


def bring_on(application, state):
    """To a state that is one verb away from one that is kept."""
    officer = factories.officer()
    if state == "advised":
        application.recommend(by=officer, advice="accept", reasons="Good.")
    if state == "staged":
        factories.stage(application, by=officer, outcome="decline")
    if state == "expired":
        application.expire(by=officer)


def cookies_of(person):
    """Those of a browser in which `person` is signed in."""
    client = Client()
    if person:
        client.force_login(person)
    return client.cookies


@pytest.fixture(scope="module")
def rows(kept):
    asked = {state for state, *_ in (*PAGES.values(), *VERBS.values())}
    return kept(lambda: {state: with_cookies(state) for state in asked - set(BEFORE)})


@pytest.fixture
def brought_to(rows, db):
    def bring(state):
        found = copy.deepcopy(rows[BEFORE.get(state, state)])
        if state in BEFORE:
            bring_on(found.application, state)
        return found

    return bring


def met(response, path):
    """What somebody met, in the words of the table."""
    if response.status_code == 302 and "/accounts/login/" in response["Location"]:
        return "in"
    if response.status_code == 302 and response["Location"].startswith("/accounts/"):
        return "2nd"
    if response.status_code == 302 and response["Location"].startswith("/workbench/"):
        return "did"
    return {200: "ok", 403: "no", 404: "404"}.get(
        response.status_code, response.status_code
    )


def by_everybody(client, found, ask):
    answers = []
    for name in PEOPLE:
        client.cookies = found.cookies[name]
        with transaction.atomic():
            answers.append(met(*ask(found)))
            transaction.set_rollback(True)
    return " ".join(map(str, answers))


@pytest.mark.parametrize("name", PAGES)
def test_page_opens_to_these(client, brought_to, name):
    state, expected = PAGES[name]
    found = brought_to(state)
    document = found.application.documents.create(
        name="a.txt", media_type="text/plain", content=b"a", size=1, by=found.officer
    )
    addresses = {
        "workbench": "/workbench/",
        "workbench_enter": "/workbench/enter/",
        "workbench_application": desk(found.application),
        "workbench_document": f"{desk(found.application)}documents/{document.pk}/",
        "workbench_decision": desk(found.application, "decision"),
    }

    def ask(found):
        return client.get(addresses[name]), addresses[name]

    assert by_everybody(client, found, ask) == expected


@pytest.mark.parametrize("name", PAGES)
def test_page_writes_nothing(client, brought_to, name):
    state, _ = PAGES[name]
    found = brought_to(state)
    path = {"workbench": "/workbench/", "workbench_enter": "/workbench/enter/"}
    below = "decision" if name == "workbench_decision" else ""
    client.force_login(found.officer)
    refuse_writes()

    response = client.get(path.get(name) or desk(found.application, below))

    assert response.status_code == 200


@pytest.mark.parametrize("verb", VERBS)
def test_verb_is_done_for_these(client, brought_to, verb):
    state, data, expected = VERBS[verb]
    found = brought_to(state)

    def ask(found):
        sent = dict(data)
        if verb == "release":
            sent["verdict"] = found.application.staged.pk
        if verb == "attach":
            sent["document"] = SimpleUploadedFile("a.txt", b"Dear all")
        path = desk(found.application, verb)
        return client.post(path, sent), path

    assert by_everybody(client, found, ask) == expected


def test_entering_is_for_officers(client, brought_to):
    found = brought_to("in_review")

    def ask(found):
        letter = SimpleUploadedFile("a.txt", b"Dear all")
        sent = {"source": "letter", "name": "Anybody", "document": letter}
        return client.post("/workbench/enter/", sent), "/workbench/enter/"

    assert by_everybody(client, found, ask) == f"{SHUT} no no no did"


def test_what_staff_entered_is_for_officers_until_it_is_submitted(client, brought_to):
    found = brought_to("in_review")
    found.application, _ = Application.enter(
        by=found.officer,
        source="letter",
        name="a.txt",
        content=b"Dear all",
        given={"name": "Anybody"},
    )

    def ask(found):
        return client.get(desk(found.application)), desk(found.application)

    # It is nobody's own: the reviewer who takes part in another one finds none either.
    assert by_everybody(client, found, ask) == f"{SHUT} 404 404 404 ok"


def test_the_tables_above_have_every_address():
    routes = get_resolver("members.views.workbench.urls").url_patterns
    names = {route.name for route in routes}

    assert names == set(PAGES) | {f"workbench_{verb}" for verb in VERBS}


def test_verbs_take_nothing_but_a_post(client, brought_to):
    found = brought_to("submitted")
    client.force_login(found.officer)

    for verb in VERBS:
        response = client.get(desk(found.application, verb))
        assert response.status_code == 405, verb

    found.application.refresh_from_db()
    assert found.application.state == "submitted"


def test_who_is_refused_reads_the_reason(client):
    client.force_login(factories.applicant())

    response = client.get("/workbench/")

    assert response.status_code == 403
    assert "does not have the right" in re.sub(r"\s+", " ", response.content.decode())
    assert "members.review_application" in response.content.decode()
