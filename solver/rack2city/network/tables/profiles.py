"""Profiles: columns of a network's tables that change from step to step."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from rack2city.errors import InputError
from rack2city.network.hydraulics.graph import Index
from rack2city.network.tables.arrays import Arrays
from rack2city.network.tables.check import unknown_column
from rack2city.network.tables.columns import Column
from rack2city.network.tables.network import Network
from rack2city.network.tables.schema import SCHEMA

VARYING: dict[str, tuple[str, ...]] = {
    "pipes": ("ambient_k", "in_service"),
    "pumps": ("speed", "difference_pa", "power_w", "in_service"),
    "valves": ("opening", "in_service"),
    "heat_exchangers": ("heat_w", "in_service"),
    "substations": (
        "demand_w",
        "dhw_demand_w",
        "return_set_k",
        "mass_flow_kg_per_s",
        "secondary_supply_k",
        "secondary_return_k",
        "dhw_cold_k",
        "min_difference_pa",
        "bypass_kg_per_s",
        "max_flow_kg_per_s",
        "in_service",
    ),
    "producers": (
        "supply_k",
        "difference_pa",
        "return_pressure_pa",
        "mass_flow_kg_per_s",
        "power_w",
        "max_power_w",
        "merit",
        "in_service",
    ),
    "storages": ("mass_flow_kg_per_s", "ambient_k", "in_service"),
    "boundaries": ("pressure_pa", "mass_flow_kg_per_s", "supply_k", "in_service"),
}
"""Columns that may change in time; what a component is and where it stands, may not."""
Profiles = Mapping[tuple[str, str], "pd.DataFrame | pd.Series"]


@dataclass(frozen=True)
class Profile:
    """One column through time.

    Attributes:
        table: name of the table.
        column: name of the column.
        places: rows of the table that change.
        values: steps x places.
    """

    table: str
    column: str
    places: Index
    values: npt.NDArray[Any]


def read_profiles(network: Network, profiles: Profiles, steps: int | None) -> tuple[list[Profile], pd.Index]:
    """Check profiles against the tables.

    Args:
        network: the tables.
        profiles: by table and column: a DataFrame of steps x names, of some rows or all, or a Series of steps for all rows.
        steps: number of steps, needed where no profile tells it.

    Returns:
        The profiles, and the steps' index, which all of them share.

    Raises:
        InputError: a table, column or name that does not exist or may not change, a value out of bounds, or profiles of
            different steps.
    """
    read: list[Profile] = []
    index: pd.Index | None = None
    for key, given in profiles.items():
        if not (isinstance(key, tuple) and len(key) == 2):
            raise InputError(
                f"profile {key!r}: its key must be a table and a column, such as ('substations', 'demand_w')"
            )
        table, name = key
        if table not in SCHEMA:
            raise InputError(f"profile {key!r}: there is no table '{table}'; the tables are {', '.join(SCHEMA)}")
        if name not in {column.name for column in SCHEMA[table].columns}:
            raise InputError(f"profile {key!r}: {unknown_column(SCHEMA[table], name)}")
        if name not in VARYING.get(table, ()):
            allowed = ", ".join(VARYING.get(table, ())) or "none"
            raise InputError(f"profile {key!r}: this column may not change in time; of {table} these may: {allowed}")
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
        read.append(_profile(network, table, SCHEMA[table].column(name), given))
    if index is None and steps is None:
        raise InputError("no profile is given, so the number of steps must be")
    if index is None:
        index = pd.RangeIndex(steps, name="step")
    if len(index) == 0:
        raise InputError("the profiles hold no step; give at least one")
    return read, index


def _profile(network: Network, table: str, column: Column, given: "pd.DataFrame | pd.Series") -> Profile:
    """One profile, its names and values checked."""
    rows = network.table(table).index
    if isinstance(given, pd.DataFrame):
        names = given.columns
        if not names.is_unique:
            raise InputError(f"profile {(table, column.name)!r}: '{names[names.duplicated()][0]}' stands twice")
        places = rows.get_indexer(names)
        if (places < 0).any():
            raise InputError(
                f"profile {(table, column.name)!r}: table {table} has no row '{names[int(np.argmin(places))]}'"
            )
        values = given.to_numpy()
    else:
        names, places = rows, np.arange(len(rows))
        values = np.broadcast_to(given.to_numpy()[:, None], (len(given), len(rows)))
    if column.kind == "flag":
        if values.dtype != bool:
            raise InputError(f"profile {(table, column.name)!r}: its values must be True or False")
        return Profile(table, column.name, places, values)
    try:
        values = values.astype(float)
    except (TypeError, ValueError):
        raise InputError(f"profile {(table, column.name)!r}: its values must be numbers") from None
    wrong = np.isinf(values) | (np.isnan(values) & (not column.optional))
    wrong |= (values < column.low) | (values > column.high) | (column.above_low & (values == column.low))
    if wrong.any():
        step, place = np.unravel_index(int(np.argmax(wrong)), wrong.shape)
        bounds = f" and {column.allowed}" if column.allowed else ""
        raise InputError(
            f"profile {(table, column.name)!r}, step {step} ({given.index[int(step)]}), '{names[int(place)]}': the value is "
            f"{values[step, place]:g}; it must be a finite number{bounds}"
        )
    return Profile(table, column.name, places, values)


@dataclass(frozen=True)
class Varying:
    """The values of a network through time.

    Attributes:
        arrays: the values in the step that was put last.
        profiles: what changes.
        index: the steps.
        step_s: their lengths (s).
    """

    arrays: Arrays
    profiles: list[Profile]
    index: pd.Index
    step_s: npt.NDArray[np.float64]

    def put(self, step: int) -> None:
        """Overwrite what changes with the values of a step."""
        for profile in self.profiles:
            self.arrays[profile.table][profile.column][profile.places] = profile.values[step]

    def column(self, table: str, name: str, steps: slice) -> npt.NDArray[Any]:
        """A column in some steps (steps x rows, or 1 x rows where it does not change)."""
        values = self.arrays[table][name][None]
        for profile in self.profiles:
            if (profile.table, profile.column) == (table, name):
                part = profile.values[steps]
                values = np.repeat(values[-1:], len(part), axis=0)
                values[:, profile.places] = part
        return values
