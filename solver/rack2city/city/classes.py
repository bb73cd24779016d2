"""ASHRAE's classes of liquid cooling: how warm coolant and facility water may become, and for how long they are warmer.

Source: ASHRAE TC 9.9, Water-Cooled Servers (2019) and Thermal Guidelines (2021): facility water W17 to W45, coolant of the
technology loop S30 to S50; the number is the highest supply temperature in degC.
"""

from dataclasses import dataclass

import numpy as np

from rack2city.arrays import Array
from rack2city.evidence import Check

COOLANT_CLASSES = ("S30", "S40", "S45", "S50")
FACILITY_CLASSES = ("W17", "W27", "W32", "W40", "W45")
_ROUNDING_K = 1e-6


@dataclass(frozen=True)
class ClassLimit:
    """A class and its highest supply temperature (K); with a set-point beyond all classes that itself, without a name."""

    name: str
    highest_k: float

    def hours_above(self, temperature_k: Array) -> int:
        """Hours with a warmer supply (K)."""
        return int(np.sum(temperature_k > self.highest_k + _ROUNDING_K))

    def check(self, liquid: str, temperature_k: Array, allowed: int) -> Check:
        """Hours of the year in which a liquid is warmer than allowed."""
        above = f"class {self.name}" if self.name else "its set-point, which is beyond all classes"
        name = f"Hours of the year with {liquid} above {above}"
        return Check(name, float(self.hours_above(temperature_k)), float(allowed), "", "max")


def class_limit(chosen: str | None, classes: tuple[str, ...], set_point_k: float) -> ClassLimit:
    """The chosen class, or the least one of a list that a set-point (K) keeps."""
    highest = {name: float(name[1:]) + 273.15 for name in classes}
    if chosen is not None:
        return ClassLimit(chosen, highest[chosen])
    keeps = (ClassLimit(name, limit) for name, limit in highest.items() if set_point_k <= limit + _ROUNDING_K)
    return next(keeps, ClassLimit("", set_point_k))
