"""Quality of cells: known shapes, and a distorted one that is refused before anything is written."""

from pathlib import Path

import numpy as np
import pytest

from rackmesh.cells.quality import Quality, mesh_quality, refuse_below
from rackmesh.files import MeshError
from rackmesh.tensor import BlockMesh, Segment, write_blocks
from rackmesh.writer import write_groups

CORNERS = np.array(
    [(0, 0, 0), (1, 0, 0), (1, 1, 0), (0, 1, 0), (0, 0, 1), (1, 0, 1), (1, 1, 1), (0, 1, 1)], dtype=float
)


def write(path: Path, points: np.ndarray) -> Quality:
    return write_groups(path, points, {"fluid": np.arange(8).reshape(1, 8)}, {}, (5, 3))


@pytest.mark.parametrize("tetrahedra", [False, True])
def test_boxes(tetrahedra: bool, tmp_path: Path) -> None:
    axes = ((Segment(4.0, 2),), (Segment(1.0, 2),), (Segment(0.5, 2),))
    mesh = BlockMesh(axes, (0.0, 0.0, 0.0), lambda block: "fluid", lambda face: None)
    written = write_blocks(mesh, tmp_path / "box.msh", tetrahedra, {"gap": 2})
    assert written.cells == (48 if tetrahedra else 8)
    assert written.points == 27
    assert written.across == {"gap": 2}
    assert written.aspect_ratio == pytest.approx((4.0 + 0.25 + 0.0625) ** 0.5 / 0.25 if tetrahedra else 8.0)
    assert written.scaled_jacobian == pytest.approx(1.0)
    found = mesh_quality(tmp_path / "box.msh")
    assert (found.cells, found.points, found.across) == (written.cells, 27, {})


def test_a_sheared_cell_has_the_sine_of_its_angle(tmp_path: Path) -> None:
    points = CORNERS.copy()
    points[:, 0] += points[:, 1] * np.sqrt(3.0)  # 30 degrees are left
    assert write(tmp_path / "cell.msh", points).scaled_jacobian == pytest.approx(0.5, rel=1e-6)


def test_a_flat_cell_is_refused_and_nothing_written(tmp_path: Path) -> None:
    points = CORNERS.copy()
    points[:, 0] += points[:, 1] * 20.0
    with pytest.raises(MeshError, match=r"scaled Jacobian of 0\.049\d+, below the limit of 0\.1; use more cells"):
        write(tmp_path / "cell.msh", points)
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(MeshError, match=r"below the limit of 0\.9"):
        refuse_below(Quality(0.5, 1.0, 1, 8, {}), tmp_path / "cell.msh", 0.9)
