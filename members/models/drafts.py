"""What the applicants write, who writes it, and what they handed in."""

import datetime as dt
import hashlib
import secrets

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from members.models.events import APPEND_ONLY, NEVER_DELETED, paired, tracked
from members.models.people import shown_name
from members.models.text import validate_line

INVITATION_LASTS = dt.timedelta(days=31)
DOCUMENT_BYTES = 10 * 1024 * 1024


@tracked()
class Answer(models.Model):
    """What the draft of an application says to one question; history keeps the rest."""

    application = models.ForeignKey(
        "members.Application", models.PROTECT, related_name="answers"
    )
    key = models.CharField(max_length=80)
    value = models.JSONField()
    version = models.PositiveIntegerField(default=1)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["pk"]
        triggers = [NEVER_DELETED]
        constraints = [
            models.UniqueConstraint(fields=["application", "key"], name="answer_once")
        ]

    def __str__(self):
        return self.key


class Revision(models.Model):
    """An application as it was submitted once: rows are added, never changed."""

    application = models.ForeignKey(
        "members.Application", models.PROTECT, related_name="revisions"
    )
    number = models.PositiveSmallIntegerField()
    answers = models.JSONField()
    wording = models.JSONField(
        help_text="The goals and their approaches as they were agreed to."
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(
                fields=["application", "number"], name="revision_number_once"
            )
        ]
        triggers = [APPEND_ONLY]

    def __str__(self):
        return f"Revision {self.number}"


class CollaboratorQuerySet(models.QuerySet):
    def active(self):
        return self.filter(left_at=None)

    def editors(self):
        return self.active().filter(role=Collaborator.Role.EDITOR)


@tracked()
class Collaborator(models.Model):
    """Somebody who takes part in writing an application, or reads it."""

    class Role(models.TextChoices):
        EDITOR = "editor", "Editor"
        READER = "reader", "Reader"

    application = models.ForeignKey(
        "members.Application", models.PROTECT, related_name="collaborators"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="collaborations"
    )
    role = models.CharField(max_length=8, choices=Role)
    joined_at = models.DateTimeField(default=timezone.now, editable=False)
    left_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = CollaboratorQuerySet.as_manager()

    class Meta:
        ordering = ["joined_at", "pk"]
        triggers = [NEVER_DELETED]
        constraints = [
            models.CheckConstraint(
                condition=Q(role__in=["editor", "reader"]),
                name="collaborator_role_known",
            ),
            models.CheckConstraint(
                condition=Q(left_at=None) | Q(left_at__gte=models.F("joined_at")),
                name="collaborator_left_after_joining",
            ),
            models.UniqueConstraint(
                fields=["application", "user"],
                condition=Q(left_at=None),
                name="collaborator_once",
                violation_error_message="This person takes part already.",
            ),
        ]

    def __str__(self):
        return f"{shown_name(self.user)} ({self.get_role_display().lower()})"


def digest(token):
    return hashlib.sha256(token.encode()).hexdigest()


class InvitationQuerySet(models.QuerySet):
    def unused(self):
        """Those that lead somewhere, now or once they last longer."""
        return self.filter(used_at=None, revoked_at=None)

    def open(self):
        return self.unused().filter(expires_at__gt=timezone.now())

    def colleagues(self):
        return self.exclude(role="")

    def with_token(self, token):
        return self.filter(token_digest=digest(token))

    def issue(self, **facts):
        """A new invitation and the secret of its link, which is kept nowhere."""
        token = secrets.token_urlsafe(32)
        facts.setdefault("expires_at", timezone.now() + INVITATION_LASTS)
        return self.create(token_digest=digest(token), **facts), token


# Whoever closes an account is no longer named here, nor in what was before.
@tracked(exclude=["token_digest", "email"])
class Invitation(models.Model):
    """A link, for one use, to take part in an application or to claim a person.

    One with a role makes a collaborator; one without is for a representative, whose
    `person` is known once the application is accepted.
    """

    application = models.ForeignKey(
        "members.Application", models.PROTECT, related_name="invitations"
    )
    email = models.EmailField("e-mail", blank=True)
    role = models.CharField(max_length=8, choices=Collaborator.Role, blank=True)
    person = models.ForeignKey(
        "members.Person",
        models.PROTECT,
        related_name="invitations",
        null=True,
        blank=True,
    )
    token_digest = models.CharField(max_length=64, unique=True, editable=False)
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+"
    )
    invited_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField()
    used_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
    )
    used_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
    )
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        ordering = ["-invited_at", "pk"]
        triggers = [NEVER_DELETED]
        constraints = [
            models.CheckConstraint(
                condition=Q(role__in=["", "editor", "reader"]),
                name="invitation_role_known",
            ),
            models.CheckConstraint(
                condition=paired("used"), name="invitation_used_by_and_at"
            ),
            models.CheckConstraint(
                condition=paired("revoked"), name="invitation_revoked_by_and_at"
            ),
            models.CheckConstraint(
                condition=Q(used_at=None) | Q(revoked_at=None),
                name="invitation_used_or_revoked",
            ),
        ]

    def __str__(self):
        return self.email or "Somebody whose address was erased"

    @property
    def is_open(self):
        return not self.why_closed

    @property
    def why_closed(self):
        """Why the link leads nowhere any more, in a sentence; empty if it does."""
        if self.used_at:
            return "This invitation was used already. It works once."
        if self.revoked_at:
            return "This invitation was taken back."
        if self.expires_at <= timezone.now():
            return "This invitation has expired. Ask for a new one."
        return ""

    def note_used(self, by):
        """Note that the account `by` used it now: it works once."""
        self.used_by, self.used_at = by, timezone.now()
        self.save(update_fields=["used_by", "used_at"])

    def note_revoked(self, by):
        """Note that `by` takes it back now."""
        self.revoked_by, self.revoked_at = by, timezone.now()
        self.save(update_fields=["revoked_by", "revoked_at"])


@tracked(exclude=["content"])
class Document(models.Model):
    """A letter or another file that came with an application, kept in the database."""

    application = models.ForeignKey(
        "members.Application", models.PROTECT, related_name="documents"
    )
    name = models.CharField(max_length=200, validators=[validate_line])
    media_type = models.CharField(max_length=100)
    content = models.BinaryField()
    size = models.PositiveIntegerField(help_text="Bytes.")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["at", "pk"]
        triggers = [NEVER_DELETED]
        constraints = [
            models.CheckConstraint(
                condition=Q(size__gt=0, size__lte=DOCUMENT_BYTES),
                name="document_size_allowed",
                violation_error_message="A document has at most 10 MB.",
            )
        ]

    def __str__(self):
        return self.name
