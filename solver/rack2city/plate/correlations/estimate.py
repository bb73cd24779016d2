"""What a correlation says, and how far it may be trusted: a number to stand beside a computed one, never instead of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

type Grade = Literal["computed", "published", "recalled"]
"""Checked against an independent computation; the formula was read in a public text; from memory, its constants unconfirmed."""


@dataclass(frozen=True)
class Correlation:
    """Where a formula comes from.

    Attributes:
        name: authors and year.
        source: publication, and where the formula was read.
        grade: how sure the formula is.
        scatter: what its authors, or others, say of its error, as text; `""` where nothing is said.
        ranges: least and largest argument it holds for, by the argument's name in sentences.
    """

    name: str
    source: str
    grade: Grade
    scatter: str
    ranges: Mapping[str, tuple[float, float]]

    def estimate(self, value: float, **arguments: float) -> "Estimate":
        """The value, and which arguments are outside their range; a blank of an argument's name is written `_`."""
        given = {name.replace("_", " "): argument for name, argument in arguments.items()}
        out = [
            f"{name} {given[name]:.3g} is outside {low:.3g} to {high:.3g}"
            for name, (low, high) in self.ranges.items()
            if not low <= given[name] <= high
        ]
        return Estimate(float(value), self, "; ".join(out))


@dataclass(frozen=True)
class Estimate:
    """A value by a correlation.

    Attributes:
        value: the value, in the unit the function says.
        correlation: where it comes from.
        outside: which argument is outside the correlation's range, `""` if none: then it is only extrapolated.
    """

    value: float
    correlation: Correlation
    outside: str = ""
