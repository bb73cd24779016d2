"""Small CSV tables whose header has the units: `temperature [degC], density [kg/m^3]`; every fault is one sentence."""

import re
from collections.abc import Collection, Mapping
from pathlib import Path

import numpy as np
from pydantic_core import PydanticCustomError

from rack2city.arrays import Array
from rack2city.case.csv_table import Row, read_rows
from rack2city.case.units import Dimension
from rack2city.errors import InputError

LARGEST_FILE = 1_000_000
"""Size of a table that is still read (bytes)."""

MOST_ROWS = 1000
"""Lines of a table that are still read."""

_HEAD = re.compile(r"([A-Za-z][A-Za-z _]*?)\s*(?:\[(.*)\]|\((.*)\))")


def read_columns(
    path: Path, dimensions: Mapping[str, Dimension], optional: Collection[str] = (), least_rows: int = 3
) -> dict[str, Array]:
    """The columns of a table, in SI units.

    Args:
        path: a CSV file in UTF-8; empty lines and those that begin with `#` are skipped.
        dimensions: what each column measures, by its name; the header has its unit in brackets. Other columns are faults.
        optional: names of the columns that may be missing.
        least_rows: how many lines there must be below the header.

    Raises:
        InputError: the table cannot be read, is too large, or has a wrong column or value; it names file, line and column.
    """
    _check_size(path)
    rows = read_rows(path, ())
    if not least_rows <= len(rows) <= MOST_ROWS:
        raise InputError(f"{path}: {len(rows)} lines below the header; {least_rows} to {MOST_ROWS} are needed")
    heads = _heads(path, rows[0], dimensions)
    for name in dimensions:
        if name not in heads and name not in optional:
            example = dimensions[name].example.partition(" ")[2] or "%"
            raise InputError(f"{path}: column {name} is missing; its head is for example '{name} [{example}]'")
    return {
        name: np.array([_value(row, head, unit, dimensions[name]) for row in rows])
        for name, (head, unit) in heads.items()
    }


def _check_size(path: Path) -> None:
    """Refuse a file that is no small table before it is read."""
    try:
        size = path.stat().st_size
    except OSError as error:
        raise InputError(f"{path}: cannot read the table ({error.strerror or error})") from None
    if size > LARGEST_FILE:
        raise InputError(f"{path}: {size} bytes are too many for a table; at most {LARGEST_FILE} are read")


def _heads(path: Path, row: Row, dimensions: Mapping[str, Dimension]) -> dict[str, tuple[str, str]]:
    """Head and unit of each column by its name."""
    heads: dict[str, tuple[str, str]] = {}
    for head in row.cells:
        match = _HEAD.fullmatch(head)
        name = match[1].strip().lower().replace(" ", "_") if match else ""
        if match is None:
            raise InputError(f"{path}: column '{head}' has no unit; write for example 'temperature [degC]'")
        if name not in dimensions:
            raise InputError(f"{path}: unknown column '{head}'; known are {', '.join(dimensions)}")
        if name in heads:
            raise InputError(f"{path}: column {name} is there twice")
        heads[name] = (head, (match[2] or match[3] or "").strip())
    return heads


def _value(row: Row, head: str, unit: str, dimension: Dimension) -> float:
    """One cell in the SI unit."""
    row.number(head)
    try:
        return dimension.parse(f"{row.cells[head]} {unit}")
    except PydanticCustomError as error:
        raise row.error(head, error.message().partition("; if it is meant")[0]) from None
