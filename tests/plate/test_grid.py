"""The uncertainty of the mesh: the sum of what coarsening in each direction changes."""

from pathlib import Path

import pytest
from mpi4py import MPI

from rack2city.case import load_case
from rack2city.chain.channel_mesh import DIRECTIONS, coarser_meshes, make_mesh
from rack2city.materials import coolant
from rack2city.plate.runs import run_plate
from rackmesh.channel import LEVELS

CASE = Path(__file__).parents[2] / "cases" / "rack-150kw"


def grid(folder: Path, level: str, *factors: float):
    """The map of the reference channel at a level, its meshes in a folder."""
    told = ", ".join(map(str, factors))
    case = load_case(CASE, [f"mesh.level={level}", f"plate.flow_factors=[{told}]"]).case
    folder.mkdir()
    make_mesh(case, folder)
    coarser = [folder / name for name in coarser_meshes(case)]
    return run_plate(case, coolant("PG25"), folder / "mesh.msh", coarser, folder / "fields", MPI.COMM_SELF)


def test_each_direction_is_coarsened_by_itself():
    case = load_case(CASE).case
    overall, *single = coarser_meshes(case).values()
    assert overall == LEVELS["coarse"]
    blocks = {
        name: [i for i, cells in enumerate(single) if getattr(cells, name) != getattr(LEVELS["medium"], name)]
        for name in vars(overall)
    }
    assert len(single) == len(DIRECTIONS) == 4
    assert blocks == {"channel": [0], "fin": [], "height": [1], "base": [2], "tim": [], "length": [3]}
    assert {name for names in DIRECTIONS.values() for name in names} == set(vars(overall))
    assert coarser_meshes(load_case(CASE, ["mesh.level=coarse"]).case) == {}


def test_changes_do_not_hide_each_other(tmp_path):
    """Those of base and height are of opposite sign: together they are a fifth of what they are one by one."""
    table = grid(tmp_path / "medium", "medium", 0.9, 1.0, 1.1)
    assert table.grid_case_to_inlet_change == pytest.approx(1.48e-4, rel=0.02)
    assert table.grid_case_to_inlet_uncertainty == pytest.approx(7.5e-4, rel=0.02)


@pytest.mark.slow
def test_the_uncertainty_falls_on_refinement_and_covers_the_error(tmp_path):
    medium, fine = (grid(tmp_path / level, level, 0.9, 1.0, 1.1) for level in ("medium", "fine"))
    assert fine.grid_case_to_inlet_uncertainty < 0.6 * medium.grid_case_to_inlet_uncertainty
    # by refining on, the base 19 cells deep, the resistance at design comes to 2.79085e-5 m2 K/W
    for table in (medium, fine):
        error = abs(table.case_to_inlet_max_m2k_per_w[1] / 2.79085e-5 - 1.0)
        assert error < table.grid_case_to_inlet_uncertainty
