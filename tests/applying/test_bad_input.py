"""What nobody should type, and what stands on pages all the same."""

import pytest
from django.core.exceptions import ValidationError

from tests import factories
from tests.applying.scenes import HTMX, address, colleague, draft, form, says, writer

pytestmark = pytest.mark.django_db

MARKUP = (
    "\"'></script></title></textarea><xss onerror=alert(1)>{{ 7 }} **b** "
    "[l](javascript:alert(1))"
)
CONTROLS = [chr(n) for n in (*range(9), *range(14, 32), 0x7F, 0x85, 0x9F)]
TURNS = [*"\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"]
WORDS = " ".join(["naïve"] * 10_000)


def test_no_sign_that_hides_or_turns_is_read():
    question = factories.application(given={}).questions["focus"]

    for sign in [*CONTROLS, *TURNS, "\ufeff", "\u200b"]:
        with pytest.raises(ValidationError, match=rf"U\+{ord(sign):04X}"):
            question.read(f"So{sign}lvers")


@pytest.mark.parametrize("sign", ["\0", "\x85", "\u202e", "\ufeff"], ids=ascii)
def test_what_cannot_be_read_is_told_and_not_kept(client, sign):
    application = draft(client)

    page = client.post(
        address("answer", application, "focus"),
        form(application, focus=f"So{sign}lvers"),
        headers=HTMX,
    )

    assert page.status_code == 422
    assert f"U+{ord(sign):04X}" in page.text
    assert says(application, "focus") is None


def test_ten_thousand_words_are_kept_in_a_draft_and_told_to_be_too_many(client):
    application = draft(client)
    path = address("step", application, "commitments")

    client.post(path, form(application, workforce__statement=WORDS))
    page = client.get(path)

    assert says(application, "workforce-statement") == WORDS
    assert WORDS in page.text
    preview = client.get(address("preview", application))
    assert "59,999 characters long; the longest allowed is 5,000" in preview.text


def test_more_than_a_draft_keeps_stays_in_its_field(client):
    application = draft(client)
    path = address("step", application, "commitments")

    page = client.post(path, form(application, workforce__statement="a" * 100_001))

    assert page.status_code == 422
    assert "even a draft keeps only" in page.text
    assert "a" * 100_001 in page.text


def test_a_choice_is_one_of_those_offered(client):
    application = draft(client)
    path = address("answer", application, "workforce-effort")

    for typed in ("nonsense", MARKUP, "\x00", "1" * 300, "leads"):
        assert says(application, "workforce-effort") is None
        sent = form(application, workforce__effort=typed)
        page = client.post(path, sent, headers=HTMX)
        assert page.status_code == (200 if typed == "leads" else 422), typed

    assert says(application, "workforce-effort") == "leads"


def test_markup_is_shown_as_it_was_typed_to_everybody(client):
    community = factories.community(name="Plasma")
    given = factories.answers(
        name=f"A {MARKUP}",
        short_name="<i>A</i>",
        focus=MARKUP,
        description=MARKUP,
        former_names=MARKUP,
        unlisted_hosts=MARKUP,
        workforce__statement=MARKUP,
        lead__name=MARKUP,
        seat_holder__name=MARKUP,
        lead__affiliation=MARKUP,
        note=MARKUP,
        **{
            "lead-is_public": True,
            "proposal-1-name": MARKUP[:90],
            "proposal-1-kind": "community",
            "proposal-1-how": MARKUP,
            f"how-{community.pk}": MARKUP,
            "workforce-evidence-1-title": MARKUP,
            "workforce-evidence-1-url": "https://x.test/",
            "workforce-communities": ["proposal-1"],
        },
    )
    application = writer(client, given=given)
    colleague(application, name=MARKUP[:50])
    by = application.opened_by
    application.submit(by=by)
    officer = factories.officer()
    application.take_up(by=officer)
    application.request_changes(by=officer, text=MARKUP)
    application.reply(by=by, text=MARKUP)
    application.save_answers({"focus": f"{MARKUP} twice"}, by=by)
    application.submit(by=by)

    pages = {"": [], "preview": [], "colleagues": [], "revision": [2]}
    asked = [address(name, application, *place) for name, place in pages.items()]
    steps = ("organization", "services", "commitments", "people", "level")
    asked += [address("step", application, step) for step in steps]
    for path in [*asked, "/applications/"]:
        page = client.get(path)
        assert page.status_code == 200
        assert "<xss" not in page.text, path
        assert "{{ 7 }}" in page.text or path.endswith("colleagues/"), path
        assert 'href="javascript' not in page.text, path
        assert "<strong>b</strong>" not in page.text, path


def test_markup_stands_in_fields_as_it_was_typed(client):
    application = draft(client, focus=MARKUP, description=MARKUP)

    page = client.get(address("step", application, "organization"))
    sent = form(application, focus="x") | {"seen-focus": 0}
    conflict = client.post(address("answer", application, "focus"), sent, headers=HTMX)

    assert conflict.status_code == 409
    for text in (page.text, conflict.text):
        assert "<xss" not in text
        assert "&lt;xss onerror=alert(1)&gt;" in text


@pytest.mark.parametrize("size", [9 * 2**20, 100 * 2**20])
def test_what_is_too_large_gets_a_page_that_says_so(client, size):
    application = draft(client)

    response = client.generic(
        "POST",
        address("step", application, "organization"),
        b"name=" + b"a" * size,
        content_type="application/x-www-form-urlencoded",
    )

    assert response.status_code == 413
    assert "This is too large" in response.text
    assert not application.answers.exists()


def test_too_many_fields_get_a_page_that_says_so(client):
    application = draft(client)

    sent = "&".join(f"name{n}=x" for n in range(10_001))
    response = client.post(
        address("step", application, "organization"),
        sent,
        content_type="application/x-www-form-urlencoded",
    )

    assert response.status_code == 413


def test_the_largest_step_fits(client):
    """Hundreds of communities, each with its boxes for seven goals."""
    for _ in range(120):
        factories.community()
    application = draft(client)
    everything = {
        key: [each for each, _ in question.choices]
        for key, question in application.questions.items()
        if question.step == "commitments" and key.endswith("-communities")
    }

    response = client.post(
        address("step", application, "commitments"), form(application, **everything)
    )

    assert response.status_code == 302
    assert len(says(application, "workforce-communities")) > 120


@pytest.mark.parametrize(
    "body", [b"name=%ff%fe&seen-name=0", b"name=%ED%A0%80&seen-name=0", b"\xff\x00"]
)
def test_broken_bytes_get_an_answer(client, body):
    application = draft(client)

    response = client.generic(
        "POST",
        address("step", application, "organization"),
        body,
        content_type="application/x-www-form-urlencoded",
    )

    assert response.status_code in (302, 422)
