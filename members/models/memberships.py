from dataclasses import dataclass

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Exists, F, OuterRef, Q

from members.models.events import NEVER_DELETED, Event, tracked
from members.models.organizations import Organization
from members.models.periods import Dated, DatedQuerySet, Period, ends_after_start
from members.models.text import validate_text
from peso import policy


@dataclass(frozen=True)
class Problem:
    """Why something cannot be done, in a sentence, and the field that it is about."""

    text: str
    field: str = ""


def refuse_if(problems):
    if problems:
        raise ValidationError([problem.text for problem in problems], code="refused")


@tracked()
class Level(models.Model):
    """A level of membership, and what the by-laws attach to it."""

    slug = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=60, unique=True)
    description = models.TextField(blank=True, validators=[validate_text])
    position = models.PositiveSmallIntegerField(default=0)
    has_own_seat = models.BooleanField(
        default=False, help_text="Each member has a seat on the Steering Committee."
    )
    shares_seats = models.BooleanField(
        default=False, help_text="Members of this level hold seats together."
    )
    must_take_part = models.BooleanField(
        default=False, help_text="Not taking part is a ground for a termination."
    )

    class Meta:
        ordering = ["position", "name"]
        triggers = [NEVER_DELETED]

    def __str__(self):
        return self.name


class MembershipQuerySet(DatedQuerySet):
    def started(self, date):
        return self.filter(started_on__lte=date).exclude(ended_on=F("started_on"))

    def recorded(self):
        """Those whose level and days are known."""
        return self.exclude(end_reason=Membership.EndReason.NOT_RECORDED)

    def last_begun(self, date):
        """For each organization the last period that had begun on `date`."""
        later = Membership.objects.started(date).filter(
            organization=OuterRef("organization"),
            started_on__gt=OuterRef("started_on"),
        )
        return self.started(date).filter(~Exists(later))

    def lately_joined(self):
        """Periods in force that continue no earlier one, the newest first."""
        first = self.current().filter(earlier=None)
        return first.select_related("organization", "level").order_by(
            "-started_on", "-pk"
        )


@tracked()
class Membership(Dated):
    """A period in which an organization is a member at a level.

    Created and changed by its verbs alone. Somebody is a former member if all periods
    have ended: that is derived, not stored.
    """

    class State(models.TextChoices):
        FUTURE = "future", "Not begun"
        CURRENT = "current", "In force"
        ENDED = "ended", "Ended"

    class EndReason(models.TextChoices):
        RESIGNED = "resigned", "Resigned"
        TERMINATED = "terminated", "Terminated"
        DISSOLVED = "dissolved", "Dissolved"
        MERGED = "merged", "Merged"
        LEVEL_CHANGED = "level_changed", "Changed level"
        # All that is known is that it was a member: the period's level and days stand
        # in for those that nobody recorded, and mean nothing.
        NOT_RECORDED = "not_recorded", "Not recorded"

    # What can be done with a period in each state; the rest is refused.
    LEGAL = {
        "change_level": {State.CURRENT},
        "end": {State.FUTURE, State.CURRENT},
        "reinstate": {State.ENDED},
        "correct": {State.FUTURE, State.CURRENT, State.ENDED},
    }

    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="memberships"
    )
    level = models.ForeignKey(Level, models.PROTECT, related_name="memberships")
    end_reason = models.CharField(max_length=16, choices=EndReason, blank=True)
    earlier = models.ForeignKey(
        "self",
        models.PROTECT,
        related_name="later",
        null=True,
        blank=True,
        help_text="The period that this one continues, after a change or a return.",
    )
    admission = models.ForeignKey(
        "members.Decision",
        models.PROTECT,
        related_name="admitted",
        null=True,
        blank=True,
        help_text="The decision by which the organization was admitted.",
    )
    termination = models.ForeignKey(
        "members.Decision",
        models.PROTECT,
        related_name="terminated",
        null=True,
        blank=True,
        help_text="The decision by which the membership was terminated.",
    )

    objects = MembershipQuerySet.as_manager()

    class Meta:
        ordering = ["organization", "started_on"]
        triggers = [NEVER_DELETED]
        permissions = [
            ("admit_membership", "Can admit an organization as a member"),
            ("change_level_membership", "Can change a member's level"),
            ("end_membership", "Can end a membership"),
            ("reinstate_membership", "Can reinstate a former member"),
            ("correct_membership", "Can correct a membership"),
        ]
        constraints = [
            ends_after_start("membership_ends_after_start"),
            models.CheckConstraint(
                condition=Q(ended_on=None, end_reason="")
                | (Q(ended_on__isnull=False) & ~Q(end_reason="")),
                name="membership_end_has_reason",
                violation_error_message="An end needs a reason, and a reason an end.",
            ),
            models.CheckConstraint(
                condition=Q(
                    end_reason__in=[
                        "",
                        "resigned",
                        "terminated",
                        "dissolved",
                        "merged",
                        "level_changed",
                        "not_recorded",
                    ]
                ),
                name="membership_end_reason_known",
            ),
            models.CheckConstraint(
                condition=Q(end_reason="terminated", termination__isnull=False)
                | (~Q(end_reason="terminated") & Q(termination=None)),
                name="membership_termination_has_decision",
                violation_error_message=(
                    "A termination rests on a decision, and only a termination does."
                ),
            ),
            ExclusionConstraint(
                name="membership_no_overlap",
                expressions=[
                    ("organization", RangeOperators.EQUAL),
                    (Period(), RangeOperators.OVERLAPS),
                ],
                violation_error_message=(
                    "The organization is a member in that time already: two periods "
                    "of membership cannot overlap."
                ),
            ),
        ]

    def __str__(self):
        until = f" to {self.ended_on}" if self.ended_on else ""
        return f"{self.organization}: {self.level} from {self.started_on}{until}"

    @property
    def is_recorded(self):
        """Whether level and days are known; else “a former member” is all to say."""
        return self.end_reason != self.EndReason.NOT_RECORDED

    def state(self, date):
        if self.started_on > date:
            return self.State.FUTURE
        return self.State.CURRENT if self.is_in_force(date) else self.State.ENDED

    @classmethod
    @transaction.atomic
    def admit(cls, organization, *, level, by, on, reason, admission=None):
        """Make `organization` a member at `level` from the day `on`."""
        policy.require(by, "membership.admit", organization)
        organization.lock()
        membership = cls(organization=organization, level=level, started_on=on)
        membership.admission = admission
        membership._save()
        membership._record(Event.Verb.ADMITTED, by, on, reason, after=str(level))
        return membership

    @transaction.atomic
    def change_level(self, *, level, by, on, reason):
        """End this period on the day `on` and start the next one, at `level`."""
        self._begin("change_level", by, on)
        refuse_if(self.level_problems(level, on))
        before = str(self.level)
        self.ended_on, self.end_reason = on, self.EndReason.LEVEL_CHANGED
        self._save()
        after = Membership(organization=self.organization, level=level, started_on=on)
        after.earlier = self
        after._save()
        after._record(
            Event.Verb.LEVEL_CHANGED, by, on, reason, before=before, after=str(level)
        )
        return after

    @transaction.atomic
    def end(self, *, how, by, on, reason, termination=None):
        """End this membership on the day `on`: that day is the first one without it."""
        self._begin("end", by, on)
        refuse_if(self.end_problems(how, on, termination))
        self.ended_on, self.end_reason = on, how
        self.termination = termination
        self._save()
        self._record(
            Event.Verb.ENDED,
            by,
            on,
            reason,
            before=str(self.level),
            after=self.get_end_reason_display(),
        )

    @transaction.atomic
    def reinstate(self, *, level, by, on, reason, admission=None):
        """Make a former member a member again, linked to this earlier period."""
        self._begin("reinstate", by, on)
        membership = Membership(
            organization=self.organization,
            level=level,
            started_on=on,
            earlier=self,
            admission=admission,
        )
        membership._save()
        membership._record(Event.Verb.REINSTATED, by, on, reason, after=str(level))
        return membership

    @transaction.atomic
    def correct(self, *, by, reason, **changes):
        """Put right what was recorded wrongly: the event keeps what stood there.

        `changes` are fields of the period: level, started_on, ended_on, end_reason,
        termination, admission. To undo an end, pass `ended_on=None`, `end_reason=""`.
        """
        self._begin("correct", by, None)
        before = self.in_words
        for field, value in changes.items():
            setattr(self, field, value)
        if before == self.in_words:
            raise ValidationError("Nothing was changed.", code="unchanged")
        refuse_if(self.termination_problems(self.end_reason, self.termination))
        self._save()
        self._record(
            Event.Verb.CORRECTED,
            by,
            self.started_on,
            reason,
            before=before,
            after=self.in_words,
        )

    def level_problems(self, level, on):
        problems = []
        if level == self.level:
            problems.append(Problem(f"The level is {level} already.", "level"))
        if self.ended_on:
            problems.append(Problem("An end of this membership is recorded.", "on"))
        if on <= self.started_on:
            problems.append(
                Problem("The change must be after the period's first day.", "on")
            )
        return problems

    def end_problems(self, how, on, termination):
        """What keeps this membership from being ended so."""
        problems = []
        if self.ended_on:
            problems.append(
                Problem("An end is recorded already: correct it instead.", "on")
            )
        if how == self.EndReason.LEVEL_CHANGED:
            problems.append(Problem("Use “change level” to change the level.", "how"))
        if on < self.started_on:
            problems.append(Problem("The end is before the start.", "on"))
        return problems + self.termination_problems(how, termination)

    def termination_problems(self, how, termination):
        """A termination rests on a carried decision of the committee (by-laws)."""
        if how != self.EndReason.TERMINATED:
            if termination:
                text = "Only a termination rests on a decision."
                return [Problem(text, "termination")]
            return []
        if termination is None:
            text = "A termination needs the decision that it rests on."
            return [Problem(text, "termination")]
        return termination.problems_for_terminating(self)

    @property
    def in_words(self):
        """The period as an event keeps it."""
        words = f"{self.level} from {self.started_on}"
        if self.ended_on:
            words += f" to {self.ended_on} ({self.get_end_reason_display()}"
            words += (
                f", decision {self.termination_id})" if self.termination_id else ")"
            )
        return words + (f", admission {self.admission_id}" if self.admission_id else "")

    def _begin(self, verb, by, on):
        """Right, lock, and whether the verb is legal in the state on that day."""
        policy.require(by, f"membership.{verb}", self)
        self.organization.lock()
        self.refresh_from_db()
        if on is None:
            return
        state = self.state(on)
        if verb == "end" and state == self.State.ENDED:
            return  # end_problems says it better
        if state not in self.LEGAL[verb]:
            raise ValidationError(
                f"On {on} this membership is “{self.State(state).label.lower()}”: it "
                f"cannot {verb.replace('_', ' ')}.",
                code="illegal",
            )

    def _save(self):
        self.full_clean()
        self.save()

    def _record(self, verb, by, on, reason, *, before="", after=""):
        self.organization.events.create(
            membership=self,
            verb=verb,
            effective_on=on,
            by=by,
            before=before,
            after=after,
            reason=reason,
        )
