"""Which institution is found by what is typed; on real data, how often and how fast."""

import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from members.matching import evaluation, institutions
from members.models import Institution, InstitutionTerm
from members.ror.importing import RorImport
from tests import factories, indexes

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
NAMES = ["members_institutionname", "members_institutionterm"]
SAMPLE, PAIRS = DATA / "ror-sample.zip", DATA / "institution-search.json"


def names(q, **asked):
    return [match.name for match in institutions.matching(q, public=False, **asked)]


def some(*given, **facts):
    return [factories.institution(name=name, **facts) for name in given]


# What is typed, and what is meant: in other words, other letters, or in parts.
MEANT = [
    ("univ. of example", "University of Example"),
    ("UNIVERSITY OF EXAMPLE", "University of Example"),
    ("Example University", "University of Example"),
    ("Universität Example", "University of Example"),
    ("Universty of Exampel", "University of Example"),
    ("University of Exa", "University of Example"),
    ("Dept. of Physics, University of Example", "University of Example"),
    ("Example UniversitySchool of Medicine", "University of Example"),
    ("Technische Universitaet Muenchen", "Technische Universität München"),
    ("TU München", "Technische Universität München"),
    ("Natl Inst of Testing", "National Institute of Testing"),
    ("Research &amp; Testing Labs", "Research and Testing Laboratory"),
    ("NIT", "National Institute of Testing"),
    ("Northwest College", "North West College"),
    ("清华", "清华大学"),
]


@pytest.mark.django_db
def test_institution_is_found_by_what_is_meant():
    some(
        *("University of Sample", "Example Hospital", "Institute of Physics"),
        *("University of Example", "Technische Universität München"),
        *("Research and Testing Laboratory", "North West College", "清华大学"),
    )
    some("National Institute of Testing", other_names=["NIT"])

    for typed, meant in MEANT:
        assert names(typed)[0] == meant, typed


@pytest.mark.django_db
@pytest.mark.parametrize("typed", ["", " ", "!!!", "\0", "xqzxqz", "%", "'", "a" * 999])
def test_what_means_nothing_finds_nothing(typed):
    some("University of Example")

    assert institutions.matching(typed) == []


@pytest.mark.django_db
def test_country_and_limit_narrow_what_is_found():
    some("York University", country="Canada", country_code="CA")
    some("York University", country="United Kingdom", country_code="GB")

    both = institutions.matching("York University", public=False)
    assert {match.country_code for match in both} == {"CA", "GB"}
    found = institutions.matching("York University", "GB", public=False)
    assert [match.country_code for match in found] == ["GB"]
    assert len(institutions.matching("York University", limit=1, public=False)) == 1


@pytest.mark.django_db
def test_place_tells_equal_names_apart():
    some("Saint Vincent Hospital", city="Melbourne", country="Australia")
    some("Saint Vincent Hospital", city="Dublin", country="Ireland")

    found = institutions.matching("St Vincent's Hosp, Dublin", public=False)

    assert [match.city for match in found] == ["Dublin", "Melbourne"]


@pytest.mark.django_db
def test_successor_stands_for_what_was_withdrawn():
    heir = factories.institution(name="New College", ror_id="05gq02987")
    some("Old School", ror_id="00jtmb277", status="withdrawn", successor=heir)

    (match,) = institutions.matching("Old School")

    assert (match.pk, match.name) == (heir.pk, "New College")
    assert match.matched_name == "Old School"
    assert match.status == "active"


@pytest.mark.django_db
def test_ror_id_means_the_one_that_has_it():
    some("University of Example", ror_id="05gq02987")

    for typed in ("05gq02987", "https://ror.org/05gq02987"):
        assert [m.ror_id for m in institutions.matching(typed)] == ["05gq02987"]
    assert institutions.matching("05gq02987", "FR") == []


@pytest.mark.django_db
def test_institution_that_only_an_applicant_named_is_not_public():
    host, other = some("Example Hall", "Example Hut")
    factories.host(organization=factories.member(), institution=host)
    factories.host(organization=factories.organization(), institution=other)

    assert [m.name for m in institutions.matching("Example")] == ["Example Hall"]
    assert set(names("Example")) == {"Example Hall", "Example Hut"}


@pytest.mark.django_db
def test_names_follow_every_change_through_whichever_door():
    (one,) = some("Alder Institute", other_names=["AI"])
    assert terms() == {"": 2, "alder": 1, "institute": 1, "ai": 1}

    one.name = "Birch Institute"
    one.save()
    assert terms() == {"": 2, "birch": 1, "institute": 1, "ai": 1}
    Institution.objects.update(other_names=["Birch Inst."])
    assert terms() == {"": 1, "birch": 1, "institute": 1}
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE members_institution SET name = 'Elm', other_names = '{}'"
        )
    assert terms() == {"": 1, "elm": 1}
    assert names("elm") == ["Elm"]
    one.refresh_from_db()
    one.delete()
    assert terms() == {}


def terms():
    known = InstitutionTerm.objects.filter(names__gt=0)
    return {each.term: each.names for each in known}


@pytest.mark.django_db
@pytest.mark.parametrize("number", [1, 3])
def test_search_asks_twice_for_any_number(django_assert_num_queries, number):
    some(*(f"Example {each}" for each in range(number)))

    with django_assert_num_queries(2):
        assert len(names("Example")) == number


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "Expecting property name"),
        ('{"query": "a"}', "expected a list of objects"),
        ("[]", "no pair"),
        ('[{"query": "a", "ror_id": "x"}]', "whose ROR id is wrong"),
        ('[{"query": "a", "ror_id": "05gq02987"}]', "run import_ror"),
    ],
)
def test_command_says_what_is_wrong_with_the_pairs(tmp_path, content, said):
    path = tmp_path / "pairs.json"
    path.write_text(content)

    with pytest.raises(CommandError, match=said):
        call_command("evaluate_search", path, against="institutions")


# On ROR's own records and queries


@pytest.fixture(scope="module")
def sample(django_db_setup, django_db_blocker):
    """The sample of ROR, imported once for this module and taken away after it."""
    if not SAMPLE.exists():
        pytest.skip(f"{SAMPLE} is not there: the search is not measured.")
    with django_db_blocker.unblock():
        assert not Institution.objects.exists()
        with transaction.atomic(), indexes.made_at_once(*NAMES):
            RorImport().run(SAMPLE)
        try:
            yield
        finally:
            with connection.cursor() as cursor:
                cursor.execute(
                    "TRUNCATE members_institution, members_institutionname, "
                    "members_institutionterm, members_institutionhistory CASCADE"
                )
                # In whose name it was imported.
                cursor.execute("DELETE FROM members_user")


@pytest.mark.siege
@pytest.mark.xdist_group("ror")
@pytest.mark.django_db
def test_search_keeps_its_quality_on_real_queries(sample):
    figures = evaluation.evaluate(evaluation.read_pairs(PAIRS))

    assert figures.recall(1) >= 0.950
    assert figures.recall(5) >= 0.990
    assert figures.mean_rank <= 1.20


@pytest.mark.siege
@pytest.mark.xdist_group("ror")
@pytest.mark.django_db
def test_search_is_quicker_than_the_plain_query(sample):
    """With room for other work on the machine; `make bench` holds the true bounds."""
    pairs = evaluation.read_pairs(PAIRS)[::20]

    whole, begun, plain = evaluation.compare(pairs)

    assert whole.median <= 0.35 * plain.median
    assert begun.median <= 0.35 * plain.median
    assert len(begun.seconds) > 300


@pytest.mark.siege
@pytest.mark.xdist_group("ror")
@pytest.mark.django_db
def test_command_prints_the_figures(sample, tmp_path, capsys):
    path = tmp_path / "pairs.json"
    path.write_text(json.dumps(json.loads(PAIRS.read_text())[:3]))

    call_command("evaluate_search", path, against="institutions", misses=True)

    said = capsys.readouterr().out
    assert [line.split()[0] for line in said.splitlines()][-5:] == [
        *("queries", "recall@1", "recall@5", "mean", "latency")
    ]
    assert "recall@1       1.0000" in said
