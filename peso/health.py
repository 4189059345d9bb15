"""The two probes: whether the process answers, and whether it can do its work.

They say nothing that helps a stranger. The log has the details.
"""

import functools
import logging

import psycopg
from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.http import JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from peso import postgres

logger = logging.getLogger(__name__)
CONNECT_SECONDS = 2


@login_not_required
@require_safe
@never_cache
def healthz(request):
    """That this process answers; it asks nothing else."""
    return JsonResponse({"status": "alive"})


@login_not_required
@require_safe
@never_cache
def readyz(request):
    """That the database answers and has every migration; else 503 and what is not."""
    missing = missing_parts()
    if missing:
        return JsonResponse({"status": "not ready", "missing": missing}, status=503)
    return JsonResponse({"status": "ready"})


def missing_parts():
    try:
        applied = applied_migrations()
    except (psycopg.Error, postgres.ServerError) as error:
        logger.error("Not ready: %s", str(error).strip())
        return ["database"]
    unapplied = sorted(known_migrations() - applied)
    if unapplied:
        logger.error("Not ready: migrations to apply: %s", unapplied)
        return ["migrations"]
    return []


def applied_migrations():
    """Asked on a connection of its own: a busy pool is not a missing database."""
    target = connection.get_connection_params() | {"connect_timeout": CONNECT_SECONDS}
    with psycopg.connect(**target) as own:
        try:
            return set(own.execute("SELECT app, name FROM django_migrations"))
        except psycopg.errors.UndefinedTable:
            return set()


@functools.cache
def known_migrations():
    """Those of the installed code, which does not change while it runs."""
    return frozenset(MigrationLoader(None).graph.nodes)


def answer_probes(get_response):
    """Answer them before the host is checked: balancers ask by bare address.

    Nor does anything here open a session or redirect to https.
    """
    probes = {"/healthz": healthz, "/readyz": readyz}

    def middleware(request):
        probe = probes.get(request.path_info)
        if not probe:
            return get_response(request)
        response = probe(request)
        response.headers["Content-Length"] = str(len(response.content))
        return response

    return middleware
