"""What is said about an application, and what happened to it: never changed."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from members.applying.transitions import State
from members.models.events import APPEND_ONLY
from members.models.text import validate_text


class ApplicationEvent(models.Model):
    """One thing that happened to an application: rows are added, never changed.

    `before` and `after` are its states; the reason is the consortium's own, unless
    `is_for_applicants`.
    """

    application = models.ForeignKey(
        "members.Application", models.PROTECT, related_name="events"
    )
    verb = models.CharField(max_length=20)
    before = models.CharField(max_length=20, choices=State, blank=True)
    after = models.CharField(max_length=20, choices=State)
    reason = models.TextField(blank=True)
    is_for_applicants = models.BooleanField(default=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ["at", "pk"]
        triggers = [APPEND_ONLY]
        indexes = [
            models.Index(fields=["application", "at"], name="application_event_at")
        ]

    def __str__(self):
        return self.verb.replace("_", " ")


class CommentQuerySet(models.QuerySet):
    def readable(self, *visibilities):
        return self.filter(visibility__in=visibilities).select_related("by")

    def for_applicants(self):
        return self.readable(Comment.Visibility.APPLICANT)


class Comment(models.Model):
    """A remark in the conversation about an application, never changed."""

    class Visibility(models.TextChoices):
        STAFF = "staff", "Staff who decide"
        REVIEWERS = "reviewers", "All reviewers"
        APPLICANT = "applicant", "The applicant too"

    application = models.ForeignKey(
        "members.Application", models.PROTECT, related_name="comments"
    )
    visibility = models.CharField(
        "who reads it",
        max_length=10,
        choices=Visibility,
        default=Visibility.STAFF,
    )
    text = models.TextField(max_length=20_000, validators=[validate_text])
    is_from_applicants = models.BooleanField(default=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=Now(), editable=False)

    objects = CommentQuerySet.as_manager()

    class Meta:
        ordering = ["at", "pk"]
        triggers = [APPEND_ONLY]
        constraints = [
            models.CheckConstraint(
                condition=Q(visibility__in=["staff", "reviewers", "applicant"])
                & (Q(is_from_applicants=False) | Q(visibility="applicant")),
                name="comment_visibility_known",
            )
        ]

    def __str__(self):
        return self.text[:80]


class Recommendation(models.Model):
    """What a reviewer advises about one revision; a changed mind is a new row."""

    class Advice(models.TextChoices):
        ACCEPT = "accept", "Accept"
        DECLINE = "decline", "Decline"
        UNDECIDED = "undecided", "Undecided"

    application = models.ForeignKey(
        "members.Application", models.PROTECT, related_name="recommendations"
    )
    revision = models.ForeignKey(
        "members.Revision", models.PROTECT, related_name="recommendations"
    )
    advice = models.CharField(max_length=10, choices=Advice)
    reasons = models.TextField(max_length=20_000, validators=[validate_text])
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ["at", "pk"]
        triggers = [APPEND_ONLY]
        constraints = [
            models.CheckConstraint(
                condition=Q(advice__in=["accept", "decline", "undecided"]),
                name="recommendation_advice_known",
            )
        ]

    def __str__(self):
        return f"{self.by}: {self.get_advice_display().lower()}"
