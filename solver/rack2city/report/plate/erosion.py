"""How fast water may flow past copper before its wall erodes, as several sources have it.

All of them are about tubes of plain fresh water with air in it, from experience with failures; none is about narrow channels
with an inhibited coolant in a closed loop, which erodes less, nor about jets that hit a wall, which erode more. So they
are bands for a report, not limits of physics.
"""

from dataclasses import dataclass

import numpy as np

_C = 273.15


@dataclass(frozen=True)
class VelocityLimit:
    """A largest velocity (m/s), what it is meant for, and where it was read."""

    velocity: float
    meant_for: str
    source: str


_OVER_TEMPERATURE = (
    (
        "copper tubes that cannot be replaced",
        "recommended in Sweden, as cited in public text on erosion of copper tubes",
        (10.0, 50.0, 70.0, 90.0),
        (2.0, 1.5, 1.3, 1.0),
    ),
    (
        "copper tubes that can be replaced",
        "recommended in Sweden, as cited in public text on erosion of copper tubes",
        (10.0, 50.0, 70.0, 90.0),
        (4.0, 3.0, 2.5, 2.0),
    ),
    ("copper tubes of buildings", "BS 6700, as cited in public text", (10.0, 50.0, 70.0, 90.0), (3.0, 3.0, 2.5, 2.0)),
)
_FIXED = (
    VelocityLimit(2.1, "copper tubes of a coolant loop", "ASHRAE, as quoted in secondary texts"),
    VelocityLimit(
        1.5, "cold plates", "suggested in the call of OCP's cold plate base specification of 10 December 2025"
    ),
)


def erosion_limits(temperature_k: float) -> tuple[VelocityLimit, ...]:
    """Limits of the velocity past copper at a temperature of the water (K), the lowest first.

    Those over temperature are interpolated, and held beyond 10 and 90 degC; onset with hot water recirculating in plumbing is 8
    ft/s (2.4 m/s) cold, 5 ft/s (1.5 m/s) to 60 degC, 2 to 3 ft/s (0.6 to 0.9 m/s) above.
    """
    celsius = temperature_k - _C
    found = [
        VelocityLimit(float(np.interp(celsius, at, values)), meant_for, source)
        for meant_for, source, at, values in _OVER_TEMPERATURE
    ]
    plumbing = 2.4 if celsius <= 25.0 else 1.5 if celsius <= 60.0 else 0.6
    found.append(
        VelocityLimit(plumbing, "hot water plumbing", "onset of damage, Duffner Engineering; the lowest of a band")
    )
    return tuple(sorted((*found, *_FIXED), key=lambda limit: limit.velocity))
