"""Results do not depend on the number of ranks."""

from pathlib import Path

import pytest
from mpi4py import MPI

from rack2city.fem.coupled.wetted import wetted_wall
from rack2city.fem.flow.readings.shear import wall_shear
from rack2city.fem.heat.quantities import bulk_temperature_at, highest_temperature
from rack2city.fem.mesh.peaks import peak_on_surface, peak_speed
from rack2city.fem.mesh.quantities import (
    bulk_temperature,
    flow_through,
    mean_over_interface,
    mean_over_surface,
    surface_maximum,
)
from rack2city.materials import coolant
from rackmesh.channel import LEVELS, HalfChannel, write_half_channel
from tests.fem.cells import heated_cell

CELL = HalfChannel(0.2e-3, 0.1e-3, 3e-3, 2e-3, 40e-3, 0.05e-3)


def figures(path: Path, comm: MPI.Comm) -> list[float]:
    """Every kind of quantity of a channel whose viscosity follows the temperature."""
    solids = {"fluid": 0.4875, "fins": 391.0, "base": 391.0, "tim": 10.0}
    law = coolant("PG25").ln_viscosity_fit
    problem = heated_cell(path, comm, law, solids, 1008.0, 3975.0)
    problem.solve(8.4e-8, {"heated": 9.7e5})
    domain, fluid, temperature = problem.domain, problem.fluid, problem.heat.temperature
    wetted, shear, speed = wetted_wall(problem), wall_shear(problem.flow), peak_speed(problem.velocity)
    hottest = peak_on_surface(domain, temperature, "heated")
    return [
        wetted.area,
        wetted.mean_k,
        shear.mean,
        *(x for peak in (shear.largest, speed, hottest) for x in (peak.value, *peak.place)),
        mean_over_surface(fluid, problem.flow.pressure(), "inlet"),
        flow_through(fluid, problem.velocity, "outlet"),
        surface_maximum(domain, temperature, "heated"),
        mean_over_interface(domain, temperature, "base_bottom"),
        bulk_temperature(fluid, problem.velocity, temperature, [1.0, 0.0, 0.0]),
        bulk_temperature_at(problem.heat, "outlet"),
        problem.heat.heat_out(),
        highest_temperature(problem.heat, "fluid"),
    ]


@pytest.mark.mpi
def test_one_rank_and_all_ranks_agree(shared_path: Path) -> None:
    world = MPI.COMM_WORLD
    path = shared_path / "cell.msh"
    if world.rank == 0:
        write_half_channel(CELL, LEVELS["coarse"], path)
    world.barrier()
    together = figures(path, world)
    alone = world.bcast(figures(path, MPI.COMM_SELF) if world.rank == 0 else None)
    assert together == pytest.approx(alone, rel=1e-8)
