"""One step solved on a graph, as steps x rows of the tables."""

from functools import cached_property

import numpy as np

from rack2city.arrays import Array
from rack2city.network.components.columns import Values
from rack2city.network.hydraulics.graph import Index
from rack2city.network.pipes.transport import Carried, Transport
from rack2city.network.solvers.compile import Compiled
from rack2city.network.solvers.inlets import BOUNDARY
from rack2city.network.solvers.operate import Operation
from rack2city.network.solvers.settle import Settled
from rack2city.network.solvers.storages import Storages
from rack2city.network.solvers.view import spread

LEAST_K = 1e-6
"""A change of all pipes' temperature below which a step's heat is nothing (K)."""


class GraphView:
    """See `View`. Pipes and storages do the step when this is made.

    Args:
        built: what was solved.
        operation: flows, pressures and controls.
        settled: temperatures and heat; None where they were not solved.
        transport: the pipes; None where temperatures were not solved.
        storages: the storages, if there are any.
        heat_w_per_k: heat that a kelvin of all pipes makes in the step (W/K); zero for pipes without memory.
    """

    def __init__(
        self,
        built: Compiled,
        operation: Operation,
        settled: Settled | None = None,
        transport: Transport | None = None,
        storages: Storages | None = None,
        heat_w_per_k: float = 0.0,
    ) -> None:
        self.built, self._operation, self._settled = built, operation, settled
        self.resolved = 0.0 if settled is None else settled.resolved
        self._mixed = None if settled is None else settled.temperatures
        self._least_heat, self._remembers = LEAST_K * heat_w_per_k, transport is not None and transport.remembers
        self._tanks = storages
        if self._mixed is None or transport is None:
            return
        rows, mixed, count = built.rows["pipes"], self._mixed, built.arrays.count("pipes")
        flow, inlet = np.zeros(count), np.full(count, 300.0)
        flow[rows], inlet[rows] = mixed.flow[: len(rows)], mixed.inlet_k[: len(rows)]
        self._resting = transport.resting_k(flow, inlet) if self._remembers and len(rows) < count else None
        self._carried: Carried = transport.carry(flow, inlet)
        if storages is not None:
            self._held = storages.carry(np.where(storages.flow != 0.0, mixed.storage_inlet_k, 300.0))

    def column(self, table: str, name: str) -> Array:
        """See `View`."""
        return self.built.arrays[table][name][None]

    def _rows(self, table: str, values: Array, empty: float = float("nan")) -> Array:
        return spread(self.built.arrays.count(table), self.built.rows[table], values[None], empty)

    def flow(self, table: str) -> Array:
        """See `View`."""
        return self._rows(table, self._operation.state.mass_flow_kg_per_s[self.built.part[table]], 0.0)

    def drop(self, table: str) -> Array:
        """See `View`."""
        return self._rows(table, self._operation.state.drop_pa[self.built.part[table]])

    def ends_k(self, table: str) -> tuple[Array, Array]:
        """See `View`."""
        part, mixed = self.built.part[table], self._mixed
        if mixed is None:
            nothing = np.full((1, self.built.arrays.count(table)), np.nan)
            return nothing, nothing
        flow, inlet, outlet = mixed.flow[part], mixed.inlet_k[part], mixed.outlet_k[part]
        if table in ("substations", "producers"):
            return self._rows(table, inlet), self._rows(table, outlet)
        rest = mixed.resting_k if table == "pipes" else (np.nan, np.nan)
        still, forward = flow == 0.0, flow > 0.0
        begin = self._rows(table, np.where(still, rest[0], np.where(forward, inlet, outlet)))
        end = self._rows(table, np.where(still, rest[1], np.where(forward, outlet, inlet)))
        if table == "pipes" and self._resting is not None:  # what is shut off, stands
            shut = np.ones(begin.shape[1], dtype=bool)
            shut[self.built.rows[table]] = False
            begin[0, shut], end[0, shut] = self._resting[0][shut], self._resting[1][shut]
        return begin, end

    @cached_property
    def piezometric_pa(self) -> Array:
        """See `View`."""
        return self._on_junctions(self._operation.state.pressure_pa)

    @cached_property
    def junction_k(self) -> Array:
        """See `View`."""
        if self._mixed is None:
            return np.full((1, len(self.built.live)), np.nan)
        return self._on_junctions(self._mixed.node_k[: len(self.built.network.node_names)])

    def _on_junctions(self, values: Array) -> Array:
        return spread(len(self.built.live), np.flatnonzero(self.built.live), values[None])

    @cached_property
    def taken_w(self) -> Array:
        """See `View`."""
        if self._settled is None:
            return np.full((1, self.built.arrays.count("substations")), np.nan)
        return self._rows("substations", self._settled.taken, 0.0)

    @property
    def short_pa(self) -> Array:
        """See `View`."""
        return self._rows("substations", self._operation.short_pa, 0.0)

    @cached_property
    def supply_k(self) -> Array:
        """See `View`."""
        table = self.built.arrays["producers"]
        given = table["supply_k"]
        if self._mixed is not None:
            part = self.built.part["producers"]
            delivered = np.where(self._mixed.flow[part] > 0.0, self._mixed.outlet_k[part], self._operation.supply_k)
            given = self._rows("producers", delivered)[0]
        return np.where(table["in_service"], given, np.nan)[None]

    @cached_property
    def return_k(self) -> Array:
        """See `View`."""
        if self._mixed is None:
            return np.full((1, self.built.arrays.count("producers")), np.nan)
        at = self.built.network.start[self.built.part["producers"]]
        return self._rows("producers", self._mixed.node_k[at])

    @property
    def speed(self) -> Array:
        """See `View`."""
        return self._rows("pumps", self._operation.speed)

    @cached_property
    def entering(self) -> Array:
        """See `View`."""
        inlets, own = self.built.inlets.reached(), np.zeros((1, self.built.arrays.count("boundaries")))
        mine = inlets.kind == BOUNDARY
        own[0, inlets.row[mine]] = self._operation.entering[mine]
        return own

    @property
    def pipe_heat(self) -> tuple[Array, Array, Array]:
        """See `View`."""
        if self._mixed is None:
            nothing = np.full((1, self.built.arrays.count("pipes")), np.nan)
            return nothing, nothing, np.zeros_like(nothing)
        done = self._carried
        exchange = np.zeros_like(done.loss_w) if done.exchange_w is None else done.exchange_w
        return done.loss_w[None], exchange[None], done.stored_w[None]

    @cached_property
    def storages(self) -> dict[str, Array]:
        """See `View`."""
        tanks, mixed = self._tanks, self._mixed
        if tanks is None or mixed is None:
            return {}
        used = tanks.flow != 0.0
        fall = np.where(used, mixed.storage_inlet_k, 300.0) - mixed.storage_outlet_k
        given = np.where(used, self.built.arrays.liquid.heat_capacity * np.abs(tanks.flow) * fall, 0.0)
        layers = [tank.layers_k for tank in tanks.tanks]
        columns = {
            "mdot_kg_per_s": tanks.flow,
            "heat_w": given,
            "t_in_k": mixed.storage_inlet_k,
            "t_out_k": mixed.storage_outlet_k,
            "t_top_k": np.array([layer[0] for layer in layers]),
            "t_mean_k": np.array([layer.mean() for layer in layers]),
            "t_bottom_k": np.array([layer[-1] for layer in layers]),
            "loss_w": self._held.loss_w,
            "stored_w": self._held.stored_w,
        }
        return {name: values[None] for name, values in columns.items()}

    @cached_property
    def mass(self) -> tuple[Array, Array, Index]:
        """See `View`."""
        flow, graph = self._operation.state.mass_flow_kg_per_s, self.built.network
        inlets, nodes = self.built.inlets.reached(), len(graph.node_names)
        forth, back, entering = np.maximum(flow, 0.0), np.maximum(-flow, 0.0), self._operation.entering
        arriving = np.bincount(graph.end, forth, nodes) + np.bincount(graph.start, back, nodes)
        leaving = np.bincount(graph.start, forth, nodes) + np.bincount(graph.end, back, nodes)
        if len(inlets.node):
            arriving += np.bincount(inlets.node, np.maximum(entering, 0.0), nodes)
            leaving += np.bincount(inlets.node, np.maximum(-entering, 0.0), nodes)
        worst = int(np.argmax(np.abs(arriving - leaving)))
        return arriving[[worst]], leaving[[worst]], np.array([worst])

    @property
    def extent(self) -> tuple[Array, Array]:
        """See `View`."""
        largest = np.abs(self._operation.state.mass_flow_kg_per_s).max(keepdims=True)
        return largest, np.full(1, np.nan) if self._mixed is None else np.array([np.ptp(self._mixed.node_k)])

    @property
    def least_heat_w(self) -> Array:
        """See `View`."""
        return np.array([self._least_heat])

    @property
    def about(self) -> dict[str, Values]:
        """See `View`."""
        passes = 1 if self._settled is None else self._settled.passes
        operation = self._operation
        worst = operation.worst if operation.worst < 0 else int(self.built.rows["substations"][operation.worst])
        return {
            "passes": np.array([passes]),
            "worst": np.array([worst]),
            "margin_pa": np.array([operation.margin_pa]),
        }

    def suspect(self) -> str:
        """The pipe or storage whose own balance closes worst."""
        mixed, done, arrays = self._mixed, self._carried, self.built.arrays
        assert mixed is not None
        rows = self.built.rows["pipes"]
        through = np.zeros(arrays.count("pipes"))
        fall = mixed.inlet_k[: len(rows)] - mixed.outlet_k[: len(rows)]
        through[rows] = arrays.liquid.heat_capacity * np.abs(mixed.flow[: len(rows)]) * fall
        given = 0.0 if done.exchange_w is None else done.exchange_w
        missed = np.abs(through - done.loss_w - done.stored_w - given)
        tanks = self.storages
        if tanks:
            of_tanks = np.abs(tanks["heat_w"] - tanks["loss_w"] - tanks["stored_w"])[0]
            if of_tanks.max() > missed.max(initial=0.0):
                return f"storage '{arrays.name('storages', int(np.argmax(of_tanks)))}'"
        return f"pipe '{arrays.name('pipes', int(np.argmax(missed)))}'" if missed.size else ""
