"""Fields of round pins: drag of long ones in creeping flow, heat transfer and friction of banks and of short pins.

Correlations of pin fins differ by tens of percent from each other and from measured values: they are a band, not an answer. The
Reynolds number is on the diameter and the largest mean speed between pins.
"""

from dataclasses import dataclass

import numpy as np
from scipy.interpolate import PchipInterpolator

from rack2city.errors import InputError
from rack2city.plate.correlations.estimate import Correlation, Estimate

_CREEPING = Correlation(
    "Sangani & Acrivos 1982",
    "Int. J. Multiphase Flow 8, 193; confirmed at solid shares of 0.1, 0.2 and 0.4 by finite elements",
    "computed",
    "0.05 % at 0.1, 0.2 and 0.4",
    {"solid share": (0.05, 0.5)},
)
_SHARES = (0.05, 0.1, 0.2, 0.3, 0.4, 0.5)
_DRAGS = (15.56, 24.83, 51.53, 102.9, 217.89, 532.6)

_ZUKAUSKAS = Correlation(
    "Zukauskas 1972",
    "in Bejan's fit, as documented in the package ht; scatter recalled",
    "published",
    "15 %, long tubes; pins of H/D < 4 lie below",
    {"Re": (1.0, 2e4), "Pr": (0.7, 500.0)},
)
_PRASHER = Correlation(
    "Prasher et al. 2007", "J. Heat Transfer 129, 141; exponents found", "recalled", "", {"Re": (40.0, 1000.0)}
)
_SHORT = Correlation("Short et al. 2002", "J. Thermophys. Heat Transfer 16", "recalled", "", {"Re": (100.0, 1000.0)})
_KOSAR = Correlation("Kosar et al. 2005", "J. Fluids Eng. 127", "recalled", "", {"Re": (5.0, 128.0), "H/D": (0.5, 2.0)})
_QU = Correlation(
    "Qu & Siu-Ho 2008", "J. Heat Transfer 130, square pins staggered, H/D 3.35", "recalled", "", {"Re": (45.0, 180.0)}
)


@dataclass(frozen=True)
class Pins:
    """A field of pins: diameter, height, pitch along and across the flow (m), and whether rows are staggered."""

    diameter: float
    height: float
    pitch_along: float
    pitch_across: float
    staggered: bool


def creeping_drag(solid_share: float) -> Estimate:
    """Drag on a unit length of a cylinder in a square array, over viscosity times mean speed (-), without inertia.

    The mean speed is that over the whole pitch; the pressure drop of a row is mu U drag / pitch. Between the published shares
    the logarithm is interpolated.
    """
    if not 0.0 < solid_share < 1.0:
        raise InputError(f"pins: the solid share must be between 0 and 1, got {solid_share:g}")
    low, high = _SHARES[0], _SHARES[-1]
    value = np.exp(PchipInterpolator(_SHARES, np.log(_DRAGS))(min(max(solid_share, low), high)))
    return _CREEPING.estimate(value, solid_share=solid_share)


def nusselt_bank(pins: Pins, reynolds: float, prandtl: float, prandtl_wall: float | None = None) -> Estimate:
    """Nusselt number (-) on the diameter, of a bank of 20 rows or more of long tubes."""
    steps = [(100.0, 0.9, 0.4), (1000.0, 0.52, 0.5), (np.inf, 0.27, 0.63)]
    if pins.staggered:
        pitch = (pins.pitch_across / pins.pitch_along) ** 0.2
        steps = [(500.0, 1.04, 0.4), (1000.0, 0.71, 0.5), (np.inf, 0.35 * pitch, 0.6)]
    c, m = next((c, m) for end, c, m in steps if reynolds < end)
    wall = (prandtl / (prandtl if prandtl_wall is None else prandtl_wall)) ** 0.25
    return _ZUKAUSKAS.estimate(c * reynolds**m * prandtl**0.36 * wall, Re=reynolds, Pr=prandtl)


def nusselt_short(pins: Pins, reynolds: float, prandtl: float) -> tuple[Estimate, ...]:
    """Nusselt numbers (-) of short staggered pins, recalled: Prasher's, of water; Qu & Siu-Ho's, of square pins."""
    clear = (pins.pitch_across - pins.diameter) / pins.diameter
    prasher = 0.132 * clear**-0.256 * reynolds**0.84 if reynolds < 100.0 else 0.281 * clear**-0.63 * reynolds**0.73
    qu = 0.0285 * reynolds**0.932 * prandtl ** (1.0 / 3.0)
    return _PRASHER.estimate(prasher, Re=reynolds), _QU.estimate(qu, Re=reynolds)


def friction_short(pins: Pins, reynolds: float, least_area: float) -> tuple[Estimate, ...]:
    """Friction factors (-) of short staggered pins, recalled: Short's, Kosar's and Qu & Siu-Ho's, each by its own definition.

    The least area between pins (m²), of a pitch, is Kosar's.
    """
    slender, across, along = (length / pins.diameter for length in (pins.height, pins.pitch_across, pins.pitch_along))
    short = 140.4 * along**-1.3 * across**-0.78 * slender**-0.55 * reynolds**-0.65
    crowd = (pins.pitch_along * pins.pitch_across / least_area) ** -0.3
    kosar = 1739.0 * reynolds**-1.7 * (slender / (slender + 1.0)) ** 1.1 * crowd
    kosar += 345.0 / reynolds * (1.0 / (slender + 1.0)) ** 2 * crowd
    return (
        _SHORT.estimate(short, Re=reynolds),
        _KOSAR.estimate(kosar, Re=reynolds, **{"H/D": slender}),
        _QU.estimate(20.09 * reynolds**-0.547, Re=reynolds),
    )
