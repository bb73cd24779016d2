"""The finite-element problem of a plate's model on its mesh, and what is read off its solution."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from mpi4py import MPI

from rack2city import fem
from rack2city.case import PlatesCase
from rack2city.errors import InputError
from rack2city.fem.flow.inflow import inlet_normal
from rack2city.fem.mesh.quantities import bulk_temperature
from rack2city.fem.solvers.curve import Curve
from rack2city.fem.solvers.newton import Log
from rack2city.materials import Coolant, Solid
from rack2city.plate.design import mean_bulk
from rack2city.plate.laminar import Crossings, narrows
from rack2city.plate.models import Piece, PlateModel, Strip
from rack2city.plate.models.named import contacts
from rack2city.plate.point import PlatePoint, plate_point
from rack2city.plate.readings import reading

type PiecePoint = dict[str, Any]
"""`area_m2`, `base_mean_k`, `base_max_k` and its place `hottest_at_m` of a piece of the heated face."""


MASS_TOLERANCE = 1e-10


@dataclass(frozen=True)
class PlateProblem:
    """The conjugate problem of a model on a mesh.

    Attributes:
        model: what it stands for.
        problem: the finite elements.
        strips: parts of the plate that are solved one after the other.
        areas: areas of the heated surfaces (m²).
        coolant: for the range of its properties.
        solids: what each solid body is made of.
        curves: the last solutions of each strip over the inverse of the flow (s/m³), from which the next are guessed: to
            that most of the temperature's rise is proportional.
        across: sections of the coolant.
        mouths: areas of the inlets (m²).
    """

    model: PlateModel
    problem: fem.ConjugateProblem
    strips: tuple[Strip, ...]
    areas: dict[str, float]
    coolant: Coolant
    solids: dict[str, Solid]
    curves: tuple[Curve, ...]
    across: Crossings
    mouths: dict[str, float]

    @property
    def area(self) -> float:
        """Heated area of the plate (m²)."""
        return sum(s.copies * self.areas[p.surface] for s in self.strips for p in s.pieces if p.flux > 0.0)

    @property
    def copies(self) -> float:
        """How many times the mesh is in the plate (-)."""
        return sum(strip.copies for strip in self.strips)

    @property
    def mass_tolerance(self) -> float:
        """Share of the flow by which what enters and what leaves may differ (-)."""
        return MASS_TOLERANCE

    @property
    def cells(self) -> int:
        """Number of cells of the mesh."""
        domain = self.problem.domain
        return int(domain.mesh.topology.index_map(domain.dimensions).size_global)

    def point(self, flow: float) -> PlatePoint:
        """The plate at a flow (m³/s) (collective); raises as `solve_strip`."""
        found = []
        for strip, curve in zip(self.strips, self.curves, strict=True):
            guess = curve.guess(1.0 / flow)
            if guess is not None:
                self.problem.take_guess(self.rates(flow), guess)
            found.append((strip, solve_strip(self, strip, flow)))
            curve.add(1.0 / flow, self.problem.state())
        return plate_point(self.model, flow, found)

    def rates(self, flow: float) -> dict[str, float]:
        """Flow into each inlet of the mesh (m³/s) at a flow of the plate: several are fed at one mean speed."""
        share = flow / self.copies / sum(self.mouths.values())
        return {name: share * area for name, area in self.mouths.items()}

    def write_fields(self, folder: Path) -> None:
        """Write the fields of the last strip, that with the most heat (collective)."""
        fem.write_fields(self.problem, folder)

    def solver_options(self) -> dict[str, dict[str, Any]]:
        """Method and PETSc options in use, by prefix."""
        return self.problem.solver_options()

    def solver_record(self) -> dict[str, dict[str, Any]]:
        """What else decides how flow and heat are solved."""
        return self.problem.solver_record()


def fluid_at(coolant: Coolant, bulk_k: float, viscosity: float, volumes: tuple[str, ...] = ("fluid",)) -> fem.Fluid:
    """A coolant as the finite elements take it, at its mean bulk temperature (K), with a typical viscosity (Pa s)."""
    return fem.Fluid(
        density=float(coolant.density(bulk_k)),
        heat_capacity=float(coolant.heat_capacity(bulk_k)),
        conductivity=float(coolant.conductivity(bulk_k)),
        viscosity=viscosity,
        volumes=volumes,
    )


def plate_problem(
    case: PlatesCase, model: PlateModel, coolant: Coolant, mesh_file: Path, comm: MPI.Comm, log: Log
) -> PlateProblem:
    """Set up the conjugate problem of a model on its mesh (collective).

    Raises:
        InputError: the mesh does not fit the model.
    """
    design = model.design
    domain = fem.read_domain(mesh_file, comm)
    bulk = mean_bulk(coolant, design.inlet_k, design.power / design.flow)
    fluids = tuple(name for name in domain.volumes if name == "fluid" or name.startswith("fluid_"))
    fluid = fluid_at(coolant, bulk, float(np.exp(coolant.ln_viscosity_fit(design.inlet_k))), fluids)
    solids = {name: design.solid(name) for name in domain.volumes if name not in fluids}
    hottest = coolant.temperature_range_k[1]  # of the coolant, and about that of its walls
    surfaces = sorted(domain.surfaces)
    heated = [name for name in surfaces if name == "heated" or name.startswith("heated_")]
    inlets, outlets, mirrors = (
        [name for name in surfaces if name == kind or name.startswith(f"{kind}_")]
        for kind in ("inlet", "outlet", "symmetry")
    )
    problem = fem.ConjugateProblem(
        domain,
        fluid,
        {name: fem.Material(one.conductivity_between(design.inlet_k, hottest)) for name, one in solids.items()},
        boundaries=[
            *(fem.FlowInlet(name) for name in inlets),
            *(fem.FlowOutlet(name) for name in outlets),
            *(fem.Slip(name) for name in mirrors),
        ],
        conditions=[
            *(fem.HeatInlet(name, design.inlet_k) for name in inlets),
            *(fem.HeatOutlet(name) for name in outlets),
            *(fem.Flux(name) for name in heated),
        ],
        couplings=[fem.ViscosityOfTemperature(coolant.ln_viscosity_fit)],
        contacts=[fem.Contact(surface, resistance) for surface, resistance in contacts(design, surfaces).items()],
        options=case.solver.options,
        log=log,
    )
    areas = {name: domain.size(domain.ds(domain.surfaces[name])) for name in heated}
    # the last is the one whose fields are left: that with the most heat
    strips = sorted(model.strips(areas), key=lambda strip: sum(p.flux * areas[p.surface] for p in strip.pieces))
    return PlateProblem(
        model,
        problem,
        tuple(strips),
        areas,
        coolant,
        solids,
        tuple(Curve() for _ in strips),
        fem.crossings(problem.flow),
        {name: problem.fluid.size(problem.fluid.ds(problem.fluid.surfaces[name])) for name in inlets},
    )


def solve_strip(plate: PlateProblem, strip: Strip, flow: float) -> dict[str, Any]:
    """Solve a strip at a flow of the whole plate (m³/s), and read off the engineering numbers of what is meshed (collective).

    Raises:
        ConvergenceError: the solvers do not converge.
        InputError: the coolant leaves the range of its properties.
    """
    problem, model = plate.problem, plate.model
    heat, flowing, fluid = problem.heat, problem.flow, problem.fluid
    rates = plate.rates(flow)
    inlets, outlets = list(rates), [b.surface for b in flowing.boundaries if isinstance(b, fem.FlowOutlet)]
    report = problem.solve(rates, {piece.surface: piece.flux for piece in strip.pieces})
    _check_range(plate, flow)
    pieces = {piece.surface: _piece(plate, piece) for piece in strip.pieces}
    temperature, velocity = heat.temperature, problem.velocity
    flows = {name: abs(fem.flow_through(fluid, velocity, name)) for name in (*inlets, *outlets)}
    entering, leaving = (sum(flows[name] for name in names) for names in (inlets, outlets))
    outlet = sum(flows[name] * fem.bulk_temperature_at(heat, name) for name in outlets) / leaving
    along = -inlet_normal(fluid) if model.along else None
    inlet = model.design.inlet_k
    bulk = 0.5 * (inlet + outlet) if along is None else bulk_temperature(fluid, velocity, temperature, along)
    pressure = flowing.pressure()
    drop = sum(flows[name] * fem.mean_over_surface(fluid, pressure, name) for name in inlets) / entering
    return {
        "pressure_drop_pa": drop,
        "bulk_k": bulk,
        "outlet_bulk_k": outlet,
        "reynolds": problem.properties.density
        * flowing.speed
        * flowing.hydraulic_diameter
        / problem.properties.viscosity,
        "reading": reading(problem, model.apart),
        "narrows": narrows(flowing, plate.across),
        "pieces": pieces,
        "below_inlet_k": max(0.0, inlet - fem.lowest_temperature(heat, *problem.domain.volumes)),
        "above_base_k": max(
            0.0,
            fem.highest_temperature(heat, *problem.domain.volumes)
            - max(float(piece["base_max_k"]) for piece in pieces.values()),
        ),
        "zone_bulk_k": {name: _bulk_at(plate, x) for name, x in strip.places.items()},
        "outer_iterations": report.exchanges,
        "newton_iterations": report.flow_steps,
        "heat_balances": (heat.heat_in(), heat.heat_out()),
        "mass_balances": (entering, leaving),
        "flow_factorisations": report.flow_factorisations,
        "heat_factorisations": report.heat_factorisations,
    }


def _piece(plate: PlateProblem, piece: Piece) -> PiecePoint:
    domain, temperature = plate.problem.domain, plate.problem.heat.temperature
    hottest = fem.peak_on_surface(domain, temperature, piece.surface)
    return {
        "area_m2": plate.areas[piece.surface],
        "base_mean_k": fem.mean_over_surface(domain, temperature, piece.surface),
        "base_max_k": hottest.value,
        "hottest_at_m": hottest.place,
    }


def _bulk_at(plate: PlateProblem, x: float) -> float:
    """Bulk temperature (K) of the section at a place along the channels (m)."""
    problem = plate.problem
    section = fem.plane_section(problem.fluid, (x, 0.0, 0.0), (1.0, 0.0, 0.0))
    return section.flow_mean(problem.fluid_temperature, problem.velocity)


def _check_range(plate: PlateProblem, flow: float) -> None:
    """Refuse coolant and solids beyond the temperatures to which their properties are known."""
    problem, coolant = plate.problem, plate.coolant
    hottest = fem.highest_temperature(problem.heat, *problem.properties.volumes)
    if hottest > coolant.temperature_range_k[1]:
        raise InputError(
            f"plates.{plate.model.design.name}.flow_factors: at {flow * 6e4:.4g} L/min the coolant reaches "
            f"{hottest - 273.15:.1f} °C, beyond the {coolant.temperature_range_k[1] - 273.15:.0f} °C to which the properties "
            f"of {coolant.name} are known; use larger factors or a lower power"
        )
    for body, solid in plate.solids.items():
        solid.require_within(plate.model.design.inlet_k, fem.highest_temperature(problem.heat, body), body)
