"""The steady result as tables, one row per component, units in the names of the columns."""

from dataclasses import dataclass

import pandas as pd

from rack2city.evidence import Balance
from rack2city.network.components import COMPONENTS
from rack2city.network.components.component import Columns
from rack2city.network.hydraulics.friction import Formula
from rack2city.network.tables.network import Network, Table


@dataclass(frozen=True)
class Measured:
    """One step.

    Attributes:
        tables: values of every row, by table and column.
        mass: what arrives at and leaves the junction with the worst balance (kg/s).
        energy: heat that enters and leaves (W); None where temperatures were not solved.
        stored_w: growth of the heat in pipes and storages (W).
        suspect: the pipe or storage whose own balance closes worst.
    """

    tables: dict[str, Columns]
    mass: Balance
    energy: Balance | None
    stored_w: float = 0.0
    suspect: str = ""


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
    """

    tables: dict[str, pd.DataFrame]
    mass: Balance
    energy: Balance | None
    passes: int
    friction: Formula = "colebrook"
    worst: str = ""
    margin_pa: float = float("nan")
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


def tell(
    network: Network, measured: Measured, passes: int, worst: str = "", margin_pa: float = float("nan")
) -> SteadyResult:
    """Write solved arrays into tables; the further arguments are attributes of the result.

    Args:
        network: the tables.
        measured: the solved arrays.
        passes: see `SteadyResult`.
        worst: see `SteadyResult`.
        margin_pa: see `SteadyResult`.
    """
    tables = {}
    for name, columns in measured.tables.items():
        told = [quantity.name for quantity in COMPONENTS[name].results if not quantity.in_time]
        tables[name] = pd.DataFrame({column: columns[column] for column in told}, index=network.table(name).index)
    return SteadyResult(tables, measured.mass, measured.energy, passes, network.friction, worst, margin_pa)
