"""The plant stage: CDU, heat pump and UPS with all racks at full power."""

from pathlib import Path
from typing import TYPE_CHECKING

from rack2city.chain.stage import Session, Stage, evidence_in, figures, of_case
from rack2city.chain.stages.rack import RACK
from rack2city.evidence import load, store

if TYPE_CHECKING:
    from rack2city.case import Case


@of_case
def _check(case: "Case") -> None:
    """Refuse a refrigerant that cannot condense at the network's coldest design hour."""
    from rack2city.plant import check_refrigerant

    check_refrigerant(case.plant.heat_pump, case.city.supply_temperature_cold)


def _compute(session: Session) -> None:
    from rack2city.plant import run_plant
    from rack2city.results.rack import RackResult

    store(session.file("plant.json"), run_plant(session.case, load(session.file("rack.json"), RackResult)))


def _tells(folder: Path) -> tuple[str, ...]:
    from rack2city.report.units import CELSIUS, KELVIN, KILOPASCAL, KILOWATT, PERCENT, PLAIN
    from rack2city.results.plant import PlantResult

    plant = load(folder / "plant.json", PlantResult)
    return figures(
        ("CDU approach", plant.cdu.approach_k, KELVIN),
        ("CDU head on the coolant side", plant.cdu.tcs_head_pa, KILOPASCAL),
        ("facility water supply", plant.cdu.facility_supply_k, CELSIUS),
        ("heat pump, coefficient of performance", plant.heat_pump.cop, PLAIN),
        ("heat pump, heat given", plant.heat_pump.heat_w, KILOWATT),
        ("UPS efficiency", plant.ups.efficiency, PERCENT),
    )


PLANT = Stage(
    name="plant",
    compute=_compute,
    files=lambda case: ("plant.json",),
    before=(RACK,),
    parts=("plant", "city.supply_temperature_cold", "limits"),
    without=("plant.utilisation",),
    check=_check,
    evidence=evidence_in("plant.json"),
    tells=_tells,
)
