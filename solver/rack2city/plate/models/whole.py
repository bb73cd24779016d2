"""A whole plate with its plenums and walls, resolved in three dimensions."""

from collections.abc import Callable, Sequence
from functools import partial
from itertools import pairwise
from pathlib import Path

from rack2city.case import ComputedPlate, PinFin, Serpentine, Skived, SplitFlow, Zone
from rack2city.plate.design import PlateDesign
from rack2city.plate.models.family import coarser_sizes, sizes_of
from rack2city.plate.models.model import Channels, PlateModel
from rack2city.plate.models.named import named_strips
from rack2city.plate.models.split import geometry_of
from rackmesh.plates.pin_fin import PinField, write_pin_field
from rackmesh.plates.pin_fin import PinFin as Pins
from rackmesh.plates.serpentine import Serpentine as Winding
from rackmesh.plates.serpentine import write_serpentine
from rackmesh.plates.sizes import Sizes
from rackmesh.plates.skived import Skived as Fins
from rackmesh.plates.skived import write_skived
from rackmesh.plates.split_flow import write_split_flow
from rackmesh.zones import Zone as Rectangle

LEAVES_OUT = (
    "hoses and fittings before and behind the ports that are meshed",
    "turbulence: laminar, developed at the inlet",
)

type Write = Callable[[Sizes, Sequence[Rectangle], Path], object]


def whole_plate(design: PlateDesign) -> PlateModel:
    """Model of a plate by all of it."""
    plate = design.plate
    assert isinstance(plate, ComputedPlate)
    write, corner = writer(plate)
    zones = [rectangle(zone, *corner) for zone in plate.zones]
    return PlateModel(
        design=design,
        channels=getattr(plate, "channels", None),
        write=partial(write, sizes_of(plate), zones),
        coarser={name: partial(write, sizes, zones) for name, sizes in coarser_sizes(plate).items()},
        single=False,
        strips=lambda areas: named_strips(design, areas),
        leaves_out=LEAVES_OUT,
        apart=channels_apart(plate, *corner),
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


def writer(plate: ComputedPlate) -> tuple[Write, tuple[float, float]]:
    """What writes the mesh of a plate, and the corner of its field in the mesh (m)."""
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
        return partial(write_serpentine, winding), (0.0, 0.0)
    assert isinstance(plate, Skived | SplitFlow | PinFin)
    assert plate.plenum_length is not None
    assert plate.side_wall is not None
    corner = plate.plenum_length, plate.side_wall
    if isinstance(plate, SplitFlow):
        return partial(write_split_flow, geometry_of(plate)), corner
    if isinstance(plate, PinFin):
        field = PinField(pins_of(plate), plate.length, plate.width, *corner)
        return partial(write_pin_field, field), corner
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
    return partial(write_skived, fins), corner


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
