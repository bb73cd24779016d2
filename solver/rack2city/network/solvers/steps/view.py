"""Solved steps read as rows of the tables, however they were solved."""

from abc import ABC, abstractmethod
from functools import cached_property

import numpy as np

from rack2city.arrays import Array
from rack2city.network.components.columns import Values
from rack2city.network.hydraulics.graph import Index
from rack2city.network.solvers.build.compile import Compiled
from rack2city.network.solvers.build.inlets import BOUNDARY


class View(ABC):
    """H solved steps of a graph of B branches and N nodes; temperatures are NaN where they were not solved.

    A way to solve gives the attributes, in the order of branches and nodes; results are read from what follows, as arrays of
    steps x rows of a table.

    Attributes:
        built: the graph.
        resolved: share of a demand below which what is missing is the iteration's (-).
        passes: passes of each step (H).
        least_heat_w: heat per step that rounding cannot be told from (W, H).
        branch_flow: mass flow (B x H, kg/s).
        node_k: temperature (N x H, K).
        station_w: heat that the substations take that are branches (S x H, W).
        pipe_heat: loss to the surroundings, heat given to the other pipe of the pair, and growth of the stored heat
            (H x pipes, W).
        worst: row of the substation that a control by the worst point serves last, -1 for none, and its margin (H, Pa).
        inlet_flow: what enters at each inlet that is reached (I x H, kg/s).
        short_pa: what substations lack of the pressure difference they need (H x substations, Pa).
        speed: speed of pumps (H x pumps, -).
        storages: columns of the storages; empty where there are none, or temperatures were not solved.
    """

    branch_flow: Array
    node_k: Array
    station_w: Array
    pipe_heat: tuple[Array, Array, Array]
    worst: tuple[Values, Array]

    def __init__(self, built: Compiled, resolved: float, passes: Values, least_heat_w: Array) -> None:
        self.built, self.resolved, self.passes, self.least_heat_w = built, resolved, passes, least_heat_w
        steps = len(passes)
        self.inlet_flow = np.zeros((len(built.inlets.reached().node), steps))
        self.short_pa = np.zeros((steps, built.arrays.count("substations")))
        self.speed = np.full((steps, built.arrays.count("pumps")), np.nan)
        self.storages: dict[str, Array] = {}

    @property
    @abstractmethod
    def branch_drop(self) -> Array:
        """Pressure drop, without the static head (B x H, Pa)."""

    @property
    @abstractmethod
    def branch_ends_k(self) -> tuple[Array, Array]:
        """Temperatures at start and end of branches as their tables draw them (B x H, K)."""

    @property
    @abstractmethod
    def node_pa(self) -> Array:
        """Pressure plus density times gravity times height (N x H, Pa)."""

    @abstractmethod
    def column(self, table: str, name: str) -> Array:
        """Values of a table in these steps (H x n, or 1 x n where they hold in all)."""

    def rows(self, table: str, values: Array, empty: float = float("nan")) -> Array:
        """Values of the rows that are branches (n x H) at the rows of their table."""
        return spread(self.built.arrays.count(table), self.built.rows[table], values, empty)

    def flow(self, table: str) -> Array:
        """Mass flow of a table of branches (kg/s)."""
        return self.rows(table, self.branch_flow[self.built.part[table]], 0.0)

    def drop(self, table: str) -> Array:
        """Their pressure drop (Pa)."""
        return self.rows(table, self.branch_drop[self.built.part[table]])

    def ends_k(self, table: str) -> tuple[Array, Array]:
        """Temperatures at their two ends (K)."""
        start, end = (self.rows(table, kelvin[self.built.part[table]]) for kelvin in self.branch_ends_k)
        return start, end

    @cached_property
    def piezometric_pa(self) -> Array:
        """Piezometric pressure of the junctions (Pa)."""
        return spread(len(self.built.live), np.flatnonzero(self.built.live), self.node_pa)

    @cached_property
    def junction_k(self) -> Array:
        """Temperature of the junctions (K)."""
        return spread(len(self.built.live), np.flatnonzero(self.built.live), self.node_k)

    @cached_property
    def taken_w(self) -> Array:
        """Heat that substations take (W)."""
        return self.rows("substations", self.station_w, 0.0)

    @property
    def supply_k(self) -> Array:
        """Temperature that producers deliver (K)."""
        return self.rows("producers", self.node_k[self.built.network.end[self.built.part["producers"]]])

    @property
    def return_k(self) -> Array:
        """Temperature at the return junction of producers (K)."""
        return self.rows("producers", self.node_k[self.built.network.start[self.built.part["producers"]]])

    @cached_property
    def entering(self) -> Array:
        """What enters at boundaries (kg/s)."""
        inlets = self.built.inlets.reached()
        mine = inlets.kind == BOUNDARY
        return spread(self.built.arrays.count("boundaries"), inlets.row[mine], self.inlet_flow[mine], 0.0)

    @cached_property
    def missing(self) -> tuple[Array, Index]:
        """What more leaves than arrives at the node where mass closes worst (kg/s), and that node, per step."""
        missing = self.built.network.leaving @ self.branch_flow
        np.subtract.at(missing, self.built.inlets.reached().node, self.inlet_flow)
        worst = np.argmax(np.abs(missing), axis=0)
        return missing[worst, np.arange(missing.shape[1])], worst

    def arriving(self, node: int, step: int) -> float:
        """What arrives at a node in a step (kg/s)."""
        graph, flow = self.built.network, self.branch_flow[:, step]
        signed = np.where(graph.end == node, flow, np.where(graph.start == node, -flow, 0.0))
        inlets = self.inlet_flow[self.built.inlets.reached().node == node, step]
        return float(np.maximum(signed, 0.0).sum() + np.maximum(inlets, 0.0).sum())

    @property
    def extent(self) -> tuple[Array, Array]:
        """Largest flow (kg/s) and how far the temperatures of the nodes lie apart (K), per step."""
        return np.abs(self.branch_flow).max(axis=0), np.ptp(self.node_k, axis=0)

    def suspect(self) -> str:
        """The pipe or storage whose own balance closes worst in the first of these steps."""
        start, end = self.ends_k("pipes")
        through = self.built.arrays.liquid.heat_capacity * self.flow("pipes") * (start - end)
        missed = {"pipes": through - sum(self.pipe_heat)}
        if tanks := self.storages:
            missed["storages"] = tanks["heat_w"] - tanks["loss_w"] - tanks["stored_w"]
        worst = {table: np.abs(np.nan_to_num(each[0])) for table, each in missed.items() if each.shape[1]}
        if not worst:
            return ""
        table = max(worst, key=lambda each: worst[each].max())
        return f"{table.removesuffix('s')} '{self.built.arrays.name(table, int(np.argmax(worst[table])))}'"


def spread(count: int, rows: Index, values: Array, empty: float = float("nan")) -> Array:
    """Values (rows chosen x H) as steps x all rows of a table, the rest empty."""
    if len(values) == count and count and rows[0] == 0 and np.array_equal(rows, np.arange(count)):
        return values.T
    column = np.full((values.shape[1], count), empty)
    column[:, rows] = values.T
    return column
