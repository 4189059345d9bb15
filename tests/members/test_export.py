import csv
import datetime as dt
import io
import json
import operator

import pytest
import yaml
from django.core.management import CommandError, call_command
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from members.interchange.csv_file import defuse, fuse
from members.interchange.rows import name_and_affiliation
from members.models import Organization
from tests import factories
from tests.factories import DAY, LATER
from tests.members.interchange import (
    ALPHA,
    FILES,
    REAL,
    imported,
    needs_real_file,
)

pytestmark = pytest.mark.django_db


def exported(**options):
    out = io.StringIO()
    call_command("export_members", stdout=out, **options)
    return out.getvalue()


def members(**options):
    return yaml.safe_load(exported(**options))["members"]


def levels(**options):
    return {m["short_name"]: m["membership_level"] for m in members(**options)}


@needs_real_file
def test_the_real_file_is_given_back():
    imported(REAL)

    assert yaml.safe_load(exported()) == yaml.safe_load(REAL.read_text())


def test_a_file_is_given_back_with_what_is_not_known():
    path = FILES / "consortium.yml"
    imported(path)

    assert yaml.safe_load(exported()) == yaml.safe_load(path.read_text())


def test_members_come_by_level_then_by_short_name():
    factories.member(short_name="zeta", level="affiliate")
    factories.member(short_name="Álpha", ended_on=LATER)
    factories.member(short_name="beta")
    factories.member(short_name="", name="Aleph")
    factories.organization(short_name="never")

    shown = [(m["short_name"], m["membership_level"]) for m in members()]

    assert shown == [
        ("", "core"),
        ("beta", "core"),
        ("zeta", "affiliate"),
        ("Álpha", "former"),
    ]


def test_a_day_has_its_own_members_levels_and_people():
    after = LATER + dt.timedelta(30)
    by = factories.officer()
    first = factories.member(short_name="A")
    change = {"by": by, "on": LATER, "reason": "-"}
    first.memberships.get().change_level(
        level=factories.level(slug="affiliate"), **change
    )
    factories.member(short_name="B", ended_on=LATER)
    factories.member(short_name="C", started_on=after)
    factories.representative(
        organization=first,
        person=factories.person(name="Ada"),
        started_on=DAY,
        ended_on=LATER,
    )

    assert levels(as_of=DAY - dt.timedelta(1)) == {}
    assert levels(as_of=DAY) == {"A": "core", "B": "core"}
    assert members(as_of=DAY)[0]["leads"] == ["Ada"]
    assert levels(as_of=LATER) == {"A": "affiliate", "B": "former"}
    assert "leads" not in members(as_of=LATER)[0]
    assert levels() == {"A": "affiliate", "B": "former", "C": "core"}


def test_a_stand_in_is_never_shown_as_a_member():
    imported(FILES / "consortium.yml")

    day_before = DAY - dt.timedelta(1)
    assert levels(as_of=day_before) == {"GAMMA": "former"}
    (gamma,) = (m for m in members(dates=True) if m["short_name"] == "GAMMA")
    assert {"joined", "left", "left_as", "former_level"}.isdisjoint(gamma)


@pytest.mark.parametrize("format", ["yaml", "csv", "json"])
def test_only_people_whom_anyone_may_see_are_written(format):
    member = factories.member(short_name="A")
    for visibility in ("public", "members", "staff"):
        person = factories.person(
            name=f"Person for {visibility}", email=f"{visibility}@example.org"
        )
        for role in ("lead", "alternate"):
            factories.representative(
                organization=member, person=person, role=role, visibility=visibility
            )

    text = exported(format=format, dates=True)

    assert text.count("Person for public") == 2
    assert "Person for members" not in text
    assert "Person for staff" not in text
    assert "@" not in text


def test_json_has_the_public_id_and_the_dates():
    imported(FILES / "extended.csv")

    alpha, gamma = json.loads(exported(format="json"))["members"]

    organizations = {o.short_name: o.public_id for o in Organization.objects.all()}
    assert alpha == {
        "public_id": organizations["ALPHA"],
        "short_name": "ALPHA",
        "name": "Alpha",
        "membership_level": "core",
        "leads": ["Ada Example (Example University)", "Bo Sample"],
        "focus_area": "Libraries, measured",
        "joined": "2020-02-01",
        "budget": "=1+1",
    }
    assert gamma == {
        "public_id": organizations["GAMMA"],
        "short_name": "GAMMA",
        "name": "Gamma",
        "membership_level": "former",
        "joined": "2019-01-01",
        "left": "2022-07-01",
        "left_as": "merged",
        "former_level": "affiliate",
    }


def test_json_shows_dates_of_unknown_parts_as_text():
    imported(FILES / "consortium.yml")

    whole = json.loads(exported(format="json"))

    assert whole["officers"][0]["elected"] == "2025-10-14"
    assert whole["members"][0]["funded"]["since"] == "2019-09-01"


def test_a_table_defuses_formulas_and_gives_them_back(tmp_path):
    factories.member(
        short_name="=A1", name="@SUM(1)", focus="'-2", unknown={"+x": "=1"}
    )

    text = exported(format="csv")

    header, row = csv.reader(io.StringIO(text))
    assert dict(zip(header, row, strict=True)) == {
        "short_name": "'=A1",
        "name": "'@SUM(1)",
        "membership_level": "core",
        "website": "",
        "focus_area": "''-2",
        "leads": "",
        "sc_reps": "",
        "'+x": "'=1",
    }
    path = tmp_path / "again.csv"
    path.write_text(text)
    assert imported(path)[0] == "line 2     leave   =A1"


def test_what_a_table_wrote_is_not_taken_for_new(tmp_path):
    imported(FILES / "consortium.yml")
    path = tmp_path / "again.csv"
    call_command("export_members", format="csv", output=str(path))

    lines = imported(path, on=LATER)

    assert lines[-1] == "0 added, 0 changed, 3 left as they are, 0 not in the file."
    assert yaml.safe_load(exported()) == yaml.safe_load(
        (FILES / "consortium.yml").read_text()
    )


def test_a_table_keeps_the_other_parts_of_the_last_file(tmp_path):
    imported(FILES / "consortium.yml")

    imported(FILES / "extended.csv", dry_run=True)
    path = tmp_path / "more.csv"
    path.write_text("short_name,name,membership_level\nNEW,New,core\n")
    imported(path)

    assert yaml.safe_load(exported())["officers_term"] == 365


def test_a_made_up_organization_stays_marked(tmp_path):
    factories.member(short_name="A", is_example=True)
    text = exported()

    assert yaml.safe_load(text)["members"][0]["example"] is True
    path = tmp_path / "again.yml"
    path.write_text(text.replace(": A", ": B").replace("Organization", "Another"))
    imported(path)
    assert Organization.objects.get(short_name="B").is_example


def test_the_output_file_is_whole_or_not_there(tmp_path):
    factories.member(short_name="ALPHA", name="Alpha")
    path = tmp_path / "out.yml"

    call_command("export_members", output=str(path))

    assert path.read_text().split("\n", 1)[1] == ALPHA.replace("    ", "  ").replace(
        "  - ", "- "
    )
    assert [p.name for p in tmp_path.iterdir()] == ["out.yml"]
    with pytest.raises(CommandError, match="Cannot write"):
        call_command("export_members", output=str(tmp_path / "no" / "out.yml"))


@pytest.mark.parametrize("number", [1, 3])
@pytest.mark.parametrize("format", ["yaml", "csv", "json"])
def test_an_export_takes_a_constant_number_of_queries(
    django_assert_num_queries, number, format
):
    for _ in range(number):
        member = factories.member(level="core")
        factories.representative(organization=member)

    with django_assert_num_queries(5 if format == "csv" else 6):
        exported(format=format)


# Any members, whatever their names look like


# What the registry takes for a line of text; one that is folded away is no name.
lines = st.text(
    st.characters(exclude_categories=["Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"]),
    min_size=1,
    max_size=20,
).map(str.strip)
words = lines.filter(bool)
people = st.lists(words, max_size=3, unique=True)
scalars = st.one_of(
    words, st.integers(-(2**40), 2**40), st.booleans(), st.dates(), st.none()
)
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(words | st.integers(0, 9), inner, max_size=2)
    ),
    max_leaves=4,
)
day = st.dates(dt.date(2000, 1, 1), dt.date(2010, 1, 1))


@st.composite
def any_member(draw):
    member = {
        "membership_level": draw(st.sampled_from(["core", "affiliate", "former"])),
        "website": draw(st.sampled_from(["", "https://example.org/a?b=c#d"])),
        "leads": draw(people),
        "sc_reps": draw(people),
        "focus_area": draw(lines),
        "unknown thing": draw(values.filter(lambda value: value is not None)),
    }
    if member["membership_level"] == "former":
        member["joined"] = draw(day)
        member["left"] = member["joined"] + dt.timedelta(draw(st.integers(1, 999)))
        member["left_as"] = draw(st.sampled_from(["resigned", "dissolved", "merged"]))
        member["former_level"] = draw(st.sampled_from(["core", "affiliate"]))
    else:
        member["joined"] = draw(day)
    return {key: value for key, value in member.items() if value not in ("", [])}


def numbered(drawn):
    """Members whose names cannot be the same after folding."""
    for number, (short, name, member) in enumerate(drawn):
        yield {
            "short_name": f"{short[:20]}{number:03}",
            "name": f"{name} {number:03}",
            **member,
        }


def again(path, *, format):
    """What a registry that was empty exports after importing the file at `path`."""
    with transaction.atomic():
        imported(path)
        written = exported(format=format, dates=True)
        assert imported(path)[-1].startswith("0 added, 0 changed")
        transaction.set_rollback(True)
    return written


ANY = {
    "deadline": None,
    # Making a failure smaller would take minutes.
    "phases": [Phase.explicit, Phase.generate],
    "derandomize": True,
    "suppress_health_check": [HealthCheck.function_scoped_fixture],
}


@settings(max_examples=8, **ANY)
@given(drawn=st.lists(st.tuples(words, words, any_member()), min_size=1, max_size=3))
def test_any_members_are_given_back(tmp_path, drawn):
    stated = list(numbered(drawn))
    path = tmp_path / "members.yml"
    path.write_text(yaml.safe_dump({"members": stated}))

    written = again(path, format="yaml")

    by_short_name = operator.itemgetter("short_name")
    found = yaml.safe_load(written)["members"]
    assert sorted(found, key=by_short_name) == sorted(stated, key=by_short_name)
    path.write_bytes(written.encode())
    assert again(path, format="yaml") == written


@settings(max_examples=6, **ANY)
@given(drawn=st.lists(st.tuples(words, words, any_member()), min_size=1, max_size=3))
def test_any_table_is_given_back(tmp_path, drawn):
    first, second = tmp_path / "members.yml", tmp_path / "members.csv"
    first.write_text(yaml.safe_dump({"members": list(numbered(drawn))}))

    table = again(first, format="csv")

    second.write_bytes(table.encode())
    assert again(second, format="csv") == table


@given(st.text(max_size=5))
def test_a_defused_cell_is_given_back(cell):
    assert fuse(defuse(cell)) == cell
    assert not defuse(cell).startswith(("=", "+", "-", "@", "\t", "\r"))


@given(st.text("AB ()", max_size=12))
def test_name_and_affiliation_are_written_as_they_were_read(text):
    name, affiliation = name_and_affiliation(text)

    assert (f"{name} ({affiliation})" if affiliation else name) == text


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Ada", ("Ada", "")),
        ("Ada (Lab)", ("Ada", "Lab")),
        ("Ada (Lab (North))", ("Ada", "Lab (North)")),
        ("Ada (Bo) (Lab)", ("Ada (Bo)", "Lab")),
        ("Ada(Lab)", ("Ada(Lab)", "")),
        ("(Lab)", ("(Lab)", "")),
        ("Ada ()", ("Ada ()", "")),
        ("Ada (Lab", ("Ada (Lab", "")),
        ("Ada Lab)", ("Ada Lab)", "")),
    ],
)
def test_an_affiliation_is_what_the_last_brackets_hold(text, parts):
    assert name_and_affiliation(text) == parts


@pytest.mark.parametrize(
    "words",
    [
        ["export_members", "--as-of=2025-02-30"],
        ["import_members", "members.yml", "--on=2025-02-30"],
        ["load_example", "--on=2025-02-30"],
    ],
)
def test_day_that_is_none_is_refused_in_words(words):
    message = "“2025-02-30” is no day, such as 2026-01-31."
    with pytest.raises(CommandError, match=message):
        call_command(*words)
