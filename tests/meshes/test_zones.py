"""Zones: names of faces under them, and what is refused."""

import pytest

from rackmesh.files import MeshError
from rackmesh.zones import Zone, check_zones, edges, heated_name, zones_at

GPU, SPOT = Zone("gpu", 1e-3, 2e-3, 10e-3, 8e-3), Zone("hot", 5e-3, 4e-3, 2e-3, 2e-3)


def test_faces_are_named_after_all_zones_that_cover_them() -> None:
    assert heated_name(zones_at([SPOT, GPU], 6e-3, 5e-3)) == "heated_gpu+hot"
    assert heated_name(zones_at([SPOT, GPU], 2e-3, 5e-3)) == "heated_gpu"
    assert heated_name(zones_at([SPOT, GPU], 0.5e-3, 5e-3)) == "heated"
    assert edges([GPU, SPOT]) == ([1e-3, 5e-3, 7e-3, 11e-3], [2e-3, 4e-3, 6e-3, 10e-3])


@pytest.mark.parametrize(
    ("zones", "message"),
    [
        ([GPU, GPU], "two zones are named 'gpu'"),
        ([Zone("Chip 1", 0, 0, 1, 1)], "'Chip 1' cannot be a zone's name"),
        ([Zone("a", 0, 0, 0, 1)], "zone 'a' needs a length and a width"),
        (
            [Zone("a", -1e-3, 0, 2e-3, 1e-3)],
            "zone 'a' lies outside the plate: along x from -1 to 1 mm, the plate goes from 0",
        ),
        ([Zone("a", 0, 5e-3, 2e-3, 8e-3)], "along y from 5 to 13 mm, the plate goes from 0 to 12 mm"),
    ],
)
def test_zones_that_cannot_be_are_refused(zones: list[Zone], message: str) -> None:
    with pytest.raises(MeshError, match=message):
        check_zones(zones, 20e-3, 12e-3)
    check_zones([GPU, SPOT], 20e-3, 12e-3)


def test_names_that_a_mesh_file_would_cut_off_are_refused() -> None:
    """Gmsh keeps 127 letters of a group's name; a name cut off is that of other zones."""
    many = [Zone(f"zone-number-{n}", 0.1 * n, 0.0, 5.0, 1.0) for n in range(12)]
    with pytest.raises(MeshError, match="9 zones overlap at one place, 'zone-number-0' and others"):
        check_zones(many, 10.0, 1.0)
    check_zones([Zone(f"zone-number-{n}", 0.5 * n, 0.0, 0.5, 1.0) for n in range(12)], 10.0, 1.0)
