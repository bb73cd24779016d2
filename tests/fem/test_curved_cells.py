"""Round channels: second-order geometry gives the pressure drop of a pipe, straight edges do not, and are told."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from mpi4py import MPI

from rack2city.fem.flow.problem import FlowProblem
from rack2city.fem.mesh.domain import fluid_domain, read_domain
from rack2city.fem.mesh.quantities import mean_over_surface
from rackmesh.cells.arrays import arrays_of, write_arrays
from rackmesh.contract.read import read_plate
from rackmesh.files import opened
from rackmesh.plates.sizes import Sizes
from rackmesh.step.writing import write_step_plate
from tests.meshes.step.drawings import OVERALL, RADIUS, block, plate

RHO, MU, FLOW = 1000.0, 1e-3, 1e-7
HAGEN_POISEUILLE = 8.0 * MU * OVERALL[0] * FLOW / (np.pi * (RADIUS * 1e-3) ** 4)


def pressure_drop(path: Path) -> float:
    fluid = fluid_domain(read_domain(path, MPI.COMM_SELF))
    problem = FlowProblem(fluid, RHO, MU, MU)
    problem.solve(FLOW)
    ends = [mean_over_surface(fluid, problem.pressure(), name) for name in ("inlet", "outlet")]
    return ends[0] - ends[1]


def test_a_pipe_from_a_drawing_has_its_pressure_drop(tmp_path: Path) -> None:
    """Within 0.1 % curved; the same cells straight are 4 % off, and the mesh says so by the area of its ports."""
    curved, straight = tmp_path / "curved.msh", tmp_path / "straight.msh"
    mesh, _ = write_step_plate(plate(block(tmp_path / "b.step"), around=16), curved, Sizes(2, 1.7))
    assert mesh.notes == ()
    assert pressure_drop(curved) == pytest.approx(HAGEN_POISEUILLE, rel=1e-3)
    with opened(curved) as model:
        own = arrays_of(model)
    write_arrays(replace(own, kind=4, cells=own.cells[:, :4], facet_kind=2, facets=own.facets[:, :3]), straight)
    assert 0.03 < pressure_drop(straight) / HAGEN_POISEUILLE - 1.0 < 0.05
    assert [note.split(" is round")[0] for note in read_plate(straight).notes] == ["'inlet'", "'outlet'"]
