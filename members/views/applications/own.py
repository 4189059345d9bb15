"""One's applications, and the page of each: where it stands and what can be done."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from members.applying.transitions import WITH_CONSORTIUM, State
from members.forms.conversation import ReplyForm, WithdrawForm
from members.models import Application
from members.views.applications import conversation, kept
from members.views.applications.reaching import (
    for_applicants,
    refusals_told,
    require_writer,
    show,
    writes,
)

UNPROCESSABLE = 422
# What the applicants may expect next, and what there is to do.
NEXT = {
    State.DRAFT: "Answer the steps in any order, alone or with colleagues, and submit "
    "when everything is there. A draft that nobody touches for 60 days closes; we "
    "write to you before.",
    State.SUBMITTED: "Somebody from the consortium reads it next. You need do nothing "
    "now, and get a mail when something is asked or decided.",
    State.IN_REVIEW: "It is being read. You need do nothing now; if something is "
    "missing, you are asked for it here and by mail.",
    State.CHANGES_REQUESTED: "It is open for changes again. Make them, and submit it "
    "once more.",
    State.RECOMMENDED: "The review is over, and the consortium decides next. You get a "
    "mail with the decision and its reason.",
    State.ACCEPTED: "Your organization is a member. The people whom you named get an "
    "invitation by mail, each to an account of their own.",
    State.DECLINED: "You may apply again, beginning with what you wrote this time.",
    State.WITHDRAWN: "Nobody decides about it. You may apply again, beginning with "
    "what you wrote this time.",
    State.EXPIRED: "Nothing is lost: for a year you can open it again, and go on where "
    "you were.",
}


@require_safe
@never_cache
def applications(request):
    mine = Application.objects.mine(request.user).with_names()
    page = {
        "applications": mine.order_by("-touched_at", "-pk"),
        "usual_time": Application.objects.usual_time(),
    }
    return render(request, "applications/applications.html", page)


@require_POST
def open(request):
    try:
        application = Application.open(by=request.user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("members:applications")
    messages.success(request, "Started. Only you see it until you invite colleagues.")
    return redirect("members:application_step", application.public_id, "organization")


@for_applicants("GET", "HEAD")
def application(request, application):
    path = reverse("members:application_reply", args=[application.public_id])
    return show_state(request, application, ReplyForm(kept.kept(request, path)))


def show_state(request, application, form, status=200):
    page = {
        "form": form,
        "what_next": NEXT[application.state],
        "is_asked": application.state == State.CHANGES_REQUESTED,
        "entries": conversation.entries(application),
        "revisions": application.revisions.select_related("by").order_by("-number"),
        "documents": application.documents.defer("content").select_related("by"),
        "is_waiting": application.state in WITH_CONSORTIUM,
        "usual_time": Application.objects.usual_time(),
        "verdict": application.verdict,
        "writer": kept.mark(request),
        "verbs": [
            verb
            for verb in ("reply", "withdraw", "revive", "reapply")
            if writes(application) and application.can(verb)
        ],
    }
    return show(request, application, "application.html", "state", status, **page)


@for_applicants("POST")
@refusals_told
def submit(request, application):
    require_writer(application)
    is_again = application.submitted_at is not None
    problems = application.problems() if application.can("submit") else []
    if problems:
        asked = [(each, application.questions.get(each.field)) for each in problems]
        page = {"problems": asked, "duplicates": application.duplicates}
        return show(request, application, "problems.html", "", UNPROCESSABLE, **page)
    application.submit(by=request.user)
    again = " again" if is_again else ""
    messages.success(request, f"Submitted{again}. The consortium has it now.")
    return redirect(application)


@for_applicants("POST")
@refusals_told
def tell_duplicates(request, application):
    """Which of the likely duplicates is the same organization, and which is not."""
    require_writer(application)
    known = {each.key for each in application.duplicates}
    given = {key: text for key, text in request.POST.items() if key in known}
    saved = application.save_answers(given, by=request.user)
    for problem in saved.problems:
        messages.error(request, problem.text)
    if not saved.problems:
        messages.success(request, "Saved.")
    return redirect("goals:application_preview", application.public_id)


@kept.keeps_what_was_typed
@for_applicants("GET", "HEAD", "POST")
@refusals_told
def reply(request, application):
    if request.method != "POST":
        # Signing in leads back to where somebody was.
        return redirect(application)
    require_writer(application)
    form = ReplyForm(request.POST)
    if not form.is_valid():
        return show_state(request, application, form, UNPROCESSABLE)
    application.reply(by=request.user, text=form.cleaned_data["text"])
    kept.let_go(request)
    messages.success(request, "Sent.")
    return redirect(application)


@for_applicants("GET", "HEAD", "POST")
@refusals_told
def withdraw(request, application):
    require_writer(application)
    if not application.can("withdraw"):
        raise ValidationError("This application is closed already.")
    form = WithdrawForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        application.withdraw(by=request.user, reason=form.cleaned_data["reason"])
        messages.success(request, "Withdrawn. You can apply again from what it says.")
        return redirect(application)
    status = UNPROCESSABLE if form.errors else 200
    return show(request, application, "withdraw.html", "", status, form=form)


@for_applicants("POST")
@refusals_told
def revive(request, application):
    application.revive(by=request.user)
    messages.success(request, "It is open again: go on where you were.")
    return redirect(application)


@for_applicants("POST")
@refusals_told
def reapply(request, application):
    later = application.reapply(by=request.user)
    messages.success(request, "A new application, with what the earlier one said.")
    return redirect("members:application_step", later.public_id, "organization")
