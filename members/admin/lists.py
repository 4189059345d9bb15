"""Lists begin with what is current, and know what needs care."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from django.contrib.admin import SimpleListFilter
from django.db.models import F, QuerySet


@dataclass(frozen=True)
class Care:
    """Records that need the same care. `rows` finds them among all of their kind."""

    slug: str
    text: str
    rows: Callable[[QuerySet], QuerySet]


class CareFilter(SimpleListFilter):
    title = "needs care"
    parameter_name = "care"

    def __init__(self, request, params, model, model_admin):
        self.care = {care.slug: care for care in model_admin.care}
        super().__init__(request, params, model, model_admin)

    def lookups(self, request, model_admin):
        return [(care.slug, care.text) for care in self.care.values()]

    def queryset(self, request, queryset):
        care = self.care.get(self.value())
        return care.rows(queryset) if care else queryset


class DefaultFilter(SimpleListFilter):
    """A filter that is set when a list is opened; “All” has to be chosen.

    What needs care is found among all records: there, “All” is the default.
    """

    default: str
    meanings: dict[str, tuple[str, Callable[[QuerySet], QuerySet]]]

    def __init__(self, request, params, model, model_admin):
        self.is_care = CareFilter.parameter_name in request.GET
        super().__init__(request, params, model, model_admin)

    def lookups(self, request, model_admin):
        return [(slug, label) for slug, (label, _) in self.meanings.items()]

    def value(self):
        value = super().value()
        if value in self.meanings or value == "all":
            return value
        return "all" if self.is_care else self.default

    def choices(self, changelist):
        facets = self.get_facet_queryset(changelist) if changelist.add_facets else None
        for index, (slug, label) in enumerate(self.lookup_choices):
            count = f" ({facets[f'{index}__c']})" if facets else ""
            yield self._choice(changelist, slug, f"{label}{count}")
        yield self._choice(changelist, "all", "All")

    def _choice(self, changelist, slug, label):
        return {
            "selected": self.value() == slug,
            "query_string": changelist.get_query_string({self.parameter_name: slug}),
            "display": label,
        }

    def queryset(self, request, queryset):
        if self.value() == "all":
            return queryset
        _, rows = self.meanings[self.value()]
        return rows(queryset)


SOON = dt.timedelta(days=60)


def ending_soon(rows):
    return rows.ending(SOON)


class InForceFilter(DefaultFilter):
    title = "in force"
    parameter_name = "period"
    default = "current"
    meanings = {
        "current": ("Now", lambda rows: rows.current()),
        "future": ("Not begun", lambda rows: rows.future()),
        "past": ("Ended", lambda rows: rows.past()),
        "void": (
            "Entered by mistake",
            lambda rows: rows.filter(ended_on=F("started_on")),
        ),
    }


class StandingFilter(DefaultFilter):
    title = "standing"
    parameter_name = "standing"
    default = "member"
    meanings = {
        "member": ("Members now", lambda rows: rows.members()),
        "former": ("Former members", lambda rows: rows.former()),
        "other": (
            "Never a member",
            lambda rows: rows.exclude(pk__in=rows.model.objects.listed()),
        ),
    }
