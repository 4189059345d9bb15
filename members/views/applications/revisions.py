"""What was submitted, each time, and what that changed."""

from django.shortcuts import get_object_or_404

from members.applying.differences import differences
from members.applying.questions import STEPS
from members.forms.applying import institution_labels
from members.views.applications.reaching import for_applicants, show


@for_applicants("GET", "HEAD")
def revision(request, application, number):
    revisions = application.revisions.select_related("by")
    found = get_object_or_404(revisions, number=number)
    earlier = revisions.filter(number=number - 1).first()
    names = names_in(found, earlier)
    page = {
        "revision": found,
        "earlier": earlier,
        "changes": earlier
        and differences(earlier.answers, found.answers, application.questions, names),
        "said": said(found.answers, application, names),
        "last": revisions.count(),
    }
    return show(request, application, "revision.html", "state", **page)


def names_in(*revisions):
    keys = {
        key for each in revisions if each for key in each.answers.get("hosts") or ()
    }
    return institution_labels(keys)


def said(answers, application, names):
    """Each step with the questions that were answered, in words."""
    asked = application.questions.values()
    return [
        (
            step,
            [
                (question, question.in_words(answers[question.key], names))
                for question in asked
                if question.step == step.slug and answers.get(question.key)
            ],
        )
        for step in STEPS
    ]
