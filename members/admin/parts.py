"""The parts of an organization, as rows on its page."""

from members.admin.records import ReadOnlyRows, Rows
from members.models import (
    Decision,
    Host,
    Membership,
    Name,
    OldSlug,
    Representative,
    Service,
)


class NameRows(Rows):
    model = Name
    related = ("organization",)


class ServiceRows(Rows):
    model = Service
    related = ("organization", "community")
    fields = ["community", "how", "started_on", "ended_on"]
    autocomplete_fields = ["community"]


class HostRows(Rows):
    model = Host
    related = ("organization", "institution")
    fields = ["institution", "role", "started_on", "ended_on"]
    autocomplete_fields = ["institution"]


class RepresentativeRows(Rows):
    model = Representative
    related = ("organization", "person")
    fields = ["person", "role", "visibility", "started_on", "ended_on"]
    autocomplete_fields = ["person"]


class MembershipRows(ReadOnlyRows):
    model = Membership
    related = ("organization", "level")
    fields = ["level", "started_on", "ended_on", "end_reason"]
    ordering = ["-started_on"]


class DecisionRows(ReadOnlyRows):
    model = Decision
    related = ("organization",)
    fields = ["decided_at", "kind", "outcome"]


class OldSlugRows(ReadOnlyRows):
    model = OldSlug
    related = ("organization",)
    verbose_name_plural = "old addresses"
    fields = ["slug"]
    show_change_link = False
