"""Solved steps of a radial network; pressures are found here, all steps at once."""

from collections.abc import Iterable
from functools import cached_property
from typing import override

import numpy as np

from rack2city.arrays import Array
from rack2city.network.components.columns import Values
from rack2city.network.hydraulics.laws import pipe_pressure_drop
from rack2city.network.solvers.build.inlets import BOUNDARY
from rack2city.network.solvers.radial.find import Radial, Side
from rack2city.network.solvers.radial.step import RadialSteps, SideSteps
from rack2city.network.solvers.steps.view import View
from rack2city.network.tables.arrays import Varying

RESOLVED = 1e-8
"""Share of a demand below which what is missing is the iteration's (-)."""


class RadialView(View):
    """See `View`; what was solved in some steps, with the values of the tables through time."""

    def __init__(self, radial: Radial, varying: Varying, steps: slice, done: RadialSteps) -> None:
        super().__init__(radial.built, RESOLVED, done.passes, done.least_heat_w)
        self._radial, self._varying, self._steps, self._done = radial, varying, steps, done
        flows = self._signed(side.flow for side in done.sides)
        self.branch_flow = self._branches(flows, done.flow, done.flow.sum(axis=0))
        self.node_k, self.station_w = self._nodes(side.node_k for side in done.sides), done.taken
        self.pipe_heat, self.worst = self._pipe_heat(), self._worst()
        if self._needed is None:  # of a given lift, which may be too small; none asks for more than nothing here
            lacks = np.where(done.flow > 0.0, np.maximum(self._way - self._lift, 0.0), 0.0)
            self.short_pa = self.rows("substations", lacks, 0.0)

    @override
    def column(self, table: str, name: str) -> Array:
        return self._varying.column(table, name, self._steps)

    def _branches(self, sides: Iterable[Array], stations: Array, plant: Array) -> Array:
        """Values of both sides' pipes as their tables draw them, of substations and of the producer as branches."""
        built, column = self.built, np.empty((len(self.built.network.start), len(self.passes)))
        for side, values in zip(self._radial.sides, sides, strict=True):
            column[side.branch] = values
        column[built.part["substations"]], column[built.part["producers"]] = stations, plant
        return column

    def _nodes(self, sides: Iterable[Array]) -> Array:
        column = np.empty((len(self.built.network.node_names), len(self.passes)))
        for side, values in zip(self._radial.sides, sides, strict=True):
            column[side.nodes] = values
        return column

    def _signed(self, sides: Iterable[Array]) -> Iterable[Array]:
        return (side.sign * values for side, values in zip(self._radial.sides, sides, strict=True))

    @cached_property
    @override
    def branch_drop(self) -> Array:
        return self._branches(self._signed(self._drops), self._lift - self._way, -self._lift)

    @cached_property
    def _drops(self) -> tuple[Array, Array]:
        """Pressure drops of the pipes in the direction of their flow, supply and return (P x H)."""
        column, liquid, friction = self.built.arrays["pipes"], self.built.arrays.liquid, self.built.arrays.friction

        def drop(side: Side, done: SideSteps) -> Array:
            names = ("length_m", "inner_diameter_m", "roughness_m", "minor_loss")
            length, diameter, roughness, minor = (column[name][side.rows, None] for name in names)
            water = liquid.density, liquid.viscosity
            return pipe_pressure_drop(done.flow, length, diameter, roughness, *water, minor, friction)

        supply, back = zip(self._radial.sides, self._done.sides, strict=True)
        out = drop(*supply)
        return out, out if self._radial.mirrored else drop(*back)

    @cached_property
    def _ways(self) -> tuple[Array, Array]:
        """Pressure drops from the root to each node of the supply, and from each node of the return to its root."""
        out, back = self._drops
        supply = self._radial.supply.sweeps.along(out)
        return supply, supply if self._radial.mirrored else self._radial.back.sweeps.along(back)

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
        return np.broadcast_to(given + static, (len(self.passes),))

    @cached_property
    @override
    def node_pa(self) -> Array:
        out, back = self._ways
        inlets = self.built.inlets
        nodes = self._nodes((self._lift - out, back))
        of_boundary = inlets.kind[0] == BOUNDARY
        holder = ("boundaries", "pressure_pa") if of_boundary else ("producers", "return_pressure_pa")
        given = self.column(*holder)[:, inlets.row[0]] + self.built.weight_pa[inlets.node[0]]
        return np.asarray(nodes + (given - nodes[inlets.node[0]]))

    @cached_property
    @override
    def branch_ends_k(self) -> tuple[Array, Array]:
        start, end, (supply, back) = [], [], self._done.sides
        for way, side, each in zip((1.0, -1.0), self._radial.sides, self._done.sides, strict=True):
            outward = way * side.sign > 0.0
            start.append(np.where(outward, each.near_k, each.far_k))
            end.append(np.where(outward, each.far_k, each.near_k))
        arriving, leaving = supply.node_k[self._radial.supply.station], self._done.leaving_k
        return self._branches(start, arriving, back.node_k[0]), self._branches(end, leaving, supply.node_k[0])

    def _pipe_heat(self) -> tuple[Array, Array, Array]:
        pipes, nothing = self.built.part["pipes"], np.zeros(1)

        def told(name: str) -> Array:
            sides = [getattr(side, name) for side in self._done.sides]
            if len(sides[0]) != len(self._done.sides[0].flow):  # nothing remembers, nothing is exchanged
                return np.zeros((1, pipes.stop - pipes.start))
            return self.rows("pipes", self._branches(sides, nothing, nothing)[pipes])

        return told("loss_w"), told("exchange_w"), told("stored_w")

    def _worst(self) -> tuple[Values, Array]:
        steps = np.arange(len(self.passes))
        if self._needed is None:
            return np.full(len(steps), -1), np.full(len(steps), np.nan)
        margin = self._lift - self._way - self._needed
        least = np.argmin(margin, axis=0)
        return self.built.rows["substations"][least], margin[least, steps]
