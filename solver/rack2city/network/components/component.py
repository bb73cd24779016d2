"""What a kind of component is: its table, its checks, its branches, its results, and its names in files of others."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from rack2city.arrays import Array
from rack2city.errors import InputError
from rack2city.network.components.columns import Column, Mask, Quantity, Values
from rack2city.network.hydraulics.friction import Formula
from rack2city.network.hydraulics.graph import Index
from rack2city.network.hydraulics.laws import BranchLaw, Law
from rack2city.network.hydraulics.liquid import Liquid

Columns = dict[str, Values]
"""Columns of one table: numbers, flags, texts; a junction or pipe named is its row (-1: none), a curve its name (or empty)."""
Fault = tuple[Any, str, str | Callable[[int], str]]
"""Which rows are wrong, in which column, and the sentence about it (of a row, if it differs from row to row)."""


@dataclass(frozen=True)
class Arrays:
    """The values of a checked network, each column an array of its own in the order of the rows.

    A simulation overwrites `columns` from step to step, by table and column. `names` are those of the rows by table,
    `friction` is the formula of the turbulent friction factor, `laws` are given as objects, by name.
    """

    columns: dict[str, Columns]
    names: dict[str, pd.Index]
    liquid: Liquid
    friction: Formula
    laws: Mapping[str, BranchLaw]

    def __getitem__(self, table: str) -> Columns:
        """The columns of a table."""
        return self.columns[table]

    def count(self, table: str) -> int:
        """Number of rows of a table."""
        return len(self.names[table])

    def name(self, table: str, row: int) -> str:
        """Name of a row."""
        return str(self.names[table][row])

    def curve(self, name: str) -> tuple[Array, Array]:
        """Flows (m3/s) and pressures (Pa) of a curve's points."""
        points, own = self["curves"], self.names["curves"] == name
        return points["x_m3_per_s"][own], points["y_pa"][own]


@dataclass(frozen=True)
class Foreign:
    """What components read of a pandapipes network besides their own tables there.

    The table being read and the names of its rows, the liquid, the temperature around what tells none of its own (K), and
    the names of the junctions by their number.
    """

    table: str
    names: pd.Index
    liquid: Liquid
    ambient_k: float
    places: pd.Series

    def junctions(self, numbers: pd.Series) -> pd.Series:
        """Names of the junctions of given numbers."""
        return numbers.map(self.places)

    def refuse(self, wrong: Any, sentence: str) -> None:
        """Raise an InputError that names the first wrong row, if any is wrong."""
        if np.any(wrong):
            raise InputError(f"pandapipes table {self.table}, '{self.names[int(np.argmax(wrong))]}': {sentence}")


Reader = Callable[[pd.DataFrame, Foreign], Mapping[str, Any]]
"""From rows of a pandapipes table, whose index is their names, to columns of ours; `names` may be one, for other names."""


def no_faults(columns: Columns) -> Iterable[Fault]:
    """Of rows whose columns have nothing to do with each other."""
    return ()


def one_law(columns: Columns) -> Values:
    """Labels of rows that all share one law."""
    return np.full(len(columns["in_service"]), "")


def in_service(columns: Columns) -> Mask:
    """Rows that take part."""
    return columns["in_service"]


@dataclass(frozen=True)
class Component:
    """One kind of component.

    Attributes:
        name: name of its table, an attribute of `Network`.
        singular: what one row is called, in names made up for it and in messages.
        meaning: one line for the user.
        columns: its columns.
        named: whether every row has a name of its own; rows of a curve share theirs.
        faults: what columns of one row must fulfil together, as what is wrong with a table whose single columns are right;
            asked again in each step of a simulation. Beside the columns there is `name`, the rows' names.
        faults_of_all: the same for what rows must fulfil together, told of a finished table only.
        law: the law of rows that share a label, from the arrays, the label, the rows, and the static pressure from start
            to end (Pa, by which held lifts of true pressure differ from piezometric ones); None where rows are no branches.
        law_varies: whether laws hold values of columns that may change in time.
        labels: what tells the laws of rows apart, as texts: one group of branches each.
        is_open: rows that can let liquid flow.
        passes_pressure: rows that, open, join the pressures of their ends; those that hold a flow do not.
        results: the columns of its results.
        pandapipes: what it is in a pandapipes network: readers by table there.
    """

    name: str
    singular: str
    meaning: str
    columns: tuple[Column, ...]
    named: bool = True
    faults: Callable[[Columns], Iterable[Fault]] = no_faults
    faults_of_all: Callable[[pd.DataFrame], Iterable[Fault]] = lambda frame: ()
    law: Callable[[Arrays, str, Index, Array], Law] | None = None
    law_varies: bool = True
    labels: Callable[[Columns], Values] = one_law
    is_open: Callable[[Columns], Mask] = in_service
    passes_pressure: Callable[[Columns], Mask] = lambda columns: np.full(len(columns["in_service"]), True)
    results: tuple[Quantity, ...] = ()
    pandapipes: Mapping[str, Reader] = field(default_factory=dict)

    def column(self, name: str) -> Column:
        """A column by its name; KeyError if there is none."""
        return {column.name: column for column in self.columns}[name]

    @property
    def ends(self) -> tuple[str, ...]:
        """Its columns that name junctions: two for a branch, one for what stands at a junction."""
        return tuple(column.name for column in self.columns if column.kind == "junction")

    @property
    def varying(self) -> tuple[str, ...]:
        """Its columns that may change in time; what a component is and where it stands, may not."""
        return tuple(column.name for column in self.columns if column.varies)

    def empty(self) -> pd.DataFrame:
        """Its table without rows, with its columns in their types."""
        columns = {column.name: pd.Series([], dtype=column.dtype) for column in self.columns}
        return pd.DataFrame(columns, index=pd.Index([], dtype=object, name="name"))


def is_empty(value: object) -> bool:
    """Whether a value is none: None, an empty text, or NaN."""
    return value is None or value == "" or value != value
