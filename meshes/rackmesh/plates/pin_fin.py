"""Pins on a base: round, square or diamond, in line or staggered; one streamwise period, a row of them, or a whole field.

Seen from above; the cell lies between two planes of symmetry (y = 0, through the middles of the pins of the first row, and
y = pitch_across/2), a row of cells is as many of them one behind the other::

      in line, one period               staggered, one period
      y                                 y
      ^ +--------symmetry-------+       ^ +----------------.##--symmetry--+
      | |                       |       | |                #### <- pin    |
    inlet        .##.         outlet  inlet      .##.       ##          outlet
      0 +-------#pin##----------+       0 +-----#pin##--------------------+
        0     p/2               p -> x    0     p/2      p      3p/2      2p    p: pitch_along

The whole field has a plenum before and behind it and side walls, as `skived` has.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

import numpy as np

from rackmesh.cells.quality import Quality
from rackmesh.files import MeshError
from rackmesh.plates.parts.axes import Axis, axis, below, not_negative, positive, repeats
from rackmesh.plates.parts.extrusion import Extrusion, Wall, write_extrusion
from rackmesh.plates.parts.fins import plain_layers
from rackmesh.plates.parts.heated import heated_at
from rackmesh.plates.parts.imprint import imprinted
from rackmesh.plates.parts.pins import Shape, all_quarters, quarter
from rackmesh.plates.parts.plan import Patch, assemble, rectangle, with_middles
from rackmesh.plates.parts.sizes import Sizes
from rackmesh.zones import Zone, check_zones

_NEAR = 0.6  # of a cell across the narrowest gap: the size of the cell at a pin's edge
_LONG = 2.0  # of the same: cells along a pin's edge and a box's sides


@dataclass(frozen=True)
class PinFin:
    """Pins on a base.

    Attributes:
        pin_width: diameter of a round pin, side of a square one along the flow, diagonal of a diamond along the flow (m).
        pitch_along: distance of rows along the flow (m).
        pitch_across: distance of the pins of a row (m).
        fin_height: height of the pins, which reach to the lid (m).
        base_thickness: base plate under the pins (m).
        lid_thickness: solid above them (m), 0 for an adiabatic face.
        shape: of the pins.
        arrangement: in line, or every second row shifted by half a pitch across.
    """

    pin_width: float
    pitch_along: float
    pitch_across: float
    fin_height: float
    base_thickness: float
    lid_thickness: float = 0.0
    shape: Shape = "round"
    arrangement: Literal["inline", "staggered"] = "inline"

    def check(self) -> None:
        """Check the limits.

        Raises:
            MeshError: names the parameter.
        """
        positive(self, "pin_width", "pitch_along", "pitch_across", "fin_height", "base_thickness")
        not_negative(self, "lid_thickness")
        below(self, "pin_width", "pitch_along")
        below(self, "pin_width", "pitch_across")
        for name, kinds in (("shape", get_args(Shape)), ("arrangement", ("inline", "staggered"))):
            if getattr(self, name) not in kinds:
                raise MeshError(f"{name} must be one of {', '.join(kinds)}, not '{getattr(self, name)}'")

    @property
    def gap(self) -> float:
        """Narrowest gap of the coolant between two pins of a row or of neighbouring rows (m)."""
        return min(self.pitch_across, self.pitch_along) - self.pin_width

    @property
    def rows(self) -> int:
        """Rows in one streamwise period."""
        return 1 if self.arrangement == "inline" else 2


@dataclass(frozen=True)
class PinField:
    """A whole field of pins between two plenums.

    Attributes:
        pins: the pins and their base.
        length: of the field, a whole number of pitches along (m).
        width: of the field, a whole number of pitches across (m); staggered rows begin and end half a pitch from the walls.
        plenum_length: of the plenums before and behind the field (m).
        side_wall: thickness of the walls beside the field (m).
    """

    pins: PinFin
    length: float
    width: float
    plenum_length: float
    side_wall: float

    def check(self) -> tuple[int, int]:
        """Check the limits; gives the number of rows along and of pins in a row.

        Raises:
            MeshError: names the parameter.
        """
        self.pins.check()
        positive(self, "length", "width", "plenum_length", "side_wall")
        along = repeats(self.length, self.pins.pitch_along, "length")
        return along, repeats(self.width, self.pins.pitch_across, "width")

    @property
    def size(self) -> tuple[float, float]:
        """Extent of the plate along x and y (m)."""
        return self.length + 2.0 * self.plenum_length, self.width + 2.0 * self.side_wall


@dataclass(frozen=True)
class _Box:
    """A pin in its box, in quarters, and how its sides are divided."""

    quarters: dict[tuple[int, int], list[Patch]]
    cells: int
    across: int


def _box(pins: PinFin, sizes: Sizes) -> _Box:
    pins.check()
    sizes.check()
    size, half = pins.gap / sizes.across, 0.5 * pins.pin_width
    sides = (0.5 * pins.pitch_along, 0.5 * pins.pitch_across)
    cells = sizes.count(max(2.0, max(sides) / (_LONG * size)))
    out = sizes.graded(max(sides) - half, _NEAR * size, "start")
    share = out.points() / out.length
    patches = quarter(pins.shape, half, sides, cells, share, sizes.count(1))
    return _Box(all_quarters(patches), cells, len(share) - 1)


def _layers(pins: PinFin, sizes: Sizes) -> Axis:
    return axis(plain_layers(pins, pins.gap / sizes.across, sizes), -pins.base_thickness)


def _volume(region: str, layer: str) -> str:
    return layer if layer != "channel" else {"pin": "fins", "free": "fluid", "wall": "walls"}[region]


def write_pin_cell(pins: PinFin, sizes: Sizes, path: Path, periods: int = 1) -> Quality:
    """Mesh one streamwise period of the pins, or a row of periods, and write it (coordinates in metres).

    The faces and cells at x = 0 and at the other end match by translation. Volumes: `fluid`, `fins` (the pins), `base`, and
    `lid` where there is one. Surfaces: `inlet`, `outlet` of the fluid, `solid_inlet`, `solid_outlet` of the bodies,
    `symmetry_low` (y = 0) and `symmetry_high` (y = pitch_across/2) of the fluid, `wetted`, `heated` under the base.

    Args:
        pins: the pins.
        sizes: target size of cells; `across` counts in the narrowest gap between pins.
        path: the `.msh` file to write (MSH 4.1, binary); curved cells of second order for round pins.
        periods: number of periods; one of a staggered arrangement has two rows.

    Raises:
        MeshError: a parameter breaks its limit, or Gmsh failed.
    """
    if periods < 1:
        raise MeshError(f"periods: there must be one at least, not {periods}")
    box, rows = _box(pins, sizes), periods * pins.rows
    top, patches = 0.5 * pins.pitch_across, []
    for row in range(rows):
        y, side = (top, -1) if row % pins.rows else (0.0, 1)
        x = (row + 0.5) * pins.pitch_along
        patches += [patch.moved(x, y) for way in (-1, 1) for patch in box.quarters[way, side]]

    def surface(wall: Wall) -> str | None:
        fluid = wall.volume == "fluid"
        if wall.beyond is None and abs(wall.normal[0]) > 0.999:
            end = "inlet" if wall.normal[0] < 0.0 else "outlet"
            return end if fluid else f"solid_{end}"
        if fluid:
            if wall.beyond is None and abs(wall.normal[1]) > 0.999:
                return "symmetry_low" if wall.normal[1] < 0.0 else "symmetry_high"
            return "wetted"
        return "heated" if wall.beyond is None and wall.looks(2, -1) else None

    mesh = Extrusion(assemble(patches), _layers(pins, sizes), _volume, surface, pins.shape == "round")
    return write_extrusion(mesh, path, {"half gap": box.across})


def pin_field(field: PinField, sizes: Sizes, zones: Sequence[Zone] = ()) -> Extrusion:
    """The cells of the whole field; arguments and errors as `write_pin_field`."""
    along, across = field.check()
    check_zones(zones, *field.size)
    pins, box = field.pins, _box(field.pins, sizes)
    first = _LONG * pins.gap / sizes.across
    before = sizes.graded(field.plenum_length, first, "end").points()
    behind = field.size[0] - before[::-1]
    wide = np.linspace(0.0, field.length, 2 * box.cells * along + 1) + field.plenum_length
    x = np.concatenate([before, wide[1:-1], behind])
    low = np.linspace(0.0, field.side_wall, sizes.count(1) + 1)
    high = field.size[1] - low[::-1]
    deep = np.linspace(0.0, field.width, 2 * box.cells * across + 1) + field.side_wall
    patches = [rectangle("wall", with_middles(x), with_middles(y)) for y in (low, high)]
    patches += [rectangle("free", with_middles(part), with_middles(deep)) for part in (before, behind)]
    for row in range(along):
        middle = field.plenum_length + (row + 0.5) * pins.pitch_along
        shifted = pins.arrangement == "staggered" and row % 2 == 1
        for number in range(across - 1 if shifted else across):
            y = field.side_wall + (number + (1.0 if shifted else 0.5)) * pins.pitch_across
            patches += [patch.moved(middle, y) for part in box.quarters.values() for patch in part]
        if shifted:
            ends = (deep[: box.cells + 1], deep[-box.cells - 1 :])
            half = with_middles(middle + np.linspace(-0.5, 0.5, 2 * box.cells + 1) * pins.pitch_along)
            patches += [rectangle("free", half, with_middles(part)) for part in ends]
    span = (field.plenum_length, field.length, field.side_wall, field.width)
    # Lines that are straight from end to end of the plan: between the pins' boxes and through the pins.
    lines = np.concatenate([before, wide[:: box.cells], behind]), np.concatenate([low, deep[:: box.cells], high])
    imprint = imprinted(zones, lines, pins.base_thickness)

    def surface(wall: Wall) -> str | None:
        if wall.volume == "fluid":
            if wall.beyond is None and abs(wall.normal[0]) > 0.999:
                return "inlet" if wall.normal[0] < 0.0 else "outlet"
            return "wetted"
        if wall.beyond is not None or not wall.looks(2, -1):
            return None
        x, y, _ = imprint(np.array([wall.middle]))[0].tolist()
        return heated_at(x, y, zones, span)

    return Extrusion(assemble(patches), _layers(pins, sizes), _volume, surface, pins.shape == "round", imprint)


def write_pin_field(field: PinField, sizes: Sizes, zones: Sequence[Zone], path: Path) -> Quality:
    """Mesh the whole field with its plenums and write it with its physical groups (coordinates in metres).

    Volumes: `fluid`, `fins` (the pins), `base`, `walls` (beside the field), and `lid` where there is one. Surfaces: `inlet` and
    `outlet`, the plenums' end faces, `wetted` (the other faces of the fluid), and on the lower face `heated_...` after the
    zones that cover it; `heated` under the field if there are no zones. Edges of zones lie on grid lines that are moved
    there on the lower face.

    Args:
        field: the field; the plate's lowest corner is the origin of x and y, z = 0 the floor of the channels.
        sizes: target size of cells; `across` counts in the narrowest gap between pins.
        zones: rectangles on the lower face.
        path: the `.msh` file to write (MSH 4.1, binary); curved cells of second order for round pins.

    Raises:
        MeshError: a parameter breaks its limit, zones are closer than the grid allows, or Gmsh failed.
    """
    mesh = pin_field(field, sizes, zones)
    return write_extrusion(mesh, path, {"half gap": _box(field.pins, sizes).across})
