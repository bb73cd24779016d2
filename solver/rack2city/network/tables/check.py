"""Whether the tables make sense; every fault is told by table, row and column."""

from collections.abc import Collection, Iterable, Iterator
from typing import NoReturn

import numpy as np
import pandas as pd

from rack2city.errors import InputError
from rack2city.network.components import COMPONENTS, Component
from rack2city.network.components.columns import Column
from rack2city.network.components.component import Fault, is_empty
from rack2city.network.hydraulics.friction import require_formula
from rack2city.network.tables.arrays import Varying, columns_of
from rack2city.network.tables.network import Network

_STEPS = 256  # checked at once

Known = dict[str, Collection[str]]
"""Names that columns may refer to, by what they name."""


def check_network(network: Network) -> None:
    """Check all tables.

    Raises:
        InputError: a column is missing or unknown, a name stands twice, a value is empty, no number or out of bounds, or a
            junction, curve or pipe that is named does not exist, columns or rows do not go together, a law has the name of a
            curve, or the friction formula is unknown.
    """
    require_formula(network.friction)
    for name in network.laws:
        if name in network.curves.index:
            raise InputError(f"network.laws: '{name}' is also the name of a curve; give it another one")
    known = known_names(network)
    for name, component in COMPONENTS.items():
        check_table(component, network.table(name), known)
    for name, component in COMPONENTS.items():
        _refuse(component, network.table(name).index, component.faults_of_all(network.table(name)))


def known_names(network: Network) -> Known:
    """The names that columns may refer to."""
    return {each.singular: network.table(name).index for name, each in COMPONENTS.items()} | {"law": network.laws}


def check_table(component: Component, frame: pd.DataFrame, known: Known) -> None:
    """Check one table, or rows to be added to one; arguments as `check_network` builds them."""
    names = [column.name for column in component.columns]
    for name in names:
        if name not in frame.columns:
            raise InputError(f"table {component.name}: the column '{name}' is missing")
    for name in frame.columns:
        if name not in names:
            raise InputError(unknown_column(component, str(name)))
    for name in frame.index:
        if not isinstance(name, str) or not name:
            raise InputError(f"table {component.name}: {name!r} is not a name; names are texts that are not empty")
    if component.named:
        refuse_twice(component, frame.index)
    for column in component.columns:
        values = frame[column.name]
        told = _number(column, values) if column.kind == "number" else _word(column, values, known)
        if told is not None:
            _fail(component, frame.index[told[0]], column.name, told[1])
    if len(component.ends) == 2:
        start, end = (frame[name] for name in component.ends)
        same: Fault = (start == end, component.ends[1], lambda row: f"both ends are junction '{start.iloc[row]}'")
        _refuse(component, frame.index, [same])
    columns = {**columns_of(component, frame, {}), "name": frame.index.to_numpy()}
    _refuse(component, frame.index, component.faults(columns))


def check_steps(varying: Varying) -> None:
    """What columns of one row must fulfil together, in every step: each value was checked by itself.

    Raises:
        InputError: names step, table, row and column.
    """
    for table in dict.fromkeys(profile.table for profile in varying.profiles):
        component, names = COMPONENTS[table], varying.arrays.names[table]
        for first in range(0, len(varying.index), _STEPS):
            steps = slice(first, first + _STEPS)
            columns = {column.name: varying.column(table, column.name, steps) for column in component.columns}
            for (step, row), column, told in _faults(component.faults({**columns, "name": names.to_numpy()[None]})):
                label = varying.index[first + step]
                raise InputError(
                    f"step {first + step} ({label}): table {table}, row '{names[row]}', column {column}: {told}"
                )


def refuse_twice(component: Component, names: pd.Index) -> None:
    """Refuse a name that stands twice."""
    if not names.is_unique:
        raise InputError(
            f"table {component.name}: the name '{names[names.duplicated()][0]}' stands twice; names are unique"
        )


def unknown_column(component: Component, name: str) -> str:
    """The sentence about a column that the table does not have."""
    return f"table {component.name} has no column '{name}'; it has {', '.join(c.name for c in component.columns)}"


def _refuse(component: Component, names: pd.Index, faults: Iterable[Fault]) -> None:
    for (row,), column, told in _faults(faults):
        _fail(component, names[row], column, told)


def _faults(faults: Iterable[Fault]) -> Iterator[tuple[list[int], str, str]]:
    """The first place of each fault, its column and what is told of it."""
    for wrong, column, sentence in faults:
        if np.any(wrong):
            place = [int(axis) for axis in np.unravel_index(int(np.argmax(wrong)), np.shape(wrong))]
            yield place, column, sentence if isinstance(sentence, str) else sentence(place[-1])


def _fail(component: Component, row: object, column: str, sentence: str) -> NoReturn:
    raise InputError(f"table {component.name}, row '{row}', column {column}: {sentence}")


def _number(column: Column, values: pd.Series) -> tuple[int, str] | None:
    """The first row whose value is no number, not finite or out of bounds, and what is wrong."""
    try:
        array = values.to_numpy(dtype=float)
    except (TypeError, ValueError):
        return next(
            (i, f"{bad!r} is not a number") for i, bad in enumerate(values) if not isinstance(bad, (int, float))
        )
    if (wrong := column.not_finite(array)).any():
        row = int(np.argmax(wrong))
        return row, f"the value is {array[row]}; a finite number is needed"
    if (wrong := column.outside(array)).any():
        row = int(np.argmax(wrong))
        return row, f"{array[row]:g} is out of bounds; it must be {column.allowed}"
    return None


def _word(column: Column, values: pd.Series, known: Known) -> tuple[int, str] | None:
    """The first row whose flag, text or name is wrong, and what is wrong."""
    for row, value in enumerate(values.tolist()):
        if column.kind == "flag":
            if not isinstance(value, bool):
                return row, f"{value!r} is not True or False"
        elif is_empty(value):
            if not column.optional:
                return row, "it is empty; a text is needed"
        elif column.choices and value not in column.choices:
            return row, f"{value!r} is not allowed; it must be {column.allowed}"
        elif column.refers and value not in known[column.kind] and not (column.or_law and value in known["law"]):
            return row, f"there is no {column.kind} '{value}'"
    return None
