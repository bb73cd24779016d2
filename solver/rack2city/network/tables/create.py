"""Bulk constructors: whole columns at once, one value standing for all rows."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from rack2city.errors import InputError
from rack2city.network.tables.check import check_table, known_names, unknown_column
from rack2city.network.tables.columns import Column, TableSchema
from rack2city.network.tables.network import Network
from rack2city.network.tables.schema import SCHEMA

Names = int | str | Sequence[str] | None
"""Names of new rows: a number of them to be made up, one name, many names, or None where the columns tell the number."""


def create(network: Network, table: str, names: Names = None, **columns: Any) -> list[str]:
    """Add rows to a table.

    Args:
        network: the network, changed in place.
        table: name of the table, such as `"pipes"`.
        names: names of the rows, see `Names`.
        columns: values by column; one value for all rows or one per row. What is not given takes its default (see
            `describe`).

    Returns:
        The names of the new rows.

    Raises:
        InputError: a fault as `check_network` tells it, or columns of different lengths. The network is then unchanged.
    """
    schema = SCHEMA[table]
    for name in columns:
        if name not in {column.name for column in schema.columns}:
            raise InputError(unknown_column(schema, name))
    old = network.table(table)
    given = {name: _as_list(value) for name, value in columns.items()}
    count = _count(schema, names, given)
    index = _names(schema, names, count, old.index)
    frame = pd.DataFrame(
        {column.name: _column(schema, column, given, count) for column in schema.columns},
        index=pd.Index(index, dtype=object, name="name"),
    )
    known = known_names(network)
    if table == "pipes":
        known["pipe"] = old.index.union(frame.index)  # the two of a pair may come together
    clash = frame.index.intersection(old.index)
    if len(clash):
        raise InputError(f"table {table}: the name '{clash[0]}' stands twice; names are unique")
    check_table(schema, frame, known)
    setattr(network, table, pd.concat([old, frame]) if len(old) else frame)
    return index


def create_junctions(network: Network, names: Names = None, **columns: Any) -> list[str]:
    """Add junctions; see `create`."""
    return create(network, "junctions", names, **columns)


def create_pipes(network: Network, names: Names = None, **columns: Any) -> list[str]:
    """Add pipes; see `create`."""
    return create(network, "pipes", names, **columns)


def create_pumps(network: Network, names: Names = None, **columns: Any) -> list[str]:
    """Add pumps; see `create`."""
    return create(network, "pumps", names, **columns)


def create_valves(network: Network, names: Names = None, **columns: Any) -> list[str]:
    """Add valves; see `create`."""
    return create(network, "valves", names, **columns)


def create_heat_exchangers(network: Network, names: Names = None, **columns: Any) -> list[str]:
    """Add heat exchangers; see `create`."""
    return create(network, "heat_exchangers", names, **columns)


def create_substations(network: Network, names: Names = None, **columns: Any) -> list[str]:
    """Add substations; see `create`."""
    return create(network, "substations", names, **columns)


def create_producers(network: Network, names: Names = None, **columns: Any) -> list[str]:
    """Add producers; see `create`."""
    return create(network, "producers", names, **columns)


def create_storages(network: Network, names: Names = None, **columns: Any) -> list[str]:
    """Add storages; see `create`."""
    return create(network, "storages", names, **columns)


def create_boundaries(network: Network, names: Names = None, **columns: Any) -> list[str]:
    """Add boundaries; see `create`."""
    return create(network, "boundaries", names, **columns)


def create_curve(network: Network, name: str, x_m3_per_s: npt.ArrayLike, y_pa: npt.ArrayLike) -> str:
    """Add one curve by its points.

    Args:
        network: the network, changed in place.
        name: name of the curve.
        x_m3_per_s: flows (m3/s), rising.
        y_pa: pressures (Pa), one per flow.

    Returns:
        The name.

    Raises:
        InputError: as `create`.
    """
    points = np.atleast_1d(np.asarray(x_m3_per_s, dtype=float))
    create(network, "curves", [name] * len(points), x_m3_per_s=points, y_pa=y_pa)
    return name


def _as_list(value: Any) -> Any:
    """One value as it is, many as a list."""
    if isinstance(value, (pd.Series, pd.Index, np.ndarray)):
        return value.tolist()
    return list(value) if isinstance(value, (list, tuple, range)) else value


def _count(schema: TableSchema, names: Names, given: dict[str, Any]) -> int:
    """Number of new rows, the same for the names and for every column."""
    lengths = {name: len(value) for name, value in given.items() if isinstance(value, list)}
    if isinstance(names, int):
        lengths = {"names": names, **lengths}
    elif names is not None and not isinstance(names, str):
        lengths = {"names": len(names), **lengths}
    if not lengths:
        return 1
    first, count = next(iter(lengths.items()))
    for name, length in lengths.items():
        if length != count:
            raise InputError(
                f"table {schema.name}: {first} has {count} values, {name} has {length}; give one value, or one per row"
            )
    return count


def _names(schema: TableSchema, names: Names, count: int, old: pd.Index) -> list[str]:
    """The names of the new rows; those made up go on counting."""
    if names is None or isinstance(names, int):
        made: list[str] = []
        taken, number = set(old), len(old)
        while len(made) < count:
            number += 1
            if (name := f"{schema.singular} {number}") not in taken:
                made.append(name)
        return made
    if isinstance(names, str):
        if count != 1:
            raise InputError(f"table {schema.name}: one name, {names!r}, for {count} rows; give one name per row")
        return [names]
    return list(names)


def _column(schema: TableSchema, column: Column, given: dict[str, Any], count: int) -> npt.NDArray[Any]:
    """The values of one column for the new rows."""
    if column.name not in given:
        if column.required and count:
            raise InputError(f"table {schema.name}: the column '{column.name}' is missing ({column.meaning})")
        value: Any = None if column.required else column.default
    else:
        value = given[column.name]
    values = value if isinstance(value, list) else [value] * count
    if column.kind == "number":
        values = [float("nan") if item is None else item for item in values]
        try:
            return pd.Series(values, dtype=float).to_numpy()
        except (TypeError, ValueError):
            return pd.Series(values, dtype=object).to_numpy()  # the check names the row
    if column.kind == "flag":
        values = [bool(item) if isinstance(item, np.bool_) else item for item in values]
        if all(isinstance(item, bool) for item in values):
            return np.array(values, dtype=bool)
    return np.array([*values, None], dtype=object)[:-1]
