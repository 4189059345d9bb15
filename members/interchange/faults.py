"""What is wrong with a file, and where."""

from dataclasses import dataclass

SHOWN = 50


@dataclass(frozen=True, order=True)
class Fault:
    """One thing that is wrong. Line and column count from 1; 0 means not known."""

    line: int
    column: int
    text: str

    def __str__(self) -> str:
        if not self.line:
            return self.text
        column = f", column {self.column}" if self.column else ""
        return f"line {self.line}{column}: {self.text}"


class RefusalError(Exception):
    """The file was not taken: nothing was written."""

    def __init__(self, faults: list[Fault]):
        self.faults = sorted(faults)
        super().__init__("\n".join(map(str, self.faults[:SHOWN])))

    def __str__(self) -> str:
        more = len(self.faults) - SHOWN
        return super().__str__() + (f"\n… and {more} more." if more > 0 else "")
