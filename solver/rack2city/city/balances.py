"""The year's energy balances: of the network, of the racks' heat, and of the whole site."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from rack2city.arrays import Array
from rack2city.city.site import SitePower
from rack2city.evidence import Balance

HOUR_S = 3600.0
TOLERANCE = 1e-6


def energy(power_w: Array | pd.Series) -> float:
    """Energy (J) of hourly mean powers (W)."""
    return float(np.sum(power_w)) * HOUR_S


def year_balances(
    sums: Mapping[str, float], site: SitePower, seconds: float, annual_demand_j: float, worst_residual: float
) -> tuple[Balance, ...]:
    """The balances of a year checked.

    Args:
        sums: energies of the year (J) by the names of their hourly powers; also of `unmet_w` and `shaft_w`.
        site: powers that are the same every hour.
        seconds: length of the year (s).
        annual_demand_j: demand that the case asks for (J).
        worst_residual: heat in less heat out of the network's worst hour, relative to the larger (-).

    Raises:
        BalanceError: one of them does not close.
    """
    electric, fed_in, delivered = (sums[name] for name in ("heat_pump_electric_w", "network_heat_w", "delivered_w"))
    motor_loss = electric - sums["shaft_w"]
    lost_or_kept = sums["network_loss_w"] + sums["network_stored_w"]
    into_site = (site.it + site.ups_loss + site.tcs_pump + site.facility_pump) * seconds + electric
    out_of_site = sums["heat_pump_w"] + sums["rejected_w"] + site.room_heat * seconds + motor_loss
    taken = sums["reused_w"] + sums["rejected_w"]
    rows = (
        ("network heat: fed in against delivered, lost and stored", fed_in, delivered + lost_or_kept),
        ("network heat: plant and backup against fed in", sums["heat_pump_w"] + sums["backup_w"], fed_in),
        ("racks' heat: offered against reused and rejected", site.coolant_heat * seconds, taken),
        ("site: electricity of racks, pumps, UPS and heat pump against heat out", into_site, out_of_site),
        ("demand: asked for against delivered and unmet", annual_demand_j, delivered + sums["unmet_w"]),
    )
    residual = Balance("city", "network heat, residual of the worst hour", worst_residual, 0.0, "-", TOLERANCE, 1.0)
    balances = [*(Balance("city", name, into, out, "J", TOLERANCE) for name, into, out in rows), residual]
    return tuple(balance.require() for balance in balances)
