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
Columns = dict[str, Callable[[], Array]]
"""Quantities (steps x rows) by name."""


def junctions(view: View) -> Columns:
    """Pressures from piezometric ones, heads and temperatures."""
    weight = view.built.arrays.liquid.density * GRAVITY
    return {
        "p_pa": lambda: view.piezometric_pa - weight * view.column("junctions", "height_m"),
        "head_m": lambda: view.piezometric_pa / weight,
        "t_k": lambda: view.junction_k,
    }


def _branch(view: View, table: str) -> Columns:
    """What every branch has."""
    return {
        "mdot_kg_per_s": lambda: view.flow(table),
        "dp_pa": lambda: view.drop(table),
        "t_from_k": lambda: view.ends_k(table)[0],
        "t_to_k": lambda: view.ends_k(table)[1],
    }


def pipes(view: View) -> Columns:
    """Pipes: also velocity, Reynolds number, and what they did to the heat."""
    liquid, own = view.built.arrays.liquid, _branch(view, "pipes")

    def speed() -> Array:
        area = np.pi / 4.0 * view.column("pipes", "inner_diameter_m") ** 2
        return np.asarray(view.flow("pipes") / (liquid.density * area))

    def reynolds() -> Array:
        return np.asarray(
            liquid.density * np.abs(speed()) * view.column("pipes", "inner_diameter_m") / liquid.viscosity
        )

    return {
        "mdot_kg_per_s": own["mdot_kg_per_s"],
        "v_m_per_s": speed,
        "dp_pa": own["dp_pa"],
        "t_from_k": own["t_from_k"],
        "t_to_k": own["t_to_k"],
        "loss_w": lambda: view.pipe_heat[0],
        "exchange_w": lambda: view.pipe_heat[1],
        "reynolds": reynolds,
        "stored_w": lambda: view.pipe_heat[2],
    }


def heat_exchangers(view: View) -> Columns:
    """Heat exchangers: also the heat they give to the liquid."""
    return {**_branch(view, "heat_exchangers"), "heat_w": lambda: _exchanged(view)}


def _exchanged(view: View) -> Array:
    rows = view.built.rows["heat_exchangers"]
    heat = np.zeros(view.flow("heat_exchangers").shape)
    heat[:, rows] = view.column("heat_exchangers", "heat_w")[:, rows]
    return heat


def pumps(view: View) -> Columns:
    """Pumps: also their speed and the electricity they take."""

    def electric() -> Array:
        power = -view.flow("pumps") * view.drop("pumps") / view.built.arrays.liquid.density
        # a pump pressed backwards, or that only resists, is not driven
        driven = np.where(np.isnan(power), 0.0, np.maximum(power, 0.0))
        return np.asarray(driven / view.column("pumps", "efficiency"))

    return {**_branch(view, "pumps"), "speed": lambda: view.speed, "electric_w": electric}


def substations(view: View) -> Columns:
    """Flows, heat, temperatures and differences; those cut off take nothing."""

    def unmet() -> Array:
        asked = view.column("substations", "demand_w") + view.column("substations", "dhw_demand_w")
        demand = np.where(view.column("substations", "in_service"), asked, 0.0)
        lacks = demand - view.taken_w
        return np.where(np.isnan(lacks), lacks, np.where(lacks > view.resolved * demand, lacks, 0.0))

    def back() -> Array:
        return np.where(view.flow("substations") > 0.0, view.ends_k("substations")[1], np.nan)

    return {
        "mdot_kg_per_s": lambda: view.flow("substations"),
        "heat_w": lambda: view.taken_w,
        "unmet_w": unmet,
        "t_supply_k": lambda: view.ends_k("substations")[0],
        "t_return_k": back,
        "difference_pa": lambda: _difference(view, "substations"),
        "short_pa": lambda: view.short_pa,
    }


def producers(view: View) -> Columns:
    """Flows, heat, temperatures and differences."""
    return {
        "mdot_kg_per_s": lambda: view.flow("producers"),
        "heat_w": lambda: _given(view),
        "t_supply_k": lambda: view.supply_k,
        "t_return_k": lambda: view.return_k,
        "difference_pa": lambda: _difference(view, "producers"),
    }


def _given(view: View) -> Array:
    """Heat that producers give (W)."""
    flow = view.flow("producers")
    rise = np.where(flow != 0.0, view.supply_k - view.return_k, 0.0)
    return np.asarray(view.built.arrays.liquid.heat_capacity * flow * rise)


def storages(view: View) -> Columns:
    """Tanks in time."""
    return {name: lambda values=values: values for name, values in view.storages.items()}  # type: ignore[misc]


def boundaries(view: View) -> Columns:
    """What enters, and its temperature."""

    def kelvin() -> Array:
        at = view.junction_k[:, view.built.arrays["boundaries"]["junction"]]
        return np.where(view.entering > 0.0, view.column("boundaries", "supply_k"), at)

    return {"mdot_kg_per_s": lambda: view.entering, "t_k": kelvin}


TOLD: dict[str, Callable[[View], Columns]] = {
    "junctions": junctions,
    "pipes": pipes,
    "heat_exchangers": heat_exchangers,
    "pumps": pumps,
    "substations": substations,
    "producers": producers,
    "storages": storages,
    "boundaries": boundaries,
}
"""Components that tell more than every branch does."""


def told(view: View, table: str) -> Columns:
    """The results of a table by quantity, as its component lists them."""
    return TOLD[table](view) if table in TOLD else _branch(view, table)


def _difference(view: View, table: str) -> Array:
    """True pressure at the supply junction of each row less that at its return junction (Pa)."""
    arrays = view.built.arrays
    weight = arrays.liquid.density * GRAVITY * view.column("junctions", "height_m")
    true = view.piezometric_pa - weight
    return np.asarray(true[:, arrays[table]["supply_junction"]] - true[:, arrays[table]["return_junction"]])


@dataclass(frozen=True)
class Balances:
    """Balances of solved steps, one value per step.

    Attributes:
        mass: what mass misses at the worst node over the largest flow (-).
        energy: what heat misses over what is given or taken (-); zero where temperatures were not solved.
        stored_w: growth of the heat in pipes and storages (W).
        gives_w: heat that enters (W).
        takes_w: heat that leaves, or is stored (W).
        scale_w: what their difference is compared with (W).
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
    kelvin = np.where(moving, boundaries(view)["t_k"](), 0.0)
    mean = kelvin.sum(axis=1) / np.maximum(moving.sum(axis=1), 1)
    carried = flow * np.where(moving, kelvin - mean[:, None], 0.0)
    return np.asarray(view.built.arrays.liquid.heat_capacity * carried)
