"""A row of cells becomes the cell that repeats: staggered round pins at a Reynolds number of 50 on diameter and gap."""

from pathlib import Path

import pytest
import ufl
from mpi4py import MPI

from rack2city.fem import (
    ConjugateProblem,
    FlowInlet,
    FlowOutlet,
    Fluid,
    Flux,
    HeatInlet,
    HeatOutlet,
    PeriodicCell,
    Slip,
    read_domain,
)
from tests.fem.periodic.shapes import write_plane_pins

LENGTH, HEIGHT, PINS, SIZE = 2.0, 1.0, [(0.5, 0.0, 0.3), (1.5, 1.0, 0.3)], 0.15
CELLS, DEGREE = 6, {"quadrature_degree": 6}
VISCOSITY = 0.6 / 0.7 / 50.0
PRANDTL = 0.25  # a higher one takes the two halves of the row longer to mix


def test_a_row_of_pins_becomes_the_cell(tmp_path: Path) -> None:
    properties = (1.0, 1.0, VISCOSITY / PRANDTL, VISCOSITY)
    write_plane_pins(tmp_path / "cell.msh", LENGTH, HEIGHT, PINS, SIZE)
    cell = PeriodicCell(
        read_domain(tmp_path / "cell.msh", MPI.COMM_SELF), Fluid(*properties), {}, [Flux("heated", 1.0)]
    )
    result = cell.solve(flow_rate=1.0)
    assert result.heat is not None
    write_plane_pins(tmp_path / "row.msh", LENGTH, HEIGHT, PINS, SIZE, CELLS)
    domain = read_domain(tmp_path / "row.msh", MPI.COMM_SELF)
    numbers = range(1, CELLS + 1)
    bodies = tuple(f"fluid_{i}" for i in numbers)
    row = ConjugateProblem(
        domain,
        Fluid(*properties, volumes=bodies),
        {},
        [FlowInlet(profile="uniform"), FlowOutlet(), Slip("symmetry_low"), Slip("symmetry_high")],
        [HeatInlet("inlet", 300.0), HeatOutlet("outlet"), *(Flux(f"heated_{i}", 1.0) for i in numbers)],
    )
    row.solve(1.0)
    dx, ds, maps = domain.dx(metadata=DEGREE), domain.ds(metadata=DEGREE), [row.fluid.cell_map]
    level = row.heat.temperature - result.heat.rise_k / LENGTH * ufl.SpatialCoordinate(domain.mesh)[0]
    pressure, moved = row.flow.pressure(), row.velocity[0]
    walls, bulks, pressures = [], [], []
    for i, body in enumerate(bodies, start=1):
        here = dx(domain.volumes[body])
        bulks.append(domain.integral(moved * level * here, maps) / domain.integral(moved * here, maps))
        walls.append(domain.mean(level, ds(domain.surfaces[f"heated_{i}"])) - bulks[-1])
        pressures.append(row.fluid.mean(pressure, row.fluid.dx(metadata=DEGREE)(row.fluid.volumes[body])))
    # Cells beside the ends feel them; the pressure takes longer to settle than the temperature at this Prandtl number.
    assert pressures[3] - pressures[4] == pytest.approx(result.pressure_drop_pa, rel=5e-4)
    assert walls[2:4] == pytest.approx([result.heat.wall_above_bulk_k] * 2, rel=5e-4)
    assert bulks[3] - bulks[2] == pytest.approx(0.0, abs=1e-4 * result.heat.rise_k)
    # What was to be shown is not so from the start:
    assert abs((pressures[0] - pressures[1]) / result.pressure_drop_pa - 1.0) > 0.1
    assert abs(walls[0] / result.heat.wall_above_bulk_k - 1.0) > 3e-3
