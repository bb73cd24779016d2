"""The rack's coolant loop as a network: two manifold pipes, trays between them, plates in parallel in each tray.

Coolant enters and leaves at the same end of the manifold (direct return, the less even of the two usual ways). Each
plate's branch is the plate's own curve, from the finite elements, and a quadratic resistance for hoses, quick
disconnects and orifices. That resistance is sized once for each kind of load, as a rack maker does: at design flow the
whole rack then drops what its published curve says.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from rack2city import network as net
from rack2city.arrays import Array
from rack2city.case import Case, RackLoad
from rack2city.errors import InputError
from rack2city.materials import Coolant
from rack2city.plate import PlateMap, load_flow

INLET, OUTLET = "rack inlet", "rack outlet"


@dataclass(frozen=True)
class PlateBranches:
    """The branches of one kind of load in the solved network, with the design flow of each (m³/s) and the map of its plate."""

    load: RackLoad
    design_flow: float
    plate_map: PlateMap
    names: tuple[str, ...]
    flow_kg_per_s: Array


@dataclass(frozen=True)
class RackLoop:
    """The solved coolant loop of a rack: its network and results, by kind of plate too."""

    network: net.Network
    result: net.SteadyResult
    plates: tuple[PlateBranches, ...]
    manifold_velocity: float  # the largest (m/s)
    curve_drop: float  # by the rack's published curve at its flow (Pa)

    @property
    def pressure_drop(self) -> float:
        """Pressure drop from the rack's inlet to its outlet (Pa)."""
        pressure = self.result.res_junctions.p_pa
        return float(pressure[INLET] - pressure[OUTLET])

    @property
    def return_k(self) -> float:
        """Temperature of the coolant that leaves (K)."""
        return float(self.result.res_junctions.t_k[OUTLET])

    @property
    def mass_flow(self) -> tuple[float, float]:
        """Coolant that enters at the inlet and leaves at the outlet (kg/s)."""
        flow = self.result.res_boundaries.mdot_kg_per_s
        return float(flow[INLET]), -float(flow[OUTLET])


def plate_curve(plate_map: PlateMap, resistance: float) -> tuple[Callable[[Array], Array], Callable[[Array], Array]]:
    """Pressure drop (Pa) of a plate and what is in series with it, and its slope, over the signed volume flow (m³/s).

    Within the plate map it is the map; outside, where only the solver's iterations go, the end of the map continued to zero
    in proportion to the flow and upwards to its square, so that the law rises everywhere. In series is a quadratic
    resistance (Pa/(m³/s)²).
    """
    low, high = plate_map.flow_range

    def plate(flow: Array) -> Array:
        at_end = plate_map.pressure_drop(np.clip(flow, low, high))
        return np.where(flow < low, at_end * flow / low, np.where(flow > high, at_end * (flow / high) ** 2, at_end))

    def drop(volume_flow: Array) -> Array:
        flow = np.abs(np.asarray(volume_flow, dtype=float))
        return np.sign(volume_flow) * (plate(flow) + resistance * flow**2)

    def slope(volume_flow: Array) -> Array:
        flow = np.abs(np.asarray(volume_flow, dtype=float))
        step = 1e-6 * np.maximum(flow, low)
        return (drop(flow + step) - drop(np.maximum(flow - step, 0.0))) / (step + np.minimum(step, flow))

    return drop, slope


def solve_loop(
    case: Case,
    coolant: Coolant,
    plate_maps: Mapping[str, PlateMap],
    trays: list[tuple[RackLoad, ...]],
    temperature: float,
) -> RackLoop:
    """Size the branches at design and solve the loop at the rack's design flow.

    Maps go by the names of the plates, the trays hold their loads in the manifold's order; the temperature is the mean of the
    coolant's bulk (K).

    Raises:
        InputError: the plates alone need more pressure than the rack's curve has.
        ConvergenceError: the network does not converge.
    """
    density, viscosity = float(coolant.density(temperature)), float(coolant.viscosity(temperature))
    liquid = net.Liquid(density, float(coolant.heat_capacity(temperature)), viscosity)
    rack = case.rack
    tray_flow = np.array([sum(load_flow(case, x) * x.count / x.trays for x in loads) for loads in trays])
    rack_flow = float(tray_flow.sum())
    curve_drop = rack.curve_linear * rack_flow + rack.curve_quadratic * rack_flow**2

    pipe = net.PipeLaw(rack.tray_spacing, rack.manifold_diameter, rack.manifold_roughness, density, viscosity)
    design_manifold = np.cumsum(tray_flow[::-1])[::-1]  # flow of the manifold pipe before each tray
    to_tray = 2.0 * np.cumsum(pipe.drop_and_slope(design_manifold * density)[0])  # supply and return
    manifold_drop = float(to_tray @ tray_flow) / rack_flow

    network = _manifold(case, liquid, rack_flow * density, len(trays))
    designed = []
    for load in rack.loads:
        flow = load_flow(case, load)
        own_map = plate_maps[load.plate].at_power(load.power, coolant.viscosity)
        available = curve_drop - manifold_drop - float(own_map.pressure_drop(flow))
        if available < 0.0:
            raise InputError(
                f"rack.curve_quadratic: at design flow the rack's curve drops {curve_drop / 1e3:.4g} kPa, of which the "
                f"manifold takes {manifold_drop / 1e3:.4g} kPa, but the plate of '{load.name}' alone needs "
                f"{(curve_drop - manifold_drop - available) / 1e3:.4g} kPa; give the curve of a rack with such plates, or "
                "lower rack.flow_per_power"
            )
        name = f"plate of {load.name}"
        curve = plate_curve(own_map, available / flow**2)
        network.laws[name] = net.CurveLaw(*curve, density=density)
        tray = np.repeat([i for i, loads in enumerate(trays) if load in loads], load.count // load.trays)
        names = net.create_heat_exchangers(
            network,
            [f"{load.name} {i + 1}" for i in range(load.count)],
            from_junction=[f"supply {i + 1}" for i in tray],
            to_junction=[f"return {i + 1}" for i in tray],
            curve=name,
            heat_w=load.power,
        )
        designed.append((load, flow, own_map, tuple(names)))
    result = net.solve_steady(network)
    flows = result.res_heat_exchangers.mdot_kg_per_s
    plates = tuple(PlateBranches(*kind, flows[list(kind[-1])].to_numpy()) for kind in designed)
    velocity = rack_flow / (0.25 * np.pi * rack.manifold_diameter**2)
    return RackLoop(network, result, plates, velocity, curve_drop)


def _manifold(case: Case, liquid: net.Liquid, mass_flow: float, trays: int) -> net.Network:
    """Supply and return manifold, with the coolant that enters and the pressure it leaves at."""
    network, rack = net.Network("rack", liquid), case.rack
    ways = ("supply", "return")
    net.create_junctions(network, [INLET, OUTLET, *(f"{way} {i + 1}" for way in ways for i in range(trays))])
    size = {
        "length_m": rack.tray_spacing,
        "inner_diameter_m": rack.manifold_diameter,
        "roughness_m": rack.manifold_roughness,
    }
    for way, end in zip(ways, (INLET, OUTLET), strict=True):
        far = [f"{way} {i + 1}" for i in range(trays)]
        near = [end, *far[:-1]]
        start, to = (near, far) if way == "supply" else (far, near)
        names = [f"{way} manifold {i + 1}" for i in range(trays)]
        net.create_pipes(network, names, from_junction=start, to_junction=to, **size)
    supply = rack.supply_temperature
    net.create_boundaries(network, INLET, junction=INLET, mass_flow_kg_per_s=mass_flow, supply_k=supply)
    net.create_boundaries(network, OUTLET, junction=OUTLET, pressure_pa=0.0)
    return network
