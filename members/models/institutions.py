from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, RangeOperators
from django.db import models
from django.db.models import F, Q

from members.identifiers import validate_ror_id
from members.models.events import tracked
from members.models.organizations import Organization
from members.models.periods import Dated, DatedQuerySet, Period, ends_after_start
from members.models.text import WebAddressField, folded, validate_line


@tracked(exclude=["folded_name"])
class Institution(models.Model):
    """A university, laboratory or company, with its ROR id where it has one."""

    ror_id = models.CharField(
        "ROR id",
        max_length=9,
        unique=True,
        null=True,
        blank=True,
        validators=[validate_ror_id],
        help_text="The nine characters at the end of https://ror.org/05gq02987.",
    )
    name = models.CharField(max_length=300, validators=[validate_line])
    other_names = ArrayField(models.CharField(max_length=300), default=list, blank=True)
    city = models.CharField(max_length=200, blank=True, validators=[validate_line])
    country = models.CharField(max_length=100, blank=True, validators=[validate_line])
    country_code = models.CharField(
        max_length=2, blank=True, help_text="Two capitals, after ISO 3166."
    )
    latitude = models.FloatField(null=True, blank=True, help_text="Degrees north.")
    longitude = models.FloatField(null=True, blank=True, help_text="Degrees east.")
    website = WebAddressField(blank=True)
    is_example = models.BooleanField("example", default=False, editable=False)
    folded_name = folded("name")

    class Meta:
        ordering = ["folded_name", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    models.Func(
                        F("ror_id"),
                        function="registry_is_ror_id",
                        output_field=models.BooleanField(),
                    )
                ),
                name="institution_ror_id_valid",
                violation_error_message="The ROR id's checksum is wrong.",
            ),
            models.CheckConstraint(
                condition=Q(country_code="") | Q(country_code__regex=r"^[A-Z]{2}$"),
                name="institution_country_code_valid",
                violation_error_message="A country code is two capitals, like DE.",
            ),
            models.CheckConstraint(
                condition=Q(latitude=None, longitude=None)
                | Q(latitude__range=(-90, 90), longitude__range=(-180, 180)),
                name="institution_place_on_earth",
                violation_error_message="The place is not on Earth.",
            ),
        ]

    def __str__(self):
        return self.name

    @property
    def ror_url(self):
        return f"https://ror.org/{self.ror_id}" if self.ror_id else ""


@tracked()
class Host(Dated):
    """An institution that hosts an organization, or is its partner, for a time."""

    class Role(models.TextChoices):
        HOST = "host", "Host"
        PARTNER = "partner", "Partner"

    organization = models.ForeignKey(Organization, models.PROTECT, related_name="hosts")
    institution = models.ForeignKey(Institution, models.PROTECT, related_name="hosts")
    role = models.CharField(max_length=8, choices=Role, default=Role.HOST)

    objects = DatedQuerySet.as_manager()

    class Meta:
        ordering = ["role", "institution__folded_name", "pk"]
        constraints = [
            ends_after_start("host_ends_after_start"),
            models.CheckConstraint(
                condition=Q(role__in=["host", "partner"]), name="host_role_known"
            ),
            ExclusionConstraint(
                name="host_once_at_a_time",
                expressions=[
                    ("organization", RangeOperators.EQUAL),
                    ("institution", RangeOperators.EQUAL),
                    (Period(), RangeOperators.OVERLAPS),
                ],
                violation_error_message=(
                    "The institution is recorded for that time already."
                ),
            ),
        ]

    def __str__(self):
        return f"{self.institution} ({self.get_role_display().lower()})"
