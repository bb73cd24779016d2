"""What the report says, in which order: the one document behind the HTML and the PDF."""

from typing import Any

from matplotlib.figure import Figure

from rack2city.report import figures, picture, sankey, tables
from rack2city.report.document import Bullets, Document, Drawing, Section, Text
from rack2city.report.drawing import house_style, to_svg
from rack2city.report.model import Run
from rack2city.report.units import PERCENT, number, quantity


def build(run: Run) -> Document:
    """The document of a run.

    Args:
        run: checked files of the run folder.

    Returns:
        Texts, tables and figures; every figure is drawn once, here.

    Raises:
        BalanceError: the year's energies do not add up.
        Rack2CityError: the temperature picture cannot be rendered.
    """
    s = run.summary
    provenance = s["provenance"]
    with house_style():
        sections = (
            Section("Key figures", (tables.key_figures(s),)),
            Section(
                "Cold plate",
                (_plate_text(s), _plate_figure(run), tables.plate_runs(s), _picture(run), tables.mesh_table(s)),
            ),
            Section("Rack", (tables.rack_hydraulics(s), tables.rack_loads(s))),
            Section("Plant", (tables.plant_table(s),)),
            Section("City", _city(run)),
            Section("Balances", (tables.balances(s),)),
            Section("Inputs", (Text(f"From {s['case']['file']}."), tables.inputs(s))),
            Section("Assumptions and limits of validity", (Bullets(tuple(s["assumptions"])),)),
            Section("Versions and options", (Text(f"Command: {provenance['command']}"), *tables.provenance(s))),
        )
    return Document(
        title=s["case"]["title"],
        case=s["case"]["name"],
        date=str(provenance["date"]),
        holds=bool(s["verdict"]["holds"]),
        verdict=tables.verdict_rows(s),
        verdict_note="The bar is the used part of what the limit allows; temperatures are counted from the coolant's "
        "supply.",
        sections=sections,
    )


def _plate_text(summary: dict[str, Any]) -> Text:
    held = summary["plate"]["holdout"]
    return Text(
        "Between the computed flow rates the curves are interpolated. Against a finite-element run held out of the "
        "interpolation, at "
        f"{number(6e7 * held['flow_per_channel_m3_per_s'])} mL/min per channel, the error is "
        f"{quantity(abs(held['pressure_drop_error']), PERCENT, 2)} of the pressure drop and "
        f"{quantity(abs(held['case_to_inlet_error']), PERCENT, 2)} of the case-to-inlet resistance."
    )


def _plate_figure(run: Run) -> Drawing:
    caption = (
        f"Pressure drop (left) and thermal resistances (right) of one plate '{run.summary['plate']['load']}' against "
        "its flow. Dots are finite-element runs, the lines between them guide the eye; the dotted line is the flow "
        "of the design point."
    )
    return _drawing("plate-curves", caption, figures.plate_curves(run))


def _picture(run: Run) -> Drawing:
    factor = run.summary["plate"]["field_flow_factor"]
    lengths = {item["field"]: item["si"] for item in run.summary["case"]["inputs"]}
    width = lengths.get("channel.width")
    wall = (500.0 * width, 0.0) if isinstance(width, float) else None
    line = " White lines: the wetted wall of the channel." if wall else ""
    caption = (
        f"Temperature of the plate's half channel at {number(factor, 4, trim=True)} times the design flow, seen from "
        "the inlet and from the middle of the channel (y = 0); heated from below. Under it, the cross-sections at "
        "inlet, middle and outlet. The channel is long and narrow: "
        f"y is stretched {picture.STRETCH} times in all four.{line}"
    )
    return _drawing("temperature", caption, picture.half_channel(picture.render(run.temperature), wall))


def _city(run: Run) -> tuple[Any, ...]:
    city, kpi = run.summary["city"], run.summary["kpi"]
    definitions = tuple(
        f"{name.upper()} = {number(kpi[name])}. {kpi['definitions'][name]}"
        for name in ("pue", "erf", "ere")
        if name in kpi["definitions"]
    )
    return (
        Bullets(definitions),
        tables.city_table(run.summary, run.year),
        _drawing(
            "year-heat",
            "Heat of the year, daily means. Above: heat into the network by source, with the demand of the "
            "substations; what lies over the demand is lost to the ground. Below: where the racks' liquid heat goes.",
            figures.year_heat(run),
        ),
        _drawing("duration", "Duration curves of the year; each curve is sorted by itself.", figures.duration(run)),
        _drawing(
            "temperatures",
            "Temperatures from the weather to the chip: daily means, and the highest junction of each day.",
            figures.temperatures(run),
        ),
        _drawing(
            "sankey",
            "The year's energy from grid electricity to delivered heat; widths to scale. What cools "
            "air and pumps the network ends where it is used.",
            sankey.draw(sankey.energy_flows(city)),
        ),
    )


def _drawing(name: str, caption: str, figure: Figure) -> Drawing:
    return Drawing(name, caption, to_svg(figure))
