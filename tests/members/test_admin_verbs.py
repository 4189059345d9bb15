"""The verbs as pages of the admin: right, form, reason, event; nothing by a GET."""

import pytest
from django.urls import reverse

from members.models import Event
from tests import factories
from tests.factories import LATER

pytestmark = pytest.mark.django_db


def address(record, verb):
    opts = record._meta
    return reverse(f"admin:{opts.app_label}_{opts.model_name}_{verb}", args=[record.pk])


def staff(*permissions):
    return factories.user(staff=True, permissions=permissions)


def member():
    return factories.member().memberships.get()


def ended():
    return factories.member(ended_on=LATER).memberships.get()


def commitment():
    return factories.commitment(organization=factories.member())


def facts(**others):
    return {"on": "2026-02-01", "reason": "Because", **others}


def core():
    return factories.level().pk


def affiliate():
    return factories.level(slug="affiliate").pk


# verb, its permission, what it is about, what is typed, its event
VERBS = {
    "admit": (
        "admit_membership",
        factories.organization,
        lambda: facts(level=core()),
        "admitted",
    ),
    "rename": (
        "rename_organization",
        factories.organization,
        lambda: facts(name="Another name"),
        "renamed",
    ),
    "succeeded-by": (
        "succeed_organization",
        factories.organization,
        lambda: facts(successor=factories.organization().pk),
        "succeeded",
    ),
    "state-commitment": (
        "state_commitment",
        factories.member,
        lambda: facts(goal=factories.goal().pk, effort="leads"),
        "committed",
    ),
    "change-level": (
        "change_level_membership",
        member,
        lambda: facts(level=affiliate()),
        "level_changed",
    ),
    "end": ("end_membership", member, lambda: facts(how="resigned"), "ended"),
    "reinstate": (
        "reinstate_membership",
        ended,
        lambda: facts(level=core()),
        "reinstated",
    ),
    "correct": (
        "correct_membership",
        member,
        lambda: {"reason": "Typo", "level": core(), "started_on": "2023-01-01"},
        "corrected",
    ),
    "confirm": ("confirm_commitment", commitment, facts, "confirmed"),
    "end ": ("end_commitment", commitment, facts, "withdrawn"),
}


def make(verb):
    permission, make_record, typed, event = VERBS[verb]
    return permission, address(make_record(), verb.strip()), typed(), event


@pytest.fixture(scope="module")
def cases(kept):
    return kept(lambda: {verb: make(verb) for verb in VERBS})


@pytest.fixture(params=VERBS)
def case(request, cases, db):
    return cases[request.param]


@pytest.fixture(scope="module")
def superuser(kept):
    return kept(factories.officer)


@pytest.fixture
def officer(superuser, client, db):
    client.force_login(superuser)


def events():
    return list(Event.objects.order_by("pk").values_list("verb", "reason", "by"))


def test_who_has_the_right_runs_the_verb(client, case):
    permission, url, typed, event = case
    user = staff(permission, "view_organization", "view_membership", "view_commitment")
    client.force_login(user)

    assert client.get(url).status_code == 200
    assert events() == []
    response = client.post(url, typed, follow=True)

    assert events() == [(event, typed["reason"], user.pk)]
    assert response.redirect_chain
    assert response.status_code == 200


def test_the_same_again_does_nothing_and_says_so(client, case, officer):
    _, url, typed, _ = case
    client.post(url, typed)
    before = events()

    response = client.post(url, typed)

    assert events() == before
    assert response.status_code == 200
    assert 'role="alert"' in response.text


def test_a_reason_is_needed_and_what_was_typed_stays(client, case, officer):
    _, url, typed, _ = case

    response = client.post(url, {**typed, "reason": ""})

    assert events() == []
    assert response.context["form"].errors["reason"] == ["This field is required."]
    assert set(response.context["form"].data.items()) >= {
        (name, str(value)) for name, value in typed.items() if name != "reason"
    }


def test_staff_without_the_right_are_refused(client, case):
    permission, url, typed, _ = case
    others = {right for right, *_ in VERBS.values()} - {permission}
    client.force_login(staff(*others, "view_organization", "change_organization"))

    assert client.get(url).status_code == 403
    assert client.post(url, typed).status_code == 403
    assert events() == []


def test_strangers_are_asked_to_sign_in(client, case):
    _, url, typed, _ = case

    for response in (client.get(url), client.post(url, typed)):
        assert response.status_code == 302
        assert response.url.startswith(
            (reverse("admin:login"), reverse("account_login"))
        )
    assert events() == []


def test_odd_input_is_refused_without_a_failure(client, case, officer):
    _, url, right, _ = case
    for typed in ("", "\0", "x" * 100_000):
        response = client.post(url, dict.fromkeys(right, typed))

        assert response.status_code == 200
        assert response.context["form"].errors
        assert events() == []
