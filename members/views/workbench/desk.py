"""What all pages of the workbench begin with."""

from functools import wraps

from django.shortcuts import get_object_or_404
from django.views.decorators.cache import never_cache

from members.models import Application
from peso import policy


def for_reviewers(view):
    """Open to those with the right to review; others are told which right they lack."""

    @wraps(view)
    @never_cache
    def answer(request, *args, **kwargs):
        policy.require(request.user, "application.review")
        return view(request, *args, **kwargs)

    return answer


def at_desk(user, public_id):
    """The application, or 404: there is none, or it is the user's own."""
    rows = Application.objects.for_review(user).with_public_id(public_id)
    # Called as it was when it was submitted: what is written since is not read here.
    rows = rows.with_submitted_names().select_related(
        "assigned_to", "organization", "opened_by", "earlier"
    )
    return get_object_or_404(rows)
