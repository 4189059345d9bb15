"""The directory as CSV and JSON: the same organizations for the same query string."""

import csv
import io
import json
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from goals.example import loading
from goals.models import Goal
from members.exports import COLUMNS
from members.models import Organization
from tests import factories
from tests.factories import DAY, LATER


def rows(client, query=""):
    response = client.get(f"/directory.csv?{query}")
    assert response.status_code == 200
    assert response.streaming
    return list(csv.DictReader(io.StringIO(response.getvalue().decode())))


def answer(client, query=""):
    response = client.get(f"/directory.json?{query}")
    assert response.status_code == 200
    assert response["Content-Type"] == "application/json"
    return json.loads(response.getvalue())


@pytest.fixture
def consortium(db):
    fusion = factories.community(slug="fusion", name="Fusion")
    metrics = factories.community(slug="metrics", name="Metrics", kind="capability")
    place = factories.institution(name="Uni Zürich", ror_id="02crff812")
    with factories.in_bulk():
        for number in range(30):
            odd = number % 2
            one = factories.member(
                name=f"Solvers {number:02}",
                level=["core", "affiliate"][odd],
                ended_on=LATER if number % 5 == 0 else None,
            )
            factories.service(organization=one, community=[fusion, metrics][odd])
            factories.host(organization=one, institution=place)
            factories.commitment(organization=one, effort=["leads", "endorses"][odd])
    factories.organization(name="Solvers that only applied")


QUERIES = [
    "",
    "status=all",
    "q=solvrs&level=core",
    "goal=workforce&effort=endorses&status=former",
    "community=fusion&capability=metrics",
    "q=solvers+1&sort=name&view=map",
    "country=DE&sort=joined&page=2",
    "q=zzzzzz",
]


def test_page_csv_and_json_answer_the_same_organizations(consortium, client):
    for query in QUERIES:
        in_csv = [row["name"] for row in rows(client, query)]
        in_json = answer(client, query)

        listed = [each["name"] for each in in_json["organizations"]]
        assert in_csv == listed == on_pages(client, query), query
        assert in_json["count"] == len(in_csv)


def on_pages(client, query):
    listed, found = re.sub("(^|&)(view|page)=[^&]*", "", query), []
    for page in (1, 2):
        text = client.get(f"/directory/?{listed}&page={page}").text
        if "There is no page" not in text:
            found += re.findall(r'row-title"><a [^>]+><bdi>([^<]+)', text)
    return found


def test_line_tells_all_that_is_published(client, db):
    one = factories.member(
        name="Solvers", short_name="S", slug="solvers", focus="Ä", ended_on=LATER
    )
    fusion = factories.community(name="Fusion")
    metrics = factories.community(name="Metrics", kind="capability")
    for community in (fusion, metrics):
        factories.service(organization=one, community=community)
    place = factories.institution(name="Uni Zürich", ror_id="02crff812")
    factories.host(organization=one, institution=place)
    factories.commitment(organization=one, effort="endorses")
    representative = factories.representative(organization=one)

    [row] = rows(client, "status=former")

    efforts = {key: row.pop(key) for key in list(row) if key.startswith("effort_")}
    assert list(row) == COLUMNS
    assert row == {
        "public_id": one.public_id,
        "name": "Solvers",
        "short_name": "S",
        "slug": "solvers",
        "status": "former",
        "level": "core",
        "joined_on": str(DAY),
        "left_on": str(LATER),
        "website": "",
        "focus": "Ä",
        "communities": "Fusion",
        "capabilities": "Metrics",
        "institutions": "Uni Zürich",
        "ror_ids": "02crff812",
        "countries": "DE",
    }
    assert len(efforts) == 7
    assert {key for key, effort in efforts.items() if effort} == {"effort_workforce"}
    everything = client.get("/directory.json?status=all").getvalue().decode()
    assert representative.person.name not in everything


def test_head_says_what_was_asked_and_when(client, consortium):
    given = answer(client, "q=solvrs&level=core")

    assert given["query"]["q"] == "solvrs"
    assert given["query"]["level"] == ["core"]
    assert given["corrections"] == {"solvrs": ["solvers"]}
    assert given["licence"].startswith("https://creativecommons.org/publicdomain/")
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", given["date"])


def test_nothing_is_well_formed_too(client, db):
    assert answer(client)["organizations"] == []
    assert rows(client) == []


@pytest.mark.parametrize("sign", ["=", "+", "-", "@"])
def test_formulas_are_defused(client, db, sign):
    factories.member(name=f"{sign}1+1", focus=f"{sign}cmd")

    [row] = rows(client)

    assert (row["name"], row["focus"]) == (f"'{sign}1+1", f"'{sign}cmd")


@pytest.mark.parametrize("form", ["csv", "json"])
@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("community=nope", "community"),
        ("q=%00", "q"),
        ("q=" + "a" * 10_000, "q"),
        ("status=x", "status"),
        ("page=abc", "page"),
        ("foo=bar", "foo"),
    ],
)
def test_broken_parameters_are_refused_with_the_reasons(client, db, form, query, name):
    response = client.get(f"/directory.{form}?{query}")

    assert response.status_code == 400
    assert list(response.json()["errors"]) == [name]


def test_example_is_told_as_the_registry_has_it(client, db):
    loading.load(24, seed=1, on=timezone.localdate())

    told = answer(client, "status=all")["organizations"]

    everyone = Organization.objects.listed().with_standing()
    assert told == [as_registered(each) for each in everyone]
    assert [each["public_id"] for each in told] == [
        row["public_id"] for row in rows(client, "status=all")
    ]
    for several in ("communities", "institutions", "countries"):
        assert max(len(each[several]) for each in told) > 1


def as_registered(organization):
    """What is told of an organization, read row by row."""
    communities = [s.community for s in organization.services.current()]
    hosts = organization.hosts.current().filter(role="host")
    institutions = [host.institution for host in hosts]
    efforts = dict.fromkeys(Goal.objects.values_list("slug", flat=True))
    for commitment in organization.commitments.current():
        efforts[commitment.goal.slug] = commitment.effort
    facts = ("public_id", "name", "short_name", "slug", "website", "focus")
    return {
        **{name: getattr(organization, name) for name in facts},
        "status": "former" if organization.left_on else "current",
        "level": organization.level_slug,
        "joined_on": str(organization.joined_on),
        "left_on": organization.left_on and str(organization.left_on),
        "communities": [c.name for c in communities if not c.is_capability],
        "capabilities": [c.name for c in communities if c.is_capability],
        "institutions": [institution.name for institution in institutions],
        "ror_ids": [institution.ror_id for institution in institutions],
        "countries": sorted({i.country_code for i in institutions} - {""}),
        "efforts": efforts,
    }


@pytest.mark.parametrize("number", [1, 3, 24])
def test_queries_do_not_grow_with_the_organizations(client, db, number):
    with factories.in_bulk():
        for _ in range(number):
            community, place = factories.community(), factories.institution()
            one = factories.member()
            factories.service(organization=one, community=community)
            factories.host(organization=one, institution=place)
            factories.commitment(organization=one)

    # The choices, all that is found, and for JSON the counts.
    for form, queries in (("csv", 2), ("json", 3)):
        with CaptureQueriesContext(connection) as captured:
            client.get(f"/directory.{form}").getvalue()
        assert len(captured) == queries


def test_rows_come_from_a_cursor_of_the_database(client, consortium):
    with CaptureQueriesContext(connection) as captured:
        client.get("/directory.csv").getvalue()

    # Else the driver would hold all rows in memory at once.
    assert sum("DECLARE" in query["sql"] for query in captured) == 1
