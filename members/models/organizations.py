from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import TrigramSimilarity
from django.core.exceptions import ValidationError
from django.db import connection, models, transaction
from django.db.models import Exists, F, OuterRef, Q, Value
from django.db.models.functions import JSONObject
from django.urls import reverse
from django.utils.text import slugify

from members.identifiers import new_public_id, read_public_id, validate_public_id
from members.models.events import NEVER_DELETED, Event, tracked
from members.models.finding import FindingQuerySet
from members.models.names import Name, OldSlug
from members.models.problems import Problem, refuse_if
from members.models.standing import StandingQuerySet
from members.models.text import (
    Fold,
    IsBlank,
    WebAddressField,
    folded,
    validate_line,
    validate_text,
)
from peso import policy

# Any number, the same in every process that records a successor.
SUCCESSION = 0x73756363
# How alike two addresses are for one to be offered for the other.
ALIKE = 0.25


class OrganizationQuerySet(FindingQuerySet, StandingQuerySet):
    def with_relatives(self):
        """With successor and predecessors, as far as they have pages."""
        listed = self.model.objects.listed()
        predecessors = listed.filter(successor=OuterRef("pk")).order_by("folded_name")
        return self.select_related("successor").annotate(
            successor_has_page=Exists(listed.filter(pk=OuterRef("successor"))),
            predecessor_list=ArraySubquery(
                predecessors.values_list(JSONObject(name="name", slug="slug"))
            ),
        )

    def once_at(self, slug):
        """The one whose page had this address."""
        return self.filter(old_slugs__slug=slug)

    def at_addresses_like(self, slug):
        """Those whose address is most like `slug`, the nearest first."""
        likeness = self.annotate(likeness=TrigramSimilarity("slug", slug))
        return likeness.filter(likeness__gt=ALIKE).order_by("-likeness", "pk")

    def example(self):
        return self.filter(is_example=True)

    def with_public_id(self, text):
        """The organization whose public id `text` means, misread letters forgiven."""
        return self.filter(public_id=read_public_id(text))


@tracked(exclude=["folded_name", "folded_short_name"])
class Organization(models.Model):
    """A member, a former member, or a body that has applied.

    Its official and its short name stand here, once; the names that it has had, and
    those in other languages, are rows of `Name`.
    """

    public_id = models.CharField(
        max_length=8,
        unique=True,
        editable=False,
        default=new_public_id,
        validators=[validate_public_id],
    )
    slug = models.SlugField(
        max_length=80,
        unique=True,
        help_text="The last part of the page's address. Old ones redirect for ever.",
    )
    name = models.CharField("official name", max_length=300, validators=[validate_line])
    short_name = models.CharField(
        max_length=60, blank=True, validators=[validate_line], help_text="Or acronym."
    )
    focus = models.CharField(
        max_length=500,
        blank=True,
        validators=[validate_line],
        help_text="What the organization works on, in one line.",
    )
    description = models.TextField(blank=True, validators=[validate_text])
    website = WebAddressField(blank=True)
    successor = models.ForeignKey(
        "self",
        models.PROTECT,
        related_name="predecessors",
        null=True,
        blank=True,
        editable=False,
    )
    succeeded_on = models.DateField(null=True, blank=True, editable=False)
    is_example = models.BooleanField(
        "example", default=False, editable=False, help_text="Made up, to try things."
    )
    unknown = models.JSONField(
        default=dict,
        blank=True,
        editable=False,
        help_text="What an imported file said that the registry has no place for.",
    )
    folded_name = folded("name")
    folded_short_name = folded("short_name")

    objects = OrganizationQuerySet.as_manager()

    class Meta:
        ordering = ["folded_name", "pk"]
        triggers = [NEVER_DELETED]
        permissions = [
            ("rename_organization", "Can rename an organization"),
            ("succeed_organization", "Can name an organization's successor"),
        ]
        indexes = [
            # A page of the directory is read from it, and not sorted out of all.
            models.Index(fields=["folded_name", "id"], name="organization_order"),
            GinIndex(
                fields=["folded_name"],
                name="organization_name_trigrams",
                opclasses=["gin_trgm_ops"],
                fastupdate=False,
            ),
            GinIndex(
                fields=["website"],
                name="organization_site_trigrams",
                opclasses=["gin_trgm_ops"],
                fastupdate=False,
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                Fold("name"),
                name="organization_name_unique",
                violation_error_message=(
                    "There is an organization with this name already (capitals, "
                    "accents and spaces make no difference)."
                ),
            ),
            models.UniqueConstraint(
                Fold("short_name"),
                condition=~Q(short_name=""),
                name="organization_short_name_unique",
                violation_error_message=(
                    "There is an organization with this short name already "
                    "(capitals, accents and spaces make no difference)."
                ),
            ),
            models.CheckConstraint(
                condition=~Q(IsBlank("name")),
                name="organization_name_given",
                violation_error_message="The name is empty.",
            ),
            models.CheckConstraint(
                condition=Q(
                    models.Func(
                        F("public_id"),
                        function="registry_is_public_id",
                        output_field=models.BooleanField(),
                    )
                ),
                name="organization_public_id_valid",
                violation_error_message="The public id's check character is wrong.",
            ),
            models.CheckConstraint(
                condition=Q(successor=None, succeeded_on=None)
                | Q(successor__isnull=False, succeeded_on__isnull=False),
                name="organization_successor_dated",
                violation_error_message="A successor needs a date, and a date one.",
            ),
            models.CheckConstraint(
                condition=Q(successor=None) | ~Q(successor=F("pk")),
                name="organization_not_its_own_successor",
                violation_error_message="An organization cannot succeed itself.",
            ),
        ]

    def __str__(self):
        return self.short_name or self.name

    def get_absolute_url(self):
        return reverse("members:organization", args=[self.slug])

    def clean(self):
        super().clean()
        taken = OldSlug.objects.filter(slug=self.slug).exclude(organization=self.pk)
        if taken.exists():
            raise ValidationError(
                {"slug": "This address belonged to another organization: it redirects."}
            )

    def lock(self):
        """Wait for, and keep out, everybody else who changes this organization."""
        self.refresh_from_db(
            from_queryset=Organization.objects.select_for_update(of=("self",))
        )

    def record(self, verb, by, on, reason, *, before="", after="", membership=None):
        """Add to its events what happened, and from which day on it holds."""
        self.events.create(
            verb=verb,
            by=by,
            effective_on=on,
            reason=reason,
            before=before,
            after=after,
            membership=membership,
        )

    @transaction.atomic
    def rename(self, *, by, on, reason, name, short_name="", slug=""):
        """Give other names from the day `on`; the old names and address are kept."""
        policy.require(by, "organization.rename", self)
        self.lock()
        facts = (self.name, self.short_name, self.slug)
        before, old_slug = self.full_name, self.slug
        kept = [(Name.Kind.FORMER, self.name, name)]
        kept += [(Name.Kind.SHORT, self.short_name, short_name)]
        for kind, old, new in kept:
            if old and old != new:
                self._keep_name(kind, old, on)
        self.name, self.short_name = name, short_name
        self.slug = slug or old_slug
        self.full_clean()
        if facts == (self.name, self.short_name, self.slug):
            raise ValidationError("This is the name that it has.", code="unchanged")
        self.save(update_fields=["name", "short_name", "slug"])
        self._keep_slug(old_slug)
        self.record(
            Event.Verb.RENAMED, by, on, reason, before=before, after=self.full_name
        )

    def _keep_name(self, kind, text, on):
        # A name may be given up, taken up, and given up again.
        known = self.names.filter(kind=kind, language="", folded_text=Fold(Value(text)))
        if not known.update(text=text, ended_on=on):
            self.names.create(kind=kind, text=text, ended_on=on)

    def _keep_slug(self, old_slug):
        self.old_slugs.filter(slug=self.slug).delete()
        if old_slug != self.slug:
            self.old_slugs.create(slug=old_slug)

    @transaction.atomic
    def succeed_by(self, successor, *, by, on, reason):
        """Record that `successor` carries on this organization's work from `on`."""
        policy.require(by, "organization.succeed", self)
        _take_turns_in_succession()
        self.lock()
        refuse_if(self.succession_problems(successor, on))
        before = self.successor.full_name if self.successor else ""
        self.successor, self.succeeded_on = successor, on
        self.save(update_fields=["successor", "succeeded_on"])
        after = successor.full_name
        self.record(Event.Verb.SUCCEEDED, by, on, reason, before=before, after=after)

    def succession_problems(self, successor, on):
        """What keeps `successor` from being this one's from the day `on`."""
        if successor == self:
            return [Problem("An organization cannot succeed itself.", "successor")]
        if (successor, on) == (self.successor, self.succeeded_on):
            return [Problem("This is recorded already.", "successor")]
        if self.pk in _line_of_succession(successor):
            text = f"{successor} was itself succeeded by {self}."
            return [Problem(text, "successor")]
        return []

    @property
    def full_name(self):
        return f"{self.name} ({self.short_name})" if self.short_name else self.name

    @classmethod
    def free_slug(cls, *names, public_id=""):
        """An address made of the first of `names` that can be written in one."""
        base = next(filter(None, (slugify(name)[:70] for name in names)), "")
        base = base or f"organization-{public_id.lower()}"
        alike = Q(slug__startswith=base)
        taken = cls.objects.filter(alike).values_list("slug", flat=True)
        redirected = OldSlug.objects.filter(alike).values_list("slug", flat=True)
        taken = {*taken, *redirected}
        candidates = (f"{base}-{number}" for number in range(2, len(taken) + 3))
        return next(s for s in (base, *candidates) if s not in taken)


def _take_turns_in_succession():
    """Two at once, each of an organization of its own, could close a circle."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [SUCCESSION])


def _line_of_succession(organization):
    """The keys of those that came after `organization`, as the database has them."""
    successors = Organization.objects.values_list("successor", flat=True)
    key = successors.get(pk=organization.pk)
    while key:
        yield key
        key = successors.get(pk=key)
