import re
from fractions import Fraction

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils import timezone

from members.models.events import NEVER_DELETED, tracked


class PolicyQuerySet(models.QuerySet):
    def on(self, date):
        """The row in force on `date` for each key."""
        return (
            self.filter(started_on__lte=date)
            .order_by("key", "-started_on")
            .distinct("key")
        )

    def value(self, key, *, on=None):
        """What the by-laws set for `key` on a day: a Fraction, a number or a word.

        None on a day before they set anything.
        """
        row = self.on(on or timezone.localdate()).filter(key=key).first()
        return row and row.python_value


@tracked()
class PolicyValue(models.Model):
    """A value that charter or by-laws set, from a day on. A change is a new row."""

    class Key(models.TextChoices):
        ORDINARY_MAJORITY = "ordinary_majority", "Majority of an ordinary question"
        SUPERMAJORITY = "supermajority", "Supermajority: charter, by-laws, termination"
        INACTIVE_MONTHS = "inactive_months", "Inactivity that allows a termination"
        AFFILIATES_PER_SEAT = "affiliates_per_seat", "Affiliates for each shared seat"
        PART_OF_SEAT = "part_of_seat", "A part of a shared seat counts"
        OFFICER_TERM_MONTHS = "officer_term_months", "Term of an officer"
        PROVISIONAL_MONTHS = "provisional_months", "Provisional working group"
        REVIEW_MONTHS = "review_months", "Review of an active working group"

    # What a value of each key looks like, and how to say so.
    SHAPES = {
        Key.ORDINARY_MAJORITY: (r"\d{1,3}/[1-9]\d{0,2}", "a fraction, like 1/2"),
        Key.SUPERMAJORITY: (r"\d{1,3}/[1-9]\d{0,2}", "a fraction, like 2/3"),
        Key.INACTIVE_MONTHS: (r"[1-9]\d{0,2}", "a number of months"),
        Key.AFFILIATES_PER_SEAT: (r"[1-9]\d{0,2}", "a number of affiliates"),
        Key.PART_OF_SEAT: (r"down|up", "“down” (does not count) or “up” (counts)"),
        Key.OFFICER_TERM_MONTHS: (r"[1-9]\d{0,2}", "a number of months"),
        Key.PROVISIONAL_MONTHS: (r"[1-9]\d{0,2}", "a number of months"),
        Key.REVIEW_MONTHS: (r"[1-9]\d{0,2}", "a number of months"),
    }

    key = models.CharField("matter", max_length=40, choices=Key)
    value = models.CharField(max_length=20)
    started_on = models.DateField("from", default=timezone.localdate)
    source = models.CharField(
        max_length=200, blank=True, help_text="The document and clause that set it."
    )

    objects = PolicyQuerySet.as_manager()

    class Meta:
        ordering = ["key", "-started_on"]
        triggers = [NEVER_DELETED]
        constraints = [
            models.UniqueConstraint(
                fields=["key", "started_on"],
                name="policy_value_once_a_day",
                violation_error_message="There is a value from that day already.",
            ),
            models.CheckConstraint(
                condition=Q(value__regex=r"^([0-9]+(/[1-9][0-9]*)?|down|up)$"),
                name="policy_value_readable",
                violation_error_message="Not a number, a fraction, “down” or “up”.",
            ),
        ]

    def __str__(self):
        return f"{self.get_key_display()}: {self.value}"

    def clean(self):
        super().clean()
        pattern, words = self.SHAPES.get(self.key, ("", ""))
        if pattern and not re.fullmatch(pattern, self.value, re.ASCII):
            raise ValidationError({"value": f"Expected {words}."})
        if "/" in self.value and not 0 < Fraction(self.value) <= 1:
            raise ValidationError({"value": "A majority is more than 0, at most 1."})

    @property
    def python_value(self):
        if "/" in self.value:
            return Fraction(self.value)
        return int(self.value) if self.value.isdigit() else self.value
