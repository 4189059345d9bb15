"""YAML with its places, in bounded memory: no aliases, no tags, no deep nesting."""

import re
from dataclasses import dataclass

import yaml
from yaml.constructor import ConstructorError, SafeConstructor
from yaml.resolver import Resolver

from members.interchange.faults import Fault, RefusalError
from members.interchange.tree import MAX_MEMBERS, TOO_MANY, Document, Node

MAX_DEPTH = 20
MAX_VALUES = 1_000_000

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_STANDARD = "tag:yaml.org,2002:"
_SCALARS = {
    _STANDARD + name for name in ("null", "bool", "int", "float", "timestamp", "str")
}
# The characters that YAML allows.
_NOT_YAML = re.compile(
    "[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"
)


def read_yaml(text: str) -> Document:
    """The members and the other parts of a YAML text. RefusalError: it has faults."""
    root = _Tree().read(text)
    if not isinstance(root.value, dict):
        text = "The file must be a mapping with the key “members”."
        raise RefusalError([Fault(root.line, root.column, text)])
    parts = dict(root.value)
    members = parts.pop("members", None)
    if members is None:
        raise RefusalError(
            [Fault(root.line, root.column, "The key “members” is missing.")]
        )
    if not isinstance(members.value, list):
        text = "“members” must be a list."
        raise RefusalError([Fault(members.line, members.column, text)])
    if len(members.value) > MAX_MEMBERS:
        extra = members.value[MAX_MEMBERS]
        raise RefusalError([Fault(extra.line, extra.column, TOO_MANY)])
    return Document(members=members.value, unknown=parts)


@dataclass(slots=True)
class _Open:
    """A list or mapping that is still being read, and the key that waits."""

    node: Node
    key: Node | None = None


class _Tree:
    """Builds nodes from the events of the parser, without recursion."""

    def __init__(self):
        self.root: Node | None = None
        self.open: list[_Open] = []
        self.faults: list[Fault] = []
        self.values = 0
        self.resolver, self.constructor = Resolver(), SafeConstructor()

    def read(self, text: str) -> Node:
        if found := _NOT_YAML.search(text):
            before = text[: found.start()]
            column = len(before) - before.rfind("\n")
            words = f"The character U+{ord(found.group()):04X} is not allowed in YAML."
            raise RefusalError([Fault(before.count("\n") + 1, column, words)])
        try:
            for event in yaml.parse(text, Loader=_Loader):
                self._take(event)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            words = ", ".join(filter(None, (error.context, error.problem)))
            self._fault(mark, f"This is not YAML: {words}.")
        if self.faults:
            raise RefusalError(self.faults)
        if self.root is None:
            raise RefusalError([Fault(0, 0, "The file holds nothing but comments.")])
        return self.root

    def _take(self, event):
        mark = event.start_mark
        if isinstance(event, yaml.DocumentStartEvent) and self.root:
            self._stop(mark, "A second document begins here: only one is read.")
        elif isinstance(event, yaml.AliasEvent):
            self._stop(
                mark,
                f"The alias “*{event.anchor}” is not read: write out what it stands "
                "for.",
            )
        elif isinstance(event, yaml.ScalarEvent):
            self._place(self._scalar(event))
        elif isinstance(event, yaml.CollectionStartEvent):
            self._begin(event)
        elif isinstance(event, yaml.CollectionEndEvent):
            self.open.pop()

    def _begin(self, event):
        is_list = isinstance(event, yaml.SequenceStartEvent)
        if event.tag not in (None, "!", _STANDARD + ("seq" if is_list else "map")):
            self._fault(event.start_mark, f"The tag “{event.tag}” is not read.")
        node = _node([] if is_list else {}, event.start_mark)
        self._place(node)
        self.open.append(_Open(node))
        if len(self.open) > MAX_DEPTH:
            self._stop(event.start_mark, f"Nested deeper than {MAX_DEPTH} levels.")

    def _scalar(self, event) -> Node:
        tag = event.tag
        if tag in (None, "!"):
            implicit = event.implicit if tag is None else (False, True)
            tag = self.resolver.resolve(yaml.ScalarNode, event.value, implicit)
        node = _node(event.value, event.start_mark)
        if tag not in _SCALARS:
            words = "merge key “<<”" if tag.endswith(":merge") else f"tag “{tag}”"
            self._fault(event.start_mark, f"The {words} is not read.")
        elif tag != _STANDARD + "str":
            try:
                scalar = yaml.ScalarNode(tag, event.value)
                node.value = self.constructor.construct_object(scalar)
            except (ValueError, LookupError, OverflowError, ConstructorError) as error:
                self._fault(
                    event.start_mark,
                    f"“{event.value[:40]}” is not readable: {str(error)[:60]}.",
                )
            # The constructor would remember each node.
            self.constructor.constructed_objects.clear()
        return node

    def _place(self, node: Node):
        self.values += 1
        if self.values > MAX_VALUES:
            words = f"More than {MAX_VALUES:,} values, which is more than is read."
            raise RefusalError([*self.faults, Fault(node.line, node.column, words)])
        if not self.open:
            self.root = node
        elif isinstance(self.open[-1].node.value, list):
            self.open[-1].node.value.append(node)
        elif self.open[-1].key is None:
            self.open[-1].key = node
        else:
            self._pair(self.open[-1], node)

    def _pair(self, mapping: _Open, node: Node):
        key, mapping.key = mapping.key, None
        entries = mapping.node.value
        place = (key.line, key.column)
        if isinstance(key.value, list | dict):
            self.faults.append(Fault(*place, "A key must be text, not a collection."))
        elif key.value in entries:
            first = entries[key.value].line
            words = f"The key “{key.value}” stands twice: first in line {first}."
            self.faults.append(Fault(*place, words))
        else:
            entries[key.value] = node

    def _fault(self, mark, text: str):
        line, column = (mark.line + 1, mark.column + 1) if mark else (0, 0)
        self.faults.append(Fault(line, column, text))

    def _stop(self, mark, text: str):
        self._fault(mark, text)
        raise RefusalError(self.faults)


def _node(value, mark) -> Node:
    return Node(value, mark.line + 1, mark.column + 1)
