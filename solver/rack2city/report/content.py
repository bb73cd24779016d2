"""What the report says, in which order: the one document behind the HTML and the PDF."""

from matplotlib.figure import Figure

from rack2city.errors import Rack2CityError
from rack2city.report import energy, records, tables
from rack2city.report.document import Block, Bullets, Document, Drawing, Section, Text
from rack2city.report.figures import picture, plate, sankey, year
from rack2city.report.figures.style import house_style, to_svg
from rack2city.report.model import Run
from rack2city.report.units import LITRE_PER_MINUTE, PERCENT, number, quantity
from rack2city.report.verdict import contents, verdict_rows


def build(run: Run) -> Document:
    """The document of a run: texts, tables, and figures, every one drawn once, here.

    Raises:
        BalanceError: the year's energies do not add up.
    """
    s = run.summary
    with house_style():
        body = _picture(run)
        versions: tuple[Block, ...] = (Text(f"Command: {s.provenance.command}"), *records.provenance(s))
        sections = (
            Section("Key figures", (tables.key_figures(s),)),
            Section("Cold plate", (*_plate(run), body, tables.mesh_table(s))),
            Section("Rack", (tables.rack_hydraulics(s), tables.rack_loads(s))),
            Section("Plant", (tables.plant_table(s),)),
            Section("City", _city(run)),
            Section("Balances", (records.balances(s),)),
            Section("Inputs", (Text(f"From {s.case.file}."), records.inputs(s))),
            Section("Assumptions and limits of validity", (Bullets(s.assumptions),)),
            Section("Versions and options", versions),
        )
    bar = "The bar is the used part of what the limit allows; temperatures are counted from the coolant's supply."
    note = f"{records.assumed(s)} {contents(s)}{bar}"
    date, holds = s.provenance.date, s.verdict.holds
    lacks = (body.text,) if isinstance(body, Text) else ()
    return Document(s.case.title, s.case.name, date, holds, verdict_rows(s), note, sections, lacks)


def _plate(run: Run) -> tuple[Block, ...]:
    s, held = run.summary, run.summary.plate.holdout
    text = (
        "Between the computed flow rates the curves are interpolated. Against a finite-element run held out of the "
        f"interpolation, at {number(1e3 * LITRE_PER_MINUTE.of(held.flow_per_channel_m3_per_s))} mL/min per channel, "
        f"the error is {quantity(abs(held.pressure_drop_error), PERCENT, 2)} of the pressure drop and "
        f"{quantity(abs(held.case_to_inlet_error), PERCENT, 2)} of the case-to-inlet resistance."
    )
    caption = (
        f"Pressure drop (left) and thermal resistances (right) of one plate '{s.plate.load}' against its flow. Dots are "
        "finite-element runs, the lines between them guide the eye; the dotted line is the flow of the design point."
    )
    curves = _drawing("plate-curves", caption, plate.plate_curves(s))
    refined = records.refinement(s.plate.grid_pressure_drop_change, s.plate.grid_case_to_inlet_change)
    return Text(text), Text(refined), curves, tables.plate_runs(s)


def plate_picture(run: Run) -> Figure:
    """The plate's temperature in three dimensions and in cross-sections.

    Raises:
        Rack2CityError: the picture cannot be rendered.
    """
    return picture.half_channel(picture.render(run.temperature), _wall(run))


def _wall(run: Run) -> tuple[float, float] | None:
    """Where the channel's wall and floor are in a cross-section (mm)."""
    width = next((row.si for row in run.summary.case.inputs if row.field == "channel.width"), None)
    return (500.0 * width, 0.0) if isinstance(width, float) else None


def _picture(run: Run) -> Drawing | Text:
    """The plate's temperature; where it cannot be drawn, a sentence in its place."""
    line = " White lines: the wetted wall of the channel." if _wall(run) else ""
    caption = (
        f"Temperature of the plate's half channel at {number(run.summary.plate.field_flow_factor, 4, trim=True)} times the "
        "design flow, seen from the inlet and from the middle of the channel (y = 0); heated from below. Under it, the "
        "cross-sections at inlet, middle and outlet. The channel is long and narrow: "
        f"y is stretched {picture.STRETCH} times in all four.{line}"
    )
    try:
        return _drawing("temperature", caption, plate_picture(run))
    except Rack2CityError as error:
        return Text(f"The report lacks the picture of the plate's temperature. {error}.")


def _city(run: Run) -> tuple[Block, ...]:
    kpi = run.summary.kpi
    told = [name for name in ("pue", "erf", "ere") if name in kpi.definitions]
    definitions = tuple(f"{name.upper()} = {number(getattr(kpi, name))}. {kpi.definitions[name]}" for name in told)
    heat_caption = (
        "Heat of the year, daily means. Above: heat into the network by source, with the demand of the substations; "
        "what lies over the demand is lost to the ground. Below: where the racks' liquid heat goes."
    )
    energy_caption = (
        "The year's energy from grid electricity to delivered heat; widths to scale. What cools air and pumps the network "
        "ends where it is used."
    )
    duration_caption = "Duration curves of the year; each curve is sorted by itself."
    temperature_caption = (
        "Temperatures from the weather to the chip: daily means, and the highest junction of each day."
    )
    return (
        Bullets(definitions),
        tables.city_table(run.summary, len(run.year)),
        _drawing("year-heat", heat_caption, year.year_heat(run.year)),
        _drawing("duration", duration_caption, year.duration(run.year)),
        _drawing("temperatures", temperature_caption, year.temperatures(run.year)),
        _drawing("sankey", energy_caption, sankey.draw(energy.energy_flows(run.summary.city))),
    )


def _drawing(name: str, caption: str, figure: Figure) -> Drawing:
    return Drawing(name, caption, to_svg(figure))
