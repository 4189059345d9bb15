from django.contrib import admin

from members.admin.exchange import ExportPages
from members.admin.forms import ChangeLevelForm, CorrectForm, EndForm, ReinstateForm
from members.admin.lists import Care, CareFilter, InForceFilter, ending_soon
from members.admin.records import ReadOnlyRecord, Record
from members.admin.resources import MembershipResource
from members.admin.verbs import Verb, VerbsMixin
from members.models import Level, Membership


@admin.register(Membership)
class MembershipAdmin(VerbsMixin, ExportPages, ReadOnlyRecord):
    resource_classes = [MembershipResource]
    verbs = [
        Verb(
            "change-level",
            "Change level",
            "membership.change_level",
            ChangeLevelForm,
            "Ends this period and starts the next one, at another level.",
        ),
        Verb(
            "end",
            "End",
            "membership.end",
            EndForm,
            "Ends the membership. A termination rests on a decision of the committee.",
        ),
        Verb(
            "reinstate",
            "Reinstate",
            "membership.reinstate",
            ReinstateForm,
            "Makes the former member a member again, by a new period linked to this.",
        ),
        Verb(
            "correct",
            "Correct",
            "membership.correct",
            CorrectForm,
            "Puts right what was recorded wrongly. What stood here is kept in an "
            "event: use it for mistakes of the record, not for what happened since.",
        ),
    ]
    care = [
        Care("ending", "Memberships that end within 60 days", ending_soon),
        Care("future", "Memberships that have not begun", lambda rows: rows.future()),
    ]
    list_display = ["organization", "level", "started_on", "ended_on", "end_reason"]
    list_filter = [InForceFilter, CareFilter, "level", "end_reason"]
    list_select_related = ["organization", "level"]
    search_fields = ["organization__name", "organization__short_name"]
    date_hierarchy = "started_on"
    fields = [
        "organization",
        "level",
        "started_on",
        "ended_on",
        "end_reason",
        "earlier",
        "admission",
        "termination",
    ]


@admin.register(Level)
class LevelAdmin(Record):
    list_display = ["name", "has_own_seat", "shares_seats", "must_take_part"]

    def get_readonly_fields(self, request, obj=None):
        # Addresses and files name a level by it.
        return ["slug"] if obj else []
