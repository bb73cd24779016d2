"""The repeating half channel of a finned cold plate, as structured hexahedra.

Axes: x along the flow, y across (y = 0 is the mid-plane of the channel, y = pitch/2 the mid-plane of the fin),
z up (z = 0 is the floor of the channel). Below the floor lie the base and the thermal interface material (TIM),
whose lower face is heated. Both mid-planes and the lid are adiabatic; the mid-planes are symmetry planes of the flow.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import gmsh
import numpy as np

from rackmesh.files import MeshError, session, write_whole

MILLI = 1e-3  # geometry is built in millimetres (Gmsh's tolerances like it) and written in metres


@dataclass(frozen=True)
class HalfChannel:
    """Geometry of the repeating half cell of a finned cold plate.

    Attributes:
        pitch: distance between neighbouring channels (m).
        width: width of a channel between two fins (m).
        fin_height: height of fins and channel (m).
        base_thickness: base plate under the fins (m).
        length: heated length of the channel, along the flow (m).
        tim_thickness: thickness of the thermal interface layer under the base (m).
    """

    pitch: float
    width: float
    fin_height: float
    base_thickness: float
    length: float
    tim_thickness: float


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


def _towards_both_ends(n: int, strength: float) -> np.ndarray:
    """N + 1 points on [0, 1], denser at both ends; strength 0 is uniform, 1 the cosine spacing."""
    s = np.linspace(0.0, 1.0, n + 1)
    return (1.0 - strength) * s + strength * 0.5 * (1.0 - np.cos(np.pi * s))


def _towards_start(n: int, exponent: float) -> np.ndarray:
    """N + 1 points on [0, 1], denser at 0."""
    return np.linspace(0.0, 1.0, n + 1) ** exponent


def channel_axes(geometry: HalfChannel, cells: Cells) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Grid lines of the half channel along x, y and z (m).

    Cells are denser towards the walls of the channel, its floor and lid, the floor side of the base, and the inlet.
    """
    half_gap, half_pitch = 0.5 * geometry.width, 0.5 * geometry.pitch
    x = geometry.length * _towards_start(cells.length, 1.6)
    across = half_gap * (1.0 - _towards_start(cells.channel, 1.3)[::-1])
    fin = half_gap + (half_pitch - half_gap) * np.linspace(0.0, 1.0, cells.fin + 1)
    tim = -geometry.base_thickness - geometry.tim_thickness * np.linspace(1.0, 0.0, cells.tim + 1)
    base = -geometry.base_thickness * _towards_start(cells.base, 1.6)[::-1]
    up = geometry.fin_height * _towards_both_ends(cells.height, 0.9)
    return x, np.concatenate([across, fin[1:]]), np.concatenate([tim, base[1:], up[1:]])


def write_half_channel(geometry: HalfChannel, cells: Cells, path: Path) -> None:
    """Mesh the half channel with hexahedra and write it with its physical groups (coordinates in metres).

    Args:
        geometry: the half cell.
        cells: number of cells of each block.
        path: the `.msh` file to write (MSH 4.1, binary).

    Raises:
        MeshError: the channel is not narrower than the pitch, or Gmsh failed.
    """
    if not 0.0 < geometry.width < geometry.pitch:
        raise MeshError(
            f"the channel ({geometry.width * 1e3:g} mm) must be narrower than its pitch ({geometry.pitch * 1e3:g} mm)"
        )
    try:
        with session() as model:
            gmsh.option.setNumber("Mesh.Binary", 1)
            model.add("half-channel")
            _build(geometry, cells)
            model.mesh.generate(3)
            model.mesh.affineTransform([MILLI, 0, 0, 0, 0, MILLI, 0, 0, 0, 0, MILLI, 0])
            write_whole(path)
    except OSError:  # of the disk
        raise
    except Exception as error:  # gmsh raises bare Exception
        raise MeshError(f"{path}: Gmsh could not mesh the half channel: {error}") from None


def _build(geometry: HalfChannel, cells: Cells) -> None:
    """Cross-section of blocks in the y-z plane, extruded along x; then the physical groups."""
    x, y, z = (axis / MILLI for axis in channel_axes(geometry, cells))
    ny = [0, cells.channel, cells.channel + cells.fin]
    nz = [0, cells.tim, cells.tim + cells.base, cells.tim + cells.base + cells.height]
    geo = gmsh.model.geo
    points = {(j, k): geo.addPoint(0.0, y[j], z[k]) for j in range(len(y)) for k in range(len(z))}

    # One line per cell edge: the grid lines are ours, Gmsh only carries them.
    def line(a: tuple[int, int], b: tuple[int, int]) -> int:
        if (a, b) not in lines:
            lines[a, b] = geo.addLine(points[a], points[b])
            geo.mesh.setTransfiniteCurve(lines[a, b], 2)
        return lines[a, b]

    lines: dict[tuple[tuple[int, int], tuple[int, int]], int] = {}
    heights = [float(h) for h in x[1:] / x[-1]]
    regions: dict[str, list[int]] = {"fluid": [], "fin": [], "base": [], "tim": []}
    for j in range(len(y) - 1):
        for k in range(len(z) - 1):
            loop = geo.addCurveLoop(
                [
                    line((j, k), (j + 1, k)),
                    line((j + 1, k), (j + 1, k + 1)),
                    -line((j, k + 1), (j + 1, k + 1)),
                    -line((j, k), (j, k + 1)),
                ]
            )
            face = geo.addPlaneSurface([loop])
            geo.mesh.setTransfiniteSurface(face)
            geo.mesh.setRecombine(2, face)
            out = geo.extrude([(2, face)], float(x[-1]), 0, 0, [1] * cells.length, heights, recombine=True)
            region = "tim" if k < nz[1] else "base" if k < nz[2] else "fluid" if j < ny[1] else "fin"
            regions[region].append(next(tag for dim, tag in out if dim == 3))
    geo.synchronize()
    _tag(geometry, regions)


def _tag(geometry: HalfChannel, regions: Mapping[str, Sequence[int]]) -> None:
    """Physical groups by position of each surface's bounding box (mm)."""
    for name, tags in regions.items():
        gmsh.model.addPhysicalGroup(3, list(tags), name=name)
    length, half_gap, half_pitch = geometry.length / MILLI, 0.5 * geometry.width / MILLI, 0.5 * geometry.pitch / MILLI
    top, floor = geometry.fin_height / MILLI, 0.0
    bottom = -(geometry.base_thickness + geometry.tim_thickness) / MILLI
    surfaces: dict[str, list[int]] = {
        name: [] for name in ("inlet", "outlet", "heated", "base_bottom", "wetted", "symmetry", "fin_symmetry")
    }
    tol = 1e-5

    def flat(low: float, high: float, at: float) -> bool:
        return abs(low - at) < tol and abs(high - at) < tol

    for _, tag in gmsh.model.getEntities(2):
        x0, y0, z0, x1, y1, z1 = gmsh.model.getBoundingBox(2, tag)
        beside_fluid = y1 < half_gap + tol and z0 > floor - tol
        if beside_fluid and flat(x0, x1, 0.0):
            surfaces["inlet"].append(tag)
        elif beside_fluid and flat(x0, x1, length):
            surfaces["outlet"].append(tag)
        elif flat(z0, z1, bottom):
            surfaces["heated"].append(tag)
        elif flat(z0, z1, -geometry.base_thickness / MILLI):
            surfaces["base_bottom"].append(tag)
        elif beside_fluid and (flat(y0, y1, half_gap) or flat(z0, z1, floor) or flat(z0, z1, top)):
            surfaces["wetted"].append(tag)
        elif beside_fluid and flat(y0, y1, 0.0):
            surfaces["symmetry"].append(tag)
        elif flat(y0, y1, half_pitch):
            surfaces["fin_symmetry"].append(tag)
    for name, tags in surfaces.items():
        gmsh.model.addPhysicalGroup(2, tags, name=name)
