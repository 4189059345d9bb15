"""Which organizations and open applications may be the one that applies."""

from typing import NamedTuple

from django.contrib.postgres.search import TrigramSimilarity
from django.db import connection, transaction
from django.db.models import (
    BooleanField,
    Case,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    TextField,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Concat, Greatest

from members.applying import duplicates
from members.applying.transitions import OPEN
from members.models.caseload import PlainText
from members.models.drafts import Answer
from members.models.institutions import Host
from members.models.names import Name
from members.models.organizations import Organization
from members.models.sites import has_site, site
from members.models.text import Fold

# Names at least so alike are near-equal; with a shared host, less is enough.
NEAR, NEAR_WITH_HOST = 0.6, 0.3
AT_MOST = 20
NOBODY = Q(pk=None)
ORGANIZATION, APPLICATION = "organization", "application"


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


def likely_duplicates(application):
    """Members, former members and open applications that may be the same."""
    with transaction.atomic(), connection.cursor() as cursor:
        # What “%” means: the index finds nothing that is less alike.
        cursor.execute("SET LOCAL pg_trgm.similarity_threshold = %s", [NEAR])
        found = _alike(application)
        return [
            *_organizations(application, found[ORGANIZATION]),
            *_applications(application, found[APPLICATION]),
        ]


def _organizations(application, keys):
    for each in _candidates(application.content, keys):
        reasons = _reasons(each)
        if reasons:
            key = duplicates.organization_key(each.public_id)
            standing = "Former member" if each.left_on else "Member"
            yield Duplicate(
                key,
                each.full_name,
                standing,
                each.get_absolute_url(),
                reasons,
                application.draft.get(key, ""),
            )


def _candidates(content, keys):
    if not keys:
        return []
    likeness, known_as = [Value(0.0), Value(0.0)], NOBODY
    for folded in _names(content):
        likeness.append(TrigramSimilarity("folded_name", folded))
        known_as |= Q(folded_name=folded) | Q(folded_short_name=folded)
        same = Name.objects.filter(_near("folded_text", folded))
        known_as |= Q(Exists(same.filter(organization=OuterRef("pk"))))
    rows = Organization.objects.listed().with_standing().filter(pk__in=keys)
    return _likeliest(
        rows.annotate(
            likeness=Greatest(*likeness),
            shares_host=Exists(_hosts(content).filter(organization=OuterRef("pk"))),
            is_known_as=_whether(known_as),
            has_site=_whether(has_site("website", site(content.website))),
        )
    )


def _alike(application):
    """The keys of what is alike in any way: mostly nothing is, and no more is asked.

    Each way of being alike has an index of its own; they meet by their keys.
    """
    ways = [
        _answers_alike(application).values_list("application", Value(APPLICATION)),
        *_ways_of_organizations(application.content),
    ]
    found = {ORGANIZATION: [], APPLICATION: []}
    for key, kind in ways[0].union(*ways[1:]):
        found[kind].append(key)
    return found


def _ways_of_organizations(content):
    known, kind = Organization.objects.order_by(), Value(ORGANIZATION)
    if own_site := site(content.website):
        same_site = known.filter(has_site("website", own_site))
        yield same_site.values_list("pk", kind)
    if names := _names(content):
        short = known.exclude(short_name="").alias(folded=Fold("short_name"))
        yield short.filter(folded__in=names).values_list("pk", kind)
    # Name by name: for all at once the planner believes that reading all is cheaper.
    for folded in names:
        others = Name.objects.order_by().filter(_near("folded_text", folded))
        yield known.filter(_near("folded_name", folded)).values_list("pk", kind)
        yield others.values_list("organization", kind)
    if content.hosts:
        yield _hosts(content).order_by().values_list("organization", kind)


def _answers_alike(application):
    """The answers of open applications that make those alike, and of none further."""
    content, alike = application.content, NOBODY
    said = Answer.objects.filter(application__state__in=OPEN).exclude(
        application__in=[application.pk, application.earlier_id or 0]
    )
    text = PlainText("value")
    said = said.order_by().alias(text=text, folded=Fold(text))
    if content.name:
        likeness = TrigramSimilarity("folded", Fold(Value(content.name)))
        said = said.alias(likeness=likeness)
        alike |= Q(key="name", likeness__gte=NEAR)
    if content.short_name:
        alike |= Q(key="short_name", folded=Fold(Value(content.short_name)))
    if own_site := site(content.website):
        said = said.alias(address=_with_scheme("text"))
        alike |= Q(key="website") & has_site("address", own_site)
    if content.hosts:
        alike |= Q(key="hosts", value__has_any_keys=content.hosts)
    return said.filter(alike)


def _names(content):
    return [Fold(Value(name)) for name in (content.name, content.short_name) if name]


def _hosts(content):
    return Host.objects.current().filter(institution__in=content.hosts)


def _near(field, folded):
    return Q(**{field: folded}) | Q(**{f"{field}__trigram_similar": folded})


def _likeliest(rows):
    near_host = Q(likeness__gte=NEAR_WITH_HOST, shares_host=True)
    alike = Q(likeness__gte=NEAR) | Q(is_known_as=True) | Q(has_site=True) | near_host
    order = ("-has_site", "-is_known_as", "-likeness", "pk")
    return rows.filter(alike).order_by(*order)[:AT_MOST]


def _whether(condition):
    return ExpressionWrapper(condition, output_field=BooleanField())


def _reasons(organization):
    reasons = []
    if organization.has_site:
        reasons.append("the same website")
    if organization.likeness >= NEAR:
        reasons.append("a name much like yours")
    elif organization.is_known_as:
        reasons.append("a name that it has or had")
    if organization.shares_host and organization.likeness >= NEAR_WITH_HOST:
        reasons.append("the same host institution")
    return tuple(reasons)


def _applications(application, keys):
    for each in _open_applications(application, keys):
        key = duplicates.application_key(each.public_id)
        # What nobody has submitted is nobody else's business.
        is_draft = each.submitted_at is None
        yield Duplicate(
            key,
            "An application that somebody is writing" if is_draft else each.title,
            "Open application",
            "",
            _reasons(each),
            application.draft.get(key, ""),
        )


def _open_applications(application, keys):
    if not keys:
        return []
    content, known_as = application.content, NOBODY
    if content.short_name:
        known_as = Q(folded_short_name=Fold(Value(content.short_name)))
    own_hosts = Answer.objects.filter(
        application=OuterRef("pk"), key="hosts", value__has_any_keys=content.hosts
    )
    name, folded = Fold(Value(content.name)), Fold("name")
    others = type(application).objects.filter(pk__in=keys)
    others = (
        others.with_names()
        .with_websites()
        .annotate(
            full_website=_with_scheme("website"),
            folded_short_name=Fold("short_name"),
            likeness=Coalesce(TrigramSimilarity(folded, name), 0.0),
            shares_host=Exists(own_hosts) if content.hosts else Value(False),
        )
    )
    return _likeliest(
        others.annotate(
            is_known_as=_whether(known_as),
            has_site=_whether(has_site("full_website", site(content.website))),
        )
    )


def _with_scheme(field):
    return Case(
        When(**{f"{field}__contains": "://"}, then=F(field)),
        default=Concat(Value("https://"), field),
        output_field=TextField(),
    )
