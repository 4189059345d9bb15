"""An application on behalf of an organization that wrote a letter or an e-mail."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from members.forms.entering import EnterForm
from members.models import Application
from members.views.workbench.desk import for_reviewers
from peso import policy


@for_reviewers
@require_http_methods(["GET", "HEAD", "POST"])
def enter(request):
    policy.require(request.user, "application.enter")
    form = EnterForm(request.POST or None, request.FILES or None)
    if form.is_valid() and (entered := entered_from(form, request.user)):
        application, saved = entered
        for problem in saved.problems:
            messages.warning(request, f"The name was not kept: {problem.text}")
        messages.success(request, "The application is open. Fill in what they wrote.")
        return redirect("members:workbench_application", application.public_id)
    status = 422 if form.errors else 200
    return render(request, "workbench/enter.html", {"form": form}, status=status)


def entered_from(form, by):
    """What was opened; nothing where it was refused, which the form tells."""
    try:
        with transaction.atomic():
            return Application.enter(by=by, **form.arguments)
    except ValidationError as error:
        form.add_error(None, error.messages)
        return None
