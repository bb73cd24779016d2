"""Results as tables, one row per component, units in the names of the columns."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from rack2city.evidence import Balance
from rack2city.network.friction import Array
from rack2city.network.graph import Index
from rack2city.network.heat import HeatState
from rack2city.network.hydraulics import HydraulicState
from rack2city.network.tables.hydraulics import BRANCHES, GRAVITY, Hydraulics, Mask, ambient_k, at_rest
from rack2city.network.tables.network import Network

_TOLERANCE = 1e-6
_BRANCHES = BRANCHES[:4]


@dataclass(frozen=True)
class SteadyResult:
    """Steady state of a network; rows as in its tables, NaN where nothing can be said.

    Attributes:
        res_junctions: `p_pa` (gauge), `head_m` (height plus pressure head), `t_k`.
        res_pipes: `mdot_kg_per_s`, `v_m_per_s`, `dp_pa` (friction and local losses, without the static head), `t_from_k`,
            `t_to_k`, `loss_w`, `reynolds`.
        res_valves: `mdot_kg_per_s`, `dp_pa`, `t_from_k`, `t_to_k`.
        res_heat_exchangers: as `res_valves`, and `heat_w` given to the liquid.
        res_pumps: as `res_valves`; `dp_pa` is the negative of its lift, without the static head.
        res_substations: `mdot_kg_per_s`, `heat_w` taken, `unmet_w`, `t_supply_k`, `t_return_k`, `difference_pa`.
        res_producers: `mdot_kg_per_s`, `heat_w` given, `t_supply_k`, `t_return_k`, `difference_pa`.
        res_boundaries: `mdot_kg_per_s` that enters, `t_k` of what enters or leaves.
        mass: what arrives at and leaves the junction with the worst balance (kg/s).
        energy: heat that enters and leaves (W); None where temperatures were not solved.
        passes: passes between flows and temperatures.
    """

    res_junctions: pd.DataFrame
    res_pipes: pd.DataFrame
    res_valves: pd.DataFrame
    res_heat_exchangers: pd.DataFrame
    res_pumps: pd.DataFrame
    res_substations: pd.DataFrame
    res_producers: pd.DataFrame
    res_boundaries: pd.DataFrame
    mass: Balance
    energy: Balance | None
    passes: int

    def require(self) -> "SteadyResult":
        """Return the result itself.

        Raises:
            BalanceError: mass or energy does not balance.
        """
        self.mass.require()
        if self.energy is not None:
            self.energy.require()
        return self


def tell(
    network: Network,
    built: Hydraulics,
    state: HydraulicState,
    entering: Array,
    mixed: HeatState | None,
    substations: tuple[Index, Array, Array],
    passes: int,
) -> SteadyResult:
    """Write solved arrays into tables.

    Args:
        network: the tables.
        built: what was solved.
        state: flows and pressures.
        entering: what enters at each inlet that is reached (kg/s).
        mixed: temperatures on branches, then substations, then inlets; None where not solved.
        substations: rows of the substations solved, their flows (kg/s) and heats (W).
        passes: passes between flows and temperatures.
    """
    capacity = network.liquid.heat_capacity
    junctions = _junctions(network, built, state, mixed)
    branches = _branches(network, built, state, mixed)
    rows, flow, taken = substations
    table = network.substations
    res_substations = _at_junctions(table, junctions, "supply_junction", "return_junction")
    res_substations.insert(0, "mdot_kg_per_s", _spread(len(table), rows, flow, 0.0))
    res_substations.insert(1, "heat_w", _spread(len(table), rows, taken, 0.0))
    demand = (table.demand_w + table.dhw_demand_w).where(table.in_service, 0.0)
    unmet = demand - res_substations.heat_w
    res_substations.insert(2, "unmet_w", unmet.where(unmet > 1e-9 * demand, 0.0))
    if mixed is not None:
        first = sum(len(built.rows[name]) for name in _BRANCHES)
        part = slice(first, first + len(rows))
        res_substations["t_supply_k"] = _spread(len(table), rows, mixed.inlet_k[part])
        res_substations["t_return_k"] = _spread(len(table), rows, np.where(flow > 0.0, mixed.outlet_k[part], np.nan))
    else:
        res_substations["heat_w"] = res_substations["unmet_w"] = np.nan
    res_boundaries, res_producers = _inlets(network, built, state, junctions, entering)

    mass = _mass(built, state, entering)
    energy = None
    if mixed is not None:
        terms = np.concatenate(
            [
                res_producers.heat_w.to_numpy(dtype=float),
                branches["heat_exchangers"].heat_w.to_numpy(dtype=float),
                -res_substations.heat_w.to_numpy(dtype=float),
                -branches["pipes"].loss_w.to_numpy(dtype=float),
                [_carried_in(res_boundaries, capacity)],
            ]
        )
        terms = np.nan_to_num(terms)
        # rounding of the flows carries the temperature difference, so that much is the measure where little heat is given
        span = float(np.nanmax(mixed.node_k) - np.nanmin(mixed.node_k))
        through = capacity * float(np.abs(state.mass_flow_kg_per_s).max()) * span
        gives, takes = float(terms[terms > 0].sum()), float(-terms[terms < 0].sum())
        energy = Balance("network", "energy", gives, takes, "W", _TOLERANCE, max(gives, takes, 1e-3 * through) or None)
    return SteadyResult(
        junctions,
        branches["pipes"],
        branches["valves"],
        branches["heat_exchangers"],
        branches["pumps"],
        res_substations,
        res_producers,
        res_boundaries,
        mass,
        energy,
        passes,
    )


def _mass(built: Hydraulics, state: HydraulicState, entering: Array) -> Balance:
    """What arrives at and leaves the junction with the worst balance, against the largest flow."""
    flow, graph = state.mass_flow_kg_per_s, built.network
    nodes = len(graph.node_names)
    at = built.inlets.node[built.inlets.live].to_numpy(dtype=np.intp)
    arriving, leaving = np.zeros(nodes), np.zeros(nodes)
    for into, out, amount in (
        (graph.end, graph.start, np.maximum(flow, 0.0)),
        (graph.start, graph.end, np.maximum(-flow, 0.0)),
    ):
        arriving += np.bincount(into, amount, nodes)
        leaving += np.bincount(out, amount, nodes)
    arriving += np.bincount(at, np.maximum(entering, 0.0), nodes)
    leaving += np.bincount(at, np.maximum(-entering, 0.0), nodes)
    worst = int(np.argmax(np.abs(arriving - leaving)))
    largest = max(float(np.abs(flow).max(initial=0.0)), 1e-12)  # below, a network is at rest
    sides = float(arriving[worst]), float(leaving[worst])
    return Balance("network", f"mass at junction '{graph.node_names[worst]}'", *sides, "kg/s", _TOLERANCE, largest)


def _spread(count: int, rows: Index, values: Array, empty: float = float("nan")) -> Array:
    """Values at their rows of a table, the rest empty."""
    column = np.full(count, empty)
    column[rows] = values
    return column


def _junctions(network: Network, built: Hydraulics, state: HydraulicState, mixed: HeatState | None) -> pd.DataFrame:
    """Pressures from piezometric ones, heads and temperatures."""
    count, live = len(network.junctions), np.flatnonzero(built.live)
    weight = network.liquid.density * GRAVITY
    height = network.junctions.height_m.to_numpy(dtype=float)
    piezometric = _spread(count, live, state.pressure_pa)
    columns = {"p_pa": piezometric - weight * height, "head_m": piezometric / weight, "t_k": np.full(count, np.nan)}
    if mixed is not None:
        columns["t_k"] = _spread(count, live, mixed.node_k[: len(live)])
    return pd.DataFrame(columns, index=network.junctions.index)


def _branches(
    network: Network, built: Hydraulics, state: HydraulicState, mixed: HeatState | None
) -> dict[str, pd.DataFrame]:
    """Results of all branches, by table."""
    told, first = {}, 0
    for table in _BRANCHES:
        frame, rows = network.table(table), built.rows[table]
        part, count = slice(first, first + len(rows)), len(frame)
        flow = state.mass_flow_kg_per_s[part]
        result = pd.DataFrame({"mdot_kg_per_s": _spread(count, rows, flow, 0.0)}, index=frame.index)
        result["dp_pa"] = _spread(count, rows, state.drop_pa[part])
        result["t_from_k"] = result["t_to_k"] = np.nan
        if mixed is not None:
            inlet, outlet = mixed.inlet_k[part], mixed.outlet_k[part]
            still = at_rest(state.mass_flow_kg_per_s)[part]
            rest = frame.ambient_k.to_numpy(dtype=float)[rows] if table == "pipes" else np.full(len(rows), np.nan)
            begin, end = np.where(flow >= 0.0, inlet, outlet), np.where(flow >= 0.0, outlet, inlet)
            result["t_from_k"] = _spread(count, rows, np.where(still, rest, begin))
            result["t_to_k"] = _spread(count, rows, np.where(still, rest, end))
        if table == "pipes":
            result = _pipes(
                network,
                result,
                rows,
                None if mixed is None else mixed.loss_w[part],
                at_rest(state.mass_flow_kg_per_s)[part],
            )
        elif table == "heat_exchangers":
            result["heat_w"] = _spread(count, rows, frame.heat_w.to_numpy(dtype=float)[rows], 0.0)
        told[table] = result
        first += len(rows)
    return told


def _pipes(network: Network, result: pd.DataFrame, rows: Index, loss: Array | None, still: Mask) -> pd.DataFrame:
    """What only pipes have: velocity, Reynolds number, loss to their own surroundings."""
    pipes, liquid = network.pipes, network.liquid
    area = np.pi / 4.0 * pipes.inner_diameter_m**2
    result.insert(1, "v_m_per_s", result.mdot_kg_per_s / (liquid.density * area))
    if loss is None:
        result["loss_w"] = np.nan
    else:
        conductance = (pipes.conductance_w_per_m_k * pipes.length_m).to_numpy(dtype=float)[rows]
        shift = conductance * (pipes.ambient_k.to_numpy(dtype=float)[rows] - ambient_k(network))
        result["loss_w"] = _spread(len(pipes), rows, np.where(still, 0.0, loss - shift), 0.0)
    result["reynolds"] = liquid.density * result.v_m_per_s.abs() * pipes.inner_diameter_m / liquid.viscosity
    return result


def _at_junctions(table: pd.DataFrame, junctions: pd.DataFrame, supply: str, back: str) -> pd.DataFrame:
    """Temperatures and differential pressure between the two junctions of each row."""
    begin, end = junctions.reindex(table[supply]), junctions.reindex(table[back])
    return pd.DataFrame(
        {
            "t_supply_k": begin.t_k.to_numpy(dtype=float),
            "t_return_k": end.t_k.to_numpy(dtype=float),
            "difference_pa": begin.p_pa.to_numpy(dtype=float) - end.p_pa.to_numpy(dtype=float),
        },
        index=table.index,
    )


def _inlets(
    network: Network, built: Hydraulics, state: HydraulicState, junctions: pd.DataFrame, entering: Array
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Results of boundaries and producers."""
    inlets = built.inlets[built.inlets.live].assign(entering=entering).set_index("name")
    own = inlets.entering[inlets.kind == "boundary"].reindex(network.boundaries.index).fillna(0.0)
    at = junctions.t_k.reindex(network.boundaries.junction).to_numpy(dtype=float)
    supply = network.boundaries.supply_k.to_numpy(dtype=float)
    boundaries = pd.DataFrame({"mdot_kg_per_s": own, "t_k": np.where(own > 0.0, supply, at)})

    table, rows = network.producers, built.rows["producers"]
    producers = _at_junctions(table, junctions, "supply_junction", "return_junction")
    flow = _spread(len(table), rows, state.mass_flow_kg_per_s[len(state.mass_flow_kg_per_s) - len(rows) :], 0.0)
    producers["t_supply_k"] = table.supply_k.where(table.in_service)
    rise = (producers.t_supply_k - producers.t_return_k).to_numpy(dtype=float)
    heat = np.where(flow != 0.0, network.liquid.heat_capacity * flow * rise, 0.0)
    producers.insert(0, "mdot_kg_per_s", flow)
    producers.insert(1, "heat_w", heat)
    return boundaries, producers


def _carried_in(boundaries: pd.DataFrame, capacity: float) -> float:
    """Heat that boundaries bring in, less what they take out (W)."""
    # counted from a mean, so that rounding of the flows does not carry 300 K; what enters also leaves
    moving = boundaries[boundaries.mdot_kg_per_s != 0.0]
    mean = float(moving.t_k.mean()) if len(moving) else 0.0
    return capacity * float((moving.mdot_kg_per_s * (moving.t_k - mean)).sum())
