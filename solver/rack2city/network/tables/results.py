"""Results as tables, units in the names of the columns: the steady state, and a network through time."""

from dataclasses import dataclass

import pandas as pd

from rack2city.arrays import Array
from rack2city.evidence import Balance
from rack2city.network.hydraulics.friction import Formula
from rack2city.network.tables.network import Table


@dataclass(frozen=True)
class SteadyResult:
    """Steady state of a network; rows as in its tables, NaN where nothing can be said.

    Attributes:
        tables: results by the name of the table; each is an attribute too, `result.res_pipes`. `describe` says what each
            column means.
        mass: what arrives at and leaves the junction with the worst balance (kg/s).
        energy: heat that enters and leaves (W); None where temperatures were not solved.
        passes: passes between flows and temperatures.
        friction: formula of the pipes' turbulent friction factor.
        worst: the substation that a control by the worst point serves last; empty without such a control.
        margin_pa: its pressure difference less what it needs (Pa); zero where it sets the control, negative where pump or
            producer give their most and it is not enough.
        method: which way the network was solved, and why.
    """

    tables: dict[str, pd.DataFrame]
    mass: Balance
    energy: Balance | None
    passes: int
    friction: Formula = "colebrook"
    worst: str = ""
    margin_pa: float = float("nan")
    method: str = ""
    res_junctions, res_pipes, res_valves, res_heat_exchangers = Table(), Table(), Table(), Table()
    res_pumps, res_substations, res_producers, res_boundaries = Table(), Table(), Table(), Table()

    def require(self) -> "SteadyResult":
        """Return the result itself.

        Raises:
            BalanceError: mass or energy does not balance.
        """
        self.mass.require()
        if self.energy is not None:
            self.energy.require()
        return self


@dataclass(frozen=True)
class Series:
    """A network through time. `res_pipes["t_to_k"]` is a DataFrame of steps x pipes.

    Values are means over each step; `describe` says what each quantity means. Where nothing flows in a pipe, `t_from_k` and
    `t_to_k` are those of the water that stands in its ends, at the end of the step.

    Attributes:
        steps: per step its length `step_s` (s), `mass_residual` and `energy_residual` (-), `stored_w`, `passes`, and of a
            control by the worst point `worst` and `margin_pa`.
        tables: results by the name of the table, with two levels of columns, quantity and name; each is an attribute too,
            `series.res_pipes`.
        friction: formula of the pipes' turbulent friction factor.
        method: which way the network was solved, and why.
    """

    steps: pd.DataFrame
    tables: dict[str, pd.DataFrame]
    friction: Formula = "colebrook"
    method: str = ""
    res_junctions, res_pipes, res_valves, res_heat_exchangers = Table(), Table(), Table(), Table()
    res_pumps, res_substations, res_producers = Table(), Table(), Table()
    res_storages, res_boundaries = Table(), Table()


def series_frame(block: Array, index: pd.Index, quantities: list[str], names: pd.Index) -> pd.DataFrame:
    """One table of results from its numbers (steps x quantities by names)."""
    columns = pd.MultiIndex.from_product([quantities if len(names) else [], names], names=["quantity", "name"])
    return pd.DataFrame(block, index=index, columns=columns, copy=False)
