"""A result against its limit: the rows of the verdict."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Check:
    """One line of the verdict.

    Attributes:
        name: what is checked, in the field's words.
        value: the computed value (SI, in `unit`).
        limit: the limit (SI, in `unit`).
        unit: SI unit of both, such as `"K"`, `"Pa"`, `"m/s"`; `"-"` for a share, shown in per cent; empty for a pure
            number.
        sense: `"max"` if the value may not exceed the limit, `"min"` if it may not fall below it.
        kind: `"temperature"` or `"difference"` for values in K, so that they can be shown in °C; empty otherwise.
        uncertainty: numerical uncertainty of the value (in `unit`); None where a part of it was not computed: what is known
            of it is less than the whole, and never told in its place.
        contains: what the uncertainty consists of, as far as it was computed.
        lacks: what was not computed.
        at_least: what is known of an uncertainty that lacks a part (in `unit`); the verdict counts it.
    """

    name: str
    value: float
    limit: float
    unit: str
    sense: Literal["max", "min"]
    kind: Literal["temperature", "difference", ""] = ""
    uncertainty: float | None = 0.0
    contains: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    at_least: float = 0.0

    @property
    def margin(self) -> float:
        """Distance to the limit (in `unit`), positive on the safe side."""
        return self.limit - self.value if self.sense == "max" else self.value - self.limit

    @property
    def holds(self) -> bool:
        """Whether the value keeps the limit, its uncertainty included (a NaN does not)."""
        return self.margin >= (self.at_least if self.uncertainty is None else self.uncertainty)
