from django.contrib import admin
from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils.html import format_html, format_html_join

from members.admin.exchange import ExchangePages
from members.admin.forms import AdmitForm, RenameForm, SucceedForm
from members.admin.lists import Care, CareFilter, StandingFilter
from members.admin.parts import (
    DecisionRows,
    HostRows,
    MembershipRows,
    NameRows,
    OldSlugRows,
    RepresentativeRows,
    ServiceRows,
)
from members.admin.records import Record, RecordForm
from members.admin.resources import OrganizationResource
from members.admin.verbs import Verb, VerbsMixin
from members.identifiers import read_public_id
from members.models import (
    Level,
    Membership,
    Organization,
    Representative,
    Service,
)

LATEST_EVENTS = 10


def members_lacking(role):
    def rows(organizations):
        holders = Representative.objects.current().filter(
            organization=OuterRef("pk"), role=role
        )
        return organizations.members().exclude(Exists(holders))

    return rows


def members_lacking_seat_holder(organizations):
    seats = Membership.objects.current().filter(
        organization=OuterRef("pk"), level__has_own_seat=True
    )
    lacking = members_lacking(Representative.Role.SEAT_HOLDER)
    return lacking(organizations).filter(Exists(seats))


def members_without_service(organizations):
    services = Service.objects.current().filter(organization=OuterRef("pk"))
    return organizations.members().exclude(Exists(services))


class LevelFilter(admin.SimpleListFilter):
    title = "level"
    parameter_name = "level"

    def lookups(self, request, model_admin):
        return Level.objects.values_list("slug", "name")

    def queryset(self, request, queryset):
        if self.value():
            return queryset.filter(level_slug=self.value())
        return queryset


class OrganizationForm(RecordForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if slug := self.fields.get("slug"):
            slug.required = False
            slug.help_text += " Empty: made of the short name, or of the name."

    def clean(self):
        super().clean()
        facts = self.cleaned_data
        if "slug" in self.fields and facts.get("slug") == "":
            names = (facts.get("short_name", ""), facts.get("name", ""))
            facts["slug"] = Organization.free_slug(
                *names, public_id=self.instance.public_id
            )


@admin.register(Organization)
class OrganizationAdmin(VerbsMixin, ExchangePages, Record):
    form = OrganizationForm
    resource_classes = [OrganizationResource]
    verbs = [
        Verb(
            "admit",
            "Admit",
            "membership.admit",
            AdmitForm,
            "Makes the organization a member, from a day on.",
        ),
        Verb(
            "rename",
            "Rename",
            "organization.rename",
            RenameForm,
            "Gives another name. The old names and the old address are kept.",
        ),
        Verb(
            "succeeded-by",
            "Succeeded by",
            "organization.succeed",
            SucceedForm,
            "Records which organization carries on this one's work. It ends no "
            "membership: that is a step of its own.",
        ),
    ]
    care = [
        Care(
            "no-seat-holder",
            "Members with a seat of their own and nobody on it",
            members_lacking_seat_holder,
        ),
        Care(
            "no-primary-contact",
            "Members without a primary contact",
            members_lacking(Representative.Role.PRIMARY_CONTACT),
        ),
        Care(
            "no-service",
            "Members that name no community or capability",
            members_without_service,
        ),
        Care(
            "no-website",
            "Members without a website",
            lambda rows: rows.members().filter(website=""),
        ),
    ]
    list_display = ["name", "short_name", "standing", "joined", "has_website"]
    list_filter = [StandingFilter, CareFilter, LevelFilter, "is_example"]
    search_fields = ["name", "short_name", "names__text", "slug"]
    search_help_text = "A name, old or new, a public id or an address."
    settled = ["public_id", "name", "short_name", "slug"]
    shown = ["standing", "successor", "succeeded_on", "is_example", "unknown"]
    described = ["focus", "description", "website"]
    inlines = [
        MembershipRows,
        NameRows,
        ServiceRows,
        HostRows,
        RepresentativeRows,
        DecisionRows,
        OldSlugRows,
    ]

    def get_queryset(self, request):
        return super().get_queryset(request).with_standing()

    def view_on_site(self, organization):
        """Who was never a member has no page on the site."""
        listed = organization.level_name is not None
        return organization.get_absolute_url() if listed else None

    def get_search_results(self, request, queryset, search_term):
        if read_public_id(search_term):
            return queryset.with_public_id(search_term), False
        return super().get_search_results(request, queryset, search_term)

    def get_fieldsets(self, request, obj=None):
        if obj is None:
            return [(None, {"fields": [*self.settled[1:], *self.described]})]
        return [
            (None, {"fields": [*self.settled, *self.described]}),
            ("Standing", {"fields": [*self.shown, "latest_events"]}),
        ]

    def get_readonly_fields(self, request, obj=None):
        return [*self.settled, *self.shown, "latest_events"] if obj else []

    def get_inlines(self, request, obj):
        return self.inlines if obj else []

    @admin.display(ordering="level_name")
    def standing(self, organization):
        if organization.level_name is None:
            return "never a member"
        if organization.left_on is None:
            return organization.level_name
        if organization.left_as == Membership.EndReason.NOT_RECORDED:
            return "a former member"
        how = Membership.EndReason(organization.left_as).label.lower()
        return f"left {organization.left_on} ({how})"

    @admin.display(ordering="joined_on")
    def joined(self, organization):
        return organization.joined_on

    @admin.display(boolean=True, description="website", ordering="website")
    def has_website(self, organization):
        return bool(organization.website)

    def latest_events(self, organization):
        events = organization.events.with_actors()[:LATEST_EVENTS]
        rows = [
            (event.effective_on, event.get_verb_display(), event.change)
            for event in events
        ]
        url = reverse("admin:members_event_changelist")
        return format_html(
            '<ul class="events">{}</ul><a href="{}?organization__id__exact={}">All</a>',
            format_html_join("", "<li>{} {}: {}</li>", rows) or "None yet.",
            url,
            organization.pk,
        )
