"""Drafts that nobody touches: announced twice, and then closed.

What was announced is known from the mails themselves, so a day on which nothing ran is
caught up with, and nothing is announced twice. Nothing closes unannounced. Each is
announced and closed in a transaction of its own, whatever becomes of the others.
"""

import datetime as dt
from functools import partial

from django.db import transaction
from django.db.models import Exists, F, OuterRef
from django.utils import timezone

from members.models import Application, Mail, User, telling
from members.models.drafting import DRAFT_LASTS, REMINDED_AFTER
from members.severally import do_severally

FIRST, LAST = REMINDED_AFTER
KINDS = {FIRST: "reminder-30", LAST: "reminder-53"}
# Between the last announcement and the end, however late that came.
NOTICE = DRAFT_LASTS - dt.timedelta(days=LAST)
REASON = f"Nobody touched it for {DRAFT_LASTS.days} days."


def remind():
    """Announce what is due; the number of applications. The later one is enough."""
    return sum(do_severally(_reminders()).values())


def _reminders():
    tried = set()
    for days in (LAST, FIRST):
        for pk in _keys(days):
            if pk not in tried:
                tried.add(pk)
                yield f"reminder of application {pk}", partial(_remind, pk, days)


def _keys(days):
    return list(_unreminded(days).values_list("pk", flat=True))


def _unreminded(days):
    kinds = [kind for after, kind in KINDS.items() if after >= days]
    untouched = Application.objects.untouched_since(_ago(days))
    return untouched.exclude(Exists(_announcements(kinds)))


def _announcements(kinds):
    """The mails about the application of the outer query, since it was touched."""
    return Mail.objects.filter(
        application=OuterRef("pk"), kind__in=kinds, at__gte=OuterRef("touched_at")
    )


@transaction.atomic
def _remind(pk, days):
    rows = _unreminded(days).select_for_update(of=("self",))
    application = rows.filter(pk=pk).first()
    if application is None or not telling.writers(application):
        return 0
    ends_at = application.touched_at + DRAFT_LASTS
    left = ends_at - timezone.now()
    if days == LAST:
        left = max(left, NOTICE)
    telling.reminded(application, days, _whole_days(left))
    return 1


def expire():
    """Close what was announced to be closed; the number of applications."""
    keys = list(_overdue().values_list("pk", flat=True))
    pieces = ((f"end of application {pk}", partial(_expire, pk)) for pk in keys)
    return sum(do_severally(pieces).values())


def _overdue():
    last = _announcements([KINDS[LAST]])
    return (
        Application.objects.untouched_since(timezone.now() - DRAFT_LASTS)
        .annotate(is_announced=Exists(last.filter(at__lte=timezone.now() - NOTICE)))
        .exclude(Exists(last.filter(state__in=["queued", "sending"])))
        .order_by(F("touched_at"))
    )


@transaction.atomic
def _expire(pk):
    rows = _overdue().select_for_update(of=("self",))
    application = rows.filter(pk=pk).first()
    if application is None:
        return 0
    # To nobody nothing can be announced: a closed account has no address.
    if not application.is_announced and telling.writers(application):
        return 0
    application.expire(by=User.objects.registry(), reason=REASON)
    return 1


def _ago(days):
    return timezone.now() - dt.timedelta(days=days)


def _whole_days(time):
    return max(0, round(time / dt.timedelta(days=1)))
