"""Serpentines at the end of the laminar range: round bends converge, sharp turns are told as probably unsteady."""

import time
from pathlib import Path

import pytest

from rack2city.errors import UnsteadyError
from rack2city.fem import StepControl, TransientFlow, pressure_drop, solve_upwards
from tests.fem import serpentines

FINE_DROP = 207.47  # Pa at Re 1014 with 5 x 4 cells and 24 along a bend, 109 k unknowns


def test_port_of_a_serpentine() -> None:
    """Half the height with symmetry has the diameter of the whole, 4 x 6 / 10 mm."""
    problem = serpentines.problem(serpentines.round_bends(passes=1, across=2, high=2))
    assert problem.conditions.areas["inlet"] == pytest.approx(3e-6)
    assert serpentines.flow_rate(1014.0) == pytest.approx(0.05e-3 / 60.0, rel=2e-3)


@pytest.mark.slow
def test_round_bends_converge_at_the_end_of_the_laminar_range() -> None:
    problem = serpentines.problem(serpentines.round_bends())
    drop = pressure_drop(problem)
    found = [drop(problem) for _ in solve_upwards(problem, map(serpentines.flow_rate, (507.0, 1014.0)))]
    assert found[1] == pytest.approx(FINE_DROP, rel=5e-3)
    assert 2.0 < found[1] / found[0] < 4.0


@pytest.mark.slow
def test_sharp_turns_are_told_early(tmp_path: Path) -> None:
    problem = serpentines.problem(serpentines.sharp_turns(tmp_path / "s.msh"))
    begun = time.process_time()
    told = r"^at a Reynolds number of 1014 .*probably unsteady: over the last .* run it in time: .*average_flow"
    with pytest.raises(UnsteadyError, match=told):
        problem.solve(serpentines.flow_rate(1014.0))
    assert time.process_time() - begun < 90.0


@pytest.mark.slow
def test_sharp_turns_in_time(tmp_path: Path) -> None:
    """Steps of their own go on where equal ones of 0.15 and 0.3 D/U fail in Newton's method; the pressure drop swings."""
    problem = serpentines.problem(serpentines.sharp_turns(tmp_path / "s.msh", across=3, high=2, along=16))
    drop, rate = pressure_drop(problem), serpentines.flow_rate(1014.0)
    problem.solve(serpentines.flow_rate(203.0))
    flow, found = TransientFlow(problem, rate, slack=1e3), list[float]()
    unit = problem.hydraulic_diameter / problem.speed
    control = StepControl(first=0.05 * unit, tolerance=5e-3, longest=0.5 * unit)
    flow.advance(20.0 * unit, control, lambda now: found.append(drop(problem)))
    late = found[len(found) // 2 :]
    assert max(late) - min(late) > 0.01 * max(late)
    assert flow.time == pytest.approx(20.0 * unit)
