from django.contrib.auth.decorators import login_not_required
from django.shortcuts import render
from django.views.decorators.http import require_safe


@login_not_required
@require_safe
def home(request):
    return render(request, "peso/home.html")


@login_not_required
@require_safe
def about(request):
    return render(request, "peso/about.html")


@login_not_required
@require_safe
def join(request):
    return render(request, "peso/join.html")
