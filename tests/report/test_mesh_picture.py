"""The picture of a mesh: what is at its surface, how it is named and coloured, and that it is drawn."""

from pathlib import Path

import numpy as np
import pytest
from matplotlib.image import imread

from rack2city.arrays import Array
from rack2city.report.figures.facets import Bodies, Whole, outer_faces, read_bodies
from rack2city.report.figures.mesh import colours, draw_mesh, stretch
from rackmesh.channel import Cells, HalfChannel, half_channel_blocks, write_half_channel
from rackmesh.files import MeshError
from rackmesh.plates.parts.sizes import Sizes
from rackmesh.plates.pin_fin import PinFin, write_pin_cell
from rackmesh.tensor import write_blocks

CELL = HalfChannel(2e-3, 1e-3, 3e-3, 1e-3, 8e-3)
CELLS = Cells(channel=2, fin=1, height=3, base=2, tim=1, length=4)
PINS = PinFin(1e-3, 2e-3, 2e-3, 1e-3, 0.5e-3)


def area(points: Array, loops: Whole) -> float:
    """Of plane outlines (m2)."""
    corner = points[loops]
    fans = np.cross(corner[:, 1:-1] - corner[:, :1], corner[:, 2:] - corner[:, :1])
    return float(np.linalg.norm(fans.sum(axis=1), axis=1).sum() / 2)


def areas(bodies: Bodies) -> dict[str, float]:
    """Of everything at the surface (mm2)."""
    shown = outer_faces(bodies, np.ones(len(bodies.cells), dtype=bool))
    return {name: 1e6 * area(bodies.points, loops) for name, loops in shown.items()}


@pytest.mark.parametrize("tetrahedra", [False, True])
def test_what_is_at_the_surface(tetrahedra: bool, tmp_path: Path) -> None:
    write_blocks(half_channel_blocks(CELL, CELLS), tmp_path / "cell.msh", tetrahedra)
    assert areas(read_bodies(tmp_path / "cell.msh")) == pytest.approx(
        {
            "inlet": 1.5,
            "outlet": 1.5,
            "symmetry": 24.0,
            "heated": 8.0,
            "fluid": 4.0,  # its top; what touches fins and base is not at the surface
            "fins": 24.0 + 2 * 1.5 + 4.0,
            "base": 2 * 8.0 + 2 * 1.0,
        }
    )


def test_curved_outlines_are_round(tmp_path: Path) -> None:
    write_pin_cell(PINS, Sizes(across=2), tmp_path / "pins.msh")
    bodies = read_bodies(tmp_path / "pins.msh")
    assert bodies.cells.shape[1] == 27
    found = areas(bodies)
    top = found["fins"] - 1.0 * 1.0  # less its cut, in the plane of symmetry
    # Corners and middles of eight arcs: an outline of 16 chords.
    assert top == pytest.approx(8 * 0.25 * np.sin(np.pi / 16), rel=1e-9)
    assert found["inlet"] == pytest.approx(1.0)


def test_an_opened_mesh_shows_what_was_inside(tmp_path: Path) -> None:
    write_half_channel(CELL, CELLS, tmp_path / "cell.msh")
    bodies = read_bodies(tmp_path / "cell.msh")
    solid = np.array(bodies.volumes)[bodies.body] != "fluid"
    shown = {name: 1e6 * area(bodies.points, loops) for name, loops in outer_faces(bodies, solid).items()}
    assert "inlet" not in shown
    assert shown["fins"] == pytest.approx(2 * 24.0 + 2 * 1.5 + 4.0)


def test_colours_and_stretch() -> None:
    look = colours(
        ["fluid", "base", "chip", "heated", "heated_gpu", "inlet", "symmetry_low"], ("base", "chip", "fluid")
    )
    assert len(set(look.values())) == 7
    points = np.array([[0.0, 0.0, 0.0], [40.0, 0.1, 10.0]])
    assert stretch(points) == pytest.approx([1.0, 48.0, 1.0])


def test_the_picture_is_drawn_or_refused(tmp_path: Path) -> None:
    write_half_channel(CELL, CELLS, tmp_path / "cell.msh")
    draw_mesh(tmp_path / "cell.msh", tmp_path / "cell.png")
    picture = imread(tmp_path / "cell.png")[..., :3]
    assert np.mean((picture < 0.97).any(axis=2)) > 0.1
    (tmp_path / "none.msh").write_text("nothing")
    with pytest.raises(MeshError, match="this is a text"):
        draw_mesh(tmp_path / "none.msh", tmp_path / "none.png")
    assert not (tmp_path / "none.png").exists()
