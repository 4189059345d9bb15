from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from members import answers
from members.views.workbench.desk import at_desk, for_reviewers
from members.workbench import page


@for_reviewers
@require_safe
def application(request, public_id):
    return show(request, at_desk(request.user, public_id))


def show(request, application, *, refused=None, status=200):
    values = page.shown(application, request.user, request.GET, refused)
    return render(request, "workbench/application.html", values, status=status)


@for_reviewers
@require_safe
def document(request, public_id, pk):
    application = at_desk(request.user, public_id)
    return answers.document(get_object_or_404(application.documents, pk=pk))
