"""Numbers that the physics asks for."""

import math
from typing import Any

from rack2city.errors import InputError


def require(what: str, value: Any, unit: str, low: float = 0.0, reached: bool = False) -> None:
    """Refuse a plain number that is not finite, or not above `low` (or below it, where `low` itself may be reached).

    Anything else, an expression, a function or a tensor, is left to those who use it.

    Raises:
        InputError: says what it is of, and what is allowed.
    """
    if isinstance(value, bool) or not isinstance(value, int | float):
        return
    if not (math.isfinite(value) and (value > low or (reached and value == low))):
        raise InputError(
            f"{what} is {value:g} {unit}; it must be finite and {'at least' if reached else 'above'} {low:g} {unit}"
        )
