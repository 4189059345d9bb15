import datetime as dt
from urllib.parse import quote

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef
from django.db.models.functions import JSONObject
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from members.linked_data import organization_facts
from members.models import OldSlug, Organization

# The newest ones; the others fold out below them.
EVENTS_AT_FIRST = 8


@login_not_required
@require_safe
def organization(request, slug):
    found = with_relatives(Organization.objects.listed().with_standing())
    organization = found.filter(slug=slug).first()
    if not organization:
        return redirect_old_slug(request, slug)
    page = organization_page(organization)
    return render(request, "members/organization.html", page)


@login_not_required
@require_safe
def permalink(request, public_id):
    """Not a permanent redirect: the id is the organization's for ever, the slug not."""
    found = Organization.objects.listed().with_public_id(public_id)
    return redirect(with_query(get_object_or_404(found), request))


def redirect_old_slug(request, slug):
    old = OldSlug.objects.filter(
        slug=slug, organization__in=Organization.objects.listed()
    ).select_related("organization")
    if not old:
        raise Http404("There is no organization at this address.")
    return redirect(with_query(old[0].organization, request), permanent=True)


def with_query(organization, request):
    query = request.META.get("QUERY_STRING", "")
    address = organization.get_absolute_url()
    return f"{address}?{query}" if query else address


def with_relatives(organizations):
    """With successor and predecessors, as far as they have pages, in the same query."""
    listed = Organization.objects.listed()
    predecessors = listed.filter(successor=OuterRef("pk")).order_by("folded_name")
    return organizations.select_related("successor").annotate(
        successor_has_page=Exists(listed.filter(pk=OuterRef("successor"))),
        predecessor_list=ArraySubquery(
            predecessors.values_list(JSONObject(name="name", slug="slug"))
        ),
    )


def organization_page(organization):
    """What the page tells; of a former member, what was so on its last day."""
    today = timezone.localdate()
    day = today
    if organization.left_on:
        day = organization.left_on - dt.timedelta(days=1)
    names = list(organization.names.all())
    hosts = list(organization.hosts.on(day).select_related("institution"))
    commitments = organization.commitments.on(day).with_links().by_goal()
    events = told_events(organization)
    return {
        "organization": organization,
        "is_former": organization.left_on is not None,
        "names": names,
        "services": list(organization.services.on(day).select_related("community")),
        "hosts": hosts,
        "periods": list(told_periods(organization, today)),
        "people": list(organization.representatives.current().public().with_people()),
        "commitments": commitments,
        "stated": sum(commitment is not None for _, commitment in commitments),
        "events": events[:EVENTS_AT_FIRST],
        "earlier_events": events[EVENTS_AT_FIRST:],
        "shows_example": organization.is_example,
        "correction": correction_address(organization),
        "linked_data": organization_facts(organization, names, hosts),
    }


def told_periods(organization, today):
    periods = organization.memberships.started(today).select_related("level")
    return periods.order_by("-started_on")


def told_events(organization):
    """The history of the record, without what stands in for days nobody knows."""
    events = organization.events.select_related("membership").order_by(
        "-effective_on", "-pk"
    )
    return [
        event
        for event in events
        if not event.membership or event.membership.is_recorded
    ]


def correction_address(organization):
    if not settings.CONTACT_EMAIL:
        return ""
    subject = f"Correction: {organization} ({organization.public_id})"
    return f"mailto:{settings.CONTACT_EMAIL}?subject={quote(subject)}"
