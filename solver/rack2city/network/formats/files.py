"""One file per network: a zip of Parquet tables and a JSON page.

Parquet keeps every bit of a float and the type of a column, is small and fast, and opens in pandas, R, DuckDB; the zip makes it
one file, and any unzip program shows what is in it.
"""

import io
import json
import os
import zipfile
from dataclasses import asdict
from pathlib import Path

import pandas as pd

from rack2city.errors import InputError
from rack2city.network.components import COMPONENTS, Component
from rack2city.network.hydraulics.liquid import Liquid
from rack2city.network.tables.check import check_network
from rack2city.network.tables.network import Network

FORMAT = "rack2city network"
VERSION = 1
"""Of the file's layout; it rises when an older program could not read what is written."""
_PAGE = "network.json"
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the same network gives the same bytes


def save_network(network: Network, path: str | Path) -> Path:
    """Write a network to one file, whole or not at all.

    Args:
        network: the network; it is checked first.
        path: file to write, usually ending in `.network.zip`.

    Returns:
        The path.

    Raises:
        InputError: a fault in the tables.
    """
    check_network(network)
    path = Path(path)
    page = {
        "format": FORMAT,
        "version": VERSION,
        "name": network.name,
        "crs": network.crs,
        "liquid": asdict(network.liquid),
        "friction": network.friction,
    }
    partial = path.with_name(path.name + ".part")
    with zipfile.ZipFile(partial, "w", zipfile.ZIP_STORED) as archive:  # Parquet is compressed already
        text = json.dumps(page, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
        archive.writestr(zipfile.ZipInfo(_PAGE, _EPOCH), text)
        for name in COMPONENTS:
            buffer = io.BytesIO()
            network.table(name).to_parquet(buffer, engine="pyarrow")
            archive.writestr(zipfile.ZipInfo(f"{name}.parquet", _EPOCH), buffer.getvalue())
    os.replace(partial, path)
    return path


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
    path = Path(path)
    try:
        with zipfile.ZipFile(path) as archive:
            page = json.loads(archive.read(_PAGE))
            if page.get("format") != FORMAT:
                raise InputError(f"{path}: it is not a network saved by save_network")
            if page["version"] > VERSION:
                raise InputError(
                    f"{path}: it has version {page['version']} of the format, this program reads up to {VERSION}; update it"
                )
            inside = set(archive.namelist())
            tables = {
                name: pd.read_parquet(io.BytesIO(archive.read(f"{name}.parquet")), engine="pyarrow")
                for name in COMPONENTS
                if f"{name}.parquet" in inside
            }
            network = Network(page["name"], Liquid(**page["liquid"]), page["crs"], page.get("friction", "colebrook"))
    except FileNotFoundError:
        raise InputError(f"{path}: there is no such file") from None
    except (zipfile.BadZipFile, KeyError, json.JSONDecodeError, TypeError, IsADirectoryError) as error:
        raise InputError(f"{path}: it is not a network saved by save_network ({error})") from None
    for name, frame in tables.items():
        network.tables[name] = _conform(COMPONENTS[name], frame)
    try:
        check_network(network)
    except InputError as error:
        raise InputError(f"{path}: {error}") from None
    return network


def _conform(schema: Component, frame: pd.DataFrame) -> pd.DataFrame:
    """The table with all columns of today, in their order and types."""
    for column in schema.columns:
        if column.name not in frame.columns and not column.required:
            frame[column.name] = pd.Series([column.default] * len(frame), index=frame.index, dtype=column.dtype)
    known = [column for column in schema.columns if column.name in frame.columns]
    strange = [name for name in frame.columns if name not in {column.name for column in known}]
    frame = frame[[*(column.name for column in known), *strange]].astype(
        {column.name: column.dtype for column in known}
    )
    frame.index = pd.Index(frame.index, dtype=object, name="name")
    return frame
