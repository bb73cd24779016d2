"""From tables to the graph that is solved: branches with laws, given pressures and given flows."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from rack2city.arrays import Array
from rack2city.errors import InputError
from rack2city.network.components import COMPONENTS, branches
from rack2city.network.components.component import Arrays
from rack2city.network.hydraulics.graph import BranchGroup, HydraulicNetwork, Index, Mask, parts
from rack2city.network.hydraulics.liquid import GRAVITY
from rack2city.network.solvers.build.inlets import Inlets, inlets_of
from rack2city.network.solvers.build.refuse import refuse_controls, refuse_unknown


@dataclass(frozen=True)
class Compiled:
    """A network ready to be solved; what is shut off from every given pressure is left out.

    Per table of `branches` there are the rows of it that are branches, in their order, the `part` of the branches that they
    are, and the `labels` that tell their laws apart. `live` tells whether each junction is a node, `node` which, -1 where
    it is none. `weight_pa` is density times gravity times height of each node (Pa): true pressure is piezometric less this.
    `made_of` is what decided all this, see `joints`.
    """

    arrays: Arrays
    network: HydraulicNetwork
    rows: dict[str, Index]
    part: dict[str, slice]
    live: Mask
    node: Index
    weight_pa: Array
    inlets: Inlets
    made_of: bytes
    labels: dict[str, Array]

    @cached_property
    def fixed_pressure(self) -> dict[str, float]:
        """Piezometric pressure (Pa) by node name."""
        held = self.inlets.node[self.inlets.holds]
        pressure = self.inlets.pressure_pa[self.inlets.holds] + self.weight_pa[held]
        names = self.network.node_names
        return {names[node]: value for node, value in zip(held.tolist(), pressure.tolist(), strict=True)}

    @cached_property
    def ambient_k(self) -> float:
        """Temperature that losses are counted from (K): the median of the pipes' surroundings."""
        around = self.arrays["pipes"]["ambient_k"]
        return float(np.median(around)) if around.size else 283.15

    def column(self, table: str, name: str) -> Array:
        """A column at the rows that are branches."""
        values: Array = self.arrays[table][name][self.rows[table]]
        return values

    def of_pipes(self, values: Array, empty: float) -> Array:
        """Values of branches at all rows of the pipes."""
        spread, rows = np.full(self.arrays.count("pipes"), empty), self.rows["pipes"]
        spread[rows] = values[: len(rows)]
        return spread


def compile_network(arrays: Arrays) -> Compiled:
    """Build the graph of what is in service, of the values of checked tables.

    Curves of exchangers are interpolated monotonically (Fritsch & Carlson 1980), odd in the flow, and go on straight beyond
    their last point. Valves open linearly. Pumps that hold the difference of their own ends, and producers of mode
    'pressure', hold a lift; substations, and producers of mode 'flow', a flow.

    Raises:
        InputError: a component that no solver knows; a junction that nothing joins to a given pressure; a given flow, or a
            producer, that closed valves or pipes out of service have cut off.
    """
    refuse_unknown(arrays)
    refuse_controls(arrays)
    junctions = arrays.names["junctions"]
    if junctions.empty:
        raise InputError("table junctions has no row; a network needs at least two junctions")
    inlets = inlets_of(arrays)
    held = inlets.junction[inlets.holds]
    joined = _reached(arrays, held, open_only=False)
    if not joined.all():
        raise InputError(f"junction '{junctions[int(np.argmin(joined))]}' is not connected to any given pressure")
    live = _reached(arrays, held, open_only=True)
    _refuse_cut_off(arrays, live, inlets)
    node = np.where(live, np.cumsum(live) - 1, -1).astype(np.intp)
    inlets = inlets.at(live, node)
    static = arrays.liquid.density * GRAVITY * arrays["junctions"]["height_m"]
    rows, groups, labels, part, first = {}, [], {}, {}, 0
    for table in branches():
        rows[table], labels[table] = _open_rows(arrays, table, live)
        groups += _groups(arrays, table, rows[table], labels[table], node, static)
        part[table] = slice(first, first := first + len(rows[table]))
    if not groups:
        raise InputError("no pipe, open valve or heat exchanger is in service and reached by a given pressure")
    graph = HydraulicNetwork([str(name) for name in junctions[live]], groups)
    return Compiled(arrays, graph, rows, part, live, node, static[live], inlets, joints(arrays), labels)


def joints(arrays: Arrays) -> bytes:
    """What decides which junctions are joined, and how: while it stays, values may change without building anew."""
    held = {
        "boundaries": ("pressure_pa", "mass_flow_kg_per_s"),
        "producers": ("return_pressure_pa",),
        "substations": ("return_set_k", "mass_flow_kg_per_s"),
    }
    is_open = [component.is_open(arrays[table]) for table, component in branches().items()]
    empty = [np.isnan(arrays[table][column]) for table, columns in held.items() for column in columns]
    return np.concatenate([*is_open, arrays["boundaries"]["in_service"], *empty]).tobytes()


def refreshed(built: Compiled, tables: set[str]) -> Compiled:
    """The same graph with the values of some tables as they are now, where their laws hold values that change in time."""
    groups, place = list(built.network.groups), 0
    stale = {table for table, component in branches().items() if component.law_varies} & tables
    static = built.arrays.liquid.density * GRAVITY * built.arrays["junctions"]["height_m"]
    for table in branches():
        kinds = dict.fromkeys(built.labels[table])
        if table in stale:
            new = _groups(built.arrays, table, built.rows[table], built.labels[table], built.node, static)
            groups[place : place + len(kinds)] = new
        place += len(kinds)
    network = replace(built.network, groups=groups) if stale else built.network
    inlets = built.inlets
    if tables & {"boundaries", "producers", "storages"}:
        inlets = inlets_of(built.arrays).at(built.live, built.node)
    _refuse_cut_off(built.arrays, built.live, inlets)
    return replace(built, network=network, inlets=inlets)


def ends(arrays: Arrays, table: str) -> tuple[Index, Index]:
    """Junction numbers of both ends of every row."""
    start, end = COMPONENTS[table].ends
    return arrays[table][start], arrays[table][end]


def _reached(arrays: Arrays, at: Index, open_only: bool) -> Mask:
    """Which junctions branches join to those given."""
    joined = []
    for table, component in branches().items():
        chosen = component.passes_pressure(arrays[table])
        chosen = chosen & component.is_open(arrays[table]) if open_only else chosen
        joined.append(np.stack(ends(arrays, table))[:, chosen])
    start, end = np.concatenate(joined, axis=1)
    part = parts(start, end, arrays.count("junctions"))
    reached: Mask = np.isin(part, part[at])
    return reached


def _open_rows(arrays: Arrays, table: str, live: Mask) -> tuple[Index, Array]:
    """Rows that are branches, in the order of their laws, and what tells these apart."""
    start, end = ends(arrays, table)
    rows = np.flatnonzero(COMPONENTS[table].is_open(arrays[table]) & live[start] & live[end])
    labels = COMPONENTS[table].labels(arrays[table])[rows]
    order = np.argsort(labels, kind="stable")
    return rows[order], labels[order]


def _groups(arrays: Arrays, table: str, rows: Index, labels: Array, node: Index, static: Array) -> list[BranchGroup]:
    """The branches of one table, one group per law."""
    start, end = (side[rows] for side in ends(arrays, table))
    names = np.array(_branch_names(arrays, table, rows), dtype=object)
    rise = static[end] - static[start]  # held lifts are of true pressure, the engine's are piezometric
    groups = []
    for which in dict.fromkeys(labels):
        part = labels == which
        law = COMPONENTS[table].law(arrays, str(which), rows[part], rise[part])  # type: ignore[misc]  # branches have one
        groups.append(BranchGroup(names[part].tolist(), node[start[part]], node[end[part]], law))
    return groups


def _branch_names(arrays: Arrays, table: str, rows: Index) -> list[str]:
    """Names of rows as branches: their own, told apart where another table has the same."""
    index = arrays.names[table]
    twice = np.sum([index.isin(arrays.names[other]) for other in branches()], axis=0) > 1
    named = zip(index[rows].tolist(), twice[rows].tolist(), strict=True)
    return [f"{name} ({table})" if double else str(name) for name, double in named]


def _refuse_cut_off(arrays: Arrays, live: Mask, inlets: Inlets) -> None:
    """What gives or takes must be reached by a given pressure."""
    serves = arrays["producers"]["in_service"]
    for end in ends(arrays, "producers"):
        if (wrong := serves & ~live[end]).any():
            raise InputError(
                f"producer '{arrays.name('producers', int(np.argmax(wrong)))}' is cut off from every given pressure "
                "by closed valves or pipes; take it out of service"
            )
    cut = ~live[inlets.junction] & ~(inlets.mass_flow_kg_per_s == 0.0)
    if cut.any():
        raise InputError(
            f"{inlets.owner(int(np.argmax(cut)))} has a given flow, but closed valves or pipes cut it off from every given "
            "pressure"
        )
