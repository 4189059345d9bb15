"""What a person does at the doors, step by step, by plain requests."""

import re

from allauth.mfa.totp.internal.auth import (
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.urls import reverse

from members.models import Mail
from tests.factories import TOTP_SECRET

PASSWORD = "correct horse battery"


def post(client, name, data=None, **extra):
    return client.post(reverse(name), data or {}, **extra)


def last_mail(to):
    return Mail.objects.filter(to__iexact=to).order_by("pk").last()


def mailed_code(to):
    """The code of the last mail to an address: it stands alone in its line."""
    return re.search(r"^([0-9A-Z-]{6,})$", last_mail(to).text, re.M)[1]


def mailed_path(to):
    """The path of the address that the last mail names."""
    return re.search(r"https?://[^/\s]+(/\S+)", last_mail(to).text)[1]


def sign_up(client, email, name="Ada Lovelace", password=PASSWORD, **extra):
    data = {"name": name, "email": email, "password1": password}
    return post(client, "account_signup", data, **extra)


def verify(client, email):
    code = mailed_code(email)
    return post(client, "account_email_verification_sent", {"code": code})


def sign_in(client, email, password=PASSWORD, **extra):
    return post(
        client, "account_login", {"login": email, "password": password}, **extra
    )


def totp(secret=TOTP_SECRET):
    """What an authenticator app shows now."""
    (counter,) = yield_hotp_counters_from_time()
    return format_hotp_value(hotp_value(secret, counter))


def is_in(client):
    return "_auth_user_id" in client.session
