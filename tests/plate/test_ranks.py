"""What is told of a plate does not depend on the number of ranks, places included."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from mpi4py import MPI

from rack2city.case import load_plates
from rack2city.plate import MESH, case_coolant, plate_model
from rack2city.plate.runs import run_plate
from tests.plates import write_plates_case


def numbers(value: Any) -> list[float]:
    """All numbers in nested tables, in their order."""
    if isinstance(value, dict):
        return [number for item in value.values() for number in numbers(item)]
    if isinstance(value, list | tuple):
        return [number for item in value for number in numbers(item)]
    return [float(value)] if isinstance(value, int | float) else []


def told(case_file: Path, folder: Path, comm: MPI.Comm) -> list[float]:
    case = load_plates(case_file, ["plates.whole.flow_factors=[0.9, 1.0, 1.1]"]).case
    model = plate_model(case, "whole")
    if comm.rank == 0:
        folder.mkdir()
        model.write(folder / MESH)
    comm.barrier()
    plate = run_plate(case, model, case_coolant(case), folder, comm)
    return numbers([asdict(plate.runs), [asdict(zone) for zone in plate.zones], plate.pressure_drop_pa])


@pytest.mark.mpi
def test_one_rank_and_all_ranks_tell_the_same(shared_path: Path) -> None:
    world = MPI.COMM_WORLD
    if world.rank == 0:
        write_plates_case(shared_path)
    world.barrier()
    together = told(shared_path / "case.toml", shared_path / "together", world)
    alone = world.bcast(
        told(shared_path / "case.toml", shared_path / "alone", MPI.COMM_SELF) if world.rank == 0 else None
    )
    assert len(together) > 80
    assert together == pytest.approx(alone, rel=1e-7, abs=1e-10)
