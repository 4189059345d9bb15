"""Verbs as pages of the admin: each with its right, its form, its reason, its event."""

from dataclasses import dataclass

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse

from members.admin.records import KnownAutocomplete
from members.models import User
from members.refusals import REFUSALS, in_words
from peso import policy


@dataclass(frozen=True)
class Verb:
    """`form` is a VerbForm; `action` is one of peso/policy.py."""

    slug: str
    label: str
    action: str
    form: type
    explained: str


@dataclass(frozen=True)
class Button:
    label: str
    url: str
    why_not: str = ""


def change_url(record):
    opts = record._meta
    return reverse(f"admin:{opts.app_label}_{opts.model_name}_change", args=[record.pk])


def run(form, by):
    """Run the verb of a valid form; false, with the form's errors, if it is refused."""
    try:
        with transaction.atomic():
            form.result = form.run(by=by)
    except ValidationError as error:
        form.refuse(error)
    except REFUSALS as error:
        form.refuse(ValidationError(in_words(error)))
    if form.subject and form.errors:
        # What the verb had written into it before it was refused.
        form.subject.refresh_from_db()
    return form.is_valid()


class VerbsMixin:
    """A ModelAdmin with `verbs`, whose buttons stand on the page of each record."""

    verbs = ()

    def get_urls(self):
        opts = self.opts
        pages = [
            path(
                f"<path:object_id>/{verb.slug}/",
                self.admin_site.admin_view(self._page(verb)),
                name=f"{opts.app_label}_{opts.model_name}_{verb.slug}",
            )
            for verb in self.verbs
        ]
        return pages + super().get_urls()

    def _page(self, verb):
        def page(request, object_id):
            return self.verb_view(request, verb, object_id)

        return page

    def verb_view(self, request, verb, object_id=None):
        subject = self.get_object(request, unquote(object_id)) if object_id else None
        if object_id and subject is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        policy.require(request.user, verb.action, subject)
        if request.method == "POST":
            return self._post(request, verb, subject)
        form = verb.form(subject=subject, user=request.user)
        return self._verb_page(request, verb, subject, form)

    @transaction.atomic
    def _post(self, request, verb, subject):
        # Who clicks twice sends two requests: the second one waits here, and sees
        # what the first one did.
        User.objects.select_for_update().get(pk=request.user.pk)
        if subject:
            subject.refresh_from_db()
        form = verb.form(request.POST, subject=subject, user=request.user)
        why_not = verb.form.why_not(subject)
        if why_not or not (form.is_valid() and run(form, request.user)):
            return self._verb_page(request, verb, subject, form)
        reason = form.cleaned_data["reason"]
        self.log_change(request, form.result, f"{verb.label}: {reason}")
        messages.success(request, f"{verb.label}: done. {form.result}")
        return HttpResponseRedirect(change_url(form.result))

    def _verb_page(self, request, verb, subject, form):
        context = {
            **self.admin_site.each_context(request),
            "title": verb.label,
            "subtitle": str(subject) if subject else None,
            "opts": self.opts,
            "verb": verb,
            "subject": subject,
            "subject_url": change_url(subject) if subject else "",
            "why_not": verb.form.why_not(subject),
            "form": form,
            "media": self.media + form.media,
        }
        return TemplateResponse(request, "admin/verb.html", context)

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        if object_id and request.method == "GET":
            buttons = self.buttons(request, object_id)
            extra_context = {
                "verb_buttons": [each for each in buttons if not each.why_not],
                "verbs_not_now": [each for each in buttons if each.why_not],
                **(extra_context or {}),
            }
        return super().changeform_view(request, object_id, form_url, extra_context)

    def buttons(self, request, object_id):
        """The verbs that are in the user's right, and why one is not possible now."""
        subject = self.get_object(request, unquote(object_id))
        if subject is None:
            return []
        opts = self.opts
        return [
            Button(
                verb.label,
                reverse(
                    f"admin:{opts.app_label}_{opts.model_name}_{verb.slug}",
                    args=[subject.pk],
                ),
                verb.form.why_not(subject),
            )
            for verb in self.verbs
            if policy.may(request.user, verb.action, subject)
        ]


class BeganByVerb(VerbsMixin):
    """A ModelAdmin whose records come about by one verb, `began_by`."""

    began_by: Verb

    def has_add_permission(self, request, obj=None):
        return bool(policy.may(request.user, self.began_by.action))

    def add_view(self, request, form_url="", extra_context=None):
        return self.verb_view(request, self.began_by)


def autocomplete(model, name):
    """The autocomplete of the field `name` of `model`."""
    field = model._meta.get_field(name)
    return KnownAutocomplete(field, admin.site)
