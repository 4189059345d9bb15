"""Whatever is typed at the account pages, the answer is one for people."""

from urllib.parse import urljoin, urlsplit

import pytest
from django.urls import reverse
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from members.models import Allowance, User
from tests import factories
from tests.accounts.doors import PASSWORD, is_in, post, sign_in
from tests.test_conventions import views
from tests.test_hostile import MARKUP, Page

pytestmark = pytest.mark.django_db
SETTINGS = hypothesis_settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
FIELDS = {
    "account_login": ["login", "password", "next"],
    "account_signup": ["name", "email", "password1", "next"],
    "account_request_login_code": ["email", "next"],
    "account_confirm_login_code": ["code", "action"],
    "account_email_verification_sent": ["code", "action"],
    "account_reset_password": ["email"],
    "mfa_login_webauthn": ["credential"],
    "account_logout": ["next"],
}
OWN_FIELDS = {
    "account_name": ["name"],
    "account_email": ["email", "action_add"],
    "account_change_password": ["oldpassword", "password1", "password2"],
    "account_close": ["email"],
    "account_reauthenticate": ["password", "next"],
    "mfa_activate_totp": ["code"],
    "mfa_add_webauthn": ["name", "credential"],
    "mfa_reauthenticate": ["code"],
    "mfa_reauthenticate_webauthn": ["credential"],
    "mfa_generate_recovery_codes": [],
    "socialaccount_connections": ["account"],
}
MEANT = [
    *("", "\0", "a@b.org", "a\0@b.org", "@", "{}", "[]", "null", '{"id": 1}'),
    *("add", "resend", "change", "＠", "a" * 5000, "\u202e", "\ud7ff", MARKUP),
    *("//evil.test", "https://evil.test", "/accounts/", "javascript:alert(1)"),
]
value = st.one_of(st.sampled_from(MEANT), st.text(max_size=30))


@pytest.fixture(autouse=True)
def quick_passwords(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def fuzz(client, name, fields):
    @SETTINGS
    @given(st.fixed_dictionaries({}, optional=dict.fromkeys(fields, value)))
    def send(typed):
        Allowance.objects.all().delete()
        answer = post(client, name, typed)

        assert answer.status_code in {200, 302, 400, 403, 422}
        location = urljoin("http://testserver/x/", answer.get("Location", "/"))
        assert urlsplit(location)[:2] == ("http", "testserver")
        if answer.status_code != 302:
            assert "<h1" in answer.text
            assert Page(answer.text).bad == []

    send()


@pytest.mark.parametrize("name", FIELDS)
def test_strangers_may_type_anything(client, name):
    fuzz(client, name, FIELDS[name])

    assert not is_in(client)


@pytest.mark.parametrize("name", OWN_FIELDS)
def test_owners_may_type_anything(client, name):
    account = factories.user(second_factor=True)
    account.set_password(PASSWORD)
    account.save()
    client.force_login(account)
    post(client, "account_reauthenticate", {"password": PASSWORD})

    fuzz(client, name, OWN_FIELDS[name])

    assert User.objects.get(pk=account.pk).is_active


def qr(answer):
    """The picture of an app's secret is made here, and no address of anybody."""
    context = answer.context or {}
    return context.get("totp_svg_data_uri")


def own_pages():
    for name, route, _ in views():
        if route.startswith("/accounts/") and "<" not in route and "(" not in route:
            yield name, route.replace("^", "").replace("$", "")


def test_no_account_page_runs_what_was_typed(client):
    account = factories.user(first_name=MARKUP[:150])
    account.set_password(PASSWORD)
    account.save()
    account.socialaccount_set.create(
        provider="x", uid=MARKUP, extra_data={"name": MARKUP}
    )
    client.force_login(account)
    post(client, "account_reauthenticate", {"password": PASSWORD})
    seen = 0
    for name, route in own_pages():
        if name in ("account_data", "mfa_download_recovery_codes"):
            continue
        query = "?next=%22%3E%3Cxss%3E&%22%3E%3Cxss%3E=1"
        answer = client.get(route + query, headers={"user-agent": MARKUP})
        if answer.status_code == 200:
            bad = [each for each in Page(answer.text).bad if each != qr(answer)]
            assert bad == [], name
            seen += "onerror=alert" in answer.text

    assert seen >= 3


def test_no_door_leads_to_another_site(client):
    account = factories.user()
    account.set_password(PASSWORD)
    account.save()

    for address in (
        *("https://evil.test/", "//evil.test/", "///evil.test/", "\\\\evil.test"),
        *("http:evil.test", "javascript:alert(1)", " //evil.test", "/\t/evil.test"),
    ):
        Allowance.objects.all().delete()
        answer = sign_in(client, account.email, query_params={"next": address})

        assert answer.url == reverse("account"), address
        out = client.post(reverse("account_logout"), {"next": address})
        assert out.url == "/", address


def test_a_page_of_this_site_is_where_a_door_leads(client):
    account = factories.user()
    account.set_password(PASSWORD)
    account.save()

    answer = sign_in(client, account.email, query_params={"next": "/directory/?q=x"})

    assert answer.url == "/directory/?q=x"


def test_no_page_of_an_account_is_kept_by_anybody(client):
    client.force_login(factories.user())

    for name in ("account", "account_email", "usersessions_list", "mfa_index"):
        answer = client.get(reverse(name))
        assert "Cookie" in answer["Vary"]
        assert "private" in answer["Cache-Control"]
        assert "no-store" in answer["Cache-Control"]
