"""The pages of institutions, their search page, and the API for both."""

import json
import re

import pytest
from django.urls import reverse

from members.models import Institution
from tests import factories

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
SEARCH = "/institutions/search/"
API = "/api/v1/institutions"


def hosting(number=1, **facts):
    """An institution with so many members."""
    place = {"city": "Erlstadt", "latitude": 50.5, "longitude": 8.5}
    institution = factories.institution(name="Alder University", **place, **facts)
    for _ in range(number):
        member = factories.member(focus="Solvers")
        factories.host(organization=member, institution=institution)
    return institution


# Its page


@pytest.mark.parametrize("number", [1, 3])
def test_page_asks_as_often_with_any_number(client, django_assert_num_queries, number):
    institution = hosting(number, ror_id="05gq02987")

    with django_assert_num_queries(4):
        page = client.get(institution.get_absolute_url())

    assert page.text.count('<p class="row-title">') == number


def test_page_tells_who_is_there_and_where(client):
    parent = factories.institution(name="Erle System", ror_id="00jtmb277")
    institution = hosting(
        ror_id="05gq02987",
        parent=parent,
        website="https://alder.test",
        other_names=["Universität Erle"],
        name_notes={"Universität Erle": {"language": "de"}},
    )
    (host,) = institution.hosts.select_related("organization")
    gone = factories.member(name="Gone away", ended_on=factories.LATER)
    factories.host(organization=gone, institution=institution)

    page = client.get("/institutions/05gq02987/").text

    assert "https://ror.org/05gq02987" in page
    assert host.organization.get_absolute_url() in page
    assert "Erle System" in page
    assert 'lang="de">Universität Erle' in page
    assert page.index("Members here") < page.index("Earlier") < page.index("Gone away")
    assert '<circle class="map-place"' in page
    assert "Erlstadt" in page


def test_page_tells_machines_the_same(client):
    institution = hosting(ror_id="05gq02987", other_names=["AU"])
    (host,) = institution.hosts.select_related("organization")

    page = client.get(institution.get_absolute_url()).text

    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', page, re.S)
    facts = json.loads(found[1])
    assert facts["@id"] == "https://ror.org/05gq02987"
    assert facts["alternateName"] == ["AU"]
    assert facts["address"]["addressCountry"] == "DE"
    assert [each["name"] for each in facts["subOrganization"]] == [
        host.organization.name
    ]


def test_institution_without_a_listed_organization_has_no_page(client):
    none = factories.institution(ror_id="05gq02987")
    applicants = factories.institution(ror_id="00jtmb277")
    factories.host(organization=factories.organization(), institution=applicants)

    for institution in (none, applicants):
        assert client.get(institution.get_absolute_url()).status_code == 404
    assert list(Institution.objects.hosting()) == []


def test_number_leads_to_the_ror_id_for_ever(client):
    institution = hosting(ror_id="05gq02987")

    answer = client.get(f"/institutions/{institution.pk}/?a=b")

    assert (answer.status_code, answer["Location"]) == (
        301,
        "/institutions/05gq02987/?a=b",
    )


def test_institution_without_a_ror_id_has_a_page_by_its_number(client):
    institution = hosting()

    assert client.get(f"/institutions/{institution.pk}/").status_code == 200


def test_institution_without_a_ror_id_says_so(client):
    institution = hosting()

    facts = " ".join(client.get(f"/institutions/{institution.pk}/").text.split())

    assert "<dt>ROR id</dt> <dd>None is recorded</dd>" in facts


def test_what_was_withdrawn_leads_to_its_successor(client):
    heir = hosting(ror_id="05gq02987")
    factories.institution(ror_id="00jtmb277", status="withdrawn", successor=heir)

    answer = client.get("/institutions/00jtmb277/")

    assert (answer.status_code, answer["Location"]) == (302, heir.get_absolute_url())


def test_page_of_what_was_withdrawn_names_its_successor(client):
    heir = factories.institution(name="Birch College", ror_id="00jtmb277")
    hosting(ror_id="05gq02987", status="withdrawn", successor=heir)

    page = client.get("/institutions/05gq02987/").text

    assert "ROR has withdrawn this record" in page
    assert "Birch College" in page


def test_successors_are_followed_but_not_in_circles():
    one, two, three = (factories.institution(status="withdrawn") for _ in range(3))
    one.successor, two.successor = two, three
    assert one.today == three
    three.successor = one
    assert one.today.status == "withdrawn"


def test_organization_page_and_sitemap_lead_to_it(client):
    institution = hosting(ror_id="05gq02987")
    member = institution.hosts.get().organization

    for page in (member.get_absolute_url(), "/sitemap-institutions.xml"):
        assert "/institutions/05gq02987/" in client.get(page).text


# Its search page


def test_search_page_works_without_scripts(client):
    hosting(ror_id="05gq02987")
    factories.institution(name="Alder Hospital", ror_id="00jtmb277")

    page = client.get(SEARCH, {"q": "aldr univ"}).text

    assert 'href="/institutions/05gq02987/"' in page
    assert re.search("[12] institutions? that may be meant", page)
    assert 'value="aldr univ"' in page
    assert "No institution found" in client.get(SEARCH, {"q": "xqz"}).text


def test_search_page_without_a_question_asks_none(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        page = client.get(SEARCH)

    assert page.status_code == 200
    assert "may be meant" not in page.text


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"q": "a" * 301}, "at most 300 characters"),
        ({"q": "a", "country": "Germany"}, "two letters"),
        ({"q": ""}, "What is searched for is missing"),
    ],
)
def test_search_page_says_what_it_does_not_understand(client, asked, said):
    assert said in client.get(SEARCH, asked).text


def test_field_of_a_form_gets_choices(client):
    one = factories.institution(name="Alder University", ror_id="05gq02987")

    page = client.get(SEARCH, {"field": "host", "host_q": "aldr"}, headers=HTMX)

    assert f'type="radio" name="host" value="{one.pk}"' in page.text
    assert "<html" not in page.text
    assert "HX-Request" in page["Vary"]


@pytest.mark.parametrize("field", ["", '"><xss>', "a" * 65, "1"])
def test_field_with_an_odd_name_gets_the_page(client, field):
    page = client.get(SEARCH, {"field": field, "q": "a"}, headers=HTMX)

    assert "<h1" in page.text
    assert "<xss>" not in page.text


# The API


def test_api_answers_what_may_be_meant(client):
    factories.institution(
        name="Alder University", other_names=["AU"], ror_id="05gq02987"
    )

    answer = client.get(API, {"q": "AU", "country": "de", "limit": 5})

    assert answer.json() == {
        "items": [
            {
                "ror_id": "05gq02987",
                "name": "Alder University",
                "matched_name": "AU",
                "country": "Germany",
                "country_code": "DE",
                "status": "active",
                "score": 1.0,
            }
        ],
        "count": 1,
    }
    assert not answer.cookies
    assert "Cookie" not in answer.get("Vary", "")


@pytest.mark.parametrize(
    ("asked", "wrong"),
    [
        ({}, "q"),
        ({"q": ""}, "q"),
        ({"q": "a" * 301}, "q"),
        ({"q": "a", "limit": "many"}, "limit"),
        ({"q": "a", "limit": "0"}, "limit"),
        ({"q": "a", "limit": "101"}, "limit"),
        ({"q": "a", "country": "Germany"}, "country"),
        ({"q": "a", "page": "2"}, "page"),
    ],
)
def test_api_refuses_what_it_does_not_understand(client, asked, wrong):
    answer = client.get(API, asked)

    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == [wrong]
    assert answer.json()["errors"][wrong][0]


def test_api_describes_itself(client):
    for address in ("/api/v1/", reverse("api:openapi-json")):
        paths = client.get(address).json()["paths"]
        assert list(paths) == [API]


def test_admin_completes_by_the_same_search(client):
    client.force_login(factories.officer())
    one = factories.institution(name="University of Example")
    factories.institution(name="Example Hospital")
    asked = {"app_label": "members", "model_name": "host", "field_name": "institution"}

    answer = client.get("/admin/autocomplete/", asked | {"term": "univ of exmaple"})

    assert answer.json()["results"][0] == {
        "id": str(one.pk),
        "text": "University of Example",
    }


def test_admin_lists_hosts_whose_institution_is_gone(client):
    client.force_login(factories.officer())
    gone = hosting(ror_id="05gq02987", status="withdrawn")
    hosting(ror_id="00jtmb277")

    for asked in ("host/?care=institution-gone&period=all", "institution/?care=gone"):
        page = client.get(f"/admin/members/{asked}")
        rows = page.context["cl"].result_list
        assert [getattr(row, "institution", row) for row in rows] == [gone]
