"""A network as one file."""

from dataclasses import asdict
from pathlib import Path

import pandas as pd

from rack2city.errors import InputError
from rack2city.network.components import COMPONENTS, Component
from rack2city.network.formats.archive import Archive, naming, require_writable
from rack2city.network.hydraulics.liquid import Liquid
from rack2city.network.tables.check import check_network
from rack2city.network.tables.network import Network

_ARCHIVE = Archive("network.json", "rack2city network", 1, "a network saved by save_network")


def save_network(network: Network, path: str | Path) -> Path:
    """Write a network to one file, whole or not at all: see `formats.archive`.

    Args:
        network: the network; it is checked first.
        path: file to write, usually ending in `.network.zip`.

    Returns:
        The path.

    Raises:
        InputError: a fault in the tables, or laws given as objects.
    """
    require_writable(network)
    about = {"name": network.name, "crs": network.crs, "liquid": asdict(network.liquid), "friction": network.friction}
    return _ARCHIVE.write(path, about, network.tables)


def load_network(path: str | Path) -> Network:
    """Read a network as `save_network` wrote it; what is read equals what was written, bit by bit.

    Columns that a file of an earlier program lacks take their defaults.

    Args:
        path: the file.

    Returns:
        The network, checked.

    Raises:
        InputError: no such file, not a network, written by a later version, or a fault in its tables.
    """
    page, tables = _ARCHIVE.read(path)
    with naming(path, _ARCHIVE.what):
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
