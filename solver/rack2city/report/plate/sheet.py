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

OF_CELLS = "from end to end of one channel: ports and plenums are not in it"
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
        f"Pressure drop and largest case-to-inlet resistance at {quantity(plate.flow_m3_per_s[row], u.LITRE_PER_MINUTE)} of "
        f"{sheet.coolant.name} that enters at {quantity(plate.inlet_k, u.CELSIUS)}, with {quantity(plate.power_w, WATT)}."
    )
    return large, small


WATT = u.Scale("W")


def conditions(sheet: PlateSheet) -> Table:
    """At what the plate was computed or measured, and where its figures are taken."""
    plate, medium = sheet.plate, sheet.coolant
    row = plate.design_row
    taken = OF_CELLS if plate.model == "cell" else OF_WHOLE if plate.runs is not None else "as measured"
    tim = sorted({zone.tim_m2k_per_w for zone in plate.zones})
    at = (
        f"{medium.density:.5g} kg/m³, {medium.heat_capacity:.5g} J/(kg·K), {medium.conductivity:.4g} W/(m·K), "
        f"{1e3 * medium.viscosity:.4g} mPa·s"
    )
    flows = f"{quantity(plate.flow_m3_per_s[0], u.LITRE_PER_MINUTE)} to {quantity(plate.flow_m3_per_s[-1], u.LITRE_PER_MINUTE)}"
    rows = [
        ("coolant", medium.name),
        (f"its properties at {quantity(medium.temperature_k, u.CELSIUS)}", at),
        ("coolant that enters", quantity(plate.inlet_k, u.CELSIUS)),
        ("flow at design, range of flows", f"{quantity(plate.design_flow_m3_per_s, u.LITRE_PER_MINUTE)}, {flows}"),
        (
            "heat of the plate, mean flux",
            f"{quantity(plate.power_w, WATT)}, {_per_area(plate)}",
        ),
        ("heated area", "not told" if plate.area_m2 is None else f"{1e4 * plate.area_m2:.4g} cm²"),
        ("model", f"{plate.kind}, {plate.model}"),
        ("pressure drop is taken", taken),
        ("inlet temperature is taken", "as the coolant enters what is computed, evenly"),
        ("case temperature is taken", "on the chip's face, before the thermal interface material"),
    ]
    if tim:
        rows.insert(6, ("interface material of the zones", ", ".join(f"{1e6 * r:.4g} mm²·K/W" for r in tim)))
    if plate.runs is not None:
        rows.insert(4, ("Reynolds number at design", u.number(plate.runs.reynolds[row])))
    return Table("Conditions of the plate, and where its figures are taken.", ("condition", "value"), tuple(rows), "ll")


def _per_area(plate: PlateFigures) -> str:
    """The mean heat flux."""
    return "flux not told" if plate.area_m2 is None else f"{1e-4 * plate.power_w / plate.area_m2:.4g} W/cm²"
