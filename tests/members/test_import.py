import datetime as dt
import json

import pytest
from django.core.management import CommandError

from members.models import Event, Import, Membership, Organization, Person
from tests import factories
from tests.factories import DAY, LATER
from tests.members.interchange import (
    ALPHA,
    FILES,
    REAL,
    imported,
    needs_real_file,
    refused,
    rows,
)

pytestmark = pytest.mark.django_db


def verbs():
    return [(e.organization.short_name, e.verb) for e in Event.objects.order_by("pk")]


def periods(short_name):
    rows = Membership.objects.filter(organization__short_name=short_name)
    return [
        (m.level.slug, m.started_on, m.ended_on, m.end_reason)
        for m in rows.order_by("started_on")
    ]


def named(short_name, *, on):
    """Roles and people on a day."""
    organization = Organization.objects.get(short_name=short_name)
    rows = organization.representatives.on(on).order_by("pk")
    return [(row.role, str(row.person), row.visibility) for row in rows]


@needs_real_file
def test_the_real_file_gives_six_current_and_two_former_members():
    lines = imported(REAL, on=dt.date(2026, 5, 1))

    assert lines[1] == "line 14    add     FASTMath: core from 2026-05-01"
    assert lines[-1] == ("8 added, 0 changed, 0 left as they are, 0 not in the file.")
    members = Organization.objects.members_on(dt.date(2026, 5, 1))
    assert {m.short_name: m.website for m in members} == {
        "CORSA": "https://corsa.center/",
        "FASTMath": "https://scidac5-fastmath.lbl.gov/",
        "PESO": "https://pesoproject.org/",
        "RAPIDS": "https://rapids.lbl.gov/",
        "S4PST": "https://s4pst.org/",
        "STEP": "https://ascr-step.org/",
    }
    assert {m.short_name: m.focus for m in Organization.objects.former()} == {
        "COLABS": "Training, workforce development, and RSE community building",
        "SWAS": "Workflow software",
    }


def test_a_new_file_is_written_line_by_line():
    lines = imported(FILES / "consortium.yml")

    assert lines == [
        (
            "line 3     add     ALPHA: core from 2024-01-15; "
            "lead: Ada Example (Example University); lead: Bo Sample; "
            "seat holder: Cleo Example (Laboratory (North)); "
            "alternate: Dan Sample (Example University)"
        ),
        "line 16    add     BÊTA: affiliate from 2024-01-15",
        (
            "line 19    add     GAMMA: former; level, dates and the way it ended are "
            "not known"
        ),
        "3 added, 0 changed, 0 left as they are, 0 not in the file.",
    ]
    assert named("ALPHA", on=DAY) == [
        ("lead", "Ada Example (Example University)", "public"),
        ("lead", "Bo Sample", "public"),
        ("seat_holder", "Cleo Example (Laboratory (North))", "public"),
        ("alternate", "Dan Sample (Example University)", "public"),
    ]
    alpha = Organization.objects.get(short_name="ALPHA")
    assert alpha.slug == "alpha"
    assert alpha.unknown["twitter"] == "@alpha"
    person = Person.objects.get(name="Cleo Example")
    assert person.affiliation == "Laboratory (North)"


def test_a_former_member_without_dates_is_marked_as_not_recorded():
    imported(FILES / "consortium.yml")

    day_before = DAY - dt.timedelta(1)
    assert periods("GAMMA") == [("affiliate", day_before, DAY, "not_recorded")]
    assert not Membership.objects.get(organization__short_name="GAMMA").is_recorded
    gamma = Organization.objects.with_standing().get(short_name="GAMMA")
    assert (gamma.joined_on, gamma.left_as) == (None, "not_recorded")
    reasons = {e.reason for e in Event.objects.filter(organization__name="Gamma")}
    assert reasons == {
        "imported from consortium.yml; level, dates and the way it ended are not known"
    }


def test_no_page_claims_what_was_not_recorded(client):
    imported(FILES / "consortium.yml")

    whole = client.get("/directory.json?status=former")
    (gamma,) = json.loads(b"".join(whole.streaming_content))["organizations"]
    page = client.get("/directory/?status=former&view=table&sort=joined")
    own = client.get("/organizations/gamma/")

    assert [gamma[key] for key in ("status", "level", "joined_on", "left_on")] == [
        "former",
        None,
        None,
        None,
    ]
    for answer in (page, own):
        text = answer.content.decode()
        assert "Gamma" in text
        assert "2024" not in text
        assert "ffiliate member" not in text


def test_the_second_time_nothing_is_written():
    imported(FILES / "consortium.yml")
    before = rows()

    lines = imported(FILES / "consortium.yml", on=LATER)

    assert rows() == before
    assert lines[0] == "line 3     leave   ALPHA"
    assert lines[-1] == "0 added, 0 changed, 3 left as they are, 0 not in the file."


def test_a_dry_run_says_the_same_and_writes_nothing():
    before = rows()

    dry = imported(FILES / "consortium.yml", dry_run=True)

    assert rows() == before
    assert dry.pop() == "This was a dry run: nothing was written."
    assert dry == imported(FILES / "consortium.yml")


def test_everything_is_written_in_the_name_of_the_actor(given):
    by = factories.officer()

    imported(given(ALPHA), by=by.username)

    assert [e.by for e in Event.objects.all()] == [by]
    assert Import.objects.get().by == by
    organization = Organization.objects.get()
    assert organization.history.get().pgh_context.metadata["user"] == by.pk


def test_without_the_right_nothing_is_written(given):
    path = given(ALPHA)

    without = factories.user().username
    only_import = factories.user(permissions=["add_import"]).username

    for by, permission in (
        (without, "members.add_import"),
        (only_import, "members.admit_membership"),
    ):
        lines = refused(path, by=by)
        assert lines == [f"Your account does not have the right “{permission}”."]
    with pytest.raises(CommandError, match="no account “nobody”"):
        imported(path, by="nobody")


def test_changes_go_through_the_verbs(given):
    imported(
        given(
            "members:\n"
            "- {short_name: A, name: Alpha, membership_level: core}\n"
            "- {short_name: B, name: Beta, membership_level: core}\n"
            "- {short_name: C, name: Gamma, membership_level: affiliate}\n"
            "- {short_name: D, name: Delta, membership_level: core}\n"
        )
    )
    changed = given(
        "members:\n"
        "- {short_name: A, name: Alpha, membership_level: affiliate}\n"
        "- {short_name: B, name: Beta, membership_level: former}\n"
        "- {short_name: C, name: Gamma Centre, membership_level: affiliate,"
        " website: 'https://c.example/', focus_area: Tools}\n"
    )

    lines = imported(changed, on=LATER)

    assert lines == [
        "line 2     change  A: core → affiliate from 2025-03-01",
        "line 3     change  B: core → former from 2025-03-01 (resigned)",
        "line 4     change  C: renamed to “Gamma Centre”; website, focus_area changed",
        "not in the file    D: core, left as it is",
        "0 added, 3 changed, 0 left as they are, 1 not in the file.",
    ]
    assert verbs()[4:] == [
        ("A", "level_changed"),
        ("B", "ended"),
        ("C", "renamed"),
        ("C", "imported"),
    ]
    assert periods("A") == [
        ("core", DAY, LATER, "level_changed"),
        ("affiliate", LATER, None, ""),
    ]
    assert periods("B") == [("core", DAY, LATER, "resigned")]
    gamma = Organization.objects.get(short_name="C")
    assert [n.text for n in gamma.names.all()] == ["Gamma"]
    assert periods("D") == [("core", DAY, None, "")]


def test_a_former_member_that_the_file_calls_a_member_is_reinstated(given):
    factories.member(short_name="ALPHA", name="Alpha", ended_on=LATER)

    lines = imported(given(ALPHA), on=LATER + dt.timedelta(9))

    assert lines[0] == "line 2     change  ALPHA: former → core from 2025-03-10"
    first, second = Membership.objects.order_by("pk")
    assert second.earlier == first


def test_a_file_of_the_same_day_corrects_the_level(given):
    imported(given(ALPHA))

    imported(given(ALPHA.replace("core", "affiliate")))

    assert periods("ALPHA") == [("affiliate", DAY, None, "")]
    assert verbs() == [("ALPHA", "admitted"), ("ALPHA", "corrected")]


def test_a_file_of_the_same_day_corrects_a_member_to_a_former_one(given):
    imported(given(ALPHA))

    imported(given(ALPHA.replace("core", "former")))

    day_before = DAY - dt.timedelta(1)
    assert periods("ALPHA") == [("affiliate", day_before, DAY, "not_recorded")]


def test_a_file_for_a_day_before_what_is_recorded_is_refused(given):
    factories.member(short_name="ALPHA", name="Alpha", started_on=LATER)

    lines = refused(given(ALPHA.replace("core", "affiliate")), on=DAY)

    assert lines == [
        (
            "line 2: ALPHA: the registry records “Core” from 2025-03-01 on, and the "
            "file speaks of 2024-01-15: choose a later day (--on), or correct the "
            "period in the admin."
        )
    ]


def test_people_no_longer_listed_leave_their_role_that_day(given):
    listed = ALPHA + "    leads: [Ada (Lab), Bo]\n    sc_reps: [Cy, Di]\n"
    imported(given(listed))

    lines = imported(given(ALPHA + "    leads: [Bo]\n    sc_reps: [Di]\n"), on=LATER)

    assert lines[0] == (
        "line 2     change  ALPHA: no longer lead: Ada (Lab); "
        "no longer seat holder: Cy; no longer alternate: Di; seat holder: Di"
    )
    assert named("ALPHA", on=LATER) == [
        ("lead", "Bo", "public"),
        ("seat_holder", "Di", "public"),
    ]
    assert Person.objects.filter(name="Di").count() == 1
    event = Event.objects.get(verb="imported")
    assert "Di" not in event.before + event.after


def test_a_hidden_role_is_none_of_the_files_business(given):
    alpha = factories.member(short_name="ALPHA", name="Alpha")
    hidden = factories.person(name="Hidden")
    factories.representative(organization=alpha, person=hidden, visibility="staff")

    lines = imported(given(ALPHA + "    leads: [Hidden, Ada]\n"), on=LATER)

    assert lines[0] == "line 2     change  ALPHA: lead: Ada"
    assert named("ALPHA", on=LATER) == [
        ("lead", "Hidden", "staff"),
        ("lead", "Ada", "public"),
    ]


def test_the_file_decides_who_holds_the_seat(given):
    alpha = factories.member(short_name="ALPHA", name="Alpha")
    factories.representative(organization=alpha, role="seat_holder", visibility="staff")

    lines = imported(given(ALPHA + "    sc_reps: [Ada]\n"), on=LATER)

    assert lines[0] == (
        "line 2     change  ALPHA: no longer seat holder: hidden; seat holder: Ada"
    )


def test_short_names_are_found_in_spite_of_case_and_accents(given):
    factories.member(short_name="álpha", name="Alpha")

    lines = imported(given(ALPHA))

    assert lines[0] == "line 2     change  ALPHA: renamed to “ALPHA”"
    assert Organization.objects.get().short_name == "ALPHA"


def test_a_former_short_name_is_not_taken_for_a_new_member(given):
    member = factories.member(short_name="ALPHA", name="Alphabet")
    member.rename(
        by=factories.officer(), on=LATER, reason="-", name="Omega", short_name="OM"
    )

    lines = refused(given(ALPHA))

    assert lines == [
        (
            "line 2: “ALPHA” is a former short name of Omega (OM): write the one that "
            "it has now."
        )
    ]


def test_a_name_that_another_organization_has_is_refused(given):
    factories.member(short_name="AL", name="ALPHA")

    lines = refused(given(ALPHA))

    assert lines == ["line 2: “Alpha” is in the registry, with the short name AL."]


def test_an_organization_without_a_short_name_is_known_by_its_name(given):
    factories.member(short_name="", name="Alpha")

    lines = imported(given(ALPHA.replace(": ALPHA", ': ""')))

    assert lines[0] == "line 2     leave   Alpha"


def test_an_organization_that_was_no_member_yet_is_admitted(given):
    factories.organization(short_name="ALPHA", name="Alpha")

    lines = imported(given(ALPHA))

    assert lines[0] == "line 2     change  ALPHA: core from 2024-01-15"


def test_what_is_not_known_is_kept_with_its_types():
    imported(FILES / "consortium.yml")

    assert Organization.objects.get(short_name="ALPHA").unknown == {
        "twitter": "@alpha",
        "funded": {
            "since": {"!date": "2019-09-01"},
            "share": 0.5,
            "partners": ["one", "two"],
        },
    }
    assert Import.objects.get().unknown == {
        "officers": [
            {
                "position": "Chair",
                "name": "Ada Example",
                "elected": {"!date": "2025-10-14"},
            }
        ],
        "officers_term": 365,
    }


def test_a_table_gives_dates_people_and_other_columns():
    lines = imported(FILES / "extended.csv")

    assert lines[:2] == [
        (
            "line 2     add     ALPHA: core from 2020-02-01; "
            "lead: Ada Example (Example University); lead: Bo Sample"
        ),
        (
            "line 4     add     GAMMA: former; affiliate from 2019-01-01 to 2022-07-01 "
            "(merged)"
        ),
    ]
    gamma = ("affiliate", dt.date(2019, 1, 1), dt.date(2022, 7, 1), "merged")
    assert periods("GAMMA") == [gamma]
    alpha = Organization.objects.get(short_name="ALPHA")
    assert alpha.unknown == {"budget": "=1+1"}


def test_dates_found_out_later_correct_the_period_that_stood_in(given):
    imported(FILES / "consortium.yml")

    imported(FILES / "extended.csv", dry_run=True)
    imported(
        given(
            "short_name,name,membership_level,joined,left,former_level\n"
            "GAMMA,Gamma,former,2019-01-01,2022-07-01,core\n",
            "found.csv",
        )
    )

    gamma = ("core", dt.date(2019, 1, 1), dt.date(2022, 7, 1), "resigned")
    assert periods("GAMMA") == [gamma]


def test_a_column_that_a_table_lacks_says_nothing(given):
    imported(FILES / "consortium.yml")
    before = rows()

    lines = imported(
        given(
            "\ufeffshort_name,name,membership_level\n"
            "BÊTA,Bêta – 组织 – منظمة,affiliate\n"
            "ALPHA,"
            '"Alliance for Libraries: Portable, High-Performance, Accessible",core\n',
            "few.csv",
        )
    )

    assert lines[-1] == "0 added, 0 changed, 2 left as they are, 0 not in the file."
    assert rows() == before


@pytest.mark.parametrize(("number", "queries"), [(1, 13), (3, 13)])
def test_a_file_is_compared_in_a_constant_number_of_queries(
    given, django_assert_num_queries, number, queries
):
    members = "".join(
        f"- {{short_name: M{n}, name: Member {n}, membership_level: core, "
        f"leads: [Lead {n}]}}\n"
        for n in range(number)
    )
    path = given("members:\n" + members)
    imported(path)

    with django_assert_num_queries(queries):
        imported(path)
