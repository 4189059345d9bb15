"""Closed by default, at no cost to the pages that are open."""

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.shortcuts import redirect, render
from django.utils.cache import add_never_cache_headers
from django.views.csrf import csrf_failure

ACCOUNT_PAGES = "/accounts/"
# In the session: the page that waits for a second factor, where its pages lead back to.
ASKED_FOR = "asked_for"


class ClosedByDefault(LoginRequiredMiddleware):
    """Sends strangers to the login, but does not ask who reads a public page.

    Whoever has rights, and no second factor yet, is led to set one up.

    Django's own asks first, which makes every public page vary by its reader's cookie,
    so that no cache can keep it, and costs two queries for whoever is signed in.
    """

    def process_view(self, request, view_func, view_args, view_kwargs):
        if not getattr(view_func, "login_required", True):
            return None
        answer = super().process_view(request, view_func, view_args, view_kwargs)
        # The page on which it is set up, and says why, is one of these.
        if answer or request.path_info.startswith(ACCOUNT_PAGES):
            return answer
        if request.user.owes_second_factor:
            return lead_to_second_factor(request)
        if ASKED_FOR in request.session:
            del request.session[ASKED_FOR]
        return None

    def handle_no_permission(self, request, view_func):
        """A part of a page says so in its place; a form's text waits for its writer."""
        if request.headers.get("HX-Request") == "true":
            response = render(request, "includes/_signed_out.html", status=401)
            add_never_cache_headers(response)
            return response
        keep_what_was_typed(request, view_func)
        return super().handle_no_permission(request, view_func)


def lead_to_second_factor(request):
    is_page = request.headers.get("HX-Request") != "true"
    if request.method == "GET" and is_page:
        request.session[ASKED_FOR] = request.get_full_path()
    return redirect("mfa_index")


def keep_what_was_typed(request, view_func):
    """Whether what was sent is kept; a view that can has the attribute of that name."""
    keep = getattr(view_func, "keep_what_was_typed", None)
    return bool(keep) and request.method == "POST" and keep(request)


def stale_form(request, reason=""):
    """A form older than its session, of somebody who signed in anew, is shown again."""
    match = request.resolver_match
    if match and keep_what_was_typed(request, match.func):
        return redirect(request.path)
    return csrf_failure(request, reason)
