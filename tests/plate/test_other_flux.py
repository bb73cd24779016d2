"""Plates of another heat flux from the same map, against a finite-element run of their own."""

from pathlib import Path

import pytest
from mpi4py import MPI

from rack2city.case import load_case
from rack2city.materials import coolant
from rack2city.plate import plate_design, reference_design
from rack2city.plate.runs import channel_problem, run_plate, solve_point
from rackmesh.channel import LEVELS, HalfChannel, write_half_channel

CASES = Path(__file__).parents[2] / "cases"


def test_cpu_plate_from_the_accelerators_map(tmp_path: Path) -> None:
    """A CPU's plate has less than half the flow per channel and a lower flux: 14 % more pressure than the map's own."""
    case = load_case(CASES / "rack-150kw", ["mesh.level=coarse"]).case
    pg25, mesh = coolant("PG25"), tmp_path / "mesh.msh"
    geometry = HalfChannel(0.2e-3, 0.1e-3, 3e-3, 2e-3, 40e-3, 0.05e-3)
    write_half_channel(geometry, LEVELS["coarse"], mesh)
    plate_map = run_plate(case, pg25, mesh, (), tmp_path / "fields", MPI.COMM_SELF)
    design = plate_design(case, case.rack.loads[1])
    assert design.heat_flux < 0.5 * reference_design(case).heat_flux
    problem = channel_problem(case, pg25, mesh, MPI.COMM_SELF, lambda line: None)
    own = solve_point(problem, design.flow_per_channel, design.heat_flux, pg25)
    mapped = plate_map.at_flux(design.heat_flux, pg25.viscosity)
    assert mapped.pressure_drop(design.flow_per_channel) == pytest.approx(own["pressure_drop_pa"], rel=3e-3)
    assert plate_map.pressure_drop(design.flow_per_channel) < 0.9 * own["pressure_drop_pa"]
    assert mapped.case_to_inlet(design.flow_per_channel) == pytest.approx(own["case_to_inlet_max_m2k_per_w"], rel=3e-3)
