"""Offset strip fins: friction and heat transfer by Manglik & Bergles."""

from dataclasses import dataclass

from rack2city.plate.correlations.estimate import Correlation, Estimate

_MANGLIK = Correlation(
    "Manglik & Bergles 1995",
    "Exp. Therm. Fluid Sci. 10, 171, eqs 34 and 35; as coded in openconcept; range and scatter recalled",
    "published",
    "20 %, of air; below Re 600 its trend is wrong in mini-channels (Vangeffelen et al., arXiv 2107.10719)",
    {"Re": (120.0, 1e4), "Pr": (0.5, 15.0)},
)
BELOW = "below Re 600 f goes as 1/Re in mini-channels, which this correlation does not follow"


@dataclass(frozen=True)
class StripFins:
    """The cell of an offset strip fin: clear gap, height, length of a strip, thickness of its metal (m)."""

    gap: float
    height: float
    length: float
    thickness: float

    @property
    def hydraulic_diameter(self) -> float:
        """4 s h l / (2 (s l + h l + t h) + t s) (m), the one the correlation uses."""
        s, h, length, t = self.gap, self.height, self.length, self.thickness
        return 4.0 * s * h * length / (2.0 * (s * length + h * length + t * h) + t * s)

    @property
    def ratios(self) -> tuple[float, float, float]:
        """Gap over height, thickness over length, thickness over gap (-)."""
        return self.gap / self.height, self.thickness / self.length, self.thickness / self.gap


def friction(fins: StripFins, reynolds: float, prandtl: float = 1.0) -> Estimate:
    """Fanning friction factor (-) at a Reynolds number on the hydraulic diameter and the speed in the gap."""
    a, d, g = fins.ratios
    value = 9.6243 * reynolds**-0.7422 * a**-0.1856 * d**0.3053 * g**-0.2659
    value *= (1.0 + 7.669e-8 * reynolds**4.429 * a**0.920 * d**3.767 * g**0.236) ** 0.1
    return _estimate(value, reynolds, prandtl)


def nusselt(fins: StripFins, reynolds: float, prandtl: float) -> Estimate:
    """Nusselt number (-) on the hydraulic diameter: j Re Pr^(1/3)."""
    a, d, g = fins.ratios
    j = 0.6522 * reynolds**-0.5403 * a**-0.1541 * d**0.1499 * g**-0.0678
    j *= (1.0 + 5.269e-5 * reynolds**1.340 * a**0.504 * d**0.456 * g**-1.055) ** 0.1
    return _estimate(j * reynolds * prandtl ** (1.0 / 3.0), reynolds, prandtl)


def _estimate(value: float, reynolds: float, prandtl: float) -> Estimate:
    found = _MANGLIK.estimate(value, Re=reynolds, Pr=prandtl)
    notes = [found.outside, BELOW if reynolds < 600.0 else ""]
    return Estimate(found.value, _MANGLIK, "; ".join(filter(None, notes)))
