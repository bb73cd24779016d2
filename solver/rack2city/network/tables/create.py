"""Bulk constructors: whole columns at once, one value standing for all rows."""

from collections.abc import Collection, Iterator, Sequence
from itertools import count, islice
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import pandas as pd

from rack2city.errors import InputError
from rack2city.network.components import COMPONENTS, Component
from rack2city.network.components.columns import Column, Values
from rack2city.network.tables.check import check_table, known_names, refuse_twice, unknown_column
from rack2city.network.tables.network import Network

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
    if table not in COMPONENTS:
        raise InputError(f"there is no table '{table}'; there are: {', '.join(COMPONENTS)}")
    component, old = COMPONENTS[table], network.table(table)
    for name in columns:
        if name not in {column.name for column in component.columns}:
            raise InputError(unknown_column(component, name))
    given = {name: _as_list(value) for name, value in columns.items()}
    size = _count(component, names, given)
    index = _names(component, names, size, old.index)
    values = {column.name: _column(component, column, given, size) for column in component.columns}
    frame = pd.DataFrame(values, index=pd.Index(index, dtype=object, name="name"))
    together = old.index.append(frame.index)
    refuse_twice(component, together if component.named else old.index.unique().append(frame.index.unique()))
    # rows may refer to each other, as the two of a pair
    check_table(component, frame, known_names(network) | {component.singular: together})
    network.tables[table] = pd.concat([old, frame]) if len(old) else frame
    return index


class Constructor(Protocol):
    """Adds rows to one table; see `create`."""

    def __call__(self, network: Network, names: Names = None, **columns: Any) -> list[str]:
        """Add rows; returns their names."""
        ...


def _constructor(table: str) -> Constructor:
    """`create` for one table, with its columns in the docstring."""

    def add(network: Network, names: Names = None, **columns: Any) -> list[str]:
        return create(network, table, names, **columns)

    add.__name__ = add.__qualname__ = f"create_{table}"
    listed = "\n".join(f"    {column.name}: {column.meaning}." for column in COMPONENTS[table].columns)
    add.__doc__ = f"Add {COMPONENTS[table].meaning}; see `create`.\n\nColumns:\n{listed}\n"
    return add


create_junctions = _constructor("junctions")
create_pipes = _constructor("pipes")
create_valves = _constructor("valves")
create_heat_exchangers = _constructor("heat_exchangers")
create_pumps = _constructor("pumps")
create_substations = _constructor("substations")
create_producers = _constructor("producers")
create_storages = _constructor("storages")
create_boundaries = _constructor("boundaries")


def create_curve(network: Network, name: str, x_m3_per_s: npt.ArrayLike, y_pa: npt.ArrayLike) -> str:
    """Add one curve by its points; errors as of `create`.

    Args:
        network: the network, changed in place.
        name: name of the curve; returned.
        x_m3_per_s: flows (m3/s), rising.
        y_pa: pressures (Pa), one per flow.
    """
    points = np.atleast_1d(np.asarray(x_m3_per_s, dtype=float))
    create(network, "curves", [name] * len(points), x_m3_per_s=points, y_pa=y_pa)
    return name


def made_names(component: Component, taken: Collection[str], so_far: int = 0) -> Iterator[str]:
    """Names for rows that have none, "pipe 1", "pipe 2" and so on, but those that are taken."""
    names = (f"{component.singular} {number}" for number in count(so_far + 1))
    return (name for name in names if name not in taken)


def _as_list(value: Any) -> Any:
    """One value as it is, many as a list."""
    if isinstance(value, (pd.Series, pd.Index, np.ndarray)):
        return value.tolist()
    return list(value) if isinstance(value, (list, tuple, range)) else value


def _count(component: Component, names: Names, given: dict[str, Any]) -> int:
    """Number of new rows, the same for the names and for every column."""
    lengths = {name: len(value) for name, value in given.items() if isinstance(value, list)}
    if names is not None and not isinstance(names, str):
        lengths = {"names": names if isinstance(names, int) else len(names), **lengths}
    first, size = next(iter(lengths.items()), ("", 1))
    for name, length in lengths.items():
        if length != size:
            raise InputError(
                f"table {component.name}: {first} has {size} values, {name} has {length}; give one value, or one per row"
            )
    return size


def _names(component: Component, names: Names, size: int, old: pd.Index) -> list[str]:
    """The names of the new rows; those made up go on counting."""
    if names is None or isinstance(names, int):
        return list(islice(made_names(component, set(old), len(old)), size))
    if isinstance(names, str):
        if size != 1:
            raise InputError(f"table {component.name}: one name, {names!r}, for {size} rows; give one name per row")
        return [names]
    return list(names)


def _column(component: Component, column: Column, given: dict[str, Any], size: int) -> Values:
    """The values of one column for the new rows."""
    if column.name not in given and column.required and size:
        raise InputError(f"table {component.name}: the column '{column.name}' is missing ({column.meaning})")
    value = given.get(column.name, None if column.required else column.default)
    values = value if isinstance(value, list) else [value] * size
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
