from django.contrib import admin
from django.utils import timezone

from members.admin.forms import DecisionForm
from members.admin.lists import Care, CareFilter
from members.admin.records import ReadOnlyRecord, Record
from members.admin.verbs import BeganByVerb, Verb
from members.models import Decision, PolicyValue


@admin.register(Decision)
class DecisionAdmin(BeganByVerb, ReadOnlyRecord):
    began_by = Verb(
        "record",
        "Record a decision",
        "decision.record",
        DecisionForm,
        "Keeps a decision that was taken. It cannot be changed afterwards.",
    )
    care = [
        Care("open", "Open decisions", lambda rows: rows.filter(outcome="")),
    ]
    list_display = ["question", "kind", "organization", "outcome", "decided_at"]
    list_filter = [CareFilter, "kind", "outcome"]
    list_select_related = ["organization"]
    search_fields = ["question", "organization__name", "organization__short_name"]
    date_hierarchy = "decided_at"


@admin.register(PolicyValue)
class PolicyValueAdmin(Record):
    list_display = ["key", "value", "started_on", "source"]
    list_filter = ["key"]
    search_fields = ["source"]

    def has_change_permission(self, request, obj=None):
        """A value that was ever in force stays as it was: add the next one."""
        if obj and obj.started_on <= timezone.localdate():
            return False
        return super().has_change_permission(request, obj)
