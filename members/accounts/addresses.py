"""Where a request comes from, as far as that can be believed."""

from ipaddress import ip_address, ip_network

from django.conf import settings

# Whoever speaks through a socket of this computer has no address.
NOBODY = "0.0.0.0"  # noqa: S104 - an answer, nothing listens there


def address_of(request):
    """The address of whoever asks, behind so many proxies as the settings trust.

    Each proxy appends who asked it, so the first entries are whatever the asker wrote.
    """
    trusted = settings.TRUSTED_PROXIES
    header = request.headers.get("X-Forwarded-For", "")
    told = header.split(",") if header.strip() else []
    if trusted and len(told) >= trusted:
        return _address(told[-trusted])
    return _address(request.META.get("REMOTE_ADDR", ""))


def network_of(request):
    """The address, or of IPv6 the network that one customer has: 2^64 addresses."""
    address = ip_address(address_of(request))
    if address.version == 4:
        return str(address)
    return str(ip_network((address, 64), strict=False))


def _address(text):
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return NOBODY
    return str(getattr(address, "ipv4_mapped", None) or address)
