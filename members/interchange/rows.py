"""A member as the file states it, and everything that can be wrong with one."""

import datetime as dt
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError

from members.identifiers import read_public_id
from members.interchange.faults import Fault
from members.interchange.kept import keep
from members.interchange.tree import Document, Node
from members.models import Membership, Organization, Person
from members.models.text import validate_line

FORMER = "former"
KEYS = (
    "short_name",
    "name",
    "website",
    "membership_level",
    "leads",
    "sc_reps",
    "focus_area",
    "public_id",
    "joined",
    "left",
    "left_as",
    "former_level",
    "example",
)
# How a membership of which only the file knows can have ended. A termination rests on
# a decision, which no file holds.
LEFT_AS = tuple(
    how.value for how in Membership.LEAVING if how != Membership.EndReason.TERMINATED
)
EARLIEST = dt.date(1900, 1, 1)
_KINDS = {
    bool: "yes or no",
    int: "a number",
    float: "a number",
    dt.date: "a date",
    dt.datetime: "a date",
    list: "a list",
    dict: "a mapping",
    type(None): "nothing",
}


@dataclass
class Row:
    """What the file says of one member; empty is what it does not say."""

    line: int
    short_name: str = ""
    name: str = ""
    level: str = ""
    website: str = ""
    focus: str = ""
    leads: list[str] = field(default_factory=list)
    sc_reps: list[str] = field(default_factory=list)
    public_id: str = ""
    joined: dt.date | None = None
    left: dt.date | None = None
    left_as: str = ""
    former_level: str = ""
    is_example: bool = False
    unknown: dict = field(default_factory=dict)

    def __str__(self) -> str:
        return self.short_name or self.name

    @property
    def is_former(self) -> bool:
        return self.level == FORMER


def read_rows(document: Document, *, levels, on) -> tuple[list[Row], list[Fault]]:
    """The rows that are right in themselves, and what is wrong with the others."""
    rows, faults = [], []
    for node in document.members:
        reader = _Reader(node, levels=levels, on=on)
        row = reader.row()
        if not reader.faults:
            rows.append(row)
        faults += reader.faults
    return rows, faults


class _Reader:
    """Reads one member, and collects what is wrong with it."""

    def __init__(self, node: Node, *, levels, on):
        self.node, self.levels, self.on = node, levels, on
        self.faults: list[Fault] = []
        self.values = node.value if isinstance(node.value, dict) else {}

    def row(self) -> Row | None:
        if not isinstance(self.node.value, dict):
            return self._fault(
                self.node, f"A member is a mapping, not {_kind(self.node)}."
            )
        row = Row(
            line=self.node.line,
            short_name=self._text("short_name", field="short_name", may_be_empty=True),
            name=self._text("name", field="name"),
            level=self._level("membership_level", [*self.levels, FORMER]),
            website=self._text("website", field="website", required=False),
            focus=self._text("focus_area", field="focus", required=False),
            leads=self._people("leads"),
            sc_reps=self._people("sc_reps"),
            public_id=self._public_id(),
            joined=self._date("joined"),
            left=self._date("left"),
            left_as=self._left_as(),
            former_level=self._level("former_level", self.levels, required=False),
            is_example=self._flag("example"),
            unknown=self._unknown(),
        )
        self._check_period(row)
        return row

    def _fault(self, node, text):
        self.faults.append(Fault(node.line, node.column, text))

    def _text(self, key, *, field="", required=True, may_be_empty=False) -> str:
        """The text of `key`, checked as the organization's `field` would be."""
        node = self.values.get(key)
        if node is None or (node.value is None and not required):
            if required:
                self._fault(self.node, f"The key “{key}” is missing.")
            return ""
        if not isinstance(node.value, str):
            hint = "write it in quotes" if node.value is not None else "it is empty"
            words = f"{key}: expected text, found {_kind(node)}; {hint}."
            self._fault(node, words)
            return ""
        text = node.value.strip()
        if not text:
            if required and not may_be_empty:
                self._fault(node, f"{key}: is empty.")
            return ""
        return self._cleaned(node, key, text, field)

    def _cleaned(self, node, key, text, field):
        try:
            if field:
                Organization._meta.get_field(field).clean(text, None)
            if field in ("", "website"):
                validate_line(text)
        except ValidationError as error:
            words = " ".join(error.messages)
            if field == "website" and error.error_list[0].code == "invalid":
                words = f"“{text[:60]}” is no address, like https://example.org/."
            self._fault(node, f"{key}: {words}")
        return text

    def _left_as(self) -> str:
        text = self._text("left_as", required=False)
        if text == Membership.EndReason.TERMINATED:
            words = (
                "left_as: a termination rests on a decision, which no file holds: "
                "leave this out, and record the decision in the admin."
            )
            self._fault(self.values["left_as"], words)
        elif text and text not in LEFT_AS:
            words = f"left_as: there is no “{text[:60]}”; expected {_either(LEFT_AS)}."
            self._fault(self.values["left_as"], words)
        return text

    def _level(self, key, levels, *, required=True) -> str:
        text = self._text(key, required=required)
        if text and text not in levels:
            words = (
                f"{key}: there is no level “{text[:60]}”; expected {_either(levels)}."
            )
            self._fault(self.values[key], words)
        return text

    def _people(self, key) -> list[str]:
        node = self.values.get(key)
        if node is None or node.value is None:
            return []
        if not isinstance(node.value, list):
            words = f"{key}: expected a list of people, found {_kind(node)}."
            self._fault(node, words)
            return []
        people = []
        for item in node.value:
            text = self._person(key, item)
            if text and text in people:
                self._fault(item, f"{key}: “{text[:60]}” stands here twice.")
            people.append(text)
        return people

    def _person(self, key, node):
        if not isinstance(node.value, str) or not node.value.strip():
            words = f"{key}: expected “Name (Affiliation)”, found {_kind(node)}."
            self._fault(node, words)
            return ""
        name, affiliation = name_and_affiliation(node.value.strip())
        for part, text in (("name", name), ("affiliation", affiliation)):
            try:
                Person._meta.get_field(part).clean(text, None)
            except ValidationError as error:
                for message in error.messages:
                    self._fault(node, f"{key}: {part}: {message}")
        return node.value.strip()

    def _date(self, key) -> dt.date | None:
        node = self.values.get(key)
        if node is None or _is_blank(node):
            return None
        value = node.value
        if isinstance(value, str):
            try:
                value = dt.date.fromisoformat(value.strip())
            except ValueError:
                value = None
        if type(value) is not dt.date:
            self._fault(node, f"{key}: expected a day like 2025-10-14.")
            return None
        if not EARLIEST <= value <= self.on:
            words = f"{key}: {value} is not between {EARLIEST} and {self.on}."
            self._fault(node, words)
        return value

    def _flag(self, key) -> bool:
        node = self.values.get(key)
        if node is None or _is_blank(node) or node.value in (False, "false"):
            return False
        if node.value not in (True, "true"):
            self._fault(node, f"{key}: expected true or false.")
        return True

    def _public_id(self) -> str:
        text = self._text("public_id", required=False)
        if text and read_public_id(text) is None:
            words = f"public_id: “{text[:20]}” is none: a character is wrong."
            self._fault(self.values["public_id"], words)
        return read_public_id(text) or ""

    def _unknown(self) -> dict:
        rest = {key: node for key, node in self.values.items() if key not in KEYS}
        for key, node in rest.items():
            if not isinstance(key, str) or not key or key.startswith("!"):
                self._fault(
                    node, f"The key “{key}” must be text that begins with no “!”."
                )
        return {key: keep(node, self.faults) for key, node in rest.items()}

    def _check_period(self, row):
        if row.joined and row.left and row.left <= row.joined:
            self._fault(self.values["left"], "left: is not after “joined”.")
        if row.is_former:
            return
        for key in ("left", "left_as", "former_level"):
            if getattr(row, key):
                words = f"{key}: belongs to a former member, and this one is not."
                self._fault(self.values[key], words)


def name_and_affiliation(text: str) -> tuple[str, str]:
    """“Name (Affiliation)” in its two parts; no affiliation where it reads otherwise.

    Together they are written as `text` again, to the letter.
    """
    start = _last_opening(text)
    if start < 2 or text[start - 1] != " ":
        return text, ""
    name, affiliation = text[: start - 1], text[start + 1 : -1]
    if not affiliation or (name, affiliation) != (name.strip(), affiliation.strip()):
        return text, ""
    return name, affiliation


def _last_opening(text):
    """Where the bracket opens that closes at the end of `text`, else -1."""
    depth = 0
    for place in range(len(text) - 1, -1, -1) if text.endswith(")") else ():
        depth += {")": 1, "(": -1}.get(text[place], 0)
        if not depth:
            return place
    return -1


def _kind(node):
    return _KINDS.get(type(node.value), "text" if node.value else "nothing")


def _is_blank(node):
    value = node.value
    return value is None or (isinstance(value, str) and not value.strip())


def _either(words):
    return ", ".join(words[:-1]) + f" or {words[-1]}" if len(words) > 1 else words[0]
