"""Who writes an application together, and who reads along."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404, redirect

from members.forms.conversation import InviteForm
from members.views.applications.reaching import (
    for_applicants,
    refusals_told,
    require_writer,
    show,
)


@for_applicants("GET", "HEAD")
def colleagues(request, application):
    return show_colleagues(request, application, InviteForm())


def show_colleagues(request, application, form, status=200):
    invitations = application.invitations.colleagues().select_related("invited_by")
    page = {
        "form": form,
        "colleagues": application.collaborators.active().select_related("user"),
        "invitations": [each for each in invitations if not each.used_at],
        "can_invite": application.can("invite"),
    }
    template = "colleagues.html"
    return show(request, application, template, "colleagues", status, **page)


@for_applicants("POST")
def invite(request, application):
    require_writer(application)
    form = InviteForm(request.POST)
    if form.is_valid():
        try:
            invitation = application.invite(by=request.user, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
    if form.errors:
        return show_colleagues(request, application, form, 422)
    messages.success(request, f"A mail with a link is on its way to {invitation}.")
    return redirect("members:application_colleagues", application.public_id)


@for_applicants("POST")
@refusals_told
def revoke(request, application, pk):
    require_writer(application)
    invitation = get_object_or_404(application.invitations.colleagues(), pk=pk)
    application.revoke(invitation, by=request.user)
    messages.success(request, f"The invitation of {invitation} was taken back.")
    return redirect("members:application_colleagues", application.public_id)


@for_applicants("POST")
def dismiss(request, application, pk):
    require_writer(application)
    colleague = get_object_or_404(application.collaborators.active(), pk=pk)
    return part(request, application, application.dismiss, collaborator=colleague)


@for_applicants("POST")
def leave(request, application):
    get_object_or_404(application.collaborators.active(), user=request.user)
    return part(request, application, application.leave)


def part(request, application, verb, **named):
    """Let somebody go, and go on where there is something left to see."""
    try:
        verb(*named.values(), by=request.user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("members:application_colleagues", application.public_id)
    messages.success(request, "Done.")
    if application.part_of(request.user):
        return redirect("members:application_colleagues", application.public_id)
    return redirect("members:applications")
