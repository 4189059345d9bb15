"""What the public pages say in the same way everywhere."""

import json

from django import template
from django.conf import settings
from django.contrib.humanize.templatetags.humanize import intcomma
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import mark_safe
from django.utils.timesince import timesince

from members.addresses import site_address
from members.models import Membership

register = template.Library()

# Label, name of the address, and the other addresses that belong to the same place.
PLACES = [
    ("Directory", "members:directory", {"members:organization"}),
    ("Goals", "goals:goals", {"goals:goal"}),
    (
        "Communities",
        "members:communities",
        {"members:community", "members:capability"},
    ),
    ("Coverage", "goals:coverage", {"goals:coverage_members", "goals:coverage_cell"}),
    ("About", "about", set()),
    ("How to join", "join", set()),
    ("Your account", "account", {"account_login", "account_signup", "mfa_index"}),
]
LEFT = {
    Membership.EndReason.RESIGNED: "it resigned",
    Membership.EndReason.TERMINATED: "the Steering Committee ended it",
    Membership.EndReason.DISSOLVED: "the organization was dissolved",
    Membership.EndReason.MERGED: "the organization merged into another",
}
# As json_script does it: nothing in a string may look like the end of the script.
JSON_ESCAPES = {ord(">"): "\\u003E", ord("<"): "\\u003C", ord("&"): "\\u0026"}


@register.simple_tag
def consortium():
    return settings.CONSORTIUM_NAME


@register.simple_tag
def contact_email():
    return settings.CONTACT_EMAIL


@register.simple_tag(takes_context=True)
def site_nav(context):
    """The places of the site, and which of them the page is (“page”) or is in."""
    request = context.get("request")
    match = request and request.resolver_match
    here = match.view_name if match and not context.get("has_no_address") else ""
    return [
        {
            "label": label,
            "url": reverse(name),
            "current": "page" if here == name else "true" if here in inside else "",
        }
        for label, name, inside in PLACES
    ]


@register.inclusion_tag("includes/_canonical.html", takes_context=True)
def canonical_links(context):
    """The page's own address: without a query, and not for pages that have none."""
    request = context.get("request")
    has_address = request and not context.get("has_no_address")
    return {
        "url": site_address(request.path) if has_address else "",
        "site": settings.CONSORTIUM_NAME,
    }


@register.simple_tag
def absolute(path):
    """The whole address of a path of this site."""
    return site_address(path)


@register.filter
def json_ld(facts):
    """`facts` as a block of linked data, which a browser reads and never runs."""
    text = json.dumps(facts, ensure_ascii=False).translate(JSON_ESCAPES)
    return format_html(
        '<script type="application/ld+json">{}</script>',
        mark_safe(text),  # noqa: S308 - escaped above
    )


@register.filter
def is_web_address(address):
    """Whether a link may lead there, however it came into the database."""
    return address.startswith(("https://", "http://"))


@register.filter
def age(day):
    """How long ago a day was, in words: “today”, “3 months ago”."""
    today = timezone.localdate()
    if not day or day > today:
        return ""
    if day == today:
        return "today"
    return f"{timesince(day, today, depth=1)} ago".replace("\xa0", " ")


@register.filter
def is_to_come(day):
    return bool(day) and day > timezone.localdate()


@register.filter
def day(date, shape="j F Y"):
    """A date for people, and for machines beside it."""
    return format_html(
        '<time datetime="{}">{}</time>', date.isoformat(), date_format(date, shape)
    )


@register.simple_tag
def how_ended(reason):
    """How a membership ended, within a sentence: “resigned”, “changed level”."""
    return dict(Membership.EndReason.choices).get(reason, reason).lower()


@register.simple_tag
def left_in_words(reason):
    """How an organization left, as the rest of a sentence."""
    return LEFT.get(reason, "how is not recorded")


@register.simple_tag
def length_of(period):
    """How long a period has lasted: “2 years, 3 months”; empty on its first day."""
    today = timezone.localdate()
    end = min(period.ended_on or today, today)
    if end <= period.started_on:
        return ""
    return timesince(period.started_on, end).replace("\xa0", " ")


@register.simple_tag
def community_url(place):
    """The address of a community or capability of which kind and slug are known."""
    return reverse(f"members:{place['kind']}", args=[place["slug"]])


@register.simple_tag
def thinness(number, of_what="member"):
    """How many stand behind something, with a mark and a word where they are few."""
    if number == 0:
        return _mark("gap", "○", "Nobody")
    if number == 1:
        return _mark("single", "◐", f"One {of_what} only")
    return format_html("<strong>{} {}s</strong>", intcomma(number), of_what)


def _mark(name, symbol, words):
    return format_html(
        '<span class="mark mark-{}"><span aria-hidden="true">{}</span> {}</span>',
        name,
        symbol,
        words,
    )
