"""A year of the district network: layout, demand and temperatures into the radial solver."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from CoolProp.CoolProp import PropsSI

from rack2city.city.layout import NetworkLayout
from rack2city.errors import InputError
from rack2city.network.hydraulics.friction import Array
from rack2city.network.hydraulics.liquid import Liquid
from rack2city.network.radial import RadialResult, solve_radial
from rack2city.network.simulate import simulate_radial
from rack2city.network.tree import Substations

NETWORK_PRESSURE_PA = 1.0e6
"""Absolute pressure at which the water's properties are taken; they hardly depend on it."""
BYPASS_SHARE = 0.01
"""By-pass flow of a substation over its design flow (-)."""
VALVE_RESERVE = 1.5
"""Largest flow a substation's valve lets through, over its design flow (-)."""


@dataclass(frozen=True)
class NetworkYear:
    """The year of the network.

    Attributes:
        result: flows, temperatures, heat and losses of every hour.
        stored_w: growth of the heat in water and pipe walls, hour by hour (W); zero in the steady model.
    """

    result: RadialResult
    stored_w: Array


def run_network_year(
    layout: NetworkLayout,
    demand_w: pd.DataFrame,
    supply_k: npt.ArrayLike,
    return_k: float,
    ground_k: npt.ArrayLike,
    pump_efficiency: float,
    substation_drop_pa: float,
    model: Literal["dynamic", "steady"] = "steady",
    progress: Callable[[int, int], None] = lambda done, steps: None,
) -> NetworkYear:
    """Solve the network for every hour of the demand.

    The design flow of a substation is its highest demand over the highest supply temperature less the return; its by-pass
    is 1 % and its largest flow 150 % of that. Water properties are constant, at the mean of supply and return.

    Args:
        layout: the network.
        demand_w: heat demand (W), hours x substations, with the substations' names as columns.
        supply_k: supply temperature at the plant (K), one or one per hour.
        return_k: temperature the substations cool down to (K).
        ground_k: undisturbed ground temperature (K), one or one per hour.
        pump_efficiency: hydraulic over electric power of the network's pumps (-).
        substation_drop_pa: pressure drop over a substation and its valve (Pa).
        model: dynamic, with the delay of the water and the heat capacity of pipe walls, or each hour for itself.
        progress: called with the hours done and their number; the dynamic model only.

    Returns:
        Flows, temperatures, heat, losses and pressures of every hour; substations in the order of the layout.

    Raises:
        InputError: the demand lacks a substation, or the supply is never warmer than the return.
        ConvergenceError: the flows of an hour did not settle.
        BalanceError: heat is not conserved in an hour.
    """
    missing = [name for name in layout.substations["name"] if name not in demand_w.columns]
    if missing:
        raise InputError(f"the heat demand holds no column for substation {missing[0]!r}")
    demand = demand_w[list(layout.substations["name"])].to_numpy(dtype=float)
    supply = np.asarray(supply_k, dtype=float)
    spread = float(supply.max()) - return_k
    if not spread > 0.0:
        raise InputError(
            f"the network's supply is at most {supply.max() - 273.15:.1f} degC, its return {return_k - 273.15:.1f} degC; "
            "the supply must be warmer"
        )
    liquid = water((float(supply.mean()) + return_k) / 2.0)
    peak = np.maximum(demand.max(axis=0), 1.0)  # W: a substation without demand keeps a least flow
    design_flow = peak / (liquid.heat_capacity * spread)
    substations = Substations(
        node=layout.substation_node,
        return_k=np.full(len(peak), return_k),
        bypass_kg_per_s=BYPASS_SHARE * design_flow,
        max_flow_kg_per_s=VALVE_RESERVE * design_flow,
        drop_pa=substation_drop_pa,
    )
    if model == "steady":
        steady = solve_radial(layout.tree, substations, liquid, demand, supply, ground_k, pump_efficiency)
        return NetworkYear(steady, np.zeros(len(demand)))
    moved = simulate_radial(
        layout.tree,
        substations,
        liquid,
        layout.wall_j_per_m_k,
        demand,
        supply,
        ground_k,
        pump_efficiency,
        progress=progress,
    )
    return NetworkYear(moved.result, moved.stored_w)


def water(temperature_k: float) -> Liquid:
    """Properties of liquid water at the network's pressure.

    Source: CoolProp, IAPWS-95.
    """
    density, heat_capacity, viscosity = (
        float(PropsSI(name, "T", temperature_k, "P", NETWORK_PRESSURE_PA, "Water")) for name in ("D", "C", "V")
    )
    return Liquid(density, heat_capacity, viscosity)
