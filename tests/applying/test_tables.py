"""The tables of states and verbs themselves."""

from members.applying import transitions
from members.applying.transitions import (
    CLOSED,
    DECIDED,
    IN_WORDS,
    OPEN,
    TRANSITIONS,
    WITH_APPLICANTS,
    WITH_CONSORTIUM,
    State,
    diagram,
)


def test_the_states_are_told_apart():
    assert {*WITH_APPLICANTS, *WITH_CONSORTIUM} == set(OPEN)
    assert {*OPEN, *CLOSED} == set(State)
    assert not {*OPEN} & {*CLOSED}
    assert set(DECIDED) < set(CLOSED)
    assert set(IN_WORDS) == set(State)
    assert all(words.applicants and words.staff for words in IN_WORDS.values())


def test_every_state_is_reached_and_no_open_one_is_a_dead_end():
    reached, found = set(), {State.DRAFT}
    while found:
        reached |= found
        found = {t.target for t in TRANSITIONS if t.source in reached} - reached

    assert reached == set(State)
    for state in OPEN:
        assert {"withdraw", "expire"} <= {
            t.verb for t in TRANSITIONS if t.source == state
        }
    assert {t.verb for t in TRANSITIONS if t.source == State.ACCEPTED} == set()


def test_a_verb_that_is_not_in_the_tables_is_never_legal():
    assert not any(transitions.is_legal("dance", state) for state in State)
    assert transitions.targets("dance", State.DRAFT) == ()


def test_the_diagram_has_every_transition_once():
    lines = diagram().splitlines()

    assert lines[0] == "stateDiagram-v2"
    for each in TRANSITIONS:
        assert lines.count(f"    {each.source} --> {each.target}: {each.verb}") == 1
    assert len(lines) == len(TRANSITIONS) + 3
