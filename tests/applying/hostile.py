"""What somebody means harm with in an application, and how a page is read for it."""

from html.parser import HTMLParser

from members.applying.kinds import Kind
from tests import factories
from tests.test_hostile import Page

# A formula, the ends of everything that text may stand in, an element that runs,
# a template's variable, Markdown, and letters that are written from right to left.
TEXT = (
    "=1+1'\"></script></title></textarea></style>--><xss onerror=alert(1)><!--"
    "{{ 7 }} {% now %} [x](javascript:alert(1)) ![x](https://x.test/x) שלום"
)
ADDRESS = "https://x.test/\"><xss/onerror=alert(1)>/'"
EMAIL = '"<xss/onerror=alert(1)>"@example.org'
MARK = "שלום"
VOID = {"br", "hr", "img", "input", "link", "meta", "source", "wbr"}
# What a browser shows apart from the text around it, or not at all.
APART = {"bdi", "option", "script", "style", "title"}


def answers():
    """Every answer that is a text holds harm, as far as it may be submitted."""
    given = factories.answers()
    application = factories.application(given={})
    for key, question in application.questions.items():
        if text := harm(question, number=len(given)):
            given[key] = text
    for number in (1, 2, 3):
        given[f"proposal-{number}-kind"] = "community"
        given[f"proposal-{number}-name"] = f"{number} {TEXT}"
    given |= {"translated_names": f"he: {TEXT}", "seat_holder-name": given["lead-name"]}
    return given


def harm(question, number):
    if question.kind in (Kind.LINE, Kind.TEXT, Kind.LINES):
        room = question.limit - len(MARK) - 1
        return f"{TEXT[:room]} {MARK}"
    if question.kind == Kind.ADDRESS:
        return ADDRESS
    if question.kind == Kind.EMAIL and question.key != "primary_contact-email":
        return EMAIL
    return None


def named(user):
    user.first_name, user.last_name = TEXT[:140] + MARK, MARK
    user.save()
    return user


class People:
    def __init__(self):
        self.editor = named(factories.applicant(email=EMAIL))
        self.reader = named(factories.applicant())
        self.reviewer = named(factories.reviewer())
        self.officer = named(factories.officer())


def drafted(people):
    application = factories.application(by=people.editor, given=answers())
    application.collaborators.create(user=people.reader, role="reader")
    application.invite(by=people.editor, email=EMAIL.replace("1", "2"), role="editor")
    application.attach(by=people.editor, name="<xss>שלום.txt", content=b"A letter")
    return application


def submitted(people):
    application = drafted(people)
    application.submit(by=people.editor)
    application.latest.website_check.note(False, "refused")
    return application


def reviewed(people):
    """With two revisions, a conversation, and advice."""
    application = submitted(people)
    application.take_up(by=people.officer)
    application.request_changes(by=people.officer, text=TEXT)
    saved = application.save_answers({"focus": f"More {TEXT}"}, by=people.editor)
    assert saved.is_complete
    application.reply(by=people.editor, text=TEXT)
    application.submit(by=people.editor)
    for visibility in ("staff", "reviewers", "applicant"):
        application.comment(by=people.officer, text=TEXT, visibility=visibility)
    for by in (people.officer, people.reviewer):
        application.recommend(by=by, advice="accept", reasons=TEXT)
    return application


def staged(people, outcome="accept"):
    application = reviewed(people)
    application.put_forward(by=people.officer)
    facts = {"reason": TEXT, "clause": TEXT[:190], "private_note": TEXT}
    proposals = [1, 2, 3] if outcome == "accept" else []
    factories.stage(
        application, by=people.officer, outcome=outcome, proposals=proposals, **facts
    )
    return application


def accepted(people):
    application = staged(people)
    application.release(by=people.officer)
    return application


def declined(people):
    application = staged(people, "decline")
    application.release(by=people.officer)
    return application


def withdrawn(people):
    application = submitted(people)
    application.withdraw(by=people.editor, reason=TEXT)
    return application


class Shown(HTMLParser):
    """Where a page shows `MARK` in the middle of other text, unfenced."""

    def __init__(self, text):
        super().__init__()
        self.open, self.loose = [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        is_fenced = tag in APART or "dir" in attrs
        is_typed = attrs.get("type", "text") not in ("hidden", "radio", "checkbox")
        is_input = tag == "input" and is_typed and MARK in (attrs.get("value") or "")
        if is_input and not is_fenced:
            self.loose.append(f"input {attrs.get('name')}")
        if tag not in VOID:
            self.open.append((tag, is_fenced))

    def handle_endtag(self, tag):
        if tag in [name for name, _ in self.open]:
            while self.open.pop()[0] != tag:
                pass

    def handle_data(self, data):
        if MARK in data and not any(is_fenced for _, is_fenced in self.open):
            self.loose.append((self.open[-1][0] if self.open else "", data.strip()))


def faults(text):
    """What is wrong with a page: what it runs, and what it shows unfenced."""
    return Page(text).bad + Shown(text).loose
