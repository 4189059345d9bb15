"""Pieces of work that have nothing to do with each other, though one may fail."""

import logging

from django.db import connection

logger = logging.getLogger(__name__)


class DueWorkError(Exception):
    """Some of it failed; the log says how."""


def do_severally(pieces):
    """Do each of `pieces`, pairs of its name and a function, whatever becomes of the
    others; what each returned. Raises DueWorkError at the end if one failed."""
    done, failed = {}, []
    for name, work in pieces:
        try:
            done[name] = work()
        except Exception:
            logger.exception("Due work failed: %s", name)
            failed.append(name)
            if not (connection.in_atomic_block or connection.is_usable()):
                connection.close()
    if failed:
        raise DueWorkError(f"Failed: {', '.join(failed)}.")
    return done
