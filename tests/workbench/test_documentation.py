"""docs/applications.md says what the tables say, and docs/addresses.md each address."""

from pathlib import Path

import pytest
from django.urls import get_resolver

from members.applying import transitions
from members.applying.transitions import IN_WORDS, State
from peso import policy

DOCS = Path(__file__).resolve().parent.parent.parent / "docs"
ROLES = ("reviewer", "membership officer")


def text(name):
    return (DOCS / name).read_text()


def states():
    """The table of states: what each is called, by both sides."""
    yield "| State | The applicants read | The consortium reads | Waits for |"
    yield "| --- | --- | --- | --- |"
    for state in State:
        words = IN_WORDS[state]
        waits = "nobody"
        if state in transitions.WITH_APPLICANTS:
            waits = "the applicants"
        if state in transitions.WITH_CONSORTIUM:
            waits = "the consortium"
        yield f"| {state.label} | {words.applicants} | {words.staff} | {waits} |"


def rights():
    """The table of rights: who may do each verb, and whether an interest keeps one
    from it."""
    yield "| To | Writers | Reviewers | Officers | With an interest |"
    yield "| --- | --- | --- | --- | --- |"
    for action, permission in policy.ACTIONS.items():
        if not action.startswith("application."):
            continue
        may = [
            action in policy.PARTS or action in policy.EVERYBODYS,
            *(permission in policy.permissions_of(role) for role in ROLES),
        ]
        cells = ["yes" if each else "–" for each in may]
        interest = "no" if action in policy.DISINTERESTED else "as well"
        verb = action.removeprefix("application.").replace("_", " ")
        yield f"| {verb} | {' | '.join(cells)} | {interest} |"


def test_diagram_is_that_of_the_transitions():
    diagram = text("applications.md").split("```mermaid\n")[1].split("\n```")[0]

    assert diagram == transitions.diagram()


@pytest.mark.parametrize("table", [states, rights])
def test_tables_are_those_of_the_code(table):
    lines = list(table())

    assert len(lines) > 8
    assert "\n".join(lines) in text("applications.md")


def test_every_address_of_the_workbench_is_documented():
    told = text("addresses.md")
    routes = get_resolver("members.views.workbench.urls").url_patterns

    for route in routes:
        whole = f"/workbench/{route.pattern}".replace("str:", "").replace("int:", "")
        below = whole.removeprefix("/workbench/applications/<public_id>/")
        assert f"`{whole}`" in told or f"`{below}`" in told, whole
