"""The tables as arrays: what solvers read, and what a simulation overwrites from step to step."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from rack2city.arrays import Array
from rack2city.network.components import COMPONENTS, Component
from rack2city.network.components.columns import Values
from rack2city.network.components.component import Arrays, Columns, is_empty
from rack2city.network.hydraulics.graph import Index
from rack2city.network.tables.network import Network


def arrays_of(network: Network) -> Arrays:
    """A copy of the values of a network."""
    names = {table: network.table(table).index for table in COMPONENTS}
    rows = {each.singular: names[table] for table, each in COMPONENTS.items() if each.named}
    columns = {table: columns_of(each, network.table(table), rows) for table, each in COMPONENTS.items()}
    return Arrays(columns, names, network.liquid, network.friction, network.laws)


def columns_of(component: Component, frame: pd.DataFrame, rows: Mapping[str, pd.Index]) -> Columns:
    """The columns of one table whose single columns are checked.

    What is named of tables in `rows` becomes its row, by their singular; what is named of others stays a name.
    """
    found: dict[str, Values] = {}
    for column in component.columns:
        values = frame[column.name]
        if column.kind in rows:
            found[column.name] = rows[column.kind].get_indexer(pd.Index(values, dtype=object))
        elif column.kind in ("number", "flag"):
            found[column.name] = values.to_numpy(dtype=column.dtype).copy()
        else:
            found[column.name] = np.array(["" if is_empty(value) else str(value) for value in values], dtype=object)
    return found


@dataclass(frozen=True)
class Profile:
    """One column through time: the rows of the table that change, and their values (steps x places)."""

    table: str
    column: str
    places: Index
    values: Values


@dataclass(frozen=True)
class Varying:
    """The values of a network through time: as in the step put last, what changes, and the steps with their lengths (s)."""

    arrays: Arrays
    profiles: list[Profile]
    index: pd.Index
    step_s: Array

    def put(self, step: int) -> None:
        """Overwrite what changes with the values of a step."""
        for profile in self.profiles:
            self.arrays[profile.table][profile.column][profile.places] = profile.values[step]

    def column(self, table: str, name: str, steps: slice) -> Values:
        """A column in some steps (steps x rows, or 1 x rows where it does not change)."""
        values = self.arrays[table][name][None]
        for profile in self.profiles:
            if (profile.table, profile.column) == (table, name):
                part = profile.values[steps]
                values = np.repeat(values[-1:], len(part), axis=0)
                values[:, profile.places] = part
        return values
