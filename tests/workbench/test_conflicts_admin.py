"""The admin shows who has an interest in an application nothing of it."""

import copy

import pytest
from django.urls import reverse

from members.models import Application
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("rows")]

MODELS = ("application", "verdict", "comment", "recommendation", "revision")


def represents(user, member):
    person = factories.person(email=user.email)
    factories.representative(organization=member, person=person)


def is_host(user, given):
    institution, member = factories.institution(), factories.member()
    factories.host(organization=member, institution=institution)
    represents(user, member)
    given["hosts"] = [str(institution.pk)]


def is_same(user, given):
    member = factories.member()
    represents(user, member)
    given[f"duplicate-organization-{member.public_id}"] = "us"


def is_named(user, given):
    given["lead-email"] = user.email.upper()


def has_named_person(user, given):
    factories.person(email="other@example.org")
    person = factories.person(email="Me@example.org")
    person.account = user
    person.save()
    given["seat_holder-email"] = "me@example.org"


def is_free(user, given):
    represents(user, factories.member())
    given["primary_contact-email"] = f"not-{user.email}"


INTERESTS = (is_host, is_same, is_named, has_named_person)


def scene():
    """An application, and officers: each has one interest in it, the last has none."""
    given, users = factories.answers(), {}
    for interest in (*INTERESTS, is_free):
        users[interest] = factories.officer()
        interest(users[interest], given)
    application = factories.application(state="recommended", given=given)
    factories.stage(application, reason="Turbot", private_note="Flounder")
    by = factories.officer()
    application.comment(by=by, text="Halibut", visibility="staff")
    return users, application.pk


@pytest.fixture(scope="module")
def rows(kept):
    return kept(scene)


@pytest.fixture
def users(rows, db):
    return copy.deepcopy(rows[0])


@pytest.fixture
def application(rows, db):
    return Application.objects.get(pk=rows[1])


@pytest.mark.parametrize("interest", INTERESTS)
def test_who_has_an_interest_finds_nothing(client, application, users, interest):
    user = users[interest]
    assert application.interests_of(user)
    client.force_login(user)

    for model in MODELS:
        page = client.get(reverse(f"admin:members_{model}_changelist"))
        assert list(page.context["cl"].result_list) == [], model
    for name in ("change", "history"):
        path = reverse(f"admin:members_application_{name}", args=[application.pk])
        assert client.get(path).status_code == 302


def test_who_was_invited_or_wrote_an_earlier_one_finds_nothing():
    invited, wrote = factories.officer(), factories.officer()
    first = factories.application(by=wrote)
    colleague = factories.applicant()
    first.collaborators.create(user=colleague, role="editor")
    first.withdraw(by=wrote)
    second = first.reapply(by=colleague)
    second.save_answers({"agreement": "on"}, by=colleague)
    second.invite(by=colleague, email=invited.email, role="reader")
    second.submit(by=colleague)

    for user in (invited, wrote):
        assert second.interests_of(user)
        assert second not in Application.objects.for_judging(user)
    assert second in Application.objects.for_judging(factories.officer())


def test_who_has_none_finds_all(client, application, users):
    user = users[is_free]
    assert not application.interests_of(user)
    client.force_login(user)

    for model in MODELS:
        page = client.get(reverse(f"admin:members_{model}_changelist"))
        assert len(page.context["cl"].result_list) == 1, model
