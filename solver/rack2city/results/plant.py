"""The plant of all racks."""

from dataclasses import dataclass

from rack2city.evidence import Balance, Check


@dataclass(frozen=True)
class CduState:
    """The exchanger of the CDU at one load."""

    heat_w: float
    effectiveness: float
    ntu: float
    approach_k: float
    coolant_return_k: float
    facility_supply_k: float
    facility_return_k: float


@dataclass(frozen=True)
class CduPoint(CduState):
    """The CDU at one load with its pumps."""

    tcs_head_pa: float
    tcs_hydraulic_w: float
    tcs_pump_w: float
    facility_hydraulic_w: float
    facility_pump_w: float
    coolant_w_per_k: float
    facility_w_per_k: float
    conductance_w_per_k: float
    flow_over_rated: float
    facility_flow_over_rated: float


@dataclass(frozen=True)
class HeatPumpPoint:
    """The heat pump at the network's coldest design hour, with all heat of the racks.

    Where the facility water is warm enough for the network there is no lift: no electricity, and no cycle to tell of.
    """

    refrigerant: str
    cop: float | None
    evaporating_k: float | None
    condensing_k: float | None
    heat_w: float
    electric_w: float


@dataclass(frozen=True)
class UpsPoint:
    """The UPS at full power."""

    efficiency: float
    loss_w: float


@dataclass(frozen=True)
class PlantFigures:
    """The plant with all racks at full power, as the summary tells it."""

    racks: int
    cdu: CduPoint
    heat_pump: HeatPumpPoint
    ups: UpsPoint


@dataclass(frozen=True)
class PlantResult(PlantFigures):
    """The plant, with the balances of exchanger, heat pump and UPS, and its checks against the limits of the case."""

    balances: tuple[Balance, ...]
    checks: tuple[Check, ...]
