"""The tables as arrays: what solvers read, and what a simulation overwrites from step to step."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from rack2city.network.components import COMPONENTS, Component
from rack2city.network.components.columns import Values
from rack2city.network.components.component import Arrays, Columns, is_empty
from rack2city.network.tables.network import Network


def arrays_of(network: Network) -> Arrays:
    """A copy of the values of a network."""
    names = {table: network.table(table).index for table in COMPONENTS}
    rows = {each.singular: names[table] for table, each in COMPONENTS.items() if each.named}
    columns = {table: columns_of(each, network.table(table), rows) for table, each in COMPONENTS.items()}
    return Arrays(columns, names, network.liquid, network.friction, network.laws)


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
            found[column.name] = np.array(["" if is_empty(value) else str(value) for value in values], dtype=object)
    return found
