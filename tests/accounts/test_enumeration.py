"""No answer tells whether an address has an account: whole answers are compared."""

import re

import pytest
from django.contrib.auth.hashers import ScryptPasswordHasher
from django.test import Client
from django.urls import reverse

from members.models import Mail
from tests import factories
from tests.accounts.doors import PASSWORD, post, sign_in, sign_up

pytestmark = pytest.mark.django_db
KNOWN, UNKNOWN = "known@example.org", "other@example.org"
# What differs between any two answers: tokens, ids, and the address that was typed.
PASSING = re.compile(
    r'value="[A-Za-z0-9]{64}"|known@example\.org|other@example\.org|'
    r"(?<=sessionid=)\w+"
)
HEADERS = {"X-Request-ID", "ETag", "Expires"}


@pytest.fixture
def known(db):
    account = factories.user()
    account.email = KNOWN
    account.set_password(PASSWORD)
    account.save()
    account.emailaddress_set.update(email=KNOWN)
    return account


def whole(response):
    """Status, headers, names of cookies and each byte of an answer."""
    headers = {k: v for k, v in response.items() if k not in HEADERS}
    if "Retry-After" in headers:
        headers["Retry-After"] = "so many seconds, which pass"
    cookies = {name: morsel["max-age"] for name, morsel in response.cookies.items()}
    body = PASSING.sub("", response.content.decode())
    headers["Content-Length"] = len(body)
    return response.status_code, headers, cookies, body


def way(steps, email):
    """What a browser is answered, step by step, with the pages it is led to."""
    client = Client()
    seen = []
    for step in steps:
        response = step(client, email)
        seen.append(whole(response))
        if response.status_code == 302:
            seen.append(whole(client.get(response.url)))
    return seen


def reset(client, email):
    return post(client, "account_reset_password", {"email": email})


def ask_for_code(client, email):
    return post(client, "account_request_login_code", {"email": email})


def type_sign_in_code(client, email):
    return post(client, "account_confirm_login_code", {"code": "BCD-FGH"})


def resend_sign_in_code(client, email):
    return post(client, "account_confirm_login_code", {"action": "resend"})


def type_address_code(client, email):
    return post(client, "account_email_verification_sent", {"code": "BCD-FGH"})


def resend_address_code(client, email):
    return post(client, "account_email_verification_sent", {"action": "resend"})


def wrong_password(client, email):
    return sign_in(client, email, "another phrase")


WAYS = {
    "sign up": [sign_up, *[type_address_code] * 4],
    "sign up, resend": [sign_up, resend_address_code, type_address_code],
    "sign in": [wrong_password] * 11,
    "code": [ask_for_code, *[type_sign_in_code] * 4],
    "code, resend": [ask_for_code, resend_sign_in_code, type_sign_in_code],
    "codes, many": [ask_for_code, *[type_sign_in_code] * 3] * 4,
    "reset": [reset] * 7,
}


@pytest.mark.parametrize("name", WAYS)
def test_answers_are_the_same_for_known_and_unknown(known, name):
    steps = WAYS[name]

    assert way(steps, KNOWN) == way(steps, UNKNOWN)


@pytest.mark.parametrize("name", ["sign up", "code", "reset"])
def test_a_closed_account_is_an_unknown_one(known, name):
    known.is_active = False
    known.save()

    assert way(WAYS[name], KNOWN) == way(WAYS[name], UNKNOWN)


def test_an_account_on_the_way_is_like_none(known):
    """Somebody signed up and never typed the code."""
    sign_up(Client(), "known2@example.org")

    assert way(WAYS["sign in"], KNOWN) == way(WAYS["sign in"], UNKNOWN)


def test_a_new_address_tells_nothing_about_its_owner(known):
    answers = []
    for email in (KNOWN, UNKNOWN):
        user = factories.user()
        user.set_password(PASSWORD)
        user.save()
        client = Client()
        client.force_login(user)
        post(client, "account_reauthenticate", {"password": PASSWORD})

        def change(client, email):
            return post(client, "account_email", {"action_add": "", "email": email})

        told = []
        for step in (change, type_address_code, type_address_code):
            response = step(client, email)
            told.append(whole(response))
            if response.status_code == 302:
                told.append(whole(client.get(response.url)))
        text = repr(told).replace(user.email, "").replace(user.username, "")
        answers.append(text)

    assert answers[0] == answers[1]


def test_each_way_writes_one_mail_whoever_it_is(known):
    """So the time that an answer takes tells nothing either."""
    for step in (sign_up, ask_for_code, reset):
        numbers = []
        for email in (KNOWN, f"{step.__name__}@example.org"):
            before = Mail.objects.count()
            step(Client(), email)
            numbers.append(Mail.objects.count() - before)
        assert numbers == [1, 1], step.__name__


@pytest.mark.parametrize("step", [wrong_password, sign_up])
def test_a_password_is_worked_on_whoever_it_is(known, monkeypatch, step):
    worked = []
    encode = ScryptPasswordHasher.encode

    def counted(self, *args, **kwargs):
        worked.append(1)
        return encode(self, *args, **kwargs)

    monkeypatch.setattr(ScryptPasswordHasher, "encode", counted)
    numbers = []
    for email in (KNOWN, UNKNOWN):
        worked.clear()
        step(Client(), email)
        numbers.append(len(worked))

    assert numbers == [1, 1]


def test_the_pages_of_codes_ask_for_nothing_without_a_way_there(client):
    for name in ("account_confirm_login_code", "account_email_verification_sent"):
        answer = client.get(reverse(name))

        assert answer.status_code in (200, 302)
        assert "@" not in answer.content.decode()
