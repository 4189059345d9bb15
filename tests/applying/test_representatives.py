"""Whoever is named in an application that was accepted claims the person by a link."""

import copy
import re

import pytest

from members.models import Mail
from members.workbench.page import events_for
from tests import factories

pytestmark = pytest.mark.django_db


def claim_of(application, email):
    """The path of the link that a representative was sent."""
    mails = Mail.objects.filter(application=application, to=email)
    text = mails.get(kind="representative-invitation").text
    return re.search(r"http://[^/]+(/invitations/\S+/)", text)[1]


def staged_and_accepted():
    staged = factories.application(state="recommended")
    factories.stage(staged)
    return staged, factories.application(state="accepted")


@pytest.fixture(scope="module")
def rows(kept):
    return kept(staged_and_accepted)


@pytest.fixture
def accepted(rows, db):
    return copy.deepcopy(rows[1])


def test_a_representative_claims_the_person(client, accepted):
    email = accepted.proposal.people[0].email
    ada = factories.applicant(email=email)
    client.force_login(ada)
    path = claim_of(accepted, email)

    page = client.get(path)
    assert "Ada Lovelace" in page.text
    response = client.post(path)

    assert response["Location"] == "/accounts/"
    ada.refresh_from_db()
    assert ada.person.name == "Ada Lovelace"
    roles = ada.person.representatives.values_list("role", flat=True)
    assert set(roles) == {"lead", "seat_holder"}
    event = events_for(accepted, decides=True)[-1]
    assert (event.verb, event.told) == ("claim", "Ada Lovelace")
    assert event.reason == str(ada.person.pk)
    assert client.get(path).status_code == 410


def test_an_account_is_one_person(client, accepted):
    email = accepted.proposal.people[0].email
    ada = factories.applicant()
    person = factories.person(name="Augusta King")
    person.account = ada
    person.save()
    client.force_login(ada)

    page = client.post(claim_of(accepted, email))

    assert page.status_code == 409
    assert "belongs to Augusta King already" in page.text
    assert accepted.invitations.get(email=email).is_open


def test_a_person_has_one_account(client, accepted):
    email = accepted.proposal.people[0].email
    person = accepted.invitations.get(email=email).person
    person.account = factories.applicant()
    person.save()
    client.force_login(factories.applicant())

    page = client.post(claim_of(accepted, email))

    assert page.status_code == 409
    assert "Another account" in page.text


def test_before_the_decision_is_released_nobody_is_anybody(client, rows):
    application, _ = copy.deepcopy(rows)
    email = application.proposal.people[0].email
    client.force_login(factories.applicant())

    page = client.get(claim_of(application, email))

    assert page.status_code == 409
    assert "not accepted" in page.text
