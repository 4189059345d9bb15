"""Who is a member, who was one, and since when: read from the dated periods."""

from django.db import models
from django.db.models import Case, Exists, OuterRef, Q, Subquery, Value, When
from django.utils import timezone

from members.models.periods import DatedQuerySet, in_force


class StandingQuerySet(models.QuerySet):
    def members_on(self, date):
        """Members on `date`."""
        # Periods never overlap, so the join finds at most one for each.
        return self.filter(in_force(date, "memberships"))

    def members(self):
        """Members today."""
        return self.members_on(timezone.localdate())

    def listed(self):
        """What the public may see: members, and those that once were."""
        return self.filter(Exists(self._periods(timezone.localdate())))

    def former(self):
        """Those all of whose periods have ended."""
        today = timezone.localdate()
        lasting = self._periods(today).filter(in_force(today))
        return self.listed().filter(~Exists(lasting))

    def with_standing(self):
        """Annotate what the registry says of each as a member today.

        `joined_on` is the first day of the first period, None where that was not
        recorded; `level_name`, `level_slug`, `left_on` and `left_as` are those of the
        last one that has begun. `left_on` is None for a current member.
        """
        today = timezone.localdate()
        first = self._periods(today).recorded().order_by("started_on")
        last = self._periods(today).order_by("-started_on")
        left = last.annotate(
            left_on=Case(When(ended_on__lte=today, then="ended_on")),
            left_as=Case(
                When(ended_on__lte=today, then="end_reason"), default=Value("")
            ),
        )
        return self.annotate(
            joined_on=Subquery(first.values("started_on")[:1]),
            level_name=Subquery(last.values("level__name")[:1]),
            level_slug=Subquery(last.values("level__slug")[:1]),
            left_on=Subquery(left.values("left_on")[:1]),
            left_as=Subquery(left.values("left_as")[:1]),
        )

    def _periods(self, date):
        """The periods, begun by `date`, of the organization of the outer query."""
        periods = self.model._meta.get_field("memberships").related_model
        return periods.objects.started(date).filter(organization=OuterRef("pk"))


class MembershipQuerySet(DatedQuerySet):
    def started(self, date):
        return self.held().filter(started_on__lte=date)

    def lasting(self):
        """Those in force today, and those that have not begun."""
        today = timezone.localdate()
        return self.held().filter(Q(ended_on=None) | Q(ended_on__gt=today))

    def recorded(self):
        """Those whose level and days are known."""
        return self.exclude(end_reason=self.model.EndReason.NOT_RECORDED)

    def told(self):
        """The periods that have begun, the last one first, with their levels."""
        begun = self.started(timezone.localdate()).select_related("level")
        return begun.order_by("-started_on")

    def last_begun(self, date):
        """For each organization the last period that had begun on `date`."""
        later = self.model.objects.started(date).filter(
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
