"""Closed by default, at no cost to the pages that are open."""

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.shortcuts import redirect

ACCOUNT_PAGES = "/accounts/"


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
        if answer or not request.user.owes_second_factor:
            return answer
        # The page on which it is set up, and says why, is one of these.
        if request.path_info.startswith(ACCOUNT_PAGES):
            return None
        return redirect("mfa_index")
