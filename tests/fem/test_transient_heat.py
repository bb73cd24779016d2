"""Heat over time: lumped and semi-infinite bodies, order two in the step, and balances that close in each step."""

from math import erfc, exp, sqrt

import numpy as np
import pytest
import ufl

from rack2city.errors import InputError
from rack2city.fem.heat.conditions import (
    Convection,
    FixedTemperature,
    Flux,
    HeatInlet,
    HeatOutlet,
    Material,
    Source,
    Stream,
)
from rack2city.fem.heat.problem import HeatProblem
from rack2city.fem.heat.transient import TransientHeat
from tests.fem.heat_cases import all_of, at, between, box, orders

AMBIENT, START = 300.0, 350.0


def lumped(h: float = 20.0, conductivity: float = 1e6) -> HeatProblem:
    """A metre cube, so conductive that it has one temperature, cooled on one side."""
    domain = box("quadrilateral", (1.0, 1.0), (2, 2), {"cooled": at(0, 1.0)})
    material = {"fluid": Material(conductivity, 1000.0)}
    return HeatProblem(domain, material, [Convection("cooled", h, AMBIENT)], transient=True)


def test_lumped_body_cools_exponentially_with_order_two() -> None:
    errors = []
    for steps in (20, 40, 80):
        problem = lumped()
        run = TransientHeat(problem, START)
        for _ in range(steps):
            report = run.step(50.0 / steps, flow_changed=False)
            assert report.balance.relative < 1e-8
            assert report.stored == pytest.approx(report.inflows["cooled"], rel=1e-8)
        mean = problem.domain.integral(problem.temperature * problem.domain.dx)
        errors.append(abs(mean - AMBIENT - 50.0 * exp(-1.0)))
    assert run.time == pytest.approx(50.0)
    assert errors[-1] < 0.01
    assert orders(errors)[-1] == pytest.approx(2.0, abs=0.15)


def test_steps_may_change_and_nothing_stored_is_lost() -> None:
    problem = lumped(h=0.5, conductivity=2.0)
    run, lost = TransientHeat(problem, lambda x: START + 10.0 * x[0] ** 2), 0.0
    before = problem.domain.integral(problem.temperature * problem.domain.dx)
    first = run.step(3.0)
    after = problem.domain.integral(problem.temperature * problem.domain.dx)
    assert 1000.0 * (before - after) == pytest.approx(-3.0 * first.inflows["cooled"], rel=1e-9)
    for dt in (3.0, 6.0, 2.0, 2.0, 11.0):
        lost = max(lost, run.step(dt).balance.relative)
    assert lost < 1e-8


def test_order_two_with_manufactured_temperature() -> None:
    """T = 300 + sin(t) (x² + y²): quadratic in space, so that all error is in time; steps alternate 1 : 2."""
    errors = []
    for steps in (8, 16, 32):
        domain = box("triangle", (1.0, 1.0), (2, 2), {"rim": lambda x: np.full(x.shape[1], True)})
        x, time = ufl.SpatialCoordinate(domain.mesh), 0.0
        problem = HeatProblem(
            domain,
            {"fluid": Material(2.0, 3.0)},
            [FixedTemperature("rim", lambda x: 300.0 + 0.0 * x[0]), Source("fluid", lambda x: 0.0 * x[0])],
            transient=True,
        )
        run = TransientHeat(problem, 300.0)
        for i in range(steps):
            dt = (2.0 if i % 2 else 1.0) * 4.0 / (3.0 * steps)
            time += dt
            run.step(
                dt,
                {
                    "rim": lambda x, t=time: 300.0 + np.sin(t) * (x[0] ** 2 + x[1] ** 2),
                    "fluid": lambda x, t=time: 3.0 * np.cos(t) * (x[0] ** 2 + x[1] ** 2) - 8.0 * np.sin(t),
                },
                flow_changed=False,
            )
        error = problem.temperature - 300.0 - np.sin(time) * (x[0] ** 2 + x[1] ** 2)
        errors.append(sqrt(domain.integral(error**2 * domain.dx)))
    assert orders(errors)[-1] == pytest.approx(2.0, abs=0.15)


def test_semi_infinite_solid_follows_erfc() -> None:
    """A surface raised by 50 K at once: T and the heat taken up, 2 k dT sqrt(t / (pi a)), of the half space."""
    k, capacity, end = 2.0, 4.0, 0.02
    diffusivity = k / capacity
    domain = box(
        "quadrilateral",
        (1.0, 0.1),
        (40, 1),
        {"hot": at(0, 0.0)},
        grade=lambda x: x * np.column_stack([x[:, 0], *2 * [np.ones(len(x))]]),
    )
    problem = HeatProblem(domain, {"fluid": Material(k, capacity)}, [FixedTemperature("hot", START)], transient=True)
    run = TransientHeat(problem, AMBIENT)
    steps = 60
    for i in range(steps):  # steps that grow: the flux is infinite at the beginning
        dt = end * (((i + 1) / steps) ** 3 - (i / steps) ** 3)
        run.step(dt, flow_changed=False)
    x = problem.space.tabulate_dof_coordinates()[:, 0]
    exact = AMBIENT + (START - AMBIENT) * np.array([erfc(v / (2.0 * sqrt(diffusivity * end))) for v in x])
    assert np.max(np.abs(problem.temperature.x.array - exact)) < 2e-3 * (START - AMBIENT)
    taken = capacity * domain.integral((problem.temperature - AMBIENT) * domain.dx)
    expected = 2.0 * k * (START - AMBIENT) * sqrt(end / (np.pi * diffusivity)) * 0.1
    assert taken == pytest.approx(expected, rel=2e-3)
    flux = k * (START - AMBIENT) / sqrt(np.pi * diffusivity * end) * 0.1
    assert problem.report is not None
    assert problem.report.inflows["hot"] == pytest.approx(flux, rel=2e-3)


def test_thermal_step_in_a_channel_closes_its_energy_and_becomes_steady() -> None:
    """A channel between solid walls, heat switched on, then hotter coolant: every step balances, the end is steady."""
    volumes = {"fluid": between(1, 0.0, 0.5), "wall": between(1, 0.5, 1.0)}
    surfaces = {
        "inlet": all_of(at(0, 0.0), between(1, 0.0, 0.5)),
        "outlet": all_of(at(0, 4.0), between(1, 0.0, 0.5)),
        "heated": at(1, 1.0),
    }
    domain = box("quadrilateral", (4.0, 1.0), (8, 8), surfaces, volumes)
    y = ufl.SpatialCoordinate(domain.mesh)[1]
    stream = Stream(("fluid",), ufl.as_vector([1.5 * (1.0 - (2.0 * y) ** 2), 0.0]))
    materials = {"fluid": Material(0.6, 40.0), "wall": Material(50.0, 30.0)}
    conditions = [HeatInlet("inlet", AMBIENT), HeatOutlet("outlet"), Flux("heated", 100.0)]
    run_problem = HeatProblem(domain, materials, conditions, [stream], transient=True)
    run = TransientHeat(run_problem, AMBIENT)
    worst, stored = 0.0, 0.0
    for i in range(52):
        report = run.step(0.25 * 1.15**i, {"inlet": AMBIENT + 10.0} if i == 10 else None)
        worst, stored = max(worst, report.balance.relative), report.stored
    assert worst < 1e-8
    assert abs(stored) < 1e-6 * 400.0
    steady = HeatProblem(domain, materials, [HeatInlet("inlet", AMBIENT + 10.0), *conditions[1:]], [stream])
    steady.solve()
    assert np.max(np.abs(steady.temperature.x.array - run_problem.temperature.x.array)) < 1e-4
    assert report.inflows["outlet"] == pytest.approx(-400.0, rel=1e-6)


def test_a_steady_problem_cannot_run_in_time() -> None:
    domain = box("triangle", (1.0, 1.0), (1, 1), {"cold": at(0, 0.0)})
    problem = HeatProblem(domain, {"fluid": Material(1.0)}, [FixedTemperature("cold", 300.0)])
    with pytest.raises(InputError, match="transient=True"):
        TransientHeat(problem)
