"""The serpentine: volumes and areas against closed formulas, ports where they belong, zones, limits."""

import math
from dataclasses import replace
from pathlib import Path

import pytest

from rackmesh.contract.inspection import inspect
from rackmesh.files import MeshError, opened
from rackmesh.plates.parts.sizes import Sizes
from rackmesh.plates.serpentine import Serpentine, write_serpentine
from rackmesh.zones import Zone
from tests.meshes.sizes_of_groups import group_sizes

MM = 1e-3
BLOCK = Serpentine(
    length=40 * MM,
    passes=3,
    channel_width=3 * MM,
    channel_height=2 * MM,
    inner_radius=2.5 * MM,
    wall=2 * MM,
    base_thickness=2 * MM,
    lid_thickness=1 * MM,
)


@pytest.mark.parametrize(("bends", "passes"), [("round", 1), ("round", 2), ("round", 3), ("mitred", 2), ("mitred", 3)])
def test_sizes(bends: str, passes: int, tmp_path: Path) -> None:
    block, path = replace(BLOCK, passes=passes, bends=bends), tmp_path / "block.msh"  # type: ignore[arg-type]
    quality = write_serpentine(block, Sizes(across=2, factor=1.5), (), path)
    assert quality.scaled_jacobian > 0.4
    assert quality.across == {"width": 3, "height": 4}
    turns, width = passes - 1, 8 * passes - 5 + 4
    # Straight passes end where the bends begin; the first and the last go through to the edge of the block.
    begin = 40 - 2 * (7.5 if bends == "round" else 5.0)
    straight = passes * begin + 2 * (7.5 if bends == "round" else 5.0)
    plan = straight * 3 + turns * (0.5 * math.pi * (5.5**2 - 2.5**2) if bends == "round" else 3 * 11)
    sides = 2 * straight + turns * (math.pi * (5.5 + 2.5) if bends == "round" else 2 * 3 + 11 + 5)
    found = group_sizes(path)
    mm = {n: size / MM ** (3 if n in ("fluid", "walls", "base", "lid") else 2) for n, size in found.items()}
    assert mm == pytest.approx(
        {
            "fluid": 2 * plan,
            "walls": 2 * (40 * width - plan),
            "base": 2 * 40 * width,
            "lid": 40 * width,
            "inlet": 6,
            "outlet": 6,
            "wetted": 2 * sides + 2 * plan,
            "heated": 40 * width,
        },
        rel=2e-5 if bends == "round" else 1e-9,
    )
    with opened(path) as model:
        assert inspect(path) == 3
        ends = {
            model.getPhysicalName(2, tag): model.mesh.getNodesForPhysicalGroup(2, tag)[1].reshape(-1, 3)
            for _, tag in model.getPhysicalGroups(2)
        }
    assert ends["inlet"][:, 0] == pytest.approx(0.0, abs=1e-12)
    assert ends["outlet"][:, 0] == pytest.approx(40 * MM if passes % 2 else 0.0, abs=1e-12)
    assert ends["outlet"][:, 1].max() == pytest.approx((width - 2) * MM)


def test_zones_are_imprinted(tmp_path: Path) -> None:
    """Along the passes by grid lines of their own, across by the lines between the passes."""
    path = tmp_path / "block.msh"
    zones = [Zone("gpu", 10 * MM, 5 * MM, 21 * MM, 11 * MM), Zone("hot", 15.3 * MM, 7 * MM, 5 * MM, 11 * MM)]
    quality = write_serpentine(BLOCK, Sizes(across=2, factor=1.5), zones, path)
    assert quality.scaled_jacobian > 0.6
    both = 5 * 9
    found = {name: size / MM**2 for name, size in group_sizes(path).items() if name.startswith("heated")}
    expected = {"heated_gpu": 21 * 11 - both, "heated_gpu+hot": both, "heated_hot": 5 * 11 - both}
    assert found == pytest.approx(expected, rel=1e-9)


def test_zones_up_to_an_end_need_lines_between_the_passes(tmp_path: Path) -> None:
    path, zone = tmp_path / "block.msh", Zone("gpu", 0.0, 5 * MM, 31 * MM, 11 * MM)
    write_serpentine(BLOCK, Sizes(across=2, factor=1.5), [zone], path)
    assert group_sizes(path)["heated_gpu"] == pytest.approx(31 * 11 * MM**2, rel=1e-9)
    more = [zone, Zone("hot", 15.3 * MM, 7 * MM, 5 * MM, 11 * MM)]
    with pytest.raises(MeshError, match=r"^the zones have more edges along y \(4\) than the grid has lines"):
        write_serpentine(BLOCK, Sizes(across=2, factor=1.5), more, tmp_path / "other.msh")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"length": 15 * MM}, r"^length \(15 mm\) must be larger than bends and walls at both ends take, 15 mm$"),
        ({"passes": 0}, r"^passes: there must be one at least, not 0$"),
        ({"inner_radius": 0.0}, r"^inner_radius must be positive, not 0 mm$"),
        ({"bends": "soft"}, r"^bends must be one of round, mitred, not 'soft'$"),
    ],
)
def test_limits(change: dict[str, float], message: str, tmp_path: Path) -> None:
    with pytest.raises(MeshError, match=message):
        write_serpentine(replace(BLOCK, **change), Sizes(), (), tmp_path / "block.msh")  # type: ignore[arg-type]
    assert list(tmp_path.iterdir()) == []
