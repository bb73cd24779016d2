"""The plant stage: CDU, pumps, heat pump and UPS with all racks at full power."""

from dataclasses import asdict

from rack2city.case import Case
from rack2city.evidence import Balance, Check
from rack2city.network.pipes.decay import mean_decay
from rack2city.plant.cdu import cdu_state, conductance_at
from rack2city.plant.heat_pump import heat_pump_cycle, needs_no_lift
from rack2city.plant.ups import ups_loss
from rack2city.results.plant import CduPoint, HeatPumpPoint, PlantResult, UpsPoint
from rack2city.results.rack import RackFigures

WATER_J_PER_M3_K = 4.146e6
"""Volumetric heat capacity of water at 40 °C (J/(m³ K)), 992.2 kg/m³ times 4179 J/(kg K) of IAPWS-95, rounded: gives only
the volume flow of the facility water's pumps."""


FREEZING_K = 273.15
"""Freezing point of water (K)."""


def cdu_point(case: Case, rack: RackFigures, utilisation: float) -> CduPoint:
    """The CDU with all racks at a share (-) of their full power, flows as at design.

    Drops outside the racks grow with the square of the flow, the conductance as `conductance_at` says, both from the rated
    flows of the case; where it states none they are taken as sized for the case's own flows.
    """
    cdu = case.plant.cdu
    coolant = case.plant.racks * rack.heat_capacity_flow_w_per_k
    facility = cdu.facility_flow_ratio * coolant
    flow = case.plant.racks * rack.flow_m3_per_s
    share = flow / (cdu.rated_flow or flow)
    facility_share = share * cdu.facility_flow_ratio / (cdu.rated_facility_flow_ratio or cdu.facility_flow_ratio)
    conductance = conductance_at(cdu.conductance, share, facility_share)
    head = rack.pressure_drop_pa + cdu.tcs_rest_drop * share**2
    hydraulic = flow * head
    facility_hydraulic = facility / WATER_J_PER_M3_K * cdu.facility_drop * facility_share**2
    heat = case.plant.racks * rack.liquid_w * utilisation + hydraulic
    state = cdu_state(heat, rack.supply_k, coolant, facility, conductance)
    return CduPoint(
        **asdict(state),
        tcs_head_pa=head,
        tcs_hydraulic_w=hydraulic,
        tcs_pump_w=hydraulic / cdu.pump_efficiency,
        facility_hydraulic_w=facility_hydraulic,
        facility_pump_w=facility_hydraulic / cdu.pump_efficiency,
        coolant_w_per_k=coolant,
        facility_w_per_k=facility,
        conductance_w_per_k=conductance,
        flow_over_rated=share,
        facility_flow_over_rated=facility_share,
    )


def run_plant(case: Case, rack: RackFigures) -> PlantResult:
    """The plant with all racks at full power.

    Raises:
        BalanceError: heat is not conserved.
    """
    plant = case.plant
    cdu = cdu_point(case, rack, 1.0)
    cycle = heat_pump_cycle(plant.heat_pump, cdu.facility_supply_k, case.city.supply_temperature_cold)
    source, sink = cdu.heat_w + cdu.facility_hydraulic_w, case.city.supply_temperature_cold
    lift = not needs_no_lift(plant.heat_pump, cdu.facility_supply_k, cdu.facility_return_k, sink)
    share, shaft = (float(cycle.source_share), float(cycle.shaft_share)) if lift else (1.0, 0.0)
    heat = min(source / share, plant.heat_pump.capacity) if lift else source
    electric = heat / float(cycle.cop) if lift else 0.0
    cold = float(cycle.evaporating_k)
    it = plant.racks * rack.power_w
    loss = ups_loss(it, plant.ups.efficiency)
    over_cdu = cdu.conductance_w_per_k * _mean_difference(cdu.conductance_w_per_k, cdu, rack.supply_k)
    from_pump = (share + shaft) * heat
    rows = (
        ("heat of the racks and pump work against the CDU (UA LMTD)", cdu.heat_w, over_cdu),
        ("heat pump: evaporator and shaft against condenser", from_pump, heat),
        ("UPS: grid against racks and loss", it / plant.ups.efficiency, it + loss),
    )
    limits = case.limits
    return PlantResult(
        racks=plant.racks,
        cdu=cdu,
        heat_pump=HeatPumpPoint(
            refrigerant=plant.heat_pump.refrigerant,
            cop=float(cycle.cop) if lift else None,
            evaporating_k=float(cycle.evaporating_k) if lift else None,
            condensing_k=float(cycle.condensing_k) if lift else None,
            heat_w=heat,
            electric_w=electric,
        ),
        ups=UpsPoint(plant.ups.efficiency, loss),
        balances=tuple(Balance("plant", name, into, out, "W", 1e-6).require() for name, into, out in rows),
        checks=(
            Check("CDU head for the coolant loop", cdu.tcs_head_pa, limits.cdu_head, "Pa", "max"),
            Check("CDU approach temperature difference", cdu.approach_k, limits.cdu_approach, "K", "max", "difference"),
            _no_freezing("Facility water above freezing", cdu.facility_supply_k),
            *([_no_freezing("Evaporation in the heat pump above freezing", cold)] if lift else []),
        ),
    )


def _no_freezing(name: str, temperature_k: float) -> Check:
    """How far a temperature (K) that facility water meets is above its freezing point: it is water without glycol.

    At full power it is the coldest of the year: the CDU's approach is the largest, and hot hours only warm the water.
    """
    return Check(name, temperature_k - FREEZING_K, 0.0, "K", "min", "difference")


def _mean_difference(conductance: float, cdu: CduPoint, coolant_supply_k: float) -> float:
    """Logarithmic mean of the CDU's temperature differences (K), from the larger end and its decay along the exchanger.

    The smaller end, which the textbook's logarithm needs as well, is lost to rounding in a generous exchanger.
    """
    ends = (cdu.coolant_return_k - cdu.facility_return_k, coolant_supply_k - cdu.facility_supply_k)
    return max(ends) * float(mean_decay(conductance * abs(1.0 / cdu.coolant_w_per_k - 1.0 / cdu.facility_w_per_k)))
