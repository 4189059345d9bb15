"""What the worker does with a mail, step by step, each kept at once."""

import datetime as dt

from django.db import models, transaction
from django.utils import timezone

from members.deferring import defer

# After the first try that fails for now, so long until the next; then it has failed.
PAUSES = [
    dt.timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 180, 360, 720, 1440)
]
# By how much the clocks of web server and worker may differ.
CLOCKS = dt.timedelta(seconds=10)
MAY_HAVE_ARRIVED = (
    "The connection broke after the last byte had left, before the mail server "
    "answered: it may have arrived. Sending it again is for a person to decide."
)


class OvertakenError(Exception):
    """Somebody else took the mail meanwhile: this try must not go on."""


class Sendable(models.Model):
    """The states from `queued` to `sent` or `failed`.

    `attempts` numbers the tries. Each step is written only while the number is still
    its own, so a sender that was held up cannot send what another one has taken.
    """

    class Meta:
        abstract = True

    @classmethod
    @transaction.atomic
    def take(cls, pk):
        """The mail, if it is to be sent now; the caller alone tries this one.

        A mail that another sender left behind is taken up, unless it may have arrived.
        """
        mail = cls.objects.select_for_update().filter(pk=pk).first()
        if mail is None or not mail._is_due():
            return None
        if mail.handed_over_at:
            mail._fail(MAY_HAVE_ARRIVED)
            return None
        mail.state, mail.try_after = cls.State.SENDING, None
        mail.attempts += 1
        mail.save(update_fields=["state", "try_after", "attempts"])
        return mail

    def erase(self):
        """Forget what it said: it was for its recipient alone."""
        self.subject = self.text = self.stop_url = ""

    def hand_over(self):
        """Note that its last byte is about to leave."""
        rows = self._own(self.State.SENDING)
        if not rows.update(handed_over_at=timezone.now()):
            raise OvertakenError
        self.refresh_from_db(fields=["handed_over_at"])

    @transaction.atomic
    def note_sent(self, delivery):
        """Note that it was accepted, even if somebody gave it up meanwhile."""
        states = (self.State.SENDING, self.State.FAILED, self.State.DISCARDED)
        if not self._own(*states).select_for_update().exists():
            raise OvertakenError
        self.state, self.sent_at, self.trouble = self.State.SENT, timezone.now(), ""
        self.delivery = delivery
        if self.is_secret and delivery != self.Delivery.PAGE:
            self.erase()
        self.save()

    @transaction.atomic
    def put_off(self, trouble):
        """Try it again later, or no more if it was tried often enough."""
        self._lock_own()
        if self.attempts > len(PAUSES):
            self._fail(f"{trouble} Given up after {self.attempts} tries.")
            return
        self.trouble, self.handed_over_at = trouble, None
        self._queue(PAUSES[self.attempts - 1])

    @transaction.atomic
    def give_up(self, trouble, *, may_have_arrived=False):
        """Never try it again by itself."""
        self._lock_own()
        if not may_have_arrived:
            self.handed_over_at = None
        self._fail(trouble)

    def _queue(self, pause=dt.timedelta(0)):
        """Have the worker try it after `pause`; its job is kept with this row."""
        self.state, self.try_after = self.State.QUEUED, timezone.now() + pause
        self.save()
        defer("members.send_mail", pause=pause, mail_id=self.pk)

    def _is_due(self):
        if self.state == self.State.QUEUED:
            return self.try_after <= timezone.now() + CLOCKS
        return self.state == self.State.SENDING

    def _fail(self, trouble):
        self.state, self.trouble = self.State.FAILED, trouble
        self.save()

    def _own(self, *states):
        """This row, as long as this try is the last one."""
        rows = type(self).objects.filter(pk=self.pk, attempts=self.attempts)
        return rows.filter(state__in=states)

    def _lock_own(self):
        if not self._own(self.State.SENDING).select_for_update().exists():
            raise OvertakenError
