"""What leaves this computer, byte by byte, and what it says to people."""

import datetime as dt
import inspect
from pathlib import Path

import pytest

from members import emails, mailing
from members.emails import Message
from members.models import Mail
from tests.mail.server import Running, Ways
from tests.test_hostile import MARKUP, Page

ROOT = Path(__file__).resolve().parent.parent.parent
URL = "https://members.example.org/applications/7/"
FACTS = {
    "organization": "Ecole des codes",
    "url": URL,
    "inviter": "Ada Lovelace",
    "name": "Ada Lovelace",
    "by": "Ada Lovelace",
    "role": "Editor",
    "roles": ["Lead", "Seat holder"],
    "days": 31,
    "days_left": 7,
    "is_first": True,
    "text": "Please say more.",
    "reason": "It fits well.",
    "level": "Core",
    "starts_on": dt.date(2026, 12, 1),
}
WRITERS = [
    emails.invitation,
    emails.representative_invitation,
    emails.reminder_30,
    emails.reminder_53,
    emails.expired,
    emails.submitted,
    emails.changes_requested,
    emails.comment,
    emails.accepted,
    emails.declined,
    emails.withdrawn,
    emails.received,
    emails.replied,
]
WORDS = {"organization", "inviter", "name", "by", "role", "text", "reason", "level"}


def written(writer, **changes):
    facts = FACTS | changes
    return writer(
        **{name: facts[name] for name in inspect.signature(writer).parameters}
    )


def arrived(ways, *, to="ada@example.org", **facts):
    message = Message("test", **{"subject": "A subject", "text": "Hello\n", **facts})
    mail = Mail.objects.write(message, to=to)
    mailing.deliver(mail.pk)
    mail.refresh_from_db()
    assert mail.state == "sent", mail.trouble
    return ways.mails[-1]


def read(part):
    return part.get_content().replace("\r\n", "\n")


@pytest.mark.parametrize("writer", WRITERS, ids=lambda writer: writer.__name__)
def test_message_says_what_it_is_about_why_it_came_and_where_to_go(writer):
    message = written(writer)

    assert message.kind == writer.__name__.replace("_", "-")
    assert "Ecole des codes" in message.subject + message.text
    assert URL in message.text
    assert "You get this mail" in message.text.strip().split("\n\n")[-1]
    assert message.is_secret == ("invitation" in message.kind)
    assert "{" not in message.text
    assert "\n\n\n" not in message.text


def test_every_text_has_its_function():
    kinds = {path.stem for path in (ROOT / "templates" / "emails").glob("*.txt")}

    ours = {kind for kind in kinds if not kind.startswith("account-")}
    assert ours == {writer.__name__.replace("_", "-") for writer in WRITERS}


def test_reminders_can_be_stopped():
    assert {writer for writer in WRITERS if written(writer).stop_url} == {
        emails.reminder_30,
        emails.reminder_53,
    }


@pytest.mark.parametrize("writer", WRITERS, ids=lambda writer: writer.__name__)
@pytest.mark.parametrize(
    "bad",
    [
        "A\r\nBcc: evil@x.test",
        "A\u2028Bcc: evil@x.test",
        "\u202egpj.exe\u202c",
        "A\x00B\x1b[31m",
        MARKUP,
        "word " * 10_000,
    ],
    ids=["lines", "separator", "turned", "control", "markup", "long"],
)
def test_nothing_that_was_typed_hides_or_turns_anything(writer, bad):
    message = written(writer, **dict.fromkeys(WORDS, bad))

    assert len(message.subject) <= emails.SUBJECT_LENGTH
    assert message.subject.isprintable()
    hidden = [c for c in message.text if c != "\n" and not c.isprintable()]
    assert hidden == []
    assert not [line for line in message.text.split("\n") if line.startswith("Bcc:")]
    assert Page(message.html).bad == []


@pytest.mark.django_db
def test_words_from_right_to_left_turn_nothing_beside_them(ways):
    """A name in Hebrew or Arabic, at the start and before a date."""
    name = "מכון ויצמן (1934), جامعة"
    message = written(emails.accepted, organization=name)
    letter = arrived(ways, subject=message.subject, text=message.text)

    alone = f"\u2068{name}\u2069"
    plain, html = (read(part) for part in letter.iter_parts())
    assert letter["Subject"].endswith(f": {alone} is a member")
    for text in (plain, html):
        assert text.count(name) == text.count(alone) > 0
        assert text.count("\u2068") == text.count("\u2069") == text.count(alone)
    # Who edits the draft meets no marks that cannot be seen.
    assert message.text.replace("\n", "").isprintable()


def test_words_from_left_to_right_are_sent_as_they_are():
    text = "Žofie, 中文, Ελληνικά (12) – 5 %"

    assert emails.isolated(text) == text
    assert emails.isolated("א 1\n2 ב") == "\u2068א\u2069 1\n2 \u2068ב\u2069"


def test_only_links_to_this_site_are_links(settings):
    site = settings.SITE_URL
    text = f"Go to {site}/x/ or https://evil.test/\n\n> {site}/y/"

    html = emails.as_html("A subject", text)

    assert html.count("<a ") == 1
    assert f'href="{site}/x/"' in html


def test_what_was_typed_is_quoted():
    message = written(
        emails.comment, text="One\r\n\r\n\r\nTwo\nYou get this mail since"
    )

    assert "\n> One\n>\n> Two\n> You get this mail since\n" in message.text
    assert message.html.count("<blockquote") == 1


@pytest.mark.django_db
def test_plain_text_comes_first_and_html_says_the_same(ways):
    letter = arrived(ways, text="Hello <b>\n\n> Quoted\n")

    plain, html = letter.iter_parts()
    assert plain.get_content_type() == "text/plain"
    assert read(plain) == "Hello <b>\n\n> Quoted\n"
    assert "Hello &lt;b&gt;" in html.get_content()
    assert letter["From"] == "PESO <registry@example.org>"
    assert "List-Unsubscribe" not in letter


@pytest.mark.django_db
def test_reminder_tells_mail_programs_how_to_stop_it(ways):
    letter = arrived(ways, stop_url=URL)

    assert letter["List-Unsubscribe"] == f"<{URL}>"


@pytest.mark.django_db
def test_answers_go_to_the_consortium(ways, settings):
    settings.CONTACT_EMAIL = "office@example.org"

    assert arrived(ways)["Reply-To"] == "office@example.org"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "subject",
    [
        "Zürich, Ωmega, 数学, 🧮",
        "x" * 200,
        "é" * 200,
        "A\r\nBcc: evil@x.test",
    ],
)
def test_subject_arrives_as_it_is_in_one_line(ways, subject):
    letter = arrived(ways, subject=subject)

    assert letter["Subject"] == emails.line(subject)
    assert "Bcc" not in letter


@pytest.mark.django_db
def test_nothing_in_a_subject_is_taken_for_its_code(ways):
    letter = arrived(ways, subject="=?utf-8?q?A=0D=0ABcc:_evil=40x.test?=")

    assert letter["Subject"] == "= ?utf-8?q?A=0D=0ABcc:_evil=40x.test?="


@pytest.mark.django_db
@pytest.mark.parametrize(
    "text",
    [".\n..\n.hidden\nFrom me\n", f".\n{'x' * 20_000}\n{'ä' * 5_000}\n"],
    ids=["dots", "long"],
)
def test_lines_and_dots_arrive_as_they_are(ways, text):
    letter = arrived(ways, text=text)

    assert read(letter.get_body(["plain"])) == text
    assert max(map(len, ways.accepted[-1].split(b"\r\n"))) <= 998


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("address", "on_the_wire"),
    [
        ("ada@bücher.example", "ada@xn--bcher-kva.example"),
        ("zoë@example.org", "zoë@example.org"),
        ("用户@例え.example", "用户@xn--r8jz45g.example"),
    ],
)
def test_addresses_in_all_letters_are_reached(ways, address, on_the_wire):
    letter = arrived(ways, to=address)

    assert ways.envelope[1] == [on_the_wire]
    assert on_the_wire in str(letter["To"])


@pytest.mark.django_db
def test_address_that_the_server_cannot_write_has_failed(ways, settings):
    running = Running(Ways())
    running.start()
    try:
        server = settings.MAIL_SERVER
        settings.MAIL_SERVER = type(server)("127.0.0.1", running.port)
        mail = Mail.objects.write(Message("test", "A", "B\n"), to="zoë@example.org")
        mailing.deliver(mail.pk)
    finally:
        running.stop()

    mail.refresh_from_db()
    assert mail.state == "failed"
    assert "cannot write to an address" in mail.trouble


def test_html_has_a_look_for_what_each_paragraph_is(settings):
    coded = emails.write("account-sign-in-code", code="K7M2QX").html
    asked = written(emails.changes_requested, url=f"{settings.SITE_URL}/a/").html

    assert '<p class="code">' in coded
    assert '<p class="go">' in asked
    for html in (coded, asked):
        assert html.count("<style>") == html.count('<p class="why">') == 1
        assert "&quot;Segoe" not in html
    # Nobody who is quoted writes a code, or why the mail came.
    assert 'class="code"' not in emails.as_html("S", "> K7M2QX")
