"""The page of a decision: what is staged, its mails, and what was decided before."""

from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from members.forms.staging import StageForm
from members.models import Mail
from members.views.workbench.desk import at_desk, for_reviewers
from members.workbench.page import ON_THE_DECISION, offered, verdicts_for
from peso import policy

NAME = "members:workbench_decision"


@for_reviewers
@require_http_methods(["GET", "HEAD", "POST"])
def decision(request, public_id):
    """A POST changes nothing: it searches for a record, and keeps what was typed."""
    application = at_desk(request.user, public_id)
    typed = None
    if request.method == "POST" and application.can("stage"):
        typed = StageForm.typed(application, request.user, request.POST)
    return show(request, application, refused=typed)


def show(request, application, *, refused=None, status=200):
    policy.require(request.user, "application.decide", application)
    forms = offered(application, request.user, ON_THE_DECISION, refused)
    staged = application.staged
    reads_mail = policy.may(request.user, "mail.read")
    values = {
        "application": application,
        "staged": staged,
        "forms": _of_use(forms, staged, refused),
        "refused": refused,
        "mails": _drafts(application) if reads_mail else [],
        "reads_mail": reads_mail,
        "decides": True,
        "verdicts": verdicts_for(application, True),
        "revision": application.latest,
        "recommendations": application.recommendations_for(request.user),
    }
    return render(request, "workbench/decision.html", values, status=status)


def _drafts(application):
    """The mails of what is staged, that to the applicants first."""
    return application.mails.in_state(Mail.State.DRAFT).order_by("pk")


def _of_use(forms, staged, refused):
    """One decision at a time: stage it, or release it or take it back."""
    useful = {"release", "take_back"} if staged else {"stage"}
    if refused:
        useful.add(refused.verb)
    return {verb: form for verb, form in forms.items() if verb in useful}
