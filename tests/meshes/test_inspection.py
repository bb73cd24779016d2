"""Meshes of strangers that must not be believed, each with the sentence that says why."""

from collections.abc import Callable
from pathlib import Path

import gmsh
import numpy as np
import pytest

from rackmesh.channel import LEVELS, HalfChannel, write_half_channel
from rackmesh.contract.inspection import inspect
from rackmesh.files import MeshError, opened, session

CELL = HalfChannel(0.2e-3, 0.1e-3, 3e-3, 2e-3, 40e-3, 0.05e-3)
Build = Callable[[], None]


def mesh(path: Path, build: Build, dim: int = 3, save_all: bool = False) -> Path:
    """A mesh file of what `build` makes in an open session."""
    with session() as model:
        gmsh.option.setNumber("Mesh.MeshSizeMax", 0.5)
        gmsh.option.setNumber("Mesh.SaveAll", save_all)
        model.add("own")
        build()
        model.occ.synchronize()
        if not model.mesh.getElementTypes(dim).size:
            model.mesh.generate(dim)
        gmsh.write(str(path))
    return path


def found(path: Path) -> int:
    with opened(path):
        return inspect(path)


def boxes(shift: float = 0.0, joined: bool = False) -> list[int]:
    """Two boxes side by side, and their tags."""
    occ = gmsh.model.occ
    tags = [occ.addBox(0, 0, 0, 1, 1, 1), occ.addBox(1, shift, 0, 1, 1, 1)]
    if joined:
        out, _ = occ.fragment([(3, tags[0])], [(3, tags[1])])
        tags = [tag for dim, tag in out if dim == 3]
    occ.synchronize()
    return tags


def named(dim: int, tags: list[int], name: str) -> None:
    gmsh.model.addPhysicalGroup(dim, tags, name=name)


def good() -> None:
    left, right = boxes(joined=True)
    named(3, [left], "fluid")
    named(3, [right], "base")


def apart() -> None:
    left, right = boxes()
    named(3, [left], "fluid")
    named(3, [right], "base")


def shifted() -> None:
    left, right = boxes(shift=0.3)
    named(3, [left], "fluid")
    named(3, [right], "base")


def one_body_unnamed() -> None:
    named(3, boxes(joined=True)[:1], "fluid")


def body_in_two() -> None:
    tags = boxes(joined=True)
    named(3, tags, "fluid")
    named(3, tags[1:], "base")


def face_in_two() -> None:
    named(3, boxes(joined=True), "fluid")
    face = gmsh.model.getEntities(2)[0][1]
    named(2, [face], "inlet")
    named(2, [face], "outlet")


def nameless() -> None:
    named(3, boxes(joined=True), "")


def named_twice() -> None:
    named(3, boxes(joined=True), "fluid")
    named(2, [gmsh.model.getEntities(2)[0][1]], "fluid")


def faces_alone() -> None:
    boxes(joined=True)
    named(2, [tag for _, tag in gmsh.model.getEntities(2)], "walls")


def prisms() -> None:
    face = gmsh.model.occ.addRectangle(0, 0, 0, 1, 1)
    out = gmsh.model.occ.extrude([(2, face)], 0, 0, 1, [2], recombine=True)
    gmsh.model.occ.synchronize()
    named(3, [tag for dim, tag in out if dim == 3], "fluid")


def bricks_of_20_nodes() -> None:
    gmsh.option.setNumber("Mesh.SecondOrderIncomplete", 1)
    gmsh.option.setNumber("Mesh.ElementOrder", 2)
    face = gmsh.model.occ.addRectangle(0, 0, 0, 1, 1)
    out = gmsh.model.occ.extrude([(2, face)], 0, 0, 1, [2], recombine=True)
    gmsh.model.occ.synchronize()
    gmsh.model.mesh.setTransfiniteSurface(face)
    gmsh.model.mesh.setRecombine(2, face)
    named(3, [tag for dim, tag in out if dim == 3], "fluid")


def turned_inside_out() -> None:
    model = gmsh.model
    model.addDiscreteEntity(3, 1)
    corners = np.array([[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0], [0, 0, 1], [1, 0, 1], [1, 1, 1], [0.1, 0.1, -2.0]])
    model.mesh.addNodes(3, 1, range(1, 9), corners.ravel())
    model.mesh.addElementsByType(1, 5, [], list(range(1, 9)))
    named(3, [1], "fluid")


@pytest.mark.parametrize(
    ("build", "sentence"),
    [
        (apart, r"the bodies of 'fluid' and 'base' touch at \(1, .*\) m without sharing faces; join them before"),
        (shifted, r"the bodies of 'fluid' and 'base' touch at \(1, .*\) m without sharing faces"),
        (body_in_two, r"the volume \d is in two groups, 'fluid' and 'base'"),
        (face_in_two, r"the surface \d+ is in two groups, 'inlet' and 'outlet'"),
        (nameless, r"the volume group 1 has no name"),
        (named_twice, r"the group 'fluid' stands twice, for a surface and for a volume"),
        (
            faces_alone,
            r"it holds surfaces only: their bodies have no cells, or are in no volume group and were not saved",
        ),
        (prisms, r"it has cells of the kind 'Prism 6'; read are"),
        (bricks_of_20_nodes, r"it has cells of the kind 'Hexahedron 20'; read are"),
        (turned_inside_out, r"1 of its cells are turned inside out or flat, the first is cell 1"),
    ],
)
def test_a_mesh_that_cannot_be_trusted_is_refused(tmp_path: Path, build: Build, sentence: str) -> None:
    path = mesh(tmp_path / "own.msh", build)
    with pytest.raises(MeshError, match=rf"^{path}: {sentence}"):
        found(path)


def test_a_body_in_no_group_is_told_where_it_was_saved(tmp_path: Path) -> None:
    path = mesh(tmp_path / "own.msh", one_body_unnamed, save_all=True)
    with pytest.raises(MeshError, match=r"the volume \d is in no group; every cell belongs to exactly one"):
        found(path)


def test_good_meshes_pass(tmp_path: Path) -> None:
    assert found(mesh(tmp_path / "own.msh", good)) == 3
    for level in LEVELS.values():
        write_half_channel(CELL, level, tmp_path / "channel.msh")
        assert found(tmp_path / "channel.msh") == 3


def test_bodies_beside_each_other_that_do_not_touch_pass(tmp_path: Path) -> None:
    def beside() -> None:  # their floors lie in one plane
        tags = [gmsh.model.occ.addBox(x, 0, 0, 1, 1, 1) for x in (0.0, 1.001)]
        gmsh.model.occ.synchronize()
        for tag, name in zip(tags, ("fluid", "base"), strict=True):
            named(3, [tag], name)

    assert found(mesh(tmp_path / "own.msh", beside)) == 3


def square(z: float, name: str = "fluid") -> Build:
    def build() -> None:
        tag = gmsh.model.occ.addRectangle(0, 0, z, 1, 1)
        gmsh.model.occ.synchronize()
        named(2, [tag], name)

    return build


def test_a_plane_mesh_lies_in_z_0(tmp_path: Path) -> None:
    assert found(mesh(tmp_path / "own.msh", square(0.0), 2)) == 2
    with pytest.raises(MeshError, match=r"it is plane, but not in the plane z = 0 \(z goes from 0.1 to 0.1 m\)"):
        found(mesh(tmp_path / "own.msh", square(0.1), 2))


def test_plane_bodies_that_touch_are_joined(tmp_path: Path) -> None:
    def build() -> None:
        tags = [gmsh.model.occ.addRectangle(0, 0, 0, 1, 1), gmsh.model.occ.addRectangle(1, 0.2, 0, 1, 1)]
        gmsh.model.occ.synchronize()
        for tag, name in zip(tags, ("fluid", "base"), strict=True):
            named(2, [tag], name)

    with pytest.raises(MeshError, match=r"the bodies of 'fluid' and 'base' touch at \(1, "):
        found(mesh(tmp_path / "own.msh", build, 2))


def test_a_partitioned_mesh_is_read_as_one(tmp_path: Path) -> None:
    def build() -> None:
        good()
        gmsh.model.mesh.generate(3)
        gmsh.option.setNumber("Mesh.PartitionCreateGhostCells", 1)
        gmsh.model.mesh.partition(3)

    path = mesh(tmp_path / "own.msh", build)
    with opened(path) as model:
        assert inspect(path) == 3
        assert {model.getPhysicalName(3, tag) for _, tag in model.getPhysicalGroups(3)} == {"fluid", "base"}


def test_a_face_of_a_body_that_was_not_saved_is_told(tmp_path: Path) -> None:
    """Its nodes belong to no cell; DOLFINx would end the process."""

    def build() -> None:
        named(3, boxes(joined=True)[:1], "fluid")
        far = [tag for _, tag in gmsh.model.getEntities(2) if gmsh.model.occ.getCenterOfMass(2, tag)[0] > 1.9]
        named(2, far, "outlet")

    with pytest.raises(
        MeshError, match="'outlet' belongs to no cell: its body was not saved, as it is in no volume group"
    ):
        found(mesh(tmp_path / "own.msh", build))
