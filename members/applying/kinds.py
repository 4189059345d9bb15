"""One question of an application: what it takes as an answer, and how that is told."""

import re
from dataclasses import dataclass, field
from enum import Enum

from django.core.exceptions import ValidationError

from members.models.text import validate_line, validate_text

# More than anybody means to write; a draft keeps what is too long to be submitted.
DRAFT_LIMIT = 100_000
# Choices for one question.
CHOSEN_AT_MOST = 500


class Kind(Enum):
    LINE = "line"
    TEXT = "text"
    LINES = "lines"
    EMAIL = "email"
    ADDRESS = "address"
    CHOICE = "choice"
    CHOICES = "choices"
    INSTITUTIONS = "institutions"
    YES = "yes"

    @property
    def is_list(self) -> bool:
        return self in (Kind.CHOICES, Kind.INSTITUTIONS)


@dataclass(frozen=True)
class Question:
    """One field of an application; `group` is what it belongs to within its step.

    `limit` is the number of characters that a submitted answer may have.
    """

    key: str
    step: str
    label: str
    kind: Kind = Kind.LINE
    help: str = ""
    required: bool = False
    limit: int = 300
    choices: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    group: str = ""

    @property
    def empty(self):
        """The answer of who left it alone."""
        if self.kind.is_list:
            return []
        return False if self.kind == Kind.YES else ""

    def read(self, raw):
        """The answer that `raw` (a text, a list of texts, or a truth) means.

        ValidationError for what would be nonsense even in a draft; whether it is
        complete and short enough is asked when it is submitted.
        """
        if self.kind == Kind.YES:
            return raw in (True, "on", "true", "yes", "1")
        if self.kind.is_list:
            return self._read_list(raw)
        if not isinstance(raw, str):
            raise ValidationError("This takes one answer.", code="several")
        return self._read_text(raw)

    def _read_text(self, raw):
        text = raw.replace("\r\n", "\n").replace("\r", "\n").strip()
        if len(text) > DRAFT_LIMIT:
            raise ValidationError(
                f"This is {len(text):,} characters long; even a draft keeps only "
                f"{DRAFT_LIMIT:,}.",
                code="too_long",
            )
        several = self.kind in (Kind.TEXT, Kind.LINES)
        (validate_text if several else validate_line)(text)
        if self.kind == Kind.CHOICE and text and text not in dict(self.choices):
            raise ValidationError("This is not one of the choices.", code="no_choice")
        return text

    def _read_list(self, raw):
        values = [raw] if isinstance(raw, str) else raw
        if not isinstance(values, list | tuple) or not all(
            isinstance(value, str) for value in values
        ):
            raise ValidationError("This takes a list of choices.", code="no_choice")
        values = list(dict.fromkeys(value for value in values if value))
        if self.kind == Kind.CHOICES:
            wrong = set(values) - set(dict(self.choices))
        else:
            wrong = [each for each in values if not re.fullmatch("[0-9]{1,18}", each)]
        if wrong:
            raise ValidationError("This is not one of the choices.", code="no_choice")
        if len(values) > CHOSEN_AT_MOST:
            raise ValidationError("These are too many.", code="too_many")
        return values

    def in_words(self, answer, names=None):
        """The answer as lines of text, for previews and differences.

        `names` maps the keys of institutions to their names.
        """
        # Keys of institutions and of other choices are numbers of different tables.
        of_institutions = self.kind == Kind.INSTITUTIONS
        known = (names or {}) if of_institutions else dict(self.choices)
        if self.kind == Kind.YES:
            return ["Yes"] if answer else []
        if self.kind.is_list:
            return [known.get(value, value) for value in answer or ()]
        if self.kind == Kind.CHOICE:
            return [known.get(answer, answer)] if answer else []
        return answer.splitlines() if answer else []
