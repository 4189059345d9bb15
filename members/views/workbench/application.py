from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

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
    """A document as a file to keep: whatever it holds, no browser opens it here."""
    application = at_desk(request.user, public_id)
    document = get_object_or_404(application.documents, pk=pk)
    return HttpResponse(
        bytes(document.content),
        content_type=document.media_type,
        headers={
            "Content-Disposition": content_disposition_header(True, document.name),
            "X-Content-Type-Options": "nosniff",
        },
    )
