"""The peers' cases A, B and C solved with rack2city: what is computed, and what it is held against."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mpi4py import MPI
from plate_cases import (
    CONDUCTIVITY,
    DENSITY,
    DEVELOPED_M,
    FLUX,
    HALF_CHANNELS,
    INLET_K,
    SOLID_CONDUCTIVITY,
    SPECIFIC_HEAT,
    SPEED,
    VISCOSITY,
    open_area,
)

from rack2city.fem.flow.boundaries import Boundary, FlowInlet, FlowOutlet, Slip
from rack2city.fem.flow.forms import PLAIN, Stabilisation
from rack2city.fem.flow.problem import FlowProblem
from rack2city.fem.heat.conditions import Flux, HeatInlet, HeatOutlet, Material, Stream
from rack2city.fem.heat.problem import HeatProblem
from rack2city.fem.heat.quantities import bulk_temperature_at
from rack2city.fem.mesh.domain import Domain, FluidDomain, fluid_domain, read_domain
from rack2city.fem.mesh.quantities import flow_through, mean_over_surface, surface_maximum
from rack2city.fem.mesh.section import plane_section
from rack2city.fem.solvers.newton import Log
from rack2city.fem.solvers.options import Options

GRADIENT_SECTIONS_M = (25e-3, 38e-3)
"""Between these the gradient of developed flow is measured."""


@dataclass(frozen=True)
class Result:
    """A solved case.

    Attributes:
        case: A, B, C or C12.
        cells: cells of the mesh.
        flow_unknowns: velocities and pressures.
        heat_unknowns: temperatures; 0 for B.
        pressure_drop_pa: A, B: from 5 mm after the inlet to the outlet; C: from inlet to outlet.
        gradient_pa_per_m: A, B: of developed flow.
        max_k: highest temperature of the heated face.
        mean_k: its mean.
        bulk_k: of what leaves.
        newton: Newton steps.
        factorisations: of the flow's Jacobian.
        mass_balance: flow lost, over what enters.
        heat_balance: heat lost, over what enters.
    """

    case: str
    cells: int
    flow_unknowns: int
    heat_unknowns: int
    pressure_drop_pa: float
    gradient_pa_per_m: float | None
    max_k: float | None
    mean_k: float | None
    bulk_k: float | None
    newton: int
    factorisations: int
    mass_balance: float
    heat_balance: float | None


def flow_problem(
    fluid: FluidDomain,
    stabilisation: Stabilisation = PLAIN,
    options: Mapping[str, Options] | None = None,
    log: Log = lambda line: None,
) -> FlowProblem:
    """Water of constant viscosity that enters uniformly."""
    openings: list[Boundary] = [FlowInlet("inlet", "uniform"), FlowOutlet(), Slip()]
    return FlowProblem(
        fluid, DENSITY, VISCOSITY, VISCOSITY, options, log, boundaries=openings, stabilisation=stabilisation
    )


def heat_problem(
    domain: Domain, fluid: FluidDomain, velocity: Any, options: Mapping[str, Options] | None = None
) -> HeatProblem:
    """Water and copper, heated from below."""
    return HeatProblem(
        domain,
        {"fluid": Material(CONDUCTIVITY, DENSITY * SPECIFIC_HEAT), "solid": Material(SOLID_CONDUCTIVITY)},
        [HeatInlet("inlet", INLET_K), HeatOutlet("outlet"), Flux("heated", FLUX)],
        [Stream(("fluid",), velocity, fluid.cell_map)],
        options=options,
    )


def solve_case(
    case: str,
    path: Path,
    comm: MPI.Comm = MPI.COMM_SELF,
    speed: float = SPEED,
    stabilisation: Stabilisation = PLAIN,
    options: Mapping[str, Options] | None = None,
    log: Log = lambda line: None,
    channels: int | None = None,
) -> tuple[Result, FlowProblem, HeatProblem | None]:
    """Solve a case on a mesh of `rackmesh.published.peer_cases`, from rest.

    Args:
        case: A, B (flow alone), C or C12.
        path: the mesh.
        comm: communicator.
        speed: mean velocity in the channels (m/s).
        stabilisation: terms of the flow's form.
        options: PETSc options by prefix.
        log: receives lines on the progress.
        channels: of the half plate, if not those of the case.
    """
    domain = read_domain(path, comm)
    fluid = fluid_domain(domain)
    flow = flow_problem(fluid, stabilisation, options, log)
    flow_rate = speed * open_area(case, channels)[0]
    report = flow.solve(flow_rate)
    velocity, pressure = flow.velocity(), flow.pressure()
    heat = None
    if case != "B":
        heat = heat_problem(domain, fluid, velocity, options)
        heat.solve()
    out = mean_over_surface(fluid, pressure, "outlet")
    gradient = None
    if case in HALF_CHANNELS:
        before = mean_over_surface(fluid, pressure, "inlet")
    else:
        means = [plane_section(fluid, (x, 0.0, 0.0), (1.0, 0.0, 0.0)).mean(pressure) for x in GRADIENT_SECTIONS_M]
        gradient = (means[0] - means[1]) / (GRADIENT_SECTIONS_M[1] - GRADIENT_SECTIONS_M[0])
        before = plane_section(fluid, (DEVELOPED_M, 0.0, 0.0), (1.0, 0.0, 0.0)).mean(pressure)
    result = Result(
        case=case,
        cells=domain.mesh.topology.index_map(3).size_global,
        flow_unknowns=flow.space.dofmap.index_map.size_global * flow.space.dofmap.index_map_bs,
        heat_unknowns=heat.space.dofmap.index_map.size_global if heat else 0,
        pressure_drop_pa=before - out,
        gradient_pa_per_m=gradient,
        max_k=surface_maximum(domain, heat.temperature, "heated") if heat else None,
        mean_k=mean_over_surface(domain, heat.temperature, "heated") if heat else None,
        bulk_k=bulk_temperature_at(heat, "outlet") if heat else None,
        newton=report.iterations,
        factorisations=report.factorisations,
        mass_balance=abs(flow_through(fluid, velocity, "outlet") - flow_rate) / flow_rate,
        heat_balance=heat.report.balance.relative if heat and heat.report else None,
    )
    return result, flow, heat
