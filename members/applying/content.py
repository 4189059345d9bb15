"""An application's answers, read into what they would become in the registry."""

from dataclasses import dataclass
from typing import NamedTuple

from members.applying.questions import EVIDENCE, PROPOSALS, ROLES, Vocabulary


class ServiceAsked(NamedTuple):
    """`community` is a key, or “proposal-1” for one that is to be added."""

    community: str
    how: str


class Proposal(NamedTuple):
    number: int
    kind: str
    name: str
    how: str

    @property
    def key(self) -> str:
        return f"proposal-{self.number}"


class CommitmentAsked(NamedTuple):
    """`approaches` and `communities` are keys; `evidence` is (title, address)."""

    goal: str
    effort: str
    statement: str
    approaches: tuple[str, ...]
    communities: tuple[str, ...]
    evidence: tuple[tuple[str, str], ...]


class PersonAsked(NamedTuple):
    role: str
    name: str
    email: str
    affiliation: str
    is_public: bool


@dataclass(frozen=True)
class Content:
    """What an application says; `translated_names` are (language, text)."""

    name: str
    short_name: str
    focus: str
    description: str
    website: str
    former_names: tuple[str, ...]
    translated_names: tuple[tuple[str, str], ...]
    hosts: tuple[str, ...]
    unlisted_hosts: tuple[str, ...]
    services: tuple[ServiceAsked, ...]
    proposals: tuple[Proposal, ...]
    commitments: tuple[CommitmentAsked, ...]
    people: tuple[PersonAsked, ...]
    level: str
    note: str

    @property
    def full_name(self) -> str:
        return f"{self.name} ({self.short_name})" if self.short_name else self.name

    @property
    def addresses(self) -> tuple[str, ...]:
        """The e-mail addresses of its people, each once."""
        return _addresses(self.people)


def read(answers: dict, words: Vocabulary) -> Content:
    """The content of `answers`, as far as they are given."""

    def text(key):
        return answers.get(key) or ""

    def several(key):
        return tuple(answers.get(key) or ())

    proposals = tuple(
        Proposal(n, text(f"proposal-{n}-kind"), name, text(f"proposal-{n}-how"))
        for n in PROPOSALS
        if (name := text(f"proposal-{n}-name"))
    )
    return Content(
        name=text("name"),
        short_name=text("short_name"),
        focus=text("focus"),
        description=text("description"),
        website=with_scheme(text("website")),
        former_names=lines(text("former_names")),
        translated_names=tuple(
            split_language(line) for line in lines(text("translated_names"))
        ),
        hosts=several("hosts"),
        unlisted_hosts=lines(text("unlisted_hosts")),
        services=(
            *(ServiceAsked(key, text(f"how-{key}")) for key in several("communities")),
            *(ServiceAsked(proposal.key, proposal.how) for proposal in proposals),
        ),
        proposals=proposals,
        commitments=tuple(
            _commitment(goal.slug, text, several)
            for goal in words.goals
            if text(f"{goal.slug}-effort")
        ),
        people=_people(answers),
        level=text("level"),
        note=text("note"),
    )


def addresses(answers: dict) -> tuple[str, ...]:
    """Those of `Content`, for which nothing of what can be chosen is asked for."""
    return _addresses(_people(answers))


def _addresses(people):
    return tuple(dict.fromkeys(p.email.lower() for p in people if p.email))


def _people(answers):
    return tuple(
        PersonAsked(
            role,
            name,
            answers.get(f"{role}-email") or "",
            answers.get(f"{role}-affiliation") or "",
            bool(answers.get(f"{role}-is_public")),
        )
        for role in ROLES
        if (name := answers.get(f"{role}-name"))
    )


def _commitment(goal, text, several):
    evidence = (
        (text(f"{goal}-evidence-{n}-title"), with_scheme(url))
        for n in EVIDENCE
        if (url := text(f"{goal}-evidence-{n}-url"))
    )
    return CommitmentAsked(
        goal,
        text(f"{goal}-effort"),
        text(f"{goal}-statement"),
        several(f"{goal}-approaches"),
        several(f"{goal}-communities"),
        tuple((title or url[:200], url) for title, url in evidence),
    )


def lines(text: str) -> tuple[str, ...]:
    """The lines of `text`, without those that are empty; a tab is a space."""
    return tuple(line for each in text.splitlines() if (line := " ".join(each.split())))


def split_language(line: str) -> tuple[str, str]:
    """“de: Verein” as (“de”, “Verein”); no language where none is given."""
    language, colon, name = line.partition(":")
    is_language = bool(colon) and language.strip().replace("-", "").isalnum()
    if is_language and len(language.strip()) <= 20:
        return language.strip(), name.strip()
    return "", line


def with_scheme(address: str) -> str:
    """An address on the web, https assumed where no scheme is typed."""
    return f"https://{address}" if address and "://" not in address else address
