"""One cell of a field that repeats along the flow, in place of a plate of pins or offset strips.

The cell is developed: what the entrance and the ends of the field do is left out. Heat of zones adds up along the columns as
their bulk warms; what spreads in the base beyond a zone is left out.
"""

from functools import partial
from pathlib import Path

from rack2city.case import OffsetStrip, PinFin
from rack2city.plate.design import PlateDesign
from rack2city.plate.models.channels import Columns, along, rounded, strips
from rack2city.plate.models.family import similar_sizes
from rack2city.plate.models.model import PlateModel, Repeats
from rack2city.plate.models.named import cell_solids, require_bodies
from rack2city.plate.models.whole import pins_of
from rackmesh.cells.quality import Quality
from rackmesh.plates.offset_strip import OffsetStrip as Strips
from rackmesh.plates.offset_strip import write_offset_strip
from rackmesh.plates.parts.sizes import Sizes
from rackmesh.plates.pin_fin import write_pin_cell

SIZES = Sizes(across=5, growth=2.0)  # finer than elsewhere: a cell is cheap, and its wakes want it
LEAVES_OUT = (
    "plenums, ports and their pressure drop; all columns carry the same flow",
    "the entrance of the field and its side walls: flow and heat repeat from cell to cell",
    "heat that spreads in the base beyond a zone, along and across the flow",
    "turbulence and unsteady wakes: laminar and steady; viscosity is that of the mean bulk",
)


def repeating_cell(design: PlateDesign) -> PlateModel:
    """Model of a field that repeats by one of its cells."""
    plate = design.plate
    assert isinstance(plate, PinFin | OffsetStrip)
    pitch, cell = _pitch(plate), cell_length(plate)
    columns = Columns(plate, max(1, round(plate.width / pitch)), pitch, plate.length)
    write = partial(_write, plate)
    sizes, coarser = similar_sizes(plate, SIZES)
    return PlateModel(
        design=design,
        channels=None,
        write=partial(write, sizes),
        coarser={name: partial(write, other) for name, other in coarser.items()},
        single=False,
        strips=lambda areas: strips(columns, design.power, [along], plate.length),
        leaves_out=(*LEAVES_OUT, *rounded(columns)),
        repeats=Repeats(0.5 * pitch, cell, plate.length),
        refuse=partial(_check, design, plate),
    )


def cell_length(plate: PinFin | OffsetStrip) -> float:
    """Length of what repeats along the flow (m)."""
    if isinstance(plate, OffsetStrip):
        return 2.0 * plate.strip_length
    return plate.pitch_along * pins_of(plate).rows


def _pitch(plate: PinFin | OffsetStrip) -> float:
    return plate.pitch if isinstance(plate, OffsetStrip) else plate.pitch_across


def _check(design: PlateDesign, plate: PinFin | OffsetStrip) -> None:
    require_bodies(design, cell_solids(plate), ())
    (pins_of(plate) if isinstance(plate, PinFin) else _strips(plate)).check()


def _strips(plate: OffsetStrip) -> Strips:
    return Strips(
        strip_length=plate.strip_length,
        strip_thickness=plate.strip_thickness,
        pitch=plate.pitch,
        fin_height=plate.fin_height,
        base_thickness=plate.base_thickness,
        lid_thickness=plate.lid_thickness or 0.0,
    )


def _write(plate: PinFin | OffsetStrip, sizes: Sizes, path: Path) -> Quality:
    if isinstance(plate, PinFin):
        return write_pin_cell(pins_of(plate), sizes, path)
    return write_offset_strip(_strips(plate), sizes, path)
