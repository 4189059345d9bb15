"""What the consortium writes about an application, and what it decides."""

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models, transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from members.applying.transitions import State
from members.deferring import defer
from members.models.events import NEVER_DELETED, tracked
from members.models.problems import Problem, refuse_if
from members.models.text import validate_line, validate_text

# Characters; Django asks for them in forms alone.
LONGEST = 20_000
APPEND_ONLY = pgtrigger.Protect(
    name="append_only", operation=pgtrigger.Update | pgtrigger.Delete
)


def refuse_longer(**texts):
    """ValidationError for texts, by their fields, that are too long."""
    refuse_if(
        [
            Problem(
                f"This is {len(text):,} characters long; the longest allowed is "
                f"{LONGEST:,}.",
                name,
            )
            for name, text in texts.items()
            if len(text) > LONGEST
        ]
    )


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


def _paired(name):
    """Who and when are there together, or neither."""
    return Q(**{f"{name}_by": None, f"{name}_at": None}) | Q(
        **{f"{name}_by__isnull": False, f"{name}_at__isnull": False}
    )


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
                condition=_paired("taken_back"), name="verdict_taken_back_by_and_at"
            ),
            models.CheckConstraint(
                condition=_paired("released"), name="verdict_released_by_and_at"
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
    def is_staged(self):
        return self.released_at is None and self.taken_back_at is None

    @property
    def is_acceptance(self):
        return self.outcome == self.Outcome.ACCEPT


# The job that asks for a website.
CHECK_WEBSITE = "members.check_website"


class WebsiteCheckQuerySet(models.QuerySet):
    @transaction.atomic
    def ask_for(self, revision, url):
        """Have the worker ask for the website that a revision names."""
        check = self.create(revision=revision, url=url)
        if url:
            defer(CHECK_WEBSITE, check_id=check.pk)
        return check

    def unasked(self, *, before):
        """Those to be asked that have been waiting since `before`."""
        return self.filter(checked_at=None, revision__at__lte=before).exclude(url="")


class WebsiteCheck(models.Model):
    """Whether the website of a submitted revision answered; the last time counts."""

    revision = models.OneToOneField(
        "members.Revision", models.PROTECT, related_name="website_check"
    )
    url = models.CharField(max_length=500)
    answered = models.BooleanField(null=True)
    words = models.CharField(max_length=300, blank=True, help_text="What was found.")
    checked_at = models.DateTimeField(null=True, blank=True)

    objects = WebsiteCheckQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(answered=None, checked_at=None)
                | Q(answered__isnull=False, checked_at__isnull=False),
                name="website_check_has_time",
            )
        ]

    def __str__(self):
        return self.url

    def note(self, answered, words):
        """Keep what was found now."""
        self.answered, self.words, self.checked_at = answered, words, timezone.now()
        self.save(update_fields=["answered", "words", "checked_at"])
