"""One, two and three ranks give the same curves of a plate."""

from pathlib import Path

import numpy as np
import pytest
from mpi4py import MPI

from rack2city.case import load_plates
from rack2city.chain.plates.meshes import make_meshes
from rack2city.chain.plates.runs import run_plates
from rack2city.plate import PlateMap

CASES = Path(__file__).resolve().parents[2] / "cases" / "plates"
SKIVED = """
[case]
name = "skived"

[coolant]
name = "PG25"

[plates.gpu]
kind = "skived"
power = "500 W"
flow = "0.8 L/min"
inlet_temperature = "40 degC"
length = "20 mm"
width = "20 mm"
pitch = "0.25 mm"
channel_width = "0.125 mm"
fin_height = "2.5 mm"
base_thickness = "2 mm"
conductivity = "391 W/(m*K)"
level = "coarse"
flow_factors = [0.5, 1.0, 1.5]

[[plates.gpu.zones]]
name = "die"
x = "2 mm"
y = "2 mm"
length = "12 mm"
width = "16 mm"
power = "500 W"
"""


def curves(case_file: Path, folder: Path, comm: MPI.Comm) -> list[float]:
    case = load_plates(case_file).case
    if comm.rank == 0:
        make_meshes(case, folder)
    comm.barrier()
    maps: list[PlateMap] = []
    run_plates(case, folder, comm, maps.append)
    (plate,) = maps
    assert plate.runs is not None
    runs = plate.runs
    told = (plate.pressure_drop_pa, plate.case_to_inlet_max_k_per_w, runs.base_to_bulk_k_per_w, runs.outlet_bulk_k)
    return [*(value for row in told for value in row), *(peak for zone in plate.zones for peak in zone.base_max_k)]


@pytest.mark.mpi
@pytest.mark.parametrize("name", ["skived", "pin-fin", "own-mesh"])
def test_curves_do_not_depend_on_the_number_of_ranks(name: str, shared_path: Path) -> None:
    world = MPI.COMM_WORLD
    case_file = CASES / f"{name}.toml"
    if name == "skived":
        case_file = shared_path / "skived.toml"
        if world.rank == 0:
            case_file.write_text(SKIVED)
        world.barrier()
    together = curves(case_file, shared_path / "together", world)
    alone = world.bcast(curves(case_file, shared_path / "alone", MPI.COMM_SELF) if world.rank == 0 else None)
    assert len(together) >= 12
    np.testing.assert_allclose(together, alone, rtol=1e-9)
