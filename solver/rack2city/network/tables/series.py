"""Results of a simulation: one DataFrame per table, steps down, quantities and names across; one file for all."""

import io
import json
import os
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from rack2city.errors import InputError
from rack2city.network.hydraulics.friction import Array, Formula, require_formula

FORMAT = "rack2city network series"
VERSION = 2
TABLES = (
    "junctions",
    "pipes",
    "valves",
    "heat_exchangers",
    "pumps",
    "substations",
    "producers",
    "storages",
    "boundaries",
)
_PAGE = "series.json"
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the same results give the same bytes


@dataclass(frozen=True)
class Series:
    """A network through time. `res_pipes["t_to_k"]` is a DataFrame of steps x pipes.

    Columns are those of `SteadyResult`, as means over each step; in addition `stored_w`, the growth of the heat in a pipe's
    water and wall, and the table of storages: `mdot_kg_per_s` charging, `heat_w` taken up from the network, `t_in_k`,
    `t_out_k`, and at the end of the step `t_top_k`, `t_mean_k`, `t_bottom_k`. Where nothing flows in a pipe, `t_from_k` and
    `t_to_k` are those of the water that stands in its ends, at the end of the step.

    Attributes:
        steps: per step its length `step_s` (s), `mass_residual` and `energy_residual` (-), `stored_w`, `passes`, and of a
            control by the worst point `worst` and `margin_pa`.
        res_junctions: two levels of columns, quantity and name; so are the others.
        res_pipes: see above.
        res_valves: see above.
        res_heat_exchangers: see above.
        res_pumps: see above.
        res_substations: see above.
        res_producers: see above.
        res_storages: see above.
        res_boundaries: see above.
        friction: formula of the pipes' turbulent friction factor.
        method: which way the network was solved, and why.
    """

    steps: pd.DataFrame
    res_junctions: pd.DataFrame
    res_pipes: pd.DataFrame
    res_valves: pd.DataFrame
    res_heat_exchangers: pd.DataFrame
    res_pumps: pd.DataFrame
    res_substations: pd.DataFrame
    res_producers: pd.DataFrame
    res_storages: pd.DataFrame
    res_boundaries: pd.DataFrame
    friction: Formula = "colebrook"
    method: str = ""


def series_frame(block: Array, index: pd.Index, quantities: list[str], names: pd.Index) -> pd.DataFrame:
    """One table of results from its numbers (steps x quantities by names)."""
    columns = pd.MultiIndex.from_product([quantities if len(names) else [], names], names=["quantity", "name"])
    return pd.DataFrame(block, index=index, columns=columns, copy=False)


def save_series(series: Series, path: str | Path) -> Path:
    """Write results to one file, whole or not at all: a zip of one Parquet table per kind of component.

    The tables are long, a row per step and name and a column per quantity, so that any program reads them.

    Args:
        series: the results.
        path: file to write, usually ending in `.series.zip`.

    Returns:
        The path.
    """
    path = Path(path)
    frames = {table: getattr(series, f"res_{table}") for table in TABLES}
    page = {
        "format": FORMAT,
        "version": VERSION,
        "friction": series.friction,
        "method": series.method,
        "names": {table: list(frame.columns.unique("name")) for table, frame in frames.items()},
        "quantities": {table: list(frame.columns.unique("quantity")) for table, frame in frames.items()},
    }
    partial = path.with_name(path.name + ".part")
    with zipfile.ZipFile(partial, "w", zipfile.ZIP_STORED) as archive:  # Parquet is compressed already
        text = json.dumps(page, indent=1, ensure_ascii=False) + "\n"
        archive.writestr(zipfile.ZipInfo(_PAGE, _EPOCH), text)
        _write(archive, "steps", series.steps)
        for table, frame in frames.items():
            if frame.shape[1]:
                _write(archive, table, _long(frame, series.steps.index))
    os.replace(partial, path)
    return path


def load_series(path: str | Path) -> Series:
    """Read results as `save_series` wrote them.

    Args:
        path: the file.

    Raises:
        InputError: no such file, or not results saved by `save_series`.
    """
    path = Path(path)
    try:
        with zipfile.ZipFile(path) as archive:
            page = json.loads(archive.read(_PAGE))
            if page.get("format") != FORMAT or page["version"] > VERSION:
                raise InputError(f"{path}: it is not a file of results that this program reads")
            steps = pd.read_parquet(io.BytesIO(archive.read("steps.parquet")))
            if "step_s" in page:  # version 1: all of one length
                steps.insert(0, "step_s", float(page["step_s"]))
            frames = {}
            for table in TABLES:
                names, quantities = pd.Index(page["names"][table]), page["quantities"][table]
                block = np.empty((len(steps), 0))
                if quantities and len(names):
                    long = pd.read_parquet(io.BytesIO(archive.read(f"{table}.parquet")), columns=quantities)
                    shape = (len(steps), len(names), len(quantities))
                    block = long.to_numpy().reshape(shape).transpose(0, 2, 1).reshape(len(steps), -1)
                frames[f"res_{table}"] = series_frame(block, steps.index, quantities, names)
    except FileNotFoundError:
        raise InputError(f"{path}: there is no such file") from None
    except (zipfile.BadZipFile, KeyError, json.JSONDecodeError, IsADirectoryError) as error:
        raise InputError(f"{path}: it is not a file of results saved by save_series ({error})") from None
    friction = page.get("friction", "colebrook")
    require_formula(friction)
    return Series(steps, **frames, friction=friction, method=page.get("method", ""))


def _write(archive: zipfile.ZipFile, name: str, frame: pd.DataFrame) -> None:
    buffer = io.BytesIO()
    frame.to_parquet(buffer, engine="pyarrow")
    archive.writestr(zipfile.ZipInfo(f"{name}.parquet", _EPOCH), buffer.getvalue())


def _long(frame: pd.DataFrame, index: pd.Index) -> pd.DataFrame:
    """A row per step and name, a column per quantity."""
    quantities, names = frame.columns.unique("quantity"), frame.columns.unique("name")
    block = frame.to_numpy().reshape(len(index), len(quantities), len(names)).transpose(0, 2, 1)
    long = pd.DataFrame(block.reshape(-1, len(quantities)), columns=list(quantities))
    named = pd.Categorical.from_codes(np.tile(np.arange(len(names)), len(index)).tolist(), names)
    long.insert(0, "name", pd.Series(named))
    long.insert(0, "step", np.repeat(np.arange(len(index)), len(names)))
    return long
