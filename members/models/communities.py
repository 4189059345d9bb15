from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone

from members.identifiers import AT_LARGE_SLUG
from members.models.events import tracked
from members.models.organizations import Organization
from members.models.periods import (
    Dated,
    DatedQuerySet,
    Period,
    ends_after_start,
    in_force,
)
from members.models.text import Fold, folded, validate_line, validate_text


class CommunityQuerySet(models.QuerySet):
    def communities(self):
        return self.filter(kind=Community.Kind.COMMUNITY)

    def capabilities(self):
        return self.filter(kind=Community.Kind.CAPABILITY)

    def with_member_counts(self):
        """Annotate `members`: how many members serve each today."""
        today = timezone.localdate()
        serving = in_force(today, "services") & in_force(
            today, "services__organization__memberships"
        )
        counted = self.annotate(members=Count("services", filter=serving))
        return counted.order_by(*self.model._meta.ordering)


@tracked(exclude=["folded_name"])
class Community(models.Model):
    """What organizations exist for: a community, or a crosscutting capability."""

    class Kind(models.TextChoices):
        COMMUNITY = "community", "Community"
        CAPABILITY = "capability", "Crosscutting capability"

    kind = models.CharField(max_length=12, choices=Kind)
    name = models.CharField(max_length=200, validators=[validate_line])
    slug = models.SlugField(max_length=80, unique=True)
    description = models.TextField(blank=True, validators=[validate_text])
    folded_name = folded("name")

    objects = CommunityQuerySet.as_manager()

    class Meta:
        ordering = ["kind", "folded_name", "pk"]
        verbose_name = "community or capability"
        verbose_name_plural = "communities and capabilities"
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["community", "capability"]),
                name="community_kind_known",
            ),
            models.CheckConstraint(
                condition=~Q(slug=AT_LARGE_SLUG),
                name="community_slug_not_reserved",
                violation_error_message=(
                    "This address is that of commitments that name no community."
                ),
            ),
            models.UniqueConstraint(
                Fold("name"),
                name="community_name_unique",
                violation_error_message=(
                    "There is a community or capability with this name already "
                    "(capitals, accents and spaces make no difference)."
                ),
            ),
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse(f"members:{self.kind}", args=[self.slug])

    @property
    def is_capability(self):
        return self.kind == self.Kind.CAPABILITY


@tracked()
class Service(Dated):
    """That an organization supports a community, or provides a capability."""

    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="services"
    )
    community = models.ForeignKey(Community, models.PROTECT, related_name="services")
    how = models.CharField(max_length=500, blank=True, validators=[validate_line])

    objects = DatedQuerySet.as_manager()

    class Meta:
        ordering = ["community__kind", "community__folded_name", "pk"]
        constraints = [
            ends_after_start("service_ends_after_start"),
            ExclusionConstraint(
                name="service_once_at_a_time",
                expressions=[
                    ("organization", RangeOperators.EQUAL),
                    ("community", RangeOperators.EQUAL),
                    (Period(), RangeOperators.OVERLAPS),
                ],
                violation_error_message=(
                    "The organization serves this one in that time already."
                ),
            ),
        ]

    def __str__(self):
        return f"{self.organization} for {self.community}"
