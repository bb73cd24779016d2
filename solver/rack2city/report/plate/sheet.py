"""The report of one cold plate, on its own: what an OCP cold-plate sheet asks, each figure with where it was taken."""

from dataclasses import dataclass
from pathlib import Path

from rack2city.report import records
from rack2city.report import units as u
from rack2city.report.document import Block, Bullets, Document, Section, Table, Text
from rack2city.report.figures.style import house_style
from rack2city.report.html import render_html
from rack2city.report.pdf import render_pdf
from rack2city.report.plate import tables
from rack2city.report.plate.blocks import blocks
from rack2city.report.plate.definitions import definitions
from rack2city.report.plate.pictures import Pictures, drawn_or_lack
from rack2city.report.plate.texts import Lack
from rack2city.report.summary import CaseRecord
from rack2city.report.summary.evidence import BalanceRow
from rack2city.report.summary.provenance import Provenance
from rack2city.report.units import quantity
from rack2city.results.plate import PlateFigures

OF_CELLS = "from end to end of the finned field: ports and plenums are not in it"
OF_WHOLE = "from the inlet to the outlet of what is meshed"


@dataclass(frozen=True)
class CoolantFigures:
    """The coolant at a temperature (K): density (kg/m³), heat capacity (J/(kg K)), conductivity (W/(m K)), viscosity (Pa s)."""

    name: str
    temperature_k: float
    density: float
    heat_capacity: float
    conductivity: float
    viscosity: float


@dataclass(frozen=True)
class PlateSheet:
    """What the report of one plate is made of.

    Attributes:
        case: whose plate it is, with the inputs that the plate follows from.
        plate: its figures.
        coolant: what flows, at the temperature of the inlet.
        balances: what entered and left each run.
        provenance: where the figures come from.
        fields: folder of its fields; None where it has none.
    """

    case: CaseRecord
    plate: PlateFigures
    coolant: CoolantFigures
    balances: tuple[BalanceRow, ...]
    provenance: Provenance
    fields: Path | None


def write_sheet(sheet: PlateSheet, folder: Path) -> tuple[str, ...]:
    """Write `report.html`, `report.pdf` and the pictures of a plate (PNG); gives what they lack, a sentence each.

    Raises:
        Rack2CityError: the PDF cannot be set.
    """
    with house_style():
        drawn = None if sheet.fields is None else drawn_or_lack(sheet.plate, sheet.fields, sheet.case.inputs)
        document = build(sheet, drawn)
        for name, (_, figure) in drawn.items() if isinstance(drawn, dict) else ():
            figure.savefig(folder / f"{name}.png", transparent=False)
    contents = {folder / "report.html": render_html(document).encode(), folder / "report.pdf": render_pdf(document)}
    for file, content in contents.items():
        file.write_bytes(content)
    return document.lacks


def build(sheet: PlateSheet, drawn: Pictures | Lack | None) -> Document:
    """The document of a plate, with its pictures."""
    plate, case, origin = sheet.plate, sheet.case, sheet.provenance
    bodies = tuple(blocks(plate, drawn))
    evidence: list[Block] = [tables.uncertainty(plate)]
    if sheet.balances:
        evidence.append(records.balances(sheet.balances))
    sections = (
        Section("Conditions", (conditions(sheet),)),
        Section("Results", bodies),
        Section("Uncertainty and balances", tuple(evidence)),
        Section("Definitions", (Bullets(tuple(definitions(plate))),)),
        Section("Inputs", (Text(f"From {case.file}."), records.inputs(case.inputs))),
        Section("Versions and options", (Text(f"Command: {origin.command}"), *records.provenance(origin))),
    )
    lacks = tuple(block.text for block in bodies if isinstance(block, Lack))
    title = f"Cold plate '{plate.name}'" + (f": {case.title}" if case.title else "")
    return Document(title, case.name, origin.date, None, (), "", sections, lacks, _key(sheet))


def _key(sheet: PlateSheet) -> tuple[str, str]:
    plate, row = sheet.plate, sheet.plate.design_row
    large = (
        f"{quantity(plate.pressure_drop_pa[row], u.KILOPASCAL)} · "
        f"{quantity(plate.case_to_inlet_max_k_per_w[row], u.RESISTANCE)}"
    )
    small = (
        f"Pressure drop and largest {plate.resistance_from} resistance at "
        f"{quantity(plate.flow_m3_per_s[row], u.LITRE_PER_MINUTE)} of "
        f"{sheet.coolant.name} that enters at {quantity(plate.inlet_k, u.CELSIUS)}, with {quantity(plate.power_w, u.WATT)}."
    )
    return large, small


def conditions(sheet: PlateSheet) -> Table:
    """At what the plate was computed or measured, and where its figures are taken."""
    plate, medium, row = sheet.plate, sheet.coolant, sheet.plate.design_row
    taken = "as measured" if plate.runs is None else OF_CELLS if plate.model == "cell" else OF_WHOLE
    flows = " to ".join(u.number(u.LITRE_PER_MINUTE.of(plate.flow_m3_per_s[at])) for at in (0, -1))
    properties = (
        f"{medium.density:.5g} kg/m³, {medium.heat_capacity:.5g} J/(kg·K), {medium.conductivity:.4g} W/(m·K), "
        f"{1e3 * medium.viscosity:.4g} mPa·s at {quantity(medium.temperature_k, u.CELSIUS)}"
    )
    flux = "heated area not told"
    if plate.area_m2 is not None:
        flux = f"{1e-4 * plate.power_w / plate.area_m2:.4g} W/cm² in the mean of {1e4 * plate.area_m2:.4g} cm²"
    rows = [
        ("coolant", medium.name, properties),
        ("inlet temperature", quantity(plate.inlet_k, u.CELSIUS), "as the coolant enters what is computed, evenly"),
        ("flow", quantity(plate.flow_m3_per_s[row], u.LITRE_PER_MINUTE), f"of the plate; curves from {flows} L/min"),
        ("heat", quantity(plate.power_w, u.WATT), flux),
        ("pressure drop", quantity(plate.pressure_drop_pa[row], u.KILOPASCAL), taken),
        (
            f"{plate.resistance_from.split('-')[0]} temperature, max",
            quantity(plate.inlet_k + plate.power_w * plate.case_to_inlet_max_k_per_w[row], u.CELSIUS),
            "as measured" if plate.runs is None else "on the chip's face, before the thermal interface material",
        ),
        ("model", plate.model, f"{plate.kind}; what it leaves out stands under the results"),
    ]
    for tim in sorted({zone.tim_m2k_per_w for zone in plate.zones}):
        names = ", ".join(zone.name for zone in plate.zones if zone.tim_m2k_per_w == tim)
        rows.insert(4, ("interface material", quantity(tim, u.RESISTANCE_AREA), f"under {names}"))
    if plate.runs is not None:
        told = "by mean speed in the inlet and hydraulic diameter; the model is laminar"
        rows.append(("Reynolds number", u.number(plate.runs.reynolds[row]), told))
    head = ("quantity", "value", "where it is taken, or what it is of")
    return Table("The plate at its design point.", head, tuple(rows), "lll")
