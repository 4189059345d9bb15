"""The link that somebody was sent: to take part, or to be a representative."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from members.models import Invitation
from members.models.problems import refuse_if

GONE = 410


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def invitation(request, token):
    rows = Invitation.objects.select_related("application", "invited_by", "person")
    found = get_object_or_404(rows.with_token(token))
    if request.method == "POST":
        response = accept(request, found)
    else:
        response = show(request, found, why_not(request, found))
    # Whoever has this address can use it, so no page is told it. With “no-referrer”,
    # browsers would hide the origin of the form too, which Django wants to see.
    response["Referrer-Policy"] = "strict-origin"
    return response


def accept(request, invitation):
    application = invitation.application
    try:
        if invitation.role:
            application.join(invitation, by=request.user)
            messages.success(request, "Welcome: you take part in this application.")
            return redirect(application)
        application.claim(invitation, by=request.user)
    except ValidationError as error:
        return show(request, invitation, error.messages)
    messages.success(request, "Thank you: your account is this person's now.")
    # A page that can say so: those of the public know nobody.
    return redirect("account")


def why_not(request, invitation):
    if invitation.why_closed:
        return [invitation.why_closed]
    try:
        if not invitation.role:
            application = invitation.application
            refuse_if(application.claiming_problems(invitation, request.user))
    except ValidationError as error:
        return error.messages
    return []


def show(request, invitation, reasons):
    page = {
        "invitation": invitation,
        "application": invitation.application,
        "reasons": reasons,
        "part": invitation.application.part_of(request.user),
    }
    status = GONE if invitation.why_closed else 409 if reasons else 200
    template = "applications/invitation.html"
    return render(request, template, page, status=status)
