"""What an applicant would add to the coverage, in numbers and on the preview."""

import pytest

from goals.coverage import AT_LARGE, Line, Mark, Tally, coverage
from goals.filling import Filled, Intent, closed, filled
from tests import factories
from tests.applying.scenes import address, draft, writer

FLUIDS = Line(1, "fluids", "Fluids", "community")
PLASMA = Line(2, "plasma", "Plasma", "community")
WORKFORCE = Line(7, "workforce", "Workforce", "goal")
TABLE = coverage(
    [FLUIDS, PLASMA, AT_LARGE],
    [WORKFORCE],
    [Tally(2, 7, leads=1, endorses=3), Tally(0, 7, contributes=2)],
    [],
)


def cell(row, effort, before, **other):
    return Filled(row, WORKFORCE, effort, before, **other)


@pytest.mark.parametrize(
    ("intent", "cells"),
    [
        (
            Intent("workforce", "leads", ("fluids", "plasma")),
            [cell(FLUIDS, "leads", 0), cell(PLASMA, "leads", 1)],
        ),
        (Intent("workforce", "endorses"), [cell(AT_LARGE, "endorses", 2)]),
        (Intent("workforce", "leads", ("gone",)), []),
        (
            Intent("workforce", "leads", (), ("Combustion",)),
            [cell(Line(-1, "", "Combustion", "proposal"), "leads", 0, is_new=True)],
        ),
    ],
)
def test_an_intent_fills_the_cells_that_it_names(intent, cells):
    assert filled(TABLE, [intent]) == cells


@pytest.mark.parametrize(
    ("effort", "before", "is_new", "after", "mark"),
    [
        ("leads", 0, False, 1, Mark.GAP),
        ("contributes", 1, False, 2, Mark.SINGLE),
        ("contributes", 2, False, 3, None),
        ("endorses", 0, False, 0, None),
        ("leads", 0, True, 1, None),
    ],
)
def test_what_a_cell_closes(effort, before, is_new, after, mark):
    found = cell(FLUIDS, effort, before, is_new=is_new)

    assert (found.after, found.closes) == (after, mark)
    assert closed([found], Mark.GAP) == ([found] if mark is Mark.GAP else [])


@pytest.mark.django_db
def test_preview_shows_the_page_and_the_gaps_that_it_closes(client):
    fluids = factories.community(name="Fluids", slug="fluids")
    plasma = factories.community(name="Plasma", slug="plasma")
    member = factories.member()
    factories.commitment(organization=member, communities=[plasma])
    host = factories.institution(name="Universität Konstanz")
    application = writer(
        client,
        given=factories.answers(
            name="Alder",
            description="We grow.",
            former_names="Elder",
            hosts=[str(host.pk)],
            communities=[str(fluids.pk)],
            workforce__communities=[str(fluids.pk), str(plasma.pk), "proposal-1"],
            **{
                f"how-{fluids.pk}": "By pumping",
                "proposal-1-name": "Combustion",
                "proposal-1-kind": "community",
                "lead-is_public": True,
            },
        ),
    )

    page = client.get(address("preview", application))

    for text in ("Alder", "We grow.", "Elder", "Konstanz", "By pumping", "Combustion"):
        assert text in page.text
    assert "Ada Lovelace" in page.text
    assert "Grace Hopper" not in page.text
    assert application.draft["lead-email"] not in page.text
    gaps = {(c.row.slug, c.column.slug) for c in page.context["gaps"]}
    assert ("fluids", "workforce") in gaps
    assert len(gaps) == 7
    single = [(c.row.slug, c.column.slug) for c in page.context["single"]]
    assert single == [("plasma", "workforce")]
    assert "Submit the application" in page.text


@pytest.mark.django_db
def test_preview_of_nothing_says_what_to_do(client):
    application = draft(client)

    page = client.get(address("preview", application))

    assert "Your organization" in page.text
    assert "state your commitments" in page.text
    assert "things to do before it can be submitted" in page.text
    assert "Submit the application" not in page.text


@pytest.mark.django_db
@pytest.mark.parametrize("number", [1, 3])
def test_preview_takes_a_constant_number_of_queries(
    client, number, django_assert_num_queries
):
    communities = [factories.community() for _ in range(number)]
    for community in communities:
        member = factories.member()
        factories.service(organization=member, community=community)
        factories.commitment(organization=member, communities=[community])
    keys = [str(each.pk) for each in communities]
    application = draft(
        client,
        **{
            "name": "Alder",
            "communities": keys,
            "workforce-effort": "leads",
            "workforce-communities": keys,
        },
    )

    with django_assert_num_queries(21):
        client.get(address("preview", application))
