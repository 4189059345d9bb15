"""What data addresses answer: a file that is written as it goes, or a refusal."""

from django.http import HttpResponse, JsonResponse, StreamingHttpResponse
from django.utils.http import content_disposition_header


def attachment(lines, name):
    """CSV to be kept as the file `name`."""
    return StreamingHttpResponse(
        lines,
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def document(kept):
    """A file that came with an application: to be kept, as nothing in it may run on
    this site."""
    name = kept.name.replace("/", "-")
    return HttpResponse(
        bytes(kept.content),
        content_type=kept.media_type,
        headers={
            "Content-Disposition": content_disposition_header(True, name),
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": "default-src 'none'; sandbox",
        },
    )


def refusal(problems):
    """The answer to a machine that asked with parameters that are not understood."""
    return JsonResponse(
        {"errors": problems}, status=400, json_dumps_params={"ensure_ascii": False}
    )
