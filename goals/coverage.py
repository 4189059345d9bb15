"""Where the goals are covered, where thinly, and where not at all.

Pure functions: numbers of commitments in, a table with marks out. The words below are
the definitions; the pages print them as their legend.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from typing import NamedTuple

from members.identifiers import AT_LARGE_SLUG

LEADS, CONTRIBUTES, ENDORSES = "leads", "contributes", "endorses"
PROVIDING = (LEADS, CONTRIBUTES)
HALF = Fraction(1, 2)
DARKEST = 4

# The row of the commitments that name no community and no capability: no community has
# this key, and none its slug.
AT_LARGE_KEY = 0


class Mark(Enum):
    """What deserves attention: its symbol, its words, and what they mean."""

    GAP = (
        "gaps",
        "○",
        "Gap",
        "Gaps",
        "No provider: no member leads or contributes here, though some may endorse.",
    )
    SINGLE = (
        "single",
        "◐",
        "Single provider",
        "Single providers",
        "Exactly one provider: if that member left, this would be a gap.",
    )
    CONCENTRATION = (
        "concentration",
        "◆",
        "Concentration",
        "Concentrations",
        (
            "One member accounts for more than half of a row or a column in which "
            "several provide; each cell that a member provides counts as one."
        ),
    )

    def __init__(self, slug: str, symbol: str, word: str, plural: str, meaning: str):
        self.slug, self.symbol, self.meaning = slug, symbol, meaning
        self.word, self.plural = word, plural

    @classmethod
    def of(cls, providers: int) -> "Mark | None":
        """The mark of a cell with so many providers."""
        return {0: cls.GAP, 1: cls.SINGLE}.get(providers)


class Provider(NamedTuple):
    """An organization that leads or contributes; endorsing alone provides nothing."""

    name: str
    slug: str


class Line(NamedTuple):
    """A row or a column before anything is counted: a goal, a community, …"""

    key: int
    slug: str
    name: str
    kind: str


AT_LARGE = Line(AT_LARGE_KEY, AT_LARGE_SLUG, "The ecosystem at large", "ecosystem")


class Tally(NamedTuple):
    """How many organizations committed to a goal (column) for a community (row).

    `provider` is any one of the providers, if there are some.
    """

    row: int
    column: int
    leads: int = 0
    contributes: int = 0
    endorses: int = 0
    provider: Provider | None = None


class Provision(NamedTuple):
    """That one organization provides one cell."""

    row: int
    column: int
    provider: Provider


@dataclass(frozen=True)
class Cell:
    row: Line
    column: Line
    leads: int
    contributes: int
    endorses: int
    providers: int
    only: Provider | None
    heat: int

    @property
    def mark(self) -> Mark | None:
        return Mark.of(self.providers)


@dataclass(frozen=True)
class Concentration:
    """One provider's part of a row or a column: `cells` of the `total`."""

    line: Line
    provider: Provider
    cells: int
    total: int
    mark = Mark.CONCENTRATION

    @property
    def percent(self) -> int:
        return round(100 * self.cells / self.total)


@dataclass(frozen=True)
class Sum:
    """The total of a row or a column, and the concentration in it, if there is one."""

    line: Line
    cells: tuple[Cell, ...]
    concentration: Concentration | None

    @property
    def total(self) -> int:
        return sum(cell.providers for cell in self.cells)


@dataclass(frozen=True)
class Step:
    """A level of heat: cells with `low` to `high` providers are coloured alike."""

    heat: int
    low: int
    high: int


@dataclass(frozen=True)
class Table:
    rows: tuple[Sum, ...]
    columns: tuple[Sum, ...]
    steps: tuple[Step, ...]

    @property
    def total(self) -> int:
        return sum(row.total for row in self.rows)

    @property
    def is_unstated(self) -> bool:
        """That no cell has a commitment of any kind."""
        return not any(c.leads + c.contributes + c.endorses for c in self.cells())

    @property
    def gaps(self) -> list[Cell]:
        return self.cells(Mark.GAP)

    @property
    def single_providers(self) -> list[Cell]:
        return self.cells(Mark.SINGLE)

    @property
    def concentrations(self) -> list[Concentration]:
        sums = (*self.rows, *self.columns)
        return [each.concentration for each in sums if each.concentration]

    @property
    def findings(self) -> dict[Mark, list]:
        return {
            Mark.GAP: self.gaps,
            Mark.SINGLE: self.single_providers,
            Mark.CONCENTRATION: self.concentrations,
        }

    def rows_with(self, mark: Mark | None) -> tuple[Sum, ...]:
        """The rows in which there is a cell that `mark` is about; all for no mark."""
        keys = {cell.row.key for cell in self.cells(mark)}
        return tuple(row for row in self.rows if row.line.key in keys)

    def cells(self, mark: Mark | None = None) -> list[Cell]:
        """The cells that `mark` is about, by row; all of them for no mark."""
        cells = [cell for row in self.rows for cell in row.cells]
        if mark is Mark.CONCENTRATION:
            lines = {found.line for found in self.concentrations}
            return [c for c in cells if c.row in lines or c.column in lines]
        return [cell for cell in cells if mark in (None, cell.mark)]


def coverage(
    rows: Collection[Line],
    columns: Collection[Line],
    tallies: Iterable[Tally],
    provisions: Iterable[Provision],
    *,
    efforts: Collection[str] = PROVIDING,
    threshold: Fraction = HALF,
) -> Table:
    """The table of `rows` and `columns` with its marks.

    `efforts` are those that make a provider. `provisions` need to be complete only for
    the rows and columns that `close_calls` names.
    """
    counted = {(tally.row, tally.column): tally for tally in tallies}
    steps = _steps(counted.values(), efforts)
    grid = {
        (row.key, column.key): _cell(row, column, counted, efforts, steps)
        for row in rows
        for column in columns
    }
    in_row, in_column = _parts(provisions)
    return Table(
        tuple(
            _sum(
                row, [grid[row.key, c.key] for c in columns], in_row[row.key], threshold
            )
            for row in rows
        ),
        tuple(
            _sum(
                column,
                [grid[r.key, column.key] for r in rows],
                in_column[column.key],
                threshold,
            )
            for column in columns
        ),
        steps,
    )


def close_calls(
    rows: Collection[Line],
    columns: Collection[Line],
    tallies: Iterable[Tally],
    *,
    efforts: Collection[str] = PROVIDING,
    threshold: Fraction = HALF,
) -> tuple[list[int], list[int]]:
    """The keys of the rows and columns that one organization could dominate.

    An organization has one commitment for a goal, so it provides at most one cell for
    each column in a row, and one for each row in a column. Where so many provide that
    this cannot be more than `threshold`, nobody needs to look at who they are: with
    thousands of organizations, only the few thin rows and columns are left.
    """
    in_row: Counter[int] = Counter()
    in_column: Counter[int] = Counter()
    for tally in tallies:
        in_row[tally.row] += providers(tally, efforts)
        in_column[tally.column] += providers(tally, efforts)
    return (
        [r.key for r in rows if 0 < in_row[r.key] * threshold < len(columns)],
        [c.key for c in columns if 0 < in_column[c.key] * threshold < len(rows)],
    )


def providers(tally: Tally, efforts: Collection[str] = PROVIDING) -> int:
    """How many organizations provide: those with one of `efforts`."""
    return sum(getattr(tally, effort) for effort in efforts)


def concentration(
    line: Line, parts: Mapping[Provider, int], threshold: Fraction = HALF
) -> Concentration | None:
    """Several provide, and one accounts for more than `threshold` of their cells."""
    total = sum(parts.values())
    if len(parts) < 2:
        return None
    largest = max(parts, key=lambda provider: (parts[provider], provider))
    if parts[largest] <= threshold * total:
        return None
    return Concentration(line, largest, parts[largest], total)


def heat_steps(most: int, top: int = 0) -> tuple[Step, ...]:
    """Nobody, one, then the numbers up to `most` in three equal parts.

    The last of them goes on to `top`, if that is more.
    """
    steps = [Step(0, 0, 0), Step(1, 1, 1)]
    low = 2
    for heat in range(2, DARKEST + 1):
        high = most * (heat - 1) // (DARKEST - 1)
        if high >= low:
            steps.append(Step(heat, low, high))
            low = high + 1
    if top > steps[-1].high:
        last = steps.pop() if low > 2 else Step(DARKEST, low, top)
        steps.append(Step(last.heat, last.low, top))
    return tuple(steps)


def _steps(tallies: Collection[Tally], efforts: Collection[str]) -> tuple[Step, ...]:
    """The heat of a table; what goes to the ecosystem at large would dwarf the rest."""
    named = [t for t in tallies if t.row != AT_LARGE_KEY]
    most, top = (
        max((providers(tally, efforts) for tally in some), default=0)
        for some in (named, tallies)
    )
    return heat_steps(most or top, top)


def _cell(
    row: Line,
    column: Line,
    counted: Mapping[tuple[int, int], Tally],
    efforts: Collection[str],
    steps: Iterable[Step],
) -> Cell:
    tally = counted.get((row.key, column.key), Tally(row.key, column.key))
    number = providers(tally, efforts)
    return Cell(
        row,
        column,
        *tally[2:5],
        providers=number,
        only=tally.provider if number == 1 else None,
        heat=next(step.heat for step in steps if number <= step.high),
    )


def _parts(provisions: Iterable[Provision]) -> tuple[defaultdict, defaultdict]:
    """How many cells each provider has, by row and by column."""
    in_row: defaultdict = defaultdict(Counter)
    in_column: defaultdict = defaultdict(Counter)
    for provision in provisions:
        in_row[provision.row][provision.provider] += 1
        in_column[provision.column][provision.provider] += 1
    return in_row, in_column


def _sum(line: Line, cells: Iterable[Cell], parts: Mapping, threshold: Fraction) -> Sum:
    cells = tuple(cells)
    # Parts that do not add up are of a line that nobody had to look at.
    complete = sum(parts.values()) == sum(cell.providers for cell in cells)
    found = concentration(line, parts, threshold) if complete else None
    return Sum(line, cells, found)
