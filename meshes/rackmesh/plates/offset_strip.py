"""Offset strip fins: short plates in rows, each row shifted by half a pitch; one streamwise period or several.

Seen from above; the cell lies between the middle of a strip (y = 0) and that of one of the next row (y = pitch/2), and
begins and ends within a strip, near its middle, so that its two end faces are alike::

      y
      ^  +------+-------------+------+  <- symmetry
      |  |      |####strip####|      |
      |  |      +-------------+      |
    inlet           fluid          outlet
      |  +------+             +------+
      |  |#strip|             |strip#|
      0  +------+-------------+------+  <- symmetry
         0     l/2          3l/2    2l  -> x
"""

from dataclasses import dataclass
from pathlib import Path

from rackmesh.cells.quality import Quality
from rackmesh.files import MeshError
from rackmesh.plates.parts.axes import Part, axis, below, not_negative, positive
from rackmesh.plates.parts.fins import plain_layers
from rackmesh.plates.parts.sizes import Sizes
from rackmesh.tensor import Block, BlockMesh, Face, Places, Segment, write_blocks

_EDGE = 0.16
"""Length of the cell at a strip's blunt end, of the gap over the number of cells across.

The flow is singular at its corners: on cells twice as long the pressure drop of one period is 1 to 2 % higher.
"""


@dataclass(frozen=True)
class OffsetStrip:
    """An array of offset strips on a base.

    Attributes:
        strip_length: of a strip, along the flow (m).
        strip_thickness: of a strip (m).
        pitch: distance between the strips of a row (m); the next row is shifted by half of it.
        fin_height: height of strips and channels (m).
        base_thickness: base plate under the strips (m).
        lid_thickness: solid above them (m), 0 for an adiabatic face.
        periods: streamwise periods, of two strips each: 1 for the cell, more for a row of cells.
    """

    strip_length: float
    strip_thickness: float
    pitch: float
    fin_height: float
    base_thickness: float
    lid_thickness: float = 0.0
    periods: int = 1

    def check(self) -> None:
        """Check the limits.

        Raises:
            MeshError: names the parameter.
        """
        positive(self, "strip_length", "strip_thickness", "pitch", "fin_height", "base_thickness")
        not_negative(self, "lid_thickness")
        below(self, "strip_thickness", "half the pitch", 0.5 * self.pitch)
        if self.periods < 1:
            raise MeshError(f"periods: there must be one at least, not {self.periods}")

    @property
    def gap(self) -> float:
        """Width of the coolant between two strips of a row (m)."""
        return self.pitch - self.strip_thickness

    @property
    def length(self) -> float:
        """Along the flow (m)."""
        return 2.0 * self.periods * self.strip_length


def offset_strip_blocks(geometry: OffsetStrip, sizes: Sizes) -> BlockMesh:
    """The blocks of the cell or row of cells; arguments and errors as `write_offset_strip`."""
    geometry.check()
    sizes.check()
    whole = sizes.graded(geometry.strip_length, _EDGE * geometry.gap / sizes.across, "both")
    places = whole.points()
    middle = max(1, whole.cells // 2)  # where the cell begins is of no matter; so the number in a strip may be odd
    behind, before = (Places(tuple((p - p[0]).tolist())) for p in (places[middle:], places[: middle + 1]))
    along: list[Part] = [("low", behind)]
    along += [("low" if number % 2 else "high", whole) for number in range(2 * geometry.periods - 1)]
    along.append(("low", before))
    strip = Segment(0.5 * geometry.strip_thickness, sizes.count(1))
    x = axis(along)
    y = axis([("low", strip), ("free", sizes.gap(0.5 * geometry.pitch - geometry.strip_thickness)), ("high", strip)])
    z = axis(plain_layers(geometry, geometry.gap / sizes.across, sizes), -geometry.base_thickness)

    def volume(block: Block) -> str:
        layer = z.labels[block[2]]
        return layer if layer != "channel" else "fins" if x.labels[block[0]] == y.labels[block[1]] else "fluid"

    def surface(face: Face) -> str | None:
        fluid = face.volume == "fluid"
        if face.axis == 0 and face.beyond is None:
            end = "inlet" if face.side < 0 else "outlet"
            return end if fluid else f"solid_{end}"
        if fluid:
            inner = face.beyond is not None or face.axis == 2
            return "wetted" if inner else "symmetry_low" if face.side < 0 else "symmetry_high"
        return "heated" if (face.axis, face.side, face.block[2]) == (2, -1, 0) else None

    return BlockMesh((x.parts, y.parts, z.parts), (0.0, 0.0, z.start), volume, surface)


def write_offset_strip(geometry: OffsetStrip, sizes: Sizes, path: Path) -> Quality:
    """Mesh the cell, or a row of cells, and write it with its physical groups (coordinates in metres).

    The faces and cells at x = 0 and at the other end match by translation. Volumes: `fluid`, `fins`, `base`, and `lid` where
    there is one. Surfaces: `inlet`, `outlet` of the fluid, `solid_inlet`, `solid_outlet` of the bodies, `symmetry_low` (y = 0)
    and `symmetry_high` (y = pitch/2) of the fluid, `wetted`, `heated` under the base.

    Args:
        geometry: the strips.
        sizes: target size of cells; `across` counts where the coolant passes between a strip and those of the next row.
        path: the `.msh` file to write (MSH 4.1, binary).

    Raises:
        MeshError: a parameter breaks its limit, or Gmsh failed.
    """
    mesh = offset_strip_blocks(geometry, sizes)
    across = sum(part.cells for part in mesh.axes[1][1:])
    return write_blocks(mesh, path, across={"half gap": across})
