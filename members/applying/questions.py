"""What an application asks: each question once, for forms, checks and differences."""

import re
from dataclasses import dataclass, field
from enum import Enum
from typing import NamedTuple

from django.core.exceptions import ValidationError

from members.models.text import validate_line, validate_text

# More than anybody means to write; a draft keeps what is too long to be submitted.
DRAFT_LIMIT = 100_000
PROPOSALS = (1, 2, 3)
EVIDENCE = (1, 2, 3)
ROLES = {
    "lead": "Lead",
    "primary_contact": "Primary contact",
    "seat_holder": "Proposed seat holder",
}


class Step(NamedTuple):
    slug: str
    title: str


STEPS = (
    Step("organization", "Organization"),
    Step("services", "Communities and capabilities"),
    Step("commitments", "Commitments"),
    Step("people", "People"),
    Step("level", "Level and agreement"),
)


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


class GoalWords(NamedTuple):
    """A goal as it is put to the applicants; `approaches` are (key, text)."""

    slug: str
    number: int
    short_name: str
    title: str
    approaches: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Vocabulary:
    """What can be chosen: `communities` (key, name, kind), `levels` (slug, name)."""

    goals: tuple[GoalWords, ...] = ()
    communities: tuple[tuple[str, str, str], ...] = ()
    levels: tuple[tuple[str, str], ...] = ()
    levels_with_seat: frozenset[str] = frozenset()


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
        if len(values) > 500:
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


def questions(words: Vocabulary) -> dict[str, Question]:
    """All questions by their keys, in the order in which they are asked."""
    asked = [
        *_organization(),
        *_services(words),
        *(each for goal in words.goals for each in _commitment(goal, words)),
        *(each for role in ROLES for each in _person(role)),
        *_level(words),
    ]
    return {question.key: question for question in asked}


def _organization():
    step = "organization"
    yield Question("name", step, "Official name", required=True)
    yield Question("short_name", step, "Short name or acronym", limit=60)
    yield Question(
        "focus",
        step,
        "Focus",
        help="What the organization works on, in one line.",
        required=True,
        limit=500,
    )
    yield Question(
        "description",
        step,
        "Description",
        Kind.TEXT,
        help="A few paragraphs for the organization's page.",
        limit=5000,
    )
    yield Question("website", step, "Website", Kind.ADDRESS, required=True, limit=500)
    yield Question(
        "former_names", step, "Former names", Kind.LINES, "One per line.", limit=3000
    )
    yield Question(
        "translated_names",
        step,
        "Names in other languages",
        Kind.LINES,
        "One per line, the language before it: “de: Verein für Rechnen”.",
        limit=3000,
    )
    yield Question(
        "hosts",
        step,
        "Host institutions",
        Kind.INSTITUTIONS,
        "Universities, laboratories or companies that the organization is part of.",
    )
    yield Question(
        "unlisted_hosts",
        step,
        "Hosts that were not found",
        Kind.LINES,
        "One per line, with city and country.",
        limit=3000,
    )


def _services(words):
    step = "services"
    served = tuple((key, name) for key, name, _ in words.communities)
    yield Question(
        "communities",
        step,
        "Which of these do you serve or provide?",
        Kind.CHOICES,
        choices=served,
    )
    for key, name in served:
        yield Question(
            f"how-{key}", step, f"How: {name}", limit=500, group=f"community-{key}"
        )
    kinds = (("community", "Community"), ("capability", "Crosscutting capability"))
    for number in PROPOSALS:
        group = f"proposal-{number}"
        yield Question(
            f"{group}-name", step, f"Proposal {number}: name", limit=200, group=group
        )
        yield Question(
            f"{group}-kind",
            step,
            f"Proposal {number}: what it is",
            Kind.CHOICE,
            choices=kinds,
            group=group,
        )
        yield Question(
            f"{group}-how", step, f"Proposal {number}: how", limit=500, group=group
        )


EFFORTS = (("leads", "Leads"), ("contributes", "Contributes"), ("endorses", "Endorses"))


def _commitment(goal, words):
    step, group = "commitments", goal.slug
    served = tuple((key, name) for key, name, _ in words.communities)
    proposed = tuple((f"proposal-{n}", f"Your proposal {n}") for n in PROPOSALS)
    yield Question(
        f"{group}-effort",
        step,
        "Effort",
        Kind.CHOICE,
        required=True,
        choices=EFFORTS,
        group=group,
    )
    yield Question(
        f"{group}-statement",
        step,
        "In your own words",
        Kind.TEXT,
        "What you will do; required where you lead or contribute.",
        limit=5000,
        group=group,
    )
    yield Question(
        f"{group}-approaches",
        step,
        "Approaches you take",
        Kind.CHOICES,
        choices=goal.approaches,
        group=group,
    )
    yield Question(
        f"{group}-communities",
        step,
        "For whom",
        Kind.CHOICES,
        "None means the ecosystem at large.",
        choices=served + proposed,
        group=group,
    )
    for number in EVIDENCE:
        key = f"{group}-evidence-{number}"
        yield Question(
            f"{key}-title", step, f"Evidence {number}", limit=200, group=group
        )
        yield Question(
            f"{key}-url",
            step,
            f"Address of evidence {number}",
            Kind.ADDRESS,
            limit=500,
            group=group,
        )


def _person(role):
    step, needed = "people", role != "seat_holder"
    title = ROLES[role]
    yield Question(
        f"{role}-name",
        step,
        f"{title}: name",
        required=needed,
        limit=200,
        group=role,
    )
    yield Question(
        f"{role}-email",
        step,
        f"{title}: e-mail",
        Kind.EMAIL,
        required=needed,
        limit=254,
        group=role,
    )
    yield Question(
        f"{role}-affiliation", step, f"{title}: affiliation", limit=200, group=role
    )
    if role == "lead":
        yield Question(
            "lead-is_public",
            step,
            "Show the lead's name on the organization's page",
            Kind.YES,
            group=role,
        )


def _level(words):
    step = "level"
    yield Question(
        "level",
        step,
        "Level asked for",
        Kind.CHOICE,
        required=True,
        choices=words.levels,
    )
    yield Question(
        "agreement",
        step,
        "We agree to the mission, the goals and the principles of the consortium",
        Kind.YES,
        required=True,
    )
    yield Question(
        "note", step, "Anything else the consortium should know", Kind.TEXT, limit=5000
    )
