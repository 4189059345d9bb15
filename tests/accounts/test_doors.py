"""Each door, and each refusal at it."""

import pytest
from django.urls import reverse

from members.models import Mail, User
from tests import factories
from tests.accounts.doors import (
    PASSWORD,
    is_in,
    last_mail,
    mailed_code,
    mailed_path,
    post,
    sign_in,
    sign_up,
    totp,
    verify,
)

pytestmark = pytest.mark.django_db
EMAIL = "ada@example.org"


@pytest.fixture
def ada(db):
    account = factories.user()
    account.set_password(PASSWORD)
    account.save()
    return account


# Signing up


def test_an_account_is_made_by_an_address_and_its_code(client):
    answer = sign_up(client, EMAIL, name="Žofie Ångström-Þórsdóttir")

    assert answer.url == reverse("account_email_verification_sent")
    assert not is_in(client)
    assert verify(client, EMAIL).status_code == 302
    assert is_in(client)
    user = User.objects.get(email=EMAIL)
    assert user.get_full_name() == "Žofie Ångström-Þórsdóttir"
    assert user.emailaddress_set.get().verified
    mail = Mail.objects.filter(to=EMAIL).first()
    assert (mail.kind, mail.is_secret) == ("account-sign-up-code", True)
    assert "You get this mail since" in mail.text


def test_nobody_gets_in_before_the_address_is_verified(client):
    sign_up(client, EMAIL)
    client.logout()

    sign_in(client, EMAIL)

    assert not is_in(client)
    assert client.get(reverse("account")).status_code == 302


def test_a_wrong_code_verifies_nothing(client):
    sign_up(client, EMAIL)

    for _ in range(4):
        post(client, "account_email_verification_sent", {"code": "AAA-BBB"})

    assert not is_in(client)
    assert not User.objects.get(email=EMAIL).emailaddress_set.get().verified


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("email", "no address"),
        ("email", ""),
        ("email", f"{'a' * 300}@example.org"),
        ("email", "a\u202eb@example.org"),
        ("name", ""),
        ("name", "turned \u202e around"),
        ("name", "x" * 151),
        ("password1", "short"),
        ("password1", "password123"),
        ("password1", "12345678901234"),
        ("password1", "ada@example.org"),
    ],
)
def test_what_makes_no_account_is_told_at_its_field(client, field, value):
    data = {"name": "Ada", "email": EMAIL, "password1": PASSWORD, field: value}

    answer = post(client, "account_signup", data)

    assert answer.status_code == 200
    assert answer.context["form"].errors.get(field)
    assert not User.objects.filter(is_active=True).exists()


def test_nobody_becomes_the_registry_by_an_address(client):
    sign_up(client, "registry@example.org")
    verify(client, "registry@example.org")

    user = User.objects.get(email="registry@example.org")
    assert user.username != "registry"
    assert not user.is_registry


def test_the_same_address_in_other_letters_is_the_same(client):
    sign_up(client, EMAIL)
    verify(client, EMAIL)
    client.logout()

    sign_up(client, "ADA@Example.org")

    assert User.objects.filter(email__iexact=EMAIL).count() == 1
    assert last_mail(EMAIL).kind == "account-there-already"


# Signing in


def test_a_password_signs_in(client, ada):
    assert sign_in(client, ada.email.upper()).url == reverse("account")
    assert is_in(client)


@pytest.mark.parametrize("password", ["wrong", "", PASSWORD.upper(), "\0"])
def test_another_password_does_not(client, ada, password):
    assert sign_in(client, ada.email, password).status_code == 200
    assert not is_in(client)


def test_a_closed_account_does_not_sign_in(client, ada):
    User.objects.filter(pk=ada.pk).update(is_active=False)

    sign_in(client, ada.email)

    assert not is_in(client)


def test_a_mailed_code_signs_in_once(client, ada):
    post(client, "account_request_login_code", {"email": ada.email})
    code = mailed_code(ada.email)

    post(client, "account_confirm_login_code", {"code": code})
    assert is_in(client)

    client.logout()
    post(client, "account_confirm_login_code", {"code": code})
    assert not is_in(client)


def test_a_mailed_code_is_good_for_three_tries(client, ada):
    post(client, "account_request_login_code", {"email": ada.email})
    code = mailed_code(ada.email)

    for _ in range(3):
        post(client, "account_confirm_login_code", {"code": "AAA-BBB"})
    post(client, "account_confirm_login_code", {"code": code})

    assert not is_in(client)


def test_a_mailed_code_is_of_the_browser_that_asked(client, ada):
    other = type(client)()
    post(client, "account_request_login_code", {"email": ada.email})
    post(other, "account_request_login_code", {"email": "nobody@example.org"})

    post(other, "account_confirm_login_code", {"code": mailed_code(ada.email)})

    assert not is_in(other)


# The second step


@pytest.fixture
def officer(db):
    account = factories.officer()
    account.set_password(PASSWORD)
    account.save()
    return account


def test_the_second_step_comes_after_the_password(client, officer):
    assert sign_in(client, officer.email).url == reverse("mfa_authenticate")
    assert not is_in(client)

    post(client, "mfa_authenticate", {"code": totp()})

    assert is_in(client)


def test_the_second_step_comes_after_a_mailed_code_too(client, officer):
    post(client, "account_request_login_code", {"email": officer.email})
    code = mailed_code(officer.email)

    answer = post(client, "account_confirm_login_code", {"code": code})

    assert answer.url == reverse("mfa_authenticate")
    assert not is_in(client)


@pytest.mark.parametrize("code", ["000000", "", "x" * 5000, "１２３４５６"])
def test_another_code_does_not_get_in(client, officer, code):
    sign_in(client, officer.email)

    answer = post(client, "mfa_authenticate", {"code": code})

    assert answer.status_code == 200
    assert not is_in(client)


def test_a_code_works_once(client, officer):
    code = totp()
    sign_in(client, officer.email)
    post(client, "mfa_authenticate", {"code": code})
    client.logout()

    sign_in(client, officer.email)
    post(client, "mfa_authenticate", {"code": code})

    assert not is_in(client)


def test_a_recovery_code_works_once(client, officer):
    client.force_login(officer)
    sign_in_again(client, officer)
    post(client, "mfa_generate_recovery_codes")
    codes = client.get(reverse("mfa_view_recovery_codes")).context["unused_codes"]
    client.logout()

    for expected in (True, False):
        sign_in(client, officer.email)
        post(client, "mfa_authenticate", {"code": codes[0]})
        assert is_in(client) == expected
        client.logout()


def sign_in_again(client, user):
    """Re-authenticate."""
    answer = post(client, "account_reauthenticate", {"password": PASSWORD})
    assert answer.status_code == 302


def test_an_app_is_set_up_by_its_code(client, ada, django_capture_on_commit_callbacks):
    client.force_login(ada)
    sign_in_again(client, ada)
    page = client.get(reverse("mfa_activate_totp"))
    secret = page.context["form"].secret

    with django_capture_on_commit_callbacks(execute=True):
        answer = post(client, "mfa_activate_totp", {"code": totp(secret)})

    assert answer.url == reverse("mfa_view_recovery_codes")
    assert User.objects.get(pk=ada.pk).has_second_factor
    kinds = set(Mail.objects.filter(to=ada.email).values_list("kind", flat=True))
    assert kinds == {"account-notice"}
    assert "An authenticator app was added." in "".join(
        Mail.objects.filter(to=ada.email).values_list("text", flat=True)
    )


@pytest.mark.parametrize(
    "name",
    [
        "mfa_activate_totp",
        "mfa_add_webauthn",
        "mfa_generate_recovery_codes",
        "account_close",
        "account_data",
    ],
)
def test_what_matters_asks_again_who_it_is(client, ada, name):
    client.force_login(ada)

    answer = client.get(reverse(name))

    assert answer.status_code == 302
    assert answer.url.startswith(reverse("account_reauthenticate"))


# A lost password, another address


def test_a_lost_password_is_replaced_by_a_mailed_link(client, ada):
    post(client, "account_reset_password", {"email": ada.email})
    path = mailed_path(ada.email)
    form = client.get(path, follow=True)
    new = "another good phrase"

    data = {"password1": new, "password2": new}
    client.post(form.redirect_chain[-1][0], data)

    assert not is_in(client)
    sign_in(client, ada.email, new)
    assert is_in(client)
    stale = client.get(path, follow=True)
    assert "used already" in stale.text


def test_a_new_address_counts_when_its_code_is_typed(client, ada):
    old = ada.email
    client.force_login(ada)
    sign_in_again(client, ada)
    post(client, "account_email", {"action_add": "", "email": "new@example.org"})
    ada.refresh_from_db()
    assert ada.email == old

    verify(client, "new@example.org")

    ada.refresh_from_db()
    assert ada.email == "new@example.org"
    assert list(ada.emailaddress_set.values_list("email", "verified", "primary")) == [
        ("new@example.org", True, True)
    ]
    assert "new@example.org" in last_mail(old).text


def test_nobody_takes_the_address_of_another(client, ada):
    other = factories.user()
    client.force_login(ada)
    sign_in_again(client, ada)
    post(client, "account_email", {"action_add": "", "email": other.email})

    verify(client, other.email)

    ada.refresh_from_db()
    other.refresh_from_db()
    assert ada.email != other.email
    assert other.emailaddress_set.get().verified


# Words


@pytest.mark.parametrize("name", ["account_login", "account_signup"])
def test_forms_say_each_thing_once_and_lead_the_new_to_signing_up(client, name):
    page = client.get(reverse(name), {"next": "/applications/"})

    assert "E-mail address" in page.text
    assert "placeholder" not in page.text
    assert "Your password can" not in page.text
    other = "account_signup" if name == "account_login" else "account_login"
    head = page.text.split("</h1>")[1].split("</header>")[0]
    assert f"{reverse(other)}?next=%2Fapplications%2F" in head


def test_the_rules_for_a_password_are_told_with_what_was_wrong(client):
    answer = sign_up(client, EMAIL, password="123")

    assert "This password is too short" in answer.text
    assert "At least 10 characters" in answer.text
    assert "E-mail address" in answer.text


def test_an_institution_is_offered_where_there_is_one(client, ada):
    client.force_login(ada)

    assert "Sign in with your institution" not in client.get(reverse("account")).text
