import datetime as dt
from urllib.parse import quote

from django.conf import settings
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from members.addresses import redirect_to
from members.linked_data import organization_facts
from members.models import Organization
from members.public import public_page

# The newest ones; the others fold out below them.
EVENTS_AT_FIRST = 8


@public_page
def organization(request, slug):
    found = Organization.objects.listed().with_standing().with_relatives()
    organization = found.filter(slug=slug).first()
    if not organization:
        return redirect_old_slug(request, slug)
    page = organization_page(organization)
    return render(request, "members/organization.html", page)


@public_page
def permalink(request, public_id):
    """Not a permanent redirect: the id is the organization's for ever, the slug not."""
    found = Organization.objects.listed().with_public_id(public_id)
    return redirect_to(get_object_or_404(found), request)


def redirect_old_slug(request, slug):
    moved = Organization.objects.listed().once_at(slug).first()
    if not moved:
        raise Http404("There is no organization at this address.")
    return redirect_to(moved, request, permanent=True)


def organization_page(organization):
    """What the page tells; of a former member, what was so on its last day."""
    is_former = organization.left_on is not None
    day = timezone.localdate()
    if is_former:
        day = organization.left_on - dt.timedelta(days=1)
    names = list(organization.names.all())
    hosts = list(organization.hosts.on(day).select_related("institution"))
    commitments = organization.commitments.on(day).with_links().by_goal()
    events = list(organization.events.told())
    return {
        "organization": organization,
        "is_former": is_former,
        "names": names,
        "services": list(organization.services.on(day).select_related("community")),
        "hosts": hosts,
        "periods": list(organization.memberships.told()),
        "people": list(organization.representatives.current().public().with_people()),
        "commitments": commitments,
        "stated": sum(commitment is not None for _, commitment in commitments),
        "events": events[:EVENTS_AT_FIRST],
        "earlier_events": events[EVENTS_AT_FIRST:],
        "shows_example": organization.is_example,
        "correction": correction_address(organization),
        "linked_data": organization_facts(organization, names, hosts),
    }


def correction_address(organization):
    if not settings.CONTACT_EMAIL:
        return ""
    subject = f"Correction: {organization} ({organization.public_id})"
    return f"mailto:{settings.CONTACT_EMAIL}?subject={quote(subject)}"
