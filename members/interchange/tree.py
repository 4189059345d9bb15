"""What a file says, each value with its place."""

from dataclasses import dataclass

MAX_MEMBERS = 50_000
TOO_MANY = f"More than {MAX_MEMBERS:,} members begin here, which is more than is read."


@dataclass(slots=True)
class Node:
    """A value and where it stands: a scalar, a list of nodes, or a dict to nodes."""

    value: object
    line: int
    column: int = 0


@dataclass
class Document:
    """A file that could be read; what it says has not been looked at yet."""

    members: list[Node]
    # The other top-level parts; None where the format has no place for any.
    unknown: dict[str, Node] | None = None
    # The keys that the file can speak of; None: all.
    columns: frozenset[str] | None = None
    # The bytes, to recognise the file again.
    sha256: str = ""
    name: str = ""

    @property
    def is_text_only(self) -> bool:
        return self.columns is not None

    def states(self, key: str) -> bool:
        """Whether a member without `key` has none, rather than nothing being said."""
        return self.columns is None or key in self.columns
