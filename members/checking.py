"""What the worker does with the websites of applications: ask, and write down."""

import datetime as dt

from django.db import transaction
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from members import websites
from members.deferring import defer
from members.models import WebsiteCheck
from members.models.website_checks import CHECK_WEBSITE

# A website that did not answer is asked again after each of these.
PAUSES = [dt.timedelta(minutes=10), dt.timedelta(hours=3), dt.timedelta(days=1)]
# What nobody has asked for so long, and has no job, has lost it.
GRACE = dt.timedelta(minutes=10)


def check_website(pk, tries=0, bounds=websites.BOUNDS):
    """Ask for a website and keep what was found; the last answer counts.

    `tries` says how often it was asked before. No transaction is open meanwhile.
    """
    check = WebsiteCheck.objects.filter(pk=pk).exclude(url="").first()
    if check is None:
        return
    finding = websites.ask(check.url, bounds)
    with transaction.atomic():
        check.note(finding.answered, finding.words)
        if finding.may_pass and tries < len(PAUSES):
            defer(CHECK_WEBSITE, pause=PAUSES[tries], check_id=pk, tries=tries + 1)


def recover(grace=GRACE):
    """Have asked for what nobody has asked for, and has no job; how many those are."""
    waiting = ProcrastinateJob.objects.filter(
        task_name=CHECK_WEBSITE, status__in=["todo", "doing"]
    ).values_list("args__check_id", flat=True)
    due = WebsiteCheck.objects.unasked(before=timezone.now() - grace)
    lost = sorted(set(due.values_list("pk", flat=True)) - set(waiting))
    for pk in lost:
        defer(CHECK_WEBSITE, check_id=pk)
    return len(lost)
