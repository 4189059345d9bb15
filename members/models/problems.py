"""What keeps something from being done, found without writing anything."""

from dataclasses import dataclass

from django.core.exceptions import ValidationError


@dataclass(frozen=True)
class Problem:
    """Why something cannot be done, in a sentence, and the field that it is about."""

    text: str
    field: str = ""


def refuse_if(problems):
    if problems:
        raise ValidationError([problem.text for problem in problems], code="refused")
