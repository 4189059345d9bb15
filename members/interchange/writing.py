"""The members of a day as a file: YAML in the shape that is imported, CSV, and JSON."""

import csv
import json

import yaml
from django.db.models import Min

from members.interchange.csv_file import LISTS, REQUIRED, defuse
from members.interchange.kept import give, give_json, give_text
from members.interchange.rows import FORMER
from members.models import Import, Membership, Representative

FORMATS = ("yaml", "csv", "json")
DATES = ("joined", "left", "left_as", "former_level")
COLUMNS = (*REQUIRED, "website", "focus_area", "leads", "sc_reps")
_NOT_RECORDED = Membership.EndReason.NOT_RECORDED
_Dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


def write_members(file, *, format, on, dates=False):
    """Write who was a member on the day `on`, and who had been one, to `file`.

    In the order of levels, former members last, then of short names. Levels and people
    are those of that day; names, websites and focus are today's. `dates` adds the days
    of joining and leaving, which JSON always has.
    """
    {"yaml": _write_yaml, "csv": _write_csv, "json": _write_json}[format](
        file, _members(on), dates
    )


def _write_yaml(file, members, dates):
    shown = [{**_shape(member, dates), **give(member["unknown"])} for member in members]
    file.write("# short_name is the key. membership_level: a level, or former.\n")
    yaml.dump(
        {"members": shown, **give(Import.objects.last_unknown())},
        file,
        Dumper=_Dumper,
        allow_unicode=True,
        sort_keys=False,
    )


def _write_json(file, members, dates):
    shown = [
        {
            "public_id": member["public_id"],
            **_shape(member, dates=True),
            **give_json(member["unknown"]),
        }
        for member in members
    ]
    whole = {"members": shown, **give_json(Import.objects.last_unknown())}
    json.dump(whole, file, ensure_ascii=False, indent=2, default=str)
    file.write("\n")


def _write_csv(file, members, dates):
    shapes = [
        (_shape(member, dates), give_json(member["unknown"])) for member in members
    ]
    unknown = sorted({key for _, kept in shapes for key in kept})
    examples = ("example",) if any("example" in shape for shape, _ in shapes) else ()
    columns = [*COLUMNS, *(DATES if dates else ()), *examples, *unknown]
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(map(defuse, columns))
    for shape, kept in shapes:
        cells = {key: give_text(value) for key, value in kept.items()}
        cells |= {key: _cell(key, value) for key, value in shape.items()}
        writer.writerow(defuse(cells.get(column, "")) for column in columns)


def _cell(key, value):
    if key in LISTS:
        return "\n".join(value)
    return "true" if value is True else str(value)


def _shape(member, dates):
    """The known keys of a member, without the empty ones."""
    keys = [key for key in member if key not in ("public_id", "unknown")]
    shape = {key: member[key] for key in keys if dates or key not in DATES}
    return {key: value for key, value in shape.items() if value or key == "short_name"}


def _members(on):
    periods = Membership.objects.last_begun(on).select_related("organization", "level")
    people, joined = _people(on), _joined(on)
    return [
        _member(period, people.get(period.organization_id, {}), joined, on)
        for period in sorted(periods, key=lambda period: _place(period, on))
    ]


def _is_former(period, on):
    return period.end_reason == _NOT_RECORDED or not period.is_in_force(on)


def _place(period, on):
    organization = period.organization
    rank = (1, 0) if _is_former(period, on) else (0, period.level.position)
    name = organization.folded_short_name or organization.folded_name
    return (*rank, name, organization.pk)


def _member(period, people, joined, on):
    organization, former = period.organization, _is_former(period, on)
    known = former and period.end_reason != _NOT_RECORDED
    return {
        "public_id": organization.public_id,
        "short_name": organization.short_name,
        "name": organization.name,
        "website": organization.website,
        "membership_level": FORMER if former else period.level.slug,
        "leads": people.get("lead", []),
        "sc_reps": people.get("seat_holder", []) + people.get("alternate", []),
        "focus_area": organization.focus,
        "joined": joined.get(organization.pk),
        "left": period.ended_on if known else None,
        "left_as": period.end_reason if known else "",
        "former_level": period.level.slug if known else "",
        "example": organization.is_example,
        "unknown": organization.unknown,
    }


def _joined(on):
    """The first day of each organization as a member, where it is known."""
    periods = Membership.objects.started(on).recorded()
    first = periods.order_by().values_list("organization").annotate(Min("started_on"))
    return dict(first)


def _people(on):
    """By organization and role, those whom anyone may see."""
    rows = Representative.objects.public().on(on).with_people()
    named = {}
    for row in rows.order_by("started_on", "pk"):
        roles = named.setdefault(row.organization_id, {})
        roles.setdefault(row.role, []).append(str(row.person))
    return named
