"""Contact resistance, composite walls and fixed temperatures: exact answers, exact balances."""

import numpy as np
import pytest
from mpi4py import MPI

from rack2city.errors import InputError
from rack2city.fem.heat.conditions import Contact, Convection, FixedTemperature, Flux, Material, Source
from rack2city.fem.heat.problem import HeatProblem
from rack2city.fem.mesh.domain import Domain
from rack2city.fem.mesh.quantities import mean_over_surface
from tests.fem.heat_cases import all_of, at, between, box

COPPER, GREASE, AMBIENT = 390.0, 0.6, 300.0


def wall(cell: str, comm: MPI.Comm = MPI.COMM_SELF, n: int = 4) -> Domain:
    """Two layers along x, of 1 and 2 m, that meet at the surface `tim`."""
    flat = cell in ("triangle", "quadrilateral")
    surfaces = {"hot": at(0, 0.0), "cold": at(0, 3.0), "tim": at(0, 1.0)}
    volumes = {"chip": between(0, 0.0, 1.0), "base": between(0, 1.0, 3.0)}
    upper, cells = ((3.0, 1.0), (3 * n, n)) if flat else ((3.0, 1.0, 1.0), (3 * n, n, n))
    return box(cell, upper, cells, surfaces, volumes, comm)


@pytest.mark.parametrize("cell", ["triangle", "quadrilateral", "tetrahedron", "hexahedron"])
def test_composite_wall_is_exact(cell: str) -> None:
    domain = wall(cell, n=2)
    r, h, q = 2e-3, 50.0, 1000.0
    problem = HeatProblem(
        domain,
        {"chip": Material(GREASE), "base": Material(COPPER)},
        [Flux("hot", q), Convection("cold", h, AMBIENT)],
        contacts=[Contact("tim", r)],
    )
    report = problem.solve()
    hot = mean_over_surface(domain, problem.temperature, "hot")
    assert hot - AMBIENT == pytest.approx(q * (1.0 / GREASE + r + 2.0 / COPPER + 1.0 / h), rel=1e-11)
    assert report.inflows == pytest.approx({"hot": q, "cold": -q}, rel=1e-10)
    # both sides of the contact, node by node: nothing but the two temperatures of the exact solution
    at_contact = problem.temperature.x.array[np.isclose(problem.space.tabulate_dof_coordinates()[:, 0], 1.0)]
    base = AMBIENT + q * (1.0 / h + 2.0 / COPPER)
    assert sorted(set(np.round(at_contact, 6))) == pytest.approx([base, base + q * r], abs=1e-6)


@pytest.mark.parametrize("cell", ["triangle", "hexahedron"])
def test_fixed_temperatures_give_the_exact_heat_flow(cell: str) -> None:
    domain = wall(cell, n=2)
    r = 0.5
    problem = HeatProblem(
        domain,
        {"chip": Material(GREASE), "base": Material(COPPER)},
        [FixedTemperature("hot", 350.0), FixedTemperature("cold", 300.0)],
        contacts=[Contact("tim", r)],
    )
    flow = 50.0 / (1.0 / GREASE + r + 2.0 / COPPER)
    assert problem.solve().inflows == pytest.approx({"hot": flow, "cold": -flow}, rel=1e-10)


def test_small_resistance_is_continuity_and_a_large_one_insulates() -> None:
    domain = wall("triangle", n=2)
    hot = []
    for r in (1e-7, 1e12):
        problem = HeatProblem(
            domain,
            {"chip": Material(1.0), "base": Material(1.0)},
            [FixedTemperature("hot", 301.0), FixedTemperature("cold", 300.0)],
            contacts=[Contact("tim", r)],
        )
        hot.append(problem.solve().inflows["hot"])
    assert hot[0] == pytest.approx(1.0 / (3.0 + 1e-7), rel=1e-9)
    assert abs(hot[1]) < 1e-10


def slit_resistance(n: int, comm: MPI.Comm = MPI.COMM_SELF) -> float:
    """Resistance that a perfect slit over half the interface of two unit squares adds."""
    surfaces = {"hot": at(0, 0.0), "cold": at(0, 2.0), "tim": all_of(at(0, 1.0), between(1, 0.0, 0.5))}
    volumes = {"a": between(0, 0.0, 1.0), "b": between(0, 1.0, 2.0)}
    problem = HeatProblem(
        box("quadrilateral", (2.0, 1.0), (2 * n, n), surfaces, volumes, comm),
        {"a": Material(1.0), "b": Material(1.0)},
        [FixedTemperature("hot", 301.0), FixedTemperature("cold", 300.0)],
        contacts=[Contact("tim", 1e9)],
    )
    if comm.size == 1:  # nodes inside the contact are double, those at its edge, where the bond goes on, are not
        x = problem.space.tabulate_dof_coordinates()
        points, counts = np.unique(np.round(x[np.isclose(x[:, 0], 1.0), 1], 9), return_counts=True)
        assert np.array_equal(counts, np.where(points < 0.5 - 1e-6, 2, 1))
    return 1.0 / problem.solve().inflows["hot"] - 2.0


def test_contact_on_a_part_of_an_interface_closes_at_its_edge() -> None:
    """A slit over half the height of a strip adds the length (4 / pi) ln sec(pi / 4), its ends being far.

    The tip is singular: first order, so extrapolated.
    """
    coarse, fine = slit_resistance(8), slit_resistance(16)
    assert 2.0 * fine - coarse == pytest.approx(4.0 / np.pi * np.log(1.0 / np.cos(np.pi / 4.0)), rel=0.005)


def test_three_bodies_that_meet_at_a_line() -> None:
    """Two contacts end on a third: every body keeps its own copy of the nodes of the line."""
    volumes = {
        "a": all_of(between(0, 0.0, 1.0), between(1, 0.0, 1.0)),
        "b": all_of(between(0, 1.0, 2.0), between(1, 0.0, 1.0)),
        "c": between(1, 1.0, 2.0),
    }
    surfaces = {"side": all_of(at(0, 1.0), between(1, 0.0, 1.0)), "top": at(1, 1.0), "cold": at(1, 2.0)}
    domain = box("triangle", (2.0, 2.0), (4, 4), surfaces, volumes)
    problem = HeatProblem(
        domain,
        {name: Material(1e3) for name in volumes},
        [Source("a", 100.0), Convection("cold", 10.0, AMBIENT)],
        contacts=[Contact("side", 0.5), Contact("top", 0.25)],
    )
    report = problem.solve()
    x = problem.space.tabulate_dof_coordinates()
    assert int(np.all(np.isclose(x[:, :2], [1.0, 1.0]), axis=1).sum()) == 3
    assert report.inflows["cold"] == pytest.approx(-100.0, rel=1e-10)
    # Nearly isothermal bodies: 4 W/K from a and from b to c, 2 W/K between a and b, 20 W/K to the ambient.
    c = AMBIENT + 100.0 / 20.0
    b = 100.0 * 2.0 / (4.0 * 4.0 + 2.0 * 2.0 * 4.0)  # above c, from the two nodal balances
    means = {
        name: domain.integral(problem.temperature * domain.dx(tag)) / (2.0 if name == "c" else 1.0)
        for name, tag in domain.volumes.items()
    }
    assert means["b"] - c == pytest.approx(b, rel=0.01)
    assert means["a"] - c == pytest.approx((6.0 / 2.0) * b, rel=0.01)


def test_contact_inside_one_volume_group_is_refused() -> None:
    domain = box("triangle", (2.0, 1.0), (4, 2), {"hot": at(0, 0.0), "tim": at(0, 1.0)})
    with pytest.raises(InputError, match="must lie between two different volume groups; of its 2 facets 0 are on the"):
        HeatProblem(domain, {"fluid": Material(1.0)}, [FixedTemperature("hot", 300.0)], contacts=[Contact("tim", 1.0)])


def wall_figures(comm: MPI.Comm) -> list[float]:
    domain = wall("tetrahedron", comm)
    problem = HeatProblem(
        domain,
        {"chip": Material(GREASE), "base": Material(COPPER)},
        [Flux("hot", lambda x: 1e3 * (1.0 + x[1])), Convection("cold", 50.0, AMBIENT), Source("base", 10.0)],
        contacts=[Contact("tim", 2e-3)],
    )
    report = problem.solve()
    slit = slit_resistance(6, comm)
    square = domain.integral(problem.temperature**2 * domain.dx)
    return [*report.inflows.values(), slit, square, mean_over_surface(domain, problem.temperature, "hot")]


@pytest.mark.mpi
def test_one_rank_and_all_ranks_agree() -> None:
    together = wall_figures(MPI.COMM_WORLD)
    alone = wall_figures(MPI.COMM_SELF)
    assert together == pytest.approx(alone, rel=1e-9)
