"""The coverage as CSV and JSON. Pure: tables and rows in, text out."""

import csv
import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from goals.coverage import Cell, Concentration, Line, Mark, Sum, Table
from members.exports import Echo
from members.interchange.csv_file import defuse

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


def csv_lines(rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    writer = csv.writer(Echo())
    for row in rows:
        yield writer.writerow([defuse(str(value)) for value in row])


def json_parts(head: dict[str, Any], name: str, items: Iterable[Any]) -> Iterator[str]:
    """One JSON object: `head`, and under `name` the `items`, written as they come."""
    yield f"{dumped(head)[:-1]}, {dumped(name)}: ["
    separator = "\n"
    for item in items:
        yield separator + dumped(item)
        separator = ",\n"
    yield "\n]}\n"


def dumped(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


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


def member(organization: Any, efforts: Iterable[tuple[Line, str]]) -> dict[str, Any]:
    return {
        "public_id": organization.public_id,
        "slug": organization.slug,
        "name": organization.name,
        "short_name": organization.short_name,
        "efforts": {goal.slug: effort or None for goal, effort in efforts},
    }


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
