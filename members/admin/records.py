"""What the admin's pages of all records have in common."""

import re

from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelect
from django.db import transaction
from django.forms import BaseInlineFormSet, ModelForm

from members.admin.history import HistoryPage
from members.refusals import REFUSALS, in_words

KEY = re.compile(r"[0-9]{1,18}")


class KnownAutocomplete(AutocompleteSelect):
    """An autocomplete that takes its label from the record at hand, not by a query."""

    known = None

    def build_attrs(self, base_attrs, extra_attrs=None):
        attrs = super().build_attrs(base_attrs, extra_attrs)
        # All that a screen reader can say of one in which nothing is chosen.
        attrs["data-placeholder"] = f"Choose: {self.field.verbose_name}"
        return attrs

    def optgroups(self, name, value, attrs=None):
        # Other than Django's own, this one survives what no page of ours sends.
        value = [key for key in value if KEY.fullmatch(str(key))]
        known = self.known
        if known is None or list(map(str, value)) != [str(known.pk)]:
            return super().optgroups(name, value, attrs)
        options = (
            [] if self.is_required else [self.create_option(name, "", "", False, 0)]
        )
        label = self.choices.field.label_from_instance(known)
        option = self.create_option(name, known.pk, label, True, len(options))
        return [(None, [*options, option], 0)]


class RecordForm(ModelForm):
    """`refusal` is what the database said to the same form a moment ago."""

    refusal = ""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            # A look at the other record, and a new one: the rest is its own page's.
            field.widget.can_change_related = field.widget.can_delete_related = False
            widget = getattr(field.widget, "widget", field.widget)
            if isinstance(widget, KnownAutocomplete):
                known = self.instance._state.fields_cache.get(name)
                widget.known = known

    def clean(self):
        super().clean()
        if self.refusal:
            self.add_error(None, self.refusal)


class AutocompletesMixin:
    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs.setdefault(
                "widget", KnownAutocomplete(db_field, self.admin_site, using=None)
            )
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


class LastingMixin:
    """Rows that the database never deletes offer no deletion either."""

    def has_delete_permission(self, request, obj=None):
        names = {trigger.name for trigger in getattr(self.opts, "triggers", ())}
        if names & {"never_deleted", "append_only"}:
            return False
        return super().has_delete_permission(request, obj)


class ReadOnlyMixin:
    """To be looked at: written by verbs, or by nobody."""

    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


class Record(HistoryPage, LastingMixin, AutocompletesMixin, admin.ModelAdmin):
    form = RecordForm
    care = ()
    list_per_page = 50
    show_full_result_count = False
    save_on_top = False

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change, **kwargs)
        form.refusal = getattr(request, "refusal", "")
        return form

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        """Save; what only the database can see comes back as an error of the form."""
        arguments = (request, object_id, form_url, extra_context)
        try:
            with transaction.atomic():
                return super().changeform_view(*arguments)
        except REFUSALS as error:
            request.refusal = in_words(error)
        return super().changeform_view(*arguments)


class ReadOnlyRecord(ReadOnlyMixin, Record):
    pass


class NamedFields(BaseInlineFormSet):
    """The fields of a table's rows, named for who cannot see the head of the column."""

    def add_fields(self, form, index):
        super().add_fields(form, index)
        for bound in form:
            if not bound.is_hidden:
                widget = getattr(bound.field.widget, "widget", bound.field.widget)
                widget.attrs.setdefault("aria-label", bound.label)


class Rows(LastingMixin, AutocompletesMixin, admin.TabularInline):
    form = RecordForm
    formset = NamedFields
    extra = 0
    related = ()

    def get_queryset(self, request):
        return super().get_queryset(request).select_related(*self.related)


class ReadOnlyRows(ReadOnlyMixin, Rows):
    can_delete = False
    show_change_link = True
