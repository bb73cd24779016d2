"""What the report reads: the files of a run folder, checked once, before anything is drawn."""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from rack2city.errors import InputError
from rack2city.evidence import load
from rack2city.report.summary import Summary

_YEAR_COLUMNS = (
    "outdoor_k demand_w delivered_w network_loss_w network_heat_w heat_pump_w heat_pump_electric_w reused_w backup_w "
    "rejected_w liquid_w network_supply_k network_return_k facility_supply_k facility_return_k tcs_supply_k "
    "junction_max_k network_pump_w cop dry_cooler_w"
)


@dataclass(frozen=True)
class Run:
    """The files of one finished run: `summary.json`, `year.parquet`, and the folders of the computed plates' fields."""

    summary: Summary
    year: pd.DataFrame
    fields: dict[str, Path]


def read_run(run_dir: Path) -> Run:
    """Read and check the files of a folder written by `rack2city run`.

    Raises:
        InputError: a file is missing or unreadable, or lacks a key or column, which the sentence names.
    """
    summary, year = (_existing(run_dir / name) for name in ("summary.json", "year.parquet"))
    figures = load(summary, Summary)
    computed = [name for name, plate in figures.plates.items() if plate.runs is not None]
    fields = {name: run_dir / "plates" / name / "fields" for name in computed}
    for folder in fields.values():
        for file in ("temperature.pvd", "flow.pvd"):
            _existing(folder / file)
    return Run(figures, _read_year(year), fields)


def _existing(file: Path) -> Path:
    if not file.is_file():
        raise InputError(f"{file}: there is no such file; a report needs the folder of a finished `rack2city run`")
    return file


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
