"""What anyone may read, and what is the same for everybody who reads it."""

import functools

from django.contrib.auth.decorators import login_not_required
from django.views.decorators.http import require_safe


def public_page(view):
    """A page that follows from the public data, its address and the day alone.

    It gets an ETag of the registry's revision and may be kept (peso/pages.py): it must
    ask neither who reads it nor for a cookie.
    """

    @login_not_required
    @require_safe
    @functools.wraps(view)
    def page(request, *args, **kwargs):
        return view(request, *args, **kwargs)

    page.is_public_page = True
    return page
