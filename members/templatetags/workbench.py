"""What the pages of the workbench say in the same way everywhere."""

from django import template
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html

from members.models.people import shown_name
from members.templatetags.registry import age
from peso import policy

register = template.Library()

# Label, name of the address, what begins the names of the places within, and whether
# somebody may go there.
PLACES = (
    (
        "Applications",
        "members:workbench",
        "members:workbench_",
        lambda user: policy.may(user, "application.review"),
    ),
    (
        "Enter an application",
        "members:workbench_enter",
        None,
        lambda user: policy.may(user, "application.enter"),
    ),
    (
        "Mails",
        "members:mails",
        "members:mail",
        lambda user: policy.may(user, "mail.read"),
    ),
    (
        "Admin",
        "admin:index",
        None,
        lambda user: user.is_staff and user.has_second_factor,
    ),
)


@register.simple_tag(takes_context=True)
def desk_places(context):
    """The places of the workbench that the user may go to, and where the page is."""
    request = context["request"]
    here = request.resolver_match.view_name if request.resolver_match else ""
    return [
        {"label": label, "url": reverse(name), "current": _current(here, name, within)}
        for label, name, within, is_open in PLACES
        if is_open(request.user)
    ]


def _current(here, name, within):
    if here == name:
        return "page"
    elsewhere = {each for _, each, _, _ in PLACES}
    is_within = within and here.startswith(within) and here not in elsewhere
    return "true" if is_within else ""


@register.filter
def ago(moment):
    """How long ago a moment was, in words; the moment itself when pointed at."""
    if not moment:
        return ""
    local = timezone.localtime(moment)
    words = age(local.date()) or date_format(local, "j F Y")
    if words == "today":
        words = f"today, {date_format(local, 'H:i')}"
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        local.isoformat(timespec="minutes"),
        date_format(local, "j F Y, H:i"),
        words,
    )


@register.filter
def who(user):
    """How an account is named to people."""
    return shown_name(user) if user else ""


@register.filter
def foldable(address):
    """An e-mail address that is broken after its @, where it must be."""
    local, at, domain = str(address).rpartition("@")
    return format_html("{}@<wbr>{}", local, domain) if at else address
