"""What a column is: of a table its unit, its default, its bounds, and what it says; of a result its unit and what it says."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

Values = npt.NDArray[Any]
Mask = npt.NDArray[np.bool_]


class _Required:
    """Default of a column that the user must give."""

    def __repr__(self) -> str:
        return "required"


REQUIRED: Final = _Required()
"""Stands in place of a default: the column must be given."""
NONE: Final = float("nan")
"""Default of an optional number: not given."""
ANY: Final = -float("inf")
"""Lower bound of a number that may be negative."""


@dataclass(frozen=True)
class Quantity:
    """One column of a table of results.

    Attributes:
        name: its name, with the unit as suffix.
        unit: SI unit; `"-"` for a pure number.
        meaning: one line for the user.
        in_time: whether only simulations have it, not the steady state.
    """

    name: str
    unit: str
    meaning: str
    in_time: bool = False


@dataclass(frozen=True)
class Column:
    """One column of a table.

    Attributes:
        name: its name, with the unit as suffix where it has one.
        meaning: one line for the user.
        unit: SI unit; `"-"` for a pure number, empty for text.
        kind: "number", "flag", "text", or what is named: the singular of a table, such as "junction".
        default: value where nothing is given; `REQUIRED`, or NaN and None for what may stay empty.
        low: least value allowed.
        high: largest value allowed.
        above_low: whether the value must exceed `low`, not only reach it.
        choices: the texts allowed; any if empty.
        varies: whether it may change from step to step of a simulation.
        or_law: whether it may name an entry of `Network.laws` instead.
    """

    name: str
    meaning: str
    unit: str = ""
    kind: str = "number"
    default: float | bool | str | _Required | None = REQUIRED
    low: float = ANY
    high: float = float("inf")
    above_low: bool = False
    choices: tuple[str, ...] = ()
    varies: bool = False
    or_law: bool = False

    @property
    def required(self) -> bool:
        """Whether the user must give it."""
        return self.default is REQUIRED

    @property
    def optional(self) -> bool:
        """Whether it may stay empty."""
        return self.default is None or (isinstance(self.default, float) and self.default != self.default)

    @property
    def refers(self) -> bool:
        """Whether it holds names of rows of another table."""
        return self.kind not in ("number", "flag", "text")

    @property
    def dtype(self) -> str:
        """Type of the column in its DataFrame."""
        return {"number": "float64", "flag": "bool"}.get(self.kind, "object")

    @property
    def allowed(self) -> str:
        """The bounds in words, empty where there are none."""
        if self.choices:
            return "one of " + ", ".join(repr(choice) for choice in self.choices)
        parts = []
        if self.low > ANY:
            parts.append(f"{'above' if self.above_low else 'at least'} {self.low:g}")
        if self.high < float("inf"):
            parts.append(f"at most {self.high:g}")
        return " and ".join(parts)

    def not_finite(self, values: Values) -> Mask:
        """Which numbers are infinite, or lacking where the column may not be empty."""
        return np.asarray(np.isinf(values) | (False if self.optional else np.isnan(values)))

    def outside(self, values: Values) -> Mask:
        """Which numbers are out of bounds."""
        return (values < self.low) | (values > self.high) | (self.above_low & (values == self.low))


def number(
    name: str,
    unit: str,
    meaning: str,
    default: float | _Required = NONE,
    low: float = 0.0,
    high: float = float("inf"),
    *,
    above: bool = False,
    varies: bool = False,
) -> Column:
    """A number, not negative unless `low` says otherwise; with `above` it must exceed that."""
    return Column(name, meaning, unit, "number", default, low, high, above, varies=varies)


def text(name: str, meaning: str, choices: tuple[str, ...], default: str | _Required = REQUIRED) -> Column:
    """One of some words."""
    return Column(name, meaning, "", "text", default, choices=choices)


def ends(
    start: str = "from_junction", end: str = "to_junction", sense: str = "flow is positive from here"
) -> list[Column]:
    """The two junctions of a branch."""
    first = Column(start, f"junction where it starts; {sense}", "", "junction")
    return [first, Column(end, "junction where it ends", "", "junction")]


IN_SERVICE = Column(
    "in_service", "whether it takes part; if not, nothing flows through it", "", "flag", True, varies=True
)
FLOW = Quantity("mdot_kg_per_s", "kg/s", "mass flow")
THROUGH = (
    FLOW,
    Quantity("dp_pa", "Pa", "pressure drop by friction and local losses, without the static head"),
    Quantity("t_from_k", "K", "temperature at its start"),
    Quantity("t_to_k", "K", "temperature at its end"),
)
"""Results of whatever liquid passes."""
