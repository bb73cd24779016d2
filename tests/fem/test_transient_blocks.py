"""Unsteady flow by the block solver is that of the direct one."""

from math import sin

import pytest
from mpi4py import MPI

from rack2city.fem.flow.boundaries import Boundary, FlowInlet, FlowOutlet, Slip
from rack2city.fem.flow.problem import FlowProblem
from rack2city.fem.flow.transient import TransientFlow
from tests.fem.test_flow_blocks import HEIGHT, MU, RHO, SPEED, WIDTH, half_channel

RATE, PERIOD = SPEED * HEIGHT * WIDTH, 0.02  # m3/s, s


def advanced(method: str) -> tuple[FlowProblem, list[str]]:
    """A pulsating flow after steps of two sizes, from rest."""
    lines: list[str] = []
    boundaries: list[Boundary] = [FlowInlet("inlet", "uniform"), FlowOutlet("outlet"), Slip("symmetry")]
    problem = FlowProblem(
        half_channel(MPI.COMM_SELF),
        RHO,
        MU,
        MU,
        {"flow_": {"method": method}},
        lines.append,
        boundaries=boundaries,
        pressure="continuous",
    )
    flow = TransientFlow(problem, lambda t: RATE * (1.0 + 0.5 * sin(6.283 * t / PERIOD)), speed=SPEED)
    flow.advance(0.1 * PERIOD, 0.05 * PERIOD)
    flow.advance(0.15 * PERIOD, 0.025 * PERIOD)
    return problem, lines


def test_blocks_agree_with_the_direct_solver_over_time() -> None:
    (direct, _), (blocks, lines) = advanced("direct"), advanced("blocks")
    assert any("linear solver" in line for line in lines)
    pairs = [(p.velocity().x.array, p.pressure().x.array, p.reaction()) for p in (direct, blocks)]
    for one, other in zip(*pairs, strict=True):
        assert other == pytest.approx(one, abs=1e-6 * max(abs(one)))
