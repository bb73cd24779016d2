"""The steady state of a network, as tables of results."""

import numpy as np
import pandas as pd

from rack2city.errors import InputError
from rack2city.network.components import COMPONENTS
from rack2city.network.solvers.build.compile import compile_network, joints, refreshed
from rack2city.network.solvers.graph.operate import operate
from rack2city.network.solvers.graph.settle import stations_of
from rack2city.network.solvers.graph.steady import steady_state
from rack2city.network.solvers.graph.view import GraphView
from rack2city.network.solvers.radial.find import Radial, find_radial
from rack2city.network.solvers.radial.run import solve_view, without_memory
from rack2city.network.solvers.steps.tell import balances, told
from rack2city.network.solvers.steps.view import View
from rack2city.network.tables.arrays import Varying, arrays_of
from rack2city.network.tables.check import check_network
from rack2city.network.tables.network import Network
from rack2city.network.tables.results import SteadyResult


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
    return prepare(network).solve(heat, max_iterations)


class Prepared:
    """A network ready to be solved again and again: checked, and all found that follows from its structure; see `prepare`.

    Attributes:
        arrays: its values; loads, temperatures and set-points may be overwritten in place between solutions.
    """

    def __init__(self, network: Network) -> None:
        check_network(network)
        self.arrays = arrays = arrays_of(network)
        tanks = arrays["storages"]["in_service"]
        if tanks.any():
            name = arrays.name("storages", int(tanks.argmax()))
            raise InputError(f"table storages, row '{name}', steady solver: storages have no steady state")
        self._compile()

    def _compile(self) -> None:
        self._built = compile_network(self.arrays)
        self._found = find_radial(self._built)

    @property
    def _radial(self) -> Radial | str:
        """The radial network, if the values as they are allow it, or in words why not."""
        return without_memory(self._found, self.arrays["pipes"]["ambient_k"][None])

    def solve(self, heat: bool = True, max_iterations: int = 200) -> SteadyResult:
        """The steady state; arguments, results and errors of `solve_steady`."""
        view = self.view(heat, max_iterations)
        return steady_result(view, self._method(heat))

    def _method(self, heat: bool) -> str:
        """Which way it is solved, and why."""
        if not heat:
            return "graph, as temperatures are not asked for"
        radial = self._radial
        return f"graph, as {radial}" if isinstance(radial, str) else "radial"

    def view(self, heat: bool = True, max_iterations: int = 200) -> View:
        """The same as arrays, without the tables of results."""
        if joints(self.arrays) != self._built.made_of:  # values were overwritten
            self._compile()
        built, radial = self._built, self._radial
        if heat and isinstance(radial, Radial):
            varying = Varying(self.arrays, [], pd.RangeIndex(1), np.zeros(1))
            return solve_view(radial, varying, slice(0, 1))
        built = refreshed(built, set(COMPONENTS))
        if heat:
            settled, pipes = steady_state(built, None, max_iterations)
            return GraphView(built, settled.operation, settled, pipes)
        stations = stations_of(built)
        if stations.follows.any():
            row = int(built.rows["substations"][int(stations.follows.argmax())])
            raise InputError(
                f"table substations, row '{self.arrays.name('substations', row)}': its flow follows from temperatures, so "
                "these must be solved (heat=True), or mass_flow_kg_per_s given"
            )
        return GraphView(built, operate(built, stations, stations.least_kg_per_s, None, None))


def prepare(network: Network) -> Prepared:
    """Check a network and find what follows from its structure, for many solutions.

    Raises:
        InputError: as `solve_steady`.
    """
    return Prepared(network)


def steady_result(view: View, method: str) -> SteadyResult:
    """One solved step in tables."""
    arrays = view.built.arrays
    tables = {}
    for table, component in COMPONENTS.items():
        if names := [quantity.name for quantity in component.results if not quantity.in_time]:
            columns = told(view, table)
            tables[table] = pd.DataFrame({name: columns[name](view)[0] for name in names}, index=arrays.names[table])
    mass, energy = balances(view).worst(view)
    (worst,), (margin_pa,) = (values.tolist() for values in view.worst)
    return SteadyResult(
        tables,
        mass=mass,
        energy=None if np.isnan(view.node_k).all() else energy,
        passes=int(view.passes[0]),
        friction=arrays.friction,
        worst=arrays.name("substations", worst) if worst >= 0 else "",
        margin_pa=margin_pa,
        method=method,
    ).require()
