"""The directory as CSV and JSON, written line by line: organizations in, text out."""

import csv
import datetime as dt
import json
from collections.abc import Iterable, Iterator
from typing import Any

from members.interchange.csv_file import defuse
from members.models import Membership

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


class Echo:
    """A file that gives back what is written to it, for a response to stream."""

    def write(self, text: str) -> str:
        return text


def as_csv(organizations: Iterable[Any], goals: dict[str, str]) -> Iterator[str]:
    """A line for each organization; `goals` are slugs, each with a column of its own.

    Where there are several values they are parted by “; ”.
    """
    writer = csv.writer(Echo())
    yield writer.writerow([*COLUMNS, *(f"effort_{slug}" for slug in goals)])
    for organization in organizations:
        facts = record(organization, goals)
        efforts = facts.pop("efforts")
        values = [*facts.values(), *efforts.values()]
        yield writer.writerow([_cell(value) for value in values])


def _cell(value: Any) -> str:
    if isinstance(value, list):
        value = "; ".join(part or "" for part in value)
    return defuse(str(value or ""))


def as_json(
    head: dict[str, Any], organizations: Iterable[Any], goals: dict[str, str]
) -> Iterator[str]:
    """One object: `head`, the licence, and the organizations as they come."""
    start = _dumped({**head, "licence": LICENCE})
    yield f'{start[:-1]}, "organizations": ['
    separator = "\n"
    for organization in organizations:
        yield separator + _dumped(record(organization, goals))
        separator = ",\n"
    yield "\n]}\n"


def _day(date: dt.date | None) -> str | None:
    return date and date.isoformat()


def _dumped(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


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
