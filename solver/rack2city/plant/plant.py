"""The plant stage: CDU, pumps, heat pump and UPS with all racks at full power."""

from dataclasses import asdict, dataclass
from typing import Protocol

from rack2city.case import Case
from rack2city.evidence import Balance, Check
from rack2city.network.pipes.decay import mean_decay
from rack2city.plant.cdu import CduState, cdu_state
from rack2city.plant.heat_pump import heat_pump_cycle
from rack2city.plant.ups import ups_loss

WATER_J_PER_M3_K = 4.146e6
"""Volumetric heat capacity of water at 40 °C (J/(m³ K)), 992.2 kg/m³ times 4179 J/(kg K) of IAPWS-95, rounded: gives only
the volume flow of the facility water's pumps."""


class RackAtFullPower(Protocol):
    """What the plant needs to know of one rack."""

    @property
    def power_w(self) -> float:
        """Heat of the rack, to coolant and air (W)."""
        ...

    @property
    def liquid_w(self) -> float:
        """Heat to the coolant (W)."""
        ...

    @property
    def flow_m3_per_s(self) -> float:
        """Coolant flow (m³/s)."""
        ...

    @property
    def heat_capacity_flow_w_per_k(self) -> float:
        """Rho c Q of the coolant (W/K)."""
        ...

    @property
    def supply_k(self) -> float:
        """Coolant supply temperature (K)."""
        ...

    @property
    def pressure_drop_pa(self) -> float:
        """Pressure drop of the coolant in the rack (Pa)."""
        ...


@dataclass(frozen=True)
class HeatPumpPoint:
    """The heat pump at the network's coldest design hour, with all heat of the racks.

    Attributes:
        refrigerant: name in CoolProp.
        cop: heat over electricity (-).
        evaporating_k: evaporating temperature (K).
        condensing_k: condensing temperature (K).
        heat_w: heat to the network (W).
        electric_w: electricity (W).
    """

    refrigerant: str
    cop: float
    evaporating_k: float
    condensing_k: float
    heat_w: float
    electric_w: float


@dataclass(frozen=True)
class UpsPoint:
    """The UPS at full power: efficiency (-) and loss (W)."""

    efficiency: float
    loss_w: float


@dataclass(frozen=True)
class CduPoint(CduState):
    """The CDU at one load with its pumps.

    Attributes:
        tcs_head_pa: head of the coolant pumps (Pa).
        tcs_hydraulic_w: their hydraulic power, which warms the coolant (W).
        tcs_pump_w: their electricity (W).
        facility_hydraulic_w: hydraulic power of the facility water's pumps (W).
        facility_pump_w: their electricity (W).
        coolant_w_per_k: heat capacity flow of the coolant, all racks (W/K).
        facility_w_per_k: heat capacity flow of the facility water (W/K).
    """

    tcs_head_pa: float
    tcs_hydraulic_w: float
    tcs_pump_w: float
    facility_hydraulic_w: float
    facility_pump_w: float
    coolant_w_per_k: float
    facility_w_per_k: float


@dataclass(frozen=True)
class PlantResult:
    """The plant with all racks at full power.

    Attributes:
        racks: number of racks.
        cdu: exchanger and pumps.
        heat_pump: at the network's design hour.
        ups: at full power.
        balances: heat over the exchanger, the heat pump and the UPS.
        checks: against the limits of the case.
    """

    racks: int
    cdu: CduPoint
    heat_pump: HeatPumpPoint
    ups: UpsPoint
    balances: tuple[Balance, ...]
    checks: tuple[Check, ...]


def cdu_point(case: Case, rack: RackAtFullPower, utilisation: float) -> CduPoint:
    """The CDU with all racks at a share of their full power, flows as at design.

    Args:
        case: the case.
        rack: one rack at full power.
        utilisation: heat of the racks over their full heat (-).
    """
    cdu = case.plant.cdu
    coolant = case.plant.racks * rack.heat_capacity_flow_w_per_k
    facility = cdu.facility_flow_ratio * coolant
    head = rack.pressure_drop_pa + cdu.tcs_rest_drop
    hydraulic = case.plant.racks * rack.flow_m3_per_s * head
    facility_hydraulic = facility / WATER_J_PER_M3_K * cdu.facility_drop
    heat = case.plant.racks * rack.liquid_w * utilisation + hydraulic
    state = cdu_state(heat, rack.supply_k, coolant, facility, cdu.conductance)
    return CduPoint(
        **asdict(state),
        tcs_head_pa=head,
        tcs_hydraulic_w=hydraulic,
        tcs_pump_w=hydraulic / cdu.pump_efficiency,
        facility_hydraulic_w=facility_hydraulic,
        facility_pump_w=facility_hydraulic / cdu.pump_efficiency,
        coolant_w_per_k=coolant,
        facility_w_per_k=facility,
    )


def run_plant(case: Case, rack: RackAtFullPower) -> PlantResult:
    """The plant with all racks at full power.

    Args:
        case: the case.
        rack: one rack at full power.

    Raises:
        BalanceError: heat is not conserved.
    """
    plant = case.plant
    cdu = cdu_point(case, rack, 1.0)
    cycle = heat_pump_cycle(plant.heat_pump, cdu.facility_supply_k, case.city.supply_temperature_cold)
    source = cdu.heat_w + cdu.facility_hydraulic_w
    heat = min(source / float(cycle.source_share), plant.heat_pump.capacity)
    electric = heat / float(cycle.cop)
    it = plant.racks * rack.power_w
    loss = ups_loss(it, plant.ups.efficiency)
    balances = (
        Balance(
            "plant",
            "heat of the racks and pump work against the CDU (UA LMTD)",
            cdu.heat_w,
            plant.cdu.conductance * _mean_difference(plant.cdu.conductance, cdu, rack.supply_k),
            "W",
            1e-6,
        ),
        Balance(
            "plant",
            "heat pump: evaporator and shaft against condenser",
            float(cycle.source_share + cycle.shaft_share) * heat,
            heat,
            "W",
            1e-6,
        ),
        Balance("plant", "UPS: grid against racks and loss", it / plant.ups.efficiency, it + loss, "W", 1e-6),
    )
    limits = case.limits
    return PlantResult(
        racks=plant.racks,
        cdu=cdu,
        heat_pump=HeatPumpPoint(
            refrigerant=plant.heat_pump.refrigerant,
            cop=float(cycle.cop),
            evaporating_k=float(cycle.evaporating_k),
            condensing_k=float(cycle.condensing_k),
            heat_w=heat,
            electric_w=electric,
        ),
        ups=UpsPoint(plant.ups.efficiency, loss),
        balances=tuple(balance.require() for balance in balances),
        checks=(
            Check("CDU head for the coolant loop", cdu.tcs_head_pa, limits.cdu_head, "Pa", "max"),
            Check("CDU approach temperature difference", cdu.approach_k, limits.cdu_approach, "K", "max", "difference"),
        ),
    )


def _mean_difference(conductance: float, cdu: CduPoint, coolant_supply_k: float) -> float:
    """Logarithmic mean of the CDU's temperature differences (K), from the larger end and its decay along the exchanger.

    The smaller end, which the textbook's logarithm needs as well, is lost to rounding in a generous exchanger.
    """
    ends = (cdu.coolant_return_k - cdu.facility_return_k, coolant_supply_k - cdu.facility_supply_k)
    return max(ends) * float(mean_decay(conductance * abs(1.0 / cdu.coolant_w_per_k - 1.0 / cdu.facility_w_per_k)))
