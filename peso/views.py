import sys

from django.conf import settings
from django.core.exceptions import (
    RequestDataTooBig,
    TooManyFieldsSent,
    TooManyFilesSent,
)
from django.db import InterfaceError, OperationalError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils import timezone
from django.views import defaults

from goals.coverage import Mark
from goals.models import Commitment, Goal
from members import seats
from members.linked_data import consortium_facts
from members.models import Application, Level, Membership, Organization
from members.public import public_page

# Of the rows of the coverage and of those who joined, the home page shows so many.
MAP_ROWS = 14
JOINED = 6
TOO_LARGE = (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent)
# The database is away, or gave up what took too long.
UNAVAILABLE = (InterfaceError, OperationalError)
RETRY_SECONDS = 60
# How many addresses are offered for one that leads nowhere.
OFFERED = 5


@public_page
def home(request):
    goals, commitments = Goal.objects.all(), Commitment.objects
    cells = {cell.column.key: cell for cell in commitments.coverage_by_goal()}
    table = commitments.coverage()
    levels = list(Level.objects.with_member_counts(timezone.localdate()))
    page = {
        "goals": [(goal, cells[goal.pk]) for goal in goals],
        "table": table,
        "rows": table.rows[:MAP_ROWS],
        "findings": [(mark, len(table.findings[mark])) for mark in Mark],
        "levels": levels,
        "members": sum(level.members for level in levels),
        "joined": list(Membership.objects.lately_joined()[:JOINED]),
        "shows_example": Organization.objects.example().exists(),
        "linked_data": {"@context": "https://schema.org", **consortium_facts()},
    }
    return render(request, "peso/home.html", page)


@public_page
def about(request):
    today = timezone.localdate()
    policy = seats.policy_on(today)
    levels, total = seats.seat_rows(Level.objects.with_member_counts(today), policy)
    page = {
        "levels": levels,
        "seats": total,
        "policy": [(row, seats.in_words(row)) for row in policy.values()],
        "words": words(policy),
        "today": today,
    }
    return render(request, "peso/about.html", page)


@public_page
def join(request):
    today = timezone.localdate()
    page = {
        "words": words(seats.policy_on(today)),
        "levels": Level.objects.with_member_counts(today),
        "goals": Goal.objects.all(),
        "usual_time": Application.objects.usual_time(),
    }
    return render(request, "peso/join.html", page)


def words(policy):
    return {key: seats.in_words(row) for key, row in policy.items()}


@public_page
def robots(request):
    """Where crawlers may go: a directory with facets has no end of addresses."""
    page = {"site": settings.SITE_URL}
    return render(
        request, "peso/robots.txt", page, content_type="text/plain; charset=utf-8"
    )


@public_page
def favicon(request):
    """Browsers and others ask here where they have read no page."""
    return redirect(static("img/peso.svg"))


def bad_request(request, exception):
    """What is too large to be read at all is told apart from what makes no sense."""
    if isinstance(exception, TOO_LARGE):
        page = {"has_no_address": True}
        return render(request, "413.html", page, status=413)
    return defaults.bad_request(request, exception)


def server_error(request):
    """What the database does not do now can be asked for again, in a minute."""
    if not isinstance(sys.exc_info()[1], UNAVAILABLE):
        return defaults.server_error(request)
    response = HttpResponse(render_to_string("503.html"), status=503)
    response.headers["Retry-After"] = str(RETRY_SECONDS)
    return response


def not_found(request, exception):
    """What might have been meant, for an address that leads nowhere."""
    page = {"alike": alike(request.path), "has_no_address": True}
    return render(request, "404.html", page, status=404)


def alike(path):
    """The listed organizations whose address is most like this one."""
    place, _, rest = path.removeprefix("/").partition("/")
    slug = rest.strip("/")[:80]
    if place != "organizations" or not slug or "\0" in slug:
        return []
    return list(Organization.objects.listed().at_addresses_like(slug)[:OFFERED])
