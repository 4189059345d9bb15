from django.contrib import admin
from django.db.models import Case, Exists, OuterRef, Value, When

from members.admin.exchange import ExchangePages
from members.admin.lists import Care, CareFilter, InForceFilter
from members.admin.records import Record
from members.admin.resources import HostResource, InstitutionResource
from members.matching import institutions
from members.models import Host, Institution

# As many as a list of search results shows.
FOUND = 100


def hosts(institutions):
    return institutions.filter(
        Exists(Host.objects.current().filter(institution=OuterRef("pk")))
    )


@admin.register(Institution)
class InstitutionAdmin(ExchangePages, Record):
    resource_classes = [InstitutionResource]
    care = [
        Care(
            "no-ror-id",
            "Host institutions without a ROR id",
            lambda rows: hosts(rows).filter(ror_id=None),
        ),
        Care(
            "no-country",
            "Host institutions without a country",
            lambda rows: hosts(rows).filter(country_code=""),
        ),
        Care(
            "gone",
            "Host institutions that are inactive, or withdrawn by ROR",
            lambda rows: hosts(rows).gone(),
        ),
    ]
    list_display = ["name", "city", "country", "ror_id", "status", "website"]
    list_filter = [CareFilter, "status", "country"]
    search_fields = ["name"]
    search_help_text = "A name or an acronym, also mistyped or abbreviated; a ROR id."
    autocomplete_fields = ["successor", "parent"]
    readonly_fields = ["ror_modified_on", "is_example"]

    def get_search_results(self, request, queryset, search_term):
        """As everywhere: the likeliest first, where the list has no order of its own.

        This completes the fields in which an institution is chosen, too.
        """
        if not search_term.strip():
            return queryset, False
        found = institutions.matching(search_term, limit=FOUND, public=False)
        keys = [each.pk for each in found]
        order = Case(
            *(When(pk=key, then=Value(place)) for place, key in enumerate(keys)),
            default=Value(FOUND),
        )
        return queryset.filter(pk__in=keys).order_by(order), False


@admin.register(Host)
class HostAdmin(ExchangePages, Record):
    resource_classes = [HostResource]
    care = [
        Care(
            "institution-gone",
            "Hosts whose institution is inactive, or withdrawn by ROR",
            lambda rows: rows.to_what_is_gone(),
        )
    ]
    list_display = ["organization", "institution", "role", "started_on", "ended_on"]
    list_filter = [CareFilter, InForceFilter, "role"]
    list_select_related = ["organization", "institution"]
    search_fields = ["organization__name", "organization__short_name"]
    search_fields += ["institution__name"]
    autocomplete_fields = ["organization", "institution"]
    date_hierarchy = "started_on"
