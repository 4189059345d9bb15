from fractions import Fraction

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

from members.models.events import NEVER_DELETED, tracked
from members.models.memberships import Problem, refuse_if
from members.models.organizations import Organization
from members.models.policies import PolicyValue
from members.models.text import validate_line, validate_text
from peso import policy


class DecisionQuerySet(models.QuerySet):
    def decided(self):
        return self.exclude(outcome="")


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
        refuse_if(decision.majority_problems())
        decision.full_clean()
        decision.save()
        return decision

    def clean(self):
        super().clean()
        if self.kind == self.Kind.TERMINATION and not self.organization_id:
            raise ValidationError({"organization": "Whose membership was it about?"})

    def majority_problems(self):
        """Whether the votes carry it (governance.md: two thirds for terminations)."""
        if self.votes_for is None or self.votes_against is None or not self.outcome:
            return []
        votes = self.votes_for + self.votes_against
        key = PolicyValue.Key.ORDINARY_MAJORITY
        if self.kind == self.Kind.TERMINATION:
            key = PolicyValue.Key.SUPERMAJORITY
        needed = PolicyValue.objects.value(key, on=self.decided_at.date())
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

    def problems_for_terminating(self, membership):
        problems = []
        if self.kind != self.Kind.TERMINATION:
            problems.append("The decision is not about a termination.")
        if self.outcome != self.Outcome.CARRIED:
            problems.append("The decision was not carried.")
        if self.organization_id != membership.organization_id:
            problems.append("The decision is about another organization.")
        if (
            self.ground == self.Ground.NOT_TAKING_PART
            and not membership.level.must_take_part
        ):
            problems.append(
                f"Not taking part is no ground for terminating a {membership.level} "
                "membership."
            )
        return [Problem(text, "termination") for text in problems]
