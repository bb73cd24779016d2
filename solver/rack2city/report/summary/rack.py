"""The figures of rack and plant in the summary."""

from dataclasses import dataclass


@dataclass(frozen=True)
class LoadFigures:
    """One kind of chip at full power; where its chips differ, the worst of them."""

    name: str
    count: int
    power_w: float
    flow_m3_per_s: float
    plate_pressure_drop_pa: float
    case_to_inlet_k_per_w: float
    case_to_inlet_uncertainty_k_per_w: float
    junction_to_case_k_per_w: float
    case_max_k: float
    junction_max_k: float
    reynolds: float


@dataclass(frozen=True)
class RackFigures:
    """One rack at full power and design flow."""

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
    loads: tuple[LoadFigures, ...]


@dataclass(frozen=True)
class CduFigures:
    """The coolant distribution unit with its pumps, all racks at full power."""

    heat_w: float
    effectiveness: float
    ntu: float
    approach_k: float
    coolant_return_k: float
    facility_supply_k: float
    facility_return_k: float
    tcs_head_pa: float
    tcs_hydraulic_w: float
    tcs_pump_w: float
    facility_hydraulic_w: float
    facility_pump_w: float
    coolant_w_per_k: float
    facility_w_per_k: float


@dataclass(frozen=True)
class HeatPumpFigures:
    """The heat pump at the network's coldest design hour."""

    refrigerant: str
    cop: float
    evaporating_k: float
    condensing_k: float
    heat_w: float
    electric_w: float


@dataclass(frozen=True)
class UpsFigures:
    """The UPS at full power."""

    efficiency: float
    loss_w: float


@dataclass(frozen=True)
class PlantFigures:
    """The plant of all racks."""

    racks: int
    cdu: CduFigures
    heat_pump: HeatPumpFigures
    ups: UpsFigures
