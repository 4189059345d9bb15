"""Closed by default, at no cost to the pages that are open."""

from django.contrib.auth.middleware import LoginRequiredMiddleware


class ClosedByDefault(LoginRequiredMiddleware):
    """Sends strangers to the login, but does not ask who reads a public page.

    Django's own asks first, which makes every public page vary by its reader's cookie,
    so that no cache can keep it, and costs two queries for whoever is signed in.
    """

    def process_view(self, request, view_func, view_args, view_kwargs):
        if not getattr(view_func, "login_required", True):
            return None
        return super().process_view(request, view_func, view_args, view_kwargs)
