"""Laminar flow in straight rectangular channels: friction and heat transfer, developed and developing.

The friction factor is Fanning's (wall shear over rho u²/2; Darcy's is four times it), lengths and Reynolds number are on the
hydraulic diameter, the aspect ratio is the short side over the long one. Developed values agree with an independent spectral
computation to 0.1 % (f Re, H1) and 0.6 % (T); developing ones have the error they say.
"""

import numpy as np

from rack2city.plate.correlations.estimate import Correlation, Estimate

_SHAH = "Shah & London (1978), Laminar Flow Forced Convection in Ducts"
_ASPECT = {"aspect ratio": (0.0, 1.0)}
_DEVELOPED = Correlation(
    "Shah & London 1978",
    f"{_SHAH}, polynomials; recomputed",
    "computed",
    "0.1 %; 0.6 % for one wall temperature",
    _ASPECT,
)
_APPARENT = Correlation(
    "Kakac, Shah & Aung 1987",
    "Handbook of Single-Phase Convective Heat Transfer, eq. 3.158; as coded in EES",
    "published",
    "",
    {**_ASPECT, "length L/(Dh Re)": (1e-4, np.inf)},
)
_PLATES = Correlation(
    "Shah & London 1978, parallel plates",
    f"{_SHAH}; constants from memory, confirmed against a recomputed table",
    "computed",
    "1 %",
    {"length x/(Dh Re Pr)": (1e-6, np.inf)},
)

_F_RE = 24.0 * np.array([1.0, -1.3553, 1.9467, -1.7012, 0.9564, -0.2537])
_NU_H1 = 8.235 * np.array([1.0, -2.0421, 3.0853, -2.4765, 1.0578, -0.1861])
_NU_T = 7.541 * np.array([1.0, -2.610, 4.970, -5.119, 2.702, -0.548])


def _polynomial(coefficients: np.ndarray, aspect: float) -> Estimate:
    return _DEVELOPED.estimate(np.polynomial.polynomial.polyval(aspect, coefficients), aspect_ratio=aspect)


def friction(aspect: float) -> Estimate:
    """Developed f Re, Fanning (-)."""
    return _polynomial(_F_RE, aspect)


def nusselt_even_flux(aspect: float) -> Estimate:
    """Developed Nusselt number for even flux along and one temperature around each section (H1) (-)."""
    return _polynomial(_NU_H1, aspect)


def nusselt_even_temperature(aspect: float) -> Estimate:
    """Developed Nusselt number for one wall temperature (T) (-)."""
    return _polynomial(_NU_T, aspect)


def apparent_friction(aspect: float, length: float) -> Estimate:
    """Apparent f Re, Fanning (-), of a length L/(Dh Re) (-) behind an even inlet.

    The pressure drop over that length, the acceleration of the core included, is 4 f (L / Dh) rho u²/2.
    """
    root = 3.44 / np.sqrt(length)
    developed = float(np.polynomial.polynomial.polyval(aspect, _F_RE))
    value = root + (1.25 / (4.0 * length) + developed - root) / (1.0 + 0.00021 / length**2)
    return _APPARENT.estimate(value, aspect_ratio=aspect, **{"length L/(Dh Re)": length})


def local_nusselt_plates(length: float) -> Estimate:
    """Local Nusselt number (-) between parallel plates with even flux, the flow developed, at x/(Dh Re Pr) (-)."""
    if length <= 1e-3:
        value = 1.490 * length ** (-1.0 / 3.0) + (0.4 if length > 2e-4 else 0.0)
    else:
        value = 8.235 + 8.68 * (1e3 * length) ** -0.506 * np.exp(-164.0 * length)
    return _PLATES.estimate(value, **{"length x/(Dh Re Pr)": length})
