"""Letters that hide, or that turn what stands beside them; and texts too long."""

import pytest
from django.core.exceptions import ValidationError

from members.models import Application
from tests import factories

pytestmark = pytest.mark.django_db

# Names whose letters turn what stands beside them; none of them is written by people.
TURNED = "Ada\u202egpj.exe"
FIELDS = ["name", "description", "lead-name", "website", "lead-email"]


def control_characters():
    codes = [*range(0x20), 0x7F, *range(0x80, 0xA0), 0xAD, 0x200B, 0x200E, 0x200F]
    codes += [*range(0x202A, 0x202F), *range(0x2060, 0x2065), *range(0x2066, 0x2070)]
    codes += [0xFEFF, 0xFFF9, 0xE000]
    codes += [0xE0001, 0xE0041, 0xF0000, 0xD800]
    return [chr(code) for code in codes]


def test_no_answer_holds_a_character_that_hides():
    application = factories.application(given={})
    by = application.opened_by
    for char in control_characters():
        saved = application.save_answers(dict.fromkeys(FIELDS, f"a{char}b"), by=by)

        wrong = {problem.field for problem in saved.problems}
        fit = {"description"} if char in "\n\r\t" else set()
        assert set(FIELDS) - wrong == fit, char
    assert all("\r" not in answer.value for answer in application.answers.all())


@pytest.mark.parametrize("char", ["\0", "\u202e", "\u2066", "\x1b", "\ud800"])
def test_nothing_that_is_said_holds_a_character_that_hides(char):
    officer = factories.officer()
    application = factories.application(state="in_review")
    text = f"a{char}b"
    writes = {
        "comment": lambda: application.comment(by=officer, text=text),
        "reply": lambda: application.reply(by=application.opened_by, text=text),
        "changes": lambda: application.request_changes(by=officer, text=text),
        "advice": lambda: application.recommend(
            by=officer, advice="accept", reasons=text
        ),
        "attach": lambda: application.attach(
            by=application.opened_by, name=f"{text}.txt", content=b"x"
        ),
        "invite": lambda: application.invite(
            by=application.opened_by, email=f"{text}@example.org", role="editor"
        ),
    }
    for write in writes.values():
        with pytest.raises(ValidationError):
            write()

    assert not application.comments.exists()
    assert not application.documents.exists()


@pytest.mark.parametrize("field", ["reason", "private_note", "clause"])
def test_no_decision_holds_a_character_that_hides(field):
    application = factories.application(state="recommended")

    with pytest.raises(ValidationError):
        factories.stage(application, **{field: TURNED})

    assert not application.verdicts.exists()


@pytest.mark.parametrize("verb", ["withdraw", "expire", "take_back", "reopen"])
def test_no_reason_holds_a_character_that_hides(verb):
    officer = factories.officer()
    application = factories.application(state="recommended")
    if verb == "take_back":
        factories.stage(application)
    by = application.opened_by if verb == "withdraw" else officer

    with pytest.raises(ValidationError):
        getattr(application, verb)(by=by, reason=TURNED)


def test_ten_thousand_words_are_kept_and_told_to_be_too_long():
    application = factories.application()
    words = "word " * 10_000

    saved = application.save_answers({"description": words}, by=application.opened_by)

    assert saved.is_complete
    assert application.draft["description"] == words.strip()
    (problem,) = application.problems()
    assert problem.field == "description"
    assert "50,000" not in problem.text
    assert "49,999 characters long" in problem.text


def test_a_hundred_thousand_letters_are_the_most_of_a_draft():
    application = factories.application()

    saved = application.save_answers(
        {"description": "x" * 100_001, "focus": "Kept"}, by=application.opened_by
    )

    assert [problem.field for problem in saved.problems] == ["description"]
    assert Application.objects.get(pk=application.pk).draft["focus"] == "Kept"
