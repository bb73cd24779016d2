"""The array engine's network from step to step: built again only where what is joined to what has changed."""

from dataclasses import replace

import numpy as np
import pandas as pd

from rack2city.errors import InputError
from rack2city.network.components import COMPONENTS
from rack2city.network.hydraulics.graph import HydraulicNetwork
from rack2city.network.hydraulics.liquid import GRAVITY
from rack2city.network.solvers.compile import BRANCHES, Hydraulics, to_hydraulics
from rack2city.network.tables.branch_laws import law_names, law_of
from rack2city.network.tables.check import check_together
from rack2city.network.tables.network import Network, empty_tables

_LAWS = ("valves", "pumps", "producers")  # their laws hold values that may change in time


class Builder:
    """Keeps what was built for a network whose tables are overwritten from step to step.

    Args:
        network: the tables; storages are left to `with_storages`.
        watched: tables and columns that change.
    """

    def __init__(self, network: Network, watched: list[tuple[str, str]]) -> None:
        self._network = replace(network, tables=network.tables | empty_tables(["storages"]))
        self._tables = {table for table, _ in watched}
        self._built: Hydraulics | None = None
        self._joined: bytes = b""

    def build(self) -> Hydraulics:
        """What is to be solved with the tables as they are now.

        Raises:
            InputError: see `to_hydraulics`; values of a row do not go together.
        """
        joined = self._joints()
        for table in self._tables:  # each value was checked with its profile, what they make together was not
            check_together(COMPONENTS[table], self._network.table(table))
        if self._built is None or joined != self._joined:
            self._built, self._joined = to_hydraulics(self._network), joined
        elif self._tables & {*_LAWS, "boundaries"}:
            self._built = _refreshed(self._built, self._network)
        return self._built

    def _joints(self) -> bytes:
        """What decides which junctions are joined, and how."""
        parts = [
            self._network.table(table).in_service.to_numpy(dtype=bool)
            for table in (*BRANCHES, "boundaries")
            if table in self._tables
        ]
        parts.append(self._network.valves.opening.to_numpy(dtype=float) > 0.0)
        for table, column in (
            ("boundaries", "pressure_pa"),
            ("boundaries", "mass_flow_kg_per_s"),
            ("producers", "return_pressure_pa"),
            ("substations", "return_set_k"),
            ("substations", "mass_flow_kg_per_s"),
        ):
            parts.append(self._network.table(table)[column].isna().to_numpy())
        return np.concatenate(parts).tobytes()


def _refreshed(built: Hydraulics, network: Network) -> Hydraulics:
    """The same joints with the values of the tables as they are now."""
    groups, place = list(built.network.groups), 0
    weight = network.liquid.density * GRAVITY * network.junctions.height_m.to_numpy(dtype=float)[built.live]
    first = 0
    for table in BRANCHES:
        rows = built.rows[table]
        part = slice(first, first + len(rows))
        names = law_names(network, table)[rows]
        static = weight[built.network.end[part]] - weight[built.network.start[part]]
        for which in dict.fromkeys(names):
            if table in _LAWS:
                chosen = names == which
                law = law_of(network, table, str(which), network.table(table).iloc[rows[chosen]], static[chosen])
                groups[place] = replace(groups[place], law=law)
            place += 1
        first += len(rows)
    inlets = built.inlets.copy()
    boundaries, producers = network.boundaries, network.producers
    mine = (inlets.kind == "boundary").to_numpy()
    at = boundaries.index.get_indexer(pd.Index(inlets.name[mine]))
    for column in ("pressure_pa", "mass_flow_kg_per_s", "supply_k"):
        inlets.loc[mine, column] = boundaries[column].to_numpy(dtype=float)[at]
    at = producers.index.get_indexer(pd.Index(inlets.name[~mine]))
    inlets.loc[~mine, "pressure_pa"] = producers.return_pressure_pa.to_numpy(dtype=float)[at]
    cut = ~inlets.live.to_numpy(dtype=bool) & (inlets.mass_flow_kg_per_s != 0.0).to_numpy()
    if cut.any():
        raise InputError(
            f"{inlets.index[int(np.argmax(cut))]} has a given flow, but closed valves or pipes cut it off from every given "
            "pressure"
        )
    held = inlets[inlets.pressure_pa.notna()]
    fixed = held.pressure_pa.to_numpy(dtype=float) + weight[held.node.to_numpy(dtype=np.intp)]
    return replace(
        built,
        network=HydraulicNetwork(built.network.node_names, groups),
        inlets=inlets,
        fixed_pressure=dict(zip(held.junction.tolist(), fixed.tolist(), strict=True)),
    )
