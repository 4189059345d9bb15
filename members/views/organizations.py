from django.contrib.auth.decorators import login_not_required
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_safe

from members.models import Organization


@login_not_required
@require_safe
def organization(request, slug):
    raise NotImplementedError


@login_not_required
@require_safe
def permalink(request, public_id):
    found = Organization.objects.listed().with_public_id(public_id)
    return redirect(get_object_or_404(found))
