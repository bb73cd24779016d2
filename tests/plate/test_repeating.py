"""Cells that repeat: meshes of a family are similar, what is told of a mesh holds against a finer one, heat along a column."""

from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from rack2city.case import load_plates
from rack2city.plate import plate_model
from rack2city.plate.gci import grid_convergence
from rack2city.plate.models import MESH, Piece, Strip
from rack2city.plate.models.model import Repeats
from rack2city.plate.repeating import RepeatingProblem
from rackmesh.files import opened
from tests.plate.cases import points_of

CASES = Path(__file__).parents[2] / "cases" / "plates"
INLINE = """
[case]
name = "inline"
title = "Square pins in line"
[coolant]
name = "water"
[plates.pins]
kind = "pin-fin"
model = "cell"
power = "100 W"
flow = "{flow} L/min"
inlet_temperature = "40 degC"
length = "40 mm"
width = "40 mm"
pin = "square"
arrangement = "inline"
pin_width = "0.5 mm"
pitch_along = "1 mm"
pitch_across = "1 mm"
fin_height = "1 mm"
base_thickness = "1 mm"
conductivity = "391 W/(m*K)"
cells_across = 2
"""


@pytest.mark.parametrize(("case", "name"), [("pin-fin", "gpu"), ("offset-strip", "gpu")])
@pytest.mark.parametrize(("level", "quarters"), [("medium", (4, 3, 2)), ("fine", (5, 4, 3))])
def test_meshes_of_a_family_are_similar(
    case: str, name: str, level: str, quarters: tuple[int, ...], tmp_path: Path
) -> None:
    """Numbers of cells differ by the same whole ratios in all three directions: by their cubes in all."""
    import gmsh

    model, counts = plate_model(load_plates(CASES / f"{case}.toml", [f"plates.{name}.level={level}"]).case, name), []
    for file, write in {MESH: model.write, **model.coarser}.items():
        write(tmp_path / file)
        with opened(tmp_path / file):
            counts.append(sum(len(tags) for tags in gmsh.model.mesh.getElements(3)[1]))
    for (fine, coarse), (more, less) in zip(pairwise(counts), pairwise(quarters), strict=True):
        assert fine * less**3 == coarse * more**3


@pytest.mark.slow
def test_the_error_against_a_finer_mesh_is_within_what_is_told(tmp_path: Path) -> None:
    """Of pressure drop and resistance, by the three meshes of level medium; and it is not told much larger than it is."""
    case = tmp_path / "case.toml"
    case.write_text(INLINE.format(flow=0.2))
    found = list(points_of(case, "pins"))
    cells = [count for _, count in found]
    finer = next(points_of(case, "pins", "level=fine"))[0]
    for read in (lambda p: p.pressure_drop_pa, lambda p: p.case_max_k - p.bulk_k):
        values = [read(point) for point, _ in found]
        told, error = grid_convergence(values, cells), abs(values[0] / read(finer) - 1.0)
        assert error < told < 0.03


def test_heat_along_a_column() -> None:
    """A cold, a hot and a warm stretch: the bulk rises by what was put in, faces stand above it by their own flux."""
    flow, capacity, width = 1e-6, 4e6, 0.5e-3  # m³/s, J/(m³ K), m of half a column
    pieces = (
        Piece("heated_1", 0.0, (), 0.0, (0.0, 10e-3)),
        Piece("heated_2", 4e5, ("hot",), 0.0, (10e-3, 15e-3)),
        Piece("heated_3", 1e5, ("warm",), 0.0, (15e-3, 35e-3)),
    )
    strip = Strip(2.0, pieces, {"hot": 12.5e-3, "warm": 30e-3})
    plate: Any = SimpleNamespace(
        properties=SimpleNamespace(density=1000.0, heat_capacity=4000.0),
        model=SimpleNamespace(design=SimpleNamespace(inlet_k=300.0)),
        repeats=Repeats(width, 1e-3, 35e-3),
        copies=20.0,
        _check_range=lambda flow, wall: walls.append(wall),
    )
    walls: list[float] = []
    told = RepeatingProblem._along(plate, strip, flow, (2e-5, 3e-5))
    per_flux = width / (capacity * flow / 20.0)
    hot, warm = per_flux * 4e5 * 5e-3, per_flux * 1e5 * 20e-3
    assert told["outlet_bulk_k"] == pytest.approx(300.0 + hot + warm)
    assert told["bulk_k"] == pytest.approx(300.0 + 0.5 * (hot + warm))
    assert told["zone_bulk_k"] == pytest.approx({"hot": 300.0 + 0.5 * hot, "warm": 300.0 + hot + 0.75 * warm})
    cold, second, third = (told["pieces"][piece.surface] for piece in pieces)
    assert (cold["base_mean_k"], cold["base_max_k"]) == (300.0, 300.0)
    assert second["base_mean_k"] == pytest.approx(300.0 + 0.5 * hot + 4e5 * 2e-5)
    assert second["base_max_k"] == pytest.approx(300.0 + hot + 4e5 * 3e-5)
    assert third["base_mean_k"] == pytest.approx(300.0 + hot + 0.5 * warm + 1e5 * 2e-5)
    assert [piece["hottest_at_m"][0] for piece in (cold, second, third)] == [10e-3, 15e-3, 35e-3]
    assert [piece["area_m2"] for piece in (cold, second, third)] == pytest.approx([5e-6, 2.5e-6, 10e-6])
    assert walls == [pytest.approx(max(300.0 + hot + 12.0, 300.0 + hot + warm + 3.0))]
