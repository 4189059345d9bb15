from django.shortcuts import get_object_or_404, render

from members.addresses import redirect_to
from members.models import Community
from members.public import public_page

# How many members a page names before it leads to the directory.
NAMED = 24


@public_page
def communities(request):
    """Both kinds, each with the number of members who are there for it."""
    every = list(Community.objects.with_member_counts())
    kinds = [
        {
            "slug": kind.value,
            "places": [each for each in every if each.kind == kind],
        }
        for kind in Community.Kind
    ]
    return render(request, "members/communities.html", {"kinds": kinds})


@public_page
def community(request, slug, kind):
    place = get_object_or_404(Community.objects.with_member_counts(), slug=slug)
    if place.kind != kind:
        return redirect_to(place, request, permanent=True)
    services = place.services.of_members().select_related("organization")
    named = list(services.order_by("organization__folded_name", "pk")[:NAMED])
    page = {
        "community": place,
        "services": named,
        "cells": place.commitments.coverage_by_goal(),
        "shows_example": any(service.organization.is_example for service in named),
    }
    return render(request, "members/community.html", page)
