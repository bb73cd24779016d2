"""A plate of straight fins with a plenum before and behind them, whole, as structured hexahedra.

Seen from above, and cut along the flow (x), the lid left out::

      y                                           z
      ^ +--------------------------+              ^   plenum      fins      plenum
      | |  side wall               |              |  +-------+------------+-------+
      | +------+----fins----+------+              |  | fluid |            | fluid |  fin_height
    inlet      |____________|      outlet         0  +-------+------------+-------+
      |        |____________|                     |  |            base            |  base_thickness
      | +------+------------+------+              |  +----------------------------+
      | |  side wall               |                         heated: under the fins, or zones
      0 +--------------------------+ -> x
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rackmesh.cells.quality import Quality
from rackmesh.files import MeshError
from rackmesh.plates.parts.axes import Axis, axis, positive
from rackmesh.plates.parts.fins import check_field, layers, mouth, rows
from rackmesh.plates.parts.heated import HeatedFace
from rackmesh.plates.parts.sizes import Sizes
from rackmesh.tensor import Block, BlockMesh, Face, write_blocks
from rackmesh.zones import Zone, check_zones, edges


@dataclass(frozen=True)
class Skived:
    """A plate of straight fins, through-flow.

    Attributes:
        length: of the fins, along the flow (m).
        width: of the finned field, a whole number of pitches (m).
        pitch: distance between neighbouring channels (m).
        channel_width: gap between two fins (m).
        fin_height: height of fins and channels (m).
        base_thickness: base plate under the fins (m).
        plenum_length: of the plenums before and behind the fins (m).
        side_wall: thickness of the walls beside the field, where its outermost half fins stand against them (m).
        lid_thickness: solid above fins and plenums (m), 0 for an adiabatic face.
        port_width: of a window in the middle of the plenums' end faces, inlet and outlet (m); 0 for the whole end faces.
    """

    length: float
    width: float
    pitch: float
    channel_width: float
    fin_height: float
    base_thickness: float
    plenum_length: float
    side_wall: float
    lid_thickness: float = 0.0
    port_width: float = 0.0

    def check(self) -> None:
        """Check the limits.

        Raises:
            MeshError: names the parameter.
        """
        check_field(self)
        positive(self, "plenum_length")
        if not 0.0 <= self.port_width <= self.width:
            raise MeshError(
                f"port_width ({self.port_width * 1e3:g} mm) must not be larger than width ({self.width * 1e3:g} mm), "
                "and not negative"
            )

    @property
    def size(self) -> tuple[float, float]:
        """Extent of the plate along x and y (m)."""
        return self.length + 2.0 * self.plenum_length, self.width + 2.0 * self.side_wall


def skived_blocks(geometry: Skived, sizes: Sizes, zones: Sequence[Zone] = ()) -> BlockMesh:
    """The blocks of the plate; arguments and errors as `write_skived`."""
    geometry.check()
    sizes.check()
    check_zones(zones, *geometry.size)
    along, across = edges(zones)
    first, middle, half = mouth(geometry, sizes), 0.5 * geometry.size[1], 0.5 * (geometry.port_width or geometry.width)
    x = axis(
        [
            ("before", sizes.graded(geometry.plenum_length, first, "end")),
            ("fins", sizes.graded(geometry.length, first, "both")),
            ("behind", sizes.graded(geometry.plenum_length, first, "start")),
        ],
        at=along,
    )
    y = axis(rows(geometry, sizes), at=[*across, middle - half, middle + half])
    z = axis(layers(geometry, sizes), -geometry.base_thickness)
    field = (geometry.plenum_length, geometry.length, geometry.side_wall, geometry.width)
    return BlockMesh(
        (x.parts, y.parts, z.parts),
        (0.0, 0.0, z.start),
        lambda block: _volume(block, x, y, z),
        lambda face: _surface(face, x, y, HeatedFace(x, y, zones, field), (middle, half)),
    )


def _volume(block: Block, x: Axis, y: Axis, z: Axis) -> str:
    along, row, layer = x.labels[block[0]], y.labels[block[1]], z.labels[block[2]]
    if layer != "channel":
        return layer
    if row == "wall":
        return "walls"
    return "fluid" if row == "gap" or along != "fins" else "fins"


def _surface(face: Face, x: Axis, y: Axis, heated: HeatedFace, port: tuple[float, float]) -> str | None:
    if face.volume != "fluid":
        return heated.name(face)
    if face.axis == 0 and face.beyond is None and abs(y.middle(face.block[1]) - port[0]) < port[1]:
        return "inlet" if face.side < 0 else "outlet"
    return "wetted"


def write_skived(geometry: Skived, sizes: Sizes, zones: Sequence[Zone], path: Path) -> Quality:
    """Mesh the plate and write it with its physical groups (coordinates in metres).

    Volumes: `fluid`, `fins`, `base`, `walls` (beside the field), and `lid` where there is one. Surfaces: `inlet`, `outlet`,
    `wetted` (the other faces of the fluid), and on the lower face `heated_...` after the zones that cover it; `heated` under
    the fins if there are no zones.

    Args:
        geometry: the plate; its lowest corner is the origin of x and y, z = 0 the floor of the channels.
        sizes: target size of cells.
        zones: rectangles on the lower face.
        path: the `.msh` file to write (MSH 4.1, binary).

    Raises:
        MeshError: a parameter breaks its limit, or Gmsh failed.
    """
    mesh = skived_blocks(geometry, sizes, zones)
    return write_blocks(mesh, path, across={"channel": sizes.gap(geometry.channel_width).cells})
