import datetime as dt

import pytest
from django.core.management import CommandError
from django.db import connection

from tests import factories
from tests.factories import LATER
from tests.members.interchange import ALPHA, imported, refused

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("content", "faults"),
    [
        (
            ALPHA + "    website: [a\n",
            [
                (
                    "line 6, column 1: This is not YAML: while parsing a flow "
                    "sequence, did not find expected ',' or ']'."
                )
            ],
        ),
        (
            "members:\n- name: A\n- short_name: B\n",
            [
                "line 2, column 3: The key “membership_level” is missing.",
                "line 2, column 3: The key “short_name” is missing.",
                "line 3, column 3: The key “membership_level” is missing.",
                "line 3, column 3: The key “name” is missing.",
            ],
        ),
        (
            ALPHA.replace("core", "gold"),
            [
                (
                    "line 4, column 23: membership_level: there is no level “gold”; "
                    "expected core, affiliate or former."
                )
            ],
        ),
        (
            ALPHA.replace("core", "former") + "    left_as: terminated\n",
            [
                (
                    "line 5, column 14: left_as: a termination rests on a decision, "
                    "which no file holds: leave this out, and record the decision in "
                    "the admin."
                )
            ],
        ),
        (
            ALPHA.replace("core", "former") + "    left_as: fired\n",
            [
                (
                    "line 5, column 14: left_as: there is no “fired”; expected "
                    "resigned, dissolved or merged."
                )
            ],
        ),
        (
            ALPHA + "    name: Beta\nofficers: {a: 1, a: 2}\n",
            [
                "line 5, column 5: The key “name” stands twice: first in line 3.",
                "line 6, column 18: The key “a” stands twice: first in line 6.",
            ],
        ),
        (
            ALPHA + "  - {short_name: álpha, name: Beta, membership_level: core}\n",
            [
                (
                    "line 5: the short name of álpha stands in line 2 already "
                    "(capitals and accents do not count)."
                )
            ],
        ),
        (
            ALPHA + "  - {short_name: B, name: ALPHA, membership_level: core}\n",
            [
                (
                    "line 5: the name of B stands in line 2 already (capitals and "
                    "accents do not count)."
                )
            ],
        ),
        (
            (
                "members:\n- short_name: 5\n  name: 5\n  membership_level: yes\n"
                "  leads: x\n  sc_reps: [1]\n  website: corsa.center\n"
            ),
            [
                (
                    "line 2, column 15: short_name: expected text, found a number; "
                    "write it in quotes."
                ),
                (
                    "line 3, column 9: name: expected text, found a number; write it "
                    "in quotes."
                ),
                (
                    "line 4, column 21: membership_level: expected text, found yes or "
                    "no; write it in quotes."
                ),
                "line 5, column 10: leads: expected a list of people, found text.",
                (
                    "line 6, column 13: sc_reps: expected “Name (Affiliation)”, found "
                    "a number."
                ),
                (
                    "line 7, column 12: website: “corsa.center” is no address, like "
                    "https://example.org/."
                ),
            ],
        ),
        (
            ALPHA.replace("Alpha", "A" * 301).replace("ALPHA", "A" * 61),
            [
                (
                    "line 2, column 17: short_name: Ensure this value has at most 60 "
                    "characters (it has 61)."
                ),
                (
                    "line 3, column 11: name: Ensure this value has at most 300 "
                    "characters (it has 301)."
                ),
            ],
        ),
        (
            ALPHA.replace("Alpha", "Al\u202epha"),
            [
                (
                    "line 3, column 11: name: This text holds an invisible character "
                    "(U+202E) that is not allowed. Please type it again instead of "
                    "pasting it."
                )
            ],
        ),
        (
            ALPHA.replace("Alpha", '"\u200d"'),
            ["line 2: name: nothing of it can be seen."],
        ),
        (
            ALPHA + "    joined: 2020-01-01\n    left: 2019-01-01\n",
            [
                (
                    "line 6, column 11: left: belongs to a former member, and this one "
                    "is not."
                ),
                "line 6, column 11: left: is not after “joined”.",
            ],
        ),
        (
            ALPHA.replace("core", "former") + "    left: 2019-01-01\n",
            [
                (
                    "line 2: ALPHA: of a former member that the registry does not "
                    "know, either all of joined, left and former_level are stated, or "
                    "none."
                )
            ],
        ),
        (
            "- a\n",
            ["line 1, column 1: The file must be a mapping with the key “members”."],
        ),
        ("officers: []\n", ["line 1, column 1: The key “members” is missing."]),
        ("members: {a: b}\n", ["line 1, column 10: “members” must be a list."]),
        ("members: [A]\n", ["line 1, column 11: A member is a mapping, not text."]),
        ("# nothing\n", ["The file holds nothing but comments."]),
        (" \n", ["The file is empty."]),
        (
            ALPHA + "---\n" + ALPHA,
            ["line 5, column 1: A second document begins here: only one is read."],
        ),
        (
            "a: &a [x, x]\nb: [*a, *a]\n",
            [
                (
                    "line 2, column 5: The alias “*a” is not read: write out what it "
                    "stands for."
                )
            ],
        ),
        (
            "members: " + "[" * 100_000,
            ["line 1, column 29: Nested deeper than 20 levels."],
        ),
        (
            ALPHA + "    x: !!python/object/apply:os.system [ls]\n",
            [
                (
                    "line 5, column 8: The tag “tag:yaml.org,2002:python/object/apply:"
                    "os.system” is not read."
                )
            ],
        ),
        (
            ALPHA + "    x: 2025-13-45\n",
            ["line 5, column 8: “2025-13-45” is not readable: month must be in 1..12."],
        ),
        (
            ALPHA.replace("Alpha", "Al\x00pha"),
            [
                (
                    "line 3, column 13: There is a NUL byte here: a text file holds "
                    "none of these."
                )
            ],
        ),
        (
            ALPHA.replace("Alpha", "Älpha").encode("latin-1"),
            [
                (
                    "line 3, column 11: The byte 0xC4 is not UTF-8; the file looks "
                    "like Latin-1 or Windows-1252, where it is “Ä”; expected is UTF-8: "
                    "save the file in that encoding."
                )
            ],
        ),
        (
            ALPHA.encode("utf-16"),
            [
                (
                    "line 1, column 1: The file is UTF-16, as its first bytes say; "
                    "expected is UTF-8: save the file in that encoding."
                )
            ],
        ),
        (
            ALPHA.encode("utf-16-be"),
            [
                (
                    "line 1, column 1: The file looks like UTF-16 (big-endian, without "
                    "a mark); expected is UTF-8: save the file in that encoding."
                )
            ],
        ),
        (
            b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\xff\xfe",
            ["line 1, column 1: This is not a text file: expected is YAML or CSV."],
        ),
    ],
)
def test_a_broken_file_names_the_lines(given, content, faults):
    assert refused(given(content)) == faults


@pytest.mark.parametrize(
    ("content", "faults"),
    [
        (
            "short_name;name\nA;B\n",
            [
                f"line 1: The column “{name}” is missing; found are: short_name;name. "
                "Columns are separated by commas."
                for name in ("membership_level", "name", "short_name")
            ],
        ),
        (
            "short_name,name,membership_level\nA,B\n\nC,D,gold\n",
            ["line 2: 2 cells, but the header has 3."],
        ),
        (
            'short_name,name,membership_level\nA,"B\nC",core\n\nD,E,gold\n',
            [
                (
                    "line 2: name: This text holds an invisible character (U+000A) "
                    "that is not allowed. Please type it again instead of pasting it."
                ),
                (
                    "line 5: membership_level: there is no level “gold”; expected "
                    "core, affiliate or former."
                ),
            ],
        ),
        (
            'short_name,name,membership_level\nA,"B,core\n',
            ["line 2: This is not CSV: unexpected end of data."],
        ),
        (
            "short_name,name,membership_level,name,\n",
            [
                "line 1: A column has no name.",
                "line 1: The column “name” stands twice.",
            ],
        ),
        (",,\n", ["line 1: No line names the columns."]),
    ],
)
def test_a_broken_table_names_the_lines(given, content, faults):
    assert refused(given(content, "members.csv")) == faults


def test_a_file_of_50_megabytes_is_refused_at_once(given):
    line = b"  - {short_name: A, name: Alpha, membership_level: core}\n"
    path = given(b"members:\n" + line * (50_000_000 // len(line) + 1))

    (fault,) = refused(path)

    assert fault == (
        "line 280703: The file is too large: 50.0 MB, and at most 16 MB are read, "
        "which end in this line."
    )


def test_faults_beyond_fifty_are_counted(given):
    lines = refused(given("members:\n" + "- {}\n" * 20))

    assert len(lines) == 51
    assert lines[-1] == "… and 10 more."


@pytest.mark.parametrize("name", ["", "missing.yml"])
def test_a_file_that_cannot_be_read_is_refused(tmp_path, name):
    (line,) = refused(tmp_path / name)

    assert line.startswith(f"Cannot read {tmp_path / name}: ")


@pytest.mark.parametrize("on", [dt.date(2999, 1, 1), dt.date(1, 1, 1)])
def test_a_day_out_of_reach_is_refused(given, on):
    with pytest.raises(CommandError, match="expected a day from 1900-01-01 to"):
        imported(given(ALPHA), on=on)


def test_what_only_the_database_refuses_takes_everything_back(given):
    """A constraint that no validation knows of."""
    with connection.cursor() as cursor:
        cursor.execute(
            "ALTER TABLE members_organization ADD CONSTRAINT no_omega "
            "CHECK (name <> 'Omega')"
        )
    factories.member(short_name="BETA", name="Beta")
    factories.member(short_name="ALPHA", name="Alpha")
    text = ALPHA.replace("name: Alpha", "name: Omega")
    path = given(text + "  - {short_name: NEW, name: New, membership_level: core}\n")

    (line,) = refused(path, on=LATER)

    assert line.startswith("line 2: ALPHA: ")
