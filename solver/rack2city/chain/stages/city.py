"""The city stage: the pod of racks and the heat network through every hour of a year."""

from pathlib import Path
from typing import TYPE_CHECKING

from rack2city.chain.stage import Session, Stage, evidence_in, figures
from rack2city.chain.stages.plant import PLANT
from rack2city.chain.stages.rack import RACK
from rack2city.evidence import load, store

if TYPE_CHECKING:
    from rack2city.case import LoadedCase

YEAR_PARTS = 4  # in which the year's progress is told


def _check(loaded: "LoadedCase") -> None:
    """Refuse a heat network or a weather that cannot be read."""
    from rack2city.city.layout import load_layout
    from rack2city.city.year import case_weather

    load_layout(loaded.case.city.pipes, loaded.case.city.substations)
    case_weather(loaded.case)


def _compute(session: Session) -> None:
    from rack2city.city.layout import load_layout
    from rack2city.city.year import case_weather, run_city
    from rack2city.results.rack import RackResult

    def progress(done: int, hours: int) -> None:
        if done * YEAR_PARTS // hours > (done - 1) * YEAR_PARTS // hours:
            session.monitor.step(f"heat network, {done} of {hours} hours")

    case, rack = session.case, load(session.file("rack.json"), RackResult)
    layout = load_layout(case.city.pipes, case.city.substations)
    result, year = run_city(case, rack, layout, case_weather(case), progress)
    year.to_parquet(session.file("year.parquet"))
    store(session.file("city.json"), result)


def _tells(folder: Path) -> tuple[str, ...]:
    from rack2city.report.units import CELSIUS, MEGAWATT_HOUR, PLAIN
    from rack2city.results.city import CityResult

    city = load(folder / "city.json", CityResult)
    return figures(
        ("demand of the year", city.annual_demand_j, MEGAWATT_HOUR),
        ("delivered", city.delivered_j, MEGAWATT_HOUR),
        ("not met", city.unmet_j, MEGAWATT_HOUR),
        ("reused", city.reused_j, MEGAWATT_HOUR),
        ("highest junction", city.junction_max_k, CELSIUS),
        *((name.upper(), value, PLAIN) for name, value in city.kpi.items()),
    )


CITY = Stage(
    name="city",
    compute=_compute,
    files=lambda case: ("city.json", "year.parquet"),
    before=(RACK, PLANT),
    parts=("plant", "city", "limits"),
    sources=("city.pipes", "city.substations", "city.weather.epw"),
    check=_check,
    evidence=evidence_in("city.json"),
    tells=_tells,
    steps=lambda case: YEAR_PARTS,
)
