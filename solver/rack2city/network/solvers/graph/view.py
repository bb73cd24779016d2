"""One step solved on a graph."""

from functools import cached_property
from typing import override

import numpy as np

from rack2city.arrays import Array
from rack2city.network.components.columns import Values
from rack2city.network.pipes.transport import Carried, Transport
from rack2city.network.solvers.build.compile import Compiled
from rack2city.network.solvers.graph.operate import Operation
from rack2city.network.solvers.graph.settle import Settled
from rack2city.network.solvers.graph.storages import Storages
from rack2city.network.solvers.steps.view import View

LEAST_K = 1e-6
"""A change of all pipes' temperature below which a step's heat is nothing (K)."""


class GraphView(View):
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
        resolved, passes = (0.0, 1) if settled is None else (settled.resolved, settled.passes)
        super().__init__(built, resolved, np.array([passes]), np.array([LEAST_K * heat_w_per_k]))
        self._operation, self._tanks = operation, storages
        self._mixed = None if settled is None else settled.temperatures
        self._taken = np.full(len(operation.flow), np.nan) if settled is None else settled.taken
        self._resting: tuple[Array, Array] | None = None
        if self._mixed is None or transport is None:
            return
        rows, mixed, count = built.rows["pipes"], self._mixed, built.arrays.count("pipes")
        flow, inlet = np.zeros(count), np.full(count, 300.0)
        flow[rows], inlet[rows] = mixed.flow[: len(rows)], mixed.inlet_k[: len(rows)]
        if transport.remembers and len(rows) < count:
            self._resting = transport.resting_k(flow, inlet)
        self._carried: Carried = transport.carry(flow, inlet)
        if storages is not None:
            self._held = storages.carry(np.where(storages.flow != 0.0, mixed.storage_inlet_k, 300.0))

    @override
    def column(self, table: str, name: str) -> Array:
        return self.built.arrays[table][name][None]

    @property
    @override
    def branch_flow(self) -> Array:
        return self._operation.state.mass_flow_kg_per_s[:, None]

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
    def node_k(self) -> Array:
        nodes = len(self.built.network.node_names)
        return np.full((nodes, 1), np.nan) if self._mixed is None else self._mixed.node_k[:nodes, None]

    @cached_property
    @override
    def branch_ends_k(self) -> tuple[Array, Array]:
        mixed, count = self._mixed, len(self.built.network.start)
        if mixed is None:
            nothing = np.full((count, 1), np.nan)
            return nothing, nothing
        forward, still = mixed.flow > 0.0, mixed.flow == 0.0
        for table in ("substations", "producers"):  # they have an inlet and an outlet, whether something flows or not
            forward[self.built.part[table]], still[self.built.part[table]] = True, False
        rest = np.full((2, count), np.nan)
        rest[:, self.built.part["pipes"]] = mixed.resting_k
        start = np.where(still, rest[0], np.where(forward, mixed.inlet_k, mixed.outlet_k))
        end = np.where(still, rest[1], np.where(forward, mixed.outlet_k, mixed.inlet_k))
        return start[:, None], end[:, None]

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
    def station_w(self) -> Array:
        return self._taken[:, None]

    @property
    @override
    def short_pa(self) -> Array:
        return self.rows("substations", self._operation.short_pa[:, None], 0.0)

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

    @property
    @override
    def speed(self) -> Array:
        return self.rows("pumps", self._operation.speed[:, None])

    @property
    @override
    def inlet_flow(self) -> Array:
        return self._operation.entering[:, None]

    @property
    @override
    def pipe_heat(self) -> tuple[Array, Array, Array]:
        if self._mixed is None:
            nothing = np.full((1, self.built.arrays.count("pipes")), np.nan)
            return nothing, nothing, np.zeros_like(nothing)
        done = self._carried
        exchange = np.zeros_like(done.loss_w) if done.exchange_w is None else done.exchange_w
        return done.loss_w[None], exchange[None], done.stored_w[None]

    @cached_property
    @override
    def storages(self) -> dict[str, Array]:
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

    @property
    @override
    def worst(self) -> tuple[Values, Array]:
        place = self._operation.worst
        row = place if place < 0 else int(self.built.rows["substations"][place])
        return np.array([row]), np.array([self._operation.margin_pa])
