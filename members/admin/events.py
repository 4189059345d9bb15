from django.contrib import admin

from members.admin.records import ReadOnlyRecord
from members.models import Event, Import


@admin.register(Event)
class EventAdmin(ReadOnlyRecord):
    list_display = ["at", "organization", "verb", "effective_on", "change", "by"]
    list_filter = ["verb"]
    list_select_related = ["organization", "by"]
    search_fields = ["organization__name", "organization__short_name", "reason"]
    date_hierarchy = "at"


@admin.register(Import)
class ImportAdmin(ReadOnlyRecord):
    list_display = ["file_name", "at", "by", "added", "changed", "unchanged"]
    list_select_related = ["by"]
    search_fields = ["file_name"]
    date_hierarchy = "at"
