"""Plates as case files of their own, as a user would write them, and their runs."""

import csv
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mpi4py import MPI

from rack2city.case import load_plates
from rack2city.plate import MESH, PlateMap, case_coolant, plate_model
from rack2city.plate.point import PlatePoint
from rack2city.plate.problem import plate_problem
from rack2city.plate.repeating import repeating_problem
from rack2city.plate.runs import run_plate


@dataclass(frozen=True)
class Liquid:
    """Properties that do not change with temperature, but for the viscosity's last digits, which has to fall.

    Density (kg/m³), heat capacity (J/(kg K)), conductivity (W/(m K)), viscosity (Pa s).
    """

    density: float = 1000.0
    heat_capacity: float = 4180.0
    conductivity: float = 0.6
    viscosity: float = 1e-3

    def write(self, path: Path) -> None:
        """Write it as a table of a coolant, from 0 to 100 degC."""
        head = (
            "temperature [degC], density [kg/m^3], heat capacity [J/(kg*K)], conductivity [W/(m*K)], viscosity [Pa*s]"
        )
        rows = [
            f"{celsius:g}, {self.density!r}, {self.heat_capacity!r}, {self.conductivity!r}, "
            f"{self.viscosity * (1.0 - 1e-9 * celsius):.12g}"
            for celsius in (0.0, 50.0, 100.0)
        ]
        path.write_text("\n".join([head, *rows, ""]), encoding="utf-8")


def point_of(case: Path, name: str, *fields: str) -> PlatePoint:
    """A plate of a case file at its design flow, on its mesh alone, which is written beside the file."""
    return next(points_of(case, name, *fields))[0]


def points_of(case: Path, name: str, *fields: str) -> Iterator[tuple[PlatePoint, int]]:
    """The same on its mesh and on each coarser one, each with its number of cells."""
    loaded = load_plates(case, [f"plates.{name}.{field}" for field in fields]).case
    model = plate_model(loaded, name)
    set_up = plate_problem if model.repeats is None else repeating_problem
    for file, write in {MESH: model.write, **model.coarser}.items():
        mesh = case.parent / file
        write(mesh)
        plate = set_up(loaded, model, case_coolant(loaded), mesh, MPI.COMM_SELF, lambda line: None)
        yield plate.point(model.design.flow), plate.cells


def run_of(case: Path, name: str, *fields: str) -> PlateMap:
    """Map of a plate of a case file, with all that a run makes of it; its meshes are written into a folder beside the file."""
    loaded = load_plates(case, [f"plates.{name}.{field}" for field in fields]).case
    model, folder = plate_model(loaded, name), case.parent / f"{name}-{len(list(case.parent.iterdir()))}"
    folder.mkdir()
    for file, write in {MESH: model.write, **model.coarser}.items():
        write(folder / file)
    return run_plate(loaded, model, case_coolant(loaded), folder, MPI.COMM_SELF)


def copy_of(case: Path, folder: Path) -> Path:
    """A copy of a case file in a folder."""
    return Path(shutil.copy(case, folder))


def rows_of(path: Path) -> list[dict[str, str]]:
    """Rows of a CSV file whose lines of notes begin with #."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return list(csv.DictReader(line for line in lines if not line.startswith("#")))
