"""Settings are checked at start, and what is wrong is said in plain lines."""

import json
import os
import runpy
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from peso import postgres
from peso.environment import SettingsError
from peso.mail_server import MailServer

ROOT = Path(__file__).resolve().parent.parent.parent
KEY = "a-key-of-fifty-characters-or-more-for-the-tests-of-settings"
SITE = {
    "SITE_URL": "https://members.example.org",
    "SECRET_KEY": KEY,
    "DATABASE_URL": "postgres://peso:pass%40word@db.example.org:5433/registry",
}


@pytest.fixture
def load(monkeypatch, tmp_path):
    """Reads settings.py anew with these variables and no others."""

    def load(**variables):
        base = {"PATH": os.environ["PATH"], "PESO_DATA_DIR": str(tmp_path / "data")}
        monkeypatch.setattr(os, "environ", base | variables)
        return runpy.run_path(str(ROOT / "peso" / "settings.py"))

    postgres.default_server.cache_clear()
    yield load
    postgres.default_server.cache_clear()


def problems(load, **variables):
    with pytest.raises(SettingsError) as error:
        load(**variables)
    first, *lines, last = str(error.value).splitlines()
    assert first == "The registry cannot start with these settings:"
    assert last == "All settings are explained in docs/settings.md."
    return [line.strip() for line in lines]


def test_a_computer_of_ones_own_needs_no_setting(load):
    found = load()

    assert found["SITE_URL"] == "http://127.0.0.1:8000"
    assert found["ALLOWED_HOSTS"] == ["localhost", "127.0.0.1", "[::1]"]
    assert found["DATABASES"]["default"]["ENGINE"] == "peso.embedded"
    assert found["LOG_FORMAT"] == "plain"
    assert found["DEBUG"] is False
    assert found["SESSION_COOKIE_SECURE"] is False
    assert found["SECURE_HSTS_SECONDS"] == 0


def test_own_secret_key_is_kept_and_closed_to_others(load, tmp_path):
    first = load()["SECRET_KEY"]

    assert len(first) >= 50
    assert load()["SECRET_KEY"] == first
    file = tmp_path / "data" / "secret-key"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in file.parent.iterdir()] == ["secret-key"]


def test_own_secret_key_that_cannot_be_kept_is_said(load, tmp_path):
    (tmp_path / "data").write_text("a file where a folder should be")

    (line,) = problems(load)

    assert line.startswith("SECRET_KEY: is not set, and ")
    assert "secrets.token_urlsafe" in line


def test_site_for_others_is_safe_by_its_address(load):
    found = load(**SITE)

    assert found["ALLOWED_HOSTS"] == ["members.example.org"]
    assert found["CSRF_TRUSTED_ORIGINS"] == ["https://members.example.org"]
    assert found["SECURE_SSL_REDIRECT"] is True
    assert found["SESSION_COOKIE_SECURE"] is True
    assert found["CSRF_COOKIE_SECURE"] is True
    assert found["SESSION_COOKIE_NAME"] == "__Host-session"
    assert found["SECURE_HSTS_SECONDS"] == 365 * 24 * 60 * 60
    assert found["LOG_FORMAT"] == "json"


@pytest.mark.parametrize(
    ("address", "host", "own"),
    [
        ("http://localhost:8000", "localhost", True),
        ("http://registry.localhost", "registry.localhost", True),
        ("http://127.0.0.5:8000", "127.0.0.5", True),
        ("http://[::1]:8000", "[::1]", True),
        ("http://127.example.org", "127.example.org", False),
        ("http://0.0.0.0:8000", "0.0.0.0", False),
        ("https://[2001:db8::1]", "[2001:db8::1]", False),
        ("https://Members.Example.org/", "members.example.org", False),
    ],
)
def test_address_says_whose_computer_it_is(load, address, host, own):
    found = load(**SITE | {"SITE_URL": address})

    assert found["SITE_HOST"] == host
    assert found["ON_THIS_COMPUTER"] is own
    assert own or found["ALLOWED_HOSTS"] == [host]


def test_site_for_others_needs_a_secret_key(load):
    (line,) = problems(load, **SITE | {"SECRET_KEY": ""})

    assert line.startswith("SECRET_KEY: is not set")


def test_database_address_is_read_whole(load):
    address = f"{SITE['DATABASE_URL']}?sslmode=verify-full&conn_max_age=60"

    found = load(**SITE | {"DATABASE_URL": address})

    assert found["DATABASES"]["default"] == {
        "ENGINE": "django.db.backends.postgresql",
        "HOST": "db.example.org",
        "PORT": 5433,
        "NAME": "registry",
        "USER": "peso",
        "PASSWORD": "pass@word",
        "OPTIONS": {"sslmode": "verify-full"},
        "CONN_MAX_AGE": 0,
        "CONN_HEALTH_CHECKS": True,
    }


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ALLOWED_HOSTS", "https://members.example.org"),
        ("ALLOWED_HOSTS", "members.example.org,,"),
        ("BIND", "8000"),
        ("BIND", "0.0.0.0:80000"),
        ("CONSORTIUM_NAME", "two\nlines"),
        ("CONTACT_EMAIL", "nobody"),
        ("DATABASE_POOL", "0"),
        ("DEBUG", "perhaps"),
        ("HSTS_SECONDS", "-1"),
        ("HSTS_SUBDOMAINS", "2"),
        ("LOG_FORMAT", "xml"),
        ("LOG_LEVEL", "LOUD"),
        ("SITE_URL", "members.example.org"),
        ("SITE_URL", "https://members.example.org/registry"),
        ("SITE_URL", "https://user@members.example.org"),
        ("SITE_URL", "ftp://members.example.org"),
        ("SITE_URL", "https://members.example.org:port"),
        ("SITE_URL", "https://[::1"),
        ("STATEMENT_SECONDS", "1e3"),
        ("TIME_ZONE", "Mars/Olympus"),
        ("TIME_ZONE", "../zone"),
        ("WEB_CONCURRENCY", "many"),
        ("WEB_THREADS", "65"),
    ],
)
def test_malformed_value_is_named_with_what_would_do(load, name, value):
    (line,) = problems(load, SECRET_KEY=KEY, **{name: value})

    assert line.startswith(f"{name} “{' '.join(value.split())}”: expected ")


@pytest.mark.parametrize(
    "address",
    [
        "peso",
        "sqlite:///peso.db",
        "mysql://user:hunter2@host/name",
        "postgres://",
        "postgres://host",
        "postgres://user:hunter2@host:port/name",
        "postgres://[::1/name",
    ],
)
def test_malformed_database_address_is_refused_without_its_password(load, address):
    (line,) = problems(load, DATABASE_URL=address)

    assert line.startswith("DATABASE_URL: expected the address of a PostgreSQL")
    assert "hunter2" not in line


def test_short_secret_key_is_refused_and_not_shown(load):
    (line,) = problems(load, SECRET_KEY="hunter2")

    assert line.startswith("SECRET_KEY: expected at least 50")
    assert "hunter2" not in line


def test_debug_is_refused_where_others_can_see_it(load):
    (line,) = problems(load, **SITE, DEBUG="true")

    assert line.startswith("DEBUG: ")


def test_all_problems_are_told_at_once(load):
    lines = problems(load, SITE_URL="nowhere", TIME_ZONE="Nowhere", LOG_LEVEL="loud")

    assert [line.split(" “")[0] for line in lines] == [
        "SITE_URL",
        "TIME_ZONE",
        "LOG_LEVEL",
    ]


def test_own_database_is_needed_where_there_is_no_embedded_server(load, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)

    (line,) = problems(load)

    assert line.startswith("DATABASE_URL: is not set")


@pytest.mark.parametrize(
    ("address", "server"),
    [
        ("smtp://relay", MailServer("relay", 25)),
        ("smtp://[::1]:2525", MailServer("::1", 2525)),
        ("smtp://me:word@localhost", MailServer("localhost", 25, "", "me", "word")),
        ("smtps://mail.example.org", MailServer("mail.example.org", 465, "tls")),
        (
            "smtp+starttls://a%40b.org:p%2F@mail.example.org",
            MailServer("mail.example.org", 587, "starttls", "a@b.org", "p/"),
        ),
    ],
)
def test_mail_server_is_read_from_its_address(load, address, server):
    found = load(EMAIL_URL=address, EMAIL_FROM="members@example.org")

    assert vars(found["MAIL_SERVER"]) == vars(server)
    assert found["MAIL_IS_SHOWN_ONLY"] is False


@pytest.mark.parametrize(
    "address",
    [
        *("mail.example.org", "https://mail.example.org", "smtp://", "smtps://a b"),
        *("smtps://mail.example.org/x", "smtps://h:99999", "smtp://me:w0rd@mail.test"),
    ],
)
def test_mail_server_that_is_none_is_told_without_its_password(load, address):
    (line,) = problems(load, EMAIL_URL=address, EMAIL_FROM="members@example.org")

    assert line.startswith("EMAIL_URL: ")
    assert "w0rd" not in line


def test_mails_need_somebody_whom_they_come_from(load):
    (line,) = problems(load, EMAIL_URL="smtp://localhost")
    assert line.startswith("EMAIL_FROM: is not set, nor is CONTACT_EMAIL")

    found = load(EMAIL_URL="smtp://localhost", CONTACT_EMAIL="office@example.org")
    assert found["MAIL_FROM"] == "office@example.org"


def test_mails_are_shown_only_where_others_cannot_come(load):
    assert load()["MAIL_IS_SHOWN_ONLY"] is True
    assert load(**SITE)["MAIL_IS_SHOWN_ONLY"] is False


@pytest.mark.parametrize(
    "command",
    [
        ["manage.py", "check"],
        ["manage.py", "load_example"],
        ["-m", "gunicorn", "--bind=127.0.0.1:0"],
        ["-m", "peso.serve", "--port=8179"],
    ],
)
def test_wrong_setting_stops_every_start_without_a_traceback(command, tmp_path):
    variables = {"PATH": os.environ["PATH"], "PESO_DATA_DIR": str(tmp_path)}
    ended = subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        env=variables | {"LOG_LEVEL": "loud", "SECRET_KEY": KEY},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )

    assert ended.returncode == 1
    assert ended.stdout == ""
    assert ended.stderr.splitlines() == [
        "The registry cannot start with these settings:",
        "  LOG_LEVEL “loud”: expected DEBUG, INFO, WARNING, ERROR or CRITICAL.",
        "All settings are explained in docs/settings.md.",
    ]


# Accounts

ORCID = {
    "id": "orcid",
    "name": "ORCID",
    "url": "https://orcid.org/",
    "client_id": "APP-1",
    "secret": "not to be shown",
}


def test_providers_are_read_from_json(load):
    found = load(OIDC_PROVIDERS=json.dumps([ORCID]))

    assert found["SOCIALACCOUNT_PROVIDERS"]["openid_connect"] == {
        "OAUTH_PKCE_ENABLED": True,
        "APPS": [
            {
                "provider_id": "orcid",
                "name": "ORCID",
                "client_id": "APP-1",
                "secret": "not to be shown",
                "settings": {"server_url": "https://orcid.org"},
            }
        ],
    }


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{", "expected a JSON list"),
        ("{}", "expected a JSON list"),
        ("[1]", "expected a JSON list"),
        (json.dumps([{**ORCID, "secret": ""}]), "provider 1 lacks secret."),
        (json.dumps([{}]), "provider 1 lacks client_id, id, name, secret, url."),
        (json.dumps([{**ORCID, "scope": "x"}]), "provider 1 has scope, which means"),
        (json.dumps([{**ORCID, "name": ["x"]}]), "provider 1 has a value that is no"),
        (json.dumps([{**ORCID, "id": "OR CID"}]), "provider 1 has an id with other"),
        (json.dumps([{**ORCID, "url": "http://orcid.org"}]), "begin with https://."),
        (json.dumps([{**ORCID, "url": "orcid.org"}]), "begin with https://."),
        (json.dumps([{**ORCID, "url": "https://x.org/?a=1"}]), "begin with https://."),
        (json.dumps([ORCID, ORCID]), "provider 1 has the id of another."),
    ],
)
def test_a_broken_provider_stops_the_start_and_shows_no_secret(load, text, why):
    (line,) = problems(load, OIDC_PROVIDERS=text)

    assert line.startswith("OIDC_PROVIDERS: ")
    assert why in line
    assert "not to be shown" not in line


def test_a_provider_on_this_computer_may_be_without_https(load):
    load(OIDC_PROVIDERS=json.dumps([{**ORCID, "url": "http://127.0.0.1:9400"}]))


@pytest.mark.parametrize("text", ["-1", "11", "many", "1.5"])
def test_a_number_of_proxies_is_a_small_whole_number(load, text):
    (line,) = problems(load, TRUSTED_PROXIES=text)

    assert line == f"TRUSTED_PROXIES “{text}”: expected a whole number from 0 to 10."


def test_passkeys_need_https_but_on_this_computer(load):
    assert load()["MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN"] is True
    assert load(**SITE)["MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN"] is False
