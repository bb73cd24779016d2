"""A plate of straight fins that is fed through a slot across its middle, from above; the flow parts and leaves at both ends.

Cut along the flow (x); the cell is its right half, half a channel and half a fin wide::

      z                 inlet
      ^                 |   |   slot_height
      |  +--------------+   +--------------+
      |  |  lid         |   |              |  lid_thickness, if any
      |  +------+-------+---+-------+------+
    outlet_1    |      fins         |    outlet_2   fin_height
      0  +------+-------------------+------+
      |  |             base                |  base_thickness
      |  +---------------------------------+
             heated: under the fins, or zones    -> x
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from rackmesh.cells.quality import Quality
from rackmesh.files import MeshError
from rackmesh.plates.parts.axes import Axis, Part, axis, below, positive
from rackmesh.plates.parts.fins import check_field, layers, mouth, rows
from rackmesh.plates.parts.heated import HeatedFace
from rackmesh.plates.parts.sizes import Sizes
from rackmesh.tensor import Block, BlockMesh, Face, Segment, write_blocks
from rackmesh.zones import Zone, check_zones, edges


@dataclass(frozen=True)
class SplitFlow:
    """A plate of straight fins with an inlet slot across its middle.

    Attributes:
        length: of the fins, along the flow, both halves (m).
        width: of the finned field, a whole number of pitches (m).
        pitch: distance between neighbouring channels (m).
        channel_width: gap between two fins (m).
        fin_height: height of fins and channels (m).
        base_thickness: base plate under the fins (m).
        slot_width: of the inlet slot, along the flow (m); it runs across the whole field.
        slot_height: from the fins' tips up to the inlet (m).
        plenum_length: of the plenums behind the fins, at both ends (m); the cell has none.
        side_wall: thickness of the walls beside the field (m); the cell has none.
        lid_thickness: solid above fins and plenums, beside the slot (m), at most the slot's height; 0 for an adiabatic face.
    """

    length: float
    width: float
    pitch: float
    channel_width: float
    fin_height: float
    base_thickness: float
    slot_width: float
    slot_height: float
    plenum_length: float
    side_wall: float
    lid_thickness: float = 0.0

    def check(self) -> None:
        """Check the limits.

        Raises:
            MeshError: names the parameter.
        """
        check_field(self)
        positive(self, "plenum_length", "slot_width", "slot_height")
        below(self, "slot_width", "length")
        if self.lid_thickness > self.slot_height:
            raise MeshError(
                f"slot_height ({self.slot_height * 1e3:g} mm) must be at least lid_thickness "
                f"({self.lid_thickness * 1e3:g} mm)"
            )

    @property
    def size(self) -> tuple[float, float]:
        """Extent of the plate along x and y (m)."""
        return self.length + 2.0 * self.plenum_length, self.width + 2.0 * self.side_wall


def _layers(geometry: SplitFlow, sizes: Sizes) -> list[Part]:
    """Those of the fins, and the slot above the lid."""
    parts, above = layers(geometry, sizes), geometry.slot_height - geometry.lid_thickness
    if above > 1e-9 * geometry.slot_height:
        parts.append(("slot", sizes.graded(above, geometry.channel_width, "start")))
    return parts


def _volume(along: str, row: str, layer: str) -> str | None:
    """Body of a block, by its labels along x, y and z."""
    if layer == "base":
        return "base"
    if layer in ("lid", "slot"):
        if along == "slot" and row != "wall":
            return "fluid"
        return "lid" if layer == "lid" else None
    if row == "wall":
        return "walls"
    return "fluid" if row == "gap" or along == "plenum" else "fins"


def split_flow_blocks(geometry: SplitFlow, sizes: Sizes, zones: Sequence[Zone] = ()) -> BlockMesh:
    """The blocks of the whole plate; arguments and errors as `write_split_flow`."""
    geometry.check()
    sizes.check()
    check_zones(zones, *geometry.size)
    along, across = edges(zones)
    first = mouth(geometry, sizes)
    half = sizes.graded(0.5 * (geometry.length - geometry.slot_width), first, "both")
    plenum = geometry.plenum_length
    x = axis(
        [
            ("plenum", sizes.graded(plenum, first, "end")),
            ("fins", half),
            ("slot", sizes.graded(geometry.slot_width, 2.0 * first, "both")),
            ("fins", half),
            ("plenum", sizes.graded(plenum, first, "start")),
        ],
        at=along,
    )
    y = axis(rows(geometry, sizes), at=across)
    z = axis(_layers(geometry, sizes), -geometry.base_thickness)
    heated = HeatedFace(x, y, zones, (plenum, geometry.length, geometry.side_wall, geometry.width))

    def surface(face: Face) -> str | None:
        if face.volume != "fluid":
            return heated.name(face)
        if face.beyond is None and face.axis == 0 and face.block[0] in (0, x.last):
            return "outlet_1" if face.side < 0 else "outlet_2"
        return "inlet" if (face.axis, face.side, face.block[2]) == (2, 1, z.last) and _in_slot(face, x) else "wetted"

    return _mesh(x, y, z, surface)


def split_flow_cell(geometry: SplitFlow, sizes: Sizes, x_breaks: Sequence[float] = ()) -> BlockMesh:
    """The blocks of the cell; arguments and errors as `write_split_flow_cell`."""
    geometry.check()
    sizes.check()
    end = 0.5 * geometry.length
    if any(not 0.0 < place < end for place in x_breaks):
        raise MeshError(f"x_breaks must lie between 0 and half the length ({end * 1e3:g} mm)")
    first, half_slot = mouth(geometry, sizes), 0.5 * geometry.slot_width
    x = axis(
        [
            ("slot", sizes.graded(half_slot, 2.0 * first, "end")),
            ("fins", sizes.graded(end - half_slot, first, "start")),
        ],
        at=x_breaks,
    )
    half_gap = 0.5 * geometry.channel_width
    across = Segment(half_gap, sizes.count(0.5 * sizes.across), "end", sizes.wall_ratio)
    y = axis([("gap", across), ("fin", Segment(0.5 * geometry.pitch - half_gap, sizes.count(1)))])
    z = axis(_layers(geometry, sizes), -geometry.base_thickness)

    def heated(block: int) -> str:
        return f"heated_{1 + sum(x.middle(block) > place for place in x_breaks)}" if x_breaks else "heated"

    def surface(face: Face) -> str | None:
        if face.volume != "fluid":
            underside = (face.axis, face.side, face.block[2]) == (2, -1, 0)
            return heated(face.block[0]) if underside else None
        outer = face.beyond is None
        if face.axis == 0 and outer and face.block[0] == (0 if face.side < 0 else x.last):
            return "symmetry_slot" if face.side < 0 else "outlet"
        if face.axis == 1 and outer:
            return "symmetry_channel" if face.side < 0 else "symmetry_fin"
        return "inlet" if (face.axis, face.side, face.block[2]) == (2, 1, z.last) and _in_slot(face, x) else "wetted"

    return _mesh(x, y, z, surface)


def _in_slot(face: Face, x: Axis) -> bool:
    return x.labels[face.block[0]] == "slot"


def _mesh(x: Axis, y: Axis, z: Axis, surface: Callable[[Face], str | None]) -> BlockMesh:
    def volume(block: Block) -> str | None:
        return _volume(x.labels[block[0]], y.labels[block[1]], z.labels[block[2]])

    return BlockMesh((x.parts, y.parts, z.parts), (x.start, y.start, z.start), volume, surface)


def write_split_flow(geometry: SplitFlow, sizes: Sizes, zones: Sequence[Zone], path: Path) -> Quality:
    """Mesh the whole plate and write it with its physical groups (coordinates in metres).

    Volumes: `fluid`, `fins`, `base`, `walls`, and `lid` where there is one. Surfaces: `inlet` on top of the slot,
    `outlet_1` and `outlet_2` at the ends, `wetted` (the other faces of the fluid), `heated` or `heated_...` as of
    `write_skived`.

    Args:
        geometry: the plate; its lowest corner is the origin of x and y, z = 0 the floor of the channels.
        sizes: target size of cells.
        zones: rectangles on the lower face.
        path: the `.msh` file to write (MSH 4.1, binary).

    Raises:
        MeshError: a parameter breaks its limit, or Gmsh failed.
    """
    mesh = split_flow_blocks(geometry, sizes, zones)
    return write_blocks(mesh, path, across={"channel": sizes.gap(geometry.channel_width).cells})


def write_split_flow_cell(geometry: SplitFlow, sizes: Sizes, path: Path, x_breaks: Sequence[float] = ()) -> Quality:
    """Mesh the cell, half a channel and half a fin from the slot's middle to the fins' end, and write it.

    Volumes as of the whole plate without walls. Surfaces: `inlet`, `outlet`, `wetted`, `heated` (or `heated_1`, `heated_2`, ...
    from the slot on), and the planes of symmetry of the fluid: `symmetry_slot` (x = 0), `symmetry_channel` (y = 0),
    `symmetry_fin` (above the fin, y = pitch/2).

    Args:
        geometry: the plate.
        sizes: target size of cells.
        path: the `.msh` file to write (MSH 4.1, binary).
        x_breaks: distances from the slot's middle (m) at which the heated face is split.

    Raises:
        MeshError: a parameter breaks its limit, or Gmsh failed.
    """
    mesh = split_flow_cell(geometry, sizes, x_breaks)
    return write_blocks(mesh, path, across={"half channel": sizes.count(0.5 * sizes.across)})
