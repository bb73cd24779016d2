"""A coolant by its own table through the finite elements: the plate is that of the same liquid by name."""

from pathlib import Path

import numpy as np
import pytest
from mpi4py import MPI

from rack2city.case import load_case
from rack2city.materials import coolant, own_coolant
from rack2city.plate import plate_model
from rack2city.plate.point import plate_point
from rack2city.plate.problem import plate_problem, solve_strip

CASES = Path(__file__).parents[2] / "cases"


def test_the_same_plate_by_name_and_by_table(tmp_path: Path) -> None:
    """PG25 in rows of 10 K: pressure drop within 0.2 %, as its viscosity, and resistance within 0.05 %."""
    case, pg25, mesh = (
        load_case(CASES / "rack-150kw", ["plates.accelerator.level=coarse"]).case,
        coolant("PG25"),
        tmp_path / "mesh.msh",
    )
    celsius = np.arange(10.0, 91.0, 10.0)
    rows = zip(
        celsius,
        *(f(celsius + 273.15) for f in (pg25.density, pg25.heat_capacity, pg25.conductivity, pg25.viscosity)),
        strict=True,
    )
    head = "temperature [degC], density [kg/m^3], heat_capacity [J/(kg*K)], conductivity [W/(m*K)], viscosity [Pa*s]"
    (tmp_path / "pg25.csv").write_text("\n".join([head, *(", ".join(f"{x:.6g}" for x in row) for row in rows)]))
    model = plate_model(case, "accelerator")
    model.write(mesh)
    flow, found = model.design.flow, []
    for liquid in (pg25, own_coolant("my PG25", tmp_path / "pg25.csv")):
        plate = plate_problem(case, model, liquid, mesh, MPI.COMM_SELF, lambda line: None)
        found.append(plate_point(model, flow, [(strip, solve_strip(plate, strip, flow)) for strip in plate.strips]))
    named, tabled = found
    assert tabled.pressure_drop_pa == pytest.approx(named.pressure_drop_pa, rel=2e-3)
    assert tabled.pressure_drop_pa != named.pressure_drop_pa
    rise = named.case_max_k - model.design.inlet_k
    assert tabled.case_max_k - model.design.inlet_k == pytest.approx(rise, rel=5e-4)
