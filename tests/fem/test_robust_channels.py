"""Channels from rest with the defaults: stretched cells, Reynolds numbers up to 2000, cold PG25 of Prandtl number 34.

Developed flow in the reference cell is in `test_reference_cell.py`, case A at its own Reynolds number in
`test_peer_cases.py`.
"""

import time
from math import pi, tanh
from pathlib import Path

import numpy as np
import pytest
from mpi4py import MPI

from rack2city.fem.flow.boundaries import Boundary, FlowInlet, FlowOutlet, Slip
from rack2city.fem.heat.quantities import highest_temperature
from rack2city.fem.mesh.quantities import surface_maximum
from rack2city.fem.mesh.section import plane_section
from rack2city.materials import coolant
from rackmesh.published.peer_cases import CELL_LENGTH, CELL_MESHES, CHANNEL, ENTRANCE, HEIGHT, cell_blocks
from rackmesh.tensor import Segment, write_blocks
from tests.fem.cells import heated_cell
from tests.fem.plates import COPPER, HEAT, WATER, duct_blocks, solve_from_rest

DUCT: list[Boundary] = [FlowInlet(), FlowOutlet(), Slip()]


def friction(aspect: float) -> float:
    """Fanning f Re of developed flow in a rectangular duct, short over long side (Shah & London 1978, their series)."""
    odd = range(1, 200, 2)
    series = sum(tanh(n * pi / (2.0 * aspect)) / n**5 for n in odd)
    return 24.0 / ((1.0 + aspect) ** 2 * (1.0 - 192.0 / pi**5 * aspect * series))


def quarter_duct(path: Path, ratio: float, tetrahedra: bool = False) -> float:
    """A quarter of a duct of 1 x 8 mm with cells `ratio` times longer than they are wide; returns its length."""
    width = 0.5e-3 / 3
    length = 6 * ratio * width
    x, y, z = Segment(length, 6), Segment(0.5e-3, 3), Segment(4e-3, 6, "end", 4.0)
    write_blocks(duct_blocks(x, y, z, symmetry=[(1, -1), (2, -1)]), path, tetrahedra)
    return length


@pytest.mark.parametrize("tetrahedra", [False, True], ids=["hexahedra", "tetrahedra"])
def test_cells_300_times_longer_than_wide(tmp_path: Path, tetrahedra: bool) -> None:
    """Developed flow at Re 350 loses nothing by stretching."""
    speed, diameter = 0.13, 4.0 * 8e-6 / 18e-3
    factors = []
    for ratio in (1.0, 30.0, 100.0, 300.0):
        length = quarter_duct(tmp_path / "duct.msh", ratio, tetrahedra)
        solved = solve_from_rest(tmp_path / "duct.msh", speed * 2e-6, heated=False, boundaries=DUCT)
        factors.append(solved.drop / length * diameter**2 / (2.0 * WATER.viscosity * speed))
        print(f"{ratio:g}:1, {solved}, f Re {factors[-1]:.5f}")
    assert factors == pytest.approx([friction(0.125)] * 4, rel=1.5e-3)
    assert factors == pytest.approx([factors[-1]] * 4, rel=1e-3 if tetrahedra else 1e-8)


@pytest.mark.parametrize("reynolds", [1, 10, 100, 500, 1000, 2000])
def test_developed_flow_in_a_square_duct(tmp_path: Path, reynolds: float) -> None:
    """f Re is 14.2271 at any Reynolds number; cells are 30:1."""
    side, cells = 1e-3, 4
    length = 5 * 30 * side / (2 * cells)
    half = Segment(0.5 * side, cells)
    write_blocks(duct_blocks(Segment(length, 5), half, half, [(1, -1), (2, -1)]), tmp_path / "duct.msh")
    speed = reynolds * WATER.viscosity / (WATER.density * side)
    solved = solve_from_rest(tmp_path / "duct.msh", speed * 0.25 * side**2, heated=False, boundaries=DUCT)
    print(f"Re {reynolds:g}: {solved}")
    assert solved.drop / length * side**2 / (2.0 * WATER.viscosity * speed) == pytest.approx(14.2271, rel=5e-4)


def apparent_drop(speed: float, place: float) -> float:
    """Pressure lost from a uniform inflow to a place behind it in a 0.3 x 3 mm channel (Pa).

    Shah's (1978) correlation, right to some 3 %, with its constants between those of ducts 1:5 and of parallel plates.
    """
    diameter = 2.0 * CHANNEL * HEIGHT / (CHANNEL + HEIGHT)
    x = place * WATER.viscosity / (WATER.density * speed * diameter**2)
    entry, developed, loss, shape = 3.44 / np.sqrt(x), friction(0.1), 0.80, 5e-5
    factor = entry + (developed + loss / (4.0 * x) - entry) / (1.0 + shape / x**2)
    return float(factor * 2.0 * WATER.viscosity * speed * place / diameter**2)


@pytest.mark.parametrize("reynolds", [1, 10, 100, 500, 1000, 2000])
def test_uniform_inflow_into_a_channel_cell(tmp_path: Path, reynolds: float) -> None:
    """The mesh is that of case A with 208 cells; from 5 mm on the drop follows Shah's correlation."""
    write_blocks(cell_blocks(CELL_MESHES["coarse"]), tmp_path / "a.msh")
    diameter = 2.0 * CHANNEL * HEIGHT / (CHANNEL + HEIGHT)
    speed = reynolds * WATER.viscosity / (WATER.density * diameter)
    openings: list[Boundary] = [FlowInlet("inlet", "uniform"), FlowOutlet(), Slip()]
    solved = solve_from_rest(tmp_path / "a.msh", speed * 0.5 * CHANNEL * HEIGHT, boundaries=openings)
    fluid, pressure = solved.fluid, solved.flow.pressure()
    drop = plane_section(fluid, (ENTRANCE, 0.0, 0.0), (1.0, 0.0, 0.0)).mean(pressure)
    expected = apparent_drop(speed, CELL_LENGTH) - apparent_drop(speed, ENTRANCE)
    print(f"Re {reynolds:g}: {solved}; from 5 mm on {drop:.5g} Pa, Shah {expected:.5g} Pa")
    assert drop == pytest.approx(expected, rel=0.03)


GLYCOL_K, GLYCOL_RISE_K = 280.15, 13.694
"""At 7 degC the Prandtl number of PG25 is 34 (30 at 10 degC); the rise is that of the finest mesh of the slow test."""


def glycol_rise(path: Path, mesh: str, refinement: float = 1.0) -> float:
    """Rise of the heated face over PG25 at 0.5 m/s, 0.4 MW/m², viscosity falling as it warms; balance and bounds asserted."""
    liquid = coolant("PG25")
    density, heat_capacity, conductivity, viscosity = (
        float(law(GLYCOL_K)) for law in (liquid.density, liquid.heat_capacity, liquid.conductivity, liquid.viscosity)
    )
    assert viscosity * heat_capacity / conductivity == pytest.approx(34.4, abs=0.2)
    write_blocks(cell_blocks(CELL_MESHES[mesh], refinement), path)
    conductivities = {"fluid": conductivity, "solid": COPPER}
    laws = liquid.ln_viscosity_fit, conductivities, density, heat_capacity
    problem = heated_cell(path, MPI.COMM_SELF, *laws, GLYCOL_K)
    start = time.process_time()
    report = problem.solve(0.5 * 0.5 * CHANNEL * HEIGHT, {"heated": 4e5})
    seconds = time.process_time() - start
    assert problem.heat.report is not None
    assert problem.heat.report.balance.relative < HEAT
    rise = surface_maximum(problem.domain, problem.heat.temperature, "heated") - GLYCOL_K
    lowest = float(np.min(problem.heat.temperature.x.array)) - GLYCOL_K
    unknowns = problem.flow.space.dofmap.index_map.size_global
    print(f"{unknowns} unknowns, {report}, {seconds:.1f} s, rise {rise:.5f} K, lowest {lowest:.3g} K")
    # heat comes in from the solid alone: no liquid is warmer than it, or colder than what enters but for some ripples
    assert highest_temperature(problem.heat, "fluid") <= GLYCOL_K + rise
    assert lowest > -0.05 * rise
    return rise


def test_cold_glycol(tmp_path: Path) -> None:
    assert glycol_rise(tmp_path / "cell.msh", "coarse") == pytest.approx(GLYCOL_RISE_K, rel=5e-3)


@pytest.mark.slow
def test_highest_temperature_of_cold_glycol_converges(tmp_path: Path) -> None:
    levels = [("coarse", 1.0), ("fine", 1.0), ("fine", 1.5)]
    coarse, fine, finest = (glycol_rise(tmp_path / "cell.msh", *level) for level in levels)
    assert finest == pytest.approx(GLYCOL_RISE_K, rel=1e-4)
    assert fine == pytest.approx(finest, rel=5e-4)
    assert abs(fine - finest) < 0.25 * abs(coarse - finest)
