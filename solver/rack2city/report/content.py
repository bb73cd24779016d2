"""What the report says, in which order: the one document behind the HTML and the PDF."""

from rack2city.report import energy, records, tables
from rack2city.report.document import Block, Bullets, Document, Section, Text
from rack2city.report.figures import sankey, year
from rack2city.report.figures.style import house_style
from rack2city.report.model import Run
from rack2city.report.plate.blocks import blocks
from rack2city.report.plate.pictures import Pictures, drawn_or_lack
from rack2city.report.plate.texts import Lack, drawing
from rack2city.report.units import number
from rack2city.report.verdict import contents, verdict_rows
from rack2city.results.plate import PlateFigures


def build(run: Run) -> Document:
    """The document of a run: texts, tables, and figures, every one drawn once, here.

    Raises:
        BalanceError: the year's energies do not add up.
    """
    s = run.summary
    with house_style():
        bodies = tuple(
            block for name, plate in s.plates.items() for block in blocks(plate, _drawn(run, plate), s.loads_with(name))
        )
        versions: tuple[Block, ...] = (Text(f"Command: {s.provenance.command}"), *records.provenance(s.provenance))
        sections = (
            Section("Key figures", (tables.key_figures(s),)),
            Section("Cold plates", bodies),
            Section("Rack", (tables.rack_hydraulics(s), tables.rack_loads(s))),
            Section("Plant", (tables.plant_table(s),)),
            Section("City", _city(run)),
            Section("Balances", (records.balances(s.balances),)),
            Section("Inputs", (Text(f"From {s.case.file}."), records.inputs(s.case.inputs))),
            Section("Assumptions and limits of validity", (Bullets(s.assumptions),)),
            Section("Versions and options", versions),
        )
    bar = "The bar is the used part of what the limit allows; temperatures are counted from the coolant's supply."
    note = f"{records.assumed(s)} {contents(s)}{bar}"
    date, holds = s.provenance.date, s.verdict.holds
    lacks = tuple(block.text for block in bodies if isinstance(block, Lack))
    return Document(s.case.title, s.case.name, date, holds, verdict_rows(s), note, sections, lacks)


def _drawn(run: Run, plate: PlateFigures) -> Pictures | Lack | None:
    """The pictures of a plate of the run."""
    fields = run.fields.get(plate.name)
    return None if fields is None else drawn_or_lack(plate, fields, run.summary.case.inputs)


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
        drawing("year-heat", heat_caption, year.year_heat(run.year)),
        drawing("duration", duration_caption, year.duration(run.year)),
        drawing("temperatures", temperature_caption, year.temperatures(run.year)),
        drawing("sankey", energy_caption, sankey.draw(energy.energy_flows(run.summary.city))),
    )
