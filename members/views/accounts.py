"""A person's own account: what it is, what is kept of it, and its end."""

from allauth.account.adapter import get_adapter
from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from members.accounts.forms import CloseForm, NameForm
from members.accounts.messages import message_of
from members.accounts.record import record_of
from members.models import Mail


@require_safe
def account(request):
    form = NameForm(initial={"name": request.user.get_full_name()})
    return render(request, "account/account.html", {"form": form})


@require_POST
def name(request):
    form = NameForm(request.POST)
    if not form.is_valid():
        return render(request, "account/account.html", {"form": form}, status=422)
    request.user.first_name, request.user.last_name = form.cleaned_data["name"], ""
    request.user.save(update_fields=["first_name", "last_name"])
    messages.success(request, "Your name was changed.")
    return redirect("account")


@reauthentication_required
@require_safe
def data(request):
    response = JsonResponse(record_of(request.user), json_dumps_params={"indent": 2})
    response.headers["Content-Disposition"] = 'attachment; filename="account.json"'
    response.headers["Cache-Control"] = "no-store"
    return response


@reauthentication_required
def close(request):
    form = CloseForm(request.POST or None, user=request.user)
    status = 200
    if request.method == "POST":
        if form.is_valid():
            try:
                end(request, form.cleaned_data["email"])
                return redirect("account_closed")
            except ValidationError as error:
                form.add_error(None, error)
        status = 422
    page = {"form": form, "why_not": request.user.why_not_closed()}
    return render(request, "account/close.html", page, status=status)


@transaction.atomic
def end(request, email):
    user = request.user
    user.close()
    address = get_adapter().get_client_ip(request)
    facts = {"timestamp": timezone.now(), "ip": address}
    Mail.objects.write(message_of("account/closed", facts), to=email, by=user)
    logout(request)


@login_not_required
@require_safe
def closed(request):
    return render(request, "account/closed.html", {"has_no_address": True})
