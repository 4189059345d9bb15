"""Public pages: an ETag for each, and an answer from memory while nothing has changed.

A tag is made of the registry's revision, the day, the release and what was asked for:
whoever sends it again gets 304 after one look at the revision. Pages are kept under
their revision, so each request asks for it first, and no page is older than that.
A page is tagged and kept only if the revision was the same before and after it was
made: then it is exactly of that revision.

Whoever sends a cookie of ours is answered by the view, and nothing of that is kept.
"""

import hashlib
import logging
import time
from itertools import chain
from typing import NamedTuple

import psycopg
from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.db import connection
from django.http import HttpResponse, HttpResponseNotModified
from django.utils import timezone
from django.utils.http import parse_etags

from members.public import PART_OR_PAGE, wants_part
from peso import release, revision
from peso.shelf import Shelf

logger = logging.getLogger(__name__)

# Browsers ask each time; what stands between may answer for a second by itself.
SHARED = "public, max-age=0, s-maxage=1, must-revalidate"
OWN = "private, no-cache"
CLOSED = "private, no-store"
# Made anew for each answer.
FLEETING = {"x-accel-expires", "x-request-id"}
# What is a part of the key, whether or not a page is another by it.
VARIES_BY = ", ".join(PART_OR_PAGE)


class State(NamedTuple):
    """What public pages follow from, beside their address."""

    revision: str
    day: str


class Kept(NamedTuple):
    tag: str
    body: bytes
    headers: dict[str, str]


class PublicPages:
    def __init__(self, get_response):
        if settings.DEBUG:
            # Templates change under a running server then.
            raise MiddlewareNotUsed
        self.get_response = get_response
        self.shelf = Shelf(settings.PAGE_CACHE_MB * 2**20)
        self.release = release.digest()

    def __call__(self, request):
        request.arrived = int(time.time())
        if not is_anybodys(request):
            return self._answer(request)
        key = key_of(request)
        asked = request.META.get("HTTP_IF_NONE_MATCH", "")
        if asked or key in self.shelf:
            request.registry_state = state = read_state()
            kept = self.shelf.get(state, key) if state else None
            tag = kept.tag if kept else state and self._tag(state, key)
            if asked and state and fits(asked, tag, is_there=kept):
                return not_modified(request, tag)
            if kept:
                return share(request, HttpResponse(kept.body, headers=kept.headers))
        return self._answer(request, key)

    def process_view(self, request, view, arguments, named):
        """Before anything is asked of the database for a public page."""
        if is_public(view) and not hasattr(request, "registry_state"):
            request.registry_state = read_state() if is_anybodys(request) else None

    def _answer(self, request, key=None):
        response = self.get_response(request)
        match = request.resolver_match
        if match and not is_public(match.func):
            # That something is not there, or not theirs, is for one reader as well.
            response.headers.setdefault("Cache-Control", CLOSED)
        if not match or "Cache-Control" in response:
            return response
        if key is None or is_own(response):
            response.headers["Cache-Control"] = OWN
            return response
        if response.status_code >= 500:
            response.headers["Cache-Control"] = "no-store"
            return response
        share(request, response)
        if response.status_code == 200:
            return self._settle(request, response, key)
        return response

    def _settle(self, request, response, key):
        """Tag what is exactly of one state, and keep it."""
        state = request.registry_state
        if response.streaming:
            begin(response)
            if request.method == "HEAD":
                # Servers would have all of it made, and throw it away.
                response.streaming_content = ()
        if not state or state != read_state():
            return response
        tag = self._tag(state, key)
        response.headers["ETag"] = tag
        if request.META.get("HTTP_IF_NONE_MATCH", "").strip() == "*":
            return not_modified(request, tag)
        if request.method == "GET" and not response.streaming:
            kept = Kept(tag, response.content, headers_of(response))
            self.shelf.put(state, key, kept, len(kept.body) + len(repr(key)))
        return response

    def _tag(self, state, key):
        asked = repr((state, key)).encode()
        digest = hashlib.blake2b(asked, key=self.release, digest_size=15)
        return f'"{digest.hexdigest()}"'


def is_public(view):
    return getattr(view, "is_public_page", False)


def is_anybodys(request):
    """Whether a request reads, and nothing in it says who asks."""
    sent = request.META
    if request.method not in ("GET", "HEAD") or "HTTP_AUTHORIZATION" in sent:
        return False
    if request.path_info.startswith(settings.STATIC_URL):
        return False
    cookies = sent.get("HTTP_COOKIE", "")
    names = (settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME, "messages")
    return not (cookies and any(f"{name}=" in cookies for name in names))


def is_own(response):
    """Whether an answer is for one person, although nobody said who asks."""
    return bool(response.cookies) or "Cookie" in response.get("Vary", "")


def key_of(request):
    """All of a request that an answer may depend on."""
    sent = request.META
    return (
        request.scheme,
        sent.get("HTTP_HOST", ""),
        # Apart: together they are the same for another view below another root.
        sent.get("SCRIPT_NAME", ""),
        request.path_info,
        sent.get("QUERY_STRING", ""),
        wants_part(request),
    )


def read_state():
    """The state of this moment; None if the database does not tell."""
    if connection.in_atomic_block:
        # As in a test: what this transaction sees is of no revision yet.
        return None
    try:
        return State(revision.read(), timezone.localdate().isoformat())
    except psycopg.Error as error:
        logger.error("No revision: %s", str(error).strip())
        return None


def fits(asked, tag, *, is_there):
    """Whether one of the tags in If-None-Match is `tag`, be it marked as weak."""
    if asked.strip() == "*":
        return bool(is_there)
    return tag == asked or tag in [
        each.removeprefix("W/") for each in parse_etags(asked)
    ]


def share(request, response):
    response.headers["Cache-Control"] = SHARED
    # nginx counts seconds by the clock's, and would make nearly two of one.
    response.headers["X-Accel-Expires"] = f"@{request.arrived}"
    return response


def not_modified(request, tag):
    response = HttpResponseNotModified()
    response.headers["ETag"] = tag
    response.headers["Vary"] = VARIES_BY
    return share(request, response)


def headers_of(response):
    return {
        name: value
        for name, value in response.headers.items()
        if name.lower() not in FLEETING
    }


def begin(response):
    """Have a stream make its first part: its one query sees from then on one state."""
    parts = iter(response.streaming_content)
    response.streaming_content = chain([next(parts, b"")], parts)
