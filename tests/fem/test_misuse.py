"""Fields on the wrong mesh, surfaces of the wrong kind, groups that are empty: each is a sentence, never a number."""

import warnings
from collections.abc import Callable

import numpy as np
import pytest
from dolfinx import fem, mesh
from mpi4py import MPI

from rack2city.errors import InputError
from rack2city.fem.coupled.couplings import Fluid
from rack2city.fem.coupled.problem import ConjugateProblem
from rack2city.fem.flow.boundaries import FlowInlet, FlowOutlet
from rack2city.fem.flow.problem import FlowProblem
from rack2city.fem.flow.readings.forces import force_on
from rack2city.fem.heat.conditions import Contact, Convection, FixedTemperature, Flux, HeatInlet, HeatOutlet, Material
from rack2city.fem.heat.problem import HeatProblem
from rack2city.fem.heat.quantities import bulk_temperature_at, mean_temperature
from rack2city.fem.mesh.domain import Domain, Marker, fluid_domain, tagged_domain
from rack2city.fem.mesh.quantities import (
    bulk_temperature,
    flow_through,
    mean_over_interface,
    mean_over_surface,
    surface_maximum,
    values_at,
)
from rack2city.fem.mesh.section import plane_section

LENGTH, HEIGHT, RATE = 8e-3, 1e-3, 1e-4
PLATE: dict[str, Marker] = {
    "in": lambda x: np.isclose(x[0], 0.0) & (x[1] > -1e-9),
    "out": lambda x: np.isclose(x[0], LENGTH) & (x[1] > -1e-9),
    "chip": lambda x: np.isclose(x[1], -HEIGHT),
    "floor": lambda x: np.isclose(x[1], 0.0),
}
BODIES: dict[str, Marker] = {"copper": lambda x: x[1] < 1e-9, "water": lambda x: x[1] > -1e-9}


def plate(comm: MPI.Comm = MPI.COMM_SELF, cells: tuple[int, int] = (16, 8)) -> Domain:
    """Water over copper."""
    box = mesh.create_rectangle(comm, [(0.0, -HEIGHT), (LENGTH, HEIGHT)], cells, mesh.CellType.quadrilateral)
    return tagged_domain(box, PLATE, BODIES)


def solved(domain: Domain) -> ConjugateProblem:
    problem = ConjugateProblem(
        domain,
        Fluid(1000.0, 4000.0, 0.6, 1e-3, ("water",)),
        {"copper": Material(390.0)},
        [FlowInlet("in"), FlowOutlet("out")],
        [HeatInlet("in", 300.0), HeatOutlet("out"), Flux("chip", 2.5e5)],
    )
    problem.solve(RATE)
    return problem


@pytest.fixture(scope="module")
def problem() -> ConjugateProblem:
    return solved(plate())


def test_the_bulk_of_a_section_is_that_of_the_outlet(problem: ConjugateProblem) -> None:
    """2.5e5 W/m2 over 8 mm into 0.4 W/K: 5 K; the fluid's temperature is there by public means."""
    section = plane_section(problem.fluid, (LENGTH, 0.0), (-1.0, 0.0))
    bulk = section.flow_mean(problem.fluid_temperature, problem.velocity)
    assert bulk == pytest.approx(305.0, abs=2e-3)
    assert bulk == pytest.approx(bulk_temperature_at(problem.heat, "out"), abs=1e-6)


def test_fields_of_the_wrong_mesh_are_refused(problem: ConjugateProblem) -> None:
    velocity, temperature, fluid = problem.velocity, problem.heat.temperature, problem.fluid
    inner, whole = (plane_section(each, (4e-3, 0.0), (1.0, 0.0)) for each in (fluid, problem.domain))
    for wrong in (
        lambda: inner.flow_mean(temperature, velocity),
        lambda: inner.mean(temperature),
        lambda: whole.flow(velocity),
        lambda: whole.mean(problem.fluid_temperature),
        lambda: bulk_temperature(fluid, velocity, problem.fluid_temperature, [1.0, 0.0]),
        lambda: mean_over_surface(fluid, temperature, "in"),
        lambda: mean_over_interface(problem.domain, problem.fluid_temperature, "floor"),
        lambda: flow_through(fluid, fem.Function(fem.functionspace(problem.domain.mesh, ("Lagrange", 2, (2,)))), "in"),
    ):
        with pytest.raises(
            InputError, match=r"lives on a mesh of (64|128) cells, needed is one on the mesh of (64|128)"
        ):
            wrong()


def test_vectors_are_refused_where_a_scalar_is_meant(problem: ConjugateProblem) -> None:
    section = plane_section(problem.fluid, (4e-3, 0.0), (1.0, 0.0))
    for wrong in (
        lambda: section.mean(problem.velocity),
        lambda: section.flow_mean(problem.velocity, problem.velocity),
        lambda: surface_maximum(problem.fluid, problem.velocity, "out"),
        lambda: mean_over_surface(problem.fluid, problem.velocity, "out"),
    ):
        with pytest.raises(InputError, match="has 2 components, needed is a scalar"):
            wrong()
    assert values_at(problem.velocity, [[4e-3, 0.5e-3]])[0, 0] == pytest.approx(0.15, rel=1e-6)  # type: ignore[arg-type]
    with pytest.raises(InputError, match=r"points have shape \(2,\); needed is \(n, 2\) or \(n, 3\)"):
        values_at(problem.velocity, np.array([4e-3, 0.5e-3]))


def test_surfaces_of_the_wrong_kind_are_refused(problem: ConjugateProblem) -> None:
    domain, temperature = problem.domain, problem.heat.temperature
    with pytest.raises(InputError, match="the surface 'chip', as an interior one, covers nothing"):
        mean_over_interface(domain, temperature, "chip")
    with pytest.raises(InputError, match="the surface 'floor', as an exterior one, covers nothing"):
        mean_over_surface(domain, temperature, "floor")
    known = "it has: chip, floor, in, out"
    for quantity in (mean_over_surface, mean_over_interface, surface_maximum):
        with pytest.raises(InputError, match=rf"there is no surface group 'lid'; {known}"):
            quantity(domain, temperature, "lid")
    with pytest.raises(InputError, match=r"there is no volume group 'tim'; it has: copper, water"):
        mean_temperature(problem.heat, "tim")
    with pytest.raises(InputError, match=r"there is no volume group 'fluid'; it has: copper, water"):
        fluid_domain(domain)


def test_forces_need_a_solution_and_a_wall(problem: ConjugateProblem) -> None:
    flow = FlowProblem(problem.fluid, 1000.0, 1e-3, 1e-3, boundaries=[FlowInlet("in"), FlowOutlet("out")])
    with pytest.raises(InputError, match="there is no solution yet, so no forces; solve first"):
        force_on(flow, "floor")
    flow.solve(RATE)
    # a developed profile: shear 6 mu U / H on each wall, but for the corners, which inlet and outlet share
    assert force_on(flow, "floor")[0] == pytest.approx(6.0 * 1e-3 * 0.1 / HEIGHT * LENGTH, rel=0.1)
    with pytest.raises(InputError, match="a component of the velocity is free on 'out', so no force on it can be told"):
        force_on(flow, "out")


def test_empty_groups_and_unknown_cells_are_refused() -> None:
    box = mesh.create_unit_square(MPI.COMM_SELF, 4, 4)
    everywhere: Marker = lambda x: np.full(x.shape[1], True)  # noqa: E731
    with pytest.raises(
        InputError, match="the volume 'fluid' is empty: its marker takes nothing, or later ones take all"
    ):
        tagged_domain(box, {}, {"fluid": lambda x: x[1] > 0.49, "base": everywhere})
    with pytest.raises(InputError, match="8 cells are in no volume group; every cell belongs to exactly one"):
        tagged_domain(box, {}, {"fluid": lambda x: x[1] > 0.49, "base": lambda x: x[1] < 0.26})
    with pytest.raises(InputError, match="the surface 'inlet' is empty"):
        tagged_domain(box, {"inlet": lambda x: np.isclose(x[0], 7.0)})
    prisms = mesh.create_unit_cube(MPI.COMM_SELF, 1, 1, 1, mesh.CellType.prism)
    with pytest.raises(
        InputError, match="cells are prisms; known are triangle, quadrilateral, tetrahedron, hexahedron"
    ):
        tagged_domain(prisms, {})


@pytest.mark.parametrize("kind", [mesh.CellType.hexahedron, mesh.CellType.tetrahedron])
def test_the_flow_of_a_developed_duct_through_a_section_is_exact(kind: mesh.CellType) -> None:
    """A biquadratic profile on bricks: a quadratic rule gave 4.9974e-8 for 5e-8 m3/s."""
    box = mesh.create_box(MPI.COMM_SELF, [(0.0, 0.0, 0.0), (1.0, 1.0, 1.0)], [2, 2, 2], kind)
    velocity = fem.Function(fem.functionspace(box, ("Lagrange", 4, (3,))))
    velocity.interpolate(lambda x: np.array([x[1] * (1 - x[1]) * x[2] * (1 - x[2]), 0.0 * x[1], 0.0 * x[1]]))
    section = plane_section(tagged_domain(box, {}), (0.3, 0.0, 0.0), (1.0, 0.0, 0.0))
    assert section.flow(velocity) == pytest.approx(1.0 / 36.0, rel=1e-12)


def test_a_value_where_cells_meet_is_their_mean() -> None:
    line = mesh.create_unit_square(MPI.COMM_SELF, 2, 1, mesh.CellType.quadrilateral)
    step = fem.Function(fem.functionspace(line, ("Discontinuous Lagrange", 0)))
    step.interpolate(lambda x: np.where(x[0] < 0.5, 1.0, 4.0))
    assert values_at(step, np.array([[0.2, 0.5], [0.5, 0.5], [0.9, 0.5]]))[:, 0].tolist() == [1.0, 2.5, 4.0]


def test_a_laminar_solution_of_a_turbulent_duct_is_told(problem: ConjugateProblem) -> None:
    """Re = rho U D_h / mu, D_h = 4 V / A_wall = 2 H: 2400 at 1.2 m/s in 1 mm of water."""
    said: list[str] = []
    openings = [FlowInlet("in"), FlowOutlet("out")]
    flow = FlowProblem(problem.fluid, 1000.0, 1e-3, 1e-3, None, said.append, boundaries=openings)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        flow.solve(1.1e-3)
    assert flow.reynolds == pytest.approx(2200.0)
    with pytest.warns(
        RuntimeWarning, match=r"Reynolds number is 2400 on the hydraulic diameter .* turbulent above 2300"
    ):
        flow.solve(1.2e-3)
    assert any("Reynolds number is 2400" in line for line in said)


@pytest.mark.mpi
@pytest.mark.parametrize("cells", [(1, 2), (2, 2)])
def test_ranks_without_cells_do_not_hang(cells: tuple[int, int]) -> None:
    """One cell of each body: most ranks have nothing of the fluid, or nothing at all."""
    together = bulk_temperature_at(solved(plate(MPI.COMM_WORLD, cells)).heat, "out")
    alone = None
    if MPI.COMM_WORLD.rank == 0:
        alone = bulk_temperature_at(solved(plate(MPI.COMM_SELF, cells)).heat, "out")
    assert together == pytest.approx(MPI.COMM_WORLD.bcast(alone), rel=1e-9)


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: Material(-1.0), r"a conductivity is -1 W/\(m K\); it must be finite and above 0 W/\(m K\)"),
        (lambda: Material(1.0, float("nan")), r"a volumetric heat capacity is nan J/\(m3 K\)"),
        (
            lambda: Convection("lid", -10.0, 300.0),
            r"the coefficient at 'lid' is -10 W/\(m2 K\); it must be finite and at least 0",
        ),
        (lambda: Convection("lid", 10.0, float("inf")), "the ambient temperature at 'lid' is inf K"),
        (lambda: FixedTemperature("lid", float("nan")), "the temperature of 'lid' is nan K; it must be finite"),
        (lambda: Flux("lid", float("inf")), "the flux into 'lid' is inf W/m2"),
        (lambda: Contact("floor", -0.1), "the contact resistance of 'floor' is -0.1 m2 K/W"),
        (lambda: Fluid(1000.0, -100.0, 0.6, 1e-3), r"fluid: the heat capacity is -100 J/\(kg K\)"),
        (
            lambda: FlowInlet("in", "develped"),
            "the profile of 'in' is 'develped'; it is 'developed', 'uniform' or a function",
        ),  # type: ignore[arg-type]
        (lambda: FlowOutlet("out", float("nan")), "the pressure at 'out' is nan Pa"),
    ],
)
def test_numbers_that_cannot_be_are_refused_where_they_are_given(make: Callable[[], object], sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        make()


def test_flows_and_heats_that_cannot_be_are_refused(problem: ConjugateProblem) -> None:
    openings, fluid = [FlowInlet("in"), FlowOutlet("out")], problem.fluid
    for density, viscosity, what in ((np.nan, 1e-3, "density is nan"), (1e3, -1.0, "viscosity is -1 Pa s")):
        with pytest.raises(InputError, match=what):
            FlowProblem(fluid, density, viscosity, 1e-3, boundaries=openings)
    flow = FlowProblem(fluid, 1e3, 1e-3, 1e-3, boundaries=openings)
    with pytest.raises(InputError, match="the flow rate into 'in' is nan m3/s"):
        flow.solve(np.nan)
    with pytest.raises(InputError, match="a Flux is no boundary condition of a flow"):
        FlowProblem(fluid, 1e3, 1e-3, 1e-3, boundaries=[*openings, Flux("floor", 1.0)])  # type: ignore[list-item]
    with pytest.raises(InputError, match="it needs the domain of the fluid alone"):
        FlowProblem(problem.domain, 1e3, 1e-3, 1e-3, boundaries=openings)  # type: ignore[arg-type]
    materials = {"copper": Material(390.0), "water": Material(0.6)}
    hot = FixedTemperature("in", 300.0)
    for conditions, contacts, what in (
        ([hot, FlowOutlet("out")], [], "a FlowOutlet is no condition of heat"),
        ([hot, Flux("floor", 1e3)], [], "'floor' is no exterior surface, and a condition there would do nothing"),
        ([hot], [Contact("floor", 0.1)] * 2, "'floor' has two contacts; a surface takes one"),
    ):
        with pytest.raises(InputError, match=what):
            HeatProblem(problem.domain, materials, conditions, contacts=contacts)  # type: ignore[arg-type]
