"""Text as the database compares it, and the characters that no name may hold."""

import unicodedata

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import models
from django.db.models import Func

# Unicode categories: control characters, invisible formatting (among it the marks that
# turn the direction of writing), lone surrogates, and characters for private use.
_UNWANTED = {"Cc", "Cf", "Cs", "Co"}
# Needed to write Persian, Indic languages and emoji.
_JOINERS = {"\u200c", "\u200d"}


class Fold(Func):
    """Text without the differences that people overlook: case, accents, spaces."""

    function = "registry_fold"
    output_field = models.TextField()


class IsBlank(Func):
    """That nothing visible is left of a text."""

    template = "(registry_fold(%(expressions)s) = '')"
    output_field = models.BooleanField()


def folded(field):
    """A column, kept by the database, with the folded text of `field`."""
    return models.GeneratedField(
        expression=Fold(field), output_field=models.TextField(), db_persist=True
    )


def _refuse(value, allowed):
    for char in value:
        if unicodedata.category(char) in _UNWANTED and char not in allowed:
            raise ValidationError(
                "This text holds an invisible character (U+%(code)s) that is not "
                "allowed. Please type it again instead of pasting it.",
                code="invisible_character",
                params={"code": f"{ord(char):04X}"},
            )


def validate_line(value):
    """Refuse invisible characters in one line of text, a name for example."""
    _refuse(value, _JOINERS)


def validate_text(value):
    """Refuse invisible characters in a text of several lines."""
    _refuse(value, _JOINERS | {"\n", "\r", "\t"})


class WebAddressField(models.URLField):
    """An address on the web: http or https, which is assumed where none is typed."""

    default_validators = [URLValidator(schemes=["http", "https"]), validate_line]

    def __init__(self, *args, max_length=500, **kwargs):
        super().__init__(*args, max_length=max_length, **kwargs)

    def formfield(self, **kwargs):
        return super().formfield(**{"assume_scheme": "https", **kwargs})
