"""Signing in by an OpenID Connect provider: a real one, on loopback."""

import re
import signal
import socket
import subprocess
import sys
import time
from urllib.parse import urlsplit

import pytest
import requests
from django.urls import reverse

from members.models import User
from tests import factories
from tests.accounts.doors import (
    PASSWORD,
    is_in,
    last_mail,
    post,
    sign_in,
    totp,
    verify,
)

EMAIL = "ada@example.org"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="module")
def provider(tmp_path_factory):
    """The address of a provider that runs."""
    port = free_port()
    log = (tmp_path_factory.mktemp("provider") / "log").open("w+")
    command = [sys.executable, "-m", "oidc_provider_mock", "--port", str(port)]
    with subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT) as process:
        address = f"http://127.0.0.1:{port}"
        try:
            wait_for(f"{address}/.well-known/openid-configuration", process)
            yield address
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=20)
            log.close()


def wait_for(address, process):
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if requests.get(address, timeout=2).ok:
                return
        except requests.RequestException:
            time.sleep(0.2)
    pytest.fail("The provider did not start.")


@pytest.fixture
def orcid(settings, provider):
    settings.SOCIALACCOUNT_PROVIDERS = with_provider(provider)
    return provider


def with_provider(address):
    app = {
        "provider_id": "orcid",
        "name": "ORCID",
        "client_id": "registry",
        "secret": "a secret",
        "settings": {"server_url": address},
    }
    return {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [app]}}


def person_at(provider, sub, **claims):
    answer = requests.put(f"{provider}/users/{sub}", json=claims, timeout=5)
    answer.raise_for_status()


def begin(client, **query):
    """Press the button; the address of the provider that the page leads to."""
    page = client.post(
        reverse("openid_connect_login", args=["orcid"]), query_params=query
    )
    assert page.status_code == 200
    return re.search(r'<a class="button" href="([^"]+)"', page.text)[1].replace(
        "&amp;", "&"
    )


def consent(address, sub):
    """What a person does at the provider; the address that it sends them back to."""
    answer = requests.post(address, data={"sub": sub}, allow_redirects=False, timeout=5)
    assert answer.status_code in (302, 303), answer.text
    return answer.headers["Location"]


def come_back(client, address):
    parts = urlsplit(address)
    return client.get(f"{parts.path}?{parts.query}")


def arrive(client, sub, **query):
    return come_back(client, consent(begin(client, **query), sub))


@pytest.fixture
def ada(db):
    account = factories.user()
    account.email = EMAIL
    account.set_password(PASSWORD)
    account.save()
    account.emailaddress_set.update(email=EMAIL)
    return account


@pytest.mark.django_db
def test_a_provider_makes_an_account_whose_address_is_verified_here(client, orcid):
    person_at(orcid, "1", email="new@example.org", email_verified=True, name="Žofie Å")

    answer = arrive(client, "1")

    assert answer.url == reverse("account_email_verification_sent")
    assert not is_in(client)
    verify(client, "new@example.org")
    assert is_in(client)
    user = User.objects.get(email="new@example.org")
    assert user.get_full_name() == "Žofie Å"
    assert not user.has_usable_password()

    client.logout()
    assert arrive(client, "1").url == reverse("account")
    assert is_in(client)


@pytest.mark.django_db
@pytest.mark.parametrize("is_verified", [True, False])
def test_an_address_of_another_opens_nothing(client, orcid, ada, is_verified):
    """Whatever the provider says about it."""
    person_at(orcid, "2", email=EMAIL.upper(), email_verified=is_verified)

    answer = arrive(client, "2")

    assert answer.url == reverse("account_email_verification_sent")
    assert not is_in(client)
    assert not ada.socialaccount_set.exists()
    assert last_mail(EMAIL).kind == "account-there-already"
    post(client, "account_email_verification_sent", {"code": "BCD-FGH"})
    assert not is_in(client)


@pytest.mark.django_db
def test_a_provider_without_addresses_asks_for_one(client, orcid):
    person_at(orcid, "3", name="No Mail")

    answer = arrive(client, "3")

    assert answer.url == reverse("socialaccount_signup")
    page = client.get(answer.url)
    assert "send a code to it" in page.text
    typed = {"name": "No Mail", "email": "typed@example.org"}
    post(client, "socialaccount_signup", typed)
    assert not is_in(client)
    verify(client, "typed@example.org")
    assert is_in(client)


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["registry", "Registry", "admin"])
def test_no_provider_chooses_a_user_name(client, orcid, name):
    email = f"{name}@example.org".lower()
    person_at(orcid, f"4{name}", email=email, preferred_username=name)

    arrive(client, f"4{name}")
    verify(client, email)

    user = User.objects.get(email=email)
    assert user.username.lower() != "registry"
    assert not user.is_registry
    assert not user.is_staff


@pytest.mark.django_db
def test_whoever_is_signed_in_adds_a_provider(client, orcid, ada):
    person_at(orcid, "5", email="elsewhere@example.org", email_verified=True)
    sign_in(client, EMAIL)
    post(client, "account_reauthenticate", {"password": PASSWORD})

    answer = arrive(client, "5", process="connect")

    assert answer.url == reverse("socialaccount_connections")
    assert ada.socialaccount_set.get().uid == "5"
    assert "Sign-in by ORCID was added" in last_mail(EMAIL).text
    client.logout()
    arrive(client, "5")
    assert client.session["_auth_user_id"] == str(ada.pk)
    ada.refresh_from_db()
    assert ada.email == EMAIL


@pytest.mark.django_db
def test_a_provider_is_of_one_account(client, orcid, ada):
    ada.socialaccount_set.create(provider="orcid", uid="6")
    person_at(orcid, "6", email="x@example.org")
    other = factories.user()
    client.force_login(other)

    arrive(client, "6", process="connect")

    assert not other.socialaccount_set.exists()
    assert ada.socialaccount_set.count() == 1


@pytest.mark.django_db
def test_the_second_step_comes_after_a_provider_too(client, orcid):
    officer = factories.officer()
    officer.socialaccount_set.create(provider="orcid", uid="7")
    person_at(orcid, "7", email=officer.email)

    answer = arrive(client, "7")

    assert answer.url == reverse("mfa_authenticate")
    assert not is_in(client)
    post(client, "mfa_authenticate", {"code": totp()})
    assert is_in(client)


@pytest.mark.django_db
def test_an_answer_for_another_browser_is_refused(client, orcid, ada):
    """An answer that somebody else asked for must not sign this browser in."""
    ada.socialaccount_set.create(provider="orcid", uid="8")
    person_at(orcid, "8", email=EMAIL)
    back = consent(begin(client), "8")
    victim = type(client)()

    answer = come_back(victim, back)

    assert not is_in(victim)
    assert "That did not work" in answer.text


@pytest.mark.django_db
def test_an_answer_works_once(client, orcid, ada):
    ada.socialaccount_set.create(provider="orcid", uid="9")
    person_at(orcid, "9", email=EMAIL)
    back = consent(begin(client), "9")
    come_back(client, back)
    assert is_in(client)
    client.logout()

    come_back(client, back)

    assert not is_in(client)


@pytest.mark.django_db
def test_a_way_to_a_provider_takes_a_button(client, orcid):
    """A link of another site must not start it."""
    page = client.get(reverse("openid_connect_login", args=["orcid"]))

    assert page.status_code == 200
    assert "Go on to ORCID" in page.text
    strict = type(client)(enforce_csrf_checks=True)
    url = reverse("openid_connect_login", args=["orcid"])
    assert strict.post(url).status_code == 403


@pytest.mark.django_db
def test_the_request_holds_what_the_standard_asks(client, orcid):
    address = begin(client)

    assert address.startswith(orcid)
    for part in ("openid", "state=", "code_challenge=", "response_type=code"):
        assert part in address


@pytest.mark.django_db
def test_a_provider_that_does_not_answer_gets_a_page(client, settings):
    settings.SOCIALACCOUNT_PROVIDERS = with_provider(f"http://127.0.0.1:{free_port()}")

    page = client.post(reverse("openid_connect_login", args=["orcid"]))

    assert page.status_code == 502
    assert "That did not work" in page.text


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["nobody", "orcid2"])
def test_an_unknown_provider_is_not_found(client, orcid, name):
    url = reverse("openid_connect_login", args=[name])

    assert client.get(url).status_code == 404
    assert client.post(url).status_code == 404


@pytest.mark.django_db
def test_providers_are_offered_at_the_door(client, orcid):
    for name in ("account_login", "account_signup"):
        assert ">ORCID</a>" in client.get(reverse(name)).text


@pytest.mark.django_db
@pytest.mark.parametrize(
    "query", ["", "error=access_denied", "error=x", "code=x&state=y", "code=%00"]
)
def test_odd_answers_get_a_page(client, orcid, query):
    url = reverse("openid_connect_callback", args=["orcid"])

    answer = client.get(f"{url}?{query}", follow=True)

    assert answer.status_code in (200, 400, 401, 502)
    assert "<h1" in answer.text
    assert not is_in(client)
