"""Results of a simulation as one file."""

from pathlib import Path

import numpy as np
import pandas as pd

from rack2city.network.components import COMPONENTS
from rack2city.network.formats.archive import Archive, naming
from rack2city.network.hydraulics.friction import require_formula
from rack2city.network.tables.series import Series, series_frame

_ARCHIVE = Archive("series.json", "rack2city network series", 2, "a file of results saved by save_series")


def save_series(series: Series, path: str | Path) -> Path:
    """Write results to one file, whole or not at all: a zip of one Parquet table per kind of component.

    The tables are long, a row per step and name and a column per quantity, so that any program reads them.

    Args:
        series: the results.
        path: file to write, usually ending in `.series.zip`.

    Returns:
        The path.
    """
    about = {
        "friction": series.friction,
        "method": series.method,
        "names": {table: list(frame.columns.unique("name")) for table, frame in series.tables.items()},
        "quantities": {table: list(frame.columns.unique("quantity")) for table, frame in series.tables.items()},
    }
    steps = series.steps.index
    tables = {table: _long(frame, steps) for table, frame in series.tables.items() if frame.shape[1]}
    return _ARCHIVE.write(path, about, {"steps": series.steps, **tables})


def load_series(path: str | Path) -> Series:
    """Read results as `save_series` wrote them.

    Args:
        path: the file.

    Raises:
        InputError: no such file, or not results saved by `save_series`.
    """
    page, read = _ARCHIVE.read(path)
    with naming(path, _ARCHIVE.what):
        steps, friction, tables = read["steps"], page.get("friction", "colebrook"), {}
        require_formula(friction)
        if "step_s" in page:  # version 1: all of one length
            steps.insert(0, "step_s", float(page["step_s"]))
        for table in (name for name, component in COMPONENTS.items() if component.results):
            names, quantities = pd.Index(page["names"][table]), page["quantities"][table]
            block = np.empty((len(steps), 0))
            if quantities and len(names):
                shape = (len(steps), len(names), len(quantities))
                block = read[table][quantities].to_numpy().reshape(shape).transpose(0, 2, 1).reshape(len(steps), -1)
            tables[table] = series_frame(block, steps.index, quantities, names)
        return Series(steps, tables, friction, page.get("method", ""))


def _long(frame: pd.DataFrame, index: pd.Index) -> pd.DataFrame:
    """A row per step and name, a column per quantity."""
    quantities, names = frame.columns.unique("quantity"), frame.columns.unique("name")
    block = frame.to_numpy().reshape(len(index), len(quantities), len(names)).transpose(0, 2, 1)
    long = pd.DataFrame(block.reshape(-1, len(quantities)), columns=list(quantities))
    named = pd.Categorical.from_codes(np.tile(np.arange(len(names)), len(index)).tolist(), names)
    long.insert(0, "name", pd.Series(named))
    long.insert(0, "step", np.repeat(np.arange(len(index)), len(names)))
    return long
