"""In which order organizations are found, and how errors in words are counted."""

import pytest

from members.models import Organization, SearchDocument
from members.search import errors_forgiven, nearest, osa_distance
from tests import factories
from tests.factories import DAY, LATER
from tests.members.test_search import found


def test_names_come_before_all_else(db):
    factories.member(name="All about numbers", focus="The word fusion")
    factories.member(name="Advanced words of fusion")
    factories.member(name="Fusion words")
    factories.member(name="Xylophone", short_name="fusion")
    factories.name(organization=factories.member(name="Yonder"), text="FUSIÓN")

    assert found("fusion") == [
        "fusion",
        "Yonder",
        "Fusion words",
        "Advanced words of fusion",
        "All about numbers",
    ]


def test_document_of_each_organization_is_made_by_the_statement_that_adds_it(db):
    Organization.objects.bulk_create(
        Organization(name=f"Bulk {n}", slug=f"bulk-{n}") for n in range(3)
    )

    names = SearchDocument.objects.order_by("pk").values_list("names", flat=True)
    assert list(names) == [["bulk 0"], ["bulk 1"], ["bulk 2"]]


def test_former_members_are_found_where_they_are_asked_for(db):
    factories.member(name="Gone Solvers", started_on=DAY, ended_on=LATER)

    assert found("solvers") == []
    assert found("solvers", status="former") == ["Gone Solvers"]
    assert found("solvrs", status="all") == ["Gone Solvers"]


@pytest.mark.parametrize(
    ("one", "other", "distance"),
    [
        ("", "", 0),
        ("", "ab", 2),
        ("ab", "ba", 1),
        ("kokos", "kokkos", 1),
        ("kkokso", "kokkos", 2),
        ("ca", "abc", 3),
        ("同学", "学同", 1),
    ],
)
def test_swapped_letters_are_one_error(one, other, distance):
    assert osa_distance(one, other) == osa_distance(other, one) == distance


def test_short_words_are_forgiven_less():
    assert [errors_forgiven("x" * n) for n in range(1, 7)] == [0, 0, 1, 1, 2, 2]
    assert nearest("abcd", ["abxy"]) == ()
    assert nearest("abcde", ["abxye", "abcdx", "abcdy"]) == ("abcdx", "abcdy")
