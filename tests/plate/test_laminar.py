"""Where a plate is beyond what a laminar model can say, and where its flow is unsteady: told with place and flow."""

from pathlib import Path

import pytest
from mpi4py import MPI

from rack2city.case import load_plates
from rack2city.chain.plates.runs import plate_lines
from rack2city.errors import ConvergenceError, UnsteadyError
from rack2city.fem import PortFlow
from rack2city.plate import MESH, PlateMap, case_coolant, plate_model
from rack2city.plate.laminar import Narrows, over_the_flow
from rack2city.plate.problem import PlateProblem
from rack2city.plate.runs import run_plate

# Four channels of 2 x 4 mm, D = 2 * 2 * 4 / 6 mm; at 4 L/min, the last, 2.083 m/s.
CASE = """
[case]
name = "wide"
title = "Wide channels"

[coolant]
name = "water"

[plates.wide]
kind = "skived"
model = "cell"
power = "20 W"
flow = "3.2 L/min"
inlet_temperature = "40 degC"
length = "20 mm"
width = "12 mm"
pitch = "3 mm"
channel_width = "2 mm"
fin_height = "4 mm"
base_thickness = "1 mm"
conductivity = { value = "391 W/(m*K)", source = "Cu-OF" }
tim_resistance = "5 mm^2*K/W"
level = "coarse"
flow_factors = [0.0625, 0.25, 1.25]
"""


def wide(folder: Path) -> PlateMap:
    """The map of the plate."""
    (folder / "case.toml").write_text(CASE)
    case = load_plates(folder / "case.toml").case
    model = plate_model(case, "wide")
    model.write(folder / MESH)
    return run_plate(case, model, case_coolant(case), folder, MPI.COMM_SELF)


@pytest.mark.filterwarnings("ignore:flow. the Reynolds number is")
def test_a_plate_beyond_the_laminar_range_says_where_and_from_which_flow_on(tmp_path: Path) -> None:
    plate = wide(tmp_path)
    assert plate.runs is not None
    diameter, speed = 4.0 * 8e-6 / 12e-3, 4.0 / 6e4 / (4 * 8e-6)
    inlet, outlet = plate.runs.ports
    assert (inlet.name, outlet.name) == ("inlet", "outlet")
    for port in plate.runs.ports:
        assert port.hydraulic_diameter_m == pytest.approx(diameter)
        assert port.speed_m_per_s == pytest.approx([f * speed for f in (0.05, 0.2, 1.0)])
        assert port.reynolds == pytest.approx([f * speed * diameter / 0.6585e-6 for f in (0.05, 0.2, 1.0)], rel=5e-3)
    section = plate.runs.section
    assert section is not None
    assert (section.axis, section.at_m) == ("x", pytest.approx(2e-3))  # all alike, so the first
    assert section.reynolds == pytest.approx(inlet.reynolds, rel=2e-2)
    begins = 4.0 * 2300.0 / inlet.reynolds[-1]
    told = (
        f"turbulence in port 'inlet', 2.67 mm wide: the Reynolds number is {inlet.reynolds[-1]:.0f} at 4 L/min; in ducts flow "
        f"is turbulent above 2300, here above {begins:.3g} L/min"
    )
    assert told in plate.leaves_out
    assert any(line.startswith("turbulence in the section x = 2 mm: ") for line in plate.leaves_out)
    assert f"  left out: {told}" in list(plate_lines(plate))


def test_of_sections_the_highest_is_told_at_every_flow() -> None:
    port = PortFlow("inlet", 1e-6, 0.5, 2e-3, 1000.0)
    slow = Narrows((port,), {("x", 1.0): 50.0, ("y", 2.0): 40.0, ("x", 3.0): 10.0})
    fast = Narrows((port,), {("x", 1.0): 90.0, ("y", 2.0): 99.0, ("x", 3.0): 99.0 * (1.0 - 1e-9)})
    _, section = over_the_flow([slow, fast])
    assert section is not None
    assert (section.axis, section.at_m, section.reynolds) == ("x", 3.0, (10.0, 99.0 * (1.0 - 1e-9)))


@pytest.mark.parametrize("kind", [UnsteadyError, ConvergenceError])
def test_a_flow_that_fails_names_plate_and_flow(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: type[ConvergenceError]
) -> None:
    def fails(self: PlateProblem, flow: float) -> None:
        raise kind("flow: swings")

    monkeypatch.setattr(PlateProblem, "point", fails)
    with pytest.raises(
        kind, match=r"^plates\.wide: at 0\.2 L/min, 0\.0625 times its design flow.*flow: swings$"
    ) as told:
        wide(tmp_path)
    steps = "probably unsteady, so that steady curves do not reach there: keep plates.wide.flow_factors" in str(
        told.value
    )
    assert steps == (kind is UnsteadyError)


@pytest.mark.filterwarnings("ignore:flow. the Reynolds number is")
def test_a_curve_is_guessed_along_and_its_points_are_those_from_rest(tmp_path: Path) -> None:
    (tmp_path / "case.toml").write_text(CASE)
    case = load_plates(tmp_path / "case.toml").case
    model, lines = plate_model(case, "wide"), list[str]()
    model.write(tmp_path / MESH)
    from rack2city.plate.problem import plate_problem

    def problem() -> PlateProblem:
        return plate_problem(case, model, case_coolant(case), tmp_path / MESH, MPI.COMM_SELF, lines.append)

    along, flow = problem(), model.design.flow
    points = [along.point(factor * flow) for factor in (0.05, 0.06, 0.08)]
    assert sum("taking a guess" in line for line in lines) == 1
    alone = problem().point(0.08 * flow)
    assert points[-1].pressure_drop_pa == pytest.approx(alone.pressure_drop_pa, rel=1e-8)
    assert points[-1].case_max_k - 313.15 == pytest.approx(alone.case_max_k - 313.15, rel=1e-8)
    assert points[-1].counts["newton_iterations"] < points[1].counts["newton_iterations"]
