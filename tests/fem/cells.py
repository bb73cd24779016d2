"""Half channels for the finite-element tests: the cell of the computed reference, long enough to be developed."""

import math
from dataclasses import dataclass
from pathlib import Path

from mpi4py import MPI

from rack2city.fem.coupled.problem import ConjugateProblem
from rack2city.fem.mesh.domain import read_domain
from rackmesh.channel import HalfChannel

LONG_CELL = HalfChannel(
    pitch=0.2e-3, width=0.1e-3, fin_height=3e-3, base_thickness=2e-3, length=160e-3, tim_thickness=0.05e-3
)
DENSITY, SPECIFIC_HEAT, VISCOSITY = 1010.0, 3970.0, 1.35e-3
CONDUCTIVITIES = {"fluid": 0.485, "fin": 391.0, "base": 391.0, "tim": 10.0}
INLET_K = 313.15


@dataclass(frozen=True)
class Solved:
    """A solved channel and what it was solved for."""

    problem: ConjugateProblem
    geometry: HalfChannel
    flow_rate: float
    flux: float


def constant_problem(path: Path, comm: MPI.Comm) -> ConjugateProblem:
    """The conjugate problem of the tests' constant coolant on a mesh."""
    return ConjugateProblem(
        read_domain(path, comm),
        DENSITY,
        SPECIFIC_HEAT,
        lambda temperature: math.log(VISCOSITY) + 0.0 * temperature,
        CONDUCTIVITIES,
        INLET_K,
    )
