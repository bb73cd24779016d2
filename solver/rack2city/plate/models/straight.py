"""One channel in place of a plate with straight fins: half a channel and half a fin, mirrored.

Zones across the plate make strips of channels, each computed with the zones that lie along it; heat that spreads in the base
from strip to strip is left out, heat that spreads along the channels is not.
"""

from dataclasses import replace
from functools import partial
from itertools import pairwise
from pathlib import Path

from rack2city.case import Skived
from rack2city.plate.design import PlateDesign
from rack2city.plate.models.channels import Columns, along, breaks, rounded, strips
from rack2city.plate.models.model import COARSER, LAMINAR, PlateModel
from rack2city.plate.models.named import cell_solids, require_bodies
from rackmesh.cells.quality import Quality
from rackmesh.channel import LEVELS, Cells, HalfChannel, write_half_channel

DIRECTIONS = {"across": ("channel", "fin"), "height": ("height",), "base": ("base", "tim"), "length": ("length",)}
"""The blocks of cells that are coarsened together, for the change on refinement in one direction."""
LEAVES_OUT = (
    "plenums, ports and their pressure drop; all channels carry the same flow",
    "heat that spreads across the channels in the base, and beyond the finned field",
    LAMINAR,
)


def straight_cell(design: PlateDesign) -> PlateModel:
    """Model of a plate with straight fins by one of its channels."""
    plate = design.plate
    assert isinstance(plate, Skived)
    level = LEVELS[plate.level]
    below = dict(pairwise(reversed(LEVELS))).get(plate.level)
    coarser = {}
    if below is not None:
        coarse = LEVELS[below]
        coarser[f"{COARSER}.msh"] = coarse
        for direction, blocks in DIRECTIONS.items():
            cells = replace(level, **{name: getattr(coarse, name) for name in blocks})
            coarser[f"{COARSER}-{direction}.msh"] = cells
    columns = Columns(plate, plate.channels, plate.pitch, plate.length)
    return PlateModel(
        design=design,
        channels=plate.channels,
        write=partial(_write, plate, level),
        coarser={name: partial(_write, plate, cells) for name, cells in coarser.items()},
        single=True,
        strips=lambda areas: strips(columns, design.power, [along], plate.length),
        leaves_out=(*LEAVES_OUT, *rounded(columns)),
        along=True,
        refuse=partial(_check, design, plate),
    )


def _check(design: PlateDesign, plate: Skived) -> None:
    require_bodies(design, cell_solids(plate), ())
    _geometry(plate).check()


def _geometry(plate: Skived) -> HalfChannel:
    return HalfChannel(
        pitch=plate.pitch,
        width=plate.channel_width,
        fin_height=plate.fin_height,
        base_thickness=plate.base_thickness,
        length=plate.length,
        lid_thickness=plate.lid_thickness or 0.0,
    )


def _write(plate: Skived, cells: Cells, path: Path) -> Quality:
    return write_half_channel(_geometry(plate), cells, path, breaks(plate.zones, [along], plate.length))
