"""Graded blocks and the peers' domains: sizes, groups, and that hexahedra and tetrahedra fill the same space."""

import itertools
from pathlib import Path

import gmsh
import numpy as np
import pytest

from rackmesh.cells.statistics import mesh_statistics
from rackmesh.files import MeshError, opened
from rackmesh.published.peer_cases import CELL_MESHES, PLATE_MESHES, CellMesh, cell_blocks, plate_blocks
from rackmesh.tensor import BlockMesh, Places, Segment, cut, write_blocks
from tests.meshes.sizes_of_groups import group_sizes


@pytest.mark.parametrize("dense", ["start", "end", "both"])
def test_cells_grow_geometrically_by_the_ratio(dense: str) -> None:
    points = Segment(2.0, 7, dense, 10.0).points()  # type: ignore[arg-type]
    sizes = np.diff(points)
    assert points[0] == 0.0
    assert points[-1] == pytest.approx(2.0, rel=1e-14)
    assert sizes.max() / sizes.min() == pytest.approx(10.0)
    growth = sizes[1:] / sizes[:-1]
    if dense == "both":
        assert sizes == pytest.approx(sizes[::-1])
        assert growth[:3] == pytest.approx(10.0 ** (1 / 3))
    else:
        assert growth == pytest.approx(10.0 ** ((1 if dense == "start" else -1) / 6))


def test_refined_axes_keep_their_length_and_ratio() -> None:
    segment = Segment(2.0, 4, "start", 5.0)
    fine = segment.refined(2.0)
    assert (fine.cells, fine.length, fine.ratio) == (8, 2.0, 5.0)
    assert segment.refined(0.01).cells == 1


def test_a_cut_stretch_keeps_its_ends_and_its_grading() -> None:
    whole = Segment(10.0, 10)
    parts = cut(whole, [0.0, 3.1, 5.5, 10.0])
    assert [part.length for part in parts] == pytest.approx([3.1, 2.4, 4.5])
    assert [part.cells for part in parts] == [3, 3, 5]  # the point at 3 moved, one at 5.5 was added
    assert cut(whole, [-1.0, 11.0]) == (whole,)
    assert sum(part.cells for part in cut(Segment(1.0, 1), [0.25, 0.5])) == 3


def test_given_places_are_refined_where_they_are_dense() -> None:
    stretch = Places((0.0, 1.0, 4.0))
    assert stretch.refined(2.0).places == pytest.approx((0.0, 0.5, 1.0, 2.5, 4.0))
    with pytest.raises(MeshError, match="must rise from 0"):
        Places((0.0, 2.0, 1.0)).points()


@pytest.mark.parametrize("tetrahedra", [False, True])
def test_the_cell_has_the_sizes_of_case_a(tetrahedra: bool, tmp_path: Path) -> None:
    path = tmp_path / "a.msh"
    write_blocks(cell_blocks(CELL_MESHES["coarse"]), path, tetrahedra)
    assert group_sizes(path) == pytest.approx(
        {
            "fluid": 0.15e-3 * 3e-3 * 40e-3,
            "solid": (0.25e-3 * 2e-3 + 0.1e-3 * 3e-3) * 40e-3,
            "inlet": 0.15e-3 * 3e-3,
            "outlet": 0.15e-3 * 3e-3,
            "symmetry": 3e-3 * 40e-3,
            "wetted": (2 * 0.15e-3 + 3e-3) * 40e-3,
            "heated": 0.25e-3 * 40e-3,
        },
        rel=1e-9,
    )


@pytest.mark.parametrize("tetrahedra", [False, True])
def test_the_plate_has_the_sizes_of_case_c(tetrahedra: bool, tmp_path: Path) -> None:
    path = tmp_path / "c.msh"
    write_blocks(plate_blocks(PLATE_MESHES["coarse"]), path, tetrahedra)
    plenum, channels = 2 * 5e-3 * 1.4e-3 * 3e-3, 3 * 0.3e-3 * 3e-3 * 20e-3
    ends = 2 * (0.1e-3 + 2 * 0.2e-3) * 3e-3  # of the fins
    channel_walls = 6 * 3e-3 * 20e-3 + 2 * 3 * 0.3e-3 * 20e-3
    plenum_walls = 2 * (5e-3 * 3e-3 + 2 * 5e-3 * 1.4e-3)
    assert group_sizes(path) == pytest.approx(
        {
            "fluid": plenum + channels,
            "solid": 30e-3 * 1.6e-3 * 5e-3 - plenum - channels,
            "inlet": 1.4e-3 * 3e-3,
            "outlet": 1.4e-3 * 3e-3,
            "symmetry": 2 * 5e-3 * 3e-3,
            "wetted": channel_walls + plenum_walls + ends,
            "heated": 20e-3 * 1.6e-3,
        },
        rel=1e-9,
    )


def test_counts_follow_from_channels_and_refinement(tmp_path: Path) -> None:
    path = tmp_path / "plate.msh"
    blocks = plate_blocks(PLATE_MESHES["coarse"], refinement=2.0, channels=5, fluid_only=True)
    write_blocks(blocks, path)
    cells = PLATE_MESHES["coarse"]
    plenums = 2 * (cells.inlet_plenum + cells.outlet_plenum)
    columns = 2 * (1 + 5 * cells.channel + 4 * cells.fin)
    height = 2 * cells.height
    expected = (plenums * columns + 2 * cells.length * 5 * 2 * cells.channel) * height
    assert blocks.cells() == mesh_statistics(path)["cells"] == expected


def test_a_plane_of_the_cell_ends_the_entrance() -> None:
    for refinement in (1.0, 1.7):
        assert np.min(np.abs(cell_blocks(CellMesh(), refinement).lines(0) - 5e-3)) < 1e-15


@pytest.mark.parametrize("tetrahedra", [False, True])
def test_cells_fit_together(tetrahedra: bool, tmp_path: Path) -> None:
    """Every facet belongs to two cells, or to one and the boundary; groups' facets are facets of cells."""
    path = tmp_path / "c.msh"
    write_blocks(plate_blocks(PLATE_MESHES["coarse"]), path, tetrahedra)
    facets_of = (
        list(itertools.combinations(range(4), 3))
        if tetrahedra
        else [(0, 1, 2, 3), (4, 5, 6, 7), (0, 1, 5, 4), (1, 2, 6, 5), (2, 3, 7, 6), (3, 0, 4, 7)]
    )
    with opened(path) as model:
        kinds = (4, 2) if tetrahedra else (5, 3)
        corners = len(facets_of[0])
        cells = np.array(model.mesh.getElementsByType(kinds[0])[1]).reshape(-1, 4 if tetrahedra else 8)
        tagged = np.sort(np.array(model.mesh.getElementsByType(kinds[1])[1]).reshape(-1, corners), axis=1)
        points = np.array(model.mesh.getNodes()[1]).reshape(-1, 3)
        tags = np.array(model.mesh.getNodes()[0])
    facets = np.sort(np.concatenate([cells[:, list(f)] for f in facets_of]), axis=1)
    unique, counts = np.unique(facets, axis=0, return_counts=True)
    assert counts.max() == 2
    low, high = points.min(axis=0), points.max(axis=0)
    x = points[np.argsort(tags)][unique[counts == 1] - 1]  # facets x corners x 3
    flat = np.any(
        np.all(np.isclose(x, low, atol=1e-9), axis=1) | np.all(np.isclose(x, high, atol=1e-9), axis=1), axis=1
    )
    assert np.all(flat)
    assert len(np.unique(np.concatenate([unique, tagged]), axis=0)) == len(unique)
    assert len(np.unique(tagged, axis=0)) == len(tagged)


def test_errors_are_sentences(tmp_path: Path) -> None:
    with pytest.raises(MeshError, match="needs a length, a cell and a ratio"):
        Segment(1.0, 0).points()
    axis = (Segment(1.0, 1),)
    axes = (axis, axis, axis)
    empty = BlockMesh(axes, (0.0, 0.0, 0.0), lambda block: None, lambda face: None)
    with pytest.raises(MeshError, match="every block of the mesh is empty"):
        write_blocks(empty, tmp_path / "e.msh")
    cube = BlockMesh(axes, (0.0, 0.0, 0.0), lambda block: "fluid", lambda face: None)
    with pytest.raises(OSError, match="No such file"):
        write_blocks(cube, tmp_path / "no" / "folder.msh")
    assert not gmsh.isInitialized()
