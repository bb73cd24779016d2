"""The values of a network through time."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from rack2city.arrays import Array
from rack2city.network.components.columns import Values
from rack2city.network.components.component import Arrays
from rack2city.network.hydraulics.graph import Index


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
    values: Values


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
