from django.contrib import admin

from members.admin.exchange import ExchangePages
from members.admin.lists import Care, CareFilter, InForceFilter, ending_soon
from members.admin.records import Record, Rows
from members.admin.resources import PersonResource, RepresentativeResource
from members.models import Person, Representative


class RoleRows(Rows):
    model = Representative
    related = ("organization", "person")
    fields = ["organization", "role", "visibility", "started_on", "ended_on"]
    autocomplete_fields = ["organization"]


@admin.register(Person)
class PersonAdmin(ExchangePages, Record):
    resource_classes = [PersonResource]
    list_display = ["name", "affiliation", "email", "email_visibility", "account"]
    list_filter = ["email_visibility"]
    list_select_related = ["account"]
    search_fields = ["name", "affiliation", "email"]
    autocomplete_fields = ["account"]
    inlines = [RoleRows]


@admin.register(Representative)
class RepresentativeAdmin(ExchangePages, Record):
    resource_classes = [RepresentativeResource]
    care = [
        Care("ending", "Terms of representatives that end within 60 days", ending_soon)
    ]
    list_display = [
        "person",
        "role",
        "organization",
        "started_on",
        "ended_on",
        "visibility",
    ]
    list_filter = [InForceFilter, CareFilter, "role", "visibility"]
    list_select_related = ["person", "organization"]
    search_fields = ["person__name", "organization__name", "organization__short_name"]
    autocomplete_fields = ["person", "organization"]
    date_hierarchy = "started_on"
