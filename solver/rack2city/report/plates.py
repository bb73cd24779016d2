"""What the report says of the cold plates: curves, zones, pictures, meshes."""

from matplotlib.figure import Figure

from rack2city.errors import Rack2CityError
from rack2city.report import records, tables
from rack2city.report.document import Block, Drawing, Text
from rack2city.report.figures import picture
from rack2city.report.figures.plate import plate_curves
from rack2city.report.figures.style import to_svg
from rack2city.report.model import Run
from rack2city.report.units import LITRE_PER_MINUTE, PERCENT, quantity
from rack2city.results.plate import PlateFigures

CELLS = (("skived", "cell"),)
"""Kinds and models of which half a channel is drawn."""


class Lack(Text):
    """What the report would have and lacks."""


def drawing(name: str, caption: str, figure: Figure) -> Drawing:
    """A figure of the report."""
    return Drawing(name, caption, to_svg(figure))


def blocks(run: Run) -> tuple[Block, ...]:
    """The blocks of all plates, one plate after the other."""
    found: list[Block] = []
    for name, plate in run.summary.plates.items():
        found += _texts(plate)
        caption = (
            f"Pressure drop (left) and thermal resistances (right) of the plate '{name}' against its flow. The lines between "
            "the dots guide the eye; dotted is the flow in the rack."
        )
        found += [drawing(f"plate-{name}", caption, plate_curves(plate, run.summary.loads_with(name)))]
        found += [tables.plate_runs(plate), *([tables.plate_zones(plate)] if plate.zones else [])]
        if plate.runs is not None:
            found += [_picture(run, plate), tables.mesh_table(plate)]
    return tuple(found)


def _texts(plate: PlateFigures) -> tuple[Block, ...]:
    """Which model computed the plate, what that leaves out, and how sure it is."""
    what = f"Plate '{plate.name}': {plate.kind}, model {plate.model}. Left out: {'; '.join(plate.leaves_out)}."
    if plate.runs is None:
        return (Text(what),)
    held = plate.runs.holdout
    between = (
        "Between the computed flow rates the curves are interpolated. Against a finite-element run held out of the "
        f"interpolation, at {quantity(held.flow_m3_per_s, LITRE_PER_MINUTE)}, the error is "
        f"{quantity(abs(held.pressure_drop_error), PERCENT, 2)} of the pressure drop and "
        f"{quantity(abs(held.case_to_inlet_error), PERCENT, 2)} of the case-to-inlet resistance."
    )
    changes = plate.runs.grid_pressure_drop_change, plate.runs.grid_case_to_inlet_change
    return Text(what), Text(between), Text(records.refinement(*changes))


def plate_picture(run: Run, plate: PlateFigures) -> Figure:
    """The plate's temperature at design in three dimensions, of half a channel with its cross-sections.

    Raises:
        Rack2CityError: the picture cannot be rendered.
    """
    return picture.half_channel(picture.render(run.temperatures[plate.name]), _wall(run, plate.name))


def _wall(run: Run, name: str) -> tuple[float, float] | None:
    """Where the channel's wall and floor are in a cross-section (mm)."""
    inputs = run.summary.case.inputs
    width = next((row.si for row in inputs if row.field == f"plates.{name}.channel_width"), None)
    return (500.0 * width, 0.0) if isinstance(width, float) else None


def _picture(run: Run, plate: PlateFigures) -> Drawing | Text:
    """The plate's temperature; where it cannot be drawn, a sentence in its place."""
    line = " White lines: the wetted wall of the channel." if _wall(run, plate.name) else ""
    caption = (
        f"Temperature of half a channel of the plate '{plate.name}' at its design flow, seen from the inlet and from the "
        "middle of the channel (y = 0); heated from below. Under it, the cross-sections at inlet, middle and outlet. The "
        f"channel is long and narrow: y is stretched {picture.STRETCH} times in all four.{line}"
    )
    try:
        return drawing(f"temperature-{plate.name}", caption, plate_picture(run, plate))
    except Rack2CityError as error:
        return Lack(f"The report lacks the picture of the temperature of the plate '{plate.name}'. {error}.")
