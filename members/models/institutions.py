from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, RangeOperators
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Concat
from django.urls import reverse
from django.utils import timezone

from members.identifiers import read_ror_id, validate_ror_id
from members.models.events import tracked
from members.models.organizations import Organization
from members.models.periods import Dated, DatedQuerySet, Period, ends_after_start
from members.models.text import WebAddressField, folded, validate_line

# How many successors in a row are followed; more than any record has.
SUCCESSIONS = 10


class Terms(models.Func):
    """The words of a text as the search for institutions compares them."""

    function = "registry_terms"
    output_field = ArrayField(models.TextField())


class InstitutionQuerySet(models.QuerySet):
    def at(self, key):
        """The one whose address ends in a ROR id, or in a number."""
        if read_ror_id(key) == key:
            return self.filter(ror_id=key)
        is_number = key.isascii() and key.isdigit() and len(key) < 19
        return self.filter(pk=int(key)) if is_number else self.none()

    def hosting(self):
        """Those that host a listed organization, or are its partner, or once were."""
        return self.filter(
            Exists(Host.objects.told().filter(institution=OuterRef("pk")))
        )

    def gone(self):
        """Those that ROR no longer keeps, or whose work has ended."""
        return self.exclude(status=Institution.Status.ACTIVE)


@tracked(exclude=["folded_name", "place_terms"])
class Institution(models.Model):
    """A university, laboratory or company, with its ROR id where it has one."""

    class Status(models.TextChoices):
        ACTIVE = "active", "Active"
        INACTIVE = "inactive", "Inactive"
        WITHDRAWN = "withdrawn", "Withdrawn by ROR"

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
    name_notes = models.JSONField(
        default=dict,
        blank=True,
        editable=False,
        help_text="What ROR tells of a name: that it is an acronym, its language.",
    )
    city = models.CharField(max_length=200, blank=True, validators=[validate_line])
    country = models.CharField(max_length=100, blank=True, validators=[validate_line])
    country_code = models.CharField(
        max_length=2, blank=True, help_text="Two capitals, after ISO 3166."
    )
    latitude = models.FloatField(null=True, blank=True, help_text="Degrees north.")
    longitude = models.FloatField(null=True, blank=True, help_text="Degrees east.")
    website = WebAddressField(blank=True)
    status = models.CharField(max_length=9, choices=Status, default=Status.ACTIVE)
    successor = models.ForeignKey(
        "self",
        models.PROTECT,
        related_name="predecessors",
        null=True,
        blank=True,
        help_text="Which institution carries on the work of this one.",
    )
    parent = models.ForeignKey(
        "self",
        models.PROTECT,
        related_name="departments",
        null=True,
        blank=True,
        help_text="Which institution this one is a part of.",
    )
    ror_modified_on = models.DateField(
        "changed at ROR",
        null=True,
        blank=True,
        editable=False,
        help_text="Empty where no file of ROR has told of it.",
    )
    is_example = models.BooleanField("example", default=False, editable=False)
    folded_name = folded("name")
    place_terms = models.GeneratedField(
        expression=Terms(Concat("city", models.Value(" "), "country")),
        output_field=ArrayField(models.TextField()),
        db_persist=True,
    )

    objects = InstitutionQuerySet.as_manager()

    class Meta:
        ordering = ["folded_name", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=["active", "inactive", "withdrawn"]),
                name="institution_status_known",
            ),
            models.CheckConstraint(
                condition=~Q(successor=F("pk")) & ~Q(parent=F("pk")),
                name="institution_not_its_own",
                violation_error_message=(
                    "An institution is not its own successor, nor a part of itself."
                ),
            ),
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

    def get_absolute_url(self):
        return reverse("members:institution", args=[self.key])

    @property
    def key(self):
        """What its address ends in."""
        return self.ror_id or str(self.pk)

    @property
    def ror_url(self):
        return f"https://ror.org/{self.ror_id}" if self.ror_id else ""

    def told_names(self):
        """The other names, each with its language where ROR tells it."""
        notes = self.name_notes
        return [
            (text, notes.get(text, {}).get("language", "")) for text in self.other_names
        ]

    @property
    def today(self):
        """The institution that carries on its work now; itself where none does."""
        found = self
        for _ in range(SUCCESSIONS):
            if found.status == self.Status.ACTIVE or found.successor is None:
                break
            found = found.successor
        return found


class InstitutionName(models.Model):
    """One name of an institution as it is searched: kept by database triggers."""

    # The triggers remove them with their institution, and count what is left.
    institution = models.ForeignKey(
        Institution, models.DO_NOTHING, related_name="searched_names"
    )
    text = models.TextField(help_text="The name as it is written.")
    terms = ArrayField(models.TextField(), help_text="Its words, see registry_terms().")
    phrase = models.TextField(help_text="Those in a row.")
    is_acronym = models.BooleanField()

    class Meta:
        indexes = [
            # Without the list of what is to be indexed later, which each search reads.
            GinIndex(fields=["terms"], fastupdate=False, name="institution_name_terms"),
            models.Index(
                OpClass("phrase", name="text_pattern_ops"),
                name="institution_name_phrase",
            ),
        ]

    def __str__(self):
        return self.text


class InstitutionTerm(models.Model):
    """A word of the names of institutions, and how many names have it.

    The empty one stands for all names. Kept by database triggers.
    """

    term = models.TextField(primary_key=True)
    names = models.IntegerField()

    class Meta:
        indexes = [
            GinIndex(
                OpClass("term", name="gin_trgm_ops"),
                fastupdate=False,
                name="institution_term_trigrams",
            )
        ]

    def __str__(self):
        return self.term


class HostQuerySet(DatedQuerySet):
    def to_what_is_gone(self):
        """Those in force whose institution has ended, or is no longer at ROR."""
        gone = self.current().exclude(institution__status="active")
        return gone.select_related("organization", "institution__successor")

    def with_organizations(self):
        """With their organizations, and `is_of_member`: both are so today."""
        return (
            self.select_related("organization")
            .annotate(is_of_member=Exists(Host.objects.of_members().same_row()))
            .order_by("role", "organization__folded_name", "pk")
        )

    def same_row(self):
        return self.filter(pk=OuterRef("pk"))

    def told(self):
        """Those that have begun, of organizations that the public sees."""
        return self.held().filter(
            started_on__lte=timezone.localdate(),
            organization__in=Organization.objects.listed(),
        )


@tracked()
class Host(Dated):
    """An institution that hosts an organization, or is its partner, for a time."""

    class Role(models.TextChoices):
        HOST = "host", "Host"
        PARTNER = "partner", "Partner"

    organization = models.ForeignKey(Organization, models.PROTECT, related_name="hosts")
    institution = models.ForeignKey(Institution, models.PROTECT, related_name="hosts")
    role = models.CharField(max_length=8, choices=Role, default=Role.HOST)

    objects = HostQuerySet.as_manager()

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
