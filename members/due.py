"""Work that time brings. Each piece asks what is due and not yet done, and does it.

So a day on which nothing ran is caught up with, and running twice does nothing twice.
"""

import logging
from importlib import import_module

from django.conf import settings
from django.db import connection

from members import checking, mailing, untouched
from members.locks import only_one
from members.models import forgetting

logger = logging.getLogger(__name__)


def clear_sessions():
    """Of people who left without signing out."""
    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()
    return 0


# What it is called, and the function, which returns how much there was to do.
WORK = {
    "mails without a job": mailing.recover,
    "secrets of old mails": mailing.forget_secrets,
    "mails to former accounts": forgetting.forget_former,
    "websites that nobody asked": checking.recover,
    "drafts to be reminded of": untouched.remind,
    "drafts that expire": untouched.expire,
    "sessions that ended": clear_sessions,
}


class DueWorkError(Exception):
    """Some of it failed; the log says how."""


def do_due_work():
    """Do each piece, whatever becomes of the others; how much each had to do."""
    done, failed = {}, []
    with only_one("members.due_work") as is_ours:
        for name, work in WORK.items() if is_ours else ():
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
