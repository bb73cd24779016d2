"""The steady result as tables, one row per component, units in the names of the columns."""

from dataclasses import dataclass

import pandas as pd

from rack2city.evidence import Balance
from rack2city.network.hydraulics.friction import Formula


@dataclass(frozen=True)
class SteadyResult:
    """Steady state of a network; rows as in its tables, NaN where nothing can be said.

    Attributes:
        res_junctions: `p_pa` (gauge), `head_m` (height plus pressure head), `t_k`.
        res_pipes: `mdot_kg_per_s`, `v_m_per_s`, `dp_pa` (friction and local losses, without the static head), `t_from_k`,
            `t_to_k`, `loss_w` to the surroundings, `exchange_w` given to the other pipe of its pair, `reynolds`.
        res_valves: `mdot_kg_per_s`, `dp_pa`, `t_from_k`, `t_to_k`.
        res_heat_exchangers: as `res_valves`, and `heat_w` given to the liquid.
        res_pumps: as `res_valves`, `speed` and `electric_w`; `dp_pa` is the negative of its lift, without the static head.
        res_substations: `mdot_kg_per_s`, `heat_w` taken, `unmet_w`, `t_supply_k`, `t_return_k`, `difference_pa`,
            and `short_pa`, what it lacks of the difference it needs.
        res_producers: `mdot_kg_per_s`, `heat_w` given, `t_supply_k`, `t_return_k`, `difference_pa`.
        res_boundaries: `mdot_kg_per_s` that enters, `t_k` of what enters or leaves.
        mass: what arrives at and leaves the junction with the worst balance (kg/s).
        energy: heat that enters and leaves (W); None where temperatures were not solved.
        passes: passes between flows and temperatures.
        friction: formula of the pipes' turbulent friction factor.
        worst: the substation that a control by the worst point serves last; empty without such a control.
        margin_pa: its pressure difference less what it needs (Pa); zero where it sets the control, negative where pump or
            producer give their most and it is not enough.
        method: which way the network was solved, and why.
    """

    res_junctions: pd.DataFrame
    res_pipes: pd.DataFrame
    res_valves: pd.DataFrame
    res_heat_exchangers: pd.DataFrame
    res_pumps: pd.DataFrame
    res_substations: pd.DataFrame
    res_producers: pd.DataFrame
    res_boundaries: pd.DataFrame
    mass: Balance
    energy: Balance | None
    passes: int
    friction: Formula = "colebrook"
    worst: str = ""
    margin_pa: float = float("nan")
    method: str = ""

    def require(self) -> "SteadyResult":
        """Return the result itself.

        Raises:
            BalanceError: mass or energy does not balance.
        """
        self.mass.require()
        if self.energy is not None:
            self.energy.require()
        return self
