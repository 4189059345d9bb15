"""Harm in every text of an application, and each page that shows it to anyone else."""

import pytest

from members.applying.questions import STEPS
from members.models import Mail
from tests.applying import hostile
from tests.applying.hostile import (
    MARK,
    People,
    accepted,
    declined,
    drafted,
    reviewed,
    staged,
    submitted,
    withdrawn,
)
from tests.test_conventions import views
from tests.test_hostile import Page
from tests.test_leaks import filled

pytestmark = [pytest.mark.siege, pytest.mark.django_db]
# Whoever asks on the other side meets nothing of an application, as the tests of rights
# tell; all have a list of their own applications.
SIDES = {
    "editor": "/applications/",
    "reader": "/applications/",
    "reviewer": "/workbench/",
    "officer": "/workbench/",
}
# What is another page in another state.
CHANGING = [
    "/applications/",
    "/applications/<str:public_id>/",
    "/applications/<str:public_id>/colleagues/",
    "/applications/<str:public_id>/withdraw/",
    "/workbench/",
    "/workbench/applications/<str:public_id>/",
    "/workbench/applications/<str:public_id>/decision/",
    "/workbench/mail/<int:pk>/",
    "/workbench/mail/<int:pk>/edit/",
]
QUERIES = {
    "/workbench/": ["?q=%22%3E%3Cxss%3E"],
    "/workbench/applications/<str:public_id>/": ["?from=1&to=2"],
    "/workbench/mail/": ["?q=%22%3E%3Cxss%3E"],
}


@pytest.fixture(autouse=True)
def mails_are_shown(settings):
    settings.MAIL_IS_SHOWN_ONLY = True


def addresses(application, queries):
    """{route: all that it leads to of this application, and of its mails}"""
    values = {
        "public_id": [application.public_id],
        "step": [step.slug for step in STEPS],
        "number": ["1", "2"],
        "token": ["x"],
        "key": ["name"],
    }
    documents, mails = (
        values | {"pk": [str(pk) for pk in rows.values_list("pk", flat=True)]}
        for rows in (application.documents, Mail.objects)
    )
    found = {}
    for _, route, _ in views():
        if route.startswith(tuple(SIDES.values())):
            found[route] = filled(route, mails if "/mail/" in route else documents)
            found[route] += [found[route][0] + q for q in queries.get(route, [])]
    return found


def pages(client, routes, side):
    """What the routes of a side answer.

    What one refuses, it refuses whichever row is asked: mails that may still be written
    are the newest, and come first.
    """
    for route, asked in list(routes.items()):
        is_met = route == "/applications/" or route.startswith(side)
        for address in asked if is_met else ():
            response = client.get(address)
            assert response.status_code in (200, 302, 403, 404, 405), address
            if response.status_code == 405:
                del routes[route]  # nobody opens what is only sent
            if response.status_code in (302, 403, 405):
                break
            kind = response.get("Content-Type", "")
            if response.status_code == 200 and kind.startswith("text/html"):
                yield address, response.text


@pytest.mark.parametrize(
    ("scene", "marked"),
    [
        (drafted, {"editor": 10, "reader": 9, "reviewer": 3, "officer": 7}),
        (submitted, {"editor": 4, "officer": 8}),
        (reviewed, {"editor": 4, "reviewer": 3, "officer": 14}),
        (staged, {"editor": 4, "officer": 22}),
        (accepted, {"editor": 11, "reader": 11, "reviewer": 5, "officer": 24}),
        (declined, {"editor": 3, "officer": 17}),
        (withdrawn, {"editor": 3, "officer": 11}),
    ],
)
def test_no_page_of_an_application_runs_or_mixes_what_was_typed(client, scene, marked):
    """Before and after all, everybody looks at everything; between, at what changes.

    So many pages at least are `marked` by what was typed.
    """
    people = People()
    application = scene(people)
    is_whole = scene in (drafted, accepted)
    routes = addresses(application, QUERIES if is_whole else {})
    if not is_whole:
        routes = {route: routes[route] for route in CHANGING}
    seen, found = dict.fromkeys(marked, 0), {}
    for who in marked:
        client.force_login(getattr(people, who))
        for address, text in pages(client, routes, SIDES[who]):
            if faults := hostile.faults(text):
                found[who, address] = faults
            seen[who] += MARK in text

    assert found == {}
    assert {who: min(seen[who], number) for who, number in marked.items()} == marked
    if scene in (accepted, declined, withdrawn):
        no_mail_runs_or_speaks_in_the_name_of_the_registry()


def no_mail_runs_or_speaks_in_the_name_of_the_registry():
    mails = [mail for mail in Mail.objects.all() if mail.text]
    for mail in mails:
        assert Page(mail.html).bad == [], mail.kind
        assert "\n" not in mail.subject
        # What somebody wrote stands behind a “>”; of a name, only the beginning.
        for line in mail.text.splitlines():
            assert line.startswith(">") or "https://x.test/x" not in line, mail.kind
    assert len(mails) > 3
    assert any("https://x.test/x" in mail.text for mail in mails)
