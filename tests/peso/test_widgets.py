"""Widgets come out as of Django's own templates, letter by letter."""

import datetime as dt

import pytest
from django import forms
from django.forms.renderers import DjangoTemplates, get_default_renderer
from django.forms.widgets import ChoiceWidget
from django.utils.functional import lazystr
from django.utils.safestring import mark_safe

from peso.widgets import PlainWidgets

ODD = ["<b>\"'&", "{{ x }}", "a\nb ", " ", "\n", "", None, "é\u202e", "0"]
VALUES = [
    *ODD,
    *(mark_safe("<b>&amp;"), lazystr("<i>"), 0, 1234567, 1.5, True, False),
    *(dt.date(2030, 1, 2), dt.time(3, 4), dt.datetime(2030, 1, 2, tzinfo=dt.UTC)),
    *(["1", "<2>"], ("1",)),
]
ATTRS = [
    {},
    {"id": "id_<a>", "required": True, "disabled": False, "maxlength": 1000},
    {"aria-label": mark_safe("<safe>"), "data-a": lazystr('"'), "b<": None, "c": 1.5},
]
CHOICES = [
    *(("", "---"), (1, "One <1>"), ("<2>", mark_safe("<b>Two</b>")), (None, 1234567)),
    (lazystr("3"), lazystr("Three & <3>")),
    ("Group <g>", [("1", "In"), (mark_safe("&amp;"), "It")]),
    (7, [(8, 9)]),
]
WIDGETS = [
    *(forms.TextInput, forms.NumberInput, forms.EmailInput, forms.URLInput),
    *(forms.PasswordInput, forms.HiddenInput, forms.DateInput, forms.DateTimeInput),
    *(forms.TimeInput, forms.CheckboxInput, forms.Textarea, forms.SearchInput),
    *(forms.ColorInput, forms.TelInput, forms.Select, forms.SelectMultiple),
    *(forms.RadioSelect, forms.CheckboxSelectMultiple, forms.NullBooleanSelect),
    *(forms.ClearableFileInput, forms.MultipleHiddenInput, forms.SplitDateTimeWidget),
]


@pytest.mark.parametrize("kind", WIDGETS)
def test_a_widget_is_written_as_of_its_template(kind):
    mine, djangos = PlainWidgets(), DjangoTemplates()
    has_choices = issubclass(kind, ChoiceWidget)
    options = {"choices": CHOICES} if has_choices else {}
    if kind is forms.NullBooleanSelect:
        options = {}
    for attrs in ATTRS:
        widget = kind(attrs, **options)
        for value in VALUES:
            try:
                expected = widget.render("n<a>", value, renderer=djangos)
            except (TypeError, ValueError, AttributeError):  # no value of its kind
                continue

            assert widget.render("n<a>", value, renderer=mine) == expected


def test_forms_are_written_with_them():
    assert isinstance(get_default_renderer(), PlainWidgets)
