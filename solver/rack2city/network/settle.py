"""The flows of a radial network at which every valve agrees with the temperature that arrives at it."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import scipy.sparse as sp

from rack2city.errors import ConvergenceError
from rack2city.network.hydraulics.friction import Array
from rack2city.network.hydraulics.graph import Index
from rack2city.network.hydraulics.liquid import Liquid
from rack2city.network.offtake import Duty, Offtake
from rack2city.network.sweeps import TreeSweeps
from rack2city.network.tree import RadialTree

TOLERANCE = 1e-10
"""Largest accepted last change of a substation's flow, relative to the root's in that hour (-)."""
_TEMPERATURE_K = 1e-7  # largest accepted difference of the arriving temperatures taken and found
_EXACT_K = 1e-10
_ROUNDING_K = 1e-12
_NEAR_K = 1e-4  # closer than this, the test of a step is rounding, and Newton's method needs none
_PATIENCE = 60  # iterations with the lax test of a step
_REACH = 2.0  # growth of the share of Newton's step that is tried after a shortened one
_TINY = float(np.finfo(float).tiny)
_STANDING = 1e6  # transfer units of standing water: any large number, so that products with it stay finite


@dataclass(frozen=True)
class Layout:
    """A tree with its substations in the order of the sweeps; arrays are (pipes, nodes or substations) x hours.

    Attributes:
        tree: pipe pairs.
        substations: where heat is taken.
        liquid: constant properties.
        supply_w_per_k: heat loss coefficient times length of each supply pipe, one column.
        return_w_per_k: the same of the return pipe.
        station: renumbered node of each substation.
    """

    tree: RadialTree
    substations: Offtake
    liquid: Liquid
    supply_w_per_k: Array
    return_w_per_k: Array
    station: Index

    @classmethod
    def of(cls, tree: RadialTree, substations: Offtake, liquid: Liquid) -> "Layout":
        """Put everything in the order of the tree's sweeps."""
        order = tree.sweeps.order
        length = np.asarray(tree.length_m, dtype=float)
        supply, back = (
            (length * np.broadcast_to(np.asarray(loss, dtype=float), length.shape))[order, None]
            for loss in (tree.supply_loss_w_per_m_k, tree.return_loss_w_per_m_k)
        )
        return cls(
            tree, substations, liquid, supply, back, tree.sweeps.slot[np.asarray(substations.node, dtype=np.intp)]
        )

    @property
    def sweeps(self) -> TreeSweeps:
        """Sums along the ways of the tree."""
        return self.tree.sweeps

    @cached_property
    def _summing(self) -> sp.csr_array | None:
        """Nodes x substations, for nodes with several substations; None where all have one at most."""
        count = self.station.size
        if np.unique(self.station).size == count:
            return None
        entries = (np.ones(count), (self.station, np.arange(count)))
        return sp.csr_array(entries, shape=(len(self.tree.node_names), count))

    @cached_property
    def _place(self) -> Index:
        """Renumbered pipe of each original pipe."""
        place = np.empty_like(self.sweeps.order)
        place[self.sweeps.order] = np.arange(place.size)
        return place

    def original(self, pipes: Array) -> Array:
        """A pipe quantity in the tree's own order."""
        return pipes[self._place]

    def on_nodes(self, stations: Array) -> Array:
        """Sum of a quantity of substations at each node."""
        if self._summing is not None:
            return np.asarray(self._summing @ stations)
        nodes = np.zeros((len(self.tree.node_names), stations.shape[1]))
        nodes[self.station] = stations
        return nodes

    def pipe_flow(self, flow: Array) -> Array:
        """Mass flow of every pair: all substations beyond it."""
        return self.sweeps.beyond(self.on_nodes(flow))[1:]

    def units(self, w_per_k: Array, pipe_flow: Array) -> Array:
        """Transfer units `U L / (m cp)` (-); infinite where the water stands, which then is as cold as the ground."""
        capacity = pipe_flow * self.liquid.heat_capacity
        units = np.full(capacity.shape, np.inf)
        np.divide(np.broadcast_to(w_per_k, capacity.shape), capacity, out=units, where=capacity > 0.0)
        return units

    def way(self, units: Array) -> Array:
        """Transfer units from the root to each node."""
        return self.sweeps.along(np.minimum(units, _STANDING))


def settle_flows(
    layout: Layout, duty: Duty, supply: Array, ground: Array, max_iterations: int, first_hour: int = 0
) -> tuple[Array, int]:
    """Find the substation flows at which valves and arriving temperatures agree, each hour for itself.

    The unknown is the transfer units w on the way to each substation, which set the temperature that arrives; the valves
    answer with flows m(w), the flows with ways W(m) = sum of UL / (cp M) over the pipes. W nearly is a line in w for valves
    that are not at a limit, as their flow goes with one over a temperature difference. Newton's method on w = W(m(w)): its
    matrix is that of a tree of resistors, solved exactly in two sweeps. The residual w - W is the gradient, to the flows,
    of the convex function `sum of the integrals of w_i(m_i) - sum of UL/cp ln M`: so there is one solution, and a step that
    climbs out of this function's valley (residual times flow change, against that at its start) is shortened, and what
    is tried after that grows again from there.

    Args:
        layout: network and substations.
        duty: what is asked for (substations x hours).
        supply: supply temperature at the root (K), one per hour.
        ground: ground temperature (K), one per hour.
        max_iterations: iterations before giving up.
        first_hour: number of the first of these hours, for the message.

    Returns:
        Flows (kg/s, substations x hours) and the iterations of the slowest hour.

    Raises:
        ConvergenceError: an hour did not settle.
    """
    cp, shape = layout.liquid.heat_capacity, duty.heating_w.shape
    flow = np.empty(shape)
    hours = np.arange(shape[1])  # those that have not settled
    way, base, step, base_residual = (np.zeros(shape) for _ in range(4))
    base_flow = np.full(shape, np.inf)
    share, turns = np.ones(shape[1]), np.zeros(shape[1])
    first, change = True, np.zeros(0)
    for iteration in range(1, max_iterations + 1):
        excess = (supply - ground) * np.exp(-way)
        draw = layout.substations.draw(duty, ground + excess, cp)
        now, fall = draw.flow_kg_per_s, draw.fall_kg_per_s_k
        pipe_flow = layout.pipe_flow(now)
        units = np.minimum(layout.units(layout.supply_w_per_k, pipe_flow), _STANDING)
        found = layout.sweeps.along(units)[layout.station]
        apart = np.abs(excess - (supply - ground) * np.exp(-found)).max(axis=0, initial=0.0)
        moved = now - base_flow
        change = np.abs(moved).max(axis=0, initial=0.0) / np.maximum(now.sum(axis=0), _TINY)
        # a steep valve answers to the rounding of temperatures
        least = TOLERANCE + _ROUNDING_K * fall.max(axis=0, initial=0.0) / np.maximum(now.sum(axis=0), _TINY)
        settled = (apart <= _EXACT_K) | ((apart <= _TEMPERATURE_K) & (change <= least))
        if np.any(settled):
            flow[:, hours[settled]] = now[:, settled]
            keep = np.flatnonzero(~settled)
            if keep.size == 0:
                return flow, iteration
            hours, supply, ground, duty = hours[keep], supply[keep], ground[keep], duty.at(keep)
            apart, change, share, turns = apart[keep], change[keep], share[keep], turns[keep]
            way, base, step, base_residual, base_flow = (
                v[:, keep] for v in (way, base, step, base_residual, base_flow)
            )
            found, now, excess, moved, fall = (v[:, keep] for v in (found, now, excess, moved, fall))
            units, pipe_flow = units[:, keep], pipe_flow[:, keep]
        residual = way - found
        following = _newton_step(layout, fall * np.maximum(excess, 0.0), residual, units, pipe_flow)
        shorter, again, uphill = np.ones(hours.size), np.zeros(hours.size, dtype=bool), np.zeros(hours.size, dtype=bool)
        if not first:
            gained, lost = -(base_residual * moved).sum(axis=0), (residual * moved).sum(axis=0)
            # the sure sign of descent is lost <= 0; a lax test is quicker, but may go in circles
            lax = 0.5 if iteration <= _PATIENCE else 0.02
            again = (lost > lax * np.maximum(gained, 0.0)) & (apart > _NEAR_K)
            shorter = np.where(again, np.clip(gained / np.maximum(gained + lost, _TINY), 0.25, 0.5), 1.0)
            # At a kink of the valves, slopes of the wrong side may point uphill however short the step is. Those of the
            # other side are tried from there, and every other time the plain pass, which never points uphill.
            uphill = again & (gained <= 0.0) & (share < 0.5)
            turns = np.where(uphill, turns + 1, turns)
        first = False
        plain = uphill & (turns % 2 == 0)
        again &= ~uphill | plain
        # a far target stays out of reach for a while: where valves stand at a limit, the test of a step sees nothing
        share = np.where(again, shorter * share, np.minimum(1.0, _REACH * share))
        base, base_flow = np.where(again, base, way), np.where(again, base_flow, now)
        base_residual = np.where(again, base_residual, residual)
        step = np.where(again, shorter * step, share * following)
        if plain.any():
            size = np.abs(step).max(axis=0) / np.maximum(np.abs(base_residual).max(axis=0), _TINY)
            step = np.where(plain, -size * base_residual, step)
        way = np.maximum(base + step, 0.0)
    raise ConvergenceError(
        f"the flows of {hours.size} hours of the radial network did not settle in {max_iterations} iterations "
        f"(worst: hour {first_hour + hours[np.argmax(change)]}, change {change.max():.1e} of the root flow); "
        "raise the by-pass flow or lower the largest flow of the substations"
    )


def _newton_step(layout: Layout, rise: Array, residual: Array, units: Array, pipe_flow: Array) -> Array:
    """Newton's step of the ways (substations x hours).

    Args:
        layout: network and substations.
        rise: growth of each substation's flow with its way (kg/s).
        residual: ways taken less ways found (-).
        units: transfer units of the pipes (-).
        pipe_flow: their mass flow (kg/s).
    """
    fall = np.zeros_like(units)  # of a pipe's units per mass flow
    np.divide(units, pipe_flow, out=fall, where=pipe_flow > 0.0)
    potential = layout.sweeps.resist(layout.on_nodes(rise), layout.on_nodes(-rise * residual), fall)
    return -residual - potential[layout.station]
