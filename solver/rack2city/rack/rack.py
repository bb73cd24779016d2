"""The rack stage: flows, temperatures and air of one rack at full power, its balances and checks."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from rack2city.case import Case
from rack2city.evidence import Balance, Check
from rack2city.materials import Coolant, air_density, air_heat_capacity
from rack2city.plate import PlateMap, coolant_reference_temperature
from rack2city.rack.hydraulics import PlateBranches, RackLoop, solve_loop
from rack2city.rack.layout import tray_layout
from rack2city.results.rack import LoadResult, RackResult

LAMINAR_LIMIT = 2000.0
"""Reynolds number up to which the laminar model of the channels holds (-)."""


def run_rack(case: Case, coolant: Coolant, plate_maps: Mapping[str, PlateMap]) -> RackResult:
    """Flows, temperatures and air of one rack, by the maps of its plates.

    Raises:
        InputError: the trays do not fit, or the flows leave the range of the plate map.
        BalanceError: mass or heat is not conserved.
    """
    rack, air = case.rack, case.rack.air
    reference = coolant_reference_temperature(case, coolant)
    loop = solve_loop(case, coolant, plate_maps, tray_layout(case), reference)
    density = float(coolant.density(reference))
    liquid = sum(load.count * load.power for load in rack.loads)
    mass_flow, leaving = loop.mass_flow
    heat_capacity_flow, rise = (
        mass_flow * float(coolant.heat_capacity(reference)),
        loop.return_k - rack.supply_temperature,
    )
    air_w_per_k = float(air_density(air.supply_temperature) * air_heat_capacity(air.supply_temperature)) * air.flow
    balances = (
        Balance("rack", "coolant mass", mass_flow, leaving, "kg/s", 1e-9),
        Balance("rack", "heat into the coolant", liquid, heat_capacity_flow * rise, "W", 1e-6),
    )
    result = RackResult(
        power_w=liquid + rack.air_power,
        liquid_w=liquid,
        air_w=rack.air_power,
        flow_m3_per_s=mass_flow / density,
        heat_capacity_flow_w_per_k=heat_capacity_flow,
        supply_k=rack.supply_temperature,
        return_k=loop.return_k,
        rise_k=rise,
        pressure_drop_pa=loop.pressure_drop,
        curve_drop_pa=loop.curve_drop,
        manifold_velocity_m_per_s=loop.manifold_velocity,
        branch_flow_spread=_spread(loop, density),
        air_rise_k=rack.air_power / air_w_per_k,
        loads=tuple(_load(case, plates, density) for plates in loop.plates),
        balances=tuple(balance.require() for balance in balances),
        checks=(),
    )
    return replace(result, checks=_checks(case, result))


def _load(case: Case, plates: PlateBranches, density: float) -> LoadResult:
    load, plate_map = plates.load, plates.plate_map
    flow = plates.flow_kg_per_s / density
    resistances = plate_map.junction_to_inlet(flow, load.junction_to_case)
    worst = int(np.argmax(resistances))
    resistance, junction = float(plate_map.case_to_inlet(flow)[worst]), float(resistances[worst])
    reynolds = plate_map.reynolds_number(flow)
    supply = case.rack.supply_temperature
    return LoadResult(
        name=load.name,
        plate=load.plate,
        count=load.count,
        power_w=load.power,
        flow_m3_per_s=float(flow[worst]),
        plate_pressure_drop_pa=float(plate_map.pressure_drop(flow[worst])),
        case_to_inlet_k_per_w=resistance,
        case_to_inlet_uncertainty_k_per_w={
            part: None if share is None else share * resistance for part, share in plate_map.uncertainty.items()
        },
        junction_to_case_k_per_w=junction - resistance,
        case_max_k=supply + resistance * load.power,
        junction_max_k=supply + junction * load.power,
        reynolds=None if reynolds is None else float(np.max(reynolds)),
    )


def _spread(loop: RackLoop, density: float) -> float:
    """Largest deviation of a plate's flow from its design (-): what differs is the tray's place on the manifold.

    Not from the mean of its kind: a whole kind may hang at the far end and get too little alike.
    """
    shares = [plates.flow_kg_per_s / (plates.design_flow * density) for plates in loop.plates]
    return max(float(np.max(np.abs(share - 1.0))) for share in shares)


def junction_check(name: str, case: Case, load: LoadResult, junction_k: float) -> Check:
    """A junction temperature (K) of a load against the limit of the case, as sure as the load's resistance."""
    parts = load.case_to_inlet_uncertainty_k_per_w
    known = {part: value for part, value in parts.items() if value is not None}
    lacks = tuple(part for part in parts if part not in known)
    whole, limit = sum(known.values()) * load.power_w, case.limits.junction_temperature
    if lacks:
        return Check(name, junction_k, limit, "K", "max", "temperature", None, tuple(known), lacks, whole)
    return Check(name, junction_k, limit, "K", "max", "temperature", whole, tuple(known))


def _checks(case: Case, rack: RackResult) -> tuple[Check, ...]:
    """The rack against the limits of the case."""
    limits, air = case.limits, case.rack.air
    reynolds = max((load.reynolds for load in rack.loads if load.reynolds is not None), default=None)
    laminar = (
        ()
        if reynolds is None
        else (Check("Reynolds number of the channels (laminar model)", reynolds, LAMINAR_LIMIT, "", "max"),)
    )
    air_outlet, above_dew = air.supply_temperature + rack.air_rise_k, rack.supply_k - air.dew_point
    return (
        *(junction_check(f"Junction temperature, {x.name}", case, x, x.junction_max_k) for x in rack.loads),
        Check("Manifold velocity", rack.manifold_velocity_m_per_s, limits.manifold_velocity, "m/s", "max"),
        Check("Branch flow spread", rack.branch_flow_spread, limits.branch_flow_spread, "-", "max"),
        Check("Air temperature rise", rack.air_rise_k, limits.air_temperature_rise, "K", "min", "difference"),
        Check("Air that leaves the rack", air_outlet, limits.air_outlet_temperature, "K", "max", "temperature"),
        Check("Coolant above the room's dew point", above_dew, limits.dew_point_margin, "K", "min", "difference"),
        *laminar,
    )
