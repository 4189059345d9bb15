"""Writing an application: a page for each step, and each answer as it is left."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render

from members.applying.kinds import Kind
from members.applying.questions import STEPS
from members.forms.applying import STEP, StepForm, institution_labels
from members.matching import institutions
from members.models.people import shown_name
from members.views.applications import kept
from members.views.applications.reaching import (
    can_write,
    for_applicants,
    frame,
    require_writer,
    show,
)

# So many institutions are offered at once.
FOUND = 10
CONFLICT, UNPROCESSABLE = 409, 422


@kept.keeps_what_was_typed
@for_applicants("GET", "HEAD", "POST")
def step(request, application, step):
    if request.method == "POST":
        return save_step(request, application, STEP[step])
    if not can_write(application):
        page = {"step": STEP[step], "answers": answers_of(application, STEP[step])}
        return show(request, application, "step_read.html", step, **page)
    typed = None if "saved" in request.GET else kept.kept(request)
    form = StepForm(application, STEP[step], typed)
    return show_step(request, form, is_kept=typed is not None)


def save_step(request, application, step):
    require_writer(application)
    form = StepForm(application, step, request.POST)
    try:
        saved = form.save(by=request.user)
    except ValidationError as error:
        # Handed in meanwhile by a colleague, for example: the text is still theirs.
        return show_step(request, form, CONFLICT, refused=error.messages)
    kept.let_go(request)
    if saved.others:
        names = sorted({shown_name(each.by) for each in saved.others})
        messages.info(request, f"Changed meanwhile by {', '.join(names)}, and kept.")
    if not saved.is_complete:
        status = CONFLICT if saved.conflicts else UNPROCESSABLE
        return show_step(request, form, status=status)
    if request.POST.get("then") == "next":
        return redirect(address_after(application, step))
    if "hosts_search" in request.POST:
        return show_step(request, StepForm(application, step))
    messages.success(request, "Saved.")
    return redirect("members:application_step", application.public_id, step.slug)


def address_after(application, step):
    """The step that follows, or the preview."""
    place = STEPS.index(step) + 1
    if place == len(STEPS):
        return redirect("goals:application_preview", application.public_id).url
    following = STEPS[place].slug
    return redirect("members:application_step", application.public_id, following).url


def show_step(request, form, status=200, **page):
    application, step = form.application, form.step
    words = request.POST.get("hosts_q", "")
    page |= {
        "form": form,
        "step": step,
        "writer": kept.mark(request),
        "problems": problems_of(application, step),
        "hosts_q": words.strip(),
        "found": institutions.matching(words, limit=FOUND) if words else [],
    }
    template = f"step_{step.slug}.html"
    return show(request, application, template, step.slug, status, **page)


def answers_of(application, step):
    """What is answered in a step, in words."""
    draft = application.draft
    names = institution_labels(draft.get("hosts") or ())
    return [
        (question, question.in_words(draft[question.key], names))
        for question in application.questions.values()
        if question.step == step.slug and draft.get(question.key)
    ]


def problems_of(application, step):
    """What is missing in a step."""
    asked = application.questions
    return [
        (problem, asked[problem.field])
        for problem in application.problems()
        if problem.field in asked and asked[problem.field].step == step.slug
    ]


@for_applicants("POST")
def answer(request, application, key):
    """One answer, saved as its field is left: what the page says beside the field."""
    require_writer(application)
    question = application.questions.get(key)
    if question is None:
        raise Http404("Nothing of this name is asked.")
    form = StepForm(application, STEP[question.step], request.POST, keys=[key])
    try:
        saved = form.save(by=request.user)
    except ValidationError as error:
        page = {"texts": error.messages, "application": application}
        return render(request, "applications/_refused.html", page, status=UNPROCESSABLE)
    settled = key in (request.POST.get("keep"), request.POST.get("take"))
    if saved.is_complete and (settled or question.kind == Kind.INSTITUTIONS):
        return show_anew(request, application, question)
    status = CONFLICT if saved.conflicts else UNPROCESSABLE if saved.problems else 200
    page = {**frame(application), "asked": form.asked(key), "is_answer": True}
    return render(request, "applications/_said.html", page, status=status)


def show_anew(request, application, question):
    """The whole field as it is kept now, where its own text or choices have changed."""
    if question.key == "communities":
        # Its boxes stand among other fields: the page is read anew.
        return HttpResponse(headers={"HX-Refresh": "true"})
    form = StepForm(application, STEP[question.step], keys=[question.key])
    form.said = {question.key: "Saved"}
    asked = form.asked(question.key)
    page = {**frame(application), "asked": asked, "is_answer": True}
    response = render(request, "applications/_answer.html", page)
    response["HX-Retarget"] = f"#answer-{question.key}"
    response["HX-Reswap"] = "outerHTML"
    return response
