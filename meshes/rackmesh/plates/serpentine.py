"""One rectangular channel that winds through a solid block in parallel passes, as hexahedra, curved in the bends.

Seen from above, three passes; an even number has both ports on the left::

      y
      ^ +---------------------------------+
      | |  .-------------------------------- outlet
      | | (  .----------------------------
      | | (  `--------------------------.  |
      | |  `--------------------------.  ) |   inner_radius: half the wall between two passes
    inlet ----------------------------'  ) |
        ---------------------------------'  |
      0 +---------------------------------+ -> x
        0                              length

Across: base below, the channel and its walls, a lid above if there is one; z = 0 is the channel's floor.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import pi
from pathlib import Path
from typing import Literal, get_args

import numpy as np

from rackmesh.cells.quality import Quality
from rackmesh.files import MeshError
from rackmesh.plates.parts.axes import Axis, axis, not_negative, positive
from rackmesh.plates.parts.bends import Divisions, mitred_bend, round_bend
from rackmesh.plates.parts.extrusion import Extrusion, Wall, write_extrusion
from rackmesh.plates.parts.heated import heated_at
from rackmesh.plates.parts.imprint import imprinted
from rackmesh.plates.parts.plan import Patch, assemble, rectangle, with_middles
from rackmesh.plates.parts.sizes import Sizes
from rackmesh.tensor import Segment, cut
from rackmesh.zones import Zone, check_zones, edges

_STRAIGHT = 1.33  # length of a cell along a pass, of the width over the number of cells across it
_EDGE = 1e-6  # of the length: what is closer to an end of the block is at it
Bends = Literal["round", "mitred"]


@dataclass(frozen=True)
class Serpentine:
    """A serpentine channel in a block.

    Attributes:
        length: of the block, along the passes (m).
        passes: number of passes.
        channel_width: of the channel (m).
        channel_height: of the channel (m).
        inner_radius: of the bends, half the wall between two passes (m).
        wall: thickness of the block's walls beside the outermost passes and beyond the bends (m).
        base_thickness: under the channel (m).
        lid_thickness: above the channel (m), 0 for an adiabatic face.
        bends: round, or mitred: with sharp corners, where the flow is unsteady much earlier.
    """

    length: float
    passes: int
    channel_width: float
    channel_height: float
    inner_radius: float
    wall: float
    base_thickness: float
    lid_thickness: float = 0.0
    bends: Bends = "round"

    def check(self) -> None:
        """Check the limits.

        Raises:
            MeshError: names the parameter.
        """
        positive(self, "length", "channel_width", "channel_height", "inner_radius", "wall", "base_thickness")
        not_negative(self, "lid_thickness")
        if self.passes < 1:
            raise MeshError(f"passes: there must be one at least, not {self.passes}")
        if self.bends not in get_args(Bends):
            raise MeshError(f"bends must be one of {', '.join(get_args(Bends))}, not '{self.bends}'")
        if not 2.0 * self.end < self.length:
            raise MeshError(
                f"length ({self.length * 1e3:g} mm) must be larger than bends and walls at both ends take, "
                f"{2e3 * self.end:g} mm"
            )

    @property
    def pitch(self) -> float:
        """Distance of the passes (m)."""
        return self.channel_width + 2.0 * self.inner_radius

    @property
    def end(self) -> float:
        """Length of an end of the block, from where its bends begin (m)."""
        turn = self.channel_width if self.bends == "mitred" else self.inner_radius + self.channel_width
        return turn + self.wall

    @property
    def size(self) -> tuple[float, float]:
        """Extent of the block along x and y (m)."""
        return self.length, self.passes * self.pitch - 2.0 * self.inner_radius + 2.0 * self.wall

    def middle(self, number: int) -> float:
        """Middle of a pass, or between two, across (m), counted from 0."""
        return self.wall + 0.5 * self.channel_width + number * self.pitch


def _divisions(geometry: Serpentine, sizes: Sizes) -> Divisions:
    across = _side(geometry, sizes)
    radius = geometry.inner_radius + 0.5 * geometry.channel_width
    bend = max(1.0, 0.25 * pi * radius * sizes.across / geometry.channel_width)
    return Divisions(sizes.count(bend), sizes.count(1), across.points() / across.length)


def _side(geometry: Serpentine, sizes: Sizes) -> Segment:
    return Segment(geometry.channel_width, sizes.count(sizes.across), "both", sizes.wall_ratio)


def _layers(geometry: Serpentine, sizes: Sizes) -> Axis:
    """Base, channel and lid; the channel has more cells over its height than across, for the layers that turn in bends."""
    height, width = geometry.channel_height, geometry.channel_width
    cells = sizes.count(1.5 * sizes.across * max(1.0, height / width))
    size = 0.5 * height / cells * sizes.factor
    parts = [
        ("base", sizes.graded(geometry.base_thickness, 2.0 * size, "end")),
        ("channel", Segment(height, cells, "both", sizes.wall_ratio)),
    ]
    if geometry.lid_thickness:
        parts.append(("lid", sizes.graded(geometry.lid_thickness, 2.0 * size, "start")))
    return axis(parts, -geometry.base_thickness)


def _strips(geometry: Serpentine, divisions: Divisions, number: int) -> list[tuple[str, np.ndarray]]:
    """Across one pass: from the middle of the wall below, or the edge, to that above."""
    y, half, wall = geometry.middle(number), 0.5 * geometry.channel_width, divisions.wall()
    low = geometry.wall if number == 0 else geometry.inner_radius
    high = geometry.wall if number == geometry.passes - 1 else geometry.inner_radius
    parts = [
        ("wall", y - half - low * wall[::-1]),
        ("channel", y - half + geometry.channel_width * divisions.across),
        ("wall", y + half + high * wall),
    ]
    return [(name, with_middles(points)) for name, points in parts]


def _end(geometry: Serpentine, divisions: Divisions, right: bool) -> list[Patch]:
    """Patches of one end of the block: bends, and ports where the first and the last pass go through."""
    patches, number, start = [], 0 if right else 1, geometry.length - geometry.end if right else geometry.end
    singles = {0, geometry.passes - 1}
    mitred = geometry.bends == "mitred"
    radii = geometry.inner_radius, geometry.inner_radius + geometry.channel_width
    while number + 1 < geometry.passes:
        low = geometry.wall if number == 0 else geometry.inner_radius
        high = geometry.wall if number + 2 == geometry.passes else geometry.inner_radius
        make = mitred_bend if mitred else round_bend
        bend = make(divisions, radii, geometry.end, (radii[1] + low, radii[1] + high))
        turned = bend if right else [patch.mirrored(0) for patch in bend]
        patches += [patch.moved(start, geometry.middle(number) + 0.5 * geometry.pitch) for patch in turned]
        singles -= {number, number + 1}
        number += 2
    if mitred:
        rest = geometry.channel_width + geometry.wall * divisions.wall()
        lines = np.concatenate([geometry.channel_width * divisions.across, rest[1:]])
    else:
        lines = np.linspace(0.0, geometry.end, divisions.bend + 1)
    x = with_middles(start + lines if right else start - lines[::-1])
    return patches + [rectangle(n, x, y) for one in sorted(singles) for n, y in _strips(geometry, divisions, one)]


def _lines_across(geometry: Serpentine, strips: list[tuple[str, np.ndarray]], along: Sequence[float]) -> np.ndarray:
    """Grid lines across that are straight as far as zones go whose edges along are given.

    Those of the passes, unless a zone reaches to an end of the block: then only those between the passes.
    """
    if all(_EDGE < place / geometry.length < 1.0 - _EDGE for place in along):
        return np.concatenate([points[::2] for _, points in strips])
    middles = [geometry.middle(number) + 0.5 * geometry.pitch for number in range(geometry.passes - 1)]
    return np.array([0.0, *middles, geometry.size[1]])


def serpentine(geometry: Serpentine, sizes: Sizes, zones: Sequence[Zone] = ()) -> Extrusion:
    """The cells of the block; arguments and errors as `write_serpentine`."""
    geometry.check()
    sizes.check()
    check_zones(zones, *geometry.size)
    divisions, end = _divisions(geometry, sizes), geometry.end
    straight = geometry.length - 2.0 * end
    step = _STRAIGHT * geometry.channel_width / sizes.across
    parts = cut(Segment(straight, sizes.count(straight / step)), [place - end for place in edges(zones)[0]])
    starts = np.cumsum([end, *(part.length for part in parts)])
    lines = np.concatenate([starts[:1], *(s + part.points()[1:] for s, part in zip(starts, parts, strict=False))])
    x = with_middles(lines)
    strips = [strip for number in range(geometry.passes) for strip in _strips(geometry, divisions, number)]
    patches = [rectangle(name, x, y) for name, y in strips]
    patches += _end(geometry, divisions, True) + _end(geometry, divisions, False)
    straight_lines = np.concatenate([[0.0], lines, geometry.size[:1]]), _lines_across(geometry, strips, edges(zones)[0])
    imprint = imprinted(zones, straight_lines, geometry.base_thickness)

    def volume(region: str, layer: str) -> str:
        return layer if layer != "channel" else {"channel": "fluid", "wall": "walls"}[region]

    def surface(wall: Wall) -> str | None:
        if wall.volume == "fluid":
            if wall.beyond is not None or abs(wall.normal[0]) < 0.999:
                return "wetted"
            first = wall.looks(0, -1) and wall.middle[1] < geometry.wall + geometry.channel_width
            return "inlet" if first else "outlet"
        if wall.beyond is not None or not wall.looks(2, -1):
            return None
        at_x, at_y, _ = imprint(np.array([wall.middle]))[0].tolist()
        return heated_at(at_x, at_y, zones, (0.0, geometry.length, 0.0, geometry.size[1]))

    return Extrusion(assemble(patches), _layers(geometry, sizes), volume, surface, geometry.bends == "round", imprint)


def write_serpentine(geometry: Serpentine, sizes: Sizes, zones: Sequence[Zone], path: Path) -> Quality:
    """Mesh the block and write it with its physical groups (coordinates in metres).

    Volumes: `fluid`, `base`, `walls` (beside the channel), and `lid` where there is one. Surfaces: `inlet` (x = 0) and
    `outlet`, `wetted` (the other faces of the fluid), and on the lower face `heated_...` after the zones that cover it,
    `heated` everywhere if there are no zones. Edges of zones lie on grid lines that are moved there on the lower face.

    Args:
        geometry: the serpentine; the block's lowest corner is the origin of x and y.
        sizes: target size of cells; `across` counts across the channel; half as many again lie over its height, where the
            layers of the flow in bends are.
        zones: rectangles on the lower face.
        path: the `.msh` file to write (MSH 4.1, binary); cells of second order, curved in round bends.

    Raises:
        MeshError: a parameter breaks its limit, zones are closer than the grid allows, or Gmsh failed.
    """
    mesh = serpentine(geometry, sizes, zones)
    across = len(_divisions(geometry, sizes).across) - 1
    return write_extrusion(mesh, path, {"width": across, "height": mesh.layers.parts[1].cells})
