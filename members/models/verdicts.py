"""What the consortium decides about an application."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone

from members.models.events import NEVER_DELETED, paired, tracked
from members.models.text import validate_line, validate_text


class VerdictQuerySet(models.QuerySet):
    def staged(self):
        """Those that can still be taken back."""
        return self.filter(released_at=None, taken_back_at=None)

    def released(self):
        return self.exclude(released_at=None)

    def past(self):
        """Those that were released or taken back."""
        return self.exclude(released_at=None, taken_back_at=None)


@tracked()
class Verdict(models.Model):
    """A decision about an application: staged, and then released or taken back.

    With its release it becomes a `Decision` of the consortium. `organization` is the
    record that the officer found to be the applicant's; none means a new one.
    """

    class Outcome(models.TextChoices):
        ACCEPT = "accept", "Accept"
        DECLINE = "decline", "Decline"

    application = models.ForeignKey(
        "members.Application", models.PROTECT, related_name="verdicts"
    )
    outcome = models.CharField(max_length=8, choices=Outcome)
    level = models.ForeignKey(
        "members.Level", models.PROTECT, related_name="+", null=True, blank=True
    )
    starts_on = models.DateField("member from", null=True, blank=True)
    organization = models.ForeignKey(
        "members.Organization",
        models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        help_text="If the registry knows it already.",
    )
    proposals = ArrayField(
        models.PositiveSmallIntegerField(),
        default=list,
        blank=True,
        help_text="Which of the proposed communities and capabilities are added.",
    )
    reason = models.TextField(
        max_length=20_000,
        validators=[validate_text],
        help_text="The applicant reads it.",
    )
    private_note = models.TextField(
        max_length=20_000, blank=True, validators=[validate_text]
    )
    clause = models.CharField(
        max_length=200,
        validators=[validate_line],
        help_text="The clause of charter or by-laws that it rests on.",
    )
    votes_for = models.PositiveIntegerField(null=True, blank=True)
    votes_against = models.PositiveIntegerField(null=True, blank=True)
    staged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+"
    )
    staged_at = models.DateTimeField(default=timezone.now, editable=False)
    taken_back_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
    )
    taken_back_at = models.DateTimeField(null=True, blank=True)
    released_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
    )
    released_at = models.DateTimeField(null=True, blank=True)
    took = models.DurationField(
        null=True,
        blank=True,
        help_text="From the first submission to the release; anyone may know it.",
    )
    decision = models.OneToOneField(
        "members.Decision",
        models.PROTECT,
        related_name="verdict",
        null=True,
        blank=True,
    )

    objects = VerdictQuerySet.as_manager()

    class Meta:
        ordering = ["staged_at", "pk"]
        triggers = [NEVER_DELETED]
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome="accept", level__isnull=False)
                & Q(starts_on__isnull=False)
                | Q(outcome="decline", level=None, starts_on=None, organization=None),
                name="verdict_acceptance_has_level_and_start",
                violation_error_message=(
                    "An acceptance needs a level and a first day; nothing else has "
                    "them."
                ),
            ),
            models.CheckConstraint(
                condition=paired("taken_back"), name="verdict_taken_back_by_and_at"
            ),
            models.CheckConstraint(
                condition=paired("released"), name="verdict_released_by_and_at"
            ),
            models.CheckConstraint(
                condition=Q(released_at=None, decision=None)
                | Q(
                    released_at__isnull=False,
                    decision__isnull=False,
                    taken_back_at=None,
                ),
                name="verdict_released_is_a_decision",
            ),
            models.UniqueConstraint(
                fields=["application"],
                condition=Q(released_at=None, taken_back_at=None),
                name="verdict_one_staged",
                violation_error_message="A decision is staged already.",
            ),
            models.UniqueConstraint(
                fields=["application"],
                condition=Q(outcome="accept", released_at__isnull=False),
                name="verdict_accepted_once",
                violation_error_message="The application was accepted already.",
            ),
        ]

    def __str__(self):
        return f"{self.get_outcome_display()} ({self.staged_at:%d %B %Y})"

    @property
    def is_acceptance(self):
        return self.outcome == self.Outcome.ACCEPT
