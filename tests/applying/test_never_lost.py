"""What was typed when a session had ended, or its form had grown old."""

import pytest
from django.test import Client

from members.views.applications import kept
from tests import factories
from tests.applying.scenes import HTMX, address, draft, form, says

pytestmark = pytest.mark.django_db


def sent_by(client, application, **answers):
    """What a form that was made while signed in sends."""
    page = client.get(address("step", application, "organization"))
    return form(application, **answers) | {"writer": page.context["writer"]}


def test_what_was_typed_is_there_after_signing_in_again(client):
    application = draft(client, name="Alder")
    user = application.opened_by
    sent = sent_by(client, application, name="Elder", focus="Solvers")
    path = address("step", application, "organization")
    client.logout()

    response = client.post(path, sent)
    assert response["Location"] == f"/accounts/login/?next={path}"
    assert says(application, "name") == "Alder"
    client.force_login(user)
    page = client.get(path)

    assert "not saved yet" in page.text
    assert 'value="Elder"' in page.text
    assert 'value="Solvers"' in page.text
    client.post(path, sent)
    assert says(application, "name") == "Elder"
    assert "not saved yet" not in client.get(path).text


def test_what_is_kept_can_be_left_for_what_is_saved(client):
    application = draft(client, name="Alder")
    sent = sent_by(client, application, name="Elder")
    path = address("step", application, "organization")
    client.logout()
    client.post(path, sent)
    client.force_login(application.opened_by)

    assert 'value="Alder"' in client.get(f"{path}?saved").text


def test_nobody_else_is_shown_what_was_typed(client):
    application = draft(client, name="Alder")
    sent = sent_by(client, application, name="Elder")
    path = address("step", application, "organization")
    client.logout()
    client.post(path, sent)
    other = factories.applicant()
    application.collaborators.create(user=other, role="editor")

    client.force_login(other)

    assert "Elder" not in client.get(path).text


@pytest.mark.parametrize("writer", ["", "1:abc:def", "\x00"])
def test_nothing_is_kept_that_no_form_of_ours_held(client, writer):
    application = draft(client)
    sent = form(application, name="Elder") | {"writer": writer}
    client.logout()

    client.post(address("step", application, "organization"), sent)

    assert kept.NAME not in client.session


def test_more_than_anybody_types_is_not_kept(client):
    application = draft(client)
    sent = sent_by(client, application, name="E" * kept.LONGEST)
    client.logout()

    client.post(address("step", application, "organization"), sent)

    assert kept.NAME not in client.session


def test_it_is_kept_for_a_day(client, monkeypatch):
    application = draft(client)
    sent = sent_by(client, application, name="Elder")
    path = address("step", application, "organization")
    client.logout()
    client.post(path, sent)
    client.force_login(application.opened_by)

    now = kept.time.time()
    monkeypatch.setattr(kept.time, "time", lambda: now + kept.SECONDS + 1)

    assert "Elder" not in client.get(path).text


def test_a_form_older_than_its_session_is_shown_again():
    """Somebody signed out and in again in another window: its token is of before."""
    client = Client(enforce_csrf_checks=True)
    application = draft(client, name="Alder")
    sent = sent_by(client, application, name="Elder")
    path = address("step", application, "organization")

    response = client.post(path, sent | {"csrfmiddlewaretoken": "x" * 32})

    assert response["Location"] == path
    assert says(application, "name") == "Alder"
    assert 'value="Elder"' in client.get(path).text


def test_a_form_of_another_site_is_refused():
    client = Client(enforce_csrf_checks=True)
    application = draft(client, name="Alder")

    path = address("step", application, "organization")
    response = client.post(path, form(application, name="Elder"))

    assert response.status_code == 403
    assert says(application, "name") == "Alder"


def test_a_field_whose_session_ended_says_so_beside_it(client):
    application = draft(client, name="Alder")
    client.logout()

    response = client.post(
        address("answer", application, "name"),
        form(application, name="Elder"),
        headers=HTMX,
    )

    assert response.status_code == 401
    assert "you were signed out" in response.text
    assert "<html" not in response.text
    assert "no-store" in response["Cache-Control"]
    assert says(application, "name") == "Alder"


def test_a_message_waits_for_its_writer_too(client):
    user = factories.applicant()
    client.force_login(user)
    application = factories.application(by=user, state="in_review")
    page = client.get(application.get_absolute_url())
    sent = {"text": "We are still here.", "writer": page.context["writer"]}
    path = address("reply", application)
    client.logout()

    response = client.post(path, sent)
    assert response["Location"] == f"/accounts/login/?next={path}"
    client.force_login(user)
    page = client.get(path, follow=True)

    assert "We are still here." in page.text
    client.post(path, sent)
    assert application.comments.get().text == "We are still here."
    page = client.get(application.get_absolute_url())
    assert page.text.count("We are still here.") == 1
