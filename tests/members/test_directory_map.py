"""The map of the directory: how much it shows, and where the rest is."""

import html
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from members import places
from members.models import Organization
from members.places import Square
from tests import factories
from tests.factories import LATER

ADDRESS = "/directory/"


def hosted(number, *, latitude, longitude, city="Town", **member):
    institution = factories.institution(
        city=city, latitude=latitude, longitude=longitude
    )
    for n in range(number):
        one = factories.member(name=f"{city} {n:02}", **member)
        factories.host(organization=one, institution=institution)


def test_place_names_ten_and_leads_to_all_of_them(client, db):
    hosted(12, latitude=48.1, longitude=11.6, city="Munich")
    hosted(1, latitude=49.99, longitude=10, city="Nuremberg")
    hosted(10, latitude=50, longitude=11.6, city="Erfurt")
    hosted(1, latitude=48.1, longitude=12, city="Rosenheim", ended_on=LATER)

    text = client.get(f"{ADDRESS}?view=map").text

    assert re.findall("<bdi>(Munich [0-9]+)", text) == [
        f"Munich {n:02}" for n in range(10)
    ]
    assert len(re.findall("<bdi>Erfurt [0-9]+", text)) == 10
    [(query, label)] = re.findall(
        r'href="/directory/\?([^"]*place[^"]*)">(All[^<]+)', text
    )
    assert label == "All 13 there"
    whole = client.get(f"{ADDRESS}?{html.unescape(query)}").text
    assert "13 organizations" in whole
    assert "Place: 48° N 10° E to 50° N 12° E" in whole
    assert "Nuremberg 00" in whole
    assert "Erfurt 00" not in whole


def test_few_at_a_place_are_named_without_opening_it(client, db):
    hosted(1, latitude=10, longitude=10, city="Small")
    hosted(4, latitude=40, longitude=40, city="Large")

    places_told = client.get(f"{ADDRESS}?view=map").text.split('"directory-places"')[1]

    assert '<h3 class="directory-place"><bdi>Small' in places_told
    assert re.findall(r"<summary[^>]*><bdi>(\w+)", places_told) == ["Large"]


def test_place_keeps_what_else_was_asked(client, db):
    hosted(11, latitude=-1, longitude=-1, level="core")
    hosted(2, latitude=-2, longitude=-2, city="Other", level="affiliate")

    text = client.get(f"{ADDRESS}?view=map&q=town&level=core").text

    [query] = re.findall(r'\?([^"]*)">All 11 there', text)
    page = client.get(f"{ADDRESS}?{html.unescape(query)}")
    assert page.context["total"] == 11
    assert '<input type="hidden" name="place" value="-2,-2,0,0">' in page.text
    choices = {"place": "-2,-2,0,0"}
    assert client.get(ADDRESS, choices).context["total"] == 13
    assert client.get(ADDRESS, choices | {"status": "former"}).context["total"] == 0
    lines = client.get("/directory.csv", choices).getvalue().decode().splitlines()
    assert len(lines) == 14


def test_organization_of_two_towns_counts_once_in_a_place_and_once_in_all(db):
    one = factories.member()
    for city, latitude in (("Ulm", 48.4), ("Aalen", 48.8), ("Kiel", 54.3)):
        institution = factories.institution(
            city=city, country="Germany", latitude=latitude, longitude=10
        )
        factories.host(organization=one, institution=institution)

    found = places.of(Organization.objects.all())

    assert found.placed == 1
    assert [(place.label, place.count) for place in found.all] == [
        ("Kiel, Germany", 1),
        ("Aalen, Germany; Ulm, Germany", 1),
    ]
    assert found.all[0].latitude == 54.3


def test_however_many_places_there_are_there_are_few_dots(client, db, monkeypatch):
    monkeypatch.setattr(places, "DOTS", 2)
    for place in range(8):
        hosted(1, latitude=10 + 2 * place, longitude=0, city=f"Town {place}")

    with CaptureQueriesContext(connection) as captured:
        text = client.get(f"{ADDRESS}?view=map").text

    # Squares of 10 degrees: the smallest of which there are not more than two.
    assert text.count('class="map-place"') == 2
    assert "Town 0, Germany; Town 1, Germany and 3 more" in text
    assert len(captured) == 3


@pytest.mark.parametrize("text", ["48", "48,10,50", "a,b,c,d", "٤,1,2,3", "1,1,1,1000"])
def test_what_is_no_place_is_said(client, db, text):
    page = client.get(ADDRESS, {"place": text})
    refused = client.get("/directory.json", {"place": text})

    assert "A place is its southern" in page.text
    assert refused.status_code == 400
    assert list(refused.json()["errors"]) == ["place"]


def test_square_is_read_as_it_is_written():
    square = Square(-10, 170, 0, 180)

    assert Square.read(str(square)) == square
    assert square.label == "10° S 170° E to 0° N 180° E"
