"""Results of solved steps as columns of the tables of results, each found when it is asked for, and the balances."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from rack2city.arrays import Array
from rack2city.evidence import Balance
from rack2city.network.hydraulics.liquid import GRAVITY
from rack2city.network.solvers.steps.view import View

TOLERANCE = 1e-6
"""Largest accepted imbalance of mass or energy over what enters (-)."""
Columns = dict[str, Callable[[View], Array]]
"""Quantities (steps x rows) by name."""


def _static_pa(view: View) -> Array:
    return view.built.arrays.liquid.density * GRAVITY * view.column("junctions", "height_m")


def _head(view: View) -> Array:
    return view.piezometric_pa / (view.built.arrays.liquid.density * GRAVITY)


def _difference(view: View, table: str) -> Array:
    """True pressure at the supply junction of each row less that at its return junction (Pa)."""
    column, true = view.built.arrays[table], view.piezometric_pa - _static_pa(view)
    return np.asarray(true[:, column["supply_junction"]] - true[:, column["return_junction"]])


def _speed(view: View) -> Array:
    area = np.pi / 4.0 * view.column("pipes", "inner_diameter_m") ** 2
    return np.asarray(view.flow("pipes") / (view.built.arrays.liquid.density * area))


def _reynolds(view: View) -> Array:
    liquid, diameter = view.built.arrays.liquid, view.column("pipes", "inner_diameter_m")
    return np.asarray(liquid.density * np.abs(_speed(view)) * diameter / liquid.viscosity)


def _exchanged(view: View) -> Array:
    """Heat that heat exchangers give to the liquid (W)."""
    rows, heat = view.built.rows["heat_exchangers"], np.zeros(view.flow("heat_exchangers").shape)
    heat[:, rows] = view.column("heat_exchangers", "heat_w")[:, rows]
    return heat


def _electric(view: View) -> Array:
    power = -view.flow("pumps") * view.drop("pumps") / view.built.arrays.liquid.density
    # a pump pressed backwards, or that only resists, is not driven
    driven = np.where(np.isnan(power), 0.0, np.maximum(power, 0.0))
    return np.asarray(driven / view.column("pumps", "efficiency"))


def _unmet(view: View) -> Array:
    """What substations in service lack (W); those cut off take nothing."""
    asked = view.column("substations", "demand_w") + view.column("substations", "dhw_demand_w")
    demand = np.where(view.column("substations", "in_service"), asked, 0.0)
    lacks = demand - view.taken_w
    return np.where(np.isnan(lacks), lacks, np.where(lacks > view.resolved * demand, lacks, 0.0))


def _returned(view: View) -> Array:
    return np.where(view.flow("substations") > 0.0, view.ends_k("substations")[1], np.nan)


def _given(view: View) -> Array:
    """Heat that producers give (W)."""
    flow = view.flow("producers")
    rise = np.where(flow != 0.0, view.supply_k - view.return_k, 0.0)
    return np.asarray(view.built.arrays.liquid.heat_capacity * flow * rise)


def _boundary_k(view: View) -> Array:
    at = view.junction_k[:, view.built.arrays["boundaries"]["junction"]]
    return np.where(view.entering > 0.0, view.column("boundaries", "supply_k"), at)


def _branch(table: str) -> Columns:
    """What every branch has."""
    return {
        "mdot_kg_per_s": lambda view: view.flow(table),
        "dp_pa": lambda view: view.drop(table),
        "t_from_k": lambda view: view.ends_k(table)[0],
        "t_to_k": lambda view: view.ends_k(table)[1],
    }


TOLD: dict[str, Columns] = {
    "junctions": {
        "p_pa": lambda view: view.piezometric_pa - _static_pa(view),
        "head_m": _head,
        "t_k": lambda view: view.junction_k,
    },
    "pipes": {
        "mdot_kg_per_s": lambda view: view.flow("pipes"),
        "v_m_per_s": _speed,
        "dp_pa": lambda view: view.drop("pipes"),
        "t_from_k": lambda view: view.ends_k("pipes")[0],
        "t_to_k": lambda view: view.ends_k("pipes")[1],
        "loss_w": lambda view: view.pipe_heat[0],
        "exchange_w": lambda view: view.pipe_heat[1],
        "reynolds": _reynolds,
        "stored_w": lambda view: view.pipe_heat[2],
    },
    "heat_exchangers": {**_branch("heat_exchangers"), "heat_w": _exchanged},
    "pumps": {**_branch("pumps"), "speed": lambda view: view.speed, "electric_w": _electric},
    "substations": {
        "mdot_kg_per_s": lambda view: view.flow("substations"),
        "heat_w": lambda view: view.taken_w,
        "unmet_w": _unmet,
        "t_supply_k": lambda view: view.ends_k("substations")[0],
        "t_return_k": _returned,
        "difference_pa": lambda view: _difference(view, "substations"),
        "short_pa": lambda view: view.short_pa,
    },
    "producers": {
        "mdot_kg_per_s": lambda view: view.flow("producers"),
        "heat_w": _given,
        "t_supply_k": lambda view: view.supply_k,
        "t_return_k": lambda view: view.return_k,
        "difference_pa": lambda view: _difference(view, "producers"),
    },
    "boundaries": {"mdot_kg_per_s": lambda view: view.entering, "t_k": _boundary_k},
}
"""Results of the components that tell more than every branch does."""


def told(view: View, table: str) -> Columns:
    """The results of a table by quantity, as its component lists them."""
    if table == "storages":
        return {name: lambda _, values=values: values for name, values in view.storages.items()}  # type: ignore[misc]
    return TOLD.get(table) or _branch(table)


@dataclass(frozen=True)
class Balances:
    """Balances of solved steps, one value per step.

    What mass misses at the worst node over the largest flow, and heat over what is given or taken (-; zero where
    temperatures were not solved); growth of the heat in pipes and storages, heat that enters, heat that leaves or is
    stored, and what their difference is compared with (W).
    """

    mass: Array
    energy: Array
    stored_w: Array
    gives_w: Array
    takes_w: Array
    scale_w: Array

    def worst(self, view: View) -> tuple[Balance, Balance]:
        """Mass and energy of the steps in which they close worst."""
        step = int(np.argmax(self.mass))
        missing, nodes = view.missing
        node, more = int(nodes[step]), float(missing[step])
        arriving, largest = view.arriving(node, step), abs(more) / self.mass[step] if more else None
        name = f"mass at junction '{view.built.network.node_names[node]}'"
        mass = Balance("network", name, arriving, arriving + more, "kg/s", TOLERANCE, largest)
        step = int(np.argmax(self.energy))
        heat = float(self.gives_w[step]), float(self.takes_w[step])
        scale = float(self.scale_w[step]) or None
        return mass, Balance("network", "energy", *heat, "W", TOLERANCE, scale)


def balances(view: View) -> Balances:
    """Balances of mass and energy of every step."""
    largest, apart_k = view.extent
    mass = np.abs(view.missing[0]) / np.maximum(largest, 1e-12)  # below, a network is at rest
    if np.isnan(apart_k).all():  # temperatures were not solved
        nothing = np.zeros(len(mass))
        return Balances(mass, nothing, nothing, nothing, nothing, nothing)
    loss, _, stored = view.pipe_heat
    tanks = view.storages
    parts = [_given(view), _exchanged(view), -view.taken_w, -loss, -stored, _carried_in(view)]  # NaN: out of service
    held = np.zeros(len(mass))
    if tanks:
        parts += [-tanks["loss_w"], -tanks["stored_w"]]
        held = tanks["stored_w"].sum(axis=1)
    gives, takes = np.zeros(len(mass)), np.zeros(len(mass))
    for part in parts:
        if part.size:
            known = np.where(np.isnan(part), 0.0, part) if np.isnan(part.sum()) else part
            positive = np.maximum(known, 0.0).sum(axis=1)
            gives, takes = gives + positive, takes + positive - known.sum(axis=1)
    # rounding of the flows carries the temperature difference, so that much is the measure where little heat is given
    through = view.built.arrays.liquid.heat_capacity * largest * apart_k
    scale = np.maximum(np.maximum(gives, takes), np.maximum(1e-3 * through, view.least_heat_w))
    energy = np.abs(gives - takes) / np.where(scale > 0.0, scale, 1.0)
    return Balances(mass, energy, stored.sum(axis=1) + held, gives, takes, scale)


def _carried_in(view: View) -> Array:
    """Heat that each boundary brings in, less what it takes out (W)."""
    # counted from a mean, so that rounding of the flows does not carry 300 K; what enters also leaves
    flow = view.entering
    if not flow.shape[1]:
        return flow
    moving = flow != 0.0
    kelvin = np.where(moving, _boundary_k(view), 0.0)
    mean = kelvin.sum(axis=1) / np.maximum(moving.sum(axis=1), 1)
    carried = flow * np.where(moving, kelvin - mean[:, None], 0.0)
    return np.asarray(view.built.arrays.liquid.heat_capacity * carried)
