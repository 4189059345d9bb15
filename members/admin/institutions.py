from django.contrib import admin
from django.db.models import Exists, OuterRef

from members.admin.exchange import ExchangePages
from members.admin.lists import Care, CareFilter, InForceFilter
from members.admin.records import Record
from members.admin.resources import HostResource, InstitutionResource
from members.models import Host, Institution


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
    ]
    list_display = ["name", "city", "country", "ror_id", "website"]
    list_filter = [CareFilter, "country"]
    search_fields = ["name", "other_names", "city", "ror_id"]
    readonly_fields = ["is_example"]


@admin.register(Host)
class HostAdmin(ExchangePages, Record):
    resource_classes = [HostResource]
    list_display = ["organization", "institution", "role", "started_on", "ended_on"]
    list_filter = [InForceFilter, "role"]
    list_select_related = ["organization", "institution"]
    search_fields = ["organization__name", "organization__short_name"]
    search_fields += ["institution__name"]
    autocomplete_fields = ["organization", "institution"]
    date_hierarchy = "started_on"
