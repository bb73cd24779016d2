"""Ducts and plates: developed and developing Nusselt numbers against the computed tables, and a fin against its series.

A duct's cross-section needs nothing but conduction: its velocity is a source of one, its temperature under uniform axial
heating (H1) a sink as strong as the velocity, its first decay along isothermal walls (T) an inverse iteration, and its
thermal entry a march in which the velocity is the heat capacity and the length the time. Plates are also solved as
they are, in the plane of the stream.
"""

from dataclasses import dataclass
from functools import cache
from math import cos, log, pi, sin, tan, tanh
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import ufl
from dolfinx import fem
from scipy.optimize import brentq

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
from rack2city.fem.mesh.domain import Domain
from tests.fem.heat_cases import at, between, box

pytestmark = pytest.mark.reference
ASPECTS = (1.0, 0.5, 0.25, 0.125)


@dataclass(frozen=True)
class Section:
    """A quarter of a duct's section, walls at x = 1 / 2 aspect and y = 1 / 2, and its velocity over the mean."""

    domain: Domain
    velocity: fem.Function
    area: float
    perimeter: float

    @property
    def diameter(self) -> float:
        return 4.0 * self.area / self.perimeter


def quarter(aspect: float, n: int = 10) -> Domain:
    """Mesh of the quarter, finer towards the walls."""
    long = 0.5 / aspect
    return box(
        "quadrilateral",
        (1.0, 1.0),
        (n, n),
        {"wall": lambda x: np.isclose(x[0], long) | np.isclose(x[1], 0.5)},
        grade=lambda x: np.column_stack([long * np.sin(0.5 * pi * x[:, 0]), 0.5 * np.sin(0.5 * pi * x[:, 1]), x[:, 2]]),
    )


@cache
def section(aspect: float) -> Section:
    """The section with its velocity, the solution of a Poisson problem."""
    domain, area = quarter(aspect), 0.25 / aspect
    problem = HeatProblem(domain, {"fluid": Material(1.0)}, [Source("fluid", 1.0), FixedTemperature("wall", 0.0)])
    problem.solve()
    velocity = problem.temperature.copy()
    velocity.x.array[:] /= domain.integral(velocity * domain.dx) / area
    return Section(domain, velocity, area, 0.5 * (1.0 + 1.0 / aspect))


def table(reference: Path, name: str) -> pd.DataFrame:
    return pd.read_csv(reference / "heat" / name, comment="#")


@pytest.mark.parametrize("aspect", ASPECTS)
def test_developed_duct_with_uniform_axial_heating(aspect: float, reference: Path) -> None:
    duct = section(aspect)
    problem = HeatProblem(
        duct.domain, {"fluid": Material(1.0)}, [Source("fluid", -duct.velocity), FixedTemperature("wall", 0.0)]
    )
    assert problem.solve().inflows["wall"] == pytest.approx(duct.area, rel=1e-9)
    bulk = duct.domain.integral(duct.velocity * problem.temperature * duct.domain.dx) / duct.area
    rows = table(reference, "rect_duct_fully_developed_computed.csv").set_index("alpha")
    assert duct.diameter**2 / (4.0 * -bulk) == pytest.approx(rows.loc[aspect, "Nu_H1"], rel=1e-4)


@pytest.mark.parametrize("aspect", ASPECTS)
def test_developed_duct_with_isothermal_walls(aspect: float, reference: Path) -> None:
    duct = section(aspect)
    last = fem.Function(duct.velocity.function_space)
    last.x.array[:] = duct.velocity.x.array
    problem = HeatProblem(
        duct.domain, {"fluid": Material(1.0)}, [Source("fluid", duct.velocity * last), FixedTemperature("wall", 0.0)]
    )
    decay = 0.0
    for report in problem.solve_loads([{}] * 60):
        # lambda = q / bulk of the state that is its own source
        bulk = duct.domain.integral(duct.velocity * problem.temperature * duct.domain.dx)
        decay = -report.inflows["wall"] / bulk
        last.x.array[:] = problem.temperature.x.array / bulk
    rows = table(reference, "rect_duct_fully_developed_computed.csv").set_index("alpha")
    assert decay * duct.diameter**2 / 4.0 == pytest.approx(rows.loc[aspect, "Nu_T"], rel=1e-4)


@pytest.mark.parametrize("aspect", ASPECTS)
def test_thermal_entry_of_ducts(aspect: float, reference: Path) -> None:
    """Local Nu_T at three stations a decade apart, marched with steps that grow by a twenty-fourth of a decade."""
    duct = section(aspect)
    problem = HeatProblem(
        duct.domain, {"fluid": Material(1.0, duct.velocity)}, [FixedTemperature("wall", 0.0)], transient=True
    )
    run, found = TransientHeat(problem, 1.0), {}
    stations = np.concatenate([[0.0], 1e-5 * 10.0 ** np.arange(0.0, 4.01, 1.0 / 24.0)])
    for station, start in zip(stations[1:], stations[:-1], strict=True):
        report = run.step((station - start) * duct.diameter**2)
        bulk = duct.domain.integral(duct.velocity * problem.temperature * duct.domain.dx) / duct.area
        found[float(f"{station:.6g}")] = -report.inflows["wall"] / duct.perimeter / bulk * duct.diameter
    column = f"rect_{aspect:g}_Nu_x_T"
    rows = table(reference, "graetz_local_nusselt_computed.csv").set_index("x_star")
    for x_star in (0.001, 0.01, 0.1):
        print(aspect, x_star, found[x_star], rows.loc[x_star, column])
        assert found[x_star] == pytest.approx(rows.loc[x_star, column], rel=3e-3)


@pytest.mark.parametrize("heating", ["T", "H"])
def test_thermal_entry_between_plates(heating: str, reference: Path) -> None:
    """The stream itself at Pe = 2000: mean Nu over isothermal stretches, local Nu under uniform flux.

    Gap 1, D_h = 2, k = rho c = 1: x = 4 U x*. The cells grow from the inlet, where the temperature is singular.
    """
    speed, cells = 1000.0, 24
    stations = {1.0 / 3.0: 0.001, 2.0 / 3.0: 0.01, 1.0: 0.1}

    def grade(x: np.ndarray) -> np.ndarray:
        s = x[:, 0]
        late = 0.001 * 10.0 ** (3.0 * s - 1.0)
        length = 4.0 * speed * np.where(s < 1.0 / 3.0 - 1e-9, 0.001 * (3.0 * s) ** 3, late)
        return np.column_stack([length, 0.5 * np.sin(0.5 * pi * x[:, 1]), x[:, 2]])

    ends = [4.0 * speed * x for x in (0.0, *stations.values())]
    walls = [f"wall_{i}" for i in range(3)]
    surfaces = {"inlet": at(0, 0.0), "outlet": at(0, ends[-1])}
    for name, low, high in zip(walls, ends[:-1], ends[1:], strict=True):
        slab = between(0, low, high)
        surfaces[name] = lambda x, slab=slab: slab(x) & np.isclose(x[1], 0.5)
    domain = box("quadrilateral", (1.0, 1.0), (cells, 8), surfaces, grade=grade)
    y = ufl.SpatialCoordinate(domain.mesh)[1]
    profile = 1.5 * speed * (1.0 - 4.0 * y**2)
    conditions = [FixedTemperature(w, 0.0) if heating == "T" else Flux(w, 1.0) for w in walls]
    problem = HeatProblem(
        domain,
        {"fluid": Material(1.0, 1.0)},
        [HeatInlet("inlet", 1.0), HeatOutlet("outlet"), *conditions],
        [Stream(("fluid",), ufl.as_vector([profile, 0.0]))],
    )
    report = problem.solve()
    rows = table(reference, "graetz_local_nusselt_computed.csv").set_index("x_star")
    if heating == "T":
        left = 1.0
        for name, x_star in zip(walls, stations.values(), strict=True):
            left += report.inflows[name] / (0.5 * speed)
            mean = -log(left) / (4.0 * x_star)
            print("plates", x_star, mean, rows.loc[x_star, "plates_Nu_m_T"])
            assert mean == pytest.approx(rows.loc[x_star, "plates_Nu_m_T"], rel=5e-3)
        return
    at_wall = problem.temperature.x.array, problem.space.tabulate_dof_coordinates()
    for x_star in stations.values():
        here = np.isclose(at_wall[1][:, 0], 4.0 * speed * x_star) & np.isclose(at_wall[1][:, 1], 0.5)
        bulk = 1.0 + 4.0 * speed * x_star / (0.5 * speed)
        local = 2.0 / (float(at_wall[0][here][0]) - bulk)
        print("plates H", x_star, local, rows.loc[x_star, "plates_Nu_x_H"])
        assert local == pytest.approx(rows.loc[x_star, "plates_Nu_x_H"], rel=5e-3)


def test_fin_with_convection_follows_the_series_in_two_dimensions() -> None:
    """Half thickness 1, length 3, Bi = h t / k = 1: far from one-dimensional."""
    k, h, length = 2.0, 2.0, 3.0
    domain = box("quadrilateral", (length, 1.0), (24, 8), {"base": at(0, 0.0), "side": at(1, 1.0)})
    problem = HeatProblem(
        domain, {"fluid": Material(k)}, [FixedTemperature("base", 301.0), Convection("side", h, 300.0)]
    )
    series = 0.0
    for n in range(2000):
        root = brentq(lambda a: a * sin(a) - h / k * cos(a), n * pi, n * pi + 0.5 * pi)
        assert tan(root) * root == pytest.approx(h / k, rel=1e-6)
        share = 4.0 * sin(root) / (2.0 * root + sin(2.0 * root))
        series += k * share * sin(root) * tanh(root * length)
    inflows = problem.solve().inflows
    print("fin", inflows["base"], series)
    assert inflows["base"] == pytest.approx(series, rel=1e-3)
    assert inflows["side"] == pytest.approx(-inflows["base"], rel=1e-10)


def test_slender_fin_is_one_dimensional() -> None:
    """Bi = 1e-4: base heat sqrt(h P k A) tanh(m L) per metre of depth."""
    k, h, length, thickness = 390.0, 39.0, 0.05, 1e-3
    domain = box("quadrilateral", (length, thickness), (16, 2), {"base": at(0, 0.0), "side": at(1, thickness)})
    problem = HeatProblem(
        domain, {"fluid": Material(k)}, [FixedTemperature("base", 350.0), Convection("side", h, 300.0)]
    )
    m = (h / (k * thickness)) ** 0.5
    assert problem.solve().inflows["base"] == pytest.approx(k * m * thickness * 50.0 * tanh(m * length), rel=1e-4)
