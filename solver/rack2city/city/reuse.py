"""Hour by hour: how much of the racks' heat the network takes, and what that does to the racks' coolant.

The order of supply is fixed: the racks' heat first (directly where it is warm enough, else through the heat pump), the
network's backup boiler for the rest. Heat nobody takes goes to the dry cooler; in hot hours that cannot hold the
facility water at its set-point, the water is warmer by what is missing, and the coolant and the chips with it. Whether
heat is rejected depends on the heat pump, which depends on the water's temperature: the loop is closed hour by hour.
"""

from dataclasses import dataclass

import numpy as np

from rack2city.case import Plant
from rack2city.errors import ConvergenceError
from rack2city.network.friction import Array
from rack2city.plant.heat_pump import heat_pump_cycle

LOOP_TOLERANCE_K = 1e-6


@dataclass(frozen=True)
class HeatSource:
    """What the racks offer, the same every hour.

    Attributes:
        heat_w: heat in the facility water (W).
        facility_supply_k: facility water that holds the coolant's set-point (K).
        facility_rise_k: facility water return minus supply (K).
    """

    heat_w: float
    facility_supply_k: float
    facility_rise_k: float


@dataclass(frozen=True)
class Reuse:
    """The year of the plant; all arrays over the hours.

    Attributes:
        reused_w: heat of the racks that leaves for the network, before the heat pump (W).
        heat_pump_w: heat that reaches the network from the plant, the heat pump's work included (W).
        electric_w: electricity of the heat pump (W).
        shaft_w: its shaft work, which reaches the network as heat (W).
        backup_w: heat of the network's backup boiler (W).
        rejected_w: heat of the racks given to the outdoor air (W).
        fan_w: electricity of the dry cooler (W).
        facility_supply_k: facility water to the CDU (K).
        cop: heat over electricity of the heat pump (-); infinite where the heat is warm enough without it.
        iterations: passes until the loop was closed.
        loop_change_k: last change of the facility water's temperature (K).
    """

    reused_w: Array
    heat_pump_w: Array
    electric_w: Array
    shaft_w: Array
    backup_w: Array
    rejected_w: Array
    fan_w: Array
    facility_supply_k: Array
    cop: Array
    iterations: int
    loop_change_k: float


def reuse_heat(
    plant: Plant,
    source: HeatSource,
    network_heat_w: Array,
    network_supply_k: Array,
    outdoor_k: Array,
    max_passes: int = 20,
) -> Reuse:
    """Share the racks' heat between the network and the outdoor air.

    Args:
        plant: heat pump and dry cooler.
        source: the racks' heat.
        network_heat_w: heat the network needs at its root (W), hours.
        network_supply_k: temperature it needs it at (K), hours.
        outdoor_k: outdoor temperature (K), hours.
        max_passes: passes of the loop before giving up.

    Raises:
        ConvergenceError: the loop between rejected heat and facility water does not close.
    """
    wanted = np.maximum(network_heat_w, 0.0)
    supply = np.full(wanted.shape, source.facility_supply_k)
    change, passes = np.inf, 0
    while change > LOOP_TOLERANCE_K:
        if passes == max_passes:
            raise ConvergenceError(
                f"the facility water's temperature did not settle in {max_passes} passes (last change {change:.1e} K); "
                "lower plant.dry_cooler.approach or raise plant.heat_pump.capacity"
            )
        passes += 1
        cycle = heat_pump_cycle(plant.heat_pump, supply, network_supply_k)
        direct = supply + source.facility_rise_k - plant.heat_pump.condenser_pinch >= network_supply_k
        source_share = np.where(direct, 1.0, cycle.source_share)
        most = np.where(direct, source.heat_w, np.minimum(plant.heat_pump.capacity, source.heat_w / source_share))
        heat = np.minimum(wanted, most)
        reused = source_share * heat
        left = source.heat_w - reused
        rejected = np.where(left > 1e-9 * source.heat_w, left, 0.0)  # rounding is no reason to run the dry cooler
        # A dry cooler cannot cool below the outdoor air plus its approach.
        held = np.maximum(source.facility_supply_k, outdoor_k + plant.dry_cooler.approach)
        new = np.where(rejected > 0.0, held, source.facility_supply_k)
        change = float(np.max(np.abs(new - supply)))
        supply = new
    cop = np.where(direct, np.inf, cycle.cop)
    return Reuse(
        reused_w=reused,
        heat_pump_w=heat,
        electric_w=heat / cop,
        shaft_w=np.where(direct, 0.0, cycle.shaft_share) * heat,
        backup_w=wanted - heat,
        rejected_w=rejected,
        fan_w=plant.dry_cooler.fan_power_per_heat * rejected,
        facility_supply_k=supply,
        cop=cop,
        iterations=passes,
        loop_change_k=change,
    )
