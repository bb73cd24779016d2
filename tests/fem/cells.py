"""Half channels for the finite-element tests: the cell of the computed reference, long enough to be developed."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from mpi4py import MPI

from rack2city.fem.coupled.couplings import Fluid, LnViscosity, ViscosityOfTemperature
from rack2city.fem.coupled.problem import ConjugateProblem
from rack2city.fem.heat.conditions import Flux, HeatInlet, HeatOutlet, Material
from rack2city.fem.mesh.domain import read_domain
from rack2city.fem.solvers.options import Options
from rackmesh.channel import HalfChannel

LONG_CELL = HalfChannel(
    pitch=0.2e-3, width=0.1e-3, fin_height=3e-3, base_thickness=2e-3, length=160e-3, tim_thickness=0.05e-3
)
DENSITY, SPECIFIC_HEAT, VISCOSITY = 1010.0, 3970.0, 1.35e-3
CONDUCTIVITIES = {"fluid": 0.485, "fins": 391.0, "base": 391.0, "tim": 10.0}
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
    return heated_cell(path, comm, lambda temperature: math.log(VISCOSITY) + 0.0 * temperature)


def heated_cell(
    path: Path,
    comm: MPI.Comm,
    ln_viscosity: LnViscosity,
    conductivities: Mapping[str, float] = CONDUCTIVITIES,
    density: float = DENSITY,
    heat_capacity: float = SPECIFIC_HEAT,
    inlet_k: float = INLET_K,
    options: Mapping[str, Options] | None = None,
) -> ConjugateProblem:
    """The conjugate problem of a cell heated from a face, its viscosity following the temperature."""
    return ConjugateProblem(
        read_domain(path, comm),
        Fluid(density, heat_capacity, conductivities["fluid"], math.exp(ln_viscosity(inlet_k))),
        {name: Material(k) for name, k in conductivities.items() if name != "fluid"},
        None,
        [HeatInlet("inlet", inlet_k), HeatOutlet("outlet"), Flux("heated")],
        [ViscosityOfTemperature(ln_viscosity)],
        options=options,
    )
