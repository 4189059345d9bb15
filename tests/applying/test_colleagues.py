"""Who writes together: inviting, joining, leaving; and whoever a link was sent to."""

import datetime as dt
import re

import pytest
from django.utils import timezone

from members.models import Invitation, Mail
from tests import factories
from tests.applying.scenes import address, colleague, draft

pytestmark = pytest.mark.django_db


def link():
    """The link of the mail that was written last."""
    text = Mail.objects.order_by("-pk").first().text
    return re.search(r"http://[^/]+(/invitations/\S+/)", text)[1]


def invite(client, application, email="ben@example.org", role="editor"):
    sent = {"email": email, "role": role}
    return client.post(address("invite", application), sent)


@pytest.mark.parametrize("role", ["editor", "reader"])
def test_a_colleague_is_invited_by_mail_and_takes_part(client, role):
    application = draft(client, name="Alder")
    invite(client, application, role=role)
    path = link()
    shown = client.get(address("colleagues", application)).text
    assert "ben@example.org" in shown
    assert "Invited by <bdi>Ada Lovelace</bdi>" in shown
    ben = factories.applicant()

    client.logout()
    asked = client.get(path)
    assert asked["Location"] == f"/accounts/login/?next={path}"
    client.force_login(ben)
    page = client.get(path)
    assert "Ada Lovelace" in page.text
    assert page["Referrer-Policy"] == "strict-origin"
    assert not application.part_of(ben)
    response = client.post(path)

    assert response["Location"] == application.get_absolute_url()
    assert application.part_of(ben) == role
    assert client.get(path).status_code == 410
    assert "used already" in client.post(path).text


def test_an_expired_link_says_so(client):
    application = draft(client)
    invite(client, application)
    past = timezone.now() - dt.timedelta(days=1)
    Invitation.objects.update(expires_at=past)
    client.force_login(factories.applicant())

    page = client.get(link())

    assert (page.status_code, "has expired" in page.text) == (410, True)
    assert client.post(link()).status_code == 410
    assert application.collaborators.count() == 1


def test_an_invitation_can_be_taken_back(client):
    application = draft(client)
    invite(client, application)
    invitation = application.invitations.get()

    page = client.post(address("revoke", application, invitation.pk), follow=True)

    assert "was taken back" in page.text
    client.force_login(factories.applicant())
    assert "taken back" in client.post(link()).text
    assert application.collaborators.count() == 1


def test_of_another_application_none_is_taken_back(client):
    other = draft(client)
    invite(client, other)
    application = draft(client)

    path = address("revoke", application, other.invitations.get().pk)

    assert client.post(path).status_code == 404
    assert other.invitations.get().is_open


def test_a_bad_invitation_is_told_at_its_field(client):
    application = draft(client)

    for email, role in [
        ("no address", "editor"),
        ("a@b.test", "owner"),
        ("", ""),
        ("a\x00@b.test", ""),
    ]:
        page = invite(client, application, email, role)
        assert page.status_code == 422
        assert page.context["form"].errors
    assert not Invitation.objects.exists()


def test_nobody_is_invited_twice(client):
    application = draft(client)
    invite(client, application)

    page = invite(client, application, email="BEN@example.org")

    assert page.status_code == 422
    assert "invited already" in page.text


def test_a_link_that_never_was_is_not_there(client):
    client.force_login(factories.applicant())

    assert client.get("/invitations/abc/").status_code == 404
    assert client.get("/invitations/a%00c/").status_code == 404


def test_the_last_editor_cannot_leave(client):
    application = draft(client)
    colleague(application, role="reader")

    page = client.post(address("leave", application), follow=True)

    assert "The last editor cannot leave" in page.text
    assert application.collaborators.active().count() == 2


def test_who_leaves_sees_it_no_more(client):
    application = draft(client)
    colleague(application)

    response = client.post(address("leave", application))

    assert response["Location"] == "/applications/"
    assert client.get(application.get_absolute_url()).status_code == 404


def test_a_colleague_can_be_dismissed(client):
    application = draft(client)
    ben = colleague(application)
    row = application.collaborators.get(user=ben)

    client.post(address("dismiss", application, row.pk))

    assert not application.part_of(ben)


@pytest.mark.parametrize("number", [1, 3])
def test_list_takes_a_constant_number_of_queries(
    client, number, django_assert_num_queries
):
    application = draft(client)
    for each in range(number):
        colleague(application)
        invite(client, application, email=f"c{each}@example.org")
    client.get(address("colleagues", application))

    with django_assert_num_queries(11):
        client.get(address("colleagues", application))
