"""The mail server of the settings, read from one address."""

from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from peso.environment import HOST, is_loopback


@dataclass(frozen=True)
class MailServer:
    """Where mails are handed over. `security` is “”, “starttls” or “tls”."""

    host: str
    port: int
    security: str = ""
    user: str = ""
    password: str = ""


# The ways to reach a mail server: security and usual port of each.
SCHEMES = {
    "smtp": ("", 25),
    "smtp+starttls": ("starttls", 587),
    "smtps": ("tls", 465),
}


def read(text: str) -> MailServer:
    """The mail server of an address such as smtps://user:password@host:465."""
    try:
        parts = urlsplit(text)
        security, usual_port = SCHEMES[parts.scheme]
        port = parts.port or usual_port
        name = parts.hostname or ""
    except (ValueError, KeyError):
        name = ""
    host = f"[{name}]" if ":" in name else name
    if not HOST.fullmatch(host) or parts.path.strip("/") or parts.query:
        raise ValueError(
            "expected the address of a mail server, such as "
            "smtp+starttls://user:password@host:587 or smtps://user:password@host."
        )
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    if password and not security and not is_loopback(host):
        raise ValueError(
            "a password needs encryption: smtp+starttls:// or smtps:// instead."
        )
    return MailServer(name, port, security, user, password)
