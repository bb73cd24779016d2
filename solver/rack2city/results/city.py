"""The year in the city, energies in J."""

from dataclasses import dataclass

from rack2city.evidence import Balance, Check


@dataclass(frozen=True)
class Electricity:
    """Electricity of the year by consumer (J)."""

    it: float
    ups_loss: float
    tcs_pump: float
    facility_pump: float
    air_cooling: float
    dry_cooler: float
    heat_pump: float
    network_pump: float


@dataclass(frozen=True)
class PumpHeat:
    """Hydraulic work of the pumps of coolant and facility water, which warms what they pump (J)."""

    tcs: float
    facility: float


@dataclass(frozen=True)
class CityFigures:
    """The year, as the summary tells it."""

    weather: str
    annual_demand_j: float
    delivered_j: float
    unmet_j: float
    network_loss_j: float
    network_model: str
    network_stored_j: float
    network_heat_j: float
    reused_j: float
    rejected_j: float
    backup_j: float
    heat_pump_heat_j: float
    heat_pump_electric_j: float
    liquid_heat_j: float
    peak_demand_w: float
    trench_length_m: float
    substations: int
    hours_tcs_above_setpoint: int
    hours_unmet: int
    coolant_class: str
    facility_class: str
    hours_above_coolant_class: int
    hours_above_facility_class: int
    junction_max_k: float
    electricity_j: Electricity
    pump_heat_j: PumpHeat
    loop_iterations: int
    loop_change_k: float


@dataclass(frozen=True)
class CityResult(CityFigures):
    """The year, with its indicators (PUE, ERF, ERE), the balances of network, plant and site, and its checks."""

    kpi: dict[str, float]
    balances: tuple[Balance, ...]
    checks: tuple[Check, ...]
