"""A year of the district network: layout, demand and temperatures as a network of tables, solved hour by hour."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pandas as pd

from rack2city import network as net
from rack2city.arrays import Array
from rack2city.case import City
from rack2city.case.site import MILD_OUTDOOR_TEMPERATURE
from rack2city.city.layout import NetworkLayout
from rack2city.materials import properties

NETWORK_PRESSURE_PA = 1.0e6
"""Absolute pressure at which the water's properties are taken; they hardly depend on it."""
BYPASS_SHARE = 0.01
"""By-pass flow of a substation over its design flow (-)."""
VALVE_RESERVE = 1.5
"""Largest flow a substation's valve lets through, over its design flow (-)."""
LEAST_DIFFERENCE_K = 5.0
"""Supply over return below which a substation's valve opens further (K)."""
WARM_UP_HOURS = 48
"""Hours of the year's first conditions that go before, so that the pipes start as warm as they would be."""
STEEL_DENSITY, STEEL_HEAT_CAPACITY = 7850.0, 460.0
"""Density (kg/m3) of carbon steel, and its heat capacity at 50 degC (J/(kg K)), EN 1993-1-2."""
_KEPT = ("substations.heat_w", "substations.unmet_w", "pipes.loss_w", "producers")


def city_network(
    city: City,
    layout: NetworkLayout,
    liquid: net.Liquid,
    design_flow_kg_per_s: Array,
    demand_w: npt.ArrayLike = 0.0,
    supply_k: float = 353.15,
) -> net.Network:
    """The network of a layout: a supply and a return pipe for each trench, one plant that serves the worst point.

    Each substation has the flow (kg/s) at its highest demand, and a demand (W); the plant supplies at a temperature (K).
    Temperatures of return and ground and the substations' pressure difference are the city's.
    """
    network, pipes, nodes = net.Network("city", liquid), layout.pipes, layout.nodes
    for side, start, end in (("supply", "start", "end"), ("return", "end", "start")):
        names = [f"{side} {node}" for node in nodes.index]
        net.create_junctions(network, names, x_m=nodes["x_m"], y_m=nodes["y_m"])
        net.create_pipes(
            network,
            [f"{side} {name}" for name in pipes.index],
            from_junction=[f"{side} {node}" for node in pipes[start]],
            to_junction=[f"{side} {node}" for node in pipes[end]],
            length_m=pipes["length_m"],
            inner_diameter_m=pipes["inner_diameter_mm"] / 1000.0,
            outer_diameter_m=pipes["outer_diameter_mm"] / 1000.0,
            roughness_m=pipes["roughness_mm"] / 1000.0,
            conductance_w_per_m_k=pipes["loss_w_per_m_k"],
            ambient_k=city.ground_temperature,
            wall_density_kg_per_m3=STEEL_DENSITY,
            wall_heat_capacity_j_per_kg_k=STEEL_HEAT_CAPACITY,
        )
    ends = {f"{side}_junction": f"{side} {nodes.index[0]}" for side in ("return", "supply")}
    plant = {"mode": "pressure", "control": "worst", "supply_k": supply_k, "return_pressure_pa": 0.0}
    net.create_producers(network, "plant", **ends, **plant)
    at = layout.substations["node"]
    net.create_substations(
        network,
        list(layout.substations["name"]),
        supply_junction=[f"supply {node}" for node in at],
        return_junction=[f"return {node}" for node in at],
        demand_w=demand_w,
        return_set_k=city.return_temperature,
        bypass_kg_per_s=BYPASS_SHARE * design_flow_kg_per_s,
        max_flow_kg_per_s=VALVE_RESERVE * design_flow_kg_per_s,
        min_difference_k=LEAST_DIFFERENCE_K,
        min_difference_pa=city.substation_drop,
    )
    return network


def supply_temperature(city: City, outdoor_k: Array) -> Array:
    """Weather-compensated supply temperature (K): linear between the cold and the mild end, constant beyond them."""
    ends = (city.outdoor_design_temperature, MILD_OUTDOOR_TEMPERATURE)
    return np.interp(outdoor_k, ends, (city.supply_temperature_cold, city.supply_temperature_mild))


def run_network_year(
    city: City,
    layout: NetworkLayout,
    demand_w: pd.DataFrame,
    supply_k: npt.ArrayLike,
    progress: Callable[[int, int], None] = lambda done, steps: None,
) -> pd.DataFrame:
    """Solve the network for every hour of the demand.

    The design flow of a substation is its highest demand over the highest supply temperature less the return; its by-pass
    is 1 % and its largest flow 150 % of that. Water properties are constant, at the mean of supply and return. The city
    tells the temperatures of return and ground, the pump, and whether water and pipe walls store heat (dynamic) or not.

    Args:
        city: of the case.
        layout: the network.
        demand_w: heat demand (W), hours x substations, with the substations' names as columns.
        supply_k: supply temperature at the plant (K), one or one per hour.
        progress: called with the hours done and their number.

    Returns:
        Hour by hour: `delivered_w` and `unmet_w` of all substations, `network_loss_w` to the ground, `network_heat_w` put
        in at the plant, `network_supply_k` and `network_return_k` there, `network_pump_w` (electricity),
        `network_stored_w` (growth of the heat in water and pipe walls, zero in the steady model), `difference_pa` at the
        plant that serves the worst-placed substation, `residual` (heat in less heat out, relative to the larger).

    Raises:
        ConvergenceError: the flows of an hour did not settle.
        BalanceError: heat is not conserved in an hour.
    """
    demand, back, ground = demand_w[list(layout.substations["name"])], city.return_temperature, city.ground_temperature
    supply = pd.Series(np.broadcast_to(supply_k, len(demand)), index=demand.index)
    liquid = water((float(supply.mean()) + back) / 2.0)
    peak = np.maximum(demand.max(axis=0).to_numpy(), 1.0)  # W: a substation without demand keeps a least flow
    design_flow = peak / (liquid.heat_capacity * (float(supply.max()) - back))
    network = city_network(city, layout, liquid, design_flow)
    of_supply = network.pipes.index.str.startswith("supply ")
    series = net.simulate(
        network,
        {("substations", "demand_w"): demand, ("producers", "supply_k"): supply},
        mode="dynamic" if city.network_model == "dynamic" else "quasi_steady",
        initial=pd.Series(np.where(of_supply, supply.iloc[0], ground), index=network.pipes.index),
        warm_up_steps=WARM_UP_HOURS,
        keep=_KEPT,
        progress=progress,
    )
    plant = series.res_producers.xs("plant", axis=1, level=1)
    pumped = plant["difference_pa"] * plant["mdot_kg_per_s"] / liquid.density
    columns = {
        "delivered_w": series.res_substations["heat_w"].to_numpy().sum(axis=1),
        "network_loss_w": series.res_pipes["loss_w"].to_numpy().sum(axis=1),
        "network_heat_w": plant["heat_w"],
        "network_supply_k": plant["t_supply_k"],
        "network_return_k": plant["t_return_k"],
        "network_pump_w": pumped / city.pump_efficiency,
        "network_stored_w": series.steps["stored_w"],
        "unmet_w": series.res_substations["unmet_w"].to_numpy().sum(axis=1),
        "difference_pa": plant["difference_pa"],
        "residual": series.steps["energy_residual"],
    }
    return pd.DataFrame({name: np.asarray(values) for name, values in columns.items()}, index=demand.index)


def water(temperature_k: float) -> net.Liquid:
    """Properties of liquid water at the network's pressure. Source: CoolProp, IAPWS-95."""
    return net.Liquid(*(float(properties(key, temperature_k, NETWORK_PRESSURE_PA, "Water")) for key in ("D", "C", "V")))
