"""Every verb of the workbench: one address each, and POST only."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from members.models import telling
from members.refusals import REFUSALS, in_words
from members.views.workbench import application as page
from members.views.workbench import decision
from members.views.workbench.desk import at_desk, for_reviewers

REFUSED, FORBIDDEN = 422, 403


@for_reviewers
@require_POST
def carry_out(request, public_id, form_class):
    """Check the form, do its verb; refused, the page keeps what was typed."""
    application = at_desk(request.user, public_id)
    form = form_class(application, request.user, request.POST, request.FILES)
    if not form.is_valid():
        return show_again(request, application, form, REFUSED)
    if is_to_be_confirmed(request, form):
        return confirm(request, form)
    if status := refusal(form, request.user):
        # As it is in the database: the verb may have written into it before.
        application = at_desk(request.user, public_id)
        return show_again(request, application, form, status)
    messages.success(request, form.done)
    return redirect(form.next_url)


def refusal(form, by):
    """Do the verb; the status of the answer if it is refused, which the form tells."""
    verb = getattr(form.application, form.verb)
    try:
        with transaction.atomic():
            verb(by=by, **form.arguments)
    except PermissionDenied as error:
        form.refuse(ValidationError(str(error)))
        return FORBIDDEN
    except ValidationError as error:
        form.refuse(error)
        return REFUSED
    except REFUSALS as error:
        form.refuse(ValidationError(in_words(error)))
        return REFUSED
    return None


def show_again(request, application, form, status):
    show = decision.show if form.leads_to == decision.NAME else page.show
    return show(request, application, refused=form, status=status)


def is_to_be_confirmed(request, form):
    """Whether the applicants would read it, and nobody has said yet that they shall."""
    return form.verb == "comment" and form.is_wide and "confirmed" not in request.POST


def confirm(request, form):
    """Ask again what cannot be taken back, with the addresses that it is mailed to."""
    readers = telling.readers(form.application)
    values = {"application": form.application, "form": form, "readers": readers}
    return render(request, "workbench/comment_confirm.html", values)
