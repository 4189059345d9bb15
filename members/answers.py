"""What data addresses answer: a file that is written as it goes, or a refusal."""

from django.http import JsonResponse, StreamingHttpResponse


def attachment(lines, name):
    """CSV to be kept as the file `name`."""
    return StreamingHttpResponse(
        lines,
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def refusal(problems):
    """The answer to a machine that asked with parameters that are not understood."""
    return JsonResponse(
        {"errors": problems}, status=400, json_dumps_params={"ensure_ascii": False}
    )
