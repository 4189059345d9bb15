"""How every page of the applicants begins: whose it is, and that nobody keeps it."""

import functools

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from members.applying.questions import STEPS
from members.models import Application
from peso import policy


def for_applicants(*methods):
    """A page of an application, for those who take part in it; 404 for all others.

    The view gets the application in place of its public id.
    """

    def decorate(view):
        @require_http_methods(methods)
        @never_cache
        @functools.wraps(view)
        def page(request, public_id, **named):
            found = Application.objects.in_hands_of(request.user)
            application = get_object_or_404(found.with_public_id(public_id))
            application.part = application.part_of(request.user)
            return view(request, application, **named)

        return page

    return decorate


def refusals_told(view):
    """A verb that is refused, since it is too late for example, says why."""

    @functools.wraps(view)
    def page(request, application, **named):
        try:
            return view(request, application, **named)
        except ValidationError as error:
            for text in error.messages:
                messages.error(request, text)
            return redirect(application)

    return page


def writes(application):
    """Whether the reader of a page is one who may write here at all."""
    return application.part in policy.WRITERS


def can_write(application):
    return writes(application) and application.can("edit")


def require_writer(application):
    if not writes(application):
        raise PermissionDenied("You can read this application, not change it.")


def frame(application, here="", missing=None):
    """What is around each page: the way through the steps, and what is missing."""
    missing = application.progress() if missing is None else missing
    return {
        "application": application,
        "here": here,
        "writes": writes(application),
        "can_write": can_write(application),
        "steps": [(step, missing[step.slug]) for step in STEPS],
        "complete": sum(not number for number in missing.values()),
        "missing": sum(missing.values()),
        "first_missing": next((step for step, number in missing.items() if number), ""),
    }


def show(request, application, template, here="", status=200, **page):
    page = {**frame(application, here), **page}
    return render(request, f"applications/{template}", page, status=status)
