from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Q

from members.models.events import NEVER_DELETED, Event, tracked
from members.models.keeping import keep
from members.models.levels import Level
from members.models.organizations import Organization
from members.models.periods import Dated, Period, ends_after_start
from members.models.problems import Problem, refuse_if
from members.models.standing import MembershipQuerySet
from peso import policy


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

    # The state that a period must be in on the day from which the verb holds.
    LEGAL = {
        "change_level": State.CURRENT,
        "end": State.CURRENT,
        "reinstate": State.ENDED,
    }
    # How a member leaves, if somebody recorded it.
    LEAVING = (
        EndReason.RESIGNED,
        EndReason.TERMINATED,
        EndReason.DISSOLVED,
        EndReason.MERGED,
    )
    # What a correction may put right.
    FACTS = (
        "level",
        "started_on",
        "ended_on",
        "end_reason",
        "admission",
        "termination",
    )

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
        refuse_if(membership.admission_problems(admission))
        membership._save()
        membership._record(Event.Verb.ADMITTED, by, on, reason, after=str(level))
        return membership

    @transaction.atomic
    def change_level(self, *, level, by, on, reason):
        """End this period on the day `on` and start the next one, at `level`."""
        self._begin("change_level", by)
        refuse_if(self.level_problems(level, on))
        before = str(self.level)
        self.ended_on, self.end_reason = on, self.EndReason.LEVEL_CHANGED
        self._save()
        after = self._next(level, on)
        after._record(
            Event.Verb.LEVEL_CHANGED, by, on, reason, before=before, after=str(level)
        )
        return after

    @transaction.atomic
    def end(self, *, how, by, on, reason, termination=None):
        """End this membership on the day `on`: that day is the first one without it."""
        self._begin("end", by)
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
        self._begin("reinstate", by)
        refuse_if(self.reinstatement_problems(on, admission))
        membership = self._next(level, on, admission)
        membership._record(Event.Verb.REINSTATED, by, on, reason, after=str(level))
        return membership

    @transaction.atomic
    def correct(self, *, by, reason, **changes):
        """Put right what was recorded wrongly: the event keeps what stood there.

        `changes` are some of FACTS. To undo an end, pass `ended_on=None`,
        `end_reason=""`.
        """
        if unknown := changes.keys() - set(self.FACTS):
            raise TypeError(f"A correction changes no {', '.join(sorted(unknown))}.")
        self._begin("correct", by)
        before = self.in_words
        if all(getattr(self, name) == value for name, value in changes.items()):
            raise ValidationError("Nothing was changed.", code="unchanged")
        for name, value in changes.items():
            setattr(self, name, value)
        refuse_if(
            self.admission_problems(self.admission)
            + self.termination_problems(self.end_reason, self.termination)
        )
        self._save()
        self._record(
            Event.Verb.CORRECTED,
            by,
            self.started_on,
            reason,
            before=before,
            after=self.in_words,
        )

    def why_not(self, verb):
        """Why a verb is possible on no day at all; empty if it is on some."""
        if verb in ("change_level", "end") and self.ended_on:
            return "An end of this membership is recorded already: correct it instead."
        if verb == "reinstate":
            return self._why_not_reinstate()
        return ""

    def _why_not_reinstate(self):
        if not self.ended_on:
            return "This membership has no end: there is nothing to reinstate."
        if self.ended_on == self.started_on:
            return "This membership was entered by mistake and never held."
        later = self.organization.memberships.held().filter(
            started_on__gte=self.ended_on
        )
        if later.exists():
            return "A later membership is recorded: reinstate from the last one."
        return ""

    def level_problems(self, level, on):
        """What keeps the level from being changed to `level` on the day `on`."""
        problems = self._state_problems("change_level", on)
        if level == self.level:
            problems.append(Problem(f"The level is {level} already.", "level"))
        if on == self.started_on:
            problems.append(
                Problem("The change must be after the period's first day.", "on")
            )
        return problems

    def end_problems(self, how, on, termination):
        """What keeps this membership from being ended so."""
        problems = self._state_problems("end", on)
        if how == self.EndReason.LEVEL_CHANGED:
            problems.append(Problem("Use “change level” to change the level.", "how"))
        return problems + self.termination_problems(how, termination)

    def reinstatement_problems(self, on, admission):
        problems = self._state_problems("reinstate", on)
        return problems + self.admission_problems(admission)

    def admission_problems(self, admission):
        """An admission need not rest on a decision that is recorded, but may."""
        return admission.problems_for_admitting(self) if admission else []

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

    def _state_problems(self, verb, on):
        state, needed = self.state(on), self.LEGAL[verb]
        if state == needed:
            return []
        text = (
            f"On {on} this membership is “{state.label.lower()}”: to "
            f"{verb.replace('_', ' ')} it takes one that is “{needed.label.lower()}”."
        )
        return [Problem(text, "on")]

    @property
    def in_words(self):
        """The period as an event keeps it, for the public too."""
        if not self.is_recorded:
            return "A former member: level and days are not recorded"
        words = f"{self.level} from {self.started_on}"
        if self.ended_on:
            words += f" to {self.ended_on} ({self.get_end_reason_display()})"
        for name in ("admission", "termination"):
            if decision := getattr(self, name):
                words += f", {name} decided on {decision.decided_on}"
        return words

    def _begin(self, verb, by):
        """Right, lock, and whether the verb is possible on any day."""
        policy.require(by, f"membership.{verb}", self)
        self.organization.lock()
        self.refresh_from_db()
        if why_not := self.why_not(verb):
            raise ValidationError(why_not, code="illegal")

    def _next(self, level, on, admission=None):
        """The period that continues this one."""
        after = Membership(organization=self.organization, level=level, started_on=on)
        after.earlier, after.admission = self, admission
        after._save()
        return after

    def _save(self):
        keep(self)

    def _record(self, verb, by, on, reason, **words):
        self.organization.record(verb, by, on, reason, membership=self, **words)
