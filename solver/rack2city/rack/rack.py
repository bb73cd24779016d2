"""The rack stage: flows, temperatures and air of one rack at full power, its balances and checks."""

from dataclasses import dataclass, replace

import numpy as np

from rack2city.case import Case
from rack2city.evidence import Balance, Check
from rack2city.materials import Coolant, air_density, air_heat_capacity
from rack2city.plate import PlateMap, coolant_reference_temperature
from rack2city.rack.hydraulics import PlateBranches, RackLoop, solve_loop
from rack2city.rack.layout import tray_layout

LAMINAR_LIMIT = 2000.0
"""Reynolds number up to which the laminar model of the channels holds (-)."""


@dataclass(frozen=True)
class LoadResult:
    """One kind of liquid-cooled chip at full power; where chips differ, the worst of them.

    Attributes:
        name: name of the load.
        count: chips in the rack.
        power_w: heat of one chip (W).
        flow_m3_per_s: least flow of a plate (m³/s).
        plate_pressure_drop_pa: pressure drop of the plate alone at that flow (Pa).
        case_to_inlet_k_per_w: (hottest case - coolant supply) / power (K/W).
        case_to_inlet_uncertainty_k_per_w: numerical uncertainty of that, interpolation and mesh (K/W).
        junction_to_case_k_per_w: from the case file (K/W).
        case_max_k: hottest case (K).
        junction_max_k: hottest junction (K).
        reynolds: largest Reynolds number of its channels (-).
    """

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

    @property
    def junction_to_inlet_k_per_w(self) -> float:
        """Junction to coolant supply (K/W)."""
        return self.case_to_inlet_k_per_w + self.junction_to_case_k_per_w


@dataclass(frozen=True)
class RackResult:
    """One rack at full power and design flow.

    Attributes:
        power_w: heat of the rack (W).
        liquid_w: of it, to the coolant (W).
        air_w: of it, to the air (W).
        flow_m3_per_s: coolant flow (m³/s).
        heat_capacity_flow_w_per_k: rho c Q of the coolant (W/K).
        supply_k: coolant supply (K).
        return_k: coolant return (K).
        rise_k: return minus supply (K).
        pressure_drop_pa: from the rack's inlet to its outlet (Pa).
        curve_drop_pa: pressure drop by the published curve (Pa).
        manifold_velocity_m_per_s: largest velocity in the manifold (m/s).
        branch_flow_spread: largest deviation of a plate's flow from its share by power (-).
        air_rise_k: temperature rise of the rack's air (K).
        loads: results by kind of chip.
        balances: mass and heat of the coolant.
        checks: against the limits of the case.
    """

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
    balances: tuple[Balance, ...]
    checks: tuple[Check, ...]


def run_rack(case: Case, coolant: Coolant, plate_map: PlateMap) -> RackResult:
    """Flows, temperatures and air of one rack.

    Args:
        case: the case.
        coolant: its coolant.
        plate_map: the reduced model of its plates.

    Raises:
        InputError: the trays do not fit, or the flows leave the range of the plate map.
        BalanceError: mass or heat is not conserved.
    """
    rack = case.rack
    layout = tray_layout(case)
    reference = coolant_reference_temperature(case, coolant)
    loop = solve_loop(case, coolant, plate_map, layout, reference)
    density, heat_capacity = float(coolant.density(reference)), float(coolant.heat_capacity(reference))

    return_k = loop.return_k

    loads = tuple(_load(case, plate_map, loop, plates, density) for plates in loop.plates)
    liquid = sum(load.count * load.power for load in rack.loads)
    mass_flow, leaving = loop.mass_flow
    air_heat_flow = (
        float(air_density(rack.air.supply_temperature) * air_heat_capacity(rack.air.supply_temperature)) * rack.air.flow
    )
    balances = (
        Balance("rack", "coolant mass", mass_flow, leaving, "kg/s", 1e-9).require(),
        Balance(
            "rack",
            "heat into the coolant",
            liquid,
            mass_flow * heat_capacity * (return_k - rack.supply_temperature),
            "W",
            1e-6,
        ).require(),
    )
    result = RackResult(
        power_w=liquid + rack.air_power,
        liquid_w=liquid,
        air_w=rack.air_power,
        flow_m3_per_s=mass_flow / density,
        heat_capacity_flow_w_per_k=mass_flow * heat_capacity,
        supply_k=rack.supply_temperature,
        return_k=return_k,
        rise_k=return_k - rack.supply_temperature,
        pressure_drop_pa=loop.pressure_drop,
        curve_drop_pa=loop.curve_drop,
        manifold_velocity_m_per_s=loop.manifold_velocity,
        branch_flow_spread=_spread(loop, density),
        air_rise_k=rack.air_power / air_heat_flow,
        loads=loads,
        balances=balances,
        checks=(),
    )
    return replace(result, checks=rack_checks(case, result))


def _load(case: Case, plate_map: PlateMap, loop: RackLoop, plates: PlateBranches, density: float) -> LoadResult:
    load, design = plates.load, plates.design
    flow = plates.flow_kg_per_s / density
    per_channel = flow / design.channels
    resistance = plate_map.case_to_inlet(per_channel) / design.area
    worst = int(np.argmax(resistance))
    relative = abs(plate_map.holdout_case_to_inlet_error) + abs(plate_map.grid_case_to_inlet_change or 0.0)
    case_max = case.rack.supply_temperature + float(resistance[worst]) * load.power
    return LoadResult(
        name=load.name,
        count=load.count,
        power_w=load.power,
        flow_m3_per_s=float(flow[worst]),
        plate_pressure_drop_pa=float(plates.plate_map.pressure_drop(per_channel[worst])),
        case_to_inlet_k_per_w=float(resistance[worst]),
        case_to_inlet_uncertainty_k_per_w=relative * float(resistance[worst]),
        junction_to_case_k_per_w=load.junction_to_case,
        case_max_k=case_max,
        junction_max_k=case_max + load.junction_to_case * load.power,
        reynolds=float(np.max(plate_map.reynolds_number(per_channel))),
    )


def _spread(loop: RackLoop, density: float) -> float:
    """Largest deviation of a plate's flow from its design (-): what differs is the tray's place on the manifold.

    Not from the mean of its kind: a whole kind may hang at the far end and get too little alike.
    """
    shares = [plates.flow_kg_per_s / (plates.design.flow * density) for plates in loop.plates]
    return max(float(np.max(np.abs(share - 1.0))) for share in shares)


def rack_checks(case: Case, rack: RackResult) -> tuple[Check, ...]:
    """The rack against the limits of the case."""
    limits = case.limits
    junctions = tuple(
        Check(
            f"Junction temperature, {load.name}",
            load.junction_max_k,
            limits.junction_temperature,
            "K",
            "max",
            "temperature",
            load.case_to_inlet_uncertainty_k_per_w * load.power_w,
        )
        for load in rack.loads
    )
    return (
        *junctions,
        Check("Manifold velocity", rack.manifold_velocity_m_per_s, limits.manifold_velocity, "m/s", "max"),
        Check("Branch flow spread", rack.branch_flow_spread, limits.branch_flow_spread, "-", "max"),
        Check("Air temperature rise", rack.air_rise_k, limits.air_temperature_rise, "K", "min", "difference"),
        Check(
            "Reynolds number of the channels (laminar model)",
            max(load.reynolds for load in rack.loads),
            LAMINAR_LIMIT,
            "",
            "max",
        ),
    )
