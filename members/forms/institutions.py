"""What the page of the search for institutions is asked."""

import re

from crispy_forms.bootstrap import StrictButton
from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Layout
from django import forms
from django.core.validators import RegexValidator

from members.matching import institutions, reading

LONGEST_NAME = 64


class InstitutionSearchForm(forms.Form):
    q = forms.CharField(
        label="Name",
        max_length=reading.LONGEST,
        widget=forms.SearchInput(attrs={"dir": "auto", "autocomplete": "off"}),
        help_text="A name, a former name or an acronym, in any language; also one that "
        "is abbreviated, mistyped or only begun.",
        error_messages={
            "required": "What is searched for is missing.",
            "max_length": "A search holds at most %(limit_value)d characters; this one "
            "has %(show_value)d.",
        },
    )
    country = forms.CharField(
        required=False,
        label="Country",
        help_text="Its two letters, as DE or US.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        validators=[RegexValidator(r"^[A-Za-z]{2}$", "A country code is two letters.")],
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_method = "get"
        self.helper.disable_csrf = True
        button = StrictButton("Search", type="submit", css_class="button")
        self.helper.layout = Layout(
            Div("q", "country", button, css_class="institution-search")
        )

    def matches(self):
        """The institutions that are meant; the form must be valid."""
        asked = self.cleaned_data
        country = asked["country"].upper() or None
        return institutions.matching(asked["q"], country)


def field_name(text: str) -> str | None:
    """The name of the form's field for which institutions are asked, if it is one."""
    is_name = re.fullmatch(r"[a-z][a-z0-9_-]*", text) and len(text) <= LONGEST_NAME
    return text if is_name else None
