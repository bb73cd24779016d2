"""Meshes of other programs: whatever the format, the plate is the same, in metres and with the contract's names."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import gmsh
import meshio
import numpy as np
import pytest

from rackmesh.cells.arrays import MeshArrays, arrays_of
from rackmesh.channel import LEVELS, HalfChannel, write_half_channel
from rackmesh.contract.description import PlateMesh
from rackmesh.contract.read import read_plate
from rackmesh.files import MeshError, opened
from rackmesh.foreign.importing import import_mesh
from rackmesh.foreign.listing import groups_table, list_groups
from tests.meshes.plates_of_boxes import BASE, HEIGHT, LENGTH, WIDTH, write_two_boxes

SURFACES = ("inlet", "outlet", "symmetry", "heated_gpu", "heated", "contact_paste")


@pytest.fixture(scope="module", params=[1, 2], ids=["straight", "order 2"])
def source(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The plate in millimetres."""
    path = tmp_path_factory.mktemp("source") / "plate.msh"
    write_two_boxes(path, request.param, scale=1e3)
    return path


def by_gmsh(path: Path, **options: float) -> Callable[[Path], Path]:
    def write(source: Path) -> Path:
        with opened(source):
            for name, value in {"Mesh.SaveGroupsOfElements": 1, **options}.items():
                gmsh.option.setNumber(name.replace("_", "."), value)
            gmsh.write(str(path))
        return path

    return write


def loaded(source: Path) -> MeshArrays:
    with opened(source) as model:
        return arrays_of(model)


def of_meshio(mesh: MeshArrays, dims: tuple[int, ...] = (3, 2)) -> meshio.Mesh:
    """The same as meshio has it: numbers of groups as cell data, 10 and up for volumes, 20 and up for surfaces."""
    names: dict[int, Any] = {4: "tetra", 11: "tetra10", 2: "triangle", 9: "triangle6", 5: "hexahedron", 3: "quad"}
    swap = [0, 1, 2, 3, 4, 5, 6, 7, 9, 8]
    cells = mesh.cells[:, swap] if mesh.kind == 11 else mesh.cells
    blocks = {
        3: (names[mesh.kind], cells, 10 + mesh.body),
        2: (names[mesh.facet_kind], mesh.facets, 20 + mesh.surface),
    }
    chosen = [blocks[dim] for dim in dims]
    return meshio.Mesh(
        mesh.points, [(kind, nodes) for kind, nodes, _ in chosen], cell_data={"part": [d for *_, d in chosen]}
    )


def is_the_plate(plate: PlateMesh, order: int) -> None:
    assert plate.order == order
    assert plate.size == pytest.approx((LENGTH, WIDTH, HEIGHT + BASE), rel=1e-6)
    volumes = {"fluid": LENGTH * WIDTH * HEIGHT, "base": LENGTH * WIDTH * BASE}
    assert {body.name: body.volume for body in plate.bodies} == pytest.approx(volumes, rel=1e-6)
    areas = {
        "inlet": WIDTH * HEIGHT,
        "outlet": WIDTH * HEIGHT,
        "symmetry": LENGTH * HEIGHT,
        "contact_paste": LENGTH * WIDTH,
    }
    areas |= dict.fromkeys(("heated", "heated_gpu"), LENGTH * WIDTH / 2)
    assert {surface.name: surface.area for surface in plate.surfaces} == pytest.approx(areas, rel=1e-6)


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("a.msh", {"Mesh_MshFileVersion": 2.2}),
        ("b.msh", {"Mesh_MshFileVersion": 2.2, "Mesh_Binary": 1}),
        ("c.msh", {"Mesh_MshFileVersion": 4.1}),
        ("d.msh", {"Mesh_MshFileVersion": 4.0}),
        ("e.msh", {"Mesh_MshFileVersion": 4.1, "Mesh_Binary": 1}),
        ("f.med", {}),
        ("g.unv", {}),
    ],
)
def test_formats_that_keep_names(source: Path, tmp_path: Path, name: str, options: dict[str, float]) -> None:
    other = by_gmsh(tmp_path / name, **options)(source)
    order = read_order(source)
    is_the_plate(import_mesh(other, "mm", tmp_path / "out.msh"), order)


def read_order(source: Path) -> int:
    return {4: 1, 11: 2}[loaded(source).kind]


def test_a_set_that_the_user_names_counts(source: Path, tmp_path: Path) -> None:
    """In Abaqus an element is in several sets: here in one of its volume, and in one of its body."""
    other = by_gmsh(tmp_path / "plate.inp")(source)
    with pytest.raises(
        MeshError, match=r"a cell is in two groups, '\w+' and 'Volume\d', at .*; say in `groups` which of them"
    ):
        import_mesh(other, "mm", tmp_path / "out.msh")
    plate = import_mesh(other, "mm", tmp_path / "out.msh", {name: name for name in ("fluid", "base", *SURFACES)})
    is_the_plate(replace(plate, surfaces=tuple(s for s in plate.surfaces if s.name in SURFACES)), read_order(source))


def test_capitals_of_other_programs_mean_the_same(source: Path, tmp_path: Path) -> None:
    with opened(source) as model:
        for dim, tag in model.getPhysicalGroups():
            name = model.getPhysicalName(dim, tag).upper()
            model.removePhysicalName(model.getPhysicalName(dim, tag))
            model.setPhysicalName(dim, tag, name)
        gmsh.write(str(tmp_path / "capitals.msh"))
    plate = import_mesh(tmp_path / "capitals.msh", "mm", tmp_path / "out.msh")
    assert {body.name for body in plate.bodies} == {"fluid", "BASE"}
    expected = {"inlet", "outlet", "symmetry", "heated", "heated_GPU", "contact_PASTE"}
    assert {surface.name for surface in plate.surfaces} == expected


def test_nastran_numbers_its_groups(source: Path, tmp_path: Path) -> None:
    other = by_gmsh(tmp_path / "plate.bdf", Mesh_BdfFieldFormat=1, Mesh_SaveElementTagType=2)(source)
    with opened(source) as model:
        names = {
            f"{'volume' if dim == 3 else 'surface'} {tag}": model.getPhysicalName(dim, tag)
            for dim, tag in model.getPhysicalGroups()
        }
    plate = import_mesh(other, "mm", tmp_path / "out.msh", names)
    assert plate.order == read_order(source)
    assert {body.name: body.volume for body in plate.bodies} == pytest.approx(
        {"fluid": LENGTH * WIDTH * HEIGHT, "base": LENGTH * WIDTH * BASE}, rel=1e-4
    )
    assert {surface.name for surface in plate.surfaces} == set(SURFACES)


@pytest.mark.parametrize("name", ["plate.vtu", "plate.xdmf"])
def test_numbers_in_cell_data(source: Path, tmp_path: Path, name: str) -> None:
    mesh = loaded(source)
    numbers = {10 + n: body for n, body in enumerate(mesh.bodies)} | {
        20 + n: own for n, own in enumerate(mesh.surfaces)
    }
    other = tmp_path / name
    if name.endswith("vtu"):
        of_meshio(mesh).write(other)
    else:  # cells and faces in two files
        for dim, each in ((3, other), (2, tmp_path / "faces.xdmf")):
            of_meshio(mesh, (dim,)).write(each)
    files = [other] if name.endswith("vtu") else [tmp_path / "faces.xdmf", other]
    is_the_plate(import_mesh(files, "mm", tmp_path / "out.msh", numbers), read_order(source))


def test_one_body_a_file(source: Path, tmp_path: Path) -> None:
    """Each with points of its own; names of the files are those of the bodies."""
    mesh = loaded(source)
    faces = of_meshio(mesh, (2,))
    faces.write(tmp_path / "faces.vtu")
    for number, name in enumerate(mesh.bodies):
        cells = mesh.cells[mesh.body == number]
        used, own = np.unique(cells, return_inverse=True)
        kind = {4: "tetra", 11: "tetra10"}[mesh.kind]
        nodes = (
            own.reshape(cells.shape)[:, [0, 1, 2, 3, 4, 5, 6, 7, 9, 8]] if mesh.kind == 11 else own.reshape(cells.shape)
        )
        meshio.Mesh(mesh.points[used], [(kind, nodes)]).write(tmp_path / f"{name}.vtu")
    numbers: dict[int | str, str] = {20 + n: own for n, own in enumerate(mesh.surfaces)}
    files = [tmp_path / "faces.vtu", tmp_path / "fluid.vtu", tmp_path / "base.vtu"]
    is_the_plate(import_mesh(files, "mm", tmp_path / "out.msh", numbers), read_order(source))
    assert read_plate(tmp_path / "out.msh").solids[0].name == "base"


def test_hexahedra_come_in_too(tmp_path: Path) -> None:
    cell = HalfChannel(0.2e-3, 0.1e-3, 3e-3, 2e-3, 40e-3, 0.05e-3)
    write_half_channel(cell, LEVELS["coarse"], tmp_path / "channel.msh")
    mesh = loaded(tmp_path / "channel.msh")
    of_meshio(mesh).write(tmp_path / "channel.vtu")
    numbers = {10 + n: body for n, body in enumerate(mesh.bodies)} | {
        20 + n: own for n, own in enumerate(mesh.surfaces)
    }
    plate = import_mesh(tmp_path / "channel.vtu", "m", tmp_path / "out.msh", numbers)
    expected = read_plate(tmp_path / "channel.msh")
    assert [(b.name, b.cells) for b in plate.bodies] == [(b.name, b.cells) for b in expected.bodies]
    assert {s.name: s.faces for s in plate.surfaces} == {s.name: s.faces for s in expected.surfaces}


def test_groups_are_listed_with_sizes_and_boxes(source: Path) -> None:
    groups = {group.name: group for group in list_groups(source)}
    assert [group.dimension for group in list_groups(source)] == [3, 3, *[2] * 6]
    assert groups["fluid"].size == pytest.approx(40 * 10 * 4)
    assert groups["heated_gpu"].size == pytest.approx(20 * 10)
    assert groups["inlet"].box == ((0.0, 0.0, 0.0), (0.0, 10.0, 4.0))
    table = groups_table(list_groups(source)).splitlines()
    assert table[0].split() == ["group", "is", "a", "elements", "size", "from", "to"]
    assert table[1].startswith("base ")
    assert table[1].split() == [
        "base",
        "volume",
        str(groups["base"].elements),
        "800",
        *("(0,", "0,", "-2)", "(40,", "10,", "0)"),
    ]


def test_elements_in_no_group_are_listed(source: Path, tmp_path: Path) -> None:
    other = by_gmsh(tmp_path / "bare.msh", Mesh_SaveAll=1)(source)
    with opened(other) as model:
        model.removePhysicalGroups([(2, tag) for _, tag in model.getPhysicalGroups(2)])
        gmsh.option.setNumber("Mesh.SaveAll", 1)
        gmsh.write(str(tmp_path / "bare2.msh"))
    found = list_groups(tmp_path / "bare2.msh")
    assert [(group.name, group.dimension) for group in found] == [("base", 3), ("fluid", 3), ("", 2)]


@pytest.mark.parametrize(
    ("groups", "unit", "sentence"),
    [
        (
            {"water": "fluid"},
            "mm",
            r"there is no group 'water' to be named 'fluid'; it has: volume \w+, .*surface inlet",
        ),
        ({"inlet": "fluid"}, "mm", r"the group 'inlet' is a surface, which 'fluid' cannot be"),
        ({"base": "heated"}, "mm", r"the group 'base' is a volume, which 'heated' cannot be"),
        ({"inlet": "wall"}, "mm", r"it has no inlet: no surface group is named 'inlet'"),
        ({}, "m", r"it is 40 x 10 x 6 m large, which no cold plate is; its numbers seem to be millimetres, not metres"),
        ({}, "um", r"it is 4e-05 x 1e-05 x 6e-06 m large, which no cold plate is; metres seem to have been taken"),
    ],
)
def test_what_does_not_fit_is_told(
    source: Path, tmp_path: Path, groups: dict[int | str, str], unit: str, sentence: str
) -> None:
    with pytest.raises(MeshError, match=rf"^{source}: {sentence}") as caught:
        import_mesh(source, unit, tmp_path / "out.msh", groups)
    assert "\n" not in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_the_unit_is_declared(source: Path, tmp_path: Path) -> None:
    with pytest.raises(MeshError, match="the unit of the mesh must be one of m, cm, mm, um, in, inch, ft, not 'miles'"):
        import_mesh(source, "miles", tmp_path / "out.msh")


def test_a_seam_between_two_files_is_told(tmp_path: Path) -> None:
    """The base is shifted by half a cell along the coolant: their faces do not fit."""
    write_two_boxes(tmp_path / "plate.msh")
    mesh = loaded(tmp_path / "plate.msh")
    for number, name in enumerate(mesh.bodies):
        points = mesh.points + (np.array([0.0017, 0.0, 0.0]) if name == "base" else 0.0)
        meshio.Mesh(points, [("tetra", mesh.cells[mesh.body == number])]).write(tmp_path / f"{name}.vtu")
    ports = np.isin(mesh.surface, [mesh.surfaces.index("inlet"), mesh.surfaces.index("outlet")])
    data = {"part": [mesh.surface[ports]]}
    meshio.Mesh(mesh.points, [("triangle", mesh.facets[ports])], cell_data=data).write(tmp_path / "faces.vtu")
    names: dict[int | str, str] = {mesh.surfaces.index(name): name for name in ("inlet", "outlet")}
    files = [tmp_path / f"{name}.vtu" for name in ("fluid", "base", "faces")]
    with pytest.raises(MeshError, match=r"the bodies of '\w+' and '\w+' touch at \(.*\) m without sharing faces"):
        import_mesh(files, "m", tmp_path / "out.msh", names)
    assert not (tmp_path / "out.msh").exists()


def test_faces_of_another_mesh_are_told(source: Path, tmp_path: Path) -> None:
    mesh = loaded(source)
    of_meshio(mesh, (3,)).write(tmp_path / "cells.vtu")
    faces = of_meshio(mesh, (2,))
    faces.points = faces.points * 1e-3
    faces.write(tmp_path / "faces.vtu")
    with pytest.raises(MeshError, match=r"faces.vtu: \d+ of its points are none of .*cells.vtu's, the first at \("):
        import_mesh([tmp_path / "cells.vtu", tmp_path / "faces.vtu"], "mm", tmp_path / "out.msh")


def test_a_number_of_a_volume_and_a_surface_is_asked_for(source: Path, tmp_path: Path) -> None:
    mesh = loaded(source)
    both = of_meshio(mesh)
    both.cell_data["part"][1][:] -= 10
    both.write(tmp_path / "plate.vtu")
    body = mesh.bodies.index("base")
    with pytest.raises(
        MeshError, match=rf"'1{body}' is a volume and a surface; say 'volume 1{body}' or 'surface 1{body}' for 'base'"
    ):
        import_mesh(tmp_path / "plate.vtu", "mm", tmp_path / "out.msh", {10 + body: "base"})
    with pytest.raises(MeshError, match=r"the volume group '1\d' has no name in `groups`, and cannot keep its own"):
        import_mesh(tmp_path / "plate.vtu", "mm", tmp_path / "out.msh", {10 + mesh.bodies.index("fluid"): "fluid"})


def spoilt(mesh: MeshArrays, how: str) -> MeshArrays:
    inlet = mesh.surfaces.index("inlet")
    if how == "inside out":
        outer = np.unique(mesh.faces.corners[mesh.faces.owners[:, 1] < 0])
        inner = np.setdiff1d(mesh.corners[mesh.body == mesh.bodies.index("base")], outer)
        cell = mesh.corners[int(np.argmax((mesh.corners == inner[0]).any(axis=1)))]
        points = mesh.points.copy()
        points[inner[0]] += 1.5 * (points[cell[cell != inner[0]]].mean(axis=0) - points[inner[0]])
        return replace(mesh, points=points)
    first = mesh.facets[mesh.surface == inlet][:1]
    symmetry = np.append(mesh.surface, mesh.surfaces.index("symmetry"))
    return replace(mesh, facets=np.concatenate([mesh.facets, first]), surface=symmetry)


@pytest.mark.parametrize(
    ("how", "sentence"),
    [
        ("inside out", r"\d+ of its (faces have both their cells on one side|cells are turned inside out)"),
        ("two groups", r"a face stands in two groups, 'inlet' and 'symmetry', at \(0, "),
    ],
)
def test_a_bad_geometry_is_refused(tmp_path: Path, how: str, sentence: str) -> None:
    write_two_boxes(tmp_path / "plate.msh")
    mesh = loaded(tmp_path / "plate.msh")
    of_meshio(spoilt(mesh, how)).write(tmp_path / "plate.vtu")
    names = {10 + n: body for n, body in enumerate(mesh.bodies)} | {20 + n: own for n, own in enumerate(mesh.surfaces)}
    with pytest.raises(MeshError, match=rf"^{tmp_path}/plate.vtu: {sentence}") as caught:
        import_mesh(tmp_path / "plate.vtu", "m", tmp_path / "out.msh", names)
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "out.msh").exists()


def test_a_two_dimensional_mesh_is_refused(source: Path, tmp_path: Path) -> None:
    of_meshio(loaded(source), (2,)).write(tmp_path / "plane.vtu")
    with pytest.raises(
        MeshError, match=r"plane\.vtu: it is two-dimensional, or holds surfaces only; a cold plate is meshed in"
    ):
        import_mesh(tmp_path / "plane.vtu", "mm", tmp_path / "out.msh", {20: "inlet"})
    assert not (tmp_path / "out.msh").exists()
