"""What was handed in with an application, for those who take part in it."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.http import content_disposition_header

from members.views.applications.reaching import for_applicants


@for_applicants("GET", "HEAD")
def document(request, application, pk):
    """A file to be kept, never to be shown: nothing in it may run on this site."""
    found = get_object_or_404(application.documents, pk=pk)
    response = HttpResponse(bytes(found.content), content_type=found.media_type)
    name = found.name.replace("/", "-")
    response["Content-Disposition"] = content_disposition_header(True, name)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
