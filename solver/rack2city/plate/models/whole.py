"""A whole plate with its plenums and walls, resolved in three dimensions."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from pathlib import Path

from rack2city.case import ComputedPlate, Fed, PinFin, Serpentine, Skived, SplitFlow, Zone
from rack2city.errors import InputError
from rack2city.fem.solvers.memory import factor_memory, node_memory
from rack2city.plate.design import PlateDesign
from rack2city.plate.models.family import coarser_sizes, sizes_of
from rack2city.plate.models.model import Channels, PlateModel
from rack2city.plate.models.named import named_strips, require_bodies
from rack2city.plate.models.split import geometry_of
from rackmesh.cells.quality import Quality
from rackmesh.plates.parts.extrusion import Extrusion
from rackmesh.plates.parts.sizes import Sizes
from rackmesh.plates.pin_fin import PinField, pin_field, write_pin_field
from rackmesh.plates.pin_fin import PinFin as Pins
from rackmesh.plates.serpentine import Serpentine as Winding
from rackmesh.plates.serpentine import serpentine, write_serpentine
from rackmesh.plates.skived import Skived as Fins
from rackmesh.plates.skived import skived_blocks, write_skived
from rackmesh.plates.split_flow import split_flow_blocks, write_split_flow
from rackmesh.tensor import BlockMesh
from rackmesh.zones import Zone as Rectangle

LEAVES_OUT = (
    "hoses and fittings before and behind the ports that are meshed",
    "turbulence: laminar, developed at the inlet",
)
UNKNOWNS_PER_CELL = 32.0  # of second-order velocity and pressure, a few cells across each gap
MOST_PINS = 5000  # of a whole plate
ON_DISK = 2.0  # a factor that goes to disk needs about half of its memory

type Write = Callable[[Sizes, Sequence[Rectangle], Path], Quality]
type Cells = Callable[[Sizes, Sequence[Rectangle]], BlockMesh | Extrusion]


@dataclass(frozen=True)
class Generator:
    """What makes the mesh of a plate.

    Attributes:
        write: writes it.
        cells: its cells before they are written.
        corner: lowest x and y of the field, from which zones are counted, in the mesh (m).
        solids: names of its solid bodies, without the lid.
    """

    write: Write
    cells: Cells
    corner: tuple[float, float] = (0.0, 0.0)
    solids: tuple[str, ...] = ("base", "fins", "walls")


def whole_plate(design: PlateDesign) -> PlateModel:
    """Model of a plate by all of it."""
    plate = design.plate
    assert isinstance(plate, Fed | Serpentine)
    made = generator(plate)
    zones = [rectangle(zone, *made.corner) for zone in plate.zones]
    sizes = sizes_of(plate)

    def check() -> None:
        require_bodies(design, [*made.solids, *(["lid"] if plate.lid_thickness else [])], ())
        if isinstance(plate, PinFin):
            require_few_pins(design, plate)
        require_memory(design, made.cells(sizes, zones))

    return PlateModel(
        design=design,
        channels=getattr(plate, "channels", None),
        write=partial(made.write, sizes, zones),
        coarser={name: partial(made.write, coarse, zones) for name, coarse in coarser_sizes(plate).items()},
        single=False,
        strips=lambda areas: named_strips(design, areas),
        leaves_out=LEAVES_OUT,
        apart=channels_apart(plate, *made.corner),
        refuse=check,
    )


def channels_apart(plate: ComputedPlate, x: float, y: float) -> Channels | None:
    """Where straight channels lie in a plate whose field begins at a corner (m): in the middle of the way that they go."""
    if not isinstance(plate, Skived | SplitFlow):
        return None
    middle = 0.5 if isinstance(plate, Skived) else 0.75  # from the slot to the end of larger x
    edges = [y + number * plate.pitch for number in range(plate.channels + 1)]
    return Channels(x + middle * plate.length, tuple(pairwise(edges)))


def rectangle(zone: Zone, x: float, y: float) -> Rectangle:
    """A zone of the case on a plate whose field, from which it is counted, begins at a corner (m)."""
    return Rectangle(zone.name, zone.x + x, zone.y + y, zone.length, zone.width)


def require_few_pins(design: PlateDesign, plate: PinFin) -> None:
    """Refuse so many pins that laying them out alone would take minutes, and their flow more memory than there is."""
    pins = plate.length / plate.pitch_along * plate.width / plate.pitch_across
    if pins > MOST_PINS:
        told = f"the whole plate has about {pins:.2g} pins, more than {MOST_PINS}"
        raise InputError(f'plates.{design.name}: {told}; model = "cell" computes what repeats')


def require_memory(design: PlateDesign, mesh: BlockMesh | Extrusion) -> None:
    """Refuse a mesh that the memory of this machine does not hold, before it is made."""
    unknowns = UNKNOWNS_PER_CELL * mesh.cells("fluid")
    needed, there = factor_memory(round(unknowns), single=True), node_memory()
    if needed > ON_DISK * there:
        cells = (
            "it has no cell that repeats"
            if isinstance(design.plate, Serpentine)
            else 'model = "cell" computes what repeats'
        )
        raise InputError(
            f"plates.{design.name}: the whole plate takes {mesh.cells()} cells, {mesh.cells('fluid')} of them coolant, which "
            f"makes about {unknowns:.1e} unknowns of the flow and {needed / 1e3:.0f} GB of memory for their factor, where "
            f'{there / 1e3:.0f} GB are available; {cells}, and level = "coarse" has a third of the cells of medium'
        )


def generator(plate: ComputedPlate) -> Generator:
    """What makes the mesh of a plate."""
    if isinstance(plate, Serpentine):
        winding = Winding(
            length=plate.length,
            passes=plate.passes,
            channel_width=plate.channel_width,
            channel_height=plate.channel_height,
            inner_radius=0.5 * (plate.pitch - plate.channel_width),
            wall=plate.wall,
            base_thickness=plate.base_thickness,
            lid_thickness=plate.lid_thickness or 0.0,
            bends=plate.bends,
        )
        return Generator(partial(write_serpentine, winding), partial(serpentine, winding), solids=("base", "walls"))
    assert isinstance(plate, Skived | SplitFlow | PinFin)
    assert plate.plenum_length is not None
    assert plate.side_wall is not None
    corner = plate.plenum_length, plate.side_wall
    if isinstance(plate, SplitFlow):
        slotted = geometry_of(plate)
        return Generator(partial(write_split_flow, slotted), partial(split_flow_blocks, slotted), corner)
    if isinstance(plate, PinFin):
        field = PinField(pins_of(plate), plate.length, plate.width, *corner)
        return Generator(partial(write_pin_field, field), partial(pin_field, field), corner)
    fins = Fins(
        length=plate.length,
        width=plate.channels * plate.pitch,
        pitch=plate.pitch,
        channel_width=plate.channel_width,
        fin_height=plate.fin_height,
        base_thickness=plate.base_thickness,
        plenum_length=plate.plenum_length,
        side_wall=plate.side_wall,
        lid_thickness=plate.lid_thickness or 0.0,
        port_width=plate.port_width or 0.0,
    )
    return Generator(partial(write_skived, fins), partial(skived_blocks, fins), corner)


def pins_of(plate: PinFin) -> Pins:
    """The pins as the generator takes them."""
    return Pins(
        pin_width=plate.pin_width,
        pitch_along=plate.pitch_along,
        pitch_across=plate.pitch_across,
        fin_height=plate.fin_height,
        base_thickness=plate.base_thickness,
        lid_thickness=plate.lid_thickness or 0.0,
        shape=plate.pin,
        arrangement=plate.arrangement,
    )
