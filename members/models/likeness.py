"""Which organizations and open applications may be the one that applies."""

from typing import NamedTuple
from urllib.parse import urlsplit

from django.contrib.postgres.search import TrigramSimilarity
from django.db.models import Exists, OuterRef, Q, Value
from django.db.models.functions import Greatest

from members.applying.content import with_scheme
from members.models.institutions import Host
from members.models.organizations import Name, Organization
from members.models.text import Fold

# Names at least so alike are near-equal; with a shared host, less is enough.
NEAR, NEAR_WITH_HOST = 0.6, 0.3
# Hosts of many projects: there, the first part of the path tells them apart.
SHARED_SITES = {
    "bitbucket.org",
    "codeberg.org",
    "github.com",
    "gitlab.com",
    "sites.google.com",
    "sourceforge.net",
}


class Duplicate(NamedTuple):
    """Something that may be the same as an application, why, and what was said to it.

    `answer` is “us”, “another”, or nothing yet.
    """

    key: str
    name: str
    standing: str
    url: str
    reasons: tuple[str, ...]
    answer: str


def site(address):
    """What tells websites apart: the host without “www.”, and a project's own part."""
    parts = urlsplit(with_scheme(address.strip()))
    try:
        host = (parts.hostname or "").removeprefix("www.")
    except ValueError:
        return ""
    if host in SHARED_SITES:
        first = parts.path.strip("/").split("/")[0].lower()
        return f"{host}/{first}" if first else ""
    return host


def likely_duplicates(application):
    """Members, former members and open applications that may be the same."""
    return [*_organizations(application), *_applications(application)]


def _organizations(application):
    content = application.content
    for each in _candidates(content):
        reasons = _reasons(content, each)
        if reasons:
            key = f"duplicate-organization-{each.public_id}"
            standing = "Former member" if each.left_on else "Member"
            yield Duplicate(
                key,
                each.full_name,
                standing,
                each.get_absolute_url(),
                reasons,
                application.draft.get(key, ""),
            )


def _candidates(content):
    likeness, alike = [Value(0.0), Value(0.0)], Q(likeness__gte=NEAR)
    for name in filter(None, (content.name, content.short_name)):
        folded = Fold(Value(name))
        others = Name.objects.filter(folded_text=folded).values("organization")
        likeness.append(TrigramSimilarity("folded_name", folded))
        alike |= Q(folded_short_name=folded) | Q(folded_name=folded) | Q(pk__in=others)
    if own_site := site(content.website):
        alike |= Q(website__icontains=own_site.split("/")[0])
    hosts = Host.objects.current().filter(
        organization=OuterRef("pk"), institution__in=content.hosts
    )
    alike |= Q(likeness__gte=NEAR_WITH_HOST, shares_host=True)
    rows = Organization.objects.listed().with_standing().prefetch_related("names")
    rows = rows.annotate(likeness=Greatest(*likeness), shares_host=Exists(hosts))
    return rows.filter(alike).order_by("-likeness", "pk")[:20]


def _reasons(content, organization):
    reasons = []
    if site(content.website) and site(content.website) == site(organization.website):
        reasons.append("the same website")
    if organization.likeness >= NEAR:
        reasons.append("a name much like yours")
    elif content.name and _is_known_as(organization, content):
        reasons.append("a name that it has or had")
    if organization.shares_host and organization.likeness >= NEAR_WITH_HOST:
        reasons.append("the same host institution")
    return tuple(reasons)


def _is_known_as(organization, content):
    names = {content.name.casefold(), content.short_name.casefold()} - {""}
    known = {organization.name, organization.short_name}
    known |= {name.text for name in organization.names.all()}
    return bool(names & {each.casefold() for each in known})


def _applications(application):
    content = application.content
    others = type(application).objects.open().with_names().with_websites()
    others = others.exclude(pk__in=[application.pk, application.earlier_id or 0])
    name = Fold(Value(content.name))
    alike = Q(likeness__gte=NEAR)
    own_site = site(content.website)
    if own_site:
        alike |= Q(website__icontains=own_site.split("/")[0])
    likeness = TrigramSimilarity(Fold("name"), name)
    for each in others.annotate(likeness=likeness).filter(alike)[:20]:
        reasons = []
        if own_site and site(each.website or "") == own_site:
            reasons.append("the same website")
        if (each.likeness or 0) >= NEAR:
            reasons.append("a name much like yours")
        if reasons:
            key = f"duplicate-application-{each.public_id}"
            # What nobody has submitted is nobody else's business.
            is_draft = each.submitted_at is None
            yield Duplicate(
                key,
                "An application that somebody is writing" if is_draft else each.name,
                "Open application",
                "",
                tuple(reasons),
                application.draft.get(key, ""),
            )
