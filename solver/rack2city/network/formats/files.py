"""A network, and results of a simulation, as one file each."""

from dataclasses import asdict
from pathlib import Path

import numpy as np
import pandas as pd

from rack2city.errors import InputError
from rack2city.network.components import COMPONENTS, Component
from rack2city.network.formats.archive import Archive, naming, require_writable
from rack2city.network.hydraulics.friction import require_formula
from rack2city.network.hydraulics.liquid import Liquid
from rack2city.network.tables.check import check_network
from rack2city.network.tables.network import Network
from rack2city.network.tables.results import Series, series_frame

_NETWORK = Archive("network.json", "rack2city network", 1, "a network saved by save_network")
_SERIES = Archive("series.json", "rack2city network series", 2, "a file of results saved by save_series")


def save_network(network: Network, path: str | Path) -> Path:
    """Write a network to one file, whole or not at all: see `formats.archive`.

    Args:
        network: the network; it is checked first.
        path: file to write, usually ending in `.network.zip`; returned.

    Raises:
        InputError: a fault in the tables, or laws given as objects.
    """
    require_writable(network)
    about = {"name": network.name, "crs": network.crs, "liquid": asdict(network.liquid), "friction": network.friction}
    return _NETWORK.write(path, about, network.tables)


def load_network(path: str | Path) -> Network:
    """Read a network as `save_network` wrote it, and check it; what is read equals what was written, bit by bit.

    Columns that a file of an earlier program lacks take their defaults.

    Raises:
        InputError: no such file, not a network, written by a later version, or a fault in its tables.
    """
    page, tables = _NETWORK.read(path)
    with naming(path, _NETWORK.what):
        liquid = Liquid(**page["liquid"])
        network = Network(page["name"], liquid, page["crs"], page.get("friction", "colebrook"))
    with naming(path):
        for name, frame in tables.items():
            if name not in COMPONENTS:
                raise InputError(f"it has a table {name}, which this program does not know; update it")
            network.tables[name] = _conform(COMPONENTS[name], frame)
        check_network(network)
    return network


def _conform(component: Component, frame: pd.DataFrame) -> pd.DataFrame:
    """The table with all columns of today, in their order and types; a strange one is left to the check."""
    for column in component.columns:
        if column.name not in frame.columns and not column.required:
            frame[column.name] = pd.Series([column.default] * len(frame), index=frame.index, dtype=column.dtype)
    types = {column.name: column.dtype for column in component.columns if column.name in frame.columns}
    frame = frame[[*types, *(name for name in frame.columns if name not in types)]].astype(types)
    frame.index = pd.Index(frame.index, dtype=object, name="name")
    return frame


def save_series(series: Series, path: str | Path) -> Path:
    """Write results to one file, whole or not at all: a zip of one Parquet table per kind of component.

    The tables are long, a row per step and name and a column per quantity, so that any program reads them.

    Args:
        series: the results.
        path: file to write, usually ending in `.series.zip`; returned.
    """
    about = {
        "friction": series.friction,
        "method": series.method,
        "names": {table: list(frame.columns.unique("name")) for table, frame in series.tables.items()},
        "quantities": {table: list(frame.columns.unique("quantity")) for table, frame in series.tables.items()},
    }
    steps = series.steps.index
    tables = {table: _long(frame, steps) for table, frame in series.tables.items() if frame.shape[1]}
    return _SERIES.write(path, about, {"steps": series.steps, **tables})


def load_series(path: str | Path) -> Series:
    """Read results as `save_series` wrote them.

    Raises:
        InputError: no such file, or not results saved by `save_series`.
    """
    page, read = _SERIES.read(path)
    with naming(path, _SERIES.what):
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
