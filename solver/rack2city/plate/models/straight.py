"""One channel in place of a plate with straight fins: half a channel and half a fin, mirrored.

Zones across the plate make strips of channels, each computed with the zones that lie along it; heat that spreads in the base
from strip to strip is left out, heat that spreads along the channels is not.
"""

from dataclasses import replace
from functools import partial
from itertools import pairwise
from pathlib import Path

from rack2city.case import Skived, Straight, Zone
from rack2city.plate.design import PlateDesign
from rack2city.plate.models.model import COARSER, Piece, PlateModel, Strip, interface, metal
from rackmesh.channel import LEVELS, Cells, HalfChannel, write_half_channel

HALVES = 2  # the mesh is half a channel
DIRECTIONS = {"across": ("channel", "fin"), "height": ("height",), "base": ("base", "tim"), "length": ("length",)}
"""The blocks of cells that are coarsened together, for the change on refinement in one direction."""
LEAVES_OUT = (
    "plenums, ports and their pressure drop; all channels carry the same flow",
    "heat that spreads across the channels in the base, and beyond the finned field",
    "turbulence and the entrance of the flow: laminar, developed at the inlet",
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
    conductivity = metal(plate, design.name)
    return PlateModel(
        design=design,
        area=plate.channels * plate.pitch * plate.length,
        channels=plate.channels,
        write=partial(_write, plate, level),
        coarser={name: partial(_write, plate, cells) for name, cells in coarser.items()},
        single=True,
        ratio=1.5,
        strips=lambda groups: strips(plate, design.power),
        conductivity=lambda body: conductivity,
        leaves_out=LEAVES_OUT,
        straight=True,
    )


def _write(plate: Straight, cells: Cells, path: Path) -> None:
    geometry = HalfChannel(
        pitch=plate.pitch,
        width=plate.channel_width,
        fin_height=plate.fin_height,
        base_thickness=plate.base_thickness,
        length=plate.length,
        lid_thickness=plate.lid_thickness or 0.0,
    )
    write_half_channel(geometry, cells, path, breaks(plate))


def breaks(plate: Straight) -> tuple[float, ...]:
    """Places along the channels where the heat changes (m), without the ends."""
    ends = {edge for zone in plate.zones for edge in (zone.x, zone.x + zone.length)}
    return tuple(sorted(x for x in ends if 1e-9 < x < plate.length - 1e-9))


def strips(plate: Straight, power: float) -> tuple[Strip, ...]:
    """Channels with the same zones along them, and the heat of each segment of their heated face; `power` of all (W)."""
    if not plate.zones:
        flux = power / (plate.channels * plate.pitch * plate.length)
        return (Strip(HALVES * plate.channels, (Piece("heated", flux, (), plate.area_resistance or 0.0),)),)
    starts = (0.0, *breaks(plate))
    ends = (*starts[1:], plate.length)
    names = ["heated"] if len(starts) == 1 else [f"heated_{number}" for number in range(1, len(starts) + 1)]
    over = {zone.name: _channels_over(plate, zone) for zone in plate.zones}
    share = power / sum(zone.heat for zone in plate.zones)
    kinds: dict[frozenset[str], int] = {}
    for channel in range(plate.channels):
        here = frozenset(name for name, numbers in over.items() if channel in numbers)
        kinds[here] = kinds.get(here, 0) + 1
    found = []
    for here, count in kinds.items():
        pieces = []
        for name, start, end in zip(names, starts, ends, strict=True):
            middle = 0.5 * (start + end)
            zones = [z for z in plate.zones if z.name in here and z.x < middle < z.x + z.length]
            flux = sum(share * z.heat / (len(over[z.name]) * plate.pitch * z.length) for z in zones)
            pieces.append(Piece(name, flux, tuple(z.name for z in zones), interface(plate, zones)))
        found.append(Strip(HALVES * count, tuple(pieces)))
    return tuple(found)


def _channels_over(plate: Straight, zone: Zone) -> range:
    """Numbers of the channels over a zone: those whose middle lies in it, at least one."""
    first, last = zone.y / plate.pitch - 0.5, (zone.y + zone.width) / plate.pitch - 0.5
    low, high = max(0, round(first + 0.5)), min(plate.channels, round(last + 0.5))
    return range(low, high) if high > low else range(min(low, plate.channels - 1), min(low, plate.channels - 1) + 1)
