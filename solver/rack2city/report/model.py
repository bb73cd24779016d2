"""What the report reads: the files of a run folder, checked once, before anything is drawn."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from rack2city.errors import InputError

# Every key the report uses; `[]` stands for each item of a list.
_REQUIRED_KEYS = {
    "": "schema_version",
    "case": "name title file",
    "case.inputs[]": "field given si unit source",
    "verdict": "holds checks",
    "verdict.checks[]": "name value limit unit sense margin holds kind uncertainty",
    "mesh": "level cells points groups",
    "plate": "load flow_per_channel_m3_per_s pressure_drop_pa base_to_bulk_m2k_per_w case_to_inlet_max_m2k_per_w "
    "case_to_inlet_mean_m2k_per_w reynolds case_max_k outlet_bulk_k channels area_m2 design_flow_per_channel_m3_per_s "
    "field_flow_factor",
    "plate.holdout": "flow_per_channel_m3_per_s pressure_drop_error case_to_inlet_error",
    "rack": "power_w liquid_w air_w flow_m3_per_s supply_k return_k rise_k pressure_drop_pa manifold_velocity_m_per_s "
    "branch_flow_spread air_rise_k",
    "rack.loads[]": "name count power_w flow_m3_per_s plate_pressure_drop_pa case_to_inlet_k_per_w case_max_k "
    "junction_max_k reynolds",
    "plant": "racks",
    "plant.cdu": "heat_w effectiveness ntu approach_k facility_supply_k facility_return_k tcs_head_pa tcs_pump_w "
    "facility_pump_w",
    "plant.heat_pump": "refrigerant cop evaporating_k condensing_k heat_w electric_w",
    "plant.ups": "efficiency loss_w",
    "city": "weather annual_demand_j delivered_j unmet_j network_loss_j network_stored_j network_heat_j "
    "reused_j rejected_j backup_j "
    "heat_pump_heat_j heat_pump_electric_j liquid_heat_j peak_demand_w trench_length_m substations "
    "hours_tcs_above_setpoint junction_max_k",
    "city.pump_heat_j": "tcs facility",
    "city.electricity_j": "it ups_loss tcs_pump facility_pump air_cooling dry_cooler heat_pump network_pump",
    "kpi": "pue erf ere",
    "kpi.definitions": "pue erf",
    "balances[]": "stage name entering leaving unit relative tolerance holds",
    "provenance": "versions solver_options ranks date seconds command",
    "provenance.solver": "flow heat libraries",
    "provenance.solver.flow": "method pressure unknowns stabilisation",
    "provenance.solver.heat": "method unknowns",
    "provenance.iterations": "outer newton flow_factorisations heat_factorisations",
}
_PLATE_CURVES = (
    "flow_per_channel_m3_per_s pressure_drop_pa base_to_bulk_m2k_per_w case_to_inlet_max_m2k_per_w "
    "case_to_inlet_mean_m2k_per_w reynolds case_max_k outlet_bulk_k"
)
_YEAR_COLUMNS = (
    "outdoor_k demand_w delivered_w network_loss_w network_heat_w heat_pump_w heat_pump_electric_w reused_w backup_w "
    "rejected_w liquid_w network_supply_k network_return_k facility_supply_k facility_return_k tcs_supply_k "
    "junction_max_k network_pump_w cop dry_cooler_w"
)


@dataclass(frozen=True)
class Run:
    """The files of one finished run.

    Attributes:
        summary: content of `summary.json` (SI units, suffixes in the keys).
        year: hourly results, index `time`, columns with the suffixes `_w` and `_k`.
        temperature: the ParaView file of the plate's temperature field (K).
    """

    summary: dict[str, Any]
    year: pd.DataFrame
    temperature: Path


def read_run(run_dir: Path) -> Run:
    """Read and check the files of a run folder.

    Args:
        run_dir: folder written by `rack2city run`.

    Returns:
        The run; every key and column the report uses is there.

    Raises:
        InputError: a file is missing or unreadable, or lacks a key or column, which the sentence names.
    """
    summary_file, year_file, field = (
        _existing(run_dir, name) for name in ("summary.json", "year.parquet", "fields/temperature.pvd")
    )
    return Run(_read_summary(summary_file), _read_year(year_file), field)


def _existing(run_dir: Path, name: str) -> Path:
    file = run_dir / name
    if not file.is_file():
        raise InputError(f"{file}: there is no such file; a report needs the folder of a finished `rack2city run`")
    return file


def _read_summary(file: Path) -> dict[str, Any]:
    try:
        summary = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise InputError(f"{file}: is not readable as JSON: {error}") from None
    if not isinstance(summary, dict):
        raise InputError(f"{file}: must hold one JSON object, not a {type(summary).__name__}")
    for place, names in _REQUIRED_KEYS.items():
        for path, item in _walk(summary, place, file):
            for name in names.split():
                if not isinstance(item, dict) or name not in item:
                    raise InputError(_missing(file, f"{path}.{name}".lstrip(".")))
    if not isinstance(summary.get("assumptions"), list):
        raise InputError(_missing(file, "assumptions"))
    plate = summary["plate"]
    runs = len(plate["flow_per_channel_m3_per_s"])
    for name in _PLATE_CURVES.split():
        if len(plate[name]) != runs:
            raise InputError(
                f"{file}: `plate.{name}` has {len(plate[name])} values, expected {runs}, one per flow rate"
            )
    if plate["load"] not in [load["name"] for load in summary["rack"]["loads"]]:
        raise InputError(f"{file}: `plate.load` is '{plate['load']}', which is not the name of an item of `rack.loads`")
    return summary


def _walk(summary: dict[str, Any], place: str, file: Path) -> Iterator[tuple[str, Any]]:
    """Every object at a dotted place, with its path as a user would write it."""
    found: list[tuple[str, Any]] = [("", summary)]
    for part in filter(None, place.split(".")):
        key = part.removesuffix("[]")
        deeper: list[tuple[str, Any]] = []
        for path, item in found:
            here = f"{path}.{key}".lstrip(".")
            if not isinstance(item, dict) or key not in item:
                raise InputError(_missing(file, here))
            value = item[key]
            if not part.endswith("[]"):
                deeper.append((here, value))
            elif isinstance(value, list):
                deeper += [(f"{here}[{i}]", entry) for i, entry in enumerate(value)]
            else:
                raise InputError(f"{file}: `{here}` must be a list, not a {type(value).__name__}")
        found = deeper
    return iter(found)


def _missing(file: Path, key: str) -> str:
    return f"{file}: the key `{key}` is missing; write the file again with `rack2city run`"


def _read_year(file: Path) -> pd.DataFrame:
    try:
        year = pd.read_parquet(file)
    except (OSError, ValueError) as error:
        raise InputError(f"{file}: is not readable as Parquet: {error}") from None
    missing = [name for name in _YEAR_COLUMNS.split() if name not in year]
    if missing:
        raise InputError(f"{file}: the column `{missing[0]}` is missing; write the file again with `rack2city run`")
    if not isinstance(year.index, pd.DatetimeIndex):
        raise InputError(f"{file}: the index must be the time of each hour, not {year.index.dtype}")
    return year
