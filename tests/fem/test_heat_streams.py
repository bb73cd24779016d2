"""Streams: several inlets and outlets, two fluids, fluid that comes back, channels between walls, and further loads."""

import time

import numpy as np
import pytest
import ufl
from mpi4py import MPI

from rack2city.errors import InputError
from rack2city.fem.heat.conditions import (
    Condition,
    Contact,
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
from rack2city.fem.heat.quantities import (
    bulk_temperature_at,
    heat_through,
    highest_temperature,
    mean_temperature,
)
from rack2city.fem.heat.transient import TransientHeat
from rack2city.fem.mesh.domain import Domain
from tests.fem.heat_cases import all_of, at, between, box

COLD, WARM = 300.0, 320.0


def parabola(y: ufl.core.expr.Expr, low: float, high: float, mean: float) -> ufl.core.expr.Expr:
    """Developed flow between two plates."""
    return 6.0 * mean * (y - low) * (high - y) / (high - low) ** 2


def exchanger(comm: MPI.Comm = MPI.COMM_SELF) -> HeatProblem:
    """Two fluids in counterflow with a wall between them; one of its faces fouled, its end cooled by air."""
    volumes = {"below": between(1, 0.0, 0.4), "wall": between(1, 0.4, 0.6), "above": between(1, 0.6, 1.0)}
    low, high = between(1, 0.0, 0.4), between(1, 0.6, 1.0)
    surfaces = {
        "in_below": all_of(at(0, 0.0), low),
        "out_below": all_of(at(0, 4.0), low),
        "in_above": all_of(at(0, 4.0), high),
        "out_above": all_of(at(0, 0.0), high),
        "lower_face": at(1, 0.4),
        "fouled": at(1, 0.6),
        "end": all_of(at(0, 0.0), between(1, 0.4, 0.6)),
    }
    domain = box("quadrilateral", (4.0, 1.0), (16, 10), surfaces, volumes, comm)
    y = ufl.SpatialCoordinate(domain.mesh)[1]
    streams = [
        Stream(("below",), ufl.as_vector([parabola(y, 0.0, 0.4, 2.0), 0.0])),
        Stream(("above",), ufl.as_vector([-parabola(y, 0.6, 1.0, 1.0), 0.0])),
    ]
    materials = {"below": Material(0.6, 30.0), "wall": Material(20.0), "above": Material(0.4, 20.0)}
    conditions: list[Condition] = [
        HeatInlet("in_below", COLD),
        HeatOutlet("out_below"),
        HeatInlet("in_above", WARM),
        HeatOutlet("out_above"),
        Convection("end", 3.0, 290.0),
        Source("wall", 5.0),
    ]
    return HeatProblem(domain, materials, conditions, streams, [Contact("fouled", 0.05)])


def test_counterflow_exchanger_closes_every_balance() -> None:
    problem = exchanger()
    report = problem.solve()
    inflows = report.inflows
    assert report.balance.relative < 1e-10
    assert report.sources == pytest.approx({"wall": 5.0 * 0.8})
    # the enthalpy that the outlets carry is the flow times the bulk temperature above the stream's inlet
    for name, inlet, capacity_flow in (("out_below", COLD, 30.0 * 0.8), ("out_above", WARM, 20.0 * 0.4)):
        assert -inflows[name] == pytest.approx(capacity_flow * (bulk_temperature_at(problem, name) - inlet), rel=1e-9)
    # what each fluid takes up comes through its wall; the wall's three exchanges and its source add up
    below, fouled = heat_through(problem, "lower_face", "below"), heat_through(problem, "fouled", "above")
    assert below == pytest.approx(-inflows["out_below"], rel=1e-9)
    assert fouled == pytest.approx(-inflows["out_above"], rel=1e-9)
    assert heat_through(problem, "lower_face", "wall") == pytest.approx(-below, rel=1e-9)
    assert 4.0 + inflows["end"] == pytest.approx(below + fouled, rel=1e-9)
    assert fouled < 0.0 < below
    assert COLD < mean_temperature(problem, "wall") < highest_temperature(problem, "above") < WARM + 0.1


def test_every_fluid_stays_at_its_inlet_temperature_where_nothing_is_exchanged() -> None:
    """Insulated from each other the two streams are uniform at different temperatures, whatever div u_h is."""
    volumes = {"below": between(1, 0.0, 0.5), "above": between(1, 0.5, 1.0)}
    surfaces: dict[str, object] = {"between": at(1, 0.5)}
    for name, part in volumes.items():
        surfaces |= {f"in_{name}": all_of(at(0, 0.0), part), f"out_{name}": all_of(at(0, 1.0), part)}
    domain = box("triangle", (1.0, 1.0), (4, 4), surfaces, volumes)  # type: ignore[arg-type]
    x, y = ufl.SpatialCoordinate(domain.mesh)
    rough = ufl.as_vector([1.0 + 0.3 * ufl.sin(5.0 * x) * y, 0.0])  # not free of divergence
    streams = [Stream((name,), rough) for name in volumes]
    conditions: list[Condition] = []
    for name, temperature in (("below", COLD), ("above", WARM)):
        conditions += [HeatInlet(f"in_{name}", temperature), HeatOutlet(f"out_{name}")]
    materials = {name: Material(0.6, 10.0) for name in volumes}
    problem = HeatProblem(domain, materials, conditions, streams, [Contact("between", 1e12)])
    problem.solve()
    assert highest_temperature(problem, "below") == pytest.approx(COLD, abs=1e-8)
    assert mean_temperature(problem, "above") == pytest.approx(WARM, abs=1e-8)


def test_inlets_of_one_stream_mix() -> None:
    """Two inlets side by side: the outlet carries the mixture, exactly."""
    surfaces = {
        "low": all_of(at(0, 0.0), between(1, 0.0, 0.5)),
        "high": all_of(at(0, 0.0), between(1, 0.5, 1.0)),
        "outlet": at(0, 3.0),
    }
    domain = box("quadrilateral", (3.0, 1.0), (24, 8), surfaces)
    stream = Stream(("fluid",), ufl.as_vector([1.0, 0.0]) * 2.0)
    problem = HeatProblem(
        domain,
        {"fluid": Material(1.0, 10.0)},
        [HeatInlet("low", COLD), HeatInlet("high", WARM), HeatOutlet("outlet")],
        [stream],
    )
    problem.solve()
    assert bulk_temperature_at(problem, "outlet") == pytest.approx(0.5 * (COLD + WARM), rel=1e-12)
    problem.solve({"low": WARM})
    assert np.max(np.abs(problem.temperature.x.array - WARM)) < 1e-9


def backflow(load: float | None, comm: MPI.Comm = MPI.COMM_SELF, transient: bool = False) -> HeatProblem:
    """A channel whose outlet takes fluid back in its upper quarter."""
    surfaces = {"inlet": at(0, 0.0), "outlet": at(0, 2.0), "heated": at(1, 0.0)}
    domain = box("quadrilateral", (2.0, 1.0), (8, 8), surfaces, comm=comm)
    x, y = ufl.SpatialCoordinate(domain.mesh)
    swirl = 0.75 * x**2 * ufl.pi * ufl.cos(ufl.pi * y)  # of the stream function y + 0.75 x² sin(pi y)
    velocity = ufl.as_vector([1.0 + swirl, -1.5 * x * ufl.sin(ufl.pi * y)])
    conditions: list[Condition] = [HeatInlet("inlet", COLD), HeatOutlet("outlet", load), Flux("heated", 10.0)]
    material, stream = {"fluid": Material(0.5, 5.0)}, Stream(("fluid",), velocity)
    return HeatProblem(domain, material, conditions, [stream], transient=transient)


def test_fluid_that_comes_back_brings_what_is_asked_and_is_counted() -> None:
    carried = []
    for load in (COLD, COLD + 40.0, None):
        problem = backflow(load)
        report = problem.solve()
        assert report.balance.relative < 1e-10
        assert report.inflows["outlet"] == pytest.approx(-20.0, rel=1e-10)
        carried.append(highest_temperature(problem, "fluid"))
    assert carried[1] > carried[0] + 20.0
    # Of what leaves: all heat goes with the net flow at that temperature, so that the balance alone tells it.
    assert float(problem.terms.returning["outlet"]) == pytest.approx(COLD + 20.0 / 5.0, abs=1e-8)
    assert bulk_temperature_at(problem, "outlet") == pytest.approx(COLD + 20.0 / 5.0, abs=1e-8)
    problem = backflow(COLD)
    problem.solve({"heated": 0.0})
    assert np.max(np.abs(problem.temperature.x.array - COLD)) < 1e-10


def test_backflow_over_time_becomes_the_steady_one() -> None:
    """Each step's heat balances, and at the end what comes back is as warm as in the steady solution."""
    problem = backflow(None, transient=True)
    run = TransientHeat(problem, COLD)
    for i in range(40):
        report = run.step(0.05 * 1.2**i, flow_changed=False)
        assert report.balance.relative < 1e-8
    assert float(problem.terms.returning["outlet"]) == pytest.approx(COLD + 20.0 / 5.0, abs=1e-4)


def channel_between_walls(both: bool, length: float = 32.0) -> tuple[HeatProblem, float]:
    """Developed flow between thick walls heated from outside; returns the problem and its heat flux."""
    volumes = {"fluid": between(1, 0.0, 1.0), "wall": lambda x: (x[1] < 1e-9) | (x[1] > 1.0 - 1e-9)}
    surfaces = {
        "inlet": all_of(at(0, 0.0), between(1, 0.0, 1.0)),
        "outlet": all_of(at(0, length), between(1, 0.0, 1.0)),
        "bottom": at(1, -0.5),
        "top": at(1, 1.5),
        "faces": lambda x: np.isclose(x[1], 0.0) | np.isclose(x[1], 1.0),
    }
    domain = box(
        "quadrilateral",
        (length, 2.0),
        (32, 16),
        surfaces,
        volumes,
        grade=lambda x: x - np.array([0.0, 0.5, 0.0]),
    )
    y = ufl.SpatialCoordinate(domain.mesh)[1]
    flux = 100.0
    problem = HeatProblem(
        domain,
        {"fluid": Material(1.0, 10.0), "wall": Material(5.0)},
        [HeatInlet("inlet", COLD), HeatOutlet("outlet"), Flux("bottom", flux), *([Flux("top", flux)] if both else [])],
        [Stream(("fluid",), ufl.as_vector([parabola(y, 0.0, 1.0, 1.0), 0.0]))],
    )
    return problem, flux


@pytest.mark.parametrize(("both", "nusselt"), [(True, 140.0 / 17.0), (False, 140.0 / 26.0)])
def test_plane_channel_between_solid_walls(both: bool, nusselt: float) -> None:
    """Where temperatures rise linearly axial conduction drops out, and Nu over D_h = 2 gaps is 140/17 or 140/26."""
    problem, flux = channel_between_walls(both)
    problem.solve()
    domain, x = problem.domain, ufl.SpatialCoordinate(problem.domain.mesh)
    section = ufl.conditional(ufl.And(ufl.gt(x[0], 12.0), ufl.lt(x[0], 18.0)), 1.0, 0.0)
    wet = domain.dx(domain.volumes["fluid"], metadata={"quadrature_degree": 8})
    bulk = domain.integral(problem.temperature * parabola(x[1], 0.0, 1.0, 1.0) * section * wet) / 6.0
    lower = ufl.conditional(ufl.lt(x[1], 0.5), section, 0.0)
    dS = domain.dS(domain.surfaces["faces"])  # noqa: N806
    face = domain.integral(ufl.avg(lower * problem.temperature) * dS) / 6.0
    assert 2.0 * flux / (face - bulk) == pytest.approx(nusselt, rel=2e-4)
    assert heat_through(problem, "faces", "fluid") == pytest.approx(problem.heat_in(), rel=1e-10)


def test_each_further_load_costs_a_back_substitution() -> None:
    """The matrix and its factor stay; the answers are those of a full solve."""
    problem, flux = channel_between_walls(True)
    problem.solve()
    factorisations = problem.solver_statistics()[0]
    loads = [{"bottom": factor * flux, "top": flux} for factor in (0.0, 0.5, 2.0)]
    found = [(r.inflows["outlet"], problem.temperature.x.array.copy()) for r in problem.solve_loads(loads)]
    assert problem.solver_statistics()[0] == factorisations
    for load, (outlet, temperature) in zip(loads, found, strict=True):
        again, _ = channel_between_walls(True)
        assert again.solve(load).inflows["outlet"] == pytest.approx(outlet, rel=1e-10)
        assert np.max(np.abs(again.temperature.x.array - temperature)) < 1e-7


@pytest.mark.slow
def test_a_further_load_takes_a_fraction_of_a_solve() -> None:
    """20 000 nodes of hexahedra: a further load costs less than a twentieth of assembling, factoring and solving."""
    domain = box(
        "hexahedron", (8.0, 1.0, 1.0), (32, 8, 8), {"inlet": at(0, 0.0), "outlet": at(0, 8.0), "heated": at(1, 0.0)}
    )
    y = ufl.SpatialCoordinate(domain.mesh)[1]
    velocity = ufl.as_vector([parabola(y, 0.0, 1.0, 1.0), 0.0, 0.0])
    conditions: list[Condition] = [HeatInlet("inlet", COLD), HeatOutlet("outlet"), Flux("heated", 1.0)]
    problem = HeatProblem(domain, {"fluid": Material(1.0, 10.0)}, conditions, [Stream(("fluid",), velocity)])
    start = time.process_time()
    problem.solve()
    full = time.process_time() - start
    loads = [{"heated": 1.0 + i} for i in range(10)]
    start = time.process_time()
    for _ in problem.solve_loads(loads):
        pass
    further = (time.process_time() - start) / len(loads)
    print(f"full {full:.3f} s, each further load {further:.4f} s, ratio {further / full:.4f}")
    assert further < 0.05 * full


def test_loads_and_conductivities_by_function() -> None:
    """A power map with its peak in the middle, in total; the fall over a wall by Kirchhoff's integral."""
    surfaces = {"hot": at(0, 0.0), "cold": at(0, 1.0)}
    domain = box("hexahedron", (1.0, 1.0, 1.0), (2, 2, 2), surfaces)

    def peak(x: np.ndarray) -> np.ndarray:
        return 8.0 * (1.0 - abs(2.0 * x[1] - 1.0)) * (1.0 - abs(2.0 * x[2] - 1.0))

    problem = HeatProblem(domain, {"fluid": Material(3.0)}, [Flux("hot", peak), Convection("cold", 1.0, COLD)])
    assert problem.solve().inflows["hot"] == pytest.approx(2.0, rel=1e-12)
    problem.solve({"hot": 7.0})
    assert problem.heat_in() == pytest.approx(7.0, rel=1e-12)
    wall = HeatProblem(
        box("quadrilateral", (1.0, 1.0), (16, 1), surfaces),
        {"fluid": Material(lambda t: 1.0 + 0.02 * (t - 300.0))},
        [FixedTemperature("hot", 400.0), FixedTemperature("cold", 300.0)],
    )
    assert wall.solve().inflows["hot"] == pytest.approx(200.0, rel=1e-5)


def test_wrong_problems_are_refused() -> None:
    domain: Domain = box("triangle", (1.0, 1.0), (1, 1), {"cold": at(0, 0.0), "hot": at(0, 1.0)})
    material = {"fluid": Material(1.0)}
    with pytest.raises(InputError, match="needs an inlet, a fixed temperature or convection"):
        HeatProblem(domain, material, [Flux("hot", 1.0)])
    with pytest.raises(InputError, match="no group 'lid'; it has: cold, hot"):
        HeatProblem(domain, material, [FixedTemperature("lid", 1.0)])
    with pytest.raises(InputError, match="'cold' has two conditions"):
        HeatProblem(domain, material, [FixedTemperature("cold", 1.0), Flux("cold", 1.0)])
    with pytest.raises(InputError, match="streams or stores heat and needs a heat capacity"):
        HeatProblem(domain, material, [HeatInlet("cold", 1.0)], [Stream(("fluid",), ufl.as_vector([1.0, 0.0]))])
    with pytest.raises(InputError, match="no stream reaches the surface 'cold'"):
        HeatProblem(domain, material, [HeatInlet("cold", 1.0)])
    with pytest.raises(InputError, match="'hot' has no load; there are: cold"):
        HeatProblem(domain, material, [FixedTemperature("cold", 300.0)]).solve({"hot": 1.0})


def exchanger_figures(comm: MPI.Comm) -> list[float]:
    problem = exchanger(comm)
    report = problem.solve()
    return [
        *report.inflows.values(),
        heat_through(problem, "lower_face", "below"),
        heat_through(problem, "fouled", "above"),
        bulk_temperature_at(problem, "out_above"),
        mean_temperature(problem, "wall"),
        highest_temperature(problem, "below"),
    ]


@pytest.mark.mpi
def test_one_rank_and_all_ranks_agree() -> None:
    assert exchanger_figures(MPI.COMM_WORLD) == pytest.approx(exchanger_figures(MPI.COMM_SELF), rel=1e-9)


@pytest.mark.mpi
def test_ranks_agree_on_backflow() -> None:
    together, alone = backflow(None, MPI.COMM_WORLD), backflow(None)
    assert together.solve().inflows == pytest.approx(alone.solve().inflows, rel=1e-9)
    warm = highest_temperature(together, "fluid") - COLD
    assert warm == pytest.approx(highest_temperature(alone, "fluid") - COLD, rel=1e-8)
