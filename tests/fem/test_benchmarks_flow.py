"""Published benchmarks: flow past a cylinder, the lid-driven cavity, the backward-facing step."""

import csv
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from dolfinx import mesh
from mpi4py import MPI

from rack2city.fem.flow.boundaries import FlowInlet, FlowOutlet, Velocity
from rack2city.fem.flow.forces import force_on
from rack2city.fem.flow.forms import PLAIN
from rack2city.fem.flow.problem import FlowProblem
from rack2city.fem.flow.transient import TransientFlow
from rack2city.fem.mesh.domain import FluidDomain, fluid_domain, read_domain, tagged_domain
from rack2city.fem.mesh.quantities import values_at
from rackmesh.published.benchmarks import write_cylinder_channel

QUAD = mesh.CellType.quadrilateral


def table(path: Path) -> list[dict[str, str]]:
    """Rows of a CSV file with notes."""
    return list(csv.DictReader(line for line in path.read_text().splitlines() if not line.startswith("#")))


def column(rows: list[dict[str, str]], name: str) -> np.ndarray:
    return np.array([float(row[name]) for row in rows])


def cylinder(
    path: Path, sizes: tuple[float, float, float], mean_speed: float, **arguments: Any
) -> tuple[FlowProblem, float]:
    """The DFG channel, and the force that a drag coefficient of 1 means (N/m)."""
    write_cylinder_channel(path, *sizes)
    fluid = fluid_domain(read_domain(path, MPI.COMM_SELF))
    return FlowProblem(fluid, 1.0, 1e-3, 1e-3, stabilisation=PLAIN, **arguments), 0.5 * mean_speed**2 * 0.1


@pytest.fixture(scope="module")
def dfg(reference: Path) -> dict[tuple[str, str], dict[str, str]]:
    """Rows of the DFG table by case (its first word) and quantity."""
    rows = table(reference / "flow" / "dfg_cylinder.csv")
    return {(row["case"].split()[0], row["quantity"]): row for row in rows}


@pytest.mark.reference
def test_steady_flow_past_a_cylinder(tmp_path: Path, dfg: dict[tuple[str, str], dict[str, str]]) -> None:
    """DFG 2D-1, Re 20: the forces are consistent ones, so that they converge with order four on curved cells."""
    problem, unit = cylinder(tmp_path / "c.msh", (0.004, 0.03, 0.05), 0.2)
    problem.solve(0.2 * 0.41)
    drag, lift = force_on(problem, "cylinder") / unit
    front, rear = values_at(problem.pressure(), np.array([[0.15, 0.2], [0.25, 0.2]]))[:, 0]
    expected = {name: float(dfg["2D-1", name]["value"]) for name in ("cD", "cL", "dp")}
    assert drag == pytest.approx(expected["cD"], rel=1e-3)
    assert lift == pytest.approx(expected["cL"], rel=2e-2)
    assert front - rear == pytest.approx(expected["dp"], rel=2e-3)


def start_of_street(x: np.ndarray) -> np.ndarray:
    """The inflow everywhere, and waves behind the cylinder, so that the street is soon there."""
    parabola = 6.0 * x[1] * (0.41 - x[1]) / 0.41**2
    behind = x[0] - 0.25
    waves = np.where(behind > 0.0, np.sin(2.0 * np.pi * behind / 0.35) * np.exp(-behind / 0.5), 0.0)
    return np.array([parabola, 2.0 * waves * parabola])


@pytest.mark.slow
@pytest.mark.reference
def test_vortex_street_behind_a_cylinder(tmp_path: Path, dfg: dict[tuple[str, str], dict[str, str]]) -> None:
    """DFG 2D-2, Re 100: extrema of the forces and the Strouhal number of the periodic state."""
    problem, unit = cylinder(tmp_path / "c.msh", (0.006, 0.015, 0.05), 1.0, boundaries=[FlowInlet(), FlowOutlet()])
    flow = TransientFlow(problem, 0.41, slack=100.0)

    problem.start_from(start_of_street, lambda x: 0.0 * x[0])
    flow.advance(3.0, 0.01)
    flow.advance(3.9, 0.005)
    history: list[tuple[float, ...]] = []
    flow.advance(4.6, 0.0025, lambda now: history.append((now.time, *force_on(problem, "cylinder") / unit)))
    time, drag, lift = np.array(history).T
    rises = np.flatnonzero((lift[:-1] < 0.0) & (lift[1:] >= 0.0))
    crossings = time[rises] - lift[rises] * np.diff(time)[rises] / np.diff(lift)[rises]
    frequency = (len(crossings) - 1) / (crossings[-1] - crossings[0])
    assert np.max(drag) == pytest.approx(float(dfg["2D-2", "cD_max"]["value"]), rel=1e-2)
    assert np.min(drag) == pytest.approx(float(dfg["2D-2", "cD_min"]["value"]), rel=1e-2)
    assert np.ptp(lift) == pytest.approx(float(dfg["2D-2", "cL_peak_to_peak"]["value"]), rel=1e-2)
    assert 0.1 * frequency / 1.0 == pytest.approx(float(dfg["2D-2", "St"]["value"]), rel=1e-2)


def graded_cavity(n: int) -> FluidDomain:
    """Unit square of n x n cells that shrink towards the walls; the lid is `top`."""
    msh = mesh.create_unit_square(MPI.COMM_SELF, n, n, QUAD)
    x = msh.geometry.x[:, :2]
    msh.geometry.x[:, :2] = 0.5 * (1.0 - np.cos(np.pi * x)) * 0.7 + 0.3 * x
    return fluid_domain(tagged_domain(msh, {"top": lambda x: np.isclose(x[1], 1.0)}))


@pytest.mark.reference
def test_lid_driven_cavity(reference: Path) -> None:
    """Re 100, 400 and 1000 on the centre lines, in parts of the lid's speed, against the recomputed columns."""
    fluid = graded_cavity(28)
    u_rows = table(reference / "flow" / "ghia1982_u_vertical_centreline.csv")
    v_rows = table(reference / "flow" / "ghia1982_v_horizontal_centreline.csv")
    y, x = column(u_rows, "y"), column(v_rows, "x")
    for re in (100, 400, 1000):
        problem = FlowProblem(
            fluid, 1.0, 1.0 / re, 1.0 / re, stabilisation=PLAIN, boundaries=[Velocity("top", (1.0, 0.0))]
        )
        problem.solve()
        u = values_at(problem.velocity(), np.column_stack([np.full_like(y, 0.5), y]))[:, 0]
        v = values_at(problem.velocity(), np.column_stack([x, np.full_like(x, 0.5)]))[:, 1]
        du = np.abs(u - column(u_rows, f"u_Re{re}_recomputed"))
        dv = np.abs(v - column(v_rows, f"v_Re{re}_recomputed"))
        assert np.max(du) < 0.002
        assert np.max(dv) < 0.002


@pytest.mark.slow
@pytest.mark.reference
def test_backward_facing_step(reference: Path) -> None:
    """Gartling's (1990) step at Re 800, no inlet channel: profiles 7 and 15 channel heights behind it, and lengths."""
    msh = mesh.create_rectangle(MPI.COMM_SELF, [(0.0, -0.5), (30.0, 0.5)], [120, 28], QUAD)
    x = msh.geometry.x[:, 0].copy()
    msh.geometry.x[:, 0] = x * (0.4 + 0.6 * x / 30.0)
    markers = {
        "inlet": lambda x: np.isclose(x[0], 0.0) & (x[1] > -1e-9),
        "outlet": lambda x: np.isclose(x[0], 30.0),
    }
    problem = FlowProblem(fluid_domain(tagged_domain(msh, markers)), 1.0, 1.0 / 800.0, 1.0 / 800.0, stabilisation=PLAIN)
    problem.solve(0.5)
    rows = table(reference / "flow" / "gartling1990_bfs_Re800_profiles.csv")
    y = column(rows, "y")
    for place in (7, 15):
        u = values_at(problem.velocity(), np.column_stack([np.full_like(y, float(place)), y]))[:, 0]
        du = np.abs(u - column(rows, f"u_x{place}_recomputed"))
        assert np.max(du) < 0.001
    lengths = {
        name: separation(problem, side, *between)
        for name, side, between in (
            ("xr_extrap", -0.5, (2.0, 8.0)),
            ("xs_upper", 0.5, (3.0, 7.0)),
            ("xe_upper", 0.5, (8.0, 13.0)),
        )
    }
    row = next(r for r in table(reference / "flow" / "bfs_no_inlet_channel_recomputed.csv") if r["Re"] == "800")
    for name, length in lengths.items():
        assert length == pytest.approx(float(row[name]), rel=2e-3)


def separation(problem: FlowProblem, wall: float, begin: float, end: float) -> float:
    """Where the wall shear changes sign: the velocity very near the wall does (m)."""
    x = np.linspace(begin, end, 2001)
    u = values_at(problem.velocity(), np.column_stack([x, np.full_like(x, wall * (1.0 - 2e-5))]))[:, 0]
    i = int(np.flatnonzero(np.sign(u[1:]) != np.sign(u[:-1]))[0])
    return float(x[i] - u[i] * (x[i + 1] - x[i]) / (u[i + 1] - u[i]))
