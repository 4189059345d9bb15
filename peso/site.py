"""The admin's site: its name, and the line that says what needs care."""

from dataclasses import dataclass

from django.apps import apps
from django.contrib import admin
from django.contrib.admin.apps import AdminConfig
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponseBadRequest
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.functional import SimpleLazyObject

from peso import policy
from peso.sections import in_sections

NUL = "\0"


@dataclass(frozen=True)
class Note:
    """How many records need the same care, and the list of them."""

    text: str
    count: int
    url: str


def refuse_nul(view):
    """PostgreSQL has no text with NUL in it: nothing can be meant by one."""

    def answer(request, *args, **kwargs):
        for name, values in request.GET.lists():
            if NUL in name or any(NUL in value for value in values):
                return HttpResponseBadRequest("The address holds a NUL character.")
        return view(request, *args, **kwargs)

    return answer


class RegistryAdmin(admin.AdminSite):
    site_header = "PESO membership registry"
    site_title = "PESO registry admin"
    index_title = "Care of the registry"
    index_template = "admin/dashboard.html"

    def admin_view(self, view, cacheable=False):
        return super().admin_view(refuse_nul(view), cacheable)

    def has_permission(self, request):
        return super().has_permission(request) and request.user.has_second_factor

    @method_decorator(login_not_required)
    def login(self, request, extra_context=None):
        """There is one door, for everybody: the account's."""
        if request.user.is_authenticated:
            if self.has_permission(request):
                return redirect("admin:index")
            raise PermissionDenied
        after = request.GET.get(REDIRECT_FIELD_NAME) or reverse("admin:index")
        from django.contrib.auth.views import redirect_to_login  # noqa: PLC0415

        return redirect_to_login(after)

    def password_change(self, request, extra_context=None):
        return redirect("account_change_password")

    def index(self, request, extra_context=None):
        notes = self.care(request)
        return super().index(request, {"care": notes, **(extra_context or {})})

    def get_app_list(self, request, app_label=None):
        """Found out where it is shown: of most answers it is no part."""
        pages = [
            page
            for model, page in self._registry.items()
            if app_label in (None, model._meta.app_label)
        ]
        return SimpleLazyObject(lambda: in_sections(pages, request))

    def app_index(self, request, app_label, extra_context=None):
        title = {"title": apps.get_app_config(app_label).verbose_name}
        return super().app_index(request, app_label, title | (extra_context or {}))

    def care(self, request):
        """What needs care, of what the user may see: at most one query for each."""
        notes = [*self.waiting(request.user)]
        for model, model_admin in self._registry.items():
            if not model_admin.has_view_permission(request):
                continue
            opts = model._meta
            url = reverse(f"admin:{opts.app_label}_{opts.model_name}_changelist")
            for care in getattr(model_admin, "care", ()):
                count = care.rows(model_admin.get_queryset(request)).count()
                if count:
                    notes.append(Note(care.text, count, f"{url}?care={care.slug}"))
        return notes

    def waiting(self, user):
        """What waits in the workbench, counted as its own lists are."""
        from members.workbench import mails, queue  # noqa: PLC0415

        lists = [*mails.waiting(user)]
        if policy.may(user, "application.review"):
            lists = [*queue.waiting(user), *lists]
        yield from (Note(*each) for each in lists if each[1])


class RegistryAdminConfig(AdminConfig):
    default_site = "peso.site.RegistryAdmin"
