from django.contrib.auth.decorators import login_not_required
from django.views.decorators.http import require_safe


@login_not_required
@require_safe
def goals(request):
    raise NotImplementedError


@login_not_required
@require_safe
def goal(request, slug):
    raise NotImplementedError
