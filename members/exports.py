"""CSV and JSON as streams, and the directory as both: organizations in, text out.

Each part that a stream yields costs a write to a socket, so parts are large; and a
query of the rows is asked before the first of them.
"""

import csv
import datetime as dt
import io
import json
from collections.abc import Iterable, Iterator
from typing import Any

from members.interchange.csv_file import defuse
from members.models import Membership

# Characters.
A_PART = 64 * 1024
LICENCE = "https://creativecommons.org/publicdomain/zero/1.0/"
COLUMNS = [
    "public_id",
    "name",
    "short_name",
    "slug",
    "status",
    "level",
    "joined_on",
    "left_on",
    "website",
    "focus",
    "communities",
    "capabilities",
    "institutions",
    "ror_ids",
    "countries",
]
# What `record` reads of each organization.
READ = [
    "public_id",
    "name",
    "short_name",
    "slug",
    "website",
    "focus",
    "level_slug",
    "joined_on",
    "left_on",
    "left_as",
    "communities",
    "capabilities",
    "places",
    "efforts",
]


def csv_parts(rows: Iterable[Iterable[Any]]) -> Iterator[str]:
    """CSV of `rows`; where a cell holds several values they are parted by “; ”."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    for row in rows:
        writer.writerow([_cell(value) for value in row])
        if text.tell() > A_PART:
            yield text.getvalue()
            text.seek(0)
            text.truncate()
    yield text.getvalue()


def json_parts(head: dict[str, Any], name: str, items: Iterable[Any]) -> Iterator[str]:
    """One JSON object: `head`, and under `name` the `items`, written as they come."""
    text, separator, size = [f"{dumped(head)[:-1]}, {dumped(name)}: ["], "\n", 0
    for item in items:
        text += separator, dumped(item)
        separator, size = ",\n", size + len(text[-1])
        if size > A_PART:
            yield "".join(text)
            text, size = [], 0
    yield "".join([*text, "\n]}\n"])


def dumped(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, list):
        value = "; ".join(part or "" for part in value)
    return defuse(str(value))


def csv_rows(
    organizations: Iterable[Any], goals: dict[str, str]
) -> Iterator[Iterable[Any]]:
    """A row for each organization; `goals` are slugs, each with a column of its own."""
    yield [*COLUMNS, *(f"effort_{slug}" for slug in goals)]
    for organization in organizations:
        facts = record(organization, goals)
        efforts = facts.pop("efforts")
        yield [*facts.values(), *efforts.values()]


def json_items(
    organizations: Iterable[Any], goals: dict[str, str]
) -> Iterator[dict[str, Any]]:
    return (record(organization, goals) for organization in organizations)


def _day(date: dt.date | None) -> str | None:
    return date and date.isoformat()


def record(organization: Any, goals: Iterable[str]) -> dict[str, Any]:
    """What the directory publishes of an organization, in the order of the columns."""
    efforts = dict(organization.efforts)
    known = organization.left_as != Membership.EndReason.NOT_RECORDED
    return {
        "public_id": organization.public_id,
        "name": organization.name,
        "short_name": organization.short_name,
        "slug": organization.slug,
        "status": "former" if organization.left_on else "current",
        "level": organization.level_slug if known else None,
        "joined_on": _day(organization.joined_on),
        "left_on": _day(organization.left_on) if known else None,
        "website": organization.website,
        "focus": organization.focus,
        "communities": organization.communities,
        "capabilities": organization.capabilities,
        "institutions": [name for name, _, _ in organization.places],
        "ror_ids": [ror_id for _, ror_id, _ in organization.places],
        "countries": sorted({code for _, _, code in organization.places if code}),
        "efforts": {slug: efforts.get(slug) for slug in goals},
    }
