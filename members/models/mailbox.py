"""Which mails there are, and how one is written."""

import datetime as dt

from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone

from members import emails
from members.models.people import User

# What is not sent after so long waits for a person; what failed longer ago is history.
LATE, LATELY = dt.timedelta(hours=1), dt.timedelta(days=30)


def needs_care():
    """Of a mail: that it failed lately, or should have been sent long ago."""
    now = timezone.now()
    late = Q(state__in=["queued", "sending"], at__lt=now - LATE)
    return late | Q(state="failed", at__gte=now - LATELY)


class MailQuerySet(models.QuerySet):
    def in_state(self, state):
        return self.filter(state=state) if state else self

    def needing_care(self):
        return self.filter(needs_care())

    def matching(self, words):
        """Those with all words in address or subject, unless that is a secret, or of
        a decision that was not released."""
        found = self
        untold = Q(state__in=self.model.UNTOLD, attempts=0, application__isnull=False)
        for word in words.split():
            in_subject = Q(subject__icontains=word, is_secret=False) & ~untold
            found = found.filter(in_subject | Q(to__icontains=word))
        return found

    def with_people(self):
        return self.select_related("by", "application")

    def count_by_state(self):
        """The number of mails in each state, and of those that need care in each."""
        rows = self.order_by().values_list("state")
        care = models.Count("pk", filter=needs_care())
        return list(rows.annotate(number=models.Count("pk"), care=care))

    def due(self, now):
        """Those that should be on their way: tried, or being tried, before `now`."""
        return self.filter(
            Q(state=self.model.State.QUEUED, try_after__lte=now)
            | Q(state=self.model.State.SENDING)
        )

    def with_old_secrets(self, before):
        """What signs somebody in and was written `before`, but could not be sent, or
        is shown in the workbench only."""
        left = Q(state=self.model.State.FAILED) | Q(delivery=self.model.Delivery.PAGE)
        return self.filter(left, is_secret=True, at__lt=before).exclude(text="")


class MailManager(models.Manager.from_queryset(MailQuerySet)):
    @transaction.atomic
    def write(self, message, *, to, by=None, held=False, application=None):
        """Keep `message` for `to`, and have it sent when this transaction is kept.

        `held` makes it a draft, which waits until somebody releases it. `by` is who
        caused it; the registry itself, if nobody is named.
        """
        mail = self.model(
            kind=message.kind,
            to=emails.line(to)[: self.model.TO_LENGTH],
            subject=message.subject,
            text=message.text,
            is_secret=message.is_secret,
            stop_url=message.stop_url,
            by=by or User.objects.registry(),
            application=application,
        )
        if held:
            mail.save()
        else:
            mail._queue()
        return mail
