"""The tables as arrays: what solvers read, and what a simulation overwrites from step to step."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from rack2city.arrays import Array
from rack2city.network.components import COMPONENTS, Component
from rack2city.network.components.columns import Values
from rack2city.network.components.component import Columns
from rack2city.network.hydraulics.friction import Formula
from rack2city.network.hydraulics.laws import BranchLaw
from rack2city.network.hydraulics.liquid import Liquid
from rack2city.network.tables.network import Network


@dataclass(frozen=True)
class Arrays:
    """The values of a checked network, each column an array of its own in the order of the rows.

    Numbers are floats, flags booleans. A junction or pipe that is named is its row, -1 where none is; curves and texts stay
    texts, empty where none is given.

    Attributes:
        network: the tables; of these the solvers read names, curves, laws and the liquid only.
        columns: arrays by table and column.
    """

    network: Network
    columns: dict[str, Columns]

    @classmethod
    def of(cls, network: Network) -> "Arrays":
        """A copy of the values of a network."""
        rows = {each.singular: network.table(name).index for name, each in COMPONENTS.items() if each.named}
        found = {name: columns_of(each, network.table(name), rows) for name, each in COMPONENTS.items()}
        return cls(network, found)

    def __getitem__(self, table: str) -> Columns:
        """The columns of a table."""
        return self.columns[table]

    def count(self, table: str) -> int:
        """Number of rows of a table."""
        return len(self.network.table(table))

    def name(self, table: str, row: int) -> str:
        """Name of a row."""
        return str(self.network.table(table).index[row])

    def curve(self, name: str) -> tuple[Array, Array]:
        """Flows (m3/s) and pressures (Pa) of a curve's points."""
        points = self.network.curves.loc[[name]]
        return points.x_m3_per_s.to_numpy(dtype=float), points.y_pa.to_numpy(dtype=float)

    @property
    def liquid(self) -> Liquid:
        """The liquid."""
        return self.network.liquid

    @property
    def friction(self) -> Formula:
        """Formula of the turbulent friction factor."""
        return self.network.friction

    @property
    def laws(self) -> Mapping[str, BranchLaw]:
        """Laws given as objects, by name."""
        return self.network.laws


def columns_of(component: Component, frame: pd.DataFrame, rows: Mapping[str, pd.Index]) -> Columns:
    """The columns of one table.

    Args:
        component: whose table it is.
        frame: the table, its single columns checked.
        rows: rows of the tables that are referred to, by their singular; what is named of others stays a name.
    """
    found: dict[str, Values] = {}
    for column in component.columns:
        values = frame[column.name]
        if column.kind in rows:
            found[column.name] = rows[column.kind].get_indexer(pd.Index(values, dtype=object))
        elif column.kind in ("number", "flag"):
            found[column.name] = values.to_numpy(dtype=column.dtype).copy()
        else:
            found[column.name] = np.array([_text(value) for value in values], dtype=object)
    return found


def _text(value: object) -> str:
    return "" if value is None or value != value else str(value)
