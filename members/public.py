"""What anyone may read, and what is the same for everybody who reads it."""

import functools

from django.contrib.auth.decorators import login_not_required
from django.views.decorators.http import require_safe

# The headers that wants_part() reads.
PART_OR_PAGE = ("HX-Request", "HX-History-Restore-Request")


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


def wants_part(request):
    """Whether htmx asks for what it puts into a page, and not for a whole page again.

    An answer that depends on it varies by PART_OR_PAGE; peso/pages.py keeps both.
    """
    sent = request.META
    is_restored = sent.get("HTTP_HX_HISTORY_RESTORE_REQUEST") == "true"
    return sent.get("HTTP_HX_REQUEST") == "true" and not is_restored


class Shared:
    """Results of public data that many pages have in common, for one state of it.

    `state` is what the middleware says of a request: None where it says nothing, and
    then nothing is shared. Callers have few keys, which do not come from strangers.
    """

    def __init__(self):
        self.of_state = None, {}

    def get(self, state, key, compute):
        if state is None:
            return compute()
        known, results = self.of_state
        if state != known:
            results = {}
            self.of_state = state, results
        if key not in results:
            results[key] = compute()
        return results[key]


shared = Shared()


def state_of(request):
    """What public data is like for a request; None if that is not known."""
    return getattr(request, "registry_state", None)
