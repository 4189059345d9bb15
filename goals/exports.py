"""The coverage as CSV and JSON. Pure: tables and rows in, text out."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from goals.coverage import Cell, Concentration, Line, Mark, Sum, Table

CELL_COLUMNS = [
    "kind",
    "row_slug",
    "row",
    "goal_slug",
    "goal",
    "leads",
    "contributes",
    "endorses",
    "providers",
    "mark",
    "only_provider",
    "row_concentration",
    "goal_concentration",
]
MEMBER_COLUMNS = ["public_id", "slug", "name", "short_name"]


def cell_rows(table: Table, mark: Mark | None) -> Iterator[list[Any]]:
    """A line of CSV for each cell, or for each that `mark` is about."""
    yield CELL_COLUMNS
    in_row = _provider_of(table.rows)
    in_column = _provider_of(table.columns)
    for cell in table.cells(mark):
        yield [
            cell.row.kind,
            cell.row.slug,
            cell.row.name,
            cell.column.slug,
            cell.column.name,
            cell.leads,
            cell.contributes,
            cell.endorses,
            cell.providers,
            cell.mark.slug if cell.mark else "",
            cell.only.name if cell.only else "",
            in_row.get(cell.row.key, ""),
            in_column.get(cell.column.key, ""),
        ]


def table_as_json(table: Table, mark: Mark | None) -> dict[str, Any]:
    return {
        "definitions": {each.slug: each.meaning for each in Mark},
        "summary": {each.slug: len(found) for each, found in table.findings.items()},
        "goals": [_sum(column) for column in table.columns],
        "rows": [_sum(row) for row in table.rows],
        "cells": [_cell(cell) for cell in table.cells(mark)],
    }


def goal_of_members(cell: Cell) -> dict[str, Any]:
    """A goal with what all members together do for it."""
    counts = _cell(cell)
    del counts["row"], counts["goal"]
    return {"slug": cell.column.slug, "name": cell.column.name, **counts}


def member_rows(members: Iterable[Any], cells: Sequence[Cell]) -> Iterator[list[Any]]:
    """A line of CSV for each member, with a column for each goal."""
    yield [*MEMBER_COLUMNS, *(cell.column.slug for cell in cells)]
    for member in members:
        names = [getattr(member, column) for column in MEMBER_COLUMNS]
        yield names + [effort for _, effort in efforts(member, cells)]


def member_items(
    members: Iterable[Any], cells: Sequence[Cell]
) -> Iterator[dict[str, Any]]:
    for member in members:
        done = {goal.slug: effort or None for goal, effort in efforts(member, cells)}
        names = {column: getattr(member, column) for column in MEMBER_COLUMNS}
        yield {**names, "efforts": done}


def efforts(member: Any, cells: Iterable[Cell]) -> list[tuple[Line, str]]:
    """What a member does for each goal, in the order of the columns."""
    stated = dict(member.efforts)
    return [(cell.column, stated.get(cell.column.slug, "")) for cell in cells]


def _sum(each: Sum) -> dict[str, Any]:
    return {
        **_line(each.line),
        "providers": each.total,
        "concentration": _concentration(each.concentration),
    }


def _cell(cell: Cell) -> dict[str, Any]:
    return {
        "row": cell.row.slug,
        "goal": cell.column.slug,
        "leads": cell.leads,
        "contributes": cell.contributes,
        "endorses": cell.endorses,
        "providers": cell.providers,
        "mark": cell.mark.slug if cell.mark else None,
        "only_provider": cell.only._asdict() if cell.only else None,
    }


def _line(line: Line) -> dict[str, Any]:
    return {"slug": line.slug, "name": line.name, "kind": line.kind}


def _concentration(found: Concentration | None) -> dict[str, Any] | None:
    if not found:
        return None
    return {
        "provider": found.provider._asdict(),
        "cells": found.cells,
        "total": found.total,
    }


def _provider_of(sums: Iterable[Sum]) -> dict[int, str]:
    return {
        each.line.key: each.concentration.provider.name
        for each in sums
        if each.concentration
    }
