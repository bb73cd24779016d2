"""Key performance indicators of the site, with their definitions."""

from collections.abc import Mapping

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


def key_indicators(it_j: float, overhead_j: Mapping[str, float], reused_j: float) -> dict[str, float]:
    """PUE, ERF and ERE of a year (-), as defined in `DEFINITIONS`.

    Args:
        it_j: electricity of the racks (J).
        overhead_j: electricity of everything else within the boundary, by name (J).
        reused_j: heat handed over and used (J).
    """
    site = it_j + sum(overhead_j.values())
    return {"pue": site / it_j, "erf": reused_j / site, "ere": (site - reused_j) / it_j}
