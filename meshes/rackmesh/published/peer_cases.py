"""Domains on which the engine is held against a finite-volume peer: a channel cell (A, B) and plates with plenums (C).

Axes: x along the flow, y across, z up, z = 0 at the floor of the channels. Volumes: `fluid`, `solid`. Surfaces: `inlet`,
`outlet`, `symmetry` (of the fluid), `wetted` (fluid against solid, and the lid), `heated` (under the base).
"""

from dataclasses import dataclass, replace

from rackmesh.tensor import Block, BlockMesh, Face, Segment

HALF_FIN, FIN, CHANNEL, SIDE_WALL = 0.1e-3, 0.2e-3, 0.3e-3, 0.2e-3  # m
BASE, HEIGHT = 2e-3, 3e-3  # m
CELL_LENGTH, ENTRANCE = 40e-3, 5e-3  # m
PLATE_LENGTH, PLENUM = 20e-3, 5e-3  # m
OPENINGS = {(0, -1): "inlet", (0, 1): "outlet", (1, -1): "symmetry"}  # outer faces of the fluid, by axis and side


@dataclass(frozen=True)
class CellMesh:
    """Cells of the half unit cell (cases A and B).

    Attributes:
        entrance: along the first 5 mm, where flow and heat develop; a plane of the mesh ends it.
        entrance_ratio: longest over shortest cell there.
        length: along the rest.
        length_ratio: longest over shortest cell there.
        channel: across the half channel.
        channel_ratio: longest over shortest, shortest at the wall.
        height: over the height of the channel.
        height_ratio: longest over shortest, shortest at floor and lid.
        fin: across the half fin.
        base: over the base, shortest under the channel.
        base_ratio: longest over shortest.
    """

    entrance: int = 10
    entrance_ratio: float = 40.0
    length: int = 8
    length_ratio: float = 2.0
    channel: int = 2
    channel_ratio: float = 1.5
    height: int = 7
    height_ratio: float = 15.0
    fin: int = 1
    base: int = 3
    base_ratio: float = 4.0


CELL_MESHES = {
    "coarse": CellMesh(entrance=8, length=5, channel=1, channel_ratio=1.0, height=5, height_ratio=10.0),
    "fine": CellMesh(),
}
"""The smallest found with which quadratic velocity and temperature are right to 0.4 and to 0.1 %."""


def cell_blocks(cells: CellMesh, refinement: float = 1.0, fluid_only: bool = False) -> BlockMesh:
    """Case A, or B without the solid: half a channel of 0.15 x 3 mm, half a fin of 0.1 mm, 2 mm of base, 40 mm long.

    y = 0 is the mid-plane of the channel; there are 40 mm of heated face.
    """
    x = (
        Segment(ENTRANCE, cells.entrance, "start", cells.entrance_ratio),
        Segment(CELL_LENGTH - ENTRANCE, cells.length, "start", cells.length_ratio),
    )
    y = (Segment(0.5 * CHANNEL, cells.channel, "end", cells.channel_ratio), Segment(HALF_FIN, cells.fin))
    z = (
        Segment(BASE, cells.base, "end", cells.base_ratio),
        Segment(HEIGHT, cells.height, "both", cells.height_ratio),
    )

    def volume(block: Block) -> str | None:
        return "fluid" if block[1:] == (0, 1) else None if fluid_only else "solid"

    def surface(face: Face) -> str | None:
        if face.volume == "fluid":
            return OPENINGS.get((face.axis, face.side), "wetted")
        return "heated" if (face.axis, face.side, face.beyond) == (2, -1, None) else None

    return _refined(BlockMesh((x, y, z), (0.0, 0.0, -BASE), volume, surface), refinement)


@dataclass(frozen=True)
class PlateMesh:
    """Cells of the half plate (case C).

    Attributes:
        inlet_plenum: along the plenum before the channels, shortest at their mouths.
        outlet_plenum: along the one behind them.
        plenum_ratio: longest over shortest there.
        length: along the channels.
        length_ratio: longest over shortest, shortest at both mouths.
        channel: across each channel.
        channel_ratio: longest over shortest, shortest at the walls.
        fin: across each fin.
        height: over the height of the channels.
        height_ratio: longest over shortest, shortest at floor and lid.
        base: over the base, shortest under the channels.
        base_ratio: longest over shortest.
    """

    inlet_plenum: int = 6
    outlet_plenum: int = 7
    plenum_ratio: float = 30.0
    length: int = 14
    length_ratio: float = 80.0
    channel: int = 3
    channel_ratio: float = 2.0
    fin: int = 2
    height: int = 5
    height_ratio: float = 6.0
    base: int = 3
    base_ratio: float = 4.0


PLATE_MESHES = {
    "coarse": PlateMesh(length=12, length_ratio=60.0, channel=2, channel_ratio=1.0, height=3, height_ratio=4.0),
    "medium": PlateMesh(),
    "fine": PlateMesh(8, 11, plenum_ratio=40.0, length=18, length_ratio=100.0, height=6, height_ratio=8.0),
}
"""On `medium`, quadratic elements are right to 0.3 % in pressure and temperature at 0.5 m/s in case C, on `coarse` to 1 %; on
`fine` to 0.35 % in pressure and 0.1 % in temperature.

What decides is the size of the cells at the mouths of the channels, 0.06 mm along the flow: where they are longer, the flow
around the fins' edges is not resolved, and no method finds a steady flow easily.
"""


def plate_blocks(cells: PlateMesh, refinement: float = 1.0, channels: int = 3, fluid_only: bool = False) -> BlockMesh:
    """Case C: half a plate with plenums of 5 mm before and behind `channels` channels of 0.3 x 3 x 20 mm.

    y = 0 is the plate's plane of symmetry, the middle of a fin of 0.2 mm; a wall of 0.2 mm closes the other side. The
    heated face lies under the channels only. Three channels are case C itself, six in the whole plate.
    """
    x = (
        Segment(PLENUM, cells.inlet_plenum, "end", cells.plenum_ratio),
        Segment(PLATE_LENGTH, cells.length, "both", cells.length_ratio),
        Segment(PLENUM, cells.outlet_plenum, "start", cells.plenum_ratio),
    )
    y = [Segment(HALF_FIN, max(1, cells.fin // 2))]
    for number in range(1, channels + 1):
        wall = FIN if number < channels else SIDE_WALL
        y += [Segment(CHANNEL, cells.channel, "both", cells.channel_ratio), Segment(wall, cells.fin)]
    z = (
        Segment(BASE, cells.base, "end", cells.base_ratio),
        Segment(HEIGHT, cells.height, "both", cells.height_ratio),
    )
    last = len(y) - 1

    def volume(block: Block) -> str | None:
        i, j, k = block
        wet = k == 1 and j != last and (j % 2 == 1 or i != 1)
        return "fluid" if wet else None if fluid_only else "solid"

    def surface(face: Face) -> str | None:
        i, j, _ = face.block
        if face.volume == "fluid":
            outermost = {(0, -1): i == 0, (0, 1): i == 2, (1, -1): j == 0}
            return OPENINGS[face.axis, face.side] if outermost.get((face.axis, face.side)) else "wetted"
        return "heated" if (face.axis, face.side, face.beyond, i) == (2, -1, None, 1) else None

    return _refined(BlockMesh((x, tuple(y), z), (0.0, 0.0, -BASE), volume, surface), refinement)


def _refined(blocks: BlockMesh, factor: float) -> BlockMesh:
    x, y, z = (tuple(segment.refined(factor) for segment in axis) for axis in blocks.axes)
    return replace(blocks, axes=(x, y, z))
