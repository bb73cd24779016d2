"""The tables as arrays: what solvers read, and what a simulation overwrites from step to step."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from rack2city.network.tables.network import Network
from rack2city.network.tables.schema import SCHEMA

Column = npt.NDArray[Any]


@dataclass(frozen=True)
class Arrays:
    """The values of a checked network, each column an array of its own in the order of the rows.

    Numbers are floats, flags booleans. A junction or pipe that is named is its row, -1 where none is; curves and texts stay
    texts, empty where none is given.

    Attributes:
        network: the tables; of these the solvers read names, curves and the liquid only.
        columns: arrays by table and column.
    """

    network: Network
    columns: dict[str, dict[str, Column]]

    @classmethod
    def of(cls, network: Network) -> "Arrays":
        """A copy of the values of a network."""
        return cls(network, {table: _columns(network, table) for table in SCHEMA})

    def __getitem__(self, table: str) -> dict[str, Column]:
        """The columns of a table."""
        return self.columns[table]

    def count(self, table: str) -> int:
        """Number of rows of a table."""
        return len(self.network.table(table))

    def name(self, table: str, row: int) -> str:
        """Name of a row."""
        return str(self.network.table(table).index[row])


def _columns(network: Network, table: str) -> dict[str, Column]:
    frame = network.table(table)
    rows = {"junction": network.junctions.index, "pipe": network.pipes.index}
    found: dict[str, Column] = {}
    for column in SCHEMA[table].columns:
        values = frame[column.name]
        if column.kind in rows:
            found[column.name] = rows[column.kind].get_indexer(pd.Index(values, dtype=object))
        elif column.kind in ("number", "flag"):
            found[column.name] = values.to_numpy(dtype=float if column.kind == "number" else bool).copy()
        else:
            found[column.name] = np.array([_text(value) for value in values], dtype=object)
    return found


def _text(value: object) -> str:
    return "" if value is None or value != value else str(value)
