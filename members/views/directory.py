from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse
from django.views.decorators.http import require_safe


@login_not_required
@require_safe
def not_yet(request, **parts):
    return HttpResponse("Not there yet.", status=501, content_type="text/plain")


directory = directory_csv = directory_json = not_yet
