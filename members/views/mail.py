"""The workbench's mails: what was written, what became of it, and what can be done."""

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db import transaction
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from members import mailing
from members.forms.mail import DraftForm, MailSearchForm
from members.models import Mail
from members.navigation import pages
from peso import policy

A_PAGE = 50


@never_cache
@require_safe
def mails(request):
    policy.require(request.user, "mail.read")
    form = MailSearchForm(request.GET)
    paginator = Paginator(form.mails().with_people(), A_PAGE)
    page = paginator.get_page(form.page_asked)
    context = {
        "form": form,
        "page": page,
        "pages": list(pages(page, form.query)),
        "states": form.states(),
        "troubles": list(mailing.troubles()),
        "are_shown_only": settings.MAIL_IS_SHOWN_ONLY,
    }
    return render(request, "workbench/mail/mails.html", context)


@never_cache
@require_safe
def mail(request, pk):
    policy.require(request.user, "mail.read")
    mail = get_object_or_404(Mail.objects.with_people(), pk=pk)
    policy.require(request.user, "mail.read", mail)
    return render(request, "workbench/mail/mail.html", _shown(mail, request.user))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request, pk):
    policy.require(request.user, "mail.edit")
    mail = get_object_or_404(Mail, pk=pk)
    policy.require(request.user, "mail.edit", mail)
    if why_not := mail.why_not("edit"):
        messages.error(request, why_not)
        return redirect(mail)
    form = DraftForm(mail, request.POST or None)
    if form.is_valid() and form.run(by=request.user):
        messages.success(request, "The draft was changed.")
        return redirect(mail)
    context = {"mail": mail, "form": form}
    status = 422 if form.errors else 200
    return render(request, "workbench/mail/edit.html", context, status=status)


@require_POST
def release(request, pk):
    return _do(request, pk, "release", "It is on its way.")


@require_POST
def discard(request, pk):
    return _do(request, pk, "discard", "It was discarded.")


@require_POST
def resend(request, pk):
    return _do(request, pk, "resend", "It is on its way again.")


def _do(request, pk, verb, done):
    """One verb; where it is refused, the page of the mail says why."""
    policy.require(request.user, f"mail.{verb}")
    mail = get_object_or_404(Mail, pk=pk)
    try:
        with transaction.atomic():
            mail = getattr(mail, verb)(by=request.user) or mail
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, done)
    return redirect(mail)


def _shown(mail, user):
    """The page's values, with the verbs that are in the user's right."""
    verbs = [
        verb
        for verb in Mail.LEGAL
        if policy.may(user, f"mail.{verb}", mail) and not mail.why_not(verb)
    ]
    return {"mail": mail, "verbs": verbs, "copies": mail.copies.all()}
