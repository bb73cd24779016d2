"""The rack stage: flows, temperatures and air of one rack at full power."""

from pathlib import Path
from typing import TYPE_CHECKING

from rack2city.chain.plates.files import read_plates
from rack2city.chain.stage import Session, Stage, evidence_in, figures, of_case
from rack2city.chain.stages.plate import PLATE
from rack2city.evidence import load, store

if TYPE_CHECKING:
    from rack2city.case import Case


@of_case
def _check(case: "Case") -> None:
    """Refuse loads that do not fill the trays."""
    from rack2city.rack import tray_layout

    tray_layout(case)


def _compute(session: Session) -> None:
    from rack2city.plate import case_coolant
    from rack2city.rack import run_rack

    plates = read_plates(session.folder.path)
    store(session.file("rack.json"), run_rack(session.case, case_coolant(session.case), plates))


def _tells(folder: Path) -> tuple[str, ...]:
    from rack2city.report.units import CELSIUS, KELVIN, KILOPASCAL, LITRE_PER_MINUTE
    from rack2city.results.rack import RackResult

    rack = load(folder / "rack.json", RackResult)
    return figures(
        ("coolant flow", rack.flow_m3_per_s, LITRE_PER_MINUTE),
        ("coolant supply", rack.supply_k, CELSIUS),
        ("coolant return", rack.return_k, CELSIUS),
        ("pressure drop", rack.pressure_drop_pa, KILOPASCAL),
        ("air rise", rack.air_rise_k, KELVIN),
    )


RACK = Stage(
    name="rack",
    compute=_compute,
    files=lambda case: ("rack.json",),
    before=(PLATE,),
    parts=("rack", "coolant", "limits"),
    without=("coolant.table",),
    sources=("coolant.table",),
    check=_check,
    evidence=evidence_in("rack.json"),
    tells=_tells,
)
