"""The pure part of the coverage: no database here."""

from collections import Counter
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goals import coverage as pure
from goals.coverage import AT_LARGE, Line, Mark, Provider, Provision, Step, Tally

GOALS = [Line(n, f"goal-{n}", f"Goal {n}", "goal") for n in range(1, 5)]
ROWS = [Line(n, f"row-{n}", f"Row {n}", "community") for n in range(1, 6)] + [AT_LARGE]
NAMES = [Provider(name, name.lower()) for name in ("Ada", "Bell", "Curie", "Darwin")]
EFFORTS = ["leads", "contributes", "endorses"]

# What an organization does in a cell: one effort at most.
commitments = st.dictionaries(
    st.tuples(
        st.sampled_from([row.key for row in ROWS]),
        st.sampled_from([goal.key for goal in GOALS]),
        st.sampled_from(NAMES),
    ),
    st.sampled_from(EFFORTS),
)


def counted(stated, efforts=pure.PROVIDING):
    """Tallies and provisions of `stated`, as a database would count them."""
    cells = {}
    for (row, goal, name), effort in stated.items():
        cell = cells.setdefault((row, goal), {"names": [], "efforts": Counter()})
        cell["efforts"][effort] += 1
        if effort in efforts:
            cell["names"].append(name)
    tallies = [
        Tally(
            *key,
            *(cell["efforts"][e] for e in EFFORTS),
            min(cell["names"], default=None),
        )
        for key, cell in cells.items()
    ]
    provisions = [
        Provision(*key) for key, effort in stated.items() if effort in efforts
    ]
    return tallies, provisions


def table_of(stated, **options):
    tallies, provisions = counted(stated, options.get("efforts", pure.PROVIDING))
    return pure.coverage(ROWS, GOALS, tallies, provisions, **options)


def found(table):
    """What is marked, as words that do not depend on an order."""
    cells = {(c.row.key, c.column.key, c.mark, c.only) for c in table.cells() if c.mark}
    lines = {(f.line, f.provider, f.cells, f.total) for f in table.concentrations}
    return cells, lines


def test_one_leader_is_single_and_the_rest_are_gaps():
    ada = NAMES[0]

    table = table_of({(1, 1, ada): "leads", (1, 2, ada): "endorses"})

    [single] = table.single_providers
    assert (single.row, single.column, single.only) == (ROWS[0], GOALS[0], ada)
    assert len(table.gaps) == len(ROWS) * len(GOALS) - 1
    assert [c.endorses for c in table.rows[0].cells] == [0, 1, 0, 0]
    assert table.concentrations == []


def test_more_than_half_of_a_row_is_a_concentration():
    ada, bell, *_ = NAMES

    table = table_of(
        {(1, 1, ada): "leads", (1, 2, ada): "contributes", (1, 3, bell): "leads"}
    )

    [concentration] = table.concentrations
    assert concentration.line == ROWS[0]
    assert concentration.provider == ada
    assert (concentration.cells, concentration.total) == (2, 3)
    assert concentration.percent == 67


def test_exactly_half_is_no_concentration():
    ada, bell, *_ = NAMES

    table = table_of({(1, 1, ada): "leads", (1, 2, bell): "leads"})

    assert table.concentrations == []


def test_column_is_concentrated_across_rows():
    ada, bell, *_ = NAMES

    table = table_of(
        {(1, 2, ada): "leads", (0, 2, ada): "leads", (3, 2, bell): "contributes"}
    )

    assert [each.line for each in table.concentrations] == [GOALS[1]]


def test_threshold_moves_what_is_concentrated():
    ada, bell, *_ = NAMES
    stated = {(1, 1, ada): "leads", (1, 2, ada): "leads", (1, 3, bell): "leads"}

    assert table_of(stated, threshold=Fraction(2, 3)).concentrations == []
    assert len(table_of(stated, threshold=Fraction(3, 5)).concentrations) == 1


def test_only_those_that_lead_can_be_asked_for():
    ada, bell, *_ = NAMES
    stated = {(1, 1, ada): "leads", (1, 1, bell): "contributes"}

    [single] = table_of(stated, efforts=["leads"]).single_providers

    assert (single.only, single.providers, single.contributes) == (ada, 1, 1)


@pytest.mark.parametrize(
    ("most", "steps"),
    [
        (0, []),
        (1, []),
        (2, [(4, 2, 2)]),
        (4, [(3, 2, 2), (4, 3, 4)]),
        (9, [(2, 2, 3), (3, 4, 6), (4, 7, 9)]),
        (2000, [(2, 2, 666), (3, 667, 1333), (4, 1334, 2000)]),
    ],
)
def test_heat_has_steps_up_to_the_most(most, steps):
    base = [Step(0, 0, 0), Step(1, 1, 1)]

    assert list(pure.heat_steps(most)) == base + [Step(*step) for step in steps]


@pytest.mark.parametrize(
    ("most", "top", "steps"),
    [
        (9, 40, [(2, 2, 3), (3, 4, 6), (4, 7, 40)]),
        (1, 5, [(4, 2, 5)]),
        (2, 2, [(4, 2, 2)]),
    ],
)
def test_strongest_heat_goes_on_to_the_top(most, top, steps):
    found = pure.heat_steps(most, top)

    assert list(found[2:]) == [Step(*step) for step in steps]


def test_ecosystem_at_large_does_not_dwarf_the_rest():
    tallies = [Tally(AT_LARGE.key, 1, leads=90), Tally(1, 1, leads=9)]

    table = pure.coverage(ROWS, GOALS, tallies, [])

    assert [table.rows[row].cells[0].heat for row in (0, -1)] == [4, 4]


def test_table_of_nothing_is_unstated():
    table = table_of({})

    assert table.is_unstated
    assert table.total == 0
    assert len(table.gaps) == len(ROWS) * len(GOALS)


def test_table_with_only_an_endorsement_is_stated():
    assert not table_of({(0, 1, NAMES[0]): "endorses"}).is_unstated


def test_table_without_rows_or_columns_is_empty():
    assert pure.coverage([], GOALS, [], []).rows == ()
    assert pure.coverage(ROWS, [], [], []).total == 0


def test_table_narrows_to_the_rows_of_a_mark():
    ada, bell, *_ = NAMES
    full = {(1, goal.key, name): "leads" for goal in GOALS for name in (ada, bell)}

    table = table_of({**full, (2, 1, ada): "leads"})

    assert ROWS[0] not in [row.line for row in table.rows_with(Mark.GAP)]
    assert [row.line for row in table.rows_with(Mark.SINGLE)] == [ROWS[1]]
    assert len(table.rows_with(None)) == len(ROWS)


def test_concentrated_column_keeps_all_rows():
    ada, bell, *_ = NAMES

    table = table_of(
        {(1, 2, ada): "leads", (0, 2, ada): "leads", (3, 2, bell): "contributes"}
    )

    assert len(table.rows_with(Mark.CONCENTRATION)) == len(ROWS)
    assert {c.column for c in table.cells(Mark.CONCENTRATION)} == {GOALS[1]}


@given(commitments)
def test_totals_equal_the_provisions(stated):
    _, provisions = counted(stated)

    table = table_of(stated)

    assert table.total == len(provisions)
    assert sum(column.total for column in table.columns) == len(provisions)
    in_row = Counter(provision.row for provision in provisions)
    assert {row.line.key: row.total for row in table.rows} == {
        row.key: in_row[row.key] for row in ROWS
    }


@given(commitments)
def test_gap_and_single_follow_from_who_provides(stated):
    names = {}
    for row, goal, name in (key for key, e in stated.items() if e != "endorses"):
        names.setdefault((row, goal), []).append(name)

    for cell in table_of(stated).cells():
        here = names.get((cell.row.key, cell.column.key), [])
        assert (cell.mark is Mark.GAP) == (here == [])
        assert (cell.mark is Mark.SINGLE) == (len(here) == 1)
        assert cell.only == (here[0] if len(here) == 1 else None)
        assert cell.heat == 0 if not here else cell.heat > 0


@given(commitments, st.randoms())
def test_order_of_input_changes_no_mark(stated, random):
    items = list(stated.items())
    random.shuffle(items)

    assert found(table_of(dict(items))) == found(table_of(stated))


@given(commitments)
def test_more_providers_are_never_colder(stated):
    cells = sorted(table_of(stated).cells(), key=lambda cell: cell.providers)

    assert [c.heat for c in cells] == sorted(c.heat for c in cells)


@given(
    commitments,
    st.fractions(min_value=Fraction(1, 4), max_value=Fraction(1)),
    st.sampled_from([("leads",), pure.PROVIDING]),
)
def test_close_calls_are_all_that_needs_a_closer_look(stated, threshold, efforts):
    options = {"threshold": threshold, "efforts": efforts}
    tallies, provisions = counted(stated, efforts)
    rows, columns = pure.close_calls(ROWS, GOALS, tallies, **options)
    close = [p for p in provisions if p.row in rows or p.column in columns]

    narrow = pure.coverage(ROWS, GOALS, tallies, close, **options)

    assert found(narrow) == found(table_of(stated, **options))


def test_crowded_table_needs_no_closer_look():
    crowd = [Tally(row.key, goal.key, leads=9) for row in ROWS for goal in GOALS]

    assert pure.close_calls(ROWS, GOALS, crowd) == ([], [])


@pytest.mark.parametrize(("total", "rows"), [(7, [1]), (8, [])])
def test_row_is_close_while_one_could_have_more_than_half_of_it(total, rows):
    """One that provides all four cells has more than half of seven, not of eight."""
    crowd = [Tally(row.key, goal.key, leads=9) for row in ROWS[1:] for goal in GOALS]

    tallies = [*crowd, Tally(1, 1, leads=total)]

    assert pure.close_calls(ROWS, GOALS, tallies) == (rows, [])


def test_crowded_row_is_not_judged_by_its_thin_columns():
    ada, bell, *_ = NAMES
    tallies = [Tally(1, 1, leads=2), Tally(1, 2, leads=1), Tally(1, 3, leads=40)]
    close = [Provision(1, 1, ada), Provision(1, 1, bell), Provision(1, 2, ada)]

    table = pure.coverage(ROWS, GOALS, tallies, close)

    assert table.rows[0].concentration is None
