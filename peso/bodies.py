"""Bodies of requests: none larger than anything asked for, and each one heard out.

A server that answers before it was sent everything, and closes, is not heard: the
client is still sending, and is told that the connection broke.
"""

import time

from django.core.exceptions import RequestDataTooBig
from django.http import UnreadablePostError

# A document of 10 MB, and the form around it.
LONGEST = 12 * 2**20
# Who sends more than this, or takes longer, is not heard out.
MOST_HEARD, SECONDS = 256 * 2**20, 20
PIECE = 64 * 1024


def bounded(get_response):
    def middleware(request):
        try:
            refuse_longer(request)
            return get_response(request)
        finally:
            if length_of(request):
                hear_out(request)

    return middleware


def refuse_longer(request):
    """Raise RequestDataTooBig, before anything is read or written down."""
    if length_of(request) > LONGEST:
        raise RequestDataTooBig("The body of the request is longer than any needed.")


def length_of(request):
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 0


def hear_out(request):
    """Read what nobody has read, and forget it."""
    heard, until = 0, time.monotonic() + SECONDS
    try:
        while heard < MOST_HEARD and time.monotonic() < until:
            piece = request.read(PIECE)
            heard += len(piece)
            if not piece:
                break
    except (UnreadablePostError, ValueError):  # it broke off, or was closed
        return
