"""What was handed in with an application, for those who may see that one."""

import unicodedata

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.http import content_disposition_header
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from members.models import Application


@require_safe
@never_cache
def document(request, public_id, pk):
    """A file to be kept, never to be shown: nothing in it may run on this site."""
    visible = Application.objects.visible_to(request.user)
    application = get_object_or_404(visible.with_public_id(public_id))
    found = get_object_or_404(application.documents, pk=pk)
    response = HttpResponse(bytes(found.content), content_type=found.media_type)
    name = unicodedata.normalize("NFC", found.name).replace("/", "-")
    response["Content-Disposition"] = content_disposition_header(True, name)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
