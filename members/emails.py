"""One function a message: plain values in, a `Message` out. It knows no models.

The texts are templates/emails/<kind>.txt: the subject, an empty line, the body. What
people typed is quoted with “> ” in front, so that nobody takes it for the registry's
own words, and is cleaned of characters that hide or turn what stands beside them.
"""

import functools
import re
import unicodedata
from dataclasses import dataclass

from django.conf import settings
from django.template import Context
from django.template.loader import get_template, render_to_string
from django.utils.html import format_html

SUBJECT_LENGTH = 200
NAME_LENGTH = 120
# As in names (members/models/text.py): controls, invisible marks, surrogates.
UNWANTED = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
# What stands for a link that staff may not see.
LINK = "[link]"
# Needed to write Persian, Indic languages and emoji.
JOINERS = "\u200c\u200d"
# The blocks of scripts that run from right to left; words in them, and what is between.
BLOCKS = (
    "\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff"
)
FROM_RIGHT = re.compile(rf"[{BLOCKS}]+(?:(?:[^\w\n]|[\d_])*[{BLOCKS}]+)*")


@dataclass(frozen=True)
class Message:
    """A mail without its recipient.

    `is_secret`: who reads it can act as its recipient, so nobody else may.
    `stop_url`: the page where the recipient stops mails of this kind, if there is one.
    """

    kind: str
    subject: str
    text: str
    is_secret: bool = False
    stop_url: str = ""

    @property
    def html(self):
        return as_html(self.subject, self.text)


def line(value):
    """One line of text that hides nothing, a name for example."""
    kept = "".join(
        " " if char in "\n\r\t\v\f\x85\u2028\u2029" else char
        for char in str(value)
        if char in JOINERS
        or char in "\n\r\t\v\f\x85\u2028\u2029"
        or unicodedata.category(char) not in UNWANTED
    )
    return " ".join(kept.split())


def short_line(value):
    """A name, cut where somebody put a whole text."""
    short = line(value)
    return short if len(short) <= NAME_LENGTH else short[: NAME_LENGTH - 1] + "…"


name = short_line


def isolated(text):
    """Text in which words from right to left turn nothing that stands beside them.

    As it is sent: where people read it to change it, they see no invisible marks.
    """
    return FROM_RIGHT.sub("\u2068\\g<0>\u2069", text)


def lines(value):
    """A text of several lines that hides nothing."""
    parts = re.split(r"\r\n|[\n\r\v\f\x85\u2028\u2029]", str(value))
    kept = "\n".join(line(each) for each in parts).strip()
    return re.sub(r"\n{3,}", "\n\n", kept)


def quoted(value):
    """What somebody typed, marked as theirs, line by line."""
    return "\n".join(f"> {each}".rstrip() for each in lines(value).split("\n"))


def write(kind, *, is_secret=False, stop_url="", **values):
    """The message of the template `kind`; `values` are cleaned already."""
    values |= {
        "consortium": settings.CONSORTIUM_NAME,
        "contact": settings.CONTACT_EMAIL,
    }
    page = get_template(f"emails/{kind}.txt").template
    subject, _, body = page.render(Context(values, autoescape=False)).partition("\n")
    body = re.sub(r"\n{3,}", "\n\n", body.strip()) + "\n"
    return Message(kind, line(subject)[:SUBJECT_LENGTH], body, is_secret, stop_url)


def links(text):
    """The addresses of this site in a text: whoever has one may act as its reader."""
    return re.findall(rf"{re.escape(settings.SITE_URL)}/\S+", text)


def without_links(text):
    for link in links(text):
        text = text.replace(link, LINK, 1)
    return text


def as_html(subject, body):
    """The same words for readers of HTML: paragraphs, quotations, our own links."""
    subject, body = isolated(subject), isolated(body)
    blocks = re.split(r"\n\s*\n", body.strip())
    page = {
        "subject": subject,
        "consortium": settings.CONSORTIUM_NAME,
        "style": _style(),
        "blocks": [
            {
                "is_quoted": block.startswith(">"),
                "look": _look(block, is_last=number == len(blocks)),
                "lines": _lines(block),
            }
            for number, block in enumerate(blocks, 1)
        ],
    }
    return render_to_string("emails/_html.html", page)


@functools.cache
def _style():
    # The templates of pages hold none, which their policy would refuse.
    return format_html("<style>{}</style>", render_to_string("emails/_style.css"))


def _look(block, *, is_last):
    """What a paragraph is: a code to type, a link to follow, or why the mail came."""
    if re.fullmatch(r"[0-9A-Z][0-9A-Z-]{5,}", block):
        return "code"
    if re.fullmatch(rf"{re.escape(settings.SITE_URL)}/\S+", block):
        return "go"
    return "why" if is_last and block.startswith("You get this mail") else ""


def _lines(block):
    """Lines as runs of words, and of addresses of this site, which become links."""
    own = f"{settings.SITE_URL}/"
    for each in block.split("\n"):
        if each.startswith(">"):
            yield [(each.removeprefix(">").strip(), False)]
        else:
            parts = re.split(r"(https?://\S+)", each)
            yield [(part, part.startswith(own)) for part in parts if part]


# To colleagues and representatives


def invitation(*, organization, inviter, role, url, days):
    """To a colleague: write this application with me. `url` works once."""
    values = {"inviter": short_line(inviter), "role": line(role).lower(), "days": days}
    return _about(organization, "invitation", url, is_secret=True, **values)


def representative_invitation(*, name, organization, roles, url, days):
    """To somebody whom an application names as a representative."""
    values = {"name": short_line(name), "roles": [line(role).lower() for role in roles]}
    return _about(
        organization,
        "representative-invitation",
        url,
        is_secret=True,
        days=days,
        **values,
    )


# To those who apply


def reminder_30(*, organization, url, days_left):
    """Nobody has touched the draft for 30 days."""
    return _about(organization, "reminder-30", url, stop_url=url, days_left=days_left)


def reminder_53(*, organization, url, days_left):
    """Nobody has touched the draft for 53 days: the last word before it expires."""
    return _about(organization, "reminder-53", url, stop_url=url, days_left=days_left)


def expired(*, organization, url):
    return _about(organization, "expired", url)


def submitted(*, organization, url, is_first=True):
    return _about(organization, "submitted", url, is_first=is_first)


def changes_requested(*, organization, url, text):
    return _about(organization, "changes-requested", url, words=quoted(text))


def comment(*, organization, url, text):
    """A comment that the applicant may read too."""
    return _about(organization, "comment", url, words=quoted(text))


def accepted(*, organization, url, level, starts_on, reason):
    values = {"level": line(level).lower(), "starts_on": starts_on}
    return _about(organization, "accepted", url, words=quoted(reason), **values)


def declined(*, organization, url, reason):
    return _about(organization, "declined", url, words=quoted(reason))


def withdrawn(*, organization, url, reason, by):
    """To those who applied, and to staff."""
    words = quoted(reason) if lines(reason) else ""
    return _about(organization, "withdrawn", url, words=words, by=short_line(by))


# To staff


def received(*, organization, url, is_first=True):
    return _about(organization, "received", url, is_first=is_first)


def replied(*, organization, url, text, by):
    """An applicant wrote something in the conversation."""
    return _about(organization, "replied", url, words=quoted(text), by=short_line(by))


def _about(organization, kind, url, *, is_secret=False, stop_url="", **values):
    values |= {
        "organization": short_line(organization) or "an organization",
        "url": url,
    }
    return write(kind, is_secret=is_secret, stop_url=stop_url, **values)
