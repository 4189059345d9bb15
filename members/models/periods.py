"""What the dated records have in common: a first day, and the first day after them."""

from django.contrib.postgres.fields import DateRangeField
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Func, Q
from django.utils import timezone


class Period(Func):
    """The days of a dated record as a PostgreSQL range, its end excluded."""

    function = "daterange"
    output_field = DateRangeField()

    def __init__(self, *expressions, **extra):
        super().__init__(*(expressions or ("started_on", "ended_on")), **extra)


def in_force(date, path=""):
    """The condition that a dated record, reached by `path`, holds on `date`."""
    prefix = f"{path}__" if path else ""
    return Q(**{f"{prefix}started_on__lte": date}) & (
        Q(**{f"{prefix}ended_on": None}) | Q(**{f"{prefix}ended_on__gt": date})
    )


def ends_after_start(name):
    return models.CheckConstraint(
        condition=Q(ended_on=None) | Q(ended_on__gte=F("started_on")),
        name=name,
        violation_error_message="The end is before the start.",
    )


class DatedQuerySet(models.QuerySet):
    def on(self, date):
        return self.filter(in_force(date))

    def current(self):
        return self.on(timezone.localdate())

    def held(self):
        """Without those that were entered by mistake, and end where they start."""
        return self.exclude(ended_on=F("started_on"))

    def future(self):
        """Those that have not begun."""
        return self.held().filter(started_on__gt=timezone.localdate())

    def past(self):
        """Those that have ended."""
        return self.held().filter(ended_on__lte=timezone.localdate())

    def ending(self, within):
        """Those in force, or to come, whose last day is less than `within` away."""
        today = timezone.localdate()
        return self.held().filter(ended_on__gt=today, ended_on__lte=today + within)

    def of_members(self):
        """Those in force today, of organizations that are members today."""
        today = timezone.localdate()
        return self.on(today).filter(in_force(today, "organization__memberships"))


class Dated(models.Model):
    """A record that holds from `started_on` until the day before `ended_on`.

    A record that ends on the day on which it starts never held: this is how one that
    was entered by mistake stays visible in the history and in force on no day.
    """

    started_on = models.DateField(
        "from", default=timezone.localdate, help_text="The first day."
    )
    ended_on = models.DateField(
        "until", null=True, blank=True, help_text="The first day after it, if it ended."
    )

    class Meta:
        abstract = True

    def clean(self):
        super().clean()
        # The check constraint says the same; PostgreSQL cannot even compare a period
        # that ends before it starts, so the question of overlaps must not be asked.
        if self.started_on and self.ended_on and self.ended_on < self.started_on:
            raise ValidationError({"ended_on": "The end is before the start."})

    def is_in_force(self, date):
        return self.started_on <= date and (not self.ended_on or date < self.ended_on)

    @property
    def is_current(self):
        return self.is_in_force(timezone.localdate())
