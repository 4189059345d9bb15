"""CSV with its lines, and cells that no spreadsheet takes for a formula."""

import csv
import io

from members.interchange.faults import Fault, RefusalError
from members.interchange.tree import MAX_MEMBERS, TOO_MANY, Document, Node

REQUIRED = ("short_name", "name", "membership_level")
# Several people stand in one cell, one a line.
LISTS = ("leads", "sc_reps")

_FORMULA = frozenset("=+-@\t\r\uff1d\uff0b\uff0d\uff20")
_DEFUSED = _FORMULA | {"'"}


def defuse(cell: str) -> str:
    """`cell` so that a spreadsheet takes it for text: an apostrophe before it."""
    risky = cell[:1] in _FORMULA or (cell[:1] == "'" and cell[1:2] in _DEFUSED)
    return f"'{cell}" if risky else cell


def fuse(cell: str) -> str:
    """What `defuse` was given."""
    return cell[1:] if cell[:1] == "'" and cell[1:2] in _DEFUSED else cell


def read_csv(text: str) -> Document:
    """The members of a CSV text, whose first line names the columns."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    members, faults, line, header = [], [], 1, None
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                if header is None:
                    header = _header(cells, line)
                elif len(cells) != len(header):
                    words = f"{len(cells)} cells, but the header has {len(header)}."
                    faults.append(Fault(line, 0, words))
                elif len(members) == MAX_MEMBERS:
                    faults.append(Fault(line, 0, TOO_MANY))
                    break
                else:
                    members.append(_member(header, cells, line))
            line = reader.line_num + 1
    except csv.Error as error:
        faults.append(Fault(reader.line_num, 0, f"This is not CSV: {error}."))
    if header is None and not faults:
        faults.append(Fault(1, 0, "No line names the columns."))
    if faults:
        raise RefusalError(faults)
    return Document(members=members, columns=frozenset(header))


def _header(cells, line):
    header = [fuse(cell).strip() for cell in cells]
    faults = [
        Fault(line, 0, f"The column “{name}” stands twice.")
        for name in sorted({name for name in header if header.count(name) > 1})
    ]
    if not all(header):
        faults.append(Fault(line, 0, "A column has no name."))
    for name in REQUIRED:
        if name not in header:
            found = ", ".join(header)[:200]
            words = f"The column “{name}” is missing; found are: {found}."
            if len(header) == 1:
                words += " Columns are separated by commas."
            faults.append(Fault(line, 0, words))
    if faults:
        raise RefusalError(faults)
    return header


def _member(header, cells, line):
    values = {}
    for name, cell in zip(header, map(fuse, cells), strict=True):
        if name in LISTS:
            people = [Node(part, line) for part in cell.splitlines() if part.strip()]
            values[name] = Node(people, line)
        elif cell or name in REQUIRED:
            values[name] = Node(cell, line)
    return Node(values, line)
