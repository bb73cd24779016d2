"""The mean of a vortex street: DFG 2D-2, against published extrema and against the history of the forces."""

from pathlib import Path

import numpy as np
import pytest

from rack2city.fem.coupled.average import Monitor, average_flow, pressure_drop
from rack2city.fem.flow.boundaries import FlowInlet, FlowOutlet
from rack2city.fem.flow.problem import FlowProblem
from rack2city.fem.flow.readings.forces import force_on
from rack2city.fem.flow.transient import TransientFlow
from rack2city.fem.mesh.quantities import values_at
from tests.fem.test_benchmarks_flow import cylinder, start_of_street, table

STEP = 0.005


def street(path: Path) -> tuple[TransientFlow, float]:
    """Flow past the cylinder at Re 100 whose street has come up, and the force that a coefficient of 1 means (N/m)."""
    problem, unit = cylinder(path, (0.008, 0.02, 0.06), 1.0, boundaries=[FlowInlet(), FlowOutlet()])
    flow = TransientFlow(problem, 0.41, slack=100.0)
    problem.start_from(start_of_street, lambda x: 0.0 * x[0])
    flow.advance(3.0, 0.01)
    return flow, unit


@pytest.mark.slow
@pytest.mark.reference
def test_mean_of_a_vortex_street(tmp_path: Path, reference: Path) -> None:
    flow, unit = street(tmp_path / "c.msh")
    problem = flow.problem
    history: list[tuple[float, float, float]] = []

    def drag(now: FlowProblem) -> float:
        force = force_on(now, "cylinder") / unit
        history.append((flow.time, force[0], force[1]))
        return float(force[0])

    monitors = {
        "drag": Monitor(drag, relative=1e-3),
        "lift": Monitor(lambda now: history[-1][2], absolute=5e-3),
        "drop": Monitor(pressure_drop(problem), relative=2e-3),
    }
    mean = average_flow(flow, STEP, monitors, settling=1.0, averaging=1.5, longest=4.0)
    rows = {(r["case"].split()[0], r["quantity"]): r for r in table(reference / "flow" / "dfg_cylinder.csv")}
    published = {name: float(rows["2D-2", name]["value"]) for name in ("cD_max", "cD_min", "cL_peak_to_peak", "St")}
    found = mean.monitors["drag"]
    # Almost a sine: its mean lies in the middle of its extrema, its fluctuation is their distance over the root of 8.
    assert found.mean == pytest.approx(0.5 * (published["cD_max"] + published["cD_min"]), rel=1e-2)
    assert found.rms == pytest.approx((published["cD_max"] - published["cD_min"]) / np.sqrt(8.0), rel=0.05)
    assert found.uncertainty < 1e-3 * found.mean
    lift = mean.monitors["lift"]
    assert lift.period is not None
    assert found.period is not None
    assert 0.1 / lift.period == pytest.approx(published["St"], rel=1e-2)
    assert found.period == pytest.approx(0.5 * lift.period, rel=1e-2)
    assert lift.rms == pytest.approx(published["cL_peak_to_peak"] / np.sqrt(8.0), rel=0.03)
    # By another way: the harmonic analysis of the history, whatever its length.
    time, drags, lifts = np.array(history).T
    for values, one in ((drags, found), (lifts, lift)):
        waves = [np.ones_like(time)]
        for n in range(1, 7):
            waves += [np.cos(2.0 * np.pi * n * time / lift.period), np.sin(2.0 * np.pi * n * time / lift.period)]
        fit = np.linalg.lstsq(np.array(waves).T, values, rcond=None)[0]
        assert abs(one.mean - fit[0]) < one.uncertainty + 1e-6
    # The cylinder lies 5 mm below the axis: the lift has a small mean of its own.
    assert abs(lift.mean) < 0.03
    assert mean.mass.relative < 1e-9
    # The flow comes together behind the cylinder, from both sides alike, which no state of the street does.
    points = np.array([[0.4, 0.15], [0.4, 0.25]])
    across, fluctuation = (values_at(u, points)[:, 1] for u in (mean.velocity.mean, mean.velocity.rms))
    assert across[0] > 0.3
    assert abs(np.sum(across)) < 0.1 * np.min(fluctuation)
