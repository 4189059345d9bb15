"""Goals are looked at; what is committed to them changes by verbs."""

import datetime as dt

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Count, Q
from django.template.response import TemplateResponse
from django.utils import timezone
from import_export.fields import Field

from goals.admin.forms import ConfirmForm, EndForm, StateForm
from goals.models import (
    Approach,
    Commitment,
    CommitmentApproach,
    CommitmentCommunity,
    Evidence,
    Goal,
)
from members.admin.exchange import ExchangePages, RecordResource, Reference
from members.admin.lists import Care, CareFilter, InForceFilter
from members.admin.organizations import OrganizationAdmin
from members.admin.records import ReadOnlyRecord, ReadOnlyRows, Record, Rows
from members.admin.resources import organization
from members.admin.verbs import Verb, VerbsMixin
from members.models.periods import in_force
from peso import policy

YEAR = dt.timedelta(days=365)


def unconfirmed(commitments):
    """In force, of a member, and not confirmed for a year."""
    year_ago = timezone.localdate() - YEAR
    return commitments.of_members().filter(
        Q(confirmed_on=None, started_on__lt=year_ago) | Q(confirmed_on__lt=year_ago)
    )


def members_with_goals_not_stated(organizations):
    stated = Count(
        "commitments__goal",
        filter=in_force(timezone.localdate(), "commitments"),
        distinct=True,
    )
    return (
        organizations.members()
        .alias(stated=stated)
        .filter(stated__lt=Goal.objects.count())
    )


class CommitmentResource(RecordResource):
    """The statements of commitments that stand; everything else has its verb."""

    related = ("organization", "goal")
    settled = {
        "effort": "“State” the commitment anew.",
        "ended_on": "“End” the commitment.",
    }
    organization = organization()
    goal = Field("goal", "goal", Reference(Goal, "slug"))

    class Meta(RecordResource.Meta):
        model = Commitment
        import_id_fields = ["organization", "goal", "started_on"]
        fields = (
            "organization",
            "goal",
            "effort",
            "statement",
            "started_on",
            "ended_on",
        )

    def init_instance(self, row=None):
        raise ValidationError(
            "There is no such commitment of this organization from this day: “State” "
            "it on the page of the organization."
        )


class CommitmentRows(ReadOnlyRows):
    model = Commitment
    related = ("organization", "goal")
    fields = ["goal", "effort", "started_on", "ended_on", "confirmed_on"]


class ApproachRows(ReadOnlyRows):
    model = Approach
    fields = ["position", "text"]
    show_change_link = False


class TakenApproachRows(Rows):
    model = CommitmentApproach
    related = ("approach",)
    autocomplete_fields = ["approach"]
    verbose_name_plural = "approaches"


class ForCommunityRows(Rows):
    model = CommitmentCommunity
    related = ("community",)
    autocomplete_fields = ["community"]
    verbose_name_plural = "for these communities and capabilities"


class EvidenceRows(Rows):
    model = Evidence


@admin.register(Goal)
class GoalAdmin(ReadOnlyRecord):
    """The words are those of the organizational model: a migration writes them."""

    list_display = ["number", "short_name", "title"]
    list_display_links = ["short_name"]
    search_fields = ["short_name", "title"]
    inlines = [ApproachRows]


@admin.register(Approach)
class ApproachAdmin(ReadOnlyRecord):
    list_display = ["text", "goal"]
    list_filter = ["goal__short_name"]
    list_select_related = ["goal"]
    search_fields = ["text", "goal__short_name"]


CONFIRM = Verb(
    "confirm",
    "Confirm",
    "commitment.confirm",
    ConfirmForm,
    "Records that the organization said that this still holds.",
)
END = Verb(
    "end",
    "End",
    "commitment.end",
    EndForm,
    "Ends the commitment, with none in its place.",
)
STATE = Verb(
    "state-commitment",
    "State a commitment",
    "commitment.state",
    StateForm,
    "States what the organization commits to for one goal, in place of what it had "
    "stated for that goal before.",
)
OrganizationAdmin.verbs = [*OrganizationAdmin.verbs, STATE]
OrganizationAdmin.inlines = [*OrganizationAdmin.inlines, CommitmentRows]
OrganizationAdmin.care = [
    Care(
        "not-stated",
        "Members that have not stated a commitment for each goal",
        members_with_goals_not_stated,
    ),
    *OrganizationAdmin.care,
]


@admin.register(Commitment)
class CommitmentAdmin(VerbsMixin, ExchangePages, Record):
    resource_classes = [CommitmentResource]
    verbs = [CONFIRM, END]
    care = [Care("unconfirmed", "Commitments not confirmed for a year", unconfirmed)]
    actions = ["confirm_selected"]
    list_display = [
        "organization",
        "goal_name",
        "effort",
        "started_on",
        "ended_on",
        "confirmed_on",
    ]
    list_filter = [InForceFilter, CareFilter, "goal__short_name", "effort"]
    list_select_related = ["organization", "goal"]
    search_fields = ["organization__name", "organization__short_name", "statement"]
    date_hierarchy = "started_on"
    lifecycle = [
        "organization",
        "goal",
        "effort",
        "started_on",
        "ended_on",
        "confirmed_on",
    ]
    readonly_fields = lifecycle
    fields = [*lifecycle, "statement"]
    inlines = [TakenApproachRows, ForCommunityRows, EvidenceRows]

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("organization", "goal")

    def has_add_permission(self, request):
        return False  # on the page of an organization

    def has_confirm_permission(self, request):
        return bool(policy.may(request.user, CONFIRM.action))

    @admin.display(description="goal", ordering="goal__number")
    def goal_name(self, commitment):
        return commitment.goal.short_name

    @admin.action(description="Confirm selected commitments", permissions=["confirm"])
    def confirm_selected(self, request, queryset):
        """Ask for the day and the reason, then confirm each that is in force then."""
        if not self.has_confirm_permission(request):
            raise PermissionDenied
        data = request.POST if "_verb" in request.POST else None
        form = ConfirmForm(data, subject=None, user=request.user)
        if form.is_valid():
            self._confirm(request, queryset, form.cleaned_data)
            return None
        hidden = [("action", "confirm_selected")]
        hidden += [(admin.helpers.ACTION_CHECKBOX_NAME, each.pk) for each in queryset]
        context = {
            **self.admin_site.each_context(request),
            "title": "Confirm commitments",
            "opts": self.opts,
            "verb": CONFIRM,
            "subjects": queryset,
            "form": form,
            "hidden": hidden,
            "media": self.media + form.media,
        }
        return TemplateResponse(request, "admin/verb.html", context)

    def _confirm(self, request, commitments, facts):
        confirmed = 0
        for commitment in commitments:
            try:
                commitment.confirm(by=request.user, **facts)
            except ValidationError as error:
                messages.error(request, f"{commitment}: {' '.join(error.messages)}")
            else:
                confirmed += 1
        if confirmed:
            messages.success(request, f"Confirmed: {confirmed}.")
