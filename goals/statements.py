"""Commitments as the pages of organizations and goals tell them, in few queries."""

from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import Count, F, OuterRef, Q, Window
from django.db.models.functions import JSONObject, RowNumber
from django.utils import timezone

from members.models.periods import DatedQuerySet, in_force


class ApproachQuerySet(models.QuerySet):
    def with_member_counts(self):
        """Annotate `members`: how many members take each approach today."""
        today = timezone.localdate()
        taken = in_force(today, "commitments") & in_force(
            today, "commitments__organization__memberships"
        )
        counted = self.annotate(members=Count("commitments", filter=taken))
        return counted.order_by("position")


class StatementQuerySet(DatedQuerySet):
    def with_links(self):
        """What hangs on each commitment, as lists of plain values in the same query.

        `approach_texts`, `for_whom` (name, slug, kind) and `evidence_links` (title,
        url): three prefetches less for a page that shows one organization.
        """
        return self.annotate(
            approach_texts=_linked(self.model, "approaches", "text", "position"),
            for_whom=_linked(
                self.model,
                "communities",
                JSONObject(name="name", slug="slug", kind="kind"),
                "folded_name",
            ),
            evidence_links=_linked(
                self.model,
                "evidence",
                JSONObject(title="title", url="url"),
                F("added_on").desc(nulls_last=True),
            ),
        )

    def by_goal(self):
        """Every goal, in order, with the one of these commitments for it, or None."""
        found = {commitment.goal_id: commitment for commitment in self}
        goals = self.model._meta.get_field("goal").related_model.objects.all()
        return [(goal, found.get(goal.pk)) for goal in goals]

    def first_of_each_effort(self, number):
        """At most `number` commitments of each effort, by the organization's name."""
        place = Window(
            RowNumber(),
            partition_by=F("effort"),
            order_by=[F("organization__folded_name"), F("pk")],
        )
        return (
            self.select_related("organization")
            .annotate(place=place)
            .filter(place__lte=number)
            .order_by("place")
        )

    def count_of_each_effort(self):
        """How many of these commitments there are: {"leads": 2, …}."""
        efforts = self.model.Effort.values
        counts = {effort: Count("pk", filter=Q(effort=effort)) for effort in efforts}
        return self.aggregate(**counts)


def _linked(model, relation, value, order):
    field = model._meta.get_field(relation)
    back = field.remote_field.name if field.one_to_many else field.related_query_name()
    rows = field.related_model.objects.filter(**{back: OuterRef("pk")})
    return ArraySubquery(rows.order_by(order).values_list(value))
