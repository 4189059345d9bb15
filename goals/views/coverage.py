from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse
from django.views.decorators.http import require_safe


@login_not_required
@require_safe
def not_yet(request, **parts):
    return HttpResponse("Not there yet.", status=501, content_type="text/plain")


coverage = coverage_csv = coverage_json = coverage_members = coverage_members_csv = (
    coverage_members_json
) = coverage_cell = not_yet
