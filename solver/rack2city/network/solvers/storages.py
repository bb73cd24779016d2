"""Storages of a network's tables: each a tank, between two junctions, with a given flow.

A given flow passes on no pressure, so for the hydraulics a storage is a flow drawn at one junction and one fed in at the other.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from rack2city.errors import InputError
from rack2city.network.hydraulics.friction import Array
from rack2city.network.hydraulics.graph import Index
from rack2city.network.pipes.retarded import OutletLine
from rack2city.network.pipes.tank import StratifiedTank
from rack2city.network.solvers.compile import Hydraulics
from rack2city.network.solvers.transport import Carried
from rack2city.network.tables.network import Network

DRAWN, FED = "storage drawing", "storage feeding"
"""Kinds of their two inlets."""
_SIZES = ("volume_m3", "tank_height_m", "loss_w_per_m2_k", "initial_k", "ambient_k")


def tanks_of(network: Network, layers_k: Mapping[str, npt.ArrayLike] | None = None) -> list[StratifiedTank]:
    """One tank per row of the storages.

    Args:
        network: the tables.
        layers_k: temperatures of equal layers from the top down (K), by the names of storages, instead of `initial_k`.

    Raises:
        InputError: a storage in service has no temperature at the start; a name that is no storage.
    """
    given, table, liquid = dict(layers_k or {}), network.storages, network.liquid
    strange = [name for name in given if name not in table.index]
    if strange:
        raise InputError(f"there is no storage '{strange[0]}'")
    column = {name: table[name].to_numpy(dtype=float) for name in _SIZES}
    tanks = []
    for row, (name, serves) in enumerate(zip(table.index, table.in_service.tolist(), strict=True)):
        volume, height, loss, start, ambient = (float(column[size][row]) for size in _SIZES)
        layers = np.asarray(given.get(name, start), dtype=float)
        if serves and np.isnan(layers).any():
            raise InputError(
                f"table storages, row '{name}', column initial_k: it is empty; a simulation starts with it"
            )
        layers = np.where(np.isnan(layers), ambient, layers)
        tanks.append(StratifiedTank(volume, height, liquid.density, liquid.heat_capacity, layers, loss))
    return tanks


def with_storages(built: Hydraulics, network: Network) -> Hydraulics:
    """The same with the storages' flows among its inlets; a storage at rest or out of service has none.

    Raises:
        InputError: a storage that should flow is cut off from every given pressure.
    """
    table = network.storages[network.storages.in_service & (network.storages.mass_flow_kg_per_s != 0.0)]
    if table.empty:
        return built
    parts = [built.inlets]
    flow = table.mass_flow_kg_per_s.to_numpy(dtype=float)
    for kind, column, sign in ((DRAWN, "hot_junction", -1.0), (FED, "cold_junction", 1.0)):
        junctions = network.junctions.index.get_indexer(pd.Index(table[column]))
        live = built.live[junctions]
        if not live.all():
            raise InputError(
                f"storage '{table.index[int(np.argmin(live))]}' has a given flow, but closed valves or pipes cut it off "
                "from every given pressure"
            )
        part = pd.DataFrame(
            {
                "kind": kind,
                "name": table.index,
                "junction": table[column].to_numpy(),
                "pressure_pa": np.nan,
                "mass_flow_kg_per_s": sign * flow,
                "supply_k": np.nan,
                "live": True,
                "node": built.node[junctions],
            },
            index=pd.Index([f"{kind} '{name}'" for name in table.index], dtype=object, name="owner"),
        )
        parts.append(part)
    return replace(built, inlets=pd.concat(parts))


@dataclass(frozen=True)
class Storages:
    """Storages in one step, in the order of the table.

    Attributes:
        tanks: their tanks.
        time_s: length of the step (s).
        flow: charging flow of each (kg/s), zero where out of service.
        start: node of the hot junction, -1 where that is cut off.
        end: node of the cold junction.
        ambient_k: temperature around each (K).
    """

    tanks: list[StratifiedTank]
    time_s: float
    flow: Array
    start: Index
    end: Index
    ambient_k: Array

    @classmethod
    def of(cls, network: Network, built: Hydraulics, tanks: list[StratifiedTank], time_s: float) -> "Storages":
        """The storages of a network in a step."""
        table, index = network.storages, network.junctions.index
        ends = [built.node[index.get_indexer(pd.Index(table[name]))] for name in ("hot_junction", "cold_junction")]
        flow = np.where(table.in_service, table.mass_flow_kg_per_s, 0.0).astype(float)
        return cls(tanks, time_s, flow, ends[0], ends[1], table.ambient_k.to_numpy(dtype=float))

    def lines(self) -> OutletLine:
        """Outlet temperatures as lines in the inlets'."""
        lines = [tank.line(self.time_s, flow) for tank, flow in zip(self.tanks, self.flow.tolist(), strict=True)]
        return OutletLine(np.array([line.offset_k for line in lines]), np.array([line.slope for line in lines]))

    def carry(self, inlet_k: Array) -> Carried:
        """Do the step."""
        each = zip(self.tanks, self.flow.tolist(), inlet_k.tolist(), self.ambient_k.tolist(), strict=True)
        steps = [tank.step(self.time_s, flow, inlet, ambient) for tank, flow, inlet, ambient in each]
        return Carried(
            np.array([step.loss_j for step in steps]) / self.time_s,
            np.array([step.stored_change_j for step in steps]) / self.time_s,
        )
