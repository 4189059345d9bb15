import csv
import datetime as dt
import json
import re
from io import StringIO

import pytest
from django.urls import reverse

from goals.coverage import AT_LARGE, Mark
from tests import factories
from tests.factories import commitment, community, member

pytestmark = pytest.mark.django_db

PAGES = ["coverage", "coverage_members"]
DATA = [
    "coverage_csv",
    "coverage_json",
    "coverage_members_csv",
    "coverage_members_json",
]
YESTERDAY = dt.date.today() - dt.timedelta(days=1)  # noqa: DTZ011
NEXT_YEAR = dt.date.today() + dt.timedelta(days=365)  # noqa: DTZ011


def get(client, name, *args, **query):
    return client.get(reverse(f"goals:{name}", args=args), query)


def rows_of(response):
    text = b"".join(response.streaming_content).decode()
    return list(csv.DictReader(StringIO(text)))


def json_of(response):
    if response.streaming:
        return json.loads(b"".join(response.streaming_content))
    return response.json()


def cell(client, row, goal="workforce", **query):
    cells = json_of(get(client, "coverage_json", **query))["cells"]
    return next(c for c in cells if (c["row"], c["goal"]) == (row, goal))


def test_only_members_and_commitments_of_today_count(client):
    solvers = community(slug="solvers")
    here = {"communities": [solvers]}
    now = member(short_name="Now")
    commitment(organization=now, **here)
    commitment(organization=member(ended_on=YESTERDAY), **here)
    commitment(organization=member(started_on=NEXT_YEAR), **here)
    commitment(organization=factories.organization(), **here)
    commitment(organization=member(), ended_on=YESTERDAY, **here)
    commitment(organization=member(), started_on=NEXT_YEAR, **here)
    commitment(organization=member(), started_on=YESTERDAY, ended_on=YESTERDAY, **here)

    assert cell(client, "solvers") == {
        "row": "solvers",
        "goal": "workforce",
        "leads": 1,
        "contributes": 0,
        "endorses": 0,
        "providers": 1,
        "mark": "single",
        "only_provider": {"name": "Now", "slug": now.slug},
    }


def test_member_that_left_and_came_back_counts_once(client):
    back = member(ended_on=dt.date(2024, 6, 1))
    factories.membership(organization=back, started_on=dt.date(2025, 1, 1))
    commitment(organization=back)

    assert cell(client, AT_LARGE.slug)["providers"] == 1


def test_commitment_counts_for_each_community_or_for_the_ecosystem(client):
    one, two = community(slug="one"), community(slug="two", kind="capability")
    commitment(organization=member(), communities=[one, two], effort="contributes")
    commitment(organization=member(), goal="impact", effort="endorses")

    rows = json_of(get(client, "coverage_json"))["rows"]

    assert [(r["slug"], r["kind"], r["providers"]) for r in rows] == [
        ("one", "community", 1),
        ("two", "capability", 1),
        (AT_LARGE.slug, "ecosystem", 0),
    ]
    assert cell(client, AT_LARGE.slug, "impact")["endorses"] == 1
    assert cell(client, AT_LARGE.slug, "impact")["mark"] == "gaps"


def test_concentration_is_found_in_the_database(client):
    solvers = community(name="Solvers", slug="solvers")
    big, small = member(short_name="BIG"), member(short_name="SMALL")
    for goal in ("workforce", "impact"):
        commitment(organization=big, goal=goal, communities=[solvers])
    commitment(organization=small, goal="awareness", communities=[solvers])
    commitment(
        organization=small, goal="impact", effort="endorses", communities=[solvers]
    )

    answer = json_of(get(client, "coverage_json"))

    assert answer["summary"] == {"gaps": 11, "single": 3, "concentration": 1}
    assert answer["rows"][0]["concentration"] == {
        "provider": {"name": "BIG", "slug": big.slug},
        "cells": 2,
        "total": 3,
    }
    page = get(client, "coverage").text
    assert "provides 2 of 3 (67&nbsp;%)" in page


def test_kind_and_effort_narrow_the_table(client):
    community(slug="one")
    commitment(
        organization=member(),
        communities=[community(slug="two", kind="capability")],
        effort="contributes",
    )

    answer = json_of(get(client, "coverage_json", kind="capability", effort="leads"))

    assert [row["slug"] for row in answer["rows"]] == ["two"]
    assert answer["efforts"] == ["leads"]
    assert answer["summary"] == {"gaps": 7, "single": 0, "concentration": 0}


def test_show_narrows_the_rows_and_the_cells(client):
    solvers = community(slug="solvers", name="Solvers")
    community(slug="meshes", name="Meshes")
    commitment(organization=member(), communities=[solvers])

    page = get(client, "coverage", show="single")
    rows = rows_of(get(client, "coverage_csv", show="single"))

    assert [row.line.slug for row in page.context["rows"]] == ["solvers"]
    assert [(r["row_slug"], r["goal_slug"], r["mark"]) for r in rows] == [
        ("solvers", "workforce", "single")
    ]


def test_filters_say_how_many_they_find_and_the_words_follow_the_table(client):
    behind = member()
    commitment(organization=behind, communities=[community(name="Fusion")])

    text = get(client, "coverage").text
    plain = " ".join(re.sub(r"<[^>]+>", " ", text).split())

    assert "◐ 1 single provider" in plain
    assert "○ 13 gaps" in plain
    assert text.index("</table>") < text.index("The single provider</summary>")


def test_cell_leads_to_the_organizations_behind_it(client):
    solvers = community(slug="solvers")
    endorser = member(name="Endorser")
    leader = member(name="Zeta")
    commitment(organization=endorser, effort="endorses", communities=[solvers])
    commitment(
        organization=leader,
        communities=[solvers],
        statement="We train people.",
        evidence=["https://example.org/1", "https://example.org/2"],
    )
    commitment(organization=member(name="Elsewhere"))

    address = reverse("goals:coverage_cell", args=["workforce", "solvers"])
    assert f'href="{address}"' in get(client, "coverage").text
    page = client.get(address)

    listed = [each.organization for each in page.context["page"]]
    assert listed == [leader, endorser]
    assert "We train people." in page.text
    assert "2 pieces of evidence" in page.text
    assert "since" in page.text
    assert "A single provider" in page.text


def test_cell_of_the_ecosystem_at_large_has_those_that_name_no_community(client):
    commitment(organization=member(), communities=[community()])
    at_large = commitment(organization=member())

    page = get(client, "coverage_cell", "workforce", AT_LARGE.slug)

    assert list(page.context["page"]) == [at_large]


def test_empty_cell_says_what_would_close_it_and_who_is_near(client):
    solvers = community(slug="solvers")
    near, committed = member(name="Near"), member(name="Endorser")
    for each in (near, committed, member(name="Gone", ended_on=YESTERDAY)):
        factories.service(organization=each, community=solvers)
    commitment(organization=committed, effort="endorses", communities=[solvers])

    page = get(client, "coverage_cell", "workforce", "solvers")

    assert page.status_code == 200
    assert "This is a gap" in page.text
    assert "What would close it" in page.text
    assert list(page.context["candidates"]) == [near]


@pytest.mark.parametrize(
    ("goal", "row", "words"),
    [
        ("nonsense", "solvers", "no such goal"),
        ("workforce", "nonsense", "no such community or capability"),
        ("nonsense", "nonsense", "no such goal, nor such a community"),
    ],
)
def test_unknown_cell_is_a_helpful_404(client, goal, row, words):
    community(slug="solvers")

    page = get(client, "coverage_cell", goal, row)

    assert page.status_code == 404
    assert words in page.text
    assert reverse("goals:coverage") in page.text


def test_members_are_listed_by_name_with_their_efforts(client):
    zeta = member(name="Zeta")
    alpha = member(name="alpha")
    member(name="Gone", ended_on=YESTERDAY)
    commitment(organization=zeta, goal="workforce", effort="contributes")
    commitment(organization=zeta, goal="impact", ended_on=YESTERDAY)

    page = get(client, "coverage_members")

    shown = [
        (each, [effort for _, effort in efforts])
        for each, efforts in page.context["rows"]
    ]
    assert shown == [
        (alpha, [""] * 7),
        (zeta, ["", "contributes", "", "", "", "", ""]),
    ]
    assert page.text.count("not stated yet") >= 13
    assert page.context["unstated"] == 1


def test_members_total_row_counts_all_members_of_all_pages(client):
    for number in range(3):
        commitment(organization=member(), effort=["leads", "leads", "endorses"][number])

    answer = json_of(get(client, "coverage_members_json", letter="Z"))

    assert answer["members"] == []
    assert answer["goals"][1] == {
        "slug": "workforce",
        "name": "Workforce",
        "leads": 2,
        "contributes": 0,
        "endorses": 1,
        "providers": 2,
        "mark": None,
        "only_provider": None,
    }


def test_members_by_letter_and_without_commitment(client):
    for name in ("Alpha", "Älpler", "Beta", "9 Lives", "计算科学软件中心", "مركز"):
        member(name=name)
    commitment(organization=member(name="Anna"))

    def names(**query):
        rows = rows_of(get(client, "coverage_members_csv", **query))
        return [row["name"] for row in rows]

    assert names(letter="A") == ["Alpha", "Älpler", "Anna"]
    assert names(letter="A", show="unstated") == ["Alpha", "Älpler"]
    assert sorted(names(letter="other")) == sorted(
        ["9 Lives", "计算科学软件中心", "مركز"]
    )
    assert names(letter="Q") == []
    page = get(client, "coverage_members", letter="A", show="unstated")
    assert page.context["page"].paginator.count == 2


def test_members_come_by_the_hundred_and_the_data_whole(client):
    with factories.in_bulk():
        for number in range(101):
            member(name=f"Member {number:03}")

    second = get(client, "coverage_members", page=2)

    assert [str(each) for each, _ in second.context["rows"]] == ["Member 100"]
    assert len(rows_of(get(client, "coverage_members_csv"))) == 101
    assert len(json_of(get(client, "coverage_members_json"))["members"]) == 101
    here = (
        '<span aria-current="page"><span class="visually-hidden">Page </span>2</span>'
    )
    assert here in second.text


def test_csv_makes_formulas_plain_text(client):
    solvers = community(name="=1+1", slug="solvers")
    commitment(organization=member(name="@SUM(A1)"), communities=[solvers])

    [row] = rows_of(get(client, "coverage_csv", show="single"))
    [listed] = rows_of(get(client, "coverage_members_csv"))

    assert row["row"] == "'=1+1"
    assert row["only_provider"] == "'@SUM(A1)"
    assert listed["name"] == "'@SUM(A1)"
    assert listed["workforce"] == "leads"


def test_page_beyond_the_last_is_the_last(client):
    member()

    assert get(client, "coverage_members", page=7).context["page"].number == 1


def test_nothing_there_yet_is_said(client):
    assert "Not stated yet" in get(client, "coverage").text
    assert "There are no members yet" in get(client, "coverage_members").text
    for name in DATA:
        assert get(client, name).status_code == 200


def test_without_commitments_everything_is_not_stated(client):
    member()
    community()

    assert "No member has stated a commitment yet" in get(client, "coverage").text
    assert json_of(get(client, "coverage_json"))["summary"]["gaps"] == 14


@pytest.mark.parametrize("name", PAGES)
def test_pages_are_public_and_set_no_cookie(client, name):
    page = get(client, name)

    assert page.status_code == 200
    assert not page.cookies
    assert "Cookie" not in page.headers.get("Vary", "")
    assert client.post(reverse(f"goals:{name}")).status_code == 405


def test_legend_explains_each_mark_in_words(client):
    text = get(client, "coverage").text

    assert [mark.name for mark in Mark if mark.meaning not in text] == []
    assert text.count("?show=concentration") == 1


def test_table_has_caption_headers_and_a_region_for_the_keyboard(client):
    solvers = community(slug="solvers", name="Solvers")
    commitment(organization=member(), communities=[solvers])

    for name in PAGES:
        text = get(client, name).text

        assert 'role="region" tabindex="0" aria-labelledby="coverage-caption"' in text
        assert '<caption id="coverage-caption">' in text
        assert text.count('<th scope="col"') == 8 + (name == "coverage")
        assert '<th scope="row">' in text
        assert " style=" not in text
