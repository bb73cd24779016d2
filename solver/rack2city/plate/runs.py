"""The finite-element runs behind the plate map."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from mpi4py import MPI

from rack2city.case import Case
from rack2city.errors import InputError
from rack2city.fem.coupled.couplings import Fluid, ViscosityOfTemperature
from rack2city.fem.coupled.export import write_fields
from rack2city.fem.coupled.problem import ConjugateProblem, CoupledReport
from rack2city.fem.flow.inflow import inlet_normal
from rack2city.fem.heat.conditions import Flux, HeatInlet, HeatOutlet, Material
from rack2city.fem.heat.quantities import bulk_temperature_at, highest_temperature
from rack2city.fem.mesh.domain import read_domain
from rack2city.fem.mesh.quantities import (
    bulk_temperature,
    flow_through,
    mean_over_interface,
    mean_over_surface,
    surface_maximum,
)
from rack2city.fem.solvers.newton import Log
from rack2city.materials import Coolant
from rack2city.plate.design import PlateDesign, coolant_reference_temperature, reference_design
from rack2city.plate.plate_map import PlateMap

HALVES = 2  # the mesh is half a channel: the other half mirrors it


@dataclass(frozen=True)
class ChannelPoint:
    """One finite-element run of the channel at one flow (the flow of a whole channel)."""

    flow: float
    pressure_drop: float
    base_to_bulk: float
    case_to_inlet_max: float
    case_to_inlet_mean: float
    case_max: float
    outlet_bulk: float
    reynolds: float
    report: CoupledReport
    heat: tuple[float, float]
    mass: tuple[float, float]


def channel_problem(case: Case, coolant: Coolant, mesh_file: Path, comm: MPI.Comm, log: Log) -> ConjugateProblem:
    """The conjugate problem of a case on its mesh; the TIM's conductivity is thickness over resistance (collective)."""
    temperature, channel = coolant_reference_temperature(case, coolant), case.channel
    inlet = case.rack.supply_temperature
    fluid = Fluid(
        density=float(coolant.density(temperature)),
        heat_capacity=float(coolant.heat_capacity(temperature)),
        conductivity=float(coolant.conductivity(temperature)),
        viscosity=float(np.exp(coolant.ln_viscosity_fit(inlet))),
    )
    solids = {
        "fin": Material(channel.conductivity),
        "base": Material(channel.conductivity),
        "tim": Material(channel.tim_thickness / channel.tim_resistance),
    }
    return ConjugateProblem(
        read_domain(mesh_file, comm),
        fluid,
        solids,
        boundaries=None,
        conditions=[HeatInlet("inlet", inlet), HeatOutlet("outlet"), Flux("heated")],
        couplings=[ViscosityOfTemperature(coolant.ln_viscosity_fit)],
        options=case.solver.options,
        log=log,
    )


def solve_point(problem: ConjugateProblem, flow: float, flux: float, coolant: Coolant) -> ChannelPoint:
    """Solve for the flow of a whole channel (m³/s) and a heat flux (W/m²), and read off the engineering numbers.

    Raises:
        ConvergenceError: the solvers do not converge.
        InputError: the coolant leaves the range of its properties.
    """
    report = problem.solve(flow / HALVES, {"heated": flux})
    domain, fluid, properties = problem.domain, problem.fluid, problem.properties
    temperature, velocity, inlet = problem.heat.temperature, problem.velocity, float(problem.heat.terms.loads["inlet"])
    hottest = highest_temperature(problem.heat, *properties.volumes)
    if hottest > coolant.temperature_range_k[1]:
        raise InputError(
            f"plate.flow_factors: at {flow * 6e4:.3e} L/min a channel the coolant reaches {hottest - 273.15:.1f} °C, beyond "
            f"the {coolant.temperature_range_k[1] - 273.15:.0f} °C to which the properties of {coolant.name} are known; use "
            "larger factors or a lower power"
        )
    along = -inlet_normal(fluid)
    base = mean_over_interface(domain, temperature, "base_bottom")
    bulk = bulk_temperature(fluid, velocity, temperature, along)
    case_max = surface_maximum(domain, temperature, "heated")
    return ChannelPoint(
        flow=flow,
        pressure_drop=mean_over_surface(fluid, problem.flow.pressure(), "inlet"),
        base_to_bulk=(base - bulk) / flux,
        case_to_inlet_max=(case_max - inlet) / flux,
        case_to_inlet_mean=(mean_over_surface(domain, temperature, "heated") - inlet) / flux,
        case_max=case_max,
        outlet_bulk=bulk_temperature_at(problem.heat, "outlet"),
        reynolds=properties.density * problem.flow.speed * problem.flow.hydraulic_diameter / properties.viscosity,
        report=report,
        heat=(problem.heat.heat_in(), problem.heat.heat_out()),
        mass=(-flow_through(fluid, velocity, "inlet"), flow_through(fluid, velocity, "outlet")),
    )


def developed_base_to_bulk(problem: ConjugateProblem, flux: float, stretch: tuple[float, float]) -> float:
    """Base-to-bulk resistance of a stretch of the channel (m² K/W), the local one where temperatures rise linearly.

    Args:
        problem: a solved problem, streaming along x from x = 0.
        flux: its heat flux (W/m²).
        stretch: where it begins and ends (m).
    """
    domain, fluid, temperature = problem.domain, problem.fluid, problem.heat.temperature
    base = mean_over_interface(domain, temperature, "base_bottom", stretch)
    return (base - bulk_temperature(fluid, problem.velocity, temperature, -inlet_normal(fluid), stretch)) / flux


def _collect(case: Case, design: PlateDesign, points: list[ChannelPoint], problem: ConjugateProblem) -> PlateMap:
    points = sorted(points, key=lambda point: point.flow)
    return PlateMap(
        load=design.load,
        heat_flux=design.heat_flux,
        inlet_k=case.rack.supply_temperature,
        channels=design.channels,
        area_m2=design.area,
        design_flow_per_channel_m3_per_s=design.flow_per_channel,
        flow_per_channel_m3_per_s=tuple(p.flow for p in points),
        pressure_drop_pa=tuple(p.pressure_drop for p in points),
        base_to_bulk_m2k_per_w=tuple(p.base_to_bulk for p in points),
        case_to_inlet_max_m2k_per_w=tuple(p.case_to_inlet_max for p in points),
        case_to_inlet_mean_m2k_per_w=tuple(p.case_to_inlet_mean for p in points),
        case_max_k=tuple(p.case_max for p in points),
        outlet_bulk_k=tuple(p.outlet_bulk for p in points),
        reynolds=tuple(p.reynolds for p in points),
        outer_iterations=tuple(p.report.exchanges for p in points),
        newton_iterations=tuple(p.report.flow_steps for p in points),
        heat_balances=tuple(p.heat for p in points),
        mass_balances=tuple(p.mass for p in points),
        flow_factorisations=tuple(p.report.flow_factorisations for p in points),
        heat_factorisations=tuple(p.report.heat_factorisations for p in points),
        solver_options=problem.solver_options(),
        solver_record=problem.solver_record(),
    )


def run_plate(
    case: Case,
    coolant: Coolant,
    mesh_file: Path,
    coarser_mesh: Path | None,
    fields: Path,
    comm: MPI.Comm,
    log: Log = lambda line: None,
    step: Callable[[str], None] = lambda text: None,
) -> PlateMap:
    """Run the channel at every flow of the case, at one held out, and at design on a coarser mesh (collective).

    Args:
        case: the case.
        coolant: its coolant.
        mesh_file: mesh of the half channel.
        coarser_mesh: the next coarser mesh, for the change on refinement; None to leave that out.
        fields: folder for the fields at design.
        comm: communicator.
        log: receives a line for each solver step.
        step: called with a few words before each run.

    Raises:
        ConvergenceError: a run does not converge.
    """
    design = reference_design(case)
    problem = channel_problem(case, coolant, mesh_file, comm, log)

    def solve(factor: float) -> ChannelPoint:
        step(f"channel at {factor:g} x design flow")
        return solve_point(problem, factor * design.flow_per_channel, design.heat_flux, coolant)

    # From design downwards, then upwards: each start is close to its end.
    factors = sorted(case.plate.flow_factors)
    pivot = int(np.argmin(np.abs(np.array(factors) - 1.0)))
    points = [solve(f) for f in factors[pivot:]]
    points += [solve(f) for f in reversed(factors[:pivot])]
    plate_map = _collect(case, design, points, problem)
    held_out = solve(float(np.sqrt(factors[0] * factors[1])))  # midway in the widest gap of a cubic in log flow
    design_point = solve(1.0)
    step("fields")
    write_fields(problem, fields)
    plate_map = replace(
        plate_map,
        holdout_flow_per_channel_m3_per_s=held_out.flow,
        holdout_pressure_drop_error=float(plate_map.pressure_drop(held_out.flow)) / held_out.pressure_drop - 1.0,
        holdout_case_to_inlet_error=float(plate_map.case_to_inlet(held_out.flow)) / held_out.case_to_inlet_max - 1.0,
    )
    if coarser_mesh is None:
        return plate_map
    step("channel on the next coarser mesh")
    coarse_problem = channel_problem(case, coolant, coarser_mesh, comm, log)
    coarse = solve_point(coarse_problem, design.flow_per_channel, design.heat_flux, coolant)
    return replace(
        plate_map,
        grid_pressure_drop_change=design_point.pressure_drop / coarse.pressure_drop - 1.0,
        grid_case_to_inlet_change=design_point.case_to_inlet_max / coarse.case_to_inlet_max - 1.0,
    )
