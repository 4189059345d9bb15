"""What is asked, what is nonsense, what is missing, what it means: no database."""

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given, settings
from hypothesis import strategies as st

from members.applying import missing
from members.applying.content import lines, read, split_language, with_scheme
from members.applying.differences import differences
from members.applying.kinds import DRAFT_LIMIT, Kind, Question
from members.applying.questions import (
    PROPOSALS,
    ROLES,
    STEPS,
    GoalWords,
    Vocabulary,
    questions,
)

WORDS = Vocabulary(
    goals=(
        GoalWords("workforce", 1, "Workforce", "Grow it", (("11", "By teaching"),)),
        GoalWords("impact", 2, "Impact", "Have it", (("12", "By measuring"),)),
    ),
    communities=(("1", "Fusion", "community"), ("2", "Testing", "capability")),
    levels=(("core", "Core"), ("affiliate", "Affiliate")),
    levels_with_seat=frozenset({"core"}),
)
ASKED = questions(WORDS)
COMPLETE = {
    "name": "Sparse Solvers",
    "focus": "Solvers",
    "website": "https://sparse.example",
    "communities": ["1"],
    "workforce-effort": "leads",
    "workforce-statement": "We teach.",
    "impact-effort": "endorses",
    "lead-name": "Ada Lovelace",
    "lead-email": "ada@example.org",
    "primary_contact-name": "Grace Hopper",
    "primary_contact-email": "grace@example.org",
    "seat_holder-name": "ada  lovelace",
    "seat_holder-email": "Ada@example.org",
    "level": "core",
    "agreement": True,
}


# Reading one answer


def asking(kind, **other):
    return Question("key", "step", "Label", kind, **other)


CHOICES = (("a", "First"), ("b", "Second"))


@pytest.mark.parametrize(
    ("question", "raw", "expected"),
    [
        (asking(Kind.LINE), "  Zürich 👩‍🔬 ", "Zürich 👩‍🔬"),
        (asking(Kind.LINE), "", ""),
        (asking(Kind.LINE), "x" * DRAFT_LIMIT, "x" * DRAFT_LIMIT),
        (asking(Kind.TEXT), " one\r\ntwo\rthree\tfour\n", "one\ntwo\nthree\tfour"),
        (asking(Kind.LINES), "one\n\ntwo", "one\n\ntwo"),
        (asking(Kind.EMAIL), "not yet complete@", "not yet complete@"),
        (asking(Kind.ADDRESS), "not yet", "not yet"),
        (asking(Kind.CHOICE, choices=CHOICES), "a", "a"),
        (asking(Kind.CHOICE, choices=CHOICES), "", ""),
        (asking(Kind.CHOICES, choices=CHOICES), ["b", "", "a", "b"], ["b", "a"]),
        (asking(Kind.CHOICES, choices=CHOICES), "a", ["a"]),
        (asking(Kind.CHOICES, choices=CHOICES), "", []),
        (asking(Kind.INSTITUTIONS), ["17", "4"], ["17", "4"]),
        (asking(Kind.YES), "on", True),
        (asking(Kind.YES), True, True),
        (asking(Kind.YES), "", False),
        (asking(Kind.YES), "no", False),
        (asking(Kind.YES), ["on"], False),
    ],
)
def test_an_answer_is_read(question, raw, expected):
    assert question.read(raw) == expected


@pytest.mark.parametrize(
    ("question", "raw", "code"),
    [
        (asking(Kind.LINE), "one\ntwo", "invisible_character"),
        (asking(Kind.LINE), "a\tb", "invisible_character"),
        (asking(Kind.LINE), "a\x00b", "invisible_character"),
        (asking(Kind.LINE), "\u202egnp.exe", "invisible_character"),
        (asking(Kind.LINE), "a\u200bb", "invisible_character"),
        (asking(Kind.LINE), "a\ud800b", "invisible_character"),
        (asking(Kind.TEXT), "a\x00b", "invisible_character"),
        (asking(Kind.TEXT), "a\u2066b", "invisible_character"),
        (asking(Kind.LINE), "x" * (DRAFT_LIMIT + 1), "too_long"),
        (asking(Kind.LINE), ["a"], "several"),
        (asking(Kind.LINE), None, "several"),
        (asking(Kind.LINE), True, "several"),
        (asking(Kind.CHOICE, choices=CHOICES), "c", "no_choice"),
        (asking(Kind.CHOICES, choices=CHOICES), ["a", "c"], "no_choice"),
        (asking(Kind.CHOICES, choices=CHOICES), [["a"]], "no_choice"),
        (asking(Kind.CHOICES, choices=CHOICES), True, "no_choice"),
        (asking(Kind.CHOICES, choices=CHOICES), {"a": 1}, "no_choice"),
        (asking(Kind.INSTITUTIONS), ["1; DROP TABLE"], "no_choice"),
        (asking(Kind.INSTITUTIONS), ["٣"], "no_choice"),
        (asking(Kind.INSTITUTIONS), ["9" * 19], "no_choice"),
        (asking(Kind.INSTITUTIONS), [str(n) for n in range(501)], "too_many"),
    ],
)
def test_nonsense_is_refused_even_in_a_draft(question, raw, code):
    with pytest.raises(ValidationError) as refusal:
        question.read(raw)

    assert refusal.value.code == code


@settings(derandomize=True, max_examples=300, deadline=None)
@given(
    st.sampled_from(sorted(ASKED)),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=20),
        lambda inner: st.lists(inner, max_size=3),
        max_leaves=5,
    ),
)
def test_whatever_is_sent_is_read_or_refused(key, raw):
    try:
        answer = ASKED[key].read(raw)
    except ValidationError:
        return
    assert ASKED[key].read(answer) == answer
    assert isinstance(answer, type(ASKED[key].empty))
    missing.problems({key: answer}, ASKED, WORDS)
    read({key: answer}, WORDS)


# The questions


def test_every_question_has_a_step_and_a_key_of_its_own():
    assert {question.step for question in ASKED.values()} == {s.slug for s in STEPS}
    assert all(key == question.key for key, question in ASKED.items())
    assert {f"{goal.slug}-effort" for goal in WORDS.goals} <= set(ASKED)
    assert {f"{role}-name" for role in ROLES} <= set(ASKED)
    assert max(len(key) for key in ASKED) <= 80


def test_steps_are_asked_one_after_the_other():
    order = [question.step for question in ASKED.values()]

    assert list(dict.fromkeys(order)) == [step.slug for step in STEPS]
    assert order == sorted(order, key=[step.slug for step in STEPS].index)


# What is missing


def problems(**changed):
    answers = {**COMPLETE, **{k.replace("__", "-"): v for k, v in changed.items()}}
    return {
        problem.field: problem.text
        for problem in missing.problems(answers, ASKED, WORDS)
    }


def test_a_complete_application_has_no_problem():
    assert problems() == {}


def test_an_empty_one_tells_all_that_is_needed_in_the_order_of_the_questions():
    found = [problem.field for problem in missing.problems({}, ASKED, WORDS)]

    assert found == [
        "name",
        "focus",
        "website",
        "communities",
        "workforce-effort",
        "impact-effort",
        "lead-name",
        "lead-email",
        "primary_contact-name",
        "primary_contact-email",
        "level",
        "agreement",
    ]
    steps = missing.by_step(missing.problems({}, ASKED, WORDS), ASKED)
    assert steps == {
        "organization": 3,
        "services": 1,
        "commitments": 2,
        "people": 4,
        "level": 2,
    }


@pytest.mark.parametrize(
    ("changed", "field", "words"),
    [
        (
            {"name": "x" * 301},
            "name",
            "301 characters long; the longest allowed is 300",
        ),
        ({"name": " \u200d\u200c "}, "name", "needed"),
        ({"description": "x " * 2501}, "description", "5,002 characters long"),
        ({"website": "nonsense"}, "website", "not an address on the web"),
        ({"website": "ftp://sparse.example"}, "website", "not an address"),
        (
            {"website": "javascript://x.example/%0aalert(1)"},
            "website",
            "not an address",
        ),
        ({"website": "https://["}, "website", "not an address"),
        ({"website": "sparse.example/" + "x" * 480}, "website", "https://"),
        ({"lead__email": "ada@"}, "lead-email", "not an e-mail address"),
        ({"level": "gold"}, "level", "no longer offered"),
        ({"communities": ["1", "9"]}, "communities", "no longer offered"),
        ({"communities": []}, "communities", "Choose at least one"),
        ({"former_names": "x" * 301}, "former_names", "longer than 300"),
        ({"translated_names": "Verein"}, "translated_names", "lacks its language"),
        ({"translated_names": "de:"}, "translated_names", "lacks its language"),
        ({"proposal__1__name": "Meshes"}, "proposal-1-kind", "community or a"),
        ({"proposal__1__kind": "community"}, "proposal-1-name", "What is it called"),
        ({"workforce__statement": ""}, "workforce-statement", "what it will do"),
        (
            {"workforce__evidence-1-title": "Report"},
            "workforce-evidence-1-url",
            "Where can it be seen",
        ),
        (
            {"workforce__communities": ["proposal-1"]},
            "workforce-communities",
            "has no name",
        ),
        (
            {"seat_holder__name": "", "seat_holder__email": ""},
            "seat_holder-name",
            "seat",
        ),
        ({"seat_holder__email": ""}, "seat_holder-email", "needed"),
        (
            {"level": "affiliate", "seat_holder__name": ""},
            "seat_holder-name",
            "this person's name",
        ),
        ({"seat_holder__name": "Emmy"}, "seat_holder-email", "Somebody else above"),
        ({"agreement": False}, "agreement", "agreement is needed"),
    ],
)
def test_what_is_missing_or_wrong_is_told_at_its_question(changed, field, words):
    found = problems(**changed)

    assert list(found) == [field]
    assert words in found[field]


def test_a_proposal_alone_is_a_service():
    proposal = {"proposal__1__name": "Meshes", "proposal__1__kind": "community"}

    assert problems(communities=[], **proposal) == {}


def test_an_affiliate_needs_no_seat_holder():
    gone = {"seat_holder__name": "", "seat_holder__email": ""}

    assert problems(level="affiliate", **gone) == {}


# What it means


def test_answers_become_content():
    content = read(
        {
            **COMPLETE,
            "website": "sparse.example",
            "short_name": "SPSO",
            "former_names": " Dense\tSolvers \n\n",
            "translated_names": "de: Dünne Löser",
            "how-1": "By fusing",
            "proposal-2-name": "Meshes",
            "proposal-2-kind": "capability",
            "workforce-evidence-2-url": "sparse.example/report",
            "lead-is_public": True,
        },
        WORDS,
    )

    assert content.full_name == "Sparse Solvers (SPSO)"
    assert content.website == "https://sparse.example"
    assert content.former_names == ("Dense Solvers",)
    assert content.translated_names == (("de", "Dünne Löser"),)
    assert content.services == (("1", "By fusing"), ("proposal-2", ""))
    (proposal,) = content.proposals
    assert (proposal.key, proposal.kind) == ("proposal-2", "capability")
    first, second = content.commitments
    assert first.evidence == (
        ("https://sparse.example/report", "https://sparse.example/report"),
    )
    assert (second.goal, second.effort, second.statement) == ("impact", "endorses", "")
    assert [person.is_public for person in content.people] == [True, False, False]
    assert content.addresses == ("ada@example.org", "grace@example.org")


def test_nothing_becomes_nothing():
    content = read({}, WORDS)

    assert (content.name, content.services, content.commitments) == ("", (), ())
    assert content.full_name == ""


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("de: Verein", ("de", "Verein")),
        ("pt-BR:Clube", ("pt-BR", "Clube")),
        ("Verein", ("", "Verein")),
        ("A long name: with a colon", ("", "A long name: with a colon")),
        ("averyveryverylongwordindeed: x", ("", "averyveryverylongwordindeed: x")),
        (": x", ("", ": x")),
        ("de:", ("de", "")),
    ],
)
def test_the_language_of_a_name(line, expected):
    assert split_language(line) == expected


def test_lines_and_schemes():
    assert lines(" a \n\n b\tc ") == ("a", "b c")
    assert with_scheme("a.example") == "https://a.example"
    assert with_scheme("http://a.example") == "http://a.example"
    assert with_scheme("") == ""


# What changed


def changes(before, after, names=None):
    return [
        (each.question.key, each.lines)
        for each in differences(before, after, ASKED, names)
    ]


def test_only_what_differs_is_shown_in_words():
    before = {"name": "Old", "communities": ["1"], "agreement": True, "focus": "Same"}
    after = {"name": "New", "communities": ["1", "2"], "focus": "Same", "level": "core"}

    assert changes(before, after) == [
        ("name", [("-", "Old"), ("+", "New")]),
        ("communities", [(" ", "Fusion"), ("+", "Testing")]),
        ("level", [("+", "Core")]),
        ("agreement", [("-", "Yes")]),
    ]


def test_nothing_and_emptiness_do_not_differ():
    assert changes({"name": "", "communities": []}, {}) == []


def test_institutions_are_named_and_other_choices_are_not_taken_for_them():
    names = {"1": "ETH Zürich"}

    assert changes({}, {"hosts": ["1", "7"], "communities": ["1"]}, names) == [
        ("hosts", [("+", "ETH Zürich"), ("+", "7")]),
        ("communities", [("+", "Fusion")]),
    ]


def test_a_question_that_is_no_longer_asked_is_shown_under_its_key():
    assert changes({"old-key": ["a", "b"]}, {"old-key": "c"}) == [
        ("old-key", [("-", "a"), ("-", "b"), ("+", "c")])
    ]


def test_texts_differ_line_by_line():
    before, after = {"description": "one\ntwo\nthree"}, {"description": "one\nthree"}

    assert changes(before, after) == [
        ("description", [(" ", "one"), ("-", "two"), (" ", "three")])
    ]


def test_there_are_as_many_proposals_as_are_asked_for():
    assert all(f"proposal-{number}-name" in ASKED for number in PROPOSALS)
