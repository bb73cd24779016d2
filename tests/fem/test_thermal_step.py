"""Thermal step of the peers' case A: copper and flowing water at the inlet temperature, heat flux switched on at time 0.

The velocity stays that of the steady flow. Early the base is a semi-infinite solid, late the temperature is the steady
one; between, an exponential of the semi-discrete equations, assembled here by hand, tells what the steps should give.
"""

from importlib import import_module
from math import pi, sqrt
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import ufl
from dolfinx import fem
from mpi4py import MPI
from scipy.linalg import expm

from rack2city.fem.heat.advection.upwind import BOUNDED, GALERKIN, Advection
from rack2city.fem.heat.conditions import Condition, Flux, HeatInlet, HeatOutlet, Material, Stream
from rack2city.fem.heat.problem import HeatProblem
from rack2city.fem.heat.quantities import bulk_temperature_at
from rack2city.fem.heat.transient import TransientHeat
from rack2city.fem.mesh.compilation import jit_options
from rack2city.fem.mesh.domain import Domain, FluidDomain, fluid_domain, read_domain
from rack2city.fem.mesh.quantities import mean_over_surface
from rackmesh.published.peer_cases import BASE, CELL_LENGTH, CHANNEL, HALF_FIN, HEIGHT, CellMesh, cell_blocks
from rackmesh.tensor import write_blocks
from tests.fem.heat_cases import orders

BENCH = Path(__file__).resolve().parents[2] / "hpc" / "bench"
COPPER = 8960.0 * 385.0  # J/(m3 K)
WIDTH = 0.5 * CHANNEL + HALF_FIN
STEP = CellMesh(entrance=5, length=4, channel=1, channel_ratio=1.0, height=4, height_ratio=8.0, base=8, base_ratio=1.0)
SMALL = CellMesh(entrance=3, length=2, channel=1, channel_ratio=1.0, height=3, height_ratio=4.0, base=2, base_ratio=1.0)


@pytest.fixture(scope="module")
def bench() -> Any:
    """The benchmark's modules: meshes and references, and the solved cases."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(BENCH))
        yield SimpleNamespace(cases=import_module("plate_cases"), plates=import_module("cold_plates"))


def flowing(bench: Any, cells: CellMesh, path: Path) -> tuple[Domain, FluidDomain, fem.Function]:
    """Case A's steady flow on a mesh."""
    write_blocks(cell_blocks(cells), path)
    domain = read_domain(path, MPI.COMM_SELF)
    fluid = fluid_domain(domain)
    flow = bench.plates.flow_problem(fluid)
    flow.solve(bench.cases.SPEED * bench.cases.open_area("A")[0])
    return domain, fluid, flow.velocity()


@pytest.fixture(scope="module")
def stepped(bench: Any, tmp_path_factory: pytest.TempPathFactory) -> tuple[Domain, FluidDomain, fem.Function]:
    return flowing(bench, STEP, tmp_path_factory.mktemp("step") / "a.msh")


def heat_problem(
    bench: Any, flow: tuple[Domain, FluidDomain, fem.Function], transient: bool = True, advection: Advection = BOUNDED
) -> HeatProblem:
    domain, fluid, velocity = flow
    cases = bench.cases
    materials = {
        "fluid": Material(cases.CONDUCTIVITY, cases.DENSITY * cases.SPECIFIC_HEAT),
        "solid": Material(cases.SOLID_CONDUCTIVITY, COPPER),
    }
    conditions: list[Condition] = [HeatInlet("inlet", cases.INLET_K), HeatOutlet("outlet"), Flux("heated", cases.FLUX)]
    stream = Stream(("fluid",), velocity, fluid.cell_map)
    return HeatProblem(domain, materials, conditions, [stream], transient=transient, advection=advection)


def stored_heat(problem: HeatProblem, bench: Any) -> float:
    """Heat above the inlet temperature (J)."""
    dx, rise = problem.domain.dx, problem.temperature - bench.cases.INLET_K
    capacities = {"fluid": bench.cases.DENSITY * bench.cases.SPECIFIC_HEAT, "solid": COPPER}
    return problem.domain.integral(
        sum(capacities[name] * rise * dx(tag) for name, tag in problem.domain.volumes.items())
    )


def heat_capacity(bench: Any) -> float:
    """Of all copper and water, from the dimensions (J/K)."""
    copper = (WIDTH * BASE + HALF_FIN * HEIGHT) * CELL_LENGTH
    water = 0.5 * CHANNEL * HEIGHT * CELL_LENGTH
    return copper * COPPER + water * bench.cases.DENSITY * bench.cases.SPECIFIC_HEAT


def test_early_the_base_is_a_semi_infinite_solid(bench: Any, stepped: tuple[Domain, FluidDomain, fem.Function]) -> None:
    """The heated face rises by 2 q sqrt(t / (pi k rho c)) while sqrt(a t) is a small part of the base's 2 mm.

    All heat is still inside then: the mean temperature, weighted with the heat capacity, rises by q A / (sum of rho c V).
    """
    problem = heat_problem(bench, stepped)
    run = TransientHeat(problem, bench.cases.INLET_K)
    k, q = bench.cases.SOLID_CONDUCTIVITY, bench.cases.FLUX
    end, steps = 0.1 * BASE**2 * COPPER / k, 24
    put_in = q * WIDTH * CELL_LENGTH
    for i in range(1, steps + 1):  # steps that grow: the temperature rises with the root of time
        run.step(end * (i**2 - (i - 1) ** 2) / steps**2, flow_changed=False)
        if 2 * i >= steps:
            rise = mean_over_surface(problem.domain, problem.temperature, "heated") - bench.cases.INLET_K
            assert rise == pytest.approx(2.0 * q * sqrt(run.time / (pi * k * COPPER)), rel=4e-3)
    assert rise == pytest.approx(2.0 * q * sqrt(end / (pi * k * COPPER)), rel=1e-3)
    mean_rise = stored_heat(problem, bench) / heat_capacity(bench)
    assert mean_rise == pytest.approx(put_in * end / heat_capacity(bench), rel=1e-5)


def test_each_step_balances_and_the_end_is_steady(
    bench: Any, stepped: tuple[Domain, FluidDomain, fem.Function]
) -> None:
    """Heat put in is stored or leaves with the stream, both counted apart from the solver's own account."""
    problem = heat_problem(bench, stepped)
    run = TransientHeat(problem, bench.cases.INLET_K)
    flow_rate = bench.cases.SPEED * bench.cases.open_area("A")[0]
    put_in = bench.cases.FLUX * WIDTH * CELL_LENGTH
    capacity_flow = bench.cases.DENSITY * bench.cases.SPECIFIC_HEAT * flow_rate
    heat, dt = [0.0, 0.0], 0.0
    for i in range(22):
        before, dt = dt, 4e-3 * 1.45**i
        report = run.step(dt, flow_changed=False)
        heat.append(stored_heat(problem, bench))
        w = dt / before if before else 0.0
        weights = (w**2 / (1.0 + w), -(1.0 + w), (1.0 + 2.0 * w) / (1.0 + w))  # backward Euler for w = 0
        stored = float(np.dot(weights, heat[-3:])) / dt
        carried = capacity_flow * (bulk_temperature_at(problem, "outlet") - bench.cases.INLET_K)
        assert report.balance.relative < 1e-8
        assert stored + carried == pytest.approx(put_in, rel=1e-8)
    assert run.time > 20.0
    steady = heat_problem(bench, stepped, transient=False)
    steady.solve()
    rise = np.max(steady.temperature.x.array) - bench.cases.INLET_K
    assert np.max(np.abs(problem.temperature.x.array - steady.temperature.x.array)) < 1e-6 * rise
    assert heat[-1] / put_in == pytest.approx(stored_heat(steady, bench) / put_in, rel=1e-6)


def semi_discrete(problem: HeatProblem, flow: tuple[Domain, FluidDomain, fem.Function], bench: Any) -> Any:
    """Temperature rise over time by the exponential of the matrices, assembled here: heat of capacity, transport, load."""
    domain, fluid, velocity = flow
    cases, theta, s = bench.cases, ufl.TrialFunction(problem.space), ufl.TestFunction(problem.space)
    dx, ds = domain.dx(metadata={"quadrature_degree": 6}), domain.ds(metadata={"quadrature_degree": 6})
    water, wet, dry = cases.DENSITY * cases.SPECIFIC_HEAT, dx(domain.volumes["fluid"]), dx(domain.volumes["solid"])
    gradients = ufl.inner(ufl.grad(theta), ufl.grad(s))
    leaving = ufl.dot(velocity, ufl.FacetNormal(domain.mesh)) * theta * s * ds(domain.surfaces["outlet"])
    transport = cases.CONDUCTIVITY * gradients * wet + cases.SOLID_CONDUCTIVITY * gradients * dry
    transport += water * (leaving - theta * ufl.dot(velocity, ufl.grad(s)) * wet)
    capacity = water * theta * s * wet + COPPER * theta * s * dry

    def assembled(form: ufl.Form) -> Any:
        compiled = fem.form(form, entity_maps=[fluid.cell_map], jit_options=jit_options())
        return fem.assemble_matrix(compiled).to_dense() if compiled.rank == 2 else fem.assemble_vector(compiled).array

    m, k, b = assembled(capacity), assembled(transport), assembled(cases.FLUX * s * ds(domain.surfaces["heated"]))
    steady, decay = np.linalg.solve(k, b), np.linalg.solve(m, k)
    return lambda time: steady - expm(-time * decay) @ steady


def test_order_in_the_step_against_the_matrix_exponential(bench: Any, tmp_path: Path) -> None:
    flow = flowing(bench, SMALL, tmp_path / "a.msh")
    end, errors = 0.12, list[float]()
    for steps in (12, 24, 48):
        problem = heat_problem(bench, flow, advection=GALERKIN)
        run = TransientHeat(problem, bench.cases.INLET_K)
        for _ in range(steps):
            run.step(end / steps, flow_changed=False)
        if not errors:
            exact = semi_discrete(problem, flow, bench)(end)
        rise = problem.temperature.x.array - bench.cases.INLET_K
        errors.append(float(np.linalg.norm(rise - exact) / np.linalg.norm(exact)))
    assert orders(errors)[-1] == pytest.approx(2.0, abs=0.15)
    assert errors[-1] < 3e-4
