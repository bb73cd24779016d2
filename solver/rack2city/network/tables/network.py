"""A network as tables: what the user builds, looks at, changes and saves."""

from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from rack2city.network.components import COMPONENTS
from rack2city.network.hydraulics.friction import Formula
from rack2city.network.hydraulics.laws import BranchLaw
from rack2city.network.hydraulics.liquid import Liquid

WATER = Liquid(density=983.2, heat_capacity=4185.0, viscosity=4.66e-4)
"""Water at 60 °C (IAPWS)."""


class Table:
    """One of the `tables` of an object as its attribute: `network.pipes`, `result.res_pipes`."""

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name.removeprefix("res_")
        self.__doc__ = COMPONENTS[self._name].meaning

    def __get__(self, holder: Any, owner: type) -> pd.DataFrame:
        if holder is None:
            raise AttributeError(f"only an object has the table {self._name}")
        frame: pd.DataFrame = holder.tables[self._name]
        return frame

    def __set__(self, holder: Any, frame: pd.DataFrame) -> None:
        holder.tables[self._name] = frame


def empty_tables() -> dict[str, pd.DataFrame]:
    """Tables without rows, of all components."""
    return {name: component.empty() for name, component in COMPONENTS.items()}


@dataclass(slots=True, eq=False)
class Network:
    """A network: one DataFrame per kind of component, indexed by name.

    Rows are added with `create_pipes` and its sisters; values may be changed in the tables, and `check_network` checks them
    (every solver calls it). `describe` says what each column means. Units stand in the columns' names.

    Attributes:
        name: name of the network.
        liquid: properties of the liquid, constant.
        crs: coordinate reference system of `x_m` and `y_m`, such as `"EPSG:31370"`; empty for a drawing without one.
        friction: formula of the turbulent friction factor of its pipes, `"colebrook"` or `"haaland"`.
        laws: laws of pressure drop given as objects, by name: a heat exchanger's `curve` may name one, which then serves all
            rows that name it. Files cannot hold them.
        tables: the tables by name; each is an attribute too, `network.pipes`.
    """

    name: str = "network"
    liquid: Liquid = WATER
    crs: str = ""
    friction: Formula = "colebrook"
    laws: dict[str, BranchLaw] = field(default_factory=dict)
    tables: dict[str, pd.DataFrame] = field(default_factory=empty_tables)
    junctions, curves, pipes, valves, heat_exchangers = Table(), Table(), Table(), Table(), Table()
    pumps, substations, producers, storages, boundaries = Table(), Table(), Table(), Table(), Table()

    def table(self, name: str) -> pd.DataFrame:
        """A table by its name; KeyError if there is none."""
        return self.tables[name]

    def __repr__(self) -> str:
        """Name and number of rows of each table that has some."""
        sizes = {name: frame.index.nunique() for name, frame in self.tables.items()}
        parts = [f"{n} {name}" for name, n in sizes.items() if n] or ["empty"]
        return f"Network {self.name!r}: " + ", ".join([*parts, f"friction {self.friction}"])
