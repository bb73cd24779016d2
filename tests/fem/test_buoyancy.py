"""The differentially heated square cavity, Pr 0.71, against the recomputed benchmark of de Vahl Davis."""

from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd
import pytest
import ufl
from mpi4py import MPI

from rack2city.errors import InputError
from rack2city.fem.coupled.couplings import Buoyancy, Fluid
from rack2city.fem.coupled.problem import ConjugateProblem
from rack2city.fem.flow.boundaries import FlowOutlet
from rack2city.fem.heat.conditions import FixedTemperature, HeatOutlet
from rack2city.fem.solvers.anderson import Anderson
from tests.fem.heat_cases import at, box

PRANDTL, COLD = 0.71, 299.5


def cavity(
    rayleigh: float, n: int, comm: MPI.Comm = MPI.COMM_SELF, coupling: Literal["newton", "exchange"] = "newton"
) -> ConjugateProblem:
    """Unit cavity with diffusivity 1, so that velocities come in alpha / H; cells finer towards the walls."""

    def grade(x: np.ndarray) -> np.ndarray:
        return np.column_stack([0.5 * (1.0 - np.cos(np.pi * x[:, :2])), x[:, 2]])

    domain = box("quadrilateral", (1.0, 1.0), (n, n), {"hot": at(0, 0.0), "cold": at(0, 1.0)}, comm=comm, grade=grade)
    return ConjugateProblem(
        domain,
        Fluid(density=1.0, heat_capacity=1.0, conductivity=1.0, viscosity=PRANDTL),
        solids={},
        boundaries=(),
        conditions=[FixedTemperature("hot", COLD + 1.0), FixedTemperature("cold", COLD)],
        couplings=[Buoyancy(expansion=1.0, gravity=(0.0, -rayleigh * PRANDTL), neutral_k=300.0)],
        speed=0.2 * (rayleigh * PRANDTL) ** 0.5,
        method=coupling,
    )


def largest(problem: ConjugateProblem, component: int, axis: int) -> float:
    """Largest velocity component along the mid-plane of an axis, at the nodes' parabola through the largest three."""
    velocity = problem.velocity
    x = velocity.function_space.tabulate_dof_coordinates()
    values = velocity.x.array.reshape(len(x), -1)[:, component]
    line = np.isclose(x[:, axis], 0.5)
    s, v = x[line, 1 - axis], values[line]
    order = np.argsort(s)
    s, v = s[order], v[order]
    i = int(np.argmax(v))
    a, b, c = np.polyfit(s[i - 1 : i + 2] - s[i], v[i - 1 : i + 2], 2)
    return float(c - b * b / (4.0 * a))


@pytest.mark.reference
@pytest.mark.parametrize(("rayleigh", "n"), [(1e3, 12), (1e4, 14), (1e5, 20), (1e6, 28)])
def test_cavity_agrees_with_the_benchmark(rayleigh: float, n: int, reference: Path) -> None:
    problem = cavity(rayleigh, n)
    report = problem.solve()
    heat = problem.heat.report
    assert heat is not None
    row = pd.read_csv(reference / "heat" / "dvd_recomputed.csv", comment="#").set_index("Ra").loc[rayleigh]
    accurate = pd.read_csv(reference / "heat" / "devahldavis1983.csv", comment="#").set_index("Ra").loc[rayleigh]
    u, v, nusselt = largest(problem, 0, 0), largest(problem, 1, 1), heat.inflows["hot"]
    print(
        f"Ra {rayleigh:g} n {n}: u {u:.4f} ({row.u_max}), v {v:.4f} ({row.v_max}), Nu {nusselt:.5f} "
        f"({accurate.Nu_accurate_later_literature}), {report}"
    )
    assert u == pytest.approx(row.u_max, rel=5e-3)
    assert v == pytest.approx(row.v_max, rel=5e-3)
    assert nusselt == pytest.approx(accurate.Nu_accurate_later_literature, rel=5e-3)
    assert heat.inflows["cold"] == pytest.approx(-nusselt, rel=1e-8)


def test_exchange_with_anderson_reaches_the_same_flow() -> None:
    found = []
    couplings: tuple[Literal["newton", "exchange"], ...] = ("newton", "exchange")
    for coupling in couplings:
        problem = cavity(1e4, 6, coupling=coupling)
        problem.solve()
        assert problem.heat.report is not None
        found.append(problem.heat.report.inflows["hot"])
    assert found[1] == pytest.approx(found[0], rel=1e-7)


@pytest.mark.mpi
def test_one_rank_and_all_ranks_agree() -> None:
    figures = []
    for comm in (MPI.COMM_WORLD, MPI.COMM_SELF):
        problem = cavity(1e4, 6, comm)
        problem.solve()
        assert problem.heat.report is not None
        kinetic = problem.fluid.integral(ufl.inner(problem.velocity, problem.velocity) * ufl.dx(problem.fluid.mesh))
        figures.append([*problem.heat.report.inflows.values(), kinetic])
    assert figures[0] == pytest.approx(figures[1], rel=1e-9)


def test_anderson_solves_a_linear_problem_in_as_many_steps_as_unknowns() -> None:
    """A map that spreads: plain iteration diverges, the mix is exact once it knows the space."""
    rng = np.random.default_rng(1)
    matrix, right = np.diag([3.0, -2.0, 0.5]) + 0.1 * rng.normal(size=(3, 3)), np.array([1.0, 2.0, 3.0])
    mixer, x = Anderson(MPI.COMM_SELF), np.zeros(3)
    for _ in range(5):
        x = mixer.next(x, matrix @ x + right)
    assert x == pytest.approx(np.linalg.solve(np.eye(3) - matrix, right), rel=1e-9)


def test_gravity_has_the_dimensions_of_the_mesh() -> None:
    domain = box("triangle", (1.0, 1.0), (2, 2), {"hot": at(0, 0.0)})
    with pytest.raises(InputError, match="gravity needs 2 entries, not 3"):
        ConjugateProblem(
            domain,
            Fluid(1.0, 1.0, 1.0, 1.0),
            {},
            (),
            [FixedTemperature("hot", 300.0)],
            [Buoyancy(1.0, (0.0, 0.0, 1.0), 300.0)],
            speed=1.0,
        )


@pytest.mark.parametrize("method", ["newton", "exchange"])
def test_an_open_cavity_draws_in_what_is_around_it(method: Literal["newton", "exchange"]) -> None:
    """Ra = 1000, Pr = 0.71, hot wall opposite the opening: Nu 1.2-1.3, as the exchange of fields finds it."""
    problem = ConjugateProblem(
        box("quadrilateral", (1.0, 1.0), (12, 12), {"hot": at(0, 0.0), "open": at(0, 1.0)}),
        Fluid(1.0, 1.0, 1.0, 0.71),
        {},
        [FlowOutlet("open")],
        [FixedTemperature("hot", 1.0), HeatOutlet("open", 0.0)],
        [Buoyancy(1.0, (0.0, -1e3 * 0.71), 0.0)],
        speed=np.sqrt(710.0),
        method=method,
    )
    problem.solve()
    temperature = problem.heat.temperature.x.array
    assert 1.2 < problem.heat.report.balance.entering < 1.3
    assert temperature.min() > -1e-3  # nothing is colder than what is drawn in
    assert temperature.max() < 1.0 + 1e-3
