from fractions import Fraction

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils import timezone

from members.models.events import NEVER_DELETED, tracked
from members.models.organizations import Organization
from members.models.policies import PolicyValue
from members.models.problems import Problem, refuse_if
from members.models.text import validate_line, validate_text
from peso import policy


class DecisionQuerySet(models.QuerySet):
    def carried(self, kind, organization):
        """What was carried about an organization."""
        return self.filter(
            kind=kind, outcome=Decision.Outcome.CARRIED, organization=organization
        )

    def admissions(self, organization):
        """Those that an admission of `organization` can rest on."""
        return self.carried(Decision.Kind.ADMISSION, organization)

    def terminations(self, membership):
        """Those that a termination of `membership` can rest on."""
        rows = self.carried(Decision.Kind.TERMINATION, membership.organization_id)
        if membership.level.must_take_part:
            return rows
        return rows.exclude(ground=Decision.Ground.NOT_TAKING_PART)


@tracked()
class Decision(models.Model):
    """What the consortium decided: who, when, by how many, on which clause, and why."""

    class Kind(models.TextChoices):
        ADMISSION = "admission", "Admission"
        TERMINATION = "termination", "Termination"
        OTHER = "other", "Other"

    class Outcome(models.TextChoices):
        CARRIED = "carried", "Carried"
        LOST = "lost", "Lost"

    class Ground(models.TextChoices):
        AGAINST_CHARTER = "against_charter", "Working against the charter"
        NOT_TAKING_PART = "not_taking_part", "Not taking part"

    kind = models.CharField(max_length=12, choices=Kind)
    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="decisions", null=True, blank=True
    )
    question = models.CharField(max_length=500, validators=[validate_line])
    ground = models.CharField(
        max_length=16, choices=Ground, blank=True, help_text="Of a termination."
    )
    body = models.CharField(
        max_length=200, default="Steering Committee", validators=[validate_line]
    )
    clause = models.CharField(
        max_length=200,
        blank=True,
        validators=[validate_line],
        help_text="The clause of charter or by-laws that it rests on.",
    )
    votes_for = models.PositiveIntegerField(null=True, blank=True)
    votes_against = models.PositiveIntegerField(null=True, blank=True)
    outcome = models.CharField(max_length=8, choices=Outcome, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        help_text="Who stands for it that it was decided so.",
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    reason = models.TextField(blank=True, validators=[validate_text])

    objects = DecisionQuerySet.as_manager()

    class Meta:
        ordering = ["-decided_at", "-pk"]
        triggers = [NEVER_DELETED]
        permissions = [("record_decision", "Can record a decision")]
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome="", decided_by=None, decided_at=None)
                | (
                    ~Q(outcome="")
                    & Q(decided_by__isnull=False, decided_at__isnull=False)
                ),
                name="decision_has_decider_and_time",
                violation_error_message=(
                    "A decision needs its outcome, who decided it, and when."
                ),
            ),
            models.CheckConstraint(
                condition=Q(outcome__in=["", "carried", "lost"])
                & Q(kind__in=["admission", "termination", "other"])
                & Q(ground__in=["", "against_charter", "not_taking_part"]),
                name="decision_words_known",
            ),
            models.CheckConstraint(
                condition=(~Q(kind="termination") & Q(ground=""))
                | (Q(kind="termination", organization__isnull=False) & ~Q(ground="")),
                name="decision_termination_has_ground",
                violation_error_message=(
                    "A termination needs the organization and its ground, and nothing "
                    "else has a ground."
                ),
            ),
        ]

    def __str__(self):
        return self.question

    @classmethod
    def record(cls, *, by, **facts):
        """Keep a decision that was taken. `facts` are the fields of a decision."""
        policy.require(by, "decision.record", facts.get("organization"))
        decision = cls(decided_by=by, **facts)
        decision.full_clean()
        refuse_if(decision.majority_problems())
        decision.save()
        return decision

    def clean(self):
        super().clean()
        if self.kind == self.Kind.TERMINATION and not self.organization_id:
            raise ValidationError({"organization": "Whose membership was it about?"})
        if self.decided_at and self.decided_at > timezone.now():
            raise ValidationError({"decided_at": "This is still to come."})

    @property
    def decided_on(self):
        return timezone.localdate(self.decided_at)

    def majority_problems(self):
        """Whether the votes carry it (governance.md: two thirds for terminations)."""
        if self.votes_for is None or self.votes_against is None or not self.outcome:
            return []
        votes = self.votes_for + self.votes_against
        key = PolicyValue.Key.ORDINARY_MAJORITY
        if self.kind == self.Kind.TERMINATION:
            key = PolicyValue.Key.SUPERMAJORITY
        needed = PolicyValue.objects.value(key, on=self.decided_on)
        if needed is None:
            return []
        share = Fraction(self.votes_for, votes) if votes else Fraction(0)
        # More than one half, but two thirds or more.
        carried = share > needed if needed == Fraction(1, 2) else share >= needed
        if carried == (self.outcome == self.Outcome.CARRIED):
            return []
        text = (
            f"{self.votes_for} for and {self.votes_against} against means "
            f"{'carried' if carried else 'lost'}: it needs {needed} of the votes."
        )
        return [Problem(text, "outcome")]

    def problems_for_admitting(self, membership):
        """Why this decision does not bear the admission that began `membership`."""
        problems = self._problems_for(membership, self.Kind.ADMISSION, "an admission")
        return [Problem(text, "admission") for text in problems]

    def problems_for_terminating(self, membership):
        """Why this decision does not bear the termination of `membership`."""
        problems = self._problems_for(
            membership, self.Kind.TERMINATION, "a termination"
        )
        lacks_part = self.ground == self.Ground.NOT_TAKING_PART
        if lacks_part and not membership.level.must_take_part:
            problems.append(
                f"Not taking part is no ground for terminating a {membership.level} "
                "membership."
            )
        return [Problem(text, "termination") for text in problems]

    def _problems_for(self, membership, kind, what):
        problems = []
        if self.kind != kind:
            problems.append(f"The decision is not about {what}.")
        if self.outcome != self.Outcome.CARRIED:
            problems.append("The decision was not carried.")
        if self.organization_id != membership.organization_id:
            problems.append("The decision is about another organization.")
        return problems
