"""The report of a plate alone: complete, laid out by condition, result and definition; pictures that show something."""

import re
from pathlib import Path

import numpy as np
import pypdfium2
import pytest
import pyvista as pv
from matplotlib.image import imread

from rack2city.report.figures.straight_cells import straight


def text_of(file: Path) -> str:
    if file.suffix == ".pdf":
        document = pypdfium2.PdfDocument(file)
        text = " ".join(document[i].get_textpage().get_text_range() for i in range(len(document)))
    else:
        text = re.sub(r"<[^>]+>", " ", file.read_text(encoding="utf-8"))
    return " ".join(text.replace("&#39;", "'").split())


@pytest.mark.parametrize("name", ["report.pdf", "report.html"])
def test_a_sheet_says_at_what_and_where_and_what_is_left_out(finished_plates: Path, name: str) -> None:
    text = text_of(finished_plates / "run" / "plates" / "whole" / name)
    for told in (
        "Cold plate 'whole': Two plates",
        "Pressure drop and largest case-to-inlet resistance at 0.002000 L/min of water that enters at 40.00 °C",
        "from the inlet to the outlet of what is meshed",
        "on the chip's face, before the thermal interface material",
        "Left out: hoses and fittings before and behind the ports that are meshed",
        "Uncertainty of the curves by what it comes from",
        "not known",  # the mesh is the coarsest
        "Wall-to-bulk film coefficient: heat of the plate over the area of the walls between coolant and solid",
        "junction, max (°C)",
        "4.5, 1.6, −1",  # the hot spot
        "Cu-OF",
        "heat, whole at 0.5 x design flow",
        "beside the largest velocities recommended against erosion of copper by water of",
        "suggested in the call of OCP's cold plate base specification",
        "Flow of each channel of the plate 'whole'",
        "Streamlines of the plate 'whole'",
    ):
        assert told in text, told
    for other in ("Verdict", "HOLDS", "slab"):
        assert other not in text


def test_a_plate_without_zones_or_channels_has_no_tables_of_them(finished_plates: Path) -> None:
    text = text_of(finished_plates / "run" / "plates" / "slab" / "report.html")
    assert "Zones of the plate" not in text
    assert "Flow of each channel" not in text
    assert "Temperature of the plate 'slab'" in text


@pytest.mark.parametrize("name", ["temperature", "speed", "streamlines"])
def test_pictures_show_many_colours(finished_plates: Path, name: str) -> None:
    image = imread(finished_plates / "run" / "plates" / "whole" / f"{name}.png")[..., :3]
    colours = np.unique((image.reshape(-1, 3) * 15).astype(int), axis=0)
    assert len(colours) > 60
    assert 0.05 < np.mean(np.any(image < 0.97, axis=2)) < 0.95


@pytest.mark.parametrize("kind", ["hexahedron", "tetrahedron"])
@pytest.mark.parametrize("parts", [1, 3])
def test_straight_cells_keep_what_is_quadratic(kind: str, parts: int) -> None:
    """Whatever the order of the nodes behind the corners, size and field are those of the curved cell."""
    corners = np.array([(0, 0, 0), (1, 0, 0), (1, 1, 0), (0, 1, 0), (0, 0, 1), (1, 0, 1), (1, 1, 1), (0, 1, 1)], float)
    if kind == "tetrahedron":
        corners = corners[[0, 1, 3, 4]]
        others = [0.5 * (corners[a] + corners[b]) for a in range(4) for b in range(a)]
        cell, size, small = pv.CellType.QUADRATIC_TETRA, 1.0 / 6.0, 8
    else:
        lattice = np.array([(x, y, z) for x in (0, 0.5, 1) for y in (0, 0.5, 1) for z in (0, 0.5, 1)])
        others = [p for p in lattice if np.any(p == 0.5)]
        cell, size, small = pv.CellType.TRIQUADRATIC_HEXAHEDRON, 1.0, 64
    rng = np.random.default_rng(parts)
    nodes = np.vstack([corners, rng.permutation(others)])
    blocks = [nodes + np.array([float(i), 0.0, 0.0]) for i in range(parts)]
    count = len(blocks[0])
    cells = np.hstack([np.r_[count, i * count + np.arange(count)] for i in range(parts)])
    grid = pv.UnstructuredGrid(cells, np.full(parts, cell), np.vstack(blocks))

    def field(x: np.ndarray) -> np.ndarray:
        return x[:, 0] ** 2 + x[:, 1] * x[:, 2] - x[:, 2] if kind == "hexahedron" else x[:, 0] - 2.0 * x[:, 2]

    grid.point_data["t"] = field(np.asarray(grid.points))
    found = straight(grid)
    assert found.n_cells == small * parts
    sizes = np.abs(found.compute_cell_sizes(length=False, area=False).cell_data["Volume"])
    assert sizes == pytest.approx(np.full(found.n_cells, size / small), rel=1e-6)
    assert found.point_data["t"] == pytest.approx(field(np.asarray(found.points)), abs=1e-9)
    if kind == "hexahedron":  # points that two cells share are one
        assert found.n_points == (4 * parts + 1) * 25
