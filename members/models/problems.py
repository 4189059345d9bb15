"""What keeps something from being done, found without writing anything."""

from dataclasses import dataclass

from django.core.exceptions import ValidationError

# Characters of what is written about an application; Django asks in forms alone.
LONGEST = 20_000


@dataclass(frozen=True)
class Problem:
    """Why something cannot be done, in a sentence, and the field that it is about."""

    text: str
    field: str = ""


def refuse_if(problems):
    if problems:
        raise ValidationError([problem.text for problem in problems], code="refused")


def refuse_longer(**texts):
    """ValidationError for texts, by their fields, that are too long."""
    refuse_if(
        [
            Problem(
                f"This is {len(text):,} characters long; the longest allowed is "
                f"{LONGEST:,}.",
                name,
            )
            for name, text in texts.items()
            if len(text) > LONGEST
        ]
    )
