"""Which addresses on the web are of the same website, by word and in the database."""

import re
from urllib.parse import urlsplit

from django.db.models import Q

from members.applying.content import with_scheme

# Hosts of many projects: there, the first part of the path tells them apart.
SHARED_SITES = {
    "bitbucket.org",
    "codeberg.org",
    "github.com",
    "gitlab.com",
    "sites.google.com",
    "sourceforge.net",
}
# Parts of paths that stand before the project's own.
PASSED_OVER = ("a", "groups", "orgs", "p", "projects", "site", "u", "users", "view")


def site(address):
    """What tells websites apart: the host without “www.”, and a project's own part.

    Empty where there is none, also for what is no address at all.
    """
    try:
        parts = urlsplit(with_scheme(address.strip()))
        host = (parts.hostname or "").rstrip(".").removeprefix("www.")
    except ValueError:
        return ""
    host = _in_ascii(host)
    if host not in SHARED_SITES:
        return host
    path = [part.lower() for part in parts.path.split("/") if part]
    own = next((part for part in path if part not in PASSED_OVER), "")
    return f"{host}/{own}" if own else ""


def _in_ascii(host):
    """A host as the name servers know it: “bücher.example” has two spellings."""
    try:
        return host.encode("idna").decode()
    except UnicodeError:
        return host


def _in_letters(host):
    try:
        return host.encode().decode("idna")
    except UnicodeError:
        return host


def _addresses_of(own_site):
    """A regular expression of the addresses whose `site` is `own_site`."""
    host, _, own = own_site.partition("/")
    hosts = "|".join(re.escape(each) for each in {host, _in_letters(host)})
    passed = "|".join(PASSED_OVER)
    path = rf"/+(({passed})/+)*{re.escape(own)}" if own else ""
    return rf"^[a-z]+://([^/]*@)?(www\.)?({hosts})\.?(:[0-9]*)?{path}([/?#]|$)"


def has_site(field, own_site):
    """The condition that an address is of `own_site`, in words an index knows."""
    if not own_site:
        return Q(pk=None)
    host, _, own = own_site.partition("/")
    pieces = [own] if own else {host, _in_letters(host)}
    found = Q()
    for piece in pieces:
        found |= Q(**{f"{field}__iregex": re.escape(piece)})
    return found & Q(**{f"{field}__iregex": _addresses_of(own_site)})
