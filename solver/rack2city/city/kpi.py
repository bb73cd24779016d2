"""Key performance indicators of the site, with their definitions."""

from rack2city.results.city import Electricity

VERSION = "rack2city KPI table 1"

DEFINITIONS = {
    "pue": (
        "PUE = E_DC / E_IT over the year (ISO/IEC 30134-2). E_DC: racks, UPS loss, coolant and facility water pumps, "
        "room air cooling, dry cooler fans."
    ),
    "erf": (
        "ERF = E_reuse / E_DC over the year (ISO/IEC 30134-6). E_reuse: heat handed over in the facility water, before "
        "the heat pump, which stands outside the boundary, and only in hours in which the network takes it for demand "
        "and its own losses."
    ),
    "ere": "ERE = (E_DC - E_reuse) / E_IT = PUE (1 - ERF) (The Green Grid).",
}


def key_indicators(electricity: Electricity, reused_j: float) -> dict[str, float]:
    """PUE, ERF and ERE of a year (-), as defined in `DEFINITIONS`, of its electricity and the heat reused (J)."""
    e = electricity
    site = e.it + e.ups_loss + e.tcs_pump + e.facility_pump + e.air_cooling + e.dry_cooler
    return {"pue": site / e.it, "erf": reused_j / site, "ere": (site - reused_j) / e.it}
