"""Radial networks found in a graph: one producer, and two trees of pipes that only substations join."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import scipy.sparse as sp
from scipy.sparse.csgraph import breadth_first_order

from rack2city.arrays import Array
from rack2city.network.hydraulics.graph import Index
from rack2city.network.pipes.pairs import Pairs
from rack2city.network.solvers.build.compile import Compiled
from rack2city.network.solvers.radial.sweeps import TreeSweeps

STANDING = 1e6
"""Transfer units of standing water (-): any large number, so that products with it stay finite."""


@dataclass(frozen=True)
class Side:
    """The supply or the return: P pipes and P + 1 nodes in the order of the sweeps, root first; S substations.

    `nodes` and `branch` are what nodes and pipes are in the graph, `rows` the pipes' rows of the table, `station` the
    places of the substations' nodes. `sign` is +1 where the table draws a pipe as its water flows: outwards in the supply,
    inwards in the return (P, 1). Pipes lose by `own_w_per_k` (P, 1); `heat_capacity` is the liquid's (J/(kg K)).
    """

    sweeps: TreeSweeps
    nodes: Index
    branch: Index
    rows: Index
    sign: Array
    station: Index
    own_w_per_k: Array
    heat_capacity: float

    @cached_property
    def _summing(self) -> sp.csr_array | None:
        """Nodes x substations, for nodes with several substations; None where all have one at most."""
        count = self.station.size
        if np.unique(self.station).size == count:
            return None
        entries = (np.ones(count), (self.station, np.arange(count)))
        return sp.csr_array(entries, shape=(len(self.nodes), count))

    def on_nodes(self, stations: Array) -> Array:
        """Sum of a quantity of substations (S x H) at each node (P + 1 x H)."""
        if self._summing is not None:
            return np.asarray(self._summing @ stations)
        nodes = np.zeros((len(self.nodes), stations.shape[1]))
        nodes[self.station] = stations
        return nodes

    def through(self, flow: Array) -> Array:
        """Mass flow through every node (P + 1 x H): that of all substations beyond it (S x H). Pipes have their end's."""
        return self.sweeps.beyond(self.on_nodes(flow))

    def units(self, pipe_flow: Array) -> Array:
        """Transfer units `U L / (m cp)` (-); infinite where the water stands, which then is as cold as the ground."""
        capacity = pipe_flow * self.heat_capacity
        units = np.full(capacity.shape, np.inf)
        np.divide(np.broadcast_to(self.own_w_per_k, capacity.shape), capacity, out=units, where=capacity > 0.0)
        return units

    def way(self, units: Array) -> Array:
        """Transfer units from the root to each node."""
        return self.sweeps.along(np.minimum(units, STANDING))


@dataclass(frozen=True)
class Radial:
    """A radial network: the supply, from the producer outwards, and the return `back` to it.

    `pairs` are the pipes that exchange heat, by rows of the table. It is `mirrored` where the return is the supply once
    more, pipe by pipe of the same size, and has `same_losses` where its pipes then also lose the same.
    """

    built: Compiled
    supply: Side
    back: Side
    pairs: Pairs
    mirrored: bool
    same_losses: bool

    @property
    def sides(self) -> tuple[Side, Side]:
        """Supply and return."""
        return self.supply, self.back

    def return_through(self, flow: Array, through: Array) -> Array:
        """Mass flow through the nodes of the return for flows of substations (S x H) and through nodes of the supply."""
        return through if self.mirrored else self.back.through(flow)


def find_radial(built: Compiled) -> Radial | str:
    """The radial network that a graph is, or in words why it is none."""
    why = hindrance(built)
    if why:
        return why
    arrays, graph, pairs = built.arrays, built.network, Pairs.of(built.arrays["pipes"])
    plant = built.part["producers"].start
    part = built.part["substations"]
    supply = _side(built, pairs, int(graph.end[plant]), graph.start[part], outward=True)
    back = _side(built, pairs, int(graph.start[plant]), graph.end[part], outward=False)
    if supply is None or back is None:
        return "its pipes close a loop, or supply and return meet in a pipe"
    if len(supply.nodes) + len(back.nodes) != len(graph.node_names):
        return "a pipe hangs on neither the producer's supply nor its return"
    if np.any(supply.station < 0) or np.any(back.station < 0):
        return "a substation does not lie between supply and return"
    of_return = np.isin(np.arange(len(pairs.partner)), back.rows)
    if np.any((of_return == of_return[pairs.partner]) & (pairs.between_w_per_k > 0.0)):
        return "two pipes that exchange heat are both of the supply, or both of the return"
    sizes = [arrays["pipes"][name] for name in ("length_m", "inner_diameter_m", "roughness_m", "minor_loss")]
    alike = [(supply.sweeps.parent, back.sweeps.parent), (supply.station, back.station)]
    alike += [(size[supply.rows], size[back.rows]) for size in sizes]
    mirrored = all(np.array_equal(out, home) for out, home in alike)
    same_losses = mirrored and np.array_equal(supply.own_w_per_k, back.own_w_per_k)
    return Radial(built, supply, back, pairs, mirrored, same_losses)


def hindrance(built: Compiled) -> str:
    """What besides the shape of the graph makes a network other than radial; empty if nothing does."""
    arrays, part, inlets = built.arrays, built.part, built.inlets
    plants, stations = part["producers"], part["substations"]
    if plants.stop - plants.start != 1 or built.column("producers", "mode")[0] != "pressure":
        return "it has not just one producer, of mode 'pressure'"
    if not np.isnan(built.column("producers", "max_power_w")[0]):
        return "its producer has a largest power"
    if any(part[table].start != part[table].stop for table in set(part) - {"pipes", "substations", "producers"}):
        return "it has valves, heat exchangers, pumps or the like"
    if arrays.count("storages") or not (len(inlets.kind) == 1 and inlets.holds.all()):
        return "it has storages, flows given at boundaries, or several given pressures"
    if stations.start == stations.stop:
        return "it has no substation"
    if len(built.rows["pipes"]) != arrays.count("pipes") or not built.live.all():
        return "pipes are out of service or cut off"
    worst = built.column("producers", "control")[0] == "worst"
    limited = not worst or not np.isnan(built.column("producers", "max_difference_pa")[0])
    if limited and np.any(built.column("substations", "min_difference_pa") > 0.0):
        return "a substation may lack pressure"
    return ""


def _side(built: Compiled, pairs: Pairs, root: int, at: Index, outward: bool) -> Side | None:
    """The tree of pipes that hangs on a node; None where these pipes are no tree."""
    graph, count = built.network, len(built.network.node_names)
    pipes = built.part["pipes"]
    start, end = graph.start[pipes], graph.end[pipes]
    # both ways of each pipe, so that the order is that of the junctions however pipes are drawn
    both = np.concatenate([start, end]), np.concatenate([end, start])
    order, before = breadth_first_order(sp.csr_array((np.ones(2 * len(start)), both), shape=(count, count)), root)
    mine = np.zeros(count, dtype=bool)
    mine[order] = True
    own = np.flatnonzero(mine[start])
    if own.size != order.size - 1:
        return None
    forward = before[end[own]] == start[own]
    slot, feeding = np.full(count, -1, dtype=np.intp), np.empty(count, dtype=np.intp)
    slot[order], feeding[np.where(forward, end[own], start[own])] = np.arange(order.size), np.arange(own.size)
    place = feeding[order[1:]]
    chosen, along = own[place], np.where(forward[place] == outward, 1.0, -1.0)
    rows = built.rows["pipes"][chosen]
    return Side(
        TreeSweeps(slot[before[order[1:]]]),
        order,
        chosen + pipes.start,
        rows,
        along[:, None],
        slot[at],
        pairs.own_w_per_k[rows, None],
        built.arrays.liquid.heat_capacity,
    )
