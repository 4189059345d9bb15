"""The shape of what is told of one organization."""

import datetime as dt
from dataclasses import dataclass, field


@dataclass
class Resolution:
    """A decision of the committee, and how many voted for and against."""

    kind: str
    question: str
    on: dt.date
    votes: tuple[int, int]
    ground: str = ""
    reason: str = ""


@dataclass
class Stay:
    """One period of membership; `follows` says that it continues the one before."""

    level: str
    started_on: dt.date
    reason: str
    begins: str = "admitted"  # or level_changed, reinstated
    ended_on: dt.date | None = None
    end_reason: str = ""
    why_ended: str = ""
    admission: Resolution | None = None
    termination: Resolution | None = None


@dataclass
class Pledge:
    """A commitment; `withdrawn` if it ended with none in its place."""

    goal: str
    effort: str
    statement: str
    started_on: dt.date
    ended_on: dt.date | None = None
    withdrawn: bool = False
    confirmations: list[dt.date] = field(default_factory=list)
    approaches: list[int] = field(default_factory=list)
    communities: list[str] = field(default_factory=list)
    evidence: list[tuple[str, str, dt.date]] = field(default_factory=list)


@dataclass
class Story:
    """Everything about one organization. Rows of names and so on are plain tuples."""

    public_id: str
    slug: str
    name: str
    short_name: str
    focus: str
    description: str
    website: str
    circle: str  # within one, people of one name are one person
    names: list[tuple] = field(default_factory=list)  # kind, text, language, ended_on
    old_slugs: list[str] = field(default_factory=list)
    renamed: tuple | None = None  # on, former full name
    stays: list[Stay] = field(default_factory=list)
    services: list[tuple] = field(default_factory=list)  # slug, how, from, until
    hosts: list[tuple] = field(default_factory=list)  # key, role, from, until
    people: list[tuple] = field(default_factory=list)
    pledges: list[Pledge] = field(default_factory=list)
    successor: str = ""
    succeeded_on: dt.date | None = None

    @property
    def full_name(self):
        return f"{self.name} ({self.short_name})"

    @property
    def left_on(self):
        return self.stays[-1].ended_on
