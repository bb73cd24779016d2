"""One step solved on a graph."""

from functools import cached_property
from typing import override

import numpy as np

from rack2city.arrays import Array
from rack2city.network.pipes.transport import Transport
from rack2city.network.solvers.build.compile import Compiled
from rack2city.network.solvers.graph.operate import Operation
from rack2city.network.solvers.graph.settle import Settled
from rack2city.network.solvers.graph.storages import Storages
from rack2city.network.solvers.graph.temperatures import Temperatures
from rack2city.network.solvers.steps.view import View

LEAST_K = 1e-6
"""A change of all pipes' temperature below which a step's heat is nothing (K)."""


class GraphView(View):
    """See `View`. Pipes and storages do the step when this is made. Without `settled` there are no temperatures.

    `heat_w_per_k` is the heat that a kelvin of all pipes makes in the step (W/K), zero for pipes without memory.
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
        resolved, passes = (0.0, 1) if settled is None else (settled.resolved, settled.passes)
        super().__init__(built, resolved, np.array([passes]), np.array([LEAST_K * heat_w_per_k]))
        state, control, pipes = operation.state, operation.controlled, built.arrays.count("pipes")
        self.branch_flow, self.inlet_flow = state.mass_flow_kg_per_s[:, None], operation.entering[:, None]
        self.short_pa = self.rows("substations", operation.short_pa[:, None], 0.0)
        self.speed = self.rows("pumps", control.speed[:, None])
        row = control.worst if control.worst < 0 else int(built.rows["substations"][control.worst])
        self.worst = np.array([row]), np.array([control.margin_pa])
        self._operation, self._mixed = operation, None if settled is None else settled.temperatures
        self._resting: tuple[Array, Array] | None = None
        if settled is None or transport is None:
            self.node_k = np.full((len(built.network.node_names), 1), np.nan)
            self.station_w = np.full((len(operation.flow), 1), np.nan)
            self.pipe_heat = np.full((1, pipes), np.nan), np.full((1, pipes), np.nan), np.zeros((1, pipes))
            return
        rows, mixed = built.rows["pipes"], settled.temperatures
        self.node_k, self.station_w = mixed.node_k[: len(state.pressure_pa), None], settled.taken[:, None]
        flow, inlet = mixed.of_pipes(built)
        if transport.remembers and len(rows) < pipes:
            self._resting = transport.resting_k(flow, inlet)
        done = transport.carry(flow, inlet)
        exchange = np.zeros_like(done.loss_w) if done.exchange_w is None else done.exchange_w
        self.pipe_heat = done.loss_w[None], exchange[None], done.stored_w[None]
        if storages is not None:
            self.storages = _told(storages, mixed, built.arrays.liquid.heat_capacity)

    @override
    def column(self, table: str, name: str) -> Array:
        return self.built.arrays[table][name][None]

    @property
    @override
    def branch_drop(self) -> Array:
        return self._operation.state.drop_pa[:, None]

    @property
    @override
    def node_pa(self) -> Array:
        return self._operation.state.pressure_pa[:, None]

    @cached_property
    @override
    def branch_ends_k(self) -> tuple[Array, Array]:
        mixed, ends = self._mixed, np.full((2, len(self.built.network.start)), np.nan)
        if mixed is not None:
            forward, still = mixed.flow > 0.0, mixed.flow == 0.0
            # these have an inlet and an outlet, whether something flows or not
            for table in ("substations", "producers"):
                forward[self.built.part[table]], still[self.built.part[table]] = True, False
            ends[:, self.built.part["pipes"]] = mixed.resting_k
            found = np.where(forward, (mixed.inlet_k, mixed.outlet_k), (mixed.outlet_k, mixed.inlet_k))
            ends = np.where(still, ends, found)
        return ends[0][:, None], ends[1][:, None]

    @override
    def ends_k(self, table: str) -> tuple[Array, Array]:
        start, end = super().ends_k(table)
        if table == "pipes" and self._resting is not None:  # what is shut off, stands
            shut = np.ones(start.shape[1], dtype=bool)
            shut[self.built.rows[table]] = False
            start, end = np.where(shut, self._resting[0], start), np.where(shut, self._resting[1], end)
        return start, end

    @property
    @override
    def supply_k(self) -> Array:
        table = self.built.arrays["producers"]
        given = table["supply_k"][None]
        if self._mixed is not None:
            part = self.built.part["producers"]
            delivered = np.where(self._mixed.flow[part] > 0.0, self._mixed.outlet_k[part], self._operation.supply_k)
            given = self.rows("producers", delivered[:, None])
        return np.where(table["in_service"], given, np.nan)


def _told(tanks: Storages, mixed: Temperatures, heat_capacity: float) -> dict[str, Array]:
    """Do the step of the tanks: the columns of the storages."""
    used = tanks.flow != 0.0
    inlet = np.where(used, mixed.storage_inlet_k, 300.0)
    held = tanks.carry(inlet)
    given = np.where(used, heat_capacity * np.abs(tanks.flow) * (inlet - mixed.storage_outlet_k), 0.0)
    layers = [tank.layers_k for tank in tanks.tanks]
    columns = {
        "mdot_kg_per_s": tanks.flow,
        "heat_w": given,
        "t_in_k": mixed.storage_inlet_k,
        "t_out_k": mixed.storage_outlet_k,
        "t_top_k": np.array([layer[0] for layer in layers]),
        "t_mean_k": np.array([layer.mean() for layer in layers]),
        "t_bottom_k": np.array([layer[-1] for layer in layers]),
        "loss_w": held.loss_w,
        "stored_w": held.stored_w,
    }
    return {name: values[None] for name, values in columns.items()}
