"""The uncertainty of the mesh: the sum of what coarsening in each direction changes."""

from pathlib import Path

import pytest

from rack2city.case import load_case
from rack2city.plate import plate_model
from rack2city.plate.models.straight import DIRECTIONS
from rackmesh.channel import LEVELS

CASE = Path(__file__).parents[2] / "cases" / "rack-150kw"
FEW = "flow_factors=[0.9, 1.0, 1.1]"
MESH = "mesh refinement"


def test_each_direction_is_coarsened_by_itself():
    files = plate_model(load_case(CASE).case, "cpu").coarser
    overall, *single = (write.args[1] for write in files.values())
    assert overall == LEVELS["coarse"]
    blocks = {
        name: [i for i, cells in enumerate(single) if getattr(cells, name) != getattr(LEVELS["medium"], name)]
        for name in vars(overall)
    }
    assert len(single) == len(DIRECTIONS) == 4
    assert blocks == {"channel": [0], "fin": [], "height": [1], "base": [2], "tim": [], "length": [3]}
    assert {name for names in DIRECTIONS.values() for name in names} == set(vars(overall))
    assert plate_model(load_case(CASE, ["plates.cpu.level=coarse"]).case, "cpu").coarser == {}


@pytest.mark.slow
def test_changes_do_not_hide_each_other(run_of):
    """Together the directions change less than one by one."""
    table = run_of("accelerator", "level=medium", FEW)
    assert abs(table.runs.grid_case_to_inlet_change) < 0.5 * table.uncertainty[MESH]
    assert table.uncertainty[MESH] < 1e-3


@pytest.mark.slow
def test_the_uncertainty_falls_on_refinement_and_covers_the_error(run_of):
    medium, fine = (run_of("accelerator", f"level={level}", FEW) for level in ("medium", "fine"))
    assert fine.uncertainty[MESH] < 0.6 * medium.uncertainty[MESH]
    # by refining on, the base 19 cells deep, the resistance at design comes to 2.79085e-5 m2 K/W
    for table in (medium, fine):
        error = abs(table.area_m2 * table.case_to_inlet_max_k_per_w[1] / 2.79085e-5 - 1.0)
        assert error < table.uncertainty[MESH]
