"""The life of an application: its states, and every change from one to another.

Pages and documentation are drawn from these tables, and `Application` obeys them.
"""

from typing import NamedTuple

from django.db.models import TextChoices


class State(TextChoices):
    DRAFT = "draft", "Draft"
    SUBMITTED = "submitted", "Submitted"
    IN_REVIEW = "in_review", "In review"
    CHANGES_REQUESTED = "changes_requested", "Changes requested"
    RECOMMENDED = "recommended", "Recommended"
    ACCEPTED = "accepted", "Accepted"
    DECLINED = "declined", "Declined"
    WITHDRAWN = "withdrawn", "Withdrawn"
    EXPIRED = "expired", "Expired"


# The applicants have the pen; the consortium has the application; nothing more is due.
WITH_APPLICANTS = (State.DRAFT, State.CHANGES_REQUESTED)
WITH_CONSORTIUM = (State.SUBMITTED, State.IN_REVIEW, State.RECOMMENDED)
OPEN = (*WITH_APPLICANTS, *WITH_CONSORTIUM)
DECIDED = (State.ACCEPTED, State.DECLINED)
CLOSED = (*DECIDED, State.WITHDRAWN, State.EXPIRED)


class Transition(NamedTuple):
    verb: str
    source: State
    target: State


# A verb may take place in the states that are a source here, and nowhere else.
TRANSITIONS = (
    Transition("submit", State.DRAFT, State.SUBMITTED),
    Transition("submit", State.CHANGES_REQUESTED, State.IN_REVIEW),
    Transition("take_up", State.SUBMITTED, State.IN_REVIEW),
    Transition("request_changes", State.IN_REVIEW, State.CHANGES_REQUESTED),
    Transition("put_forward", State.IN_REVIEW, State.RECOMMENDED),
    Transition("reopen", State.RECOMMENDED, State.IN_REVIEW),
    Transition("accept", State.RECOMMENDED, State.ACCEPTED),
    Transition("decline", State.RECOMMENDED, State.DECLINED),
    # A released decision is changed by a new one alone.
    Transition("accept", State.DECLINED, State.ACCEPTED),
    *(Transition("withdraw", state, State.WITHDRAWN) for state in OPEN),
    *(Transition("expire", state, State.EXPIRED) for state in OPEN),
    # Who had the pen before gets it back: a draft, or changes that were requested.
    Transition("revive", State.EXPIRED, State.DRAFT),
    Transition("revive", State.EXPIRED, State.CHANGES_REQUESTED),
)

# Verbs that leave the state as it is, and the states in which they may take place.
DEEDS = {
    "edit": WITH_APPLICANTS,
    "invite": OPEN,
    "assign": WITH_CONSORTIUM,
    "comment": tuple(State),
    "recommend": (State.IN_REVIEW,),
    "stage": (State.RECOMMENDED, State.DECLINED),
    "take_back": (State.RECOMMENDED, State.DECLINED),
    "release": (State.RECOMMENDED, State.DECLINED),
    "reply": (*WITH_CONSORTIUM, State.CHANGES_REQUESTED, *DECIDED),
    "reapply": (State.DECLINED, State.WITHDRAWN),
    "attach": OPEN,
}


class Words(NamedTuple):
    """A state as it is told to the applicants and to the consortium."""

    applicants: str
    staff: str


IN_WORDS = {
    State.DRAFT: Words("You are writing it", "Being written"),
    State.SUBMITTED: Words("Received, waiting to be taken up", "New: take it up"),
    State.IN_REVIEW: Words("Being reviewed", "In review"),
    State.CHANGES_REQUESTED: Words("Waiting for your changes", "Waiting for changes"),
    State.RECOMMENDED: Words("Reviewed, waiting for the decision", "To be decided"),
    State.ACCEPTED: Words("Accepted: welcome", "Accepted"),
    State.DECLINED: Words("Declined", "Declined"),
    State.WITHDRAWN: Words("Withdrawn by you", "Withdrawn"),
    State.EXPIRED: Words("Expired: nobody went on with it", "Expired"),
}


def targets(verb: str, source: State) -> tuple[State, ...]:
    """The states that `verb` may lead to from `source`; none if it is not legal."""
    return tuple(t.target for t in TRANSITIONS if (t.verb, t.source) == (verb, source))


def is_legal(verb: str, state: State) -> bool:
    return bool(targets(verb, state)) or state in DEEDS.get(verb, ())


def diagram() -> str:
    """The states and verbs as a Mermaid diagram, for the documentation."""
    lines = ["stateDiagram-v2", "    [*] --> draft: open"]
    lines += [f"    {t.source} --> {t.target}: {t.verb}" for t in TRANSITIONS]
    return "\n".join([*lines, f"    {State.ACCEPTED} --> [*]"])
