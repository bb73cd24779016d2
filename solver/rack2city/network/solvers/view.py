"""What solvers tell of solved steps, whichever they are: arrays of steps x rows of the tables."""

from typing import Protocol

import numpy as np

from rack2city.arrays import Array
from rack2city.network.components.columns import Values
from rack2city.network.hydraulics.graph import Index
from rack2city.network.solvers.compile import Compiled


class View(Protocol):
    """H solved steps. Temperatures are NaN where they were not solved."""

    @property
    def built(self) -> Compiled:
        """What was solved."""
        ...

    @property
    def resolved(self) -> float:
        """Share of a demand below which what is missing is the iteration's (-)."""
        ...

    def column(self, table: str, name: str) -> Array:
        """Values of the table in these steps (H x n, or 1 x n where they hold in all)."""
        ...

    def flow(self, table: str) -> Array:
        """Mass flow of the rows of a table of branches (kg/s)."""
        ...

    def drop(self, table: str) -> Array:
        """Their pressure drop, without the static head (Pa)."""
        ...

    def ends_k(self, table: str) -> tuple[Array, Array]:
        """Temperatures at their two ends as the table draws them (K)."""
        ...

    @property
    def piezometric_pa(self) -> Array:
        """Pressure plus density times gravity times height, of the junctions (Pa)."""
        ...

    @property
    def junction_k(self) -> Array:
        """Temperature of the junctions (K)."""
        ...

    @property
    def taken_w(self) -> Array:
        """Heat that substations take (W)."""
        ...

    @property
    def short_pa(self) -> Array:
        """What substations lack of the pressure difference they need (Pa)."""
        ...

    @property
    def supply_k(self) -> Array:
        """Temperature that producers deliver (K)."""
        ...

    @property
    def return_k(self) -> Array:
        """Temperature at the return junction of producers (K)."""
        ...

    @property
    def speed(self) -> Array:
        """Speed of pumps (-)."""
        ...

    @property
    def entering(self) -> Array:
        """What enters at boundaries (kg/s)."""
        ...

    @property
    def pipe_heat(self) -> tuple[Array, Array, Array]:
        """Loss to the surroundings, heat given to the other pipe of the pair, and growth of the stored heat, of pipes (W)."""
        ...

    @property
    def storages(self) -> dict[str, Array]:
        """Columns of the storages; empty where there are none, or temperatures were not solved."""
        ...

    @property
    def mass(self) -> tuple[Array, Array, Index]:
        """Per step what arrives at and leaves the node with the worst balance (kg/s), and the place of that node."""
        ...

    @property
    def extent(self) -> tuple[Array, Array]:
        """Per step the largest flow (kg/s), and how far the temperatures of the nodes lie apart (K); NaN where not solved."""
        ...

    @property
    def least_heat_w(self) -> Array:
        """Heat per step that rounding cannot be told from (W)."""
        ...

    @property
    def about(self) -> dict[str, Values]:
        """Per step `passes`, `worst` (place of a substation, -1 for none) and `margin_pa`."""
        ...


def spread(count: int, rows: Index, values: Array, empty: float = float("nan")) -> Array:
    """Values (H x rows chosen) at their rows of a table, the rest empty."""
    if values.shape[-1] == count and count and rows[0] == 0 and np.array_equal(rows, np.arange(count)):
        return values
    column = np.full((*values.shape[:-1], count), empty)
    column[..., rows] = values
    return column
