"""The peers' cases A, B, C, and C12 of twelve channels: liquid, loads, references, and both programs' meshes at equal error."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from rackmesh.published.peer_cases import (
    CELL_MESHES,
    CHANNEL,
    FIN,
    HALF_FIN,
    HEIGHT,
    PLATE_MESHES,
    cell_blocks,
    plate_blocks,
)
from rackmesh.tensor import BlockMesh, write_blocks

DENSITY, SPECIFIC_HEAT, CONDUCTIVITY, VISCOSITY = 992.2, 4179.0, 0.6306, 6.53e-4  # water at 40 degC
SOLID_CONDUCTIVITY = 400.0  # copper
INLET_K, FLUX, SPEED = 313.15, 1e6, 0.5  # K, W/m2, m/s: mean of the channels
DEVELOPED_M = 5e-3
"""A, B: the pressure drop is taken from here on, because at a uniform inflow between walls the pressure is singular."""

HALF_CHANNELS = {"C": 3, "C12": 6}
"""Channels in the half plate of a case."""

REFERENCES: dict[str, dict[str, float]] = {
    "A": {
        "pressure_drop_pa": 1629.2,
        "gradient_pa_per_m": 46461.57,
        "max_k": 273.15 + 70.70,
        "mean_k": 273.15 + 65.29,
    },
    "C": {"pressure_drop_pa": 1059.0, "max_k": 273.15 + 63.86, "mean_k": 273.15 + 61.175},
}
"""What ever finer grids converge to (Richardson); the gradient of developed flow is exact."""
REFERENCES["B"] = {name: REFERENCES["A"][name] for name in ("pressure_drop_pa", "gradient_pa_per_m")}


@dataclass(frozen=True)
class Level:
    """One row of the table.

    Attributes:
        case: A, C or C12.
        wanted: largest error of pressure drop and highest temperature that both are to reach.
        mesh: name of our mesh.
        peer: refinement of OpenFOAM's.
    """

    case: str
    wanted: dict[str, float]
    mesh: str
    peer: float

    @property
    def accuracy(self) -> str:
        """What is wanted, in words."""
        return f"dp {100 * self.wanted['pressure_drop_pa']:g} %, Tmax {100 * self.wanted['max_k']:g} %"

    def reached(self, errors: dict[str, float]) -> bool:
        """Whether errors are as small as wanted."""
        return all(abs(errors.get(name, np.inf)) <= limit for name, limit in self.wanted.items())


LEVELS = (
    Level("A", {"pressure_drop_pa": 0.004, "max_k": 0.004}, "coarse", 2.0),
    Level("A", {"pressure_drop_pa": 0.001, "max_k": 0.001}, "fine", 4.7),
    Level("C", {"pressure_drop_pa": 0.007, "max_k": 0.003}, "medium", 3.0),
    Level("C12", {"pressure_drop_pa": 0.007, "max_k": 0.003}, "medium", 3.0),
)


def blocks(case: str, mesh: str, refinement: float = 1.0, channels: int | None = None) -> BlockMesh:
    """Mesh of a case by name; with `channels` in a half plate other than those of the case."""
    if case in HALF_CHANNELS:
        return plate_blocks(PLATE_MESHES[mesh], refinement, channels or HALF_CHANNELS[case])
    return cell_blocks(CELL_MESHES[mesh], refinement, fluid_only=case == "B")


def write_case(case: str, mesh: str, path: Path, refinement: float = 1.0, channels: int | None = None) -> None:
    """Write a mesh of a case."""
    write_blocks(blocks(case, mesh, refinement, channels), path)


def open_area(case: str, channels: int | None = None) -> tuple[float, float]:
    """Area of all channels, and of the inlet (m2)."""
    if case not in HALF_CHANNELS:
        return 0.5 * CHANNEL * HEIGHT, 0.5 * CHANNEL * HEIGHT
    channels = channels or HALF_CHANNELS[case]
    return channels * CHANNEL * HEIGHT, (channels * CHANNEL + (channels - 1) * FIN + HALF_FIN) * HEIGHT


def bulk_outlet_k(case: str, speed: float = SPEED) -> float:
    """Exact flow-weighted temperature of what leaves: the heat over the heat capacity of the flow."""
    from rackmesh.published.peer_cases import CELL_LENGTH, PLATE_LENGTH, SIDE_WALL

    width = open_area(case)[1] / HEIGHT + (SIDE_WALL if case in HALF_CHANNELS else HALF_FIN)
    heat = FLUX * width * (PLATE_LENGTH if case in HALF_CHANNELS else CELL_LENGTH)
    return INLET_K + heat / (DENSITY * SPECIFIC_HEAT * speed * open_area(case)[0])


def errors(case: str, found: dict[str, float | None]) -> dict[str, float]:
    """Errors relative to the references, of temperatures over their rise; at the speed of the references."""
    expected = {**REFERENCES.get(case, {}), **({} if case == "B" else {"bulk_k": bulk_outlet_k(case)})}
    result = {}
    for name, value in expected.items():
        zero, ours = (INLET_K if name.endswith("_k") else 0.0), found.get(name)
        if ours is not None:
            result[name] = (ours - value) / (value - zero)
    return result
