"""What an application asks: each question once, for forms, checks and differences."""

from dataclasses import dataclass
from typing import NamedTuple

from members.applying.kinds import Kind, Question

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
