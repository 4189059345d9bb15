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
# Names whose letters turn what stands beside them; none of them is written by people.
TURNED = "Ada\u202egpj.exe"
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
