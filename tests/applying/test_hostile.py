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

pytestmark = pytest.mark.django_db
STARTS = ("/applications/", "/workbench/")
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


def addresses(application):
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
        if route.startswith(STARTS):
            found[route] = filled(route, mails if "/mail/" in route else documents)
            found[route] += [found[route][0] + q for q in QUERIES.get(route, [])]
    return found


def pages(client, routes):
    """What the routes answer; what one refuses, it refuses whichever row is asked."""
    for route, asked in list(routes.items()):
        for address in asked:
            response = client.get(address)
            assert response.status_code in (200, 302, 403, 404, 405), address
            if response.status_code == 405:
                del routes[route]  # nobody opens what is only sent
            if response.status_code in (403, 405):
                break
            kind = response.get("Content-Type", "")
            if response.status_code == 200 and kind.startswith("text/html"):
                yield address, response.text


@pytest.mark.parametrize(
    ("scene", "lookers"),
    [
        (drafted, ["editor", "reader", "reviewer", "officer"]),
        (submitted, ["editor", "officer"]),
        (reviewed, ["editor", "reviewer", "officer"]),
        (staged, ["editor", "officer"]),
        (accepted, ["editor", "reader", "reviewer", "officer"]),
        (declined, ["editor", "officer"]),
        (withdrawn, ["editor", "officer"]),
    ],
)
def test_no_page_of_an_application_runs_or_mixes_what_was_typed(client, scene, lookers):
    """Before and after all, everybody looks at everything; between, at what changes."""
    people = People()
    application = scene(people)
    is_whole = scene in (drafted, accepted)
    routes = addresses(application)
    if not is_whole:
        routes = {route: routes[route] for route in CHANGING}
    seen, found = dict.fromkeys(lookers, 0), {}
    for who in lookers:
        client.force_login(getattr(people, who))
        for address, text in pages(client, routes):
            if faults := hostile.faults(text):
                found[who, address] = faults
            seen[who] += MARK in text

    assert found == {}
    assert min(seen.values()) > 2
    assert seen["editor"] > (9 if is_whole else 2)
    assert seen["officer"] > (6 if scene is drafted else 9)


# Mails


@pytest.mark.parametrize("scene", [accepted, declined, withdrawn])
def test_no_mail_runs_or_speaks_in_the_name_of_the_registry(scene):
    scene(People())
    mails = [mail for mail in Mail.objects.all() if mail.text]

    for mail in mails:
        assert Page(mail.html).bad == [], mail.kind
        assert "\n" not in mail.subject
        # What somebody wrote stands behind a “>”; of a name, only the beginning.
        for line in mail.text.splitlines():
            assert line.startswith(">") or "https://x.test/x" not in line, mail.kind
    assert len(mails) > 3
    assert any("https://x.test/x" in mail.text for mail in mails)
