from itertools import chain, zip_longest
from uuid import uuid4

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import models, transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.urls import reverse
from django.utils import timezone

from members import emails
from members.models.events import NEVER_DELETED, paired, tracked
from members.models.mailbox import MailManager
from members.models.problems import Problem, refuse_if
from members.models.sending import Sendable
from members.models.text import validate_line, validate_text
from peso import policy


def new_message_id():
    host = settings.SITE_HOST.strip("[]")
    return f"<{uuid4().hex}@{host}>"


# Neither whom it went to nor what it said is kept a second time: what signs somebody
# in must be gone when it is erased here.
@tracked(exclude=["to", "subject", "text", "stop_url", "trouble"])
class Mail(Sendable):
    """A mail to one address, kept before it is sent and after.

    Written by `Mail.objects.write` and changed by its verbs; members/mailing.py sends
    it. docs/decisions/mail.md says how none is lost and none sent twice.
    """

    class State(models.TextChoices):
        DRAFT = "draft", "Draft"
        QUEUED = "queued", "Waiting to be sent"
        SENDING = "sending", "Being sent"
        SENT = "sent", "Sent"
        FAILED = "failed", "Failed"
        DISCARDED = "discarded", "Discarded"

    class Delivery(models.TextChoices):
        SERVER = "server", "Handed to the mail server"
        PAGE = "page", "Shown here only"

    # About an application, these may tell a decision that nobody was told of, unless
    # it was tried to send them.
    UNTOLD = (State.DRAFT, State.DISCARDED)
    # The states from which a person may do this.
    LEGAL = {
        "edit": {State.DRAFT},
        "release": {State.DRAFT},
        "discard": {State.DRAFT, State.FAILED},
        "resend": {State.QUEUED, State.SENT, State.FAILED},
    }
    TO_LENGTH = 320
    FORGOTTEN = "What this mail said, and to whom, was erased."

    kind = models.SlugField(max_length=40, editable=False)
    application = models.ForeignKey(
        "members.Application",
        models.PROTECT,
        related_name="mails",
        null=True,
        blank=True,
        editable=False,
    )
    to = models.CharField(max_length=TO_LENGTH, blank=True)
    subject = models.CharField(
        max_length=emails.SUBJECT_LENGTH, blank=True, validators=[validate_line]
    )
    text = models.TextField(blank=True, validators=[validate_text])
    is_secret = models.BooleanField(
        default=False,
        editable=False,
        help_text="Whether who reads it could act as its recipient.",
    )
    stop_url = models.URLField(max_length=500, blank=True, editable=False)
    message_id = models.CharField(
        max_length=300, default=new_message_id, unique=True, editable=False
    )
    at = models.DateTimeField(db_default=Now(), editable=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    # An edit leaves its row of history by these, as the words themselves are in none.
    edited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        editable=False,
    )
    edited_at = models.DateTimeField(null=True, blank=True, editable=False)
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    attempts = models.PositiveIntegerField(default=0)
    try_after = models.DateTimeField(null=True, blank=True)
    handed_over_at = models.DateTimeField(
        null=True,
        blank=True,
        help_text="When its last byte was about to leave: from then on it may arrive.",
    )
    sent_at = models.DateTimeField(null=True, blank=True)
    delivery = models.CharField(max_length=8, choices=Delivery, blank=True)
    trouble = models.TextField(
        blank=True, help_text="What went wrong at the last try, in a sentence."
    )
    original = models.ForeignKey(
        "self",
        models.PROTECT,
        related_name="copies",
        null=True,
        blank=True,
        help_text="The mail that was sent before, if this is the same once more.",
    )

    objects = MailManager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = "mail"
        verbose_name_plural = "mails"
        triggers = [NEVER_DELETED]
        permissions = [
            ("edit_mail", "Can edit the draft of a mail"),
            ("release_mail", "Can release the draft of a mail"),
            ("discard_mail", "Can discard the draft of a mail"),
            ("resend_mail", "Can send a mail again"),
        ]
        indexes = [
            models.Index(
                fields=["try_after"],
                name="mail_due",
                condition=Q(state__in=["queued", "sending"]),
            ),
            models.Index(fields=["state", "-id"], name="mail_state"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    state__in=[
                        "draft",
                        "queued",
                        "sending",
                        "sent",
                        "failed",
                        "discarded",
                    ]
                )
                & Q(delivery__in=["", "server", "page"]),
                name="mail_words_known",
            ),
            models.CheckConstraint(
                condition=paired("edited"), name="mail_editor_has_time"
            ),
            models.CheckConstraint(
                condition=Q(state="queued", try_after__isnull=False)
                | (~Q(state="queued") & Q(try_after=None)),
                name="mail_queued_has_time",
            ),
            models.CheckConstraint(
                condition=(Q(state="sent", sent_at__isnull=False) & ~Q(delivery=""))
                | (~Q(state="sent") & Q(sent_at=None, delivery="")),
                name="mail_sent_has_time_and_way",
            ),
            models.CheckConstraint(
                condition=~Q(state="failed") | ~Q(trouble=""),
                name="mail_failed_has_reason",
            ),
            models.CheckConstraint(
                condition=Q(handed_over_at=None)
                | Q(state__in=["sending", "sent", "failed"]),
                name="mail_handed_over_while_sending",
            ),
        ]

    def __str__(self):
        return self.readable_subject or f"Mail {self.pk}"

    def get_absolute_url(self):
        return reverse("members:mail", args=[self.pk])

    @property
    def html(self):
        return emails.as_html(self.subject, self.text)

    @property
    def is_hidden(self):
        """Whether nobody but its recipient may read it; on this computer alone mails
        arrive nowhere but in the workbench."""
        return self.is_secret and not settings.MAIL_IS_SHOWN_ONLY

    @property
    def is_of_a_decision(self):
        """Whether it may tell a decision that was never released, or not yet."""
        is_untold = self.state in self.UNTOLD and not self.attempts
        return is_untold and self.application_id is not None

    def interest_of(self, user):
        """Why `user` is not free to read or change it, for the policy."""
        return self.application.interest_of(user) if self.is_of_a_decision else ""

    @property
    def listed_subject(self):
        """What lists call it, whoever reads them."""
        if self.is_of_a_decision:
            return f"About application {self.application.public_id}"
        return str(self)

    @property
    def readable_subject(self):
        if self.is_hidden and self.state != self.State.DRAFT:
            return f"({self.kind.replace('-', ' ')}, for its recipient alone)"
        return self.subject

    @property
    def readable_text(self):
        """What staff may read of it: of a secret draft, all but its links."""
        if not self.is_hidden:
            return self.text
        if self.state == self.State.DRAFT:
            return emails.without_links(self.text)
        return ""

    def with_links(self, text):
        """The text that was typed, with the links that its writer could not see."""
        if not self.is_hidden:
            return text
        links = emails.links(self.text)
        parts = text.split(emails.LINK)
        if len(parts) != len(links) + 1:
            raise ValidationError(
                {"text": f"The text must hold {emails.LINK} as often as before."}
            )
        return "".join(chain.from_iterable(zip_longest(parts, links, fillvalue="")))

    @property
    def may_have_arrived(self):
        """Whether nobody knows if it reached the mail server."""
        return self.state == self.State.FAILED and self.handed_over_at is not None

    # What people do with it

    @transaction.atomic
    def edit(self, *, subject, text, by):
        """Put other words into a draft; `text` as `readable_text` gave it."""
        self._begin("edit", by)
        self.subject, self.text = subject, self.with_links(text)
        self.edited_by, self.edited_at = by, timezone.now()
        self.full_clean(exclude=["to"])
        refuse_if(self.text_problems())
        self.save()

    @transaction.atomic
    def release(self, *, by):
        """Send a draft."""
        self._begin("release", by)
        refuse_if(self.address_problems() + self.text_problems())
        self._queue()

    @transaction.atomic
    def discard(self, *, by):
        """Never send a draft, or give up what failed; why it failed stays."""
        self._begin("discard", by)
        self.state, self.handed_over_at = self.State.DISCARDED, None
        if self.is_secret:
            self.erase()
        self.save()

    @transaction.atomic
    def resend(self, *, by):
        """Try at once what failed or waits; write what was sent a second time.

        What failed keeps its Message-ID, by which mail programs know a mail that
        arrived after all, and the number of its tries. Returns the mail that is on
        its way now.
        """
        self._begin("resend", by)
        refuse_if(self.text_problems())
        mail = self._copy(by) if self.state == self.State.SENT else self
        mail.handed_over_at = None
        mail._queue()
        return mail

    def why_not(self, verb):
        """Why this cannot be done now; empty if it can."""
        if self.state not in self.LEGAL[verb]:
            return f"This mail is “{self.get_state_display().lower()}”."
        if verb == "release" and self.application and self.application.staged:
            return "It leaves with the decision about the application."
        if verb == "resend" and not self.text:
            return "Its text was erased: what it held was for its recipient alone."
        return ""

    def text_problems(self):
        problems = []
        if not self.subject.strip():
            problems.append(Problem("A mail needs a subject.", "subject"))
        if not self.text.strip():
            problems.append(Problem("A mail needs a text.", "text"))
        return problems

    def address_problems(self):
        try:
            validate_email(self.to)
        except ValidationError:
            text = f"“{self.to}” is not an address that mail can be sent to."
            return [Problem(text, "to")]
        return []

    def _begin(self, verb, by):
        policy.require(by, f"mail.{verb}", self)
        self.refresh_from_db(from_queryset=Mail.objects.select_for_update())
        if why_not := self.why_not(verb):
            raise ValidationError(why_not, code="illegal")

    def _copy(self, by):
        copy = Mail(original=self, by=by)
        copied = ("kind", "to", "subject", "text", "is_secret", "stop_url")
        for name in (*copied, "application"):
            setattr(copy, name, getattr(self, name))
        copy.save()
        return copy
