"""One rack at full power and design flow."""

from dataclasses import dataclass

from rack2city.evidence import Balance, Check


@dataclass(frozen=True)
class LoadResult:
    """One kind of liquid-cooled chip at full power; where its chips differ, the worst of them."""

    name: str
    plate: str
    count: int
    power_w: float
    flow_m3_per_s: float
    plate_pressure_drop_pa: float
    case_to_inlet_k_per_w: float
    case_to_inlet_uncertainty_k_per_w: dict[str, float | None]
    junction_to_case_k_per_w: float
    case_max_k: float
    junction_max_k: float
    reynolds: float | None

    @property
    def junction_to_inlet_k_per_w(self) -> float:
        """Junction to coolant supply (K/W)."""
        return self.case_to_inlet_k_per_w + self.junction_to_case_k_per_w


@dataclass(frozen=True)
class RackFigures:
    """One rack, as the summary tells it."""

    power_w: float
    liquid_w: float
    air_w: float
    flow_m3_per_s: float
    heat_capacity_flow_w_per_k: float
    supply_k: float
    return_k: float
    rise_k: float
    pressure_drop_pa: float
    curve_drop_pa: float
    manifold_velocity_m_per_s: float
    branch_flow_spread: float
    air_rise_k: float
    loads: tuple[LoadResult, ...]


@dataclass(frozen=True)
class RackResult(RackFigures):
    """One rack, with the balances of its coolant and its checks against the limits of the case."""

    balances: tuple[Balance, ...]
    checks: tuple[Check, ...]
