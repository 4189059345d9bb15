from django.db import models

from members.models.events import NEVER_DELETED, tracked
from members.models.text import validate_text


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
