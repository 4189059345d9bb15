"""What is found, and in which order."""

import pytest
from django.db import connection
from django.http import QueryDict

from members.forms import DirectoryForm
from members.models import Organization, SearchDocument
from members.search import understand
from tests import factories
from tests.factories import LATER


def a_consortium():
    libraries = factories.member(
        name="Frameworks, Algorithms and Scalable Technologies for Mathematics",
        short_name="FASTMath",
        focus="Scalable mathematical libraries",
    )
    factories.service(
        organization=libraries,
        community=factories.community(name="Fusion energy", slug="fusion"),
    )
    factories.host(
        organization=libraries,
        institution=factories.institution(
            name="Universität Zürich",
            other_names=["University of Zurich", "UZH"],
            city="Zürich",
            country="Switzerland",
            country_code="CH",
        ),
    )
    tools = factories.member(
        name="Software Tools Ecosystem Project", short_name="STEP", focus="Performance"
    )
    factories.name(organization=tools, text="Exascale Tools Alliance")
    factories.member(name="Kokkos Foundation", focus="Portable programming")
    factories.member(name="OpenFOAM Governance", focus="Fluids")
    factories.member(name="Open Source Lab", focus="Stewardship")
    factories.member(name="科学计算软件中心", focus="求解器")
    factories.member(name="مركز الحوسبة العلمية")
    factories.member(name="Центр научных вычислений")
    factories.member(name="O'Neil & Søn: C++ <Solvers>")
    factories.organization(name="Applicant Quixotic")


@pytest.fixture(scope="module")
def rows(kept):
    kept(a_consortium)


@pytest.fixture
def consortium(rows, db):
    """Written once for all tests of this module."""


def asked(**query):
    data = QueryDict(mutable=True)
    data.update(query)
    return DirectoryForm(data)


def found(text, **query):
    return [str(o) for o in asked(q=text, **query).organizations()]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("fastmath", "FASTMath"),
        ("FASTMATH", "FASTMath"),
        ("technologies scalable", "FASTMath"),
        ("fusion libraries zurich", "FASTMath"),
        ("zürich", "FASTMath"),
        ("ZURICH uzh", "FASTMath"),
        ("switzerland energ", "FASTMath"),
        ("exascale alliance", "STEP"),
        ("step", "STEP"),
        ("oneil", "O'Neil & Søn: C++ <Solvers>"),
        ("O’Neil", "O'Neil & Søn: C++ <Solvers>"),
        ("son c++", "O'Neil & Søn: C++ <Solvers>"),
        ("open foam", "OpenFOAM Governance"),
        ("opensource", "Open Source Lab"),
        ("计算软件", "科学计算软件中心"),
        ("求解", "科学计算软件中心"),
        ("الحوسبة", "مركز الحوسبة العلمية"),
        ("حوسبة", "مركز الحوسبة العلمية"),
        ("НАУЧНЫХ центр", "Центр научных вычислений"),
    ],
)
def test_organization_is_found_by_words_of_all_that_is_said_of_it(
    consortium, text, name
):
    assert found(text) == [name]


@pytest.mark.parametrize(
    ("text", "meant", "name"),
    [
        ("kokos", "kokkos", "Kokkos Foundation"),
        ("kokkso", "kokkos", "Kokkos Foundation"),
        ("kokkkos", "kokkos", "Kokkos Foundation"),
        ("kikkos", "kokkos", "Kokkos Foundation"),
        ("kkokso", "kokkos", "Kokkos Foundation"),
        ("setp", "step", "STEP"),
        ("zurihc", "zurich", "FASTMath"),
        ("matehmatcal", "mathematical", "FASTMath"),
        ("научнх", "научных", "Центр научных вычислений"),
        ("programing", "programming", "Kokkos Foundation"),
    ],
)
def test_mistyped_word_is_read_as_the_nearest_one(consortium, text, meant, name):
    assert [reading.meant for reading in understand(text).readings] == [(meant,)]
    assert found(text) == [name]


def test_correction_fits_the_words_beside_it(consortium):
    factories.member(name="Pools Registry")

    assert understand("dools").readings[0].meant == ("pools", "tools")
    assert understand("dools alliance").readings[0].meant == ("tools",)


def test_words_of_those_who_are_not_listed_correct_nothing(consortium):
    search = understand("quixotik")

    assert (search.corrected, search.unknown) == ([], ["quixotik"])
    assert found("quixotic") == []


def test_words_in_double_quotes_are_not_corrected(consortium):
    assert found('"kokos"') == []
    assert found('"kokkos"') == ["Kokkos Foundation"]


def test_beginning_of_a_word_is_forgiven_one_error(consortium):
    assert understand("perfromanc").phrase == "performance"
    assert found("governnan") == ["OpenFOAM Governance"]
    assert understand("gvrenan").corrected == []


@pytest.mark.parametrize(
    "text",
    [*"'\"\\|&!:*()<>", "a'b", "' | 'x':*", "\\'", "a & !b", "x:*", "%", "_", "ﷺ", "𝕬"],
)
def test_signs_of_a_query_language_mean_nothing(consortium, text):
    found(text)
    found(f"kokkos {text}")


@pytest.mark.parametrize("text", ["\x00", "a\x00b", "x" * 10_000, "a " * 41, "!!!"])
def test_text_that_cannot_be_searched_for_is_refused_with_a_reason(consortium, text):
    form = asked(q=text)

    assert list(form.problems) == ["q"]
    assert form.organizations().count() == 9


def test_documents_follow_every_change(consortium):
    step = Organization.objects.get(short_name="STEP")
    step.rename(by=factories.officer(), on=LATER, reason="New", name="Tooling")
    assert found("ecosystem") == ["Tooling"]  # its former name

    service = factories.service(organization=step, community=factories.community())
    service.community.name = "Genomics"
    service.community.save()
    assert found("genomics") == ["Tooling"]
    service.delete()
    assert found("genomics") == []

    host = factories.host(organization=step, institution=factories.institution())
    host.institution.city = "Reykjavík"
    host.institution.save()
    assert found("reykjavik") == ["Tooling"]
    host.ended_on = host.started_on  # entered by mistake
    host.save()
    assert found("reykjavik") == []

    step.names.all().delete()
    assert found("ecosystem") == []
    Organization.objects.filter(pk=step.pk).update(focus="Beekeeping")
    assert found("beekeeping") == ["Tooling"]


def test_refreshing_all_documents_changes_none(consortium):
    before = list(SearchDocument.objects.order_by("pk").values())
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT registry_refresh_documents("
            "ARRAY(SELECT id FROM members_organization))"
        )

    assert list(SearchDocument.objects.order_by("pk").values()) == before
