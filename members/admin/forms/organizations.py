"""The forms of an organization's verbs."""

from django import forms

from members.admin.forms.verbs import VerbForm
from members.admin.verbs import autocomplete
from members.models import Organization
from members.models.text import validate_line


class RenameForm(VerbForm):
    name = forms.CharField(
        label="Official name", max_length=300, validators=[validate_line]
    )
    short_name = forms.CharField(
        max_length=60, required=False, validators=[validate_line]
    )
    slug = forms.SlugField(
        label="Address",
        max_length=80,
        required=False,
        help_text="The last part of the page's address; the old one redirects for "
        "ever. Empty: it stays.",
    )

    def __init__(self, *args, subject, **kwargs):
        facts = {
            name: getattr(subject, name) for name in ("name", "short_name", "slug")
        }
        super().__init__(*args, subject=subject, initial=facts, **kwargs)

    def run(self, *, by):
        self.subject.rename(by=by, **self.cleaned_data)
        return self.subject


class SucceedForm(VerbForm):
    successor = forms.ModelChoiceField(Organization.objects)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        field = self.fields["successor"]
        field.widget = autocomplete(Organization, "successor")
        field.widget.choices = field.choices

    def clean(self):
        if self.cleaned_data.keys() >= {"successor", "on"}:
            successor, on = self.cleaned_data["successor"], self.cleaned_data["on"]
            self.add_problems(self.subject.succession_problems(successor, on))

    def run(self, *, by):
        self.subject.succeed_by(by=by, **self.cleaned_data)
        return self.subject
