import pytest
from django.urls import reverse
from django.utils import timezone

from goals.example import loading
from goals.models import Commitment, Goal
from tests import factories

pytestmark = pytest.mark.django_db
INDEX = reverse("goals:goals")


def commit(number, **facts):
    members = [factories.member() for _ in range(number)]
    for member in members:
        factories.commitment(organization=member, **facts)
    return members


@pytest.mark.parametrize("number", [1, 3])
def test_index_queries_do_not_grow(client, number, django_assert_num_queries):
    commit(number)

    with django_assert_num_queries(4):
        response = client.get(INDEX)

    leads = {goal.slug: cell.leads for goal, cell in response.context["goals"]}
    assert len(leads) == 7
    assert leads["workforce"] == number
    assert not response.cookies
    assert "Vary" not in response.headers


def test_index_has_goals_and_approaches_word_for_word(client):
    text = client.get(INDEX).text

    for goal in Goal.objects.prefetch_related("approaches"):
        assert goal.title in text
        for approach in goal.approaches.all():
            assert f"By {approach.text}" in text


@pytest.mark.parametrize("number", [1, 3])
def test_page_queries_do_not_grow(client, number, django_assert_num_queries):
    place = factories.community()
    for effort in ("leads", "contributes", "endorses"):
        commit(number, effort=effort, communities=[place])

    with django_assert_num_queries(8):
        response = client.get("/goals/workforce/")

    shown = [len(effort["named"]) for effort in response.context["efforts"]]
    assert shown == [number, number, number]


def test_page_counts_members_alone(client):
    commit(2, effort="leads")
    commit(1, effort="endorses")
    former = factories.member(ended_on=factories.LATER)
    factories.commitment(organization=former)

    response = client.get("/goals/workforce/")

    counts = {each["slug"]: each["count"] for each in response.context["efforts"]}
    assert counts == {"leads": 2, "contributes": 0, "endorses": 1}
    assert former.name not in response.text


def test_page_names_some_and_leads_to_the_whole(client, monkeypatch):
    monkeypatch.setattr("goals.views.goals.NAMED", 2)
    commit(3, effort="contributes")

    response = client.get("/goals/workforce/")

    assert len(response.context["efforts"][1]["named"]) == 2
    assert "See all 3 in the directory" in response.text
    whole = "/directory/?goal=workforce&amp;effort=contributes"
    assert f'href="{whole}"' in response.text


@pytest.mark.parametrize(
    ("providers", "words"),
    [(0, "this goal is a gap"), (1, "One provider only"), (2, "2 providers")],
)
def test_page_says_how_thin_it_is(client, providers, words):
    commit(providers)

    assert words in client.get("/goals/workforce/").text


def test_page_says_how_many_take_each_approach(client):
    first, second = factories.goal().approaches.all()
    commit(2, approaches=[first])
    former = factories.member(ended_on=factories.LATER)
    factories.commitment(organization=former, approaches=[second])

    approaches = client.get("/goals/workforce/").context["approaches"]

    assert [(each.text, each.members) for each in approaches] == [
        (first.text, 2),
        (second.text, 0),
    ]


def test_unknown_goal_is_not_found(client):
    assert client.get("/goals/world-domination/").status_code == 404


def test_page_has_the_column_of_the_coverage(client):
    loading.load(24, seed=1, on=timezone.localdate())

    shown = client.get("/goals/workforce/").context["column"]

    table = Commitment.objects.coverage()
    whole = next(each for each in table.columns if each.line == shown.line)
    assert shown.concentration == whole.concentration
    assert [cell_without_shade(cell) for cell in shown.cells] == [
        cell_without_shade(cell) for cell in whole.cells
    ]
    assert any(cell.only for cell in shown.cells)


def cell_without_shade(cell):
    return cell.row, cell.leads, cell.contributes, cell.endorses, cell.only
