from django.contrib.auth.decorators import login_not_required
from django.views.decorators.http import require_safe


@login_not_required
@require_safe
def communities(request):
    raise NotImplementedError


@login_not_required
@require_safe
def community(request, slug, kind):
    raise NotImplementedError
