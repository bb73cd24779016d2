"""Laminar flow in curved tubes: friction over that of a straight one, heat transfer, and where it ends.

All are for developed flow in coils of round tube. The bends of serpentines are tighter (bore over bend diameter 0.2 to 1)
and short: what is told of them is an extrapolation, also where a correlation states no limit of curvature. The Dean number
is Re (bore / bend diameter)^0.5, the bend's diameter that of its centre line.
"""

import numpy as np

from rack2city.plate.correlations.estimate import Correlation, Estimate

_FLUIDS = "as coded in the package fluids, after El-Genk & Schriener (2016)"
_WHITE = Correlation(
    "White 1929",
    f"Proc. R. Soc. A 123, 645; {_FLUIDS}",
    "published",
    "",
    {"De": (0.0, 2000.0), "bore over bend": (3.878e-4, 0.066)},
)
_MORI = Correlation("Mori & Nakayama 1964", f"Trans. JSME 30, 977; {_FLUIDS}", "published", "", {"De": (100.0, 2000.0)})
_SCHMIDT = Correlation("Schmidt 1967", f"Chem. Ing. Tech. 39, 781; {_FLUIDS}", "published", "", {"Re": (100.0, np.inf)})
_ITO = Correlation(
    "Ito 1959", f"J. Basic Eng. 81, 123; {_FLUIDS}", "published", "", {"bore over bend": (0.00116, 0.067)}
)
_MANLAPAZ = Correlation(
    "Manlapaz & Churchill 1981", "Chem. Eng. Commun. 9, 185", "recalled", "15 %, round coils", {"De": (0.0, 2000.0)}
)


def dean_number(reynolds: float, curvature: float) -> float:
    """Dean number (-) at a curvature bore / bend diameter (-)."""
    return reynolds * float(np.sqrt(curvature))


def friction_ratio(reynolds: float, curvature: float) -> tuple[Estimate, ...]:
    """Friction over that of a straight tube (-) by White, Mori & Nakayama and Schmidt; they differ by 16 % at De 112."""
    dean = dean_number(reynolds, curvature)
    white = 1.0 if dean <= 11.6 else 1.0 / (1.0 - (1.0 - (11.6 / dean) ** 0.45) ** (1.0 / 0.45))
    root = np.sqrt(max(dean, 42.328))  # below its least value the formula rises again
    mori = 0.108 * root / (1.0 - 3.253 / root)
    schmidt = 1.0 + 0.14 * curvature**0.97 * reynolds ** (1.0 - 0.644 * curvature**0.312)
    found = _SCHMIDT.estimate(schmidt, Re=reynolds)
    end = critical_reynolds(curvature).value
    late = f"Re {reynolds:.4g} is above the end of the laminar range, {end:.4g} by Ito" if reynolds > end else ""
    return (
        _WHITE.estimate(white, De=dean, bore_over_bend=curvature),
        _MORI.estimate(mori, De=dean),
        Estimate(found.value, _SCHMIDT, "; ".join(filter(None, (found.outside, late)))),
    )


def critical_reynolds(curvature: float) -> Estimate:
    """Reynolds number (-) where laminar flow in a coil ends."""
    return _ITO.estimate(2e4 * curvature**0.32, bore_over_bend=curvature)


def nusselt_even_flux(reynolds: float, prandtl: float, curvature: float) -> Estimate:
    """Developed Nusselt number (-) of a coil with even flux."""
    dean = dean_number(reynolds, curvature)
    x3, x4 = (1.0 + 1342.0 / (dean**2 * prandtl)) ** 2, 1.0 + 1.15 / prandtl
    return _MANLAPAZ.estimate(((4.364 + 4.636 / x3) ** 3 + 1.816 * (dean / x4) ** 1.5) ** (1.0 / 3.0), De=dean)


def nusselt_even_temperature(reynolds: float, prandtl: float, curvature: float) -> Estimate:
    """Developed Nusselt number (-) of a coil with one wall temperature."""
    dean = dean_number(reynolds, curvature)
    x1, x2 = (1.0 + 957.0 / (dean**2 * prandtl)) ** 2, 1.0 + 0.477 / prandtl
    return _MANLAPAZ.estimate(((3.657 + 4.343 / x1) ** 3 + 1.158 * (dean / x2) ** 1.5) ** (1.0 / 3.0), De=dean)
