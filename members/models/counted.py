"""What the facets of the directory count: kept by database triggers, and by them alone.

Both tables follow from the dated records and can be made anew from them
(`registry_refresh_facets`). Days long past are not kept: what held then is counted from
the records themselves.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from members.models.organizations import Organization
from members.models.periods import ends_after_start


class FacetPeriod(models.Model):
    """What the facets tell of a listed organization, from one day to another."""

    organization = models.ForeignKey(
        Organization, models.CASCADE, db_index=False, related_name="+"
    )
    started_on = models.DateField(help_text="The first of all days: since long ago.")
    ended_on = models.DateField(null=True)
    is_current = models.BooleanField(help_text="A member, not a former one.")
    facts = ArrayField(models.TextField(), help_text="Such as “level 1”, “country DE”.")

    class Meta:
        constraints = [
            ends_after_start("facet_period_ends_after_start"),
            models.UniqueConstraint(
                fields=["organization", "started_on"], name="facet_period_once"
            ),
        ]

    def __str__(self):
        return ", ".join(self.facts)


class FacetCount(models.Model):
    """How many more or fewer organizations have a fact: the sum is how many have it.

    Each change adds rows of its own, so that nobody waits for anybody else's; they are
    summed up now and then.
    """

    started_on = models.DateField()
    ended_on = models.DateField(null=True)
    is_current = models.BooleanField()
    fact = models.TextField()
    number = models.IntegerField()

    class Meta:
        constraints = [ends_after_start("facet_count_ends_after_start")]

    def __str__(self):
        return f"{self.fact}: {self.number:+}"
