"""What one step was, as arrays per table and column: flows, pressures, temperatures, heat, and the balances."""

import numpy as np
import pandas as pd

from rack2city.evidence import Balance
from rack2city.network.hydraulics.friction import Array
from rack2city.network.hydraulics.graph import Index
from rack2city.network.hydraulics.liquid import GRAVITY
from rack2city.network.solvers.compile import BRANCHES, Hydraulics
from rack2city.network.solvers.operate import Operation
from rack2city.network.solvers.settle import Settled
from rack2city.network.solvers.storages import Storages
from rack2city.network.solvers.temperatures import Temperatures
from rack2city.network.solvers.transport import Carried, Transport, spread
from rack2city.network.tables.network import Network
from rack2city.network.tables.results import Measured

TOLERANCE = 1e-6
"""Largest accepted imbalance of mass or energy over what enters (-)."""
Columns = dict[str, Array]


def measure(
    network: Network,
    built: Hydraulics,
    operation: Operation,
    rows: Index,
    settled: Settled | None = None,
    transport: Transport | None = None,
    storages: Storages | None = None,
) -> Measured:
    """Do the step with pipes and storages, and tell what it was.

    Args:
        network: the tables.
        built: what was solved.
        operation: flows and pressures, and what the controls made of them.
        rows: rows of the substations solved.
        settled: temperatures and heat; None where they were not solved.
        transport: the pipes; they do the step here.
        storages: the storages; they do the step here.
    """
    mixed = settled.temperatures if settled is not None else None
    tables = {"junctions": _junctions(network, built, operation, mixed)}
    tables |= _branches(network, built, operation, mixed)
    tables["substations"] = _substations(network, built, operation, rows, settled)
    tables["producers"] = _producers(network, built, operation, mixed)
    tables["boundaries"] = _boundaries(network, built, operation, tables["junctions"]["t_k"])
    mass = _mass(built, operation)
    if mixed is None or transport is None:
        return Measured(tables, mass, None)

    # the step itself
    at, count, capacity = built.rows["pipes"], len(network.pipes), network.liquid.heat_capacity
    flow = spread(count, at, mixed.flow[: len(at)], 0.0)
    inlet = spread(count, at, mixed.inlet_k[: len(at)], 300.0)
    if transport.remembers:  # what is shut off, stands
        shut = np.ones(count, dtype=bool)
        shut[at] = False
        for column, kelvin in zip(("t_from_k", "t_to_k"), transport.resting_k(flow, inlet), strict=True):
            tables["pipes"][column][shut] = kelvin[shut]
    carried = transport.carry(flow, inlet)
    outlet = spread(count, at, mixed.outlet_k[: len(at)], 300.0)
    exchange = np.zeros(count) if carried.exchange_w is None else carried.exchange_w
    own = capacity * np.abs(flow) * (inlet - outlet) - carried.loss_w - carried.stored_w - exchange
    tables["pipes"] |= {"loss_w": carried.loss_w, "exchange_w": exchange, "stored_w": carried.stored_w}
    names = [f"pipe '{name}'" for name in network.pipes.index[np.argsort(np.abs(own))[-1:]]]
    stored = float(carried.stored_w.sum())
    held = Carried(np.zeros(0), np.zeros(0))
    if storages is not None:
        tables["storages"], held, missed = _storages(network, storages, mixed)
        if np.abs(missed).max(initial=0.0) > np.abs(own).max(initial=0.0):
            names = [f"storage '{network.storages.index[int(np.argmax(np.abs(missed)))]}'"]
    terms = np.nan_to_num(
        np.concatenate(
            [
                tables["producers"]["heat_w"],
                tables["heat_exchangers"]["heat_w"],
                -tables["substations"]["heat_w"],
                -carried.loss_w,
                -carried.stored_w,
                -held.loss_w,
                -held.stored_w,
                [_carried_in(tables["boundaries"], capacity)],
            ]
        )
    )
    # rounding of the flows carries the temperature difference, so that much is the measure where little heat is given
    through = capacity * float(np.abs(mixed.flow).max()) * float(np.ptp(mixed.node_k))
    gives, takes = float(terms[terms > 0].sum()), float(-terms[terms < 0].sum())
    energy = Balance("network", "energy", gives, takes, "W", TOLERANCE, max(gives, takes, 1e-3 * through) or None)
    return Measured(tables, mass, energy, stored + float(held.stored_w.sum()), *names)


def _storages(network: Network, storages: Storages, mixed: Temperatures) -> tuple[Columns, Carried, Array]:
    """Columns of the storages, what they did, and what their own balances miss (W)."""
    flow, used = storages.flow, storages.flow != 0.0
    inlet = np.where(used, mixed.storage_inlet_k, 300.0)
    held = storages.carry(inlet)
    given = np.where(used, network.liquid.heat_capacity * np.abs(flow) * (inlet - mixed.storage_outlet_k), 0.0)
    layers = [tank.layers_k for tank in storages.tanks]
    columns = {
        "mdot_kg_per_s": flow,
        "heat_w": given,
        "t_in_k": mixed.storage_inlet_k,
        "t_out_k": mixed.storage_outlet_k,
        "t_top_k": np.array([layer[0] for layer in layers]),
        "t_mean_k": np.array([layer.mean() for layer in layers]),
        "t_bottom_k": np.array([layer[-1] for layer in layers]),
        "loss_w": held.loss_w,
        "stored_w": held.stored_w,
    }
    return columns, held, given - held.loss_w - held.stored_w


def _mass(built: Hydraulics, operation: Operation) -> Balance:
    """What arrives at and leaves the junction with the worst balance, against the largest flow."""
    flow, graph, entering = operation.state.mass_flow_kg_per_s, built.network, operation.entering
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
    return Balance("network", f"mass at junction '{graph.node_names[worst]}'", *sides, "kg/s", TOLERANCE, largest)


def _junctions(network: Network, built: Hydraulics, operation: Operation, mixed: Temperatures | None) -> Columns:
    """Pressures from piezometric ones, heads and temperatures."""
    count, live = len(network.junctions), np.flatnonzero(built.live)
    weight = network.liquid.density * GRAVITY
    piezometric = spread(count, live, operation.state.pressure_pa)
    return {
        "p_pa": piezometric - weight * network.junctions.height_m.to_numpy(dtype=float),
        "head_m": piezometric / weight,
        "t_k": np.full(count, np.nan) if mixed is None else spread(count, live, mixed.node_k[: len(live)]),
    }


def _branches(
    network: Network, built: Hydraulics, operation: Operation, mixed: Temperatures | None
) -> dict[str, Columns]:
    """Pipes, valves, heat exchangers and pumps."""
    told, first, state = {}, 0, operation.state
    for table in BRANCHES[:4]:
        frame, rows = network.table(table), built.rows[table]
        part, count = slice(first, first + len(rows)), len(frame)
        flow = spread(count, rows, state.mass_flow_kg_per_s[part], 0.0)
        begin = end = np.full(count, np.nan)
        if mixed is not None:
            forward, still = mixed.flow[part] > 0.0, mixed.flow[part] == 0.0
            inlet, outlet = mixed.inlet_k[part], mixed.outlet_k[part]
            rest = mixed.resting_k if table == "pipes" else (np.full(len(rows), np.nan),) * 2
            begin = spread(count, rows, np.where(still, rest[0], np.where(forward, inlet, outlet)))
            end = spread(count, rows, np.where(still, rest[1], np.where(forward, outlet, inlet)))
        ends = {"t_from_k": begin, "t_to_k": end}
        columns = {"mdot_kg_per_s": flow, "dp_pa": spread(count, rows, state.drop_pa[part])}
        if table == "pipes":
            columns = _pipes(network, columns, ends)
        else:
            columns |= ends
        if table == "heat_exchangers":
            columns["heat_w"] = spread(count, rows, frame.heat_w.to_numpy(dtype=float)[rows], 0.0)
        elif table == "pumps":
            columns["speed"] = spread(count, rows, operation.speed)
            power = -flow * columns["dp_pa"] / network.liquid.density
            # a pump pressed backwards, or that only resists, is not driven
            driven = np.where(np.isnan(power), 0.0, np.maximum(power, 0.0))
            columns["electric_w"] = driven / frame.efficiency.to_numpy(dtype=float)
        told[table] = columns
        first += len(rows)
    return told


def _pipes(network: Network, columns: Columns, ends: Columns) -> Columns:
    """What only pipes have: velocity and Reynolds number; their losses and exchange are known after the step."""
    liquid, diameter = network.liquid, network.pipes.inner_diameter_m.to_numpy(dtype=float)
    speed = columns["mdot_kg_per_s"] / (liquid.density * np.pi / 4.0 * diameter**2)
    nothing = np.full(len(speed), np.nan)
    reynolds = liquid.density * np.abs(speed) * diameter / liquid.viscosity
    head = {"mdot_kg_per_s": columns["mdot_kg_per_s"], "v_m_per_s": speed, "dp_pa": columns["dp_pa"]}
    return head | ends | {"loss_w": nothing, "exchange_w": nothing, "reynolds": reynolds}


def _substations(
    network: Network, built: Hydraulics, operation: Operation, rows: Index, settled: Settled | None
) -> Columns:
    """Flows, heat, temperatures and differences; those cut off take nothing."""
    table, count, flow = network.substations, len(network.substations), operation.flow
    difference = _between(network, built, operation, "substations", ("supply_junction", "return_junction"))
    columns = {"mdot_kg_per_s": spread(count, rows, flow, 0.0)}
    nothing = np.full(count, np.nan)
    if settled is None:
        columns |= dict.fromkeys(("heat_w", "unmet_w", "t_supply_k", "t_return_k"), nothing)
    else:
        mixed, part = settled.temperatures, settled.draws.part
        heat = spread(count, rows, settled.taken, 0.0)
        asked = table.demand_w.to_numpy(dtype=float) + table.dhw_demand_w.to_numpy(dtype=float)
        demand = np.where(table.in_service.to_numpy(dtype=bool), asked, 0.0)
        unmet = demand - heat
        columns["heat_w"] = heat
        columns["unmet_w"] = np.where(unmet > settled.resolved * demand, unmet, 0.0)
        columns["t_supply_k"] = spread(count, rows, mixed.inlet_k[part])
        columns["t_return_k"] = spread(count, rows, np.where(flow > 0.0, mixed.outlet_k[part], np.nan))
    return columns | {"difference_pa": difference, "short_pa": spread(count, rows, operation.short_pa, 0.0)}


def _producers(network: Network, built: Hydraulics, operation: Operation, mixed: Temperatures | None) -> Columns:
    """Flows, heat, temperatures and differences."""
    table, rows, count = network.producers, built.rows["producers"], len(network.producers)
    first = len(built.network.start) - len(rows)  # they come last
    flow = spread(count, rows, operation.state.mass_flow_kg_per_s[first:], 0.0)
    supply = np.where(table.in_service, table.supply_k.to_numpy(dtype=float), np.nan)
    back, heat = np.full(count, np.nan), np.where(flow != 0.0, np.nan, 0.0)
    if mixed is not None:
        moves = mixed.flow[first:] > 0.0
        delivered = np.where(moves, mixed.outlet_k[first:], operation.supply_k)
        back = spread(count, rows, mixed.node_k[built.network.start[first:]])
        supply = np.where(table.in_service, spread(count, rows, delivered), np.nan)
        rise = np.where(flow != 0.0, supply - back, 0.0)
        heat = network.liquid.heat_capacity * spread(count, rows, mixed.flow[first:], 0.0) * rise
    difference = _between(network, built, operation, "producers", ("supply_junction", "return_junction"))
    return {
        "mdot_kg_per_s": flow,
        "heat_w": heat,
        "t_supply_k": supply,
        "t_return_k": back,
        "difference_pa": difference,
    }


def _boundaries(network: Network, built: Hydraulics, operation: Operation, junction_k: Array) -> Columns:
    """What enters, and its temperature."""
    table = network.boundaries
    own = np.zeros(len(table))
    mine = (built.inlets.kind[built.inlets.live] == "boundary").to_numpy()
    named = built.inlets.name[built.inlets.live][mine]
    own[table.index.get_indexer(pd.Index(named))] = operation.entering[mine]
    at = junction_k[network.junctions.index.get_indexer(pd.Index(table.junction))]
    return {"mdot_kg_per_s": own, "t_k": np.where(own > 0.0, table.supply_k.to_numpy(dtype=float), at)}


def _between(network: Network, built: Hydraulics, operation: Operation, table: str, ends: tuple[str, str]) -> Array:
    """True pressure at one junction of each row less that at the other (Pa)."""
    index, frame = network.junctions.index, network.table(table)
    pressure = spread(len(index), np.flatnonzero(built.live), operation.state.pressure_pa)
    true = pressure - network.liquid.density * GRAVITY * network.junctions.height_m.to_numpy(dtype=float)
    begin, end = (true[index.get_indexer(pd.Index(frame[name]))] for name in ends)
    return np.asarray(begin - end)


def _carried_in(boundaries: Columns, capacity: float) -> float:
    """Heat that boundaries bring in, less what they take out (W)."""
    # counted from a mean, so that rounding of the flows does not carry 300 K; what enters also leaves
    flow = boundaries["mdot_kg_per_s"]
    moving = flow != 0.0
    mean = float(boundaries["t_k"][moving].mean()) if moving.any() else 0.0
    return capacity * float((flow[moving] * (boundaries["t_k"][moving] - mean)).sum())
