"""How often each door may be tried, by an address and for an account.

The counts are in the database: they hold for all processes together. They are the
same for accounts that there are and for those that there are not.
"""

import unicodedata
from dataclasses import dataclass

from django.contrib.auth import REDIRECT_FIELD_NAME
from django.shortcuts import render

from members.accounts.addresses import network_of
from members.models.allowances import Allowance

MINUTE = 60
HOUR = 60 * MINUTE


@dataclass(frozen=True)
class Rate:
    times: int
    seconds: int


@dataclass(frozen=True)
class Door:
    """A page that takes a secret, or sends a mail.

    `field` names the account that it is about; without it, that is whoever is signed
    in, or on the way to be.
    """

    name: str
    of_address: Rate
    of_account: Rate
    field: str = ""


# Every form of the account pages, those below too.
ANY = Rate(200, 5 * MINUTE)
PASSWORD = Door("password", Rate(30, 5 * MINUTE), Rate(10, 5 * MINUTE), "login")
CODE = Door("code", Rate(60, 5 * MINUTE), Rate(10, 5 * MINUTE))
AGAIN = Door("again", Rate(60, 5 * MINUTE), Rate(10, 5 * MINUTE))
CHANGE = Door("change", Rate(60, 5 * MINUTE), Rate(10, 5 * MINUTE))
PASSKEY = Door("passkey", Rate(60, 5 * MINUTE), Rate(30, 5 * MINUTE))
SIGN_UP = Door("sign-up", Rate(30, HOUR), Rate(5, HOUR), "email")
MAILED_CODE = Door("mailed-code", Rate(30, HOUR), Rate(10, HOUR), "email")
RESET = Door("reset", Rate(20, HOUR), Rate(5, HOUR), "email")
NEW_ADDRESS = Door("new-address", Rate(30, HOUR), Rate(10, HOUR), "email")
PROVIDER = Door("provider", Rate(60, 5 * MINUTE), Rate(60, 5 * MINUTE))
DOORS = {
    "account_login": PASSWORD,
    "account_signup": SIGN_UP,
    "account_request_login_code": MAILED_CODE,
    "account_confirm_login_code": CODE,
    "account_email_verification_sent": CODE,
    "account_reset_password": RESET,
    "account_reset_password_from_key": CODE,
    "account_reauthenticate": AGAIN,
    "account_change_password": CHANGE,
    "account_set_password": CHANGE,
    "account_email": NEW_ADDRESS,
    "mfa_authenticate": CODE,
    "mfa_reauthenticate": AGAIN,
    "mfa_reauthenticate_webauthn": AGAIN,
    "mfa_activate_totp": CHANGE,
    "mfa_login_webauthn": PASSKEY,
    "openid_connect_login": PROVIDER,
    "openid_connect_callback": PROVIDER,
    "socialaccount_signup": SIGN_UP,
}
# Steps that are a GET, since another site leads here.
COUNTED_GETS = {"openid_connect_callback"}
PREFIX = "/accounts/"


class LimitDoors:
    """Refuse, with 429 and when to come again, whoever tries a door too often."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if request.path_info.startswith(PREFIX):
            response.headers.setdefault("Cache-Control", "private, no-store")
        return response

    def process_view(self, request, view_func, view_args, view_kwargs):
        if not request.path_info.startswith(PREFIX):
            return None
        name = request.resolver_match.view_name
        if request.method in ("GET", "HEAD", "OPTIONS") and name not in COUNTED_GETS:
            return None
        waits = [
            Allowance.objects.spend(key, times=rate.times, seconds=rate.seconds)
            for key, rate in counts(request, DOORS.get(name))
        ]
        return refusal(request, max(waits)) if any(waits) else None


def counts(request, door):
    network = network_of(request)
    yield f"any address {network}", ANY
    if door:
        yield f"{door.name} address {network}", door.of_address
        account = account_of(request, door)
        if account:
            yield f"{door.name} account {account}", door.of_account


def account_of(request, door):
    """Whose door it is, as one word however it was typed."""
    if door.field and request.POST.get(door.field):
        return as_one(request.POST[door.field])
    stage = request.session.get("account_login")
    if isinstance(stage, dict):
        # The address first: those without an account have nothing else.
        return as_one(stage.get("email") or "") or f"waiting {stage.get('user_pk')}"
    return f"number {request.user.pk}" if request.user.is_authenticated else ""


def as_one(typed):
    """Capitals, wide letters, spaces and invisible marks make no other account."""
    folded = unicodedata.normalize("NFKC", typed).casefold()
    return "".join(
        char
        for char in folded
        if not char.isspace() and unicodedata.category(char) not in ("Cc", "Cf")
    )


def refusal(request, seconds):
    page = {
        "minutes": -(-seconds // MINUTE),
        "seconds": seconds,
        "has_no_address": True,
        "next": REDIRECT_FIELD_NAME,
    }
    response = render(request, "429.html", page, status=429)
    response.headers["Retry-After"] = str(seconds)
    response.headers["Cache-Control"] = "no-store"
    return response


def handler429(request, exception=None):
    """For the limits that allauth keeps itself, which does not say how long."""
    return refusal(request, MINUTE)
