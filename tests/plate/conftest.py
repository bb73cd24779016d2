"""A plate of a case, run on its own."""

from pathlib import Path

import pytest

from rack2city.case import load_case
from rack2city.materials import coolant
from rack2city.plate import MESH, plate_model

CASE = Path(__file__).parents[2] / "cases" / "rack-150kw"


@pytest.fixture
def run_of(tmp_path):
    """Map of a plate of the reference case with overrides of its fields, on meshes of its own."""
    from mpi4py import MPI

    from rack2city.plate.runs import run_plate

    def run(name, *fields):
        case = load_case(CASE, [f"plates.{name}.{field}" for field in fields]).case
        model, folder = plate_model(case, name), tmp_path / f"{name}-{len(list(tmp_path.iterdir()))}"
        folder.mkdir()
        for file, write in {MESH: model.write, **model.coarser}.items():
            write(folder / file)
        return run_plate(case, model, coolant("PG25"), folder, MPI.COMM_SELF)

    return run
