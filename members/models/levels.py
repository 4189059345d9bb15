from django.db import models
from django.db.models import Count

from members.models.events import NEVER_DELETED, tracked
from members.models.periods import in_force
from members.models.text import validate_text


class LevelQuerySet(models.QuerySet):
    def with_member_counts(self, date):
        """Annotate `members`: how many have each level on `date`."""
        members = Count("memberships", filter=in_force(date, "memberships"))
        return self.annotate(members=members).order_by(*self.model._meta.ordering)


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

    objects = LevelQuerySet.as_manager()

    class Meta:
        ordering = ["position", "name"]
        triggers = [NEVER_DELETED]

    def __str__(self):
        return self.name
