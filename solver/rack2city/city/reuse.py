"""Hour by hour: how much of the racks' heat the network takes, and what that does to the racks' coolant.

The order of supply is fixed: the racks' heat first (directly where it is warm enough, else through the heat pump), the
network's backup boiler for the rest. Heat nobody takes goes to the dry cooler; in hot hours that cannot hold the
facility water at its set-point, the water is warmer by what is missing, and the coolant and the chips with it. Warmer
water gives the network more, so that less or nothing is left to reject: where that turns within an hour, the water
settles between set-point and dry cooler, at the temperature at which the network takes all heat.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from rack2city.arrays import Array
from rack2city.case import Plant
from rack2city.plant.heat_pump import heat_pump_cycle, needs_no_lift

NEED = ["network_heat_w", "network_supply_k", "network_return_k"]
"""What the heat network asks of the plant: heat at its root, at which temperature, and that of the water it sends back."""
LOOP_TOLERANCE_K = 1e-6
ROUNDING = 1e-9
"""Share of the racks' heat (-) up to which what is left is rounding, and no reason to run the dry cooler."""


@dataclass(frozen=True)
class HeatSource:
    """What the racks offer in the facility water, the same every hour."""

    heat_w: float
    facility_supply_k: float  # that holds the coolant's set-point
    facility_rise_k: float


@dataclass(frozen=True)
class HeatSplit:
    """Where the racks' heat goes, hour by hour: columns of `year.parquet`, docs/summary.md says what each one means.

    `shaft_w` is the shaft work of the heat pump, which reaches the network as heat (W).
    """

    reused_w: Array
    heat_pump_w: Array
    shaft_w: Array
    rejected_w: Array
    cop: Array


@dataclass(frozen=True)
class Reuse(HeatSplit):
    """The year of the plant, more columns of `year.parquet`; and how the loop with the facility water was closed."""

    heat_pump_electric_w: Array
    backup_w: Array
    dry_cooler_w: Array
    facility_supply_k: Array
    iterations: int
    loop_change_k: float


def split_heat(plant: Plant, source: HeatSource, need: pd.DataFrame, facility_supply_k: Array) -> HeatSplit:
    """Share the racks' heat between the network and the outdoor air, for a given temperature of the facility water.

    Heat goes to the network directly where that needs no lift (`needs_no_lift`); as much as cooling the water to the
    network's return, by the condenser's pinch, gives. Hour by hour, the need has the columns `NEED`, and the temperature
    (K) is that of the facility water to the CDU.
    """
    needed, supply, back = need[NEED].to_numpy().T
    pinch = plant.heat_pump.condenser_pinch
    cycle = heat_pump_cycle(plant.heat_pump, facility_supply_k, supply)
    facility_return = facility_supply_k + source.facility_rise_k
    direct = needs_no_lift(plant.heat_pump, facility_supply_k, facility_return, supply)
    reachable = np.clip((facility_return - pinch - back) / source.facility_rise_k, 0.0, 1.0)
    source_share = np.where(direct, 1.0, cycle.source_share)
    through_heat_pump = np.minimum(plant.heat_pump.capacity, source.heat_w / source_share)
    most = np.where(direct, source.heat_w * reachable, through_heat_pump)
    heat = np.minimum(np.maximum(needed, 0.0), most)
    reused = source_share * heat
    left = source.heat_w - reused
    return HeatSplit(
        reused_w=reused,
        heat_pump_w=heat,
        shaft_w=np.where(direct, 0.0, cycle.shaft_share) * heat,
        rejected_w=np.where(left > ROUNDING * source.heat_w, left, 0.0),
        cop=np.where(direct, np.inf, cycle.cop),
    )


def reuse_heat(plant: Plant, source: HeatSource, need: pd.DataFrame, outdoor_k: Array) -> Reuse:
    """The facility water's temperature and the way of the racks' heat, every hour of an outdoor temperature (K)."""
    low = np.full(len(need), source.facility_supply_k)
    high = np.maximum(low, outdoor_k + plant.dry_cooler.approach)  # what the dry cooler holds, where it must run
    iterations, width = 1, 0.0
    supply = np.where(split_heat(plant, source, need, low).rejected_w > 0.0, high, low)
    warmer = np.flatnonzero(supply > low)
    if warmer.size:
        iterations += 1
        rejects = split_heat(plant, source, need.iloc[warmer], supply[warmer]).rejected_w > 0.0
        between = warmer[~rejects]  # rejects at the set-point, but not at what the dry cooler holds: bisection
        width = float((high - low)[between].max(initial=0.0))
        while width > LOOP_TOLERANCE_K:
            iterations, width = iterations + 1, 0.5 * width
            middle = 0.5 * (low[between] + high[between])
            rejects = split_heat(plant, source, need.iloc[between], middle).rejected_w > 0.0
            low[between] = np.where(rejects, middle, low[between])
            high[between] = np.where(rejects, high[between], middle)
        supply[between] = high[between]
    split = split_heat(plant, source, need, supply)
    return Reuse(
        **vars(split),
        heat_pump_electric_w=split.heat_pump_w / split.cop,
        backup_w=np.maximum(need[NEED[0]].to_numpy(), 0.0) - split.heat_pump_w,
        dry_cooler_w=plant.dry_cooler.fan_power_per_heat * split.rejected_w,
        facility_supply_k=supply,
        iterations=iterations,
        loop_change_k=width,
    )
