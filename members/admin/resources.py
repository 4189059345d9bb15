"""What is exported and imported of each kind of record, and by which natural key.

Periods of membership have their verbs, and so does an organization's name: they are not
imported here. Personal data is exported where it is public, and only there.
"""

from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef
from import_export.fields import Field

from members.admin.exchange import RecordResource, Reference
from members.identifiers import new_public_id
from members.models import (
    Community,
    Host,
    Institution,
    Membership,
    Organization,
    Person,
    Representative,
    Service,
)
from members.models.people import Visibility


def organization():
    return Field("organization", "organization", Reference(Organization, "public_id"))


class OrganizationResource(RecordResource):
    settled = {
        "name": "“Rename” it instead.",
        "short_name": "“Rename” it instead.",
        "slug": "“Rename” it instead.",
    }

    class Meta(RecordResource.Meta):
        model = Organization
        import_id_fields = ["public_id"]
        fields = (
            "public_id",
            "slug",
            "name",
            "short_name",
            "focus",
            "description",
            "website",
        )

    def before_import_row(self, row, **kwargs):
        if row.get("public_id"):
            return
        named = Organization.objects.filter(slug=str(row.get("slug") or "")).first()
        row["public_id"] = named.public_id if named else new_public_id()
        if not row.get("slug"):
            names = [str(row.get(key) or "") for key in ("short_name", "name")]
            row["slug"] = Organization.free_slug(*names, public_id=row["public_id"])


class CommunityResource(RecordResource):
    class Meta(RecordResource.Meta):
        model = Community
        import_id_fields = ["slug"]
        fields = ("slug", "kind", "name", "description")


class InstitutionResource(RecordResource):
    ror_id = Field("ror_id", "ror_id", default=None)

    settled = {"name": "Another institution has this ROR id."}

    class Meta(RecordResource.Meta):
        model = Institution
        import_id_fields = ["ror_id"]
        fields = (
            "ror_id",
            "name",
            "city",
            "country",
            "country_code",
            "latitude",
            "longitude",
            "website",
        )

    def get_instance(self, instance_loader, row):
        if row.get("ror_id"):
            return super().get_instance(instance_loader, row)
        # Without a ROR id the name has to do.
        unidentified = Institution.objects.filter(
            ror_id=None, name=row.get("name") or ""
        )
        return unidentified.first()


class ServiceResource(RecordResource):
    related = ("organization", "community")
    organization = organization()
    community = Field("community", "community", Reference(Community, "slug"))

    class Meta(RecordResource.Meta):
        model = Service
        import_id_fields = ["organization", "community", "started_on"]
        fields = ("organization", "community", "how", "started_on", "ended_on")


class HostResource(RecordResource):
    related = ("organization", "institution")
    organization = organization()
    institution = Field("institution", "ror_id", Reference(Institution, "ror_id"))
    institution_name = Field("institution__name", readonly=True)

    class Meta(RecordResource.Meta):
        model = Host
        import_id_fields = ["organization", "institution", "started_on"]
        fields = (
            "organization",
            "institution",
            "institution_name",
            "role",
            "started_on",
            "ended_on",
        )


class PersonResource(RecordResource):
    """Those whom anyone may see in a role; new ones come without an id."""

    email = Field("email", "email")

    class Meta(RecordResource.Meta):
        model = Person
        import_id_fields = ["id"]
        fields = ("id", "name", "affiliation", "email", "email_visibility")

    def filter_export(self, queryset, **kwargs):
        roles = Representative.objects.public().filter(person=OuterRef("pk"))
        return super().filter_export(queryset, **kwargs).filter(Exists(roles))

    def init_instance(self, row=None):
        if row and row.get("id"):
            raise ValidationError({"id": f"There is no person “{row['id']}”."})
        return super().init_instance(row)

    def dehydrate_email(self, person):
        return person.public_email

    def import_field(self, field, instance, row, **kwargs):
        # An address that was not exported is no address that was taken away.
        if field.column_name == "email" and not row.get("email"):
            return
        super().import_field(field, instance, row, **kwargs)


class RepresentativeResource(RecordResource):
    related = ("organization", "person")
    organization = organization()
    person = Field("person", "person", Reference(Person, "pk"))
    person_name = Field("person__name", readonly=True)

    class Meta(RecordResource.Meta):
        model = Representative
        import_id_fields = ["organization", "person", "role", "started_on"]
        fields = (
            "organization",
            "person",
            "person_name",
            "role",
            "visibility",
            "started_on",
            "ended_on",
        )

    def filter_export(self, queryset, **kwargs):
        rows = super().filter_export(queryset, **kwargs)
        return rows.filter(visibility=Visibility.PUBLIC)


class MembershipResource(RecordResource):
    related = ("organization", "level")
    organization = organization()
    organization_name = Field("organization__name", readonly=True)
    level = Field("level__slug", readonly=True)

    class Meta(RecordResource.Meta):
        model = Membership
        fields = (
            "organization",
            "organization_name",
            "level",
            "started_on",
            "ended_on",
            "end_reason",
        )
