"""The year's energy balances: of the network, of the racks' heat, and of the whole site."""

import numpy as np
import pandas as pd

from rack2city.arrays import Array
from rack2city.city.heat_network import NetworkYear
from rack2city.city.site import SitePower
from rack2city.evidence import Balance

HOUR_S = 3600.0
TOLERANCE = 1e-6


def energy(power_w: Array | pd.Series) -> float:
    """Energy (J) of hourly mean powers (W)."""
    return float(np.sum(power_w)) * HOUR_S


def year_balances(
    year: pd.DataFrame, site: SitePower, network: NetworkYear, shaft_w: Array, annual_demand_j: float
) -> tuple[Balance, ...]:
    """The balances of a year, checked.

    Args:
        year: the hourly table.
        site: powers that are the same every hour.
        network: the solved heat network.
        shaft_w: shaft work of the heat pump, hour by hour (W).
        annual_demand_j: demand that the case asks for (J).

    Raises:
        BalanceError: one of them does not close.
    """
    seconds = len(year) * HOUR_S
    fed_in = energy(network.plant_heat_w)
    electric = energy(year["heat_pump_electric_w"])
    motor_loss = electric - energy(shaft_w)
    into_site = (site.it + site.ups_loss + site.tcs_pump + site.facility_pump) * seconds + electric
    out_of_site = energy(year["heat_pump_w"]) + energy(year["rejected_w"]) + site.room_heat * seconds + motor_loss
    delivered = energy(year["delivered_w"])
    rows = (
        ("network heat: fed in against delivered, lost and stored", fed_in, delivered + _kept_or_lost(year)),
        ("network heat: plant and backup against fed in", energy(year["heat_pump_w"] + year["backup_w"]), fed_in),
        ("racks' heat: offered against reused and rejected", site.coolant_heat * seconds, _racks_heat(year)),
        ("site: electricity of racks, pumps, UPS and heat pump against heat out", into_site, out_of_site),
        ("demand: asked for against delivered and unmet", annual_demand_j, delivered + energy(network.unmet_w)),
    )
    worst = float(network.balance_residual.max())
    return (
        *(Balance("city", name, into, out, "J", TOLERANCE).require() for name, into, out in rows),
        Balance("city", "network heat, residual of the worst hour", worst, 0.0, "-", TOLERANCE, scale=1.0).require(),
    )


def _kept_or_lost(year: pd.DataFrame) -> float:
    return energy(year["network_loss_w"]) + energy(year["network_stored_w"])


def _racks_heat(year: pd.DataFrame) -> float:
    return energy(year["reused_w"]) + energy(year["rejected_w"])
