"""Which cells of the coverage an applicant would fill, and what that would close.

Pure functions: the table as it is and what the applicant means to do in, cells out.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from goals.coverage import AT_LARGE, PROVIDING, Cell, Line, Mark, Table


@dataclass(frozen=True)
class Intent:
    """That the applicant means to do something for a goal; `rows` are slugs.

    No rows mean the ecosystem at large; `new_rows` are names of rows to be added.
    """

    goal: str
    effort: str
    rows: tuple[str, ...] = ()
    new_rows: tuple[str, ...] = ()


@dataclass(frozen=True)
class Filled:
    """A cell as it would be: `before` and `after` are numbers of providers."""

    row: Line
    column: Line
    effort: str
    before: int
    is_new: bool = False

    @property
    def after(self) -> int:
        return self.before + self.provides

    @property
    def provides(self) -> bool:
        return self.effort in PROVIDING

    @property
    def closes(self) -> Mark | None:
        """The mark that the cell has today and would lose."""
        return Mark.of(self.before) if self.provides and not self.is_new else None


def filled(table: Table, intents: Iterable[Intent]) -> list[Filled]:
    """The cells of all intents that the table has, or would have, by goal.

    Rows that the table has no more are passed over. KeyError: no such goal.
    """
    found = {(cell.row.slug, cell.column.slug): cell for cell in table.cells()}
    columns = {each.line.slug: each.line for each in table.columns}
    cells: list[Filled] = []
    for intent in intents:
        at_large = not intent.rows and not intent.new_rows
        rows = (AT_LARGE.slug,) if at_large else intent.rows
        places = (found.get((slug, intent.goal)) for slug in rows)
        cells += [_filled(cell, intent.effort) for cell in places if cell]
        column = columns[intent.goal]
        cells += [_new(name, column, intent.effort) for name in intent.new_rows]
    return cells


def _filled(cell: Cell, effort: str) -> Filled:
    return Filled(cell.row, cell.column, effort, cell.providers)


def _new(name: str, column: Line, effort: str) -> Filled:
    return Filled(Line(-1, "", name, "proposal"), column, effort, 0, is_new=True)


def closed(cells: Iterable[Filled], mark: Mark) -> list[Filled]:
    """Those that would lose `mark`."""
    return [cell for cell in cells if cell.closes is mark]
