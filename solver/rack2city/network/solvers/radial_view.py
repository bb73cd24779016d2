"""Solved steps of a radial network as steps x rows of the tables; pressures are found here, all steps at once."""

from functools import cached_property

import numpy as np

from rack2city.arrays import Array
from rack2city.network.components.columns import Values
from rack2city.network.components.substations import SUBSTATIONS
from rack2city.network.hydraulics.graph import Index
from rack2city.network.hydraulics.laws import pipe_pressure_drop
from rack2city.network.solvers.compile import Compiled
from rack2city.network.solvers.radial import Radial, Side
from rack2city.network.solvers.radial_step import RadialSteps
from rack2city.network.tables.arrays import Varying


class RadialView:
    """See `View`.

    Args:
        radial: the network.
        varying: values of its tables through time.
        steps: the steps.
        done: what was solved.
        resolved: share of a demand below which what is missing is the iteration's (-).
    """

    def __init__(self, radial: Radial, varying: Varying, steps: slice, done: RadialSteps, resolved: float) -> None:
        self._radial, self._varying, self._steps, self._done = radial, varying, steps, done
        self.resolved = resolved
        self._hours = done.flow.shape[1]

    @property
    def built(self) -> Compiled:
        """See `View`."""
        return self._radial.built

    def column(self, table: str, name: str) -> Array:
        """See `View`."""
        return self._varying.column(table, name, self._steps)

    def _pipes(self, supply: Array, back: Array) -> Array:
        """Values of both sides' pipes at the rows of their table."""
        column = np.empty((self._hours, self.built.arrays.count("pipes")))
        column[:, self._radial.supply.rows], column[:, self._radial.back.rows] = supply.T, back.T
        return column

    def _stations(self, values: Array) -> Array:
        rows, count = self.built.rows["substations"], self.built.arrays.count("substations")
        if len(rows) == count and np.array_equal(rows, np.arange(count)):
            return np.asarray(values.T)
        column = np.zeros((self._hours, count))
        column[:, rows] = values.T
        return column

    def flow(self, table: str) -> Array:
        """See `View`."""
        done, radial = self._done, self._radial
        if table == "pipes":
            return self._pipes(radial.supply.sign * done.supply_flow, radial.back.sign * done.back_flow)
        if table == SUBSTATIONS.name:
            return self._stations(done.flow)
        flow = np.zeros((self._hours, self.built.arrays.count(table)))
        if table == "producers":
            flow[:, self.built.rows[table]] = done.flow.sum(axis=0)[:, None]
        return flow

    @cached_property
    def _drops(self) -> tuple[Array, Array]:
        """Pressure drops of the pipes in the direction of their flow, supply and return (P x H)."""
        supply = self._drop(self._radial.supply, self._done.supply_flow)
        return supply, supply if self._radial.mirrored else self._drop(self._radial.back, self._done.back_flow)

    def _drop(self, side: Side, flow: Array) -> Array:
        arrays = self.built.arrays
        length, diameter, roughness, minor = (
            arrays["pipes"][name][side.rows, None]
            for name in ("length_m", "inner_diameter_m", "roughness_m", "minor_loss")
        )
        liquid = arrays.liquid
        return pipe_pressure_drop(
            flow, length, diameter, roughness, liquid.density, liquid.viscosity, minor, arrays.friction
        )

    @cached_property
    def _ways(self) -> tuple[Array, Array]:
        """Pressure drops from the root to each node of the supply, and from each node of the return to its root."""
        supply = self._radial.supply.sweeps.along(self._drops[0])
        return supply, supply if self._radial.mirrored else self._radial.back.sweeps.along(self._drops[1])

    def drop(self, table: str) -> Array:
        """See `View`."""
        radial = self._radial
        if table == "pipes":
            return self._pipes(radial.supply.sign * self._drops[0], radial.back.sign * self._drops[1])
        if table == SUBSTATIONS.name:
            return self._stations(self._lift - self._way)
        drop = np.full((self._hours, self.built.arrays.count(table)), np.nan)
        if table == "producers":
            drop[:, self.built.rows[table]] = -self._lift[:, None]
        return drop

    @cached_property
    def _way(self) -> Array:
        """What is lost on the way to and from each substation (S x H)."""
        out, back = self._ways
        return np.asarray(out[self._radial.supply.station] + back[self._radial.back.station])

    @cached_property
    def _needed(self) -> Array | None:
        """Difference that each substation needs of a control by the worst point (S x H); None without one."""
        rows = self.built.rows["substations"]
        if self.built.column("producers", "control")[0] != "worst":
            return None
        set_point = self.column("producers", "difference_pa")[:, self.built.rows["producers"]]
        return np.asarray(np.fmax(self.column("substations", "min_difference_pa")[:, rows], set_point).T)

    @cached_property
    def _lift(self) -> Array:
        """Piezometric pressure that the producer adds (H)."""
        supply, back = self._radial.supply.nodes[0], self._radial.back.nodes[0]
        static = float(self.built.weight_pa[supply] - self.built.weight_pa[back])
        if self._needed is not None:
            return np.maximum((self._needed + self._way).max(axis=0), static)
        given = self.column("producers", "difference_pa")[:, self.built.rows["producers"]][:, 0]
        return np.broadcast_to(given + static, (self._hours,))

    @cached_property
    def piezometric_pa(self) -> Array:
        """See `View`."""
        radial, inlets = self._radial, self.built.inlets
        nodes = np.empty((len(self.built.network.node_names), self._hours))
        out, back = self._ways
        nodes[radial.back.nodes] = back
        nodes[radial.supply.nodes] = self._lift - out
        table = "boundaries" if inlets.kind[0] == 0 else "producers"
        name = "pressure_pa" if inlets.kind[0] == 0 else "return_pressure_pa"
        held = self.column(table, name)[:, inlets.row[0]] + self.built.weight_pa[inlets.node[0]]
        return np.asarray((nodes + (held - nodes[inlets.node[0]])).T)

    def ends_k(self, table: str) -> tuple[Array, Array]:
        """See `View`."""
        done, radial = self._done, self._radial
        if table == SUBSTATIONS.name:
            arriving = done.supply_node_k[radial.supply.station]
            return self._stations(arriving), self._stations(done.leaving_k)
        if table != "pipes":
            nothing = np.full((self._hours, self.built.arrays.count(table)), np.nan)
            return nothing, nothing
        near = self._pipes(done.supply_start_k, done.back_start_k)
        far = self._pipes(done.supply_end_k, done.back_end_k)
        along = self._pipes(
            *(np.broadcast_to(side.sign, (len(side.rows), self._hours)) for side in (radial.supply, radial.back))
        )
        return np.where(along > 0.0, near, far), np.where(along > 0.0, far, near)

    @cached_property
    def junction_k(self) -> Array:
        """See `View`."""
        nodes = np.empty((len(self.built.network.node_names), self._hours))
        nodes[self._radial.supply.nodes] = self._done.supply_node_k
        nodes[self._radial.back.nodes] = self._done.back_node_k
        return np.asarray(nodes.T)

    @cached_property
    def taken_w(self) -> Array:
        """See `View`."""
        return self._stations(self._done.taken)

    @property
    def short_pa(self) -> Array:
        """See `View`: a radial network lacks no pressure."""
        return np.zeros((self._hours, self.built.arrays.count("substations")))

    def _of_producer(self, values: Array) -> Array:
        column = np.full((self._hours, self.built.arrays.count("producers")), np.nan)
        column[:, self.built.rows["producers"]] = values[:, None]
        return column

    @property
    def supply_k(self) -> Array:
        """See `View`."""
        return self._of_producer(self._done.supply_node_k[0])

    @property
    def return_k(self) -> Array:
        """See `View`."""
        return self._of_producer(self._done.back_node_k[0])

    @property
    def speed(self) -> Array:
        """See `View`."""
        return np.full((self._hours, self.built.arrays.count("pumps")), np.nan)

    @property
    def entering(self) -> Array:
        """See `View`: nothing enters but what holds the pressure, and that takes no flow."""
        return np.zeros((self._hours, self.built.arrays.count("boundaries")))

    @cached_property
    def pipe_heat(self) -> tuple[Array, Array, Array]:
        """See `View`."""
        done, radial = self._done, self._radial
        sizes = (done.supply_flow.shape, done.back_flow.shape)

        def both(pair: tuple[Array, Array]) -> Array:
            return self._pipes(*(np.broadcast_to(values, size) for values, size in zip(pair, sizes, strict=True)))

        if done.stored_w[0].shape != sizes[0]:  # nothing remembers, nothing is exchanged
            nothing = np.zeros((1, len(radial.supply.rows) + len(radial.back.rows)))
            return both(done.loss_w), nothing, nothing
        return both(done.loss_w), both(done.exchange_w), both(done.stored_w)

    @property
    def storages(self) -> dict[str, Array]:
        """See `View`."""
        return {}

    @cached_property
    def mass(self) -> tuple[Array, Array, Index]:
        """See `View`: of each side's nodes, what their pipe brings or takes against all else there."""
        found, sides = [], [(self._radial.supply, self._done.supply_flow), (self._radial.back, self._done.back_flow)]
        for side, flow in sides[: 1 if self._radial.mirrored else 2]:
            through = np.concatenate([self._done.flow.sum(axis=0)[None], flow])
            onwards = side.on_nodes(self._done.flow)
            np.add.at(onwards, side.sweeps.parent, flow)
            worst = np.argmax(np.abs(through - onwards), axis=0)
            steps = np.arange(self._hours)
            found.append((through[worst, steps], onwards[worst, steps], side.nodes[worst]))
        if self._radial.mirrored:  # the return is the supply once more
            return found[0]
        (a, b, node), (c, d, other) = found
        second = np.abs(c - d) > np.abs(a - b)
        return np.where(second, c, a), np.where(second, d, b), np.where(second, other, node)

    @property
    def extent(self) -> tuple[Array, Array]:
        """See `View`; no flow is larger than the plant's."""
        sides = (self._done.supply_node_k, self._done.back_node_k)
        warmest, coldest = (np.stack([end(side, axis=0) for side in sides]) for end in (np.max, np.min))
        return self._done.flow.sum(axis=0), warmest.max(axis=0) - coldest.min(axis=0)

    @property
    def least_heat_w(self) -> Array:
        """See `View`."""
        return self._done.least_heat_w

    @property
    def about(self) -> dict[str, Values]:
        """See `View`."""
        passes = self._done.passes
        if self._needed is None:
            return {"passes": passes, "worst": np.full(self._hours, -1), "margin_pa": np.full(self._hours, np.nan)}
        margin = self._lift - self._way - self._needed
        least = np.argmin(margin, axis=0)
        rows = self.built.rows["substations"][least]
        return {"passes": passes, "worst": rows, "margin_pa": margin[least, np.arange(self._hours)]}
