"""Half a channel from the slot to one end, in place of a plate that is fed through a slot across its middle."""

from functools import partial
from pathlib import Path

from rack2city.case import SplitFlow, Zone
from rack2city.plate.design import PlateDesign
from rack2city.plate.models.channels import Columns, Stretch, breaks, rounded, strips
from rack2city.plate.models.family import coarser_sizes, sizes_of
from rack2city.plate.models.model import LAMINAR, PlateModel
from rack2city.plate.models.named import cell_solids, require_bodies
from rackmesh.cells.quality import Quality
from rackmesh.plates.parts.sizes import Sizes
from rackmesh.plates.split_flow import SplitFlow as Geometry
from rackmesh.plates.split_flow import write_split_flow_cell

LEAVES_OUT = (
    "what feeds the slot, the plenums behind the fins and their pressure drop; all channels carry the same flow",
    "heat that spreads across the channels in the base, from one half of the plate to the other, and beyond the field",
    LAMINAR,
)


def split_cell(design: PlateDesign) -> PlateModel:
    """Model of a plate with a slot by half of one of its channels, for each side of the slot."""
    plate = design.plate
    assert isinstance(plate, SplitFlow)
    half = 0.5 * plate.length
    columns = Columns(plate, plate.channels, plate.pitch, plate.length)
    return PlateModel(
        design=design,
        channels=2 * plate.channels,
        write=partial(_write, plate, sizes_of(plate)),
        coarser={name: partial(_write, plate, sizes) for name, sizes in coarser_sizes(plate).items()},
        single=False,
        strips=lambda areas: strips(columns, design.power, sides(plate), half),
        leaves_out=(*LEAVES_OUT, *rounded(columns)),
        refuse=partial(_check, design, plate),
    )


def sides(plate: SplitFlow) -> list[Stretch]:
    """The two halves of the plate, each from the slot's middle outwards; one where all zones lie alike on both."""
    half = 0.5 * plate.length

    def right(zone: Zone) -> tuple[float, float]:
        return max(0.0, zone.x - half), min(half, zone.x + zone.length - half)

    def left(zone: Zone) -> tuple[float, float]:
        return max(0.0, half - zone.x - zone.length), min(half, half - zone.x)

    return [right, left]


def geometry_of(plate: SplitFlow) -> Geometry:
    """The plate as the generator takes it; the cell has no plenum and no walls."""
    return Geometry(
        length=plate.length,
        width=plate.channels * plate.pitch,
        pitch=plate.pitch,
        channel_width=plate.channel_width,
        fin_height=plate.fin_height,
        base_thickness=plate.base_thickness,
        slot_width=plate.slot_width,
        slot_height=plate.slot_height,
        plenum_length=plate.plenum_length or plate.slot_width,
        side_wall=plate.side_wall or plate.pitch,
        lid_thickness=plate.lid_thickness or 0.0,
    )


def _check(design: PlateDesign, plate: SplitFlow) -> None:
    require_bodies(design, cell_solids(plate), ())
    geometry_of(plate).check()


def _write(plate: SplitFlow, sizes: Sizes, path: Path) -> Quality:
    return write_split_flow_cell(geometry_of(plate), sizes, path, breaks(plate.zones, sides(plate), 0.5 * plate.length))
