"""The directory's page."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests import factories
from tests.factories import LATER

ADDRESS = "/directory/"


def names(response):
    return re.findall(r'row-title"><a [^>]+><bdi>([^<]+)', response.text)


def members(number):
    community = factories.community(slug="fusion", name="Fusion energy")
    with factories.in_bulk():
        for n in range(number):
            member = factories.member(name=f"Solvers {n:03}", short_name=f"S{n}")
            factories.service(organization=member, community=community)
            place = factories.institution(latitude=50.0 + n % 9, longitude=8.0)
            factories.host(organization=member, institution=place)
            factories.commitment(organization=member)


QUERIES = {
    "": 5,
    "view=table": 5,
    "view=map": 3,
    "q=solvers&community=fusion&goal=workforce&country=DE": 6,
    "q=solvrs&sort=relevance": 6,
    "q=nothing-like-it": 3,
}


@pytest.mark.parametrize("number", [1, 3, 24])
def test_queries_do_not_grow_with_the_organizations(db, client, number):
    members(number)

    asked = {}
    for query in QUERIES:
        with CaptureQueriesContext(connection) as captured:
            response = client.get(f"{ADDRESS}?{query}")
        assert response.status_code == 200
        asked[query] = len(captured)

    assert asked == QUERIES


def test_page_is_public_and_sets_nothing(client, db):
    response = client.get(ADDRESS)

    assert response.status_code == 200
    assert not response.cookies
    assert response["Vary"] == "HX-Request, HX-History-Restore-Request"
    assert "No organization is a member yet" in response.text


def test_pages_hold_25_each_and_link_to_each_other(client, db):
    members(51)

    first = client.get(f"{ADDRESS}?q=solvers&sort=name")
    last = client.get(f"{ADDRESS}?q=solvers&sort=name&page=3")

    assert names(first) == [f"Solvers {n:03}" for n in range(25)]
    assert names(last) == ["Solvers 050"]
    assert 'href="/directory/?q=solvers&amp;sort=name&amp;page=3"' in first.text
    assert "51 organizations" in first.text


def test_rank_holds_across_the_cut_into_pages(client, db):
    members(30)
    factories.member(name="Zeta", short_name="Solvers")

    assert names(client.get(f"{ADDRESS}?q=solvers"))[0] == "Zeta"
    assert names(client.get(f"{ADDRESS}?q=solvers&sort=name&page=2"))[-1] == "Zeta"


def test_newest_members_come_first_where_asked_for(client, db):
    factories.member(name="Old")
    factories.member(name="New", started_on=LATER)

    assert names(client.get(f"{ADDRESS}?sort=joined")) == ["New", "Old"]


# Faults of one address; a parameter has one in each.
BROKEN = [
    [
        ("community=nope", "community", "There is no community “nope”."),
        ("level=a&level=b&level=c&level=d", "level", "“a”, “b”, “c” and others."),
        ("status=x", "status", "There is no status “x”."),
        ("sort=%00", "sort", "There is no sort “�”."),
        ("view=nope", "view", "There is no view “nope”."),
        ("page=abc", "page", "A page is a whole number."),
        ("q=%00", "q", "Null characters are not allowed."),
        ("foo=1", "foo", "The directory has no such parameter."),
    ],
    [
        ("status=all&status=former", "status", "Only one of these"),
        ("page=0", "page", "Pages are counted from 1."),
        ("q=" + "a" * 10_000, "q", "at most 300 characters; this one has 10000"),
    ],
    [
        ("page=99999999999", "page", "There are not so many pages."),
        ("q=!!!", "q", "Nothing in this can be searched for."),
    ],
    [("page=999", "page", "There is no page 999")],
]


@pytest.mark.parametrize("faults", BROKEN)
def test_broken_parameters_are_named_and_ignored(client, db, faults):
    members(1)

    response = client.get(f"{ADDRESS}?{'&'.join(query for query, *_ in faults)}")

    assert response.status_code == 200
    notices = re.findall(r"<li><code>([^<]+)</code>: ([^<]+)</li>", response.text)
    assert sorted(name for name, _ in notices) == sorted(name for _, name, _ in faults)
    for _, name, reason in faults:
        assert reason in dict(notices)[name]
    assert names(response) == ["Solvers 000"]


def test_known_choices_hold_beside_unknown_ones(client, db):
    members(2)
    factories.member(name="Other")

    response = client.get(f"{ADDRESS}?community=fusion&community=nope")

    assert names(response) == ["Solvers 000", "Solvers 001"]


def test_correction_is_said_and_can_be_undone(client, db):
    members(1)

    response = client.get(f"{ADDRESS}?q=solvrs")

    text = re.sub(r"<[^>]+>|\s+", " ", response.text)
    said = "No organization has “ solvrs ”. Showing results for “ solvers ”"
    assert said in re.sub(r"\s+", " ", text)
    assert "q=%22solvrs%22" in response.text
    literal = client.get(ADDRESS, {"q": '"solvrs"'})
    assert "No current member found" in literal.text


def test_public_id_leads_to_its_organization(client, db):
    member = factories.member(name="Solvers")

    text = client.get(ADDRESS, {"q": member.public_id.lower()}).text

    assert "Found by its public id" in text
    assert f'<a href="{member.get_absolute_url()}"><bdi>Solvers' in text


def test_public_id_of_one_that_is_not_listed_leads_nowhere(client, db):
    applicant = factories.organization(name="Applicant")

    text = client.get(ADDRESS, {"q": applicant.public_id}).text

    assert "No organization fits all of this" in text
    assert "Applicant" not in text


def test_correction_of_what_nobody_has_now_promises_no_results(client, db):
    factories.member(name="Gone Solvers", ended_on=LATER)

    text = client.get(f"{ADDRESS}?q=solvrs").text

    assert "Looked for" in text
    assert "Showing results for" not in text


def test_nothing_found_offers_what_would_be_found(client, db):
    members(3)
    factories.community(slug="climate", name="Climate")

    response = client.get(f"{ADDRESS}?q=solvers&community=climate&level=core")

    assert "No organization fits all of this" in response.text
    assert 'href="/directory/?q=solvers&amp;level=core">Any community</a>: 3' in (
        response.text
    )


def test_nothing_found_among_members_offers_the_former_ones(client, db):
    factories.member(name="Gone Solvers", ended_on=LATER)

    response = client.get(f"{ADDRESS}?q=solvers")

    assert 'status=former">Former members</a>: 1 organization' in response.text
    assert "No current member found" in response.text


def test_nothing_found_among_former_members_offers_the_current_ones(client, db):
    members(1)

    response = client.get(f"{ADDRESS}?q=solvers&status=former")

    assert '?q=solvers">Current members</a>: 1 organization' in response.text
    assert "No former member found" in response.text


def test_live_answer_is_the_parts_that_change_and_their_address(client, db):
    members(1)

    response = client.get(
        f"{ADDRESS}?q=solvers&status=current&sort=", headers={"HX-Request": "true"}
    )

    assert response["HX-Push-Url"] == "/directory/?q=solvers"
    assert "<html" not in response.text
    assert 'id="directory-results"' in response.text
    assert 'hx-swap-oob="innerHTML:#directory-facets"' in response.text
    assert names(response) == ["Solvers 000"]


def test_history_gets_the_whole_page(client, db):
    headers = {"HX-Request": "true", "HX-History-Restore-Request": "true"}

    assert "<html" in client.get(ADDRESS, headers=headers).text


def test_map_gathers_what_is_near_and_counts_what_has_no_place(client, db):
    for longitude in (8.0, 8.3, 139.0):
        member = factories.member()
        place = factories.institution(city="Town", latitude=50.0, longitude=longitude)
        factories.host(organization=member, institution=place)
    factories.member(name="Nowhere")

    response = client.get(f"{ADDRESS}?view=map")

    assert response.text.count('class="map-place"') == 2
    assert "3 organizations by the places" in " ".join(response.text.split())
    assert "1 has no host institution whose place is known" in response.text


def test_names_are_text_and_not_markup(client, db):
    factories.member(name="<script>alert(1)</script>")

    for view in ("list", "table", "map"):
        assert "<script>alert" not in client.get(f"{ADDRESS}?view={view}").text


def test_only_those_that_the_public_may_see_are_shown(client, db):
    factories.organization(name="Applicant")
    factories.member(name="Member")

    for view in ("list", "table"):
        text = client.get(f"{ADDRESS}?view={view}&status=all").text
        assert ("Applicant" in text, "Member" in text) == (False, True)


def test_posting_is_refused(client, db):
    assert client.post(reverse("members:directory")).status_code == 405
