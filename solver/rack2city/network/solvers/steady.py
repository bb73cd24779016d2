"""The steady state of a network, as tables of results."""

import numpy as np
import pandas as pd

from rack2city.errors import InputError
from rack2city.network.components import COMPONENTS
from rack2city.network.consumers.stations import Stations
from rack2city.network.hydraulics.friction import Array
from rack2city.network.pipes.pairs import Pairs
from rack2city.network.pipes.transport import SteadyPipes
from rack2city.network.solvers.compile import Compiled, compile_network
from rack2city.network.solvers.graph_view import GraphView
from rack2city.network.solvers.operate import operate
from rack2city.network.solvers.settle import Settled, settle
from rack2city.network.solvers.storages import Storages
from rack2city.network.solvers.tell import balances, told
from rack2city.network.solvers.view import View
from rack2city.network.tables.arrays import Arrays
from rack2city.network.tables.check import check_network
from rack2city.network.tables.network import Network
from rack2city.network.tables.results import SteadyResult

PIECES = 12
"""Pieces of each pipe in the steady state that a simulation starts from (-)."""


def solve_steady(network: Network, heat: bool = True, max_iterations: int = 200) -> SteadyResult:
    """Solve flows, pressures and temperatures.

    Args:
        network: the tables.
        heat: whether to solve temperatures too; without, all of them are NaN and no `supply_k` is needed, but then every
            substation needs a given flow.
        max_iterations: largest number of passes between flows and temperatures.

    Returns:
        The tables of results, and the balances of mass and energy.

    Raises:
        InputError: a fault in the tables, named by table, row and column, or a component that is not supported.
        ConvergenceError: flows, or flows and temperatures together, did not converge.
        BalanceError: mass or energy does not balance to 1e-6 of what enters.

    Assumes constant properties of the liquid and no heat of friction. A substation takes its demand by cooling its flow
    to `return_set_k`; between its least and largest flow it opens as needed, and what it cannot take is `unmet_w`.
    """
    check_network(network)
    arrays = Arrays.of(network)
    tanks = arrays["storages"]["in_service"]
    if tanks.any():
        name = arrays.name("storages", int(tanks.argmax()))
        raise InputError(f"table storages, row '{name}', steady solver: storages have no steady state")
    built = compile_network(arrays)
    stations = stations_of(built)
    if not heat:
        if stations.follows.any():
            row = int(built.rows["substations"][int(stations.follows.argmax())])
            raise InputError(
                f"table substations, row '{arrays.name('substations', row)}': its flow follows from temperatures, so these "
                "must be solved (heat=True), or mass_flow_kg_per_s given"
            )
        return _result(GraphView(built, operate(built, stations, stations.least_kg_per_s, None, None)), "graph")
    settled, pipes = steady_state(built, None, max_iterations)
    return _result(GraphView(built, settled.operation, settled, pipes), "graph")


def stations_of(built: Compiled) -> Stations:
    """The substations that are branches, with their values as they are now."""
    rows, table = built.rows["substations"], built.arrays["substations"]
    columns = {name: values[rows] for name, values in table.items()}
    return Stations.of(columns, built.arrays.liquid.heat_capacity)


def steady_state(built: Compiled, storages: Storages | None, max_passes: int = 200) -> tuple[Settled, SteadyPipes]:
    """Flows and temperatures of pipes without memory."""
    column = built.arrays["pipes"]
    pipes = SteadyPipes(Pairs.of(column), column["ambient_k"], built.arrays.liquid.heat_capacity)
    return settle(built, stations_of(built), pipes, storages, max_passes=max_passes), pipes


def steady_profile(settled: Settled, pipes: SteadyPipes) -> Array:
    """Temperatures of equal pieces of all pipes of the table, from start to end (pieces x P, K)."""
    rows, mixed = settled.built.rows["pipes"], settled.temperatures
    count = settled.built.arrays.count("pipes")
    flow, inlet = np.zeros(count), np.full(count, 300.0)
    flow[rows], inlet[rows] = mixed.flow[: len(rows)], mixed.inlet_k[: len(rows)]
    return pipes.profile(flow, inlet, PIECES)


def _result(view: View, method: str) -> SteadyResult:
    """One solved step in tables."""
    network = view.built.arrays.network
    tables = {}
    for table, component in COMPONENTS.items():
        if names := [quantity.name for quantity in component.results if not quantity.in_time]:
            columns = told(view, table)
            tables[table] = pd.DataFrame({name: columns[name]()[0] for name in names}, index=network.table(table).index)
    mass, energy = balances(view).worst(view)
    about = view.about
    worst = int(about["worst"][0])
    return SteadyResult(
        tables,
        mass=mass,
        energy=energy if view.junction_k.size and (view.junction_k == view.junction_k).any() else None,
        passes=int(about["passes"][0]),
        friction=network.friction,
        worst=str(network.substations.index[worst]) if worst >= 0 else "",
        margin_pa=float(about["margin_pa"][0]),
        method=method,
    ).require()
