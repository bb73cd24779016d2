"""Profiles: columns of a network's tables that change from step to step."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from rack2city.errors import InputError
from rack2city.network.components import COMPONENTS
from rack2city.network.components.columns import Column
from rack2city.network.tables.arrays import Profile
from rack2city.network.tables.check import unknown_column
from rack2city.network.tables.network import Network

Profiles = Mapping[tuple[str, str], "pd.DataFrame | pd.Series"]


def read_profiles(network: Network, profiles: Profiles, steps: int | None) -> tuple[list[Profile], pd.Index]:
    """Check profiles against the tables, see `simulate`; returns them, and the steps' index, which all of them share.

    Raises:
        InputError: a table, column or name that does not exist or may not change, a value out of bounds, or profiles of
            different steps.
    """
    read: list[Profile] = []
    index: pd.Index | None = None
    for key, given in profiles.items():
        table, column = _column(key)
        if not isinstance(given, (pd.DataFrame, pd.Series)):
            raise InputError(f"profile {key!r}: give a DataFrame of steps x names, or a Series of steps for all rows")
        if index is None:
            index = given.index
        if steps is not None and len(given) != steps:
            raise InputError(f"profile {key!r}: it has {len(given)} steps, asked for are {steps}")
        if len(given) != len(index):
            raise InputError(f"profile {key!r}: it has {len(given)} steps, others have {len(index)}")
        if not given.index.equals(index):
            raise InputError(f"profile {key!r}: its steps are not those of the other profiles (their indices differ)")
        read.append(_profile(network, table, column, given))
    if index is None and steps is None:
        raise InputError("no profile is given, so the number of steps must be")
    if index is None:
        index = pd.RangeIndex(steps, name="step")
    if len(index) == 0:
        raise InputError("the profiles hold no step; give at least one")
    return read, index


def _column(key: object) -> tuple[str, Column]:
    """The table and column that a profile is for."""
    if not (isinstance(key, tuple) and len(key) == 2):
        raise InputError(f"profile {key!r}: its key must be a table and a column, such as ('substations', 'demand_w')")
    table, name = key
    if table not in COMPONENTS:
        raise InputError(f"profile {key!r}: there is no table '{table}'; the tables are {', '.join(COMPONENTS)}")
    component = COMPONENTS[table]
    if name not in {column.name for column in component.columns}:
        raise InputError(f"profile {key!r}: {unknown_column(component, name)}")
    if name not in component.varying:
        allowed = ", ".join(component.varying) or "none"
        raise InputError(f"profile {key!r}: this column may not change in time; of {table} these may: {allowed}")
    return table, component.column(name)


def _profile(network: Network, table: str, column: Column, given: "pd.DataFrame | pd.Series") -> Profile:
    """One profile, its names and values checked."""
    rows, what = network.table(table).index, f"profile {(table, column.name)!r}"
    if isinstance(given, pd.DataFrame):
        names = given.columns
        if not names.is_unique:
            raise InputError(f"{what}: '{names[names.duplicated()][0]}' stands twice")
        places = rows.get_indexer(names)
        if (places < 0).any():
            raise InputError(f"{what}: table {table} has no row '{names[int(np.argmin(places))]}'")
        values = given.to_numpy()
    else:
        names, places = rows, np.arange(len(rows))
        values = np.broadcast_to(given.to_numpy()[:, None], (len(given), len(rows)))
    if column.kind == "flag":
        if values.dtype != bool:
            raise InputError(f"{what}: its values must be True or False")
        return Profile(table, column.name, places, values)
    try:
        values = values.astype(float)
    except (TypeError, ValueError):
        raise InputError(f"{what}: its values must be numbers") from None
    wrong = column.not_finite(values) | column.outside(values)
    if wrong.any():
        step, place = np.unravel_index(int(np.argmax(wrong)), wrong.shape)
        bounds = f" and {column.allowed}" if column.allowed else ""
        raise InputError(
            f"{what}, step {step} ({given.index[int(step)]}), '{names[int(place)]}': the value is "
            f"{values[step, place]:g}; it must be a finite number{bounds}"
        )
    return Profile(table, column.name, places, values)
