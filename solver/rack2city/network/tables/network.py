"""A network as tables: what the user builds, looks at, changes and saves."""

from dataclasses import dataclass, field

import pandas as pd

from rack2city.network.hydraulics.friction import Formula
from rack2city.network.hydraulics.liquid import Liquid
from rack2city.network.tables.columns import TableSchema
from rack2city.network.tables.schema import SCHEMA

WATER = Liquid(density=983.2, heat_capacity=4185.0, viscosity=4.66e-4)
"""Water at 60 °C (IAPWS)."""


def empty_table(schema: TableSchema) -> pd.DataFrame:
    """A table without rows, with its columns in their types."""
    columns = {column.name: pd.Series([], dtype=column.dtype) for column in schema.columns}
    return pd.DataFrame(columns, index=pd.Index([], dtype=object, name="name"))


def _table(name: str) -> pd.DataFrame:
    return field(default_factory=lambda: empty_table(SCHEMA[name]))


@dataclass(slots=True, eq=False)
class Network:
    """A network: one DataFrame per kind of component, indexed by name.

    Rows are added with `create_pipes` and its sisters; values may be changed in the tables, and `check_network` checks them
    (every solver calls it). `SCHEMA` and `describe` say what each column means. Units stand in the columns' names.

    Attributes:
        name: name of the network.
        liquid: properties of the liquid, constant.
        crs: coordinate reference system of `x_m` and `y_m`, such as `"EPSG:31370"`; empty for a drawing without one.
        friction: formula of the turbulent friction factor of its pipes, `"colebrook"` or `"haaland"`.
        junctions: points where pipes meet.
        pipes: straight pipes.
        pumps: pumps with a curve, or of constant power.
        valves: valves.
        heat_exchangers: anything that heats or cools the liquid by a given power.
        substations: where consumers take heat.
        producers: plants that heat the return and pump it into the supply.
        storages: stratified tanks.
        boundaries: where liquid enters or leaves the network.
        curves: points of curves; all rows of one curve share its name.
    """

    name: str = "network"
    liquid: Liquid = WATER
    crs: str = ""
    friction: Formula = "colebrook"
    junctions: pd.DataFrame = _table("junctions")  # noqa: RUF009  # a field with a factory
    pipes: pd.DataFrame = _table("pipes")  # noqa: RUF009
    pumps: pd.DataFrame = _table("pumps")  # noqa: RUF009
    valves: pd.DataFrame = _table("valves")  # noqa: RUF009
    heat_exchangers: pd.DataFrame = _table("heat_exchangers")  # noqa: RUF009
    substations: pd.DataFrame = _table("substations")  # noqa: RUF009
    producers: pd.DataFrame = _table("producers")  # noqa: RUF009
    storages: pd.DataFrame = _table("storages")  # noqa: RUF009
    boundaries: pd.DataFrame = _table("boundaries")  # noqa: RUF009
    curves: pd.DataFrame = _table("curves")  # noqa: RUF009

    def table(self, name: str) -> pd.DataFrame:
        """A table by its name."""
        if name not in SCHEMA:
            raise KeyError(name)
        frame: pd.DataFrame = getattr(self, name)
        return frame

    def __repr__(self) -> str:
        """Name and number of rows of each table that has some."""
        sizes = {name: self.table(name).index.nunique() for name in SCHEMA}
        parts = [f"{n} {name}" for name, n in sizes.items() if n] or ["empty"]
        return f"Network {self.name!r}: " + ", ".join([*parts, f"friction {self.friction}"])
