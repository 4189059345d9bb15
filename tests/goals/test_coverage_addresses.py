"""Broken parameters of the pages and data of coverage."""

import pytest
from django.urls import reverse

from tests.factories import member

pytestmark = pytest.mark.django_db

PAGES = ["coverage", "coverage_members"]
DATA = [
    "coverage_csv",
    "coverage_json",
    "coverage_members_csv",
    "coverage_members_json",
]
BROKEN = [
    {"show": "everything"},
    {"nonsense": "1"},
    {"show": "\0"},
    {"kind": "x" * 5000},
]


@pytest.mark.parametrize("query", BROKEN)
@pytest.mark.parametrize("name", PAGES)
def test_page_says_what_it_did_not_understand(client, name, query):
    member()

    page = client.get(reverse(f"goals:{name}"), query)

    assert page.status_code == 200
    assert "was not understood" in page.text


@pytest.mark.parametrize("query", BROKEN)
@pytest.mark.parametrize("name", DATA)
def test_data_is_refused_with_reasons(client, name, query):
    answer = client.get(reverse(f"goals:{name}"), query)

    assert answer.status_code == 400
    assert len(answer.json()["errors"]) == 1


def test_reasons_stand_with_their_parameters_as_those_of_the_directory_do(client):
    coverage = client.get("/coverage.json?show=x&odd=1")
    directory = client.get("/directory.json?level=x&odd=1")

    assert coverage.json()["errors"] == {
        "odd": "This is no parameter here; these are: show, kind, effort.",
        "show": "Choose one of: gaps, single, concentration.",
    }
    assert set(directory.json()["errors"]) == {"odd", "level"}


@pytest.mark.parametrize("page", ["0", "-1", "x", "9" * 40, "1.5"])
def test_number_that_is_no_page_is_said(client, page):
    member()

    answer = client.get(reverse("goals:coverage_members"), {"page": page})

    assert answer.status_code == 200
    assert "not the number of a page" in answer.text
