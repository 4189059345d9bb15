"""What was promised of the speed, each with its reference from the same run."""

from dataclasses import dataclass, field
from statistics import median


@dataclass
class Row:
    """Something measured beside its reference: in rounds that take turns."""

    what: str
    reference_is: str
    unit: str
    target: float
    at_least: bool = False
    # Of two absolute figures no ratio is made: the reference is the target.
    absolute: bool = False
    measured: list[float] = field(default_factory=list)
    reference: list[float] = field(default_factory=list)
    remark: str = ""

    def add(self, measured, reference=None):
        self.measured.append(measured)
        if reference is not None:
            self.reference.append(reference)

    @property
    def figure(self):
        """What is compared with the target."""
        if self.absolute:
            return max(self.measured)
        return median(self.measured) / median(self.reference)

    @property
    def is_reached(self):
        figure = round(self.figure, 2)
        return figure >= self.target if self.at_least else figure <= self.target

    def __str__(self):
        sign = "≥" if self.at_least else "≤"
        unit = f" {self.unit}" if self.absolute else " ×"
        verdict = "reached" if self.is_reached else "**not reached**"
        cells = [
            self.what + (f" ({self.remark})" if self.remark else ""),
            f"{spread(self.measured)} {self.unit}",
            f"{self.reference_is}: {spread(self.reference)} {self.unit}"
            if self.reference
            else self.reference_is,
            f"{self.figure:.2f}{unit}",
            f"{sign} {self.target:g}{unit}",
            verdict,
        ]
        return f"| {' | '.join(cells)} |"


def spread(values):
    """The median, and the least and the most."""
    if len(values) == 1:
        return number(values[0])
    return f"{number(median(values))} ({number(min(values))}–{number(max(values))})"


def number(value):
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
