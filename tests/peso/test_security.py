"""What browsers are told, on a computer of one's own and on a site for others."""

import os
import runpy
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.test import Client

from tests import factories

ROOT = Path(__file__).resolve().parent.parent.parent
SITE = {
    "SITE_URL": "https://members.example.org",
    "EMAIL_URL": "smtps://user:word@mail.example.org",
    "EMAIL_FROM": "members@example.org",
    "SECRET_KEY": "Xk3-9vTq_for-the-tests-of-a-site-that-others-can-reach",
    "DATABASE_URL": "postgres://db.example.org/peso",
}
BY_ADDRESS = (
    "ALLOWED_HOSTS",
    "CSRF_COOKIE_NAME",
    "CSRF_COOKIE_SECURE",
    "CSRF_TRUSTED_ORIGINS",
    "SECURE_HSTS_INCLUDE_SUBDOMAINS",
    "SECURE_HSTS_SECONDS",
    "SECURE_PROXY_SSL_HEADER",
    "SECURE_SSL_REDIRECT",
    "SESSION_COOKIE_NAME",
    "SESSION_COOKIE_SECURE",
)
# What the tests themselves have chosen, and where their database is.
OF_THE_TESTS = {"DATABASES", "DATABASE_URL", "LOGGING", "STORAGES"}


@pytest.fixture
def site_settings(monkeypatch):
    """Those of a site for others."""
    with monkeypatch.context() as patch:
        patch.setattr(os, "environ", {**os.environ, **SITE})
        return runpy.run_path(str(ROOT / "peso" / "settings.py"))


@pytest.fixture
def site(settings, site_settings):
    """A browser's way, through the proxy, to a site for others."""
    for name in BY_ADDRESS:
        setattr(settings, name, site_settings[name])
    return Client(
        headers={"host": "members.example.org", "x-forwarded-proto": "https"},
        enforce_csrf_checks=True,
    )


def policy(response):
    parts = response["Content-Security-Policy"].split("; ")
    return dict(part.split(" ", 1) for part in parts)


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/", "/about/", "/admin/login/", "/nothing"])
def test_every_page_says_what_a_browser_may_do(client, path):
    response = client.get(path)

    assert policy(response) == {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self' data:",
        "font-src": "'self'",
        "connect-src": "'self'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
        "base-uri": "'none'",
    }
    assert response["X-Frame-Options"] == "DENY"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Referrer-Policy"] == "same-origin"
    assert response["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "camera=()" in response["Permissions-Policy"]
    assert len(response["X-Request-ID"]) == 32


def test_unknown_host_is_refused(client):
    response = client.get("/", headers={"host": "evil.example"})

    assert response.status_code == 400


def test_site_for_others_moves_to_https(site):
    response = site.get("/about/?a=b", headers={"x-forwarded-proto": "http"})

    assert response.status_code == 301
    assert response["Location"] == "https://members.example.org/about/?a=b"


@pytest.mark.django_db
def test_site_for_others_stays_on_https(site):
    response = site.get("/about/")

    assert response.status_code == 200
    assert response["Strict-Transport-Security"] == (
        "max-age=31536000; includeSubDomains"
    )


def test_computer_of_ones_own_does_not_promise_https(client):
    response = client.get("/nothing")

    assert "Strict-Transport-Security" not in response


@pytest.mark.django_db
def test_cookies_of_a_site_for_others_stay_with_it(site):
    person = factories.user()
    person.set_password("correct horse")
    person.save()
    page = site.get("/accounts/login/")
    token = page.cookies["__Host-csrf"].value
    form = {"login": person.email, "password": "correct horse"}
    refused = site.post("/accounts/login/", form)

    response = site.post(
        "/accounts/login/?next=/admin/",
        form | {"csrfmiddlewaretoken": token},
        headers={"origin": "https://members.example.org"},
    )

    assert refused.status_code == 403
    assert response.status_code == 302
    session = response.cookies["__Host-session"]
    assert session["secure"]
    assert session["httponly"]
    assert session["samesite"] == "Lax"
    assert session["path"] == "/"
    assert not session["domain"]
    assert response.cookies["__Host-csrf"]["secure"]


@pytest.mark.django_db
def test_form_sent_from_elsewhere_is_refused(site):
    token = site.get("/accounts/login/").cookies["__Host-csrf"].value

    response = site.post(
        "/accounts/login/",
        {"csrfmiddlewaretoken": token},
        headers={"origin": "https://evil.example"},
    )

    assert response.status_code == 403


def test_probes_are_not_moved_to_https(site):
    headers = {"host": "10.0.0.7:8000", "x-forwarded-proto": "http"}

    assert site.get("/healthz", headers=headers).status_code == 200


def test_checks_for_a_site_for_others_find_nothing(site_settings, settings, capsys):
    for name in filter(str.isupper, site_settings.keys() - OF_THE_TESTS):
        if site_settings[name] != getattr(settings, name):
            setattr(settings, name, site_settings[name])

    call_command("check", deploy=True, fail_level="WARNING")

    assert capsys.readouterr().out == (
        "System check identified no issues (1 silenced).\n"
    )
    settings.SECURE_SSL_REDIRECT = False
    with pytest.raises(SystemCheckError, match=r"security\.W008"):
        call_command("check", deploy=True, fail_level="WARNING")
