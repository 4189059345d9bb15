from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models, transaction
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from goals.provision import ProvisionQuerySet
from goals.statements import ApproachQuerySet, StatementQuerySet
from members.models import Community, Organization
from members.models.events import NEVER_DELETED, Event, tracked
from members.models.keeping import keep
from members.models.periods import Dated, Period, ends_after_start
from members.models.problems import Problem, refuse_if
from members.models.text import WebAddressField, validate_line, validate_text
from peso import policy


@tracked()
class Goal(models.Model):
    """One of the consortium's goals, in the words of its organizational model."""

    number = models.PositiveSmallIntegerField(unique=True)
    slug = models.SlugField(max_length=40, unique=True)
    short_name = models.CharField(max_length=40, unique=True)
    title = models.TextField(help_text="The goal, word for word, without its colon.")

    class Meta:
        ordering = ["number"]
        triggers = [NEVER_DELETED]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("goals:goal", args=[self.slug])


@tracked()
class Approach(models.Model):
    """One of the means that the organizational model names for a goal."""

    goal = models.ForeignKey(Goal, models.PROTECT, related_name="approaches")
    position = models.PositiveSmallIntegerField()
    text = models.TextField(help_text="Word for word, as it follows “By …”.")

    objects = ApproachQuerySet.as_manager()

    class Meta:
        ordering = ["goal", "position"]
        verbose_name_plural = "approaches"
        triggers = [NEVER_DELETED]
        constraints = [
            models.UniqueConstraint(
                fields=["goal", "position"], name="approach_position_unique"
            )
        ]

    def __str__(self):
        return self.text


class CommitmentQuerySet(StatementQuerySet, ProvisionQuerySet):
    pass


@tracked()
class Commitment(Dated):
    """What an organization commits to for one goal, in its own words, for a time."""

    class Effort(models.TextChoices):
        LEADS = "leads", "Leads"
        CONTRIBUTES = "contributes", "Contributes"
        ENDORSES = "endorses", "Endorses"

    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="commitments"
    )
    goal = models.ForeignKey(Goal, models.PROTECT, related_name="commitments")
    effort = models.CharField(max_length=12, choices=Effort)
    statement = models.TextField(
        blank=True,
        validators=[validate_text],
        help_text="What the organization commits to, in its own words.",
    )
    wording = models.TextField(
        blank=True,
        db_default="",
        editable=False,
        help_text="The goal as it read when this was agreed to in an application.",
    )
    confirmed_on = models.DateField(
        null=True, blank=True, help_text="When the organization last said it holds."
    )
    approaches = models.ManyToManyField(
        Approach, through="CommitmentApproach", related_name="commitments", blank=True
    )
    communities = models.ManyToManyField(
        Community,
        through="CommitmentCommunity",
        related_name="commitments",
        blank=True,
        help_text="For whom; none means the ecosystem at large.",
    )

    objects = CommitmentQuerySet.as_manager()

    class Meta:
        ordering = ["goal__number", "-started_on"]
        triggers = [NEVER_DELETED]
        permissions = [
            ("state_commitment", "Can state a commitment"),
            ("confirm_commitment", "Can confirm a commitment"),
            ("end_commitment", "Can end a commitment"),
        ]
        constraints = [
            ends_after_start("commitment_ends_after_start"),
            models.CheckConstraint(
                condition=Q(effort__in=["leads", "contributes", "endorses"]),
                name="commitment_effort_known",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_on=None) | Q(confirmed_on__gte=F("started_on")),
                name="commitment_confirmed_after_start",
                violation_error_message=(
                    "It cannot be confirmed before the day from which it holds."
                ),
            ),
            ExclusionConstraint(
                name="commitment_one_for_each_goal",
                expressions=[
                    ("organization", RangeOperators.EQUAL),
                    ("goal", RangeOperators.EQUAL),
                    (Period(), RangeOperators.OVERLAPS),
                ],
                violation_error_message=(
                    "The organization has a commitment for this goal in that time "
                    "already. End that one first, or state this one in its place."
                ),
            ),
        ]

    def __str__(self):
        return (
            f"{self.organization} {self.get_effort_display().lower()}: "
            f"{self.goal.short_name}"
        )

    @classmethod
    @transaction.atomic
    def state(
        cls,
        organization,
        goal,
        *,
        effort,
        by,
        on,
        statement="",
        approaches=(),
        communities=(),
        evidence=(),
        reason="",
        wording="",
    ):
        """Commit `organization` to `goal` from the day `on`, in place of what held.

        `evidence` is pairs of a title and an address; `wording` is the goal as it read
        when the organization agreed to it, if that was earlier.
        """
        policy.require(by, "commitment.state", organization)
        organization.lock()
        refuse_if(approach_problems(goal, approaches))
        before = organization.commitments.filter(goal=goal).on(on).first()
        if before:
            before.ended_on = on
            keep(before, update_fields=["ended_on"])
        commitment = cls(organization=organization, goal=goal, effort=effort)
        commitment.statement, commitment.started_on = statement, on
        commitment.confirmed_on, commitment.wording = on, wording
        keep(commitment)
        if approaches:
            commitment.approaches.add(*approaches)
        if communities:
            commitment.communities.add(*communities)
        for title, url in evidence:
            keep(Evidence(commitment=commitment, title=title, url=url, added_on=on))
        organization.record(
            Event.Verb.COMMITTED,
            by,
            on,
            reason,
            before=before.in_words if before else "",
            after=commitment.in_words,
        )
        return commitment

    @transaction.atomic
    def confirm(self, *, by, on, reason=""):
        """Record that the organization said on the day `on` that this still holds."""
        policy.require(by, "commitment.confirm", self.organization)
        self._lock()
        refuse_if(self.confirmation_problems(on))
        self.confirmed_on = on
        self.full_clean()
        self.save(update_fields=["confirmed_on"])
        words = self.in_words
        self.organization.record(
            Event.Verb.CONFIRMED, by, on, reason, before=words, after=words
        )

    @transaction.atomic
    def end(self, *, by, on, reason):
        """End this commitment on the day `on`, with none in its place."""
        policy.require(by, "commitment.end", self.organization)
        self._lock()
        refuse_if(self.end_problems(on))
        self.ended_on = on
        self.full_clean()
        self.save(update_fields=["ended_on"])
        self.organization.record(
            Event.Verb.WITHDRAWN, by, on, reason, before=self.in_words
        )

    def confirmation_problems(self, on):
        """What keeps this from being confirmed as of the day `on`."""
        problems = self.end_problems(on)
        if on == self.confirmed_on:
            problems.append(Problem("It is confirmed on that day already.", "on"))
        elif self.confirmed_on and on < self.confirmed_on:
            text = f"It was confirmed later than that already, on {self.confirmed_on}."
            problems.append(Problem(text, "on"))
        if on > timezone.localdate():
            problems.append(Problem("Nobody can have said so yet.", "on"))
        return problems

    def end_problems(self, on):
        """What keeps this from being ended on the day `on`."""
        if self.is_in_force(on):
            return []
        return [Problem(f"This commitment is not in force on {on}.", "on")]

    @property
    def in_words(self):
        """The commitment as an event keeps it."""
        return f"{self.goal.short_name}: {self.get_effort_display().lower()}"

    def _lock(self):
        self.organization.lock()
        self.refresh_from_db()


def approach_problems(goal, approaches):
    return [
        Problem(f"“{approach}” is not an approach to this goal.", "approaches")
        for approach in approaches
        if approach.goal_id != goal.pk
    ]


@tracked()
class CommitmentApproach(models.Model):
    """That a commitment takes an approach, which the database knows is the goal's."""

    commitment = models.ForeignKey(Commitment, models.CASCADE)
    approach = models.ForeignKey(Approach, models.PROTECT)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["commitment", "approach"], name="commitment_approach_once"
            )
        ]

    def __str__(self):
        return str(self.approach)


@tracked()
class CommitmentCommunity(models.Model):
    """That a commitment is for a community or a capability."""

    commitment = models.ForeignKey(Commitment, models.CASCADE)
    community = models.ForeignKey(Community, models.PROTECT)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["commitment", "community"], name="commitment_community_once"
            )
        ]

    def __str__(self):
        return str(self.community)


@tracked()
class Evidence(models.Model):
    """A link that shows that a commitment is kept."""

    commitment = models.ForeignKey(Commitment, models.CASCADE, related_name="evidence")
    title = models.CharField(max_length=200, validators=[validate_line])
    url = WebAddressField("address")
    added_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["-added_on", "pk"]
        verbose_name_plural = "evidence"
        constraints = [
            models.UniqueConstraint(
                fields=["commitment", "url"],
                name="evidence_once",
                violation_error_message="This address stands there already.",
            )
        ]

    def __str__(self):
        return self.title
