"""Import with preview, and export: what all kinds of records have in common."""

import os
import re
import tempfile
import time
from pathlib import Path

from django import forms
from django.contrib import messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import ValidationError
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html
from import_export import resources
from import_export.admin import ExportMixin, ImportMixin
from import_export.formats import base_formats
from import_export.forms import ConfirmImportForm, ExportForm, ImportForm
from import_export.results import Error
from import_export.tmp_storages import TempFolderStorage
from import_export.widgets import ForeignKeyWidget

from members.interchange.csv_file import defuse, fuse
from peso import policy

MAX_BYTES = 5_000_000
NUMBER = re.compile(r"[+-]?[0-9]+([.][0-9]+)?")


class SpreadsheetCSV(base_formats.CSV):
    """CSV whose texts a spreadsheet cannot take for formulas, and back.

    The library's own way of it drops characters, of JSON and YAML too.
    """

    def get_title(self):
        return "csv"

    def export_data(self, dataset, **kwargs):
        return super().export_data(_each_cell(dataset, _defuse), **kwargs)

    def create_dataset(self, in_stream, **kwargs):
        return _each_cell(super().create_dataset(in_stream, **kwargs), fuse)


def _each_cell(dataset, change):
    for _ in range(len(dataset)):
        row = dataset.lpop()
        dataset.append([change(cell) for cell in row])
    return dataset


def _defuse(cell):
    """A negative number is one, and no formula."""
    is_text = isinstance(cell, str) and not NUMBER.fullmatch(cell)
    return defuse(cell) if is_text else cell


FORMATS = [SpreadsheetCSV, base_formats.JSON, base_formats.YAML]


class Reference(ForeignKeyWidget):
    """Another record by its natural key, and a sentence where there is none."""

    def clean(self, value, row=None, **kwargs):
        if isinstance(value, str) and "\0" in value:
            raise ValueError("A key holds no NUL character.")
        try:
            return super().clean(value, row, **kwargs)
        except self.model.DoesNotExist:
            name = self.model._meta.verbose_name
            raise ValueError(f"There is no {name} “{value}”.") from None


class RowDifference(resources.Diff):
    """As the library's, without its inline styles."""

    def as_html(self):
        pairs = zip(self.left, self.right, strict=True)
        return [self._cell(before, after) for before, after in pairs]

    def _cell(self, before, after):
        if before == after or (self.new and not after):
            return after
        if self.new or not before:
            return format_html("<ins>{}</ins>", after)
        return format_html("<del>{}</del> <ins>{}</ins>", before, after)


class RowError(Error):
    """An error for those who sent the file; where it arose in the code is not told."""

    traceback = ""


class RecordResource(resources.ModelResource):
    """Rows are checked like forms: a constraint that is met is an error of the row."""

    # Fields whose export needs other tables.
    related = ()
    # Fields that an existing record gets by a verb alone: (field, what to use).
    settled: dict[str, str] = {}

    class Meta:
        clean_model_instances = True
        skip_unchanged = True
        report_skipped = True
        use_transactions = True

    @classmethod
    def get_diff_class(cls):
        return RowDifference

    @classmethod
    def get_error_result_class(cls):
        return RowError

    def before_import(self, dataset, **kwargs):
        columns = [self.fields[key].column_name for key in self._meta.import_id_fields]
        missing = [each for each in columns if each not in (dataset.headers or ())]
        if missing:
            named = " and ".join(f"“{each}”" for each in missing)
            raise ValueError(f"Rows are known by the column {named}, which is missing.")

    def filter_export(self, queryset, **kwargs):
        return super().filter_export(queryset, **kwargs).select_related(*self.related)

    def import_instance(self, instance, row, **kwargs):
        before = {name: getattr(instance, name) for name in self.settled}
        super().import_instance(instance, row, **kwargs)
        if instance._state.adding:
            return
        errors = {
            name: f"{self.settled[name]} It is “{before[name]}”."
            for name in self.settled
            if getattr(instance, name) != before[name]
        }
        if errors:
            raise ValidationError(errors)


class FileForm(ImportForm):
    def clean_import_file(self):
        file = self.cleaned_data["import_file"]
        if file.size > MAX_BYTES:
            raise ValidationError(
                f"The file has {file.size:,} bytes; {MAX_BYTES:,} are the most that "
                "can be imported here. Please split it."
            )
        content = file.read()
        file.seek(0)
        try:
            content.decode()
        except UnicodeDecodeError as error:
            line = content.count(b"\n", 0, error.start) + 1
            raise ValidationError(
                f"Line {line} is not UTF-8: save the file in that encoding. "
                "A spreadsheet calls it “CSV UTF-8”."
            ) from None
        return file


class ConfirmForm(ConfirmImportForm):
    """All hidden, and written by the preview: who sends something else made it up."""

    format = forms.TypedChoiceField(
        choices=[(str(number), number) for number in range(len(FORMATS))],
        coerce=int,
        widget=forms.HiddenInput,
    )
    resource = None  # There is one for each kind of record.


class WaitingFile(TempFolderStorage):
    """A file between its preview and its confirmation, for a day at most."""

    PREFIX = "peso-import-"
    NAME = re.compile(f"{PREFIX}[a-z0-9_]{{1,20}}")
    SECONDS = 24 * 60 * 60

    def _open(self, mode="r"):
        if not self.name:
            handle, self.name = tempfile.mkstemp(prefix=self.PREFIX)
            return os.fdopen(handle, "wb")
        if not self.NAME.fullmatch(Path(self.name).name):
            raise FileNotFoundError(self.name)  # a file of somebody else
        return super()._open(mode)

    def save(self, data):
        for file in Path(tempfile.gettempdir()).glob(f"{self.PREFIX}*"):
            if file.stat().st_mtime < time.time() - self.SECONDS:
                file.unlink(missing_ok=True)
        super().save(data)


class ExportPages(ExportMixin):
    export_formats = FORMATS
    export_form_class = ExportForm

    def has_export_permission(self, request):
        return self.has_view_permission(request)

    def export_action(self, request):
        try:
            return super().export_action(request)
        except IncorrectLookupParameters:
            # The list answers such an address in the same way.
            return HttpResponseRedirect(f"{self._page_url('changelist')}?e=1")

    def _page_url(self, page):
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_{page}")


class ExchangePages(ImportMixin, ExportPages):
    import_export_change_list_template = (
        "admin/import_export/change_list_import_export.html"
    )
    import_formats = FORMATS
    tmp_storage_class = WaitingFile
    import_form_class = FileForm
    confirm_form_class = ConfirmForm

    def has_import_permission(self, request):
        return (
            bool(policy.may(request.user, "members.import"))
            and self.has_change_permission(request)
            and self.has_view_permission(request)
        )

    def process_import(self, request, **kwargs):
        try:
            return super().process_import(request, **kwargs)
        except FileNotFoundError:
            text = (
                "This file was imported already, or waited too long: choose it again."
            )
            messages.error(request, text)
            return HttpResponseRedirect(self._page_url("import"))

    def get_import_data_kwargs(self, **kwargs):
        return {
            **super().get_import_data_kwargs(**kwargs),
            "rollback_on_validation_errors": True,
        }

    def process_result(self, result, request):
        """The rows were right in the preview; the registry may have changed since."""
        if not (result.has_errors() or result.has_validation_errors()):
            return super().process_result(result, request)
        text = "The registry changed since the preview: nothing was imported."
        messages.error(request, text)
        return HttpResponseRedirect(self._page_url("import"))
