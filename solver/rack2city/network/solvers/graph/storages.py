"""Storages of a network in one step: each a tank between two junctions, with a given flow."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rack2city.arrays import Array
from rack2city.errors import InputError
from rack2city.network.components.component import Arrays
from rack2city.network.hydraulics.graph import Index
from rack2city.network.pipes.steps import OutletLine
from rack2city.network.pipes.tank import StratifiedTank
from rack2city.network.pipes.transport import Carried
from rack2city.network.solvers.build.compile import Compiled

_SIZES = ("volume_m3", "tank_height_m", "loss_w_per_m2_k", "initial_k", "ambient_k")


def tanks_of(arrays: Arrays, layers_k: Mapping[str, npt.ArrayLike] | None = None) -> list[StratifiedTank]:
    """One tank per row of the storages, begun with `layers_k` by name, see `simulate`, or with `initial_k`.

    Raises:
        InputError: a storage in service has no temperature at the start; a name that is no storage.
    """
    given, column, liquid = dict(layers_k or {}), arrays["storages"], arrays.liquid
    names = arrays.names["storages"]
    strange = [name for name in given if name not in names]
    if strange:
        raise InputError(f"there is no storage '{strange[0]}'")
    tanks = []
    for row, (name, serves) in enumerate(zip(names, column["in_service"].tolist(), strict=True)):
        volume, height, loss, start, ambient = (float(column[size][row]) for size in _SIZES)
        layers = np.asarray(given.get(name, start), dtype=float)
        if serves and np.isnan(layers).any():
            raise InputError(
                f"table storages, row '{name}', column initial_k: it is empty; a simulation starts with it"
            )
        layers = np.where(np.isnan(layers), ambient, layers)
        tanks.append(StratifiedTank(volume, height, liquid.density, liquid.heat_capacity, layers, loss))
    return tanks


@dataclass(frozen=True)
class Storages:
    """Storages in one step of `time_s`, in the order of the table.

    `flow` charges each (kg/s), zero where out of service, from the node of its hot junction to that of its cold one, -1
    where that is cut off; `ambient_k` is around it (K).
    """

    tanks: list[StratifiedTank]
    time_s: float
    flow: Array
    start: Index
    end: Index
    ambient_k: Array

    @classmethod
    def of(cls, built: Compiled, tanks: list[StratifiedTank], time_s: float) -> "Storages | None":
        """The storages of a network in a step; None where it has none."""
        column = built.arrays["storages"]
        if not tanks:
            return None
        flow = np.where(column["in_service"], column["mass_flow_kg_per_s"], 0.0)
        at = (built.node[column["hot_junction"]], built.node[column["cold_junction"]])
        return cls(tanks, time_s, flow, *at, column["ambient_k"])

    def lines(self) -> OutletLine[Array]:
        """Outlet temperatures as lines in the inlets'."""
        lines = [tank.line(self.time_s, flow) for tank, flow in zip(self.tanks, self.flow.tolist(), strict=True)]
        return OutletLine(np.array([line.offset_k for line in lines]), np.array([line.slope for line in lines]))

    def carry(self, inlet_k: Array) -> Carried:
        """Do the step."""
        each = zip(self.tanks, self.flow.tolist(), inlet_k.tolist(), self.ambient_k.tolist(), strict=True)
        steps = [tank.step(self.time_s, flow, inlet, ambient) for tank, flow, inlet, ambient in each]
        lost, stored = np.array([(step.loss_j, step.stored_change_j) for step in steps]).T / self.time_s
        return Carried(lost, stored)
