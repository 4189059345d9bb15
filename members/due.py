"""Work that time brings. Each piece asks what is due and not yet done, and does it.

So a day on which nothing ran is caught up with, and running twice does nothing twice.
"""

from importlib import import_module

from django.conf import settings

from members import checking, mailing, untouched
from members.locks import only_one
from members.models import forgetting
from members.severally import do_severally


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


def do_due_work():
    """Do each piece, whatever becomes of the others; how much each had to do."""
    with only_one("members.due_work") as is_ours:
        return do_severally(WORK.items() if is_ours else ())
