import pytest
from django.urls import reverse

from tests import factories

pytestmark = pytest.mark.django_db
INDEX = reverse("members:communities")


@pytest.mark.parametrize("number", [1, 3])
def test_index_queries_do_not_grow(client, number, django_assert_num_queries):
    for _ in range(number):
        place = factories.community()
        factories.community(kind="capability")
        factories.service(organization=factories.member(), community=place)

    with django_assert_num_queries(1):
        response = client.get(INDEX)

    shown = [len(kind["places"]) for kind in response.context["kinds"]]
    assert shown == [number, number]


def test_index_counts_members_alone_and_only_what_holds(client):
    place, other = factories.community(name="B"), factories.community(name="A")
    member = factories.member()
    factories.service(organization=member, community=place)
    factories.service(organization=factories.member(), community=place)
    former = factories.member(ended_on=factories.LATER)
    factories.service(organization=former, community=place)
    factories.service(organization=factories.organization(), community=place)
    factories.service(organization=member, community=other, ended_on=factories.LATER)

    response = client.get(INDEX)

    places = response.context["kinds"][0]["places"]
    assert [(each.name, each.members) for each in places] == [("A", 0), ("B", 2)]
    assert "Nobody" in response.text
    assert "2 members" in response.text


def test_empty_index_says_so(client):
    assert client.get(INDEX).text.count("None is recorded yet") == 2


@pytest.mark.parametrize("number", [1, 3])
def test_page_queries_do_not_grow(client, number, django_assert_num_queries):
    place = factories.community()
    for goal in ("workforce", "impact", "awareness")[:number]:
        member = factories.member()
        factories.service(organization=member, community=place)
        factories.commitment(organization=member, goal=goal, communities=[place])

    with django_assert_num_queries(4):
        response = client.get(place.get_absolute_url())

    assert len(response.context["services"]) == number
    assert sum(cell.leads for cell in response.context["cells"]) == number
    assert not response.cookies
    assert "Vary" not in response.headers


def test_page_says_how_thin_it_is(client):
    place = factories.community(slug="fusion")
    factories.commitment(
        organization=factories.member(), effort="endorses", communities=[place]
    )
    assert "this is a gap" in client.get(place.get_absolute_url()).text

    factories.service(organization=factories.member(), community=place, how="By hand")
    text = client.get(place.get_absolute_url()).text
    assert "One member only" in text
    assert "By hand" in text
    assert 'href="/directory/?community=fusion"' in text
    assert 'href="/coverage/workforce/fusion/"' in text


def test_long_list_leads_to_the_whole(client, monkeypatch):
    monkeypatch.setattr("members.views.communities.NAMED", 2)
    place = factories.community(kind="capability", slug="solvers")
    for _ in range(3):
        factories.service(organization=factories.member(), community=place)

    response = client.get(place.get_absolute_url())

    assert len(response.context["services"]) == 2
    assert "See all 3 in the directory" in response.text
    assert 'href="/directory/?capability=solvers"' in response.text


def test_slug_under_the_wrong_kind_redirects(client):
    place = factories.community(kind="capability", slug="solvers")

    response = client.get("/communities/solvers/?from=mail")

    assert response.status_code == 301
    assert response.url == f"{place.get_absolute_url()}?from=mail"
    assert client.get("/communities/nothing/").status_code == 404
