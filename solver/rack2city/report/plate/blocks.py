"""What a report says of a cold plate: curves, readings, zones, pictures, mesh."""

from collections.abc import Iterator, Sequence

from rack2city.report import records
from rack2city.report.document import Block, Drawing, Text
from rack2city.report.figures.plate import channel_shares, plate_curves
from rack2city.report.plate import tables
from rack2city.report.plate.pictures import Pictures, pictures
from rack2city.report.plate.texts import Lack, drawing
from rack2city.report.units import LITRE_PER_MINUTE, PERCENT, quantity
from rack2city.results.plate import PlateFigures
from rack2city.results.rack import LoadResult


def blocks(plate: PlateFigures, drawn: Pictures | Lack | None, loads: Sequence[LoadResult] = ()) -> Iterator[Block]:
    """The blocks of a plate, the same in the report of a run and in the plate's own.

    Args:
        plate: its figures.
        drawn: pictures of its fields, or why there are none; None where it has no fields.
        loads: of the rack, that have it.
    """
    yield what(plate)
    dotted = "; dotted is the flow in the rack" if loads else ""
    caption = (
        f"Pressure drop (left) and thermal resistances (right) of the plate '{plate.name}' against its flow. The lines between "
        f"the dots guide the eye{dotted}."
    )
    yield drawing(f"plate-{plate.name}", caption, plate_curves(plate, loads))
    yield from filter(None, (tables.curves(plate), tables.readings(plate), tables.erosion(plate), tables.zones(plate)))
    yield from _shares(plate)
    if plate.runs is not None:
        yield from accuracy(plate)
    if drawn is not None:
        yield from pictures(plate, drawn)
    if plate.mesh is not None:
        yield tables.mesh_table(plate)
        yield from map(Text, plate.mesh.notes)


def what(plate: PlateFigures) -> Text:
    """Which model computed the plate, and what that leaves out."""
    lacks = f" Left out: {'; '.join(plate.leaves_out)}." if plate.leaves_out else ""
    return Text(f"Plate '{plate.name}': {plate.kind}, model {plate.model}.{lacks}")


def accuracy(plate: PlateFigures) -> Iterator[Text]:
    """How sure the curves of a computed plate are, in words."""
    assert plate.runs is not None
    held = plate.runs.holdout
    yield Text(
        "Between the computed flow rates the curves are interpolated. Against a finite-element run held out of the "
        f"interpolation, at {quantity(held.flow_m3_per_s, LITRE_PER_MINUTE)}, the error is "
        f"{quantity(abs(held.pressure_drop_error), PERCENT, 2)} of the pressure drop and "
        f"{quantity(abs(held.case_to_inlet_error), PERCENT, 2)} of the case-to-inlet resistance."
    )
    changes = plate.runs.grid_pressure_drop_change, plate.runs.grid_case_to_inlet_change
    yield Text(records.refinement(*changes))
    yield from map(Text, records.out_of_bounds(plate, plate.runs))


def _shares(plate: PlateFigures) -> Iterator[Drawing]:
    shares = plate.runs and plate.runs.readings and plate.runs.readings.channel_shares
    if shares:
        caption = (
            f"Flow of each channel of the plate '{plate.name}' over the mean of all, at its lowest, design and highest flow; "
            "channels are counted along y."
        )
        yield drawing(f"shares-{plate.name}", caption, channel_shares(plate, shares))
