"""The repeating half channel of a finned cold plate, as structured hexahedra.

Axes: x along the flow, y across (y = 0 is the mid-plane of the channel, y = pitch/2 the mid-plane of the fin), z up (z = 0 is
the floor of the channel). Both mid-planes and the top are adiabatic; the mid-planes are symmetry planes of the flow::

     z
     ^  +-------+-------+
     |  |      lid      |   lid_thickness, if any
     |  +-------+-------+
     |  | fluid | fins  |   fin_height
     0  +-------+-------+
     |  |     base      |   base_thickness
     |  +---------------+ heated; base_bottom over a TIM
     |  |      tim      |   tim_thickness, if any
     |  +---------------+ heated
        0      w/2     p/2  -> y
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from rackmesh.cells.quality import Quality
from rackmesh.files import MeshError
from rackmesh.tensor import Block, BlockMesh, Face, Places, Stretch, cut, write_blocks


@dataclass(frozen=True)
class HalfChannel:
    """Geometry of the repeating half cell of a finned cold plate.

    Attributes:
        pitch: distance between neighbouring channels (m).
        width: width of a channel between two fins (m).
        fin_height: height of fins and channel (m).
        base_thickness: base plate under the fins (m).
        length: heated length of the channel, along the flow (m).
        tim_thickness: thickness of a resolved layer of thermal interface material under the base (m), 0 for none.
        lid_thickness: solid over fins and channel (m), 0 for an adiabatic face.
    """

    pitch: float
    width: float
    fin_height: float
    base_thickness: float
    length: float
    tim_thickness: float = 0.0
    lid_thickness: float = 0.0

    def check(self) -> None:
        """Check the limits.

        Raises:
            MeshError: names the parameter, or a channel that is not narrower than its pitch.
        """
        if not 0.0 < self.width < self.pitch:
            raise MeshError(
                f"the channel ({self.width * 1e3:g} mm) must be narrower than its pitch ({self.pitch * 1e3:g} mm)"
            )
        for name in ("fin_height", "base_thickness", "length"):
            if not getattr(self, name) > 0.0:
                raise MeshError(f"{name} must be positive, not {getattr(self, name) * 1e3:g} mm")
        for name in ("tim_thickness", "lid_thickness"):
            if getattr(self, name) < 0.0:
                raise MeshError(f"{name} cannot be negative, as {getattr(self, name) * 1e3:g} mm is")


@dataclass(frozen=True)
class Cells:
    """Number of cells of each block of the half channel."""

    channel: int
    fin: int
    height: int
    base: int
    tim: int
    length: int


# "medium" is the default: 2 quadratic cells over the half gap are 4 over the gap. Levels differ by about 1.5 each way.
LEVELS = {
    "coarse": Cells(channel=1, fin=1, height=8, base=3, tim=1, length=14),
    "medium": Cells(channel=2, fin=1, height=12, base=4, tim=1, length=20),
    "fine": Cells(channel=3, fin=2, height=18, base=6, tim=1, length=30),
}
_INLET, _WALL, _FLOOR, _HEIGHT = 1.6, 1.3, 3.0, 0.9  # how much denser cells are there; found by trying


def _towards_start(length: float, n: int, exponent: float) -> Places:
    """N cells, denser at the start."""
    return Places(tuple((length * np.linspace(0.0, 1.0, n + 1) ** exponent).tolist()))


def _towards_end(length: float, n: int, exponent: float) -> Places:
    """N cells, denser at the end."""
    return Places(tuple((length * (1.0 - np.linspace(1.0, 0.0, n + 1) ** exponent)).tolist()))


def _towards_both_ends(length: float, n: int, strength: float) -> Places:
    """N cells, denser at both ends; strength 0 is uniform, 1 the cosine spacing."""
    s = np.linspace(0.0, 1.0, n + 1)
    return Places(tuple((length * ((1.0 - strength) * s + strength * 0.5 * (1.0 - np.cos(np.pi * s)))).tolist()))


def half_channel_blocks(geometry: HalfChannel, cells: Cells, x_breaks: Sequence[float] = ()) -> BlockMesh:
    """The blocks of the half channel; arguments and errors as `write_half_channel`."""
    geometry.check()
    breaks = sorted(x_breaks)
    if any(not 0.0 < x < geometry.length for x in breaks) or len(set(breaks)) < len(breaks):
        raise MeshError(
            f"x_breaks must lie between 0 and the length ({geometry.length * 1e3:g} mm), each once, not at "
            f"{', '.join(f'{x * 1e3:g}' for x in breaks)} mm"
        )
    half_gap, half_pitch = 0.5 * geometry.width, 0.5 * geometry.pitch
    x = cut(_towards_start(geometry.length, cells.length, _INLET), breaks)
    fin = Places(tuple(np.linspace(0.0, half_pitch - half_gap, cells.fin + 1).tolist()))
    layers: dict[str, Stretch] = {}
    if geometry.tim_thickness:
        layers["tim"] = Places(tuple(np.linspace(0.0, geometry.tim_thickness, cells.tim + 1).tolist()))
    layers["base"] = _towards_end(geometry.base_thickness, cells.base, _FLOOR)
    layers["channel"] = _towards_both_ends(geometry.fin_height, cells.height, _HEIGHT)
    if geometry.lid_thickness:
        layers["lid"] = _towards_start(geometry.lid_thickness, cells.base, _FLOOR)
    names, last = list(layers), len(x) - 1

    def volume(block: Block) -> str:
        layer = names[block[2]]
        return layer if layer != "channel" else "fluid" if block[1] == 0 else "fins"

    def surface(face: Face) -> str | None:
        end = (face.block[0], face.side)
        if face.volume == "fluid":
            if face.axis == 0:
                return {(0, -1): "inlet", (last, 1): "outlet"}[end]
            return "symmetry" if (face.axis, face.side) == (1, -1) else "wetted"
        if (face.axis, face.side) != (2, -1):
            return None
        if face.block[2] == 0:
            return f"heated_{face.block[0] + 1}" if breaks else "heated"
        return "base_bottom" if face.beyond == "tim" else None

    y = (_towards_end(half_gap, cells.channel, _WALL), fin)
    origin = (0.0, 0.0, -geometry.base_thickness - geometry.tim_thickness)
    return BlockMesh((x, y, tuple(layers.values())), origin, volume, surface)


def write_half_channel(geometry: HalfChannel, cells: Cells, path: Path, x_breaks: Sequence[float] = ()) -> Quality:
    """Mesh the half channel with hexahedra and write it with its physical groups (coordinates in metres).

    Volumes: `fluid`, `fins`, `base`, and `tim` and `lid` where there are such. Surfaces: `inlet`, `outlet`, `symmetry` and
    `wetted` of the fluid, `heated` under the lowest body, `base_bottom` over a TIM.

    Args:
        geometry: the half cell.
        cells: number of cells of each block.
        path: the `.msh` file to write (MSH 4.1, binary).
        x_breaks: places along the flow (m) at which the heated face is split, into `heated_1`, `heated_2` and so on.

    Raises:
        MeshError: the geometry breaks a limit, or Gmsh failed.
    """
    return write_blocks(half_channel_blocks(geometry, cells, x_breaks), path, across={"half channel": cells.channel})
