"""From tables to the array engine: branches with laws, given pressures and given flows."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import scipy.sparse as sp
from scipy.sparse.csgraph import connected_components

from rack2city.errors import InputError
from rack2city.network.hydraulics.friction import Array
from rack2city.network.hydraulics.graph import BranchGroup, HydraulicNetwork, Index
from rack2city.network.hydraulics.liquid import GRAVITY
from rack2city.network.tables.branch_laws import law_names, law_of
from rack2city.network.tables.check import check_network
from rack2city.network.tables.network import Network

BRANCHES = ("pipes", "valves", "heat_exchangers", "pumps", "substations", "producers")
"""Tables whose rows are branches, in the order of the branches; the heat of producers is not a branch's, so they come last."""
_ENDS = {"producers": ("return_junction", "supply_junction"), "substations": ("supply_junction", "return_junction")}
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Hydraulics:
    """A network ready for `solve_hydraulics`; what is shut off from every given pressure is left out.

    Attributes:
        network: nodes and branches.
        rows: per table of `BRANCHES`, the rows of it that are branches, in the order of the branches.
        live: whether each junction is a node.
        node: node of each junction; -1 where it is none.
        fixed_pressure: piezometric pressure (Pa) by node name.
        inlets: where liquid enters from outside or leaves: boundaries, and pressures held by producers; see `_inlets`.
    """

    network: HydraulicNetwork
    rows: dict[str, Index]
    live: Mask
    node: Index
    fixed_pressure: dict[str, float]
    inlets: pd.DataFrame


def to_hydraulics(network: Network) -> Hydraulics:
    """Build the array engine's network of what is in service.

    Curves of exchangers are interpolated monotonically (Fritsch & Carlson 1980), odd in the flow, and go on straight beyond
    their last point. Valves open linearly. Pumps that hold the difference of their own ends, and producers of mode
    'pressure', hold a lift; substations, and producers of mode 'flow', a flow.

    Args:
        network: the tables.

    Returns:
        The network, its given pressures and flows.

    Raises:
        InputError: a fault in the tables; a component that the steady solver does not know; a junction that nothing joins to
            a given pressure; a given flow, or a producer, that closed valves or pipes out of service have cut off.
    """
    check_network(network)
    _refuse_unknown(network)
    _refuse_controls(network)
    junctions = network.junctions.index
    if junctions.empty:
        raise InputError("table junctions has no row; a network needs at least two junctions")
    inlets = _inlets(network)
    held = inlets[inlets.pressure_pa.notna()]
    if held.empty:
        raise InputError(
            "the network has no pressure reference; give a boundary its pressure_pa, or a producer its return_pressure_pa"
        )
    twice = held[held.junction.duplicated()]
    if len(twice):
        raise InputError(
            f"the pressure of junction '{twice.junction.iloc[0]}' is given twice, the second time by {twice.index[0]}"
        )
    at = junctions.get_indexer(pd.Index(held.junction))
    joined = _reached(network, at, open_only=False)
    if not joined.all():
        raise InputError(f"junction '{junctions[int(np.argmin(joined))]}' is not connected to any given pressure")
    live = _reached(network, at, open_only=True)
    inlets["live"] = live[junctions.get_indexer(pd.Index(inlets.junction))]
    fed = network.producers.in_service.to_numpy(dtype=bool)
    for end in _ends(network, "producers"):
        if (fed & ~live[end]).any():
            raise InputError(
                f"producer '{network.producers.index[int(np.argmax(fed & ~live[end]))]}' is cut off from every given pressure "
                "by closed valves or pipes; take it out of service"
            )
    cut = inlets[~inlets.live & (inlets.mass_flow_kg_per_s != 0.0)]
    if len(cut):
        raise InputError(
            f"{cut.index[0]} has a given flow, but closed valves or pipes cut it off from every given pressure"
        )

    node = np.where(live, np.cumsum(live) - 1, -1).astype(np.intp)
    inlets["node"] = node[junctions.get_indexer(pd.Index(inlets.junction))]
    rows = {table: _open_rows(network, table, live) for table in BRANCHES}
    groups = [group for table in BRANCHES for group in _groups(network, table, rows, node)]
    if not groups:
        raise InputError("no pipe, open valve or heat exchanger is in service and reached by a given pressure")
    static = network.liquid.density * GRAVITY * network.junctions.height_m.to_numpy(dtype=float)
    fixed = held.pressure_pa.to_numpy(dtype=float) + static[at]
    return Hydraulics(
        HydraulicNetwork([str(name) for name in junctions[live]], groups),
        rows,
        live,
        node,
        dict(zip(held.junction.tolist(), fixed.tolist(), strict=True)),
        inlets,
    )


def _refuse_unknown(network: Network) -> None:
    """Refuse by name what the steady solver does not know."""
    for table, what, chosen in (
        ("storages", "storages have no steady state", None),
        (
            "substations",
            "give either return_set_k or mass_flow_kg_per_s or ua_w_per_k",
            network.substations[["return_set_k", "mass_flow_kg_per_s", "ua_w_per_k"]].notna().sum(axis=1) != 1,
        ),
    ):
        frame = network.table(table)
        found = frame.in_service if chosen is None else frame.in_service & chosen
        if found.any():
            raise InputError(f"table {table}, row '{frame.index[int(np.argmax(found))]}', steady solver: {what}")


def _refuse_controls(network: Network) -> None:
    """Refuse controls that would leave open who holds the pressure."""
    pumps, plants = network.pumps, network.producers
    looking = [
        f"{table}, row '{name}'"
        for table, chosen in (
            ("pumps", pumps.in_service & (pumps.control == "worst")),
            ("producers", plants.in_service & (plants.control == "worst")),
        )
        for name in network.table(table).index[chosen]
    ]
    if len(looking) > 1:
        raise InputError(
            f"table {looking[1]}: control 'worst' is already that of table {looking[0]}; one alone looks there"
        )
    merit = plants.in_service & (plants["mode"] == "merit")
    holding = plants.index[plants.in_service & (plants["mode"] == "pressure")]
    if merit.any() and len(holding) != 1:
        raise InputError(
            f"table producers, row '{plants.index[int(np.argmax(merit))]}': sharing by merit needs exactly one producer of "
            f"mode 'pressure', whose flow follows; there are {len(holding)}"
        )


def _inlets(network: Network) -> pd.DataFrame:
    """Where liquid enters or leaves, by who owns it.

    Columns: table, name, junction, pressure_pa (NaN where it follows), mass_flow_kg_per_s (NaN where it follows), supply_k.
    """
    boundaries = network.boundaries[network.boundaries.in_service]
    producers = network.producers[network.producers.in_service]
    held = producers[producers.return_pressure_pa.notna()]
    nothing = float("nan")
    parts = [
        (
            "boundary",
            boundaries,
            "junction",
            boundaries.pressure_pa,
            boundaries.mass_flow_kg_per_s,
            boundaries.supply_k,
        ),
        ("make-up of producer", held, "return_junction", held.return_pressure_pa, nothing, nothing),
    ]
    tables = [
        pd.DataFrame(
            {
                "kind": kind,
                "name": frame.index,
                "junction": frame[junction].to_numpy(),
                "pressure_pa": np.asarray(pressure, dtype=float),
                "mass_flow_kg_per_s": np.asarray(flow, dtype=float),
                "supply_k": np.asarray(supply, dtype=float),
            },
            index=pd.Index([f"{kind} '{name}'" for name in frame.index], dtype=object, name="owner"),
        )
        for kind, frame, junction, pressure, flow, supply in parts
    ]
    return pd.concat([table for table in tables if len(table)] or tables[:1])


def _is_open(network: Network, table: str) -> Mask:
    """Whether each row of a table of branches can let liquid flow."""
    frame = network.table(table)
    is_open: Mask = frame.in_service.to_numpy(dtype=bool)
    if table == "valves":
        is_open = is_open & (frame.opening.to_numpy(dtype=float) > 0.0)
    return is_open


def _ends(network: Network, table: str) -> tuple[Index, Index]:
    """Junction numbers of both ends of every row."""
    frame, index = network.table(table), network.junctions.index
    start, end = _ENDS.get(table, ("from_junction", "to_junction"))
    return index.get_indexer(pd.Index(frame[start])), index.get_indexer(pd.Index(frame[end]))


def _reached(network: Network, at: Index, open_only: bool) -> Mask:
    """Which junctions branches join to those given."""
    ends = []
    for table in (*BRANCHES[:4], "producers"):  # a substation holds its flow, and so passes on no pressure
        chosen = _is_open(network, table) if open_only else np.ones(len(network.table(table)), dtype=bool)
        if table == "producers":
            chosen = chosen & (network.producers["mode"] == "pressure").to_numpy(dtype=bool)
        ends.append(np.stack(_ends(network, table))[:, chosen])
    start, end = np.concatenate(ends, axis=1)
    count = len(network.junctions)
    links = sp.coo_array((np.ones(len(start)), (start, end)), shape=(count, count))
    parts = connected_components(links, directed=False)[1]
    reached: Mask = np.isin(parts, parts[at])
    return reached


def _open_rows(network: Network, table: str, live: Mask) -> Index:
    """Rows that are branches, in the order of their laws."""
    start, end = _ends(network, table)
    rows = np.flatnonzero(_is_open(network, table) & live[start] & live[end])
    return rows[np.argsort(law_names(network, table)[rows], kind="stable")]


def _groups(network: Network, table: str, rows: dict[str, Index], node: Index) -> list[BranchGroup]:
    """The branches of one table, one group per law."""
    frame, laws = network.table(table).iloc[rows[table]], law_names(network, table)[rows[table]]
    start, end = (node[side[rows[table]]] for side in _ends(network, table))
    names = np.array(_branch_names(network, table), dtype=object)[rows[table]]
    rise = np.diff(
        network.junctions.height_m.to_numpy(dtype=float)[np.stack(_ends(network, table))[:, rows[table]]], axis=0
    )
    static = network.liquid.density * GRAVITY * rise[0]  # held lifts are of true pressure, the engine's are piezometric
    groups = []
    for which in dict.fromkeys(laws):
        part = laws == which
        law = law_of(network, table, str(which), frame[part], static[part])
        groups.append(BranchGroup(names[part].tolist(), start[part], end[part], law))
    return groups


def _branch_names(network: Network, table: str) -> list[str]:
    """Names of all rows as branches: their own, told apart where another table has the same."""
    others = set().union(*(network.table(other).index for other in BRANCHES if other != table))
    return [f"{name} ({table})" if name in others else str(name) for name in network.table(table).index]


def ambient_k(network: Network) -> float:
    """Temperature that losses are counted from (K): the median of the pipes' surroundings."""
    return float(network.pipes.ambient_k.median()) if len(network.pipes) else 283.15


def at_rest(flow: Array) -> Mask:
    """Which branches are at rest, as `mix_downstream` counts it (kg/s in)."""
    size = np.abs(flow)
    rest: Mask = size <= 1e-12 * size.max(initial=0.0)
    return rest
