"""What somebody typed in a form whose session had ended, until they are back.

It waits in the session of the browser that sent it, which signing in keeps. The form
has a mark that says for whom it was made, so that nobody can fill sessions with what
no form of ours ever held, and nobody else is shown it.
"""

import functools
import time

from django.conf import settings
from django.core import signing
from django.http import QueryDict

from members.models import Allowance

FIELD = "writer"
NAME = "kept"
SALT = "applications.kept"
SECONDS = 24 * 60 * 60
LONGEST = 2 * 1024 * 1024
# For one writer in an hour: each may be of a browser, and in a session, of its own.
TIMES, HOUR = 20, 60 * 60


def mark(request):
    """For a form, whom it was made for."""
    return signing.dumps(request.user.pk, salt=SALT)


def keeps_what_was_typed(view):
    """A form whose text outlives its session (see peso/access.py)."""

    @functools.wraps(view)
    def page(request, *arguments, **named):
        return view(request, *arguments, **named)

    page.keep_what_was_typed = keep
    return page


def keep(request):
    """Keep what was sent; whether there was something to keep."""
    try:
        sent = request.POST.get(FIELD, "")
        writer = signing.loads(sent, salt=SALT, max_age=settings.SESSION_COOKIE_AGE)
    except signing.BadSignature:
        return False
    text = request.POST.urlencode()
    if len(text) > LONGEST:
        return False
    if Allowance.objects.spend(f"kept {writer}", times=TIMES, seconds=HOUR):
        return False
    request.session[NAME] = {
        "path": request.path,
        "writer": writer,
        "at": time.time(),
        "text": text,
    }
    return True


def kept(request, path=""):
    """What this reader had typed here, or at another path, or None."""
    found = request.session.get(NAME)
    if not found or found["path"] != (path or request.path):
        return None
    is_theirs = found["writer"] == request.user.pk
    if not is_theirs or time.time() - found["at"] > SECONDS:
        return None
    return QueryDict(found["text"])


def let_go(request):
    found = request.session.get(NAME)
    if found and found["path"] == request.path:
        del request.session[NAME]
