"""The finite-element runs behind the plate map."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from mpi4py import MPI

from rack2city import fem
from rack2city.case import Case
from rack2city.errors import InputError
from rack2city.fem.flow.inflow import inlet_normal
from rack2city.fem.mesh.quantities import bulk_temperature, mean_over_interface
from rack2city.fem.solvers.newton import Log
from rack2city.materials import Coolant
from rack2city.plate.design import coolant_reference_temperature, reference_design
from rack2city.plate.plate_map import PlateMap

FLOW, DROP, TO_INLET = "flow_per_channel_m3_per_s", "pressure_drop_pa", "case_to_inlet_max_m2k_per_w"
HALVES = 2  # the mesh is half a channel: the other half mirrors it


type ChannelPoint = dict[str, Any]
"""What a `PlateMap` holds of one run of the channel, by the map's names; flows are those of a whole channel."""


def channel_problem(case: Case, coolant: Coolant, mesh_file: Path, comm: MPI.Comm, log: Log) -> fem.ConjugateProblem:
    """The conjugate problem of a case on its mesh; the TIM's conductivity is thickness over resistance (collective)."""
    temperature, channel = coolant_reference_temperature(case, coolant), case.channel
    inlet = case.rack.supply_temperature
    fluid = fem.Fluid(
        density=float(coolant.density(temperature)),
        heat_capacity=float(coolant.heat_capacity(temperature)),
        conductivity=float(coolant.conductivity(temperature)),
        viscosity=float(np.exp(coolant.ln_viscosity_fit(inlet))),
    )
    metal, tim = (fem.Material(k) for k in (channel.conductivity, channel.tim_thickness / channel.tim_resistance))
    solids = {"fin": metal, "base": metal, "tim": tim}
    return fem.ConjugateProblem(
        fem.read_domain(mesh_file, comm),
        fluid,
        solids,
        boundaries=None,
        conditions=[fem.HeatInlet("inlet", inlet), fem.HeatOutlet("outlet"), fem.Flux("heated")],
        couplings=[fem.ViscosityOfTemperature(coolant.ln_viscosity_fit)],
        options=case.solver.options,
        log=log,
    )


def solve_point(problem: fem.ConjugateProblem, flow: float, flux: float, coolant: Coolant) -> ChannelPoint:
    """Solve for the flow of a whole channel (m³/s) and a heat flux (W/m²), and read off the engineering numbers.

    Raises:
        ConvergenceError: the solvers do not converge.
        InputError: the coolant leaves the range of its properties.
    """
    report = problem.solve(flow / HALVES, {"heated": flux})
    domain, fluid, properties = problem.domain, problem.fluid, problem.properties
    temperature, velocity, inlet = problem.heat.temperature, problem.velocity, float(problem.heat.terms.loads["inlet"])
    hottest = fem.highest_temperature(problem.heat, *properties.volumes)
    if hottest > coolant.temperature_range_k[1]:
        raise InputError(
            f"plate.flow_factors: at {flow * 6e4:.3e} L/min a channel the coolant reaches {hottest - 273.15:.1f} °C, beyond "
            f"the {coolant.temperature_range_k[1] - 273.15:.0f} °C to which the properties of {coolant.name} are known; use "
            "larger factors or a lower power"
        )
    along = -inlet_normal(fluid)
    base = mean_over_interface(domain, temperature, "base_bottom")
    bulk = bulk_temperature(fluid, velocity, temperature, along)
    case_max = fem.surface_maximum(domain, temperature, "heated")
    return {
        "flow_per_channel_m3_per_s": flow,
        "pressure_drop_pa": fem.mean_over_surface(fluid, problem.flow.pressure(), "inlet"),
        "base_to_bulk_m2k_per_w": (base - bulk) / flux,
        "base_to_inlet_max_m2k_per_w": (fem.surface_maximum(domain, temperature, "base_bottom") - inlet) / flux,
        "case_to_inlet_max_m2k_per_w": (case_max - inlet) / flux,
        "case_to_inlet_mean_m2k_per_w": (fem.mean_over_surface(domain, temperature, "heated") - inlet) / flux,
        "case_max_k": case_max,
        "outlet_bulk_k": fem.bulk_temperature_at(problem.heat, "outlet"),
        "reynolds": properties.density * problem.flow.speed * problem.flow.hydraulic_diameter / properties.viscosity,
        "outer_iterations": report.exchanges,
        "newton_iterations": report.flow_steps,
        "heat_balances": (problem.heat.heat_in(), problem.heat.heat_out()),
        "mass_balances": (-fem.flow_through(fluid, velocity, "inlet"), fem.flow_through(fluid, velocity, "outlet")),
        "flow_factorisations": report.flow_factorisations,
        "heat_factorisations": report.heat_factorisations,
    }


def run_plate(
    case: Case,
    coolant: Coolant,
    mesh_file: Path,
    coarser_meshes: Sequence[Path],
    fields: Path,
    comm: MPI.Comm,
    log: Log = lambda line: None,
    step: Callable[[str], None] = lambda text: None,
) -> PlateMap:
    """Run the channel at every flow of the case, at one held out, and at design on coarser meshes (collective).

    The first of the coarser meshes is coarser in every direction, each other one in a single direction. Coarsened together
    the directions hide each other: the base alone raises the case-to-inlet resistance of the reference cell by 3e-4 from
    coarse to medium, the height alone lowers it by as much, and what remains is a difference of no meaning, which grows on
    refinement (1.5e-4, then 3.1e-4). So the uncertainty is the sum of the single changes, each by its magnitude; it falls
    (7e-4, then 3.4e-4). Without coarser meshes neither is known. The fields at design go to a folder; `log` receives a line
    for each solver step, `step` a few words before each run.

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
    points = [solve(factor) for factor in (*factors[pivot:], *reversed(factors[:pivot]))]
    points.sort(key=lambda point: float(point[FLOW]))
    columns: dict[str, Any] = {name: tuple(point[name] for point in points) for name in points[0]}
    plate_map = PlateMap(
        load=design.load,
        heat_flux=design.heat_flux,
        inlet_k=case.rack.supply_temperature,
        channels=design.channels,
        area_m2=design.area,
        design_flow_per_channel_m3_per_s=design.flow_per_channel,
        solver_options=problem.solver_options(),
        solver_record=problem.solver_record(),
        **columns,
    )
    held_out = solve(float(np.sqrt(factors[0] * factors[1])))  # midway in the widest gap of a cubic in log flow
    design_point = solve(1.0)
    step("fields")
    fem.write_fields(problem, fields)
    flow, drop, to_inlet = (held_out[name] for name in (FLOW, DROP, TO_INLET))
    plate_map = replace(
        plate_map,
        holdout_flow_per_channel_m3_per_s=flow,
        holdout_pressure_drop_error=float(plate_map.pressure_drop(flow)) / drop - 1.0,
        holdout_case_to_inlet_error=float(plate_map.case_to_inlet(flow)) / to_inlet - 1.0,
    )
    if not coarser_meshes:
        return plate_map
    changes = []
    for mesh in coarser_meshes:
        step("channel on a coarser mesh")
        coarse_problem = channel_problem(case, coolant, mesh, comm, log)
        coarse = solve_point(coarse_problem, design.flow_per_channel, design.heat_flux, coolant)
        changes.append([design_point[name] / coarse[name] - 1.0 for name in (DROP, TO_INLET)])
    overall, *single = changes
    return replace(
        plate_map,
        grid_pressure_drop_change=overall[0],
        grid_case_to_inlet_change=overall[1],
        grid_case_to_inlet_uncertainty=float(sum(abs(to_inlet) for _, to_inlet in single)),
    )
