"""Fields as files: whole, or refused."""

from pathlib import Path

import pytest
from dolfinx import fem, mesh
from mpi4py import MPI

from rack2city.errors import Rack2CityError
from rack2city.fem.coupled import export


def test_fields_that_the_disk_does_not_take_whole_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    unit = mesh.create_unit_cube(MPI.COMM_SELF, 2, 2, 2)
    field, collection = fem.Function(fem.functionspace(unit, ("Lagrange", 1))), tmp_path / "field.pvd"
    export._write(MPI.COMM_SELF, collection, [field])
    assert (tmp_path / "field_p0_000000.vtu").is_file()
    real, told = Path.read_bytes, f"{collection}: the fields could not be written whole: is the disk full"
    monkeypatch.setattr(Path, "read_bytes", lambda path: real(path)[:-20])
    with pytest.raises(Rack2CityError, match=told):
        export._write(MPI.COMM_SELF, collection, [field])
