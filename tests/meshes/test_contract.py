"""Plates of the naming contract: what is read of them, and the sentence for each rule that one breaks."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import gmsh
import numpy as np
import pytest

from rackmesh.cells.arrays import MeshArrays, arrays_of, write_arrays
from rackmesh.contract.ports import _segments
from rackmesh.contract.read import PLATE_CHANNEL, read_plate
from rackmesh.files import MeshError, opened, session
from tests.meshes.plates_of_boxes import BASE, HEIGHT, LENGTH, WIDTH, write_two_boxes


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> MeshArrays:
    path = tmp_path_factory.mktemp("good") / "plate.msh"
    write_two_boxes(path)
    with opened(path) as model:
        return arrays_of(model)


def renamed(mesh: MeshArrays, **names: str) -> MeshArrays:
    bodies, surfaces = (tuple(names.get(n, n) for n in every) for every in (mesh.bodies, mesh.surfaces))
    return replace(mesh, bodies=bodies, surfaces=surfaces)


def number(mesh: MeshArrays, surface: str) -> int:
    return mesh.surfaces.index(surface)


def without(mesh: MeshArrays, surface: str) -> MeshArrays:
    keep = mesh.surface != number(mesh, surface)
    return replace(mesh, facets=mesh.facets[keep], surface=mesh.surface[keep])


def relabelled(mesh: MeshArrays, source: str, target: str, where: Callable[[np.ndarray], np.ndarray]) -> MeshArrays:
    """Faces of one surface whose middle (n x 3) is marked go to another."""
    middle = mesh.points[mesh.facets].mean(axis=1)
    chosen = (mesh.surface == number(mesh, source)) & where(middle)
    assert chosen.any()
    return replace(mesh, surface=np.where(chosen, number(mesh, target), mesh.surface))


def in_two_groups(mesh: MeshArrays) -> MeshArrays:
    first = mesh.facets[mesh.surface == number(mesh, "inlet")][:1]
    surface = np.append(mesh.surface, number(mesh, "symmetry"))
    return replace(mesh, facets=np.concatenate([mesh.facets, first]), surface=surface)


def in_two_bodies(mesh: MeshArrays) -> MeshArrays:
    first = int(np.argmax(mesh.body == 0))
    return replace(mesh, cells=np.concatenate([mesh.cells, mesh.cells[[first]]]), body=np.append(mesh.body, 1))


def folded(mesh: MeshArrays) -> MeshArrays:
    """A point inside the base goes through the opposite face of one of its cells."""
    cell = int(np.argmax(mesh.body == 1))
    outer = np.unique(mesh.faces.corners[mesh.faces.owners[:, 1] < 0])
    inner = next(point for point in np.unique(mesh.cells[mesh.body == 1]) if point not in outer)
    cell = int(np.argmax((mesh.cells == inner).any(axis=1)))
    others = mesh.points[[point for point in mesh.cells[cell] if point != inner]].mean(axis=0)
    points = mesh.points.copy()
    points[inner] += 1.5 * (others - points[inner])
    return replace(mesh, points=points)


def torn(mesh: MeshArrays) -> MeshArrays:
    """The base has points of its own."""
    base = mesh.body == 1
    count = len(mesh.points)
    on_base = np.all(mesh.points[mesh.facets][:, :, 2] < 1e-9, axis=1)
    keep = mesh.surface != number(mesh, "contact_paste")
    return replace(
        mesh,
        points=np.concatenate([mesh.points, mesh.points]),
        cells=np.where(base[:, None], mesh.cells + count, mesh.cells),
        facets=np.where(on_base[:, None], mesh.facets + count, mesh.facets)[keep],
        surface=mesh.surface[keep],
    )


def apart(mesh: MeshArrays) -> MeshArrays:
    """The base is half a millimetre lower."""
    own = torn(mesh)
    points = own.points.copy()
    points[len(points) // 2 :, 2] -= 5e-4
    return replace(own, points=points)


def bulged(mesh: MeshArrays) -> MeshArrays:
    points = mesh.points.copy()
    end = np.isclose(points[:, 0], LENGTH)
    points[end, 0] += 2e-4 * np.sin(np.pi * points[end, 1] / WIDTH)
    return replace(mesh, points=points)


def closed_end(mesh: MeshArrays) -> MeshArrays:
    """A second body of coolant beside the first, with neither inlet nor outlet."""
    count = len(mesh.points)
    far = mesh.cells[mesh.body == 0] + count
    return replace(
        mesh,
        points=np.concatenate([mesh.points, mesh.points + np.array([0.0, 0.02, 0.0])]),
        cells=np.concatenate([mesh.cells, far]),
        body=np.append(mesh.body, np.full(len(far), 2)),
        bodies=(*mesh.bodies, "fluid_beside"),
    )


def everywhere(x: np.ndarray) -> np.ndarray:
    return np.full(len(x), True)


def test_a_plate_is_described(good: MeshArrays, tmp_path: Path) -> None:
    write_arrays(good, tmp_path / "plate.msh")
    plate = read_plate(tmp_path / "plate.msh")
    assert [body.name for body in plate.fluids] == ["fluid"]
    assert [(body.name, body.box) for body in plate.solids] == [
        ("base", ((0.0, 0.0, -BASE), pytest.approx((LENGTH, WIDTH, 0.0))))
    ]
    assert plate.fluids[0].volume == pytest.approx(LENGTH * WIDTH * HEIGHT, rel=1e-12)
    assert plate.size == pytest.approx((LENGTH, WIDTH, HEIGHT + BASE), rel=1e-12)
    assert (plate.shape, plate.order, plate.zones, plate.notes) == ("Tetrahedron 4", 1, ("gpu",), ())
    assert plate.cells == len(good.cells)
    (inlet,), (outlet,), (contact,) = (plate.surfaces_of(role) for role in ("inlet", "outlet", "contact"))
    assert (inlet.normal, inlet.area) == (pytest.approx((-1, 0, 0)), pytest.approx(WIDTH * HEIGHT))
    assert (outlet.normal, outlet.centre) == (pytest.approx((1, 0, 0)), pytest.approx((LENGTH, WIDTH / 2, HEIGHT / 2)))
    assert (contact.bodies, contact.outer, contact.area) == (("fluid", "base"), 0, pytest.approx(LENGTH * WIDTH))
    assert {s.name: s.zones for s in plate.surfaces_of("heated")} == {"heated": (), "heated_gpu": ("gpu",)}


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (
            lambda m: renamed(m, fluid="coolant"),
            r"it has no coolant: no volume group is named 'fluid' or .*: coolant, base",
        ),
        (
            lambda m: without(m, "inlet"),
            r"it has no inlet: no surface group is named 'inlet' or 'inlet_<name>'; .*outlet",
        ),
        (lambda m: renamed(m, outlet="outflow"), r"it has no outlet: no surface group is named 'outlet'"),
        (lambda m: renamed(m, base="2nd base"), r"'2nd base' cannot be a group's name: letters"),
        (lambda m: m.scaled(1e3), r"it is 40 x 10 x 6 m large, .*; its numbers seem to be millimetres, not metres"),
        (lambda m: m.scaled(1e6), r"it is 4e\+04 x 1e\+04 x 6000 m large, .* seem to be micrometres, not metres"),
        (
            lambda m: m.scaled(1e-3),
            r"it is 4e-05 x 1e-05 x 6e-06 m large, .*; metres seem to have been taken for millimetres",
        ),
        (in_two_groups, r"a face stands in two groups, 'inlet' and 'symmetry', at \(0, "),
        (in_two_bodies, r"1 of its cells stand in two bodies, 'base' and 'fluid', the first at \("),
        (folded, r"\d+ of its faces have both their cells on one side, so that a cell is turned inside out"),
        (torn, r"the bodies of 'fluid' and 'base' touch at \(.*\) m without sharing faces"),
        (apart, r"\d+ cells of 'fluid' share no face with any solid, at \(.*\) m; join the bodies before meshing"),
        (bulged, r"'outlet' is not plane: it goes 0\.\d+ mm off its plane, at \(0\.04"),
        (closed_end, r"a part of 'fluid_beside' of \d+ cells has no inlet, at \(0\.0.*, 0\.02"),
        (
            lambda m: relabelled(m, "contact_paste", "heated", everywhere),
            r"'heated' must lie on the outside of a solid; \d+ of its \d+ faces do not, the first at \(",
        ),
        (
            lambda m: relabelled(m, "heated", "outlet", everywhere),
            r"'outlet' must lie on the outside of the coolant; \d+ of its \d+ faces do not",
        ),
        (
            lambda m: relabelled(m, "heated", "contact_paste", lambda x: x[:, 0] > 0.035),
            r"'contact_paste' must lie between two bodies; \d+ of its \d+ faces do not, the first at \(0\.03",
        ),
        (
            lambda m: relabelled(m, "contact_paste", "symmetry", everywhere),
            r"'symmetry' must lie on the outside; \d+ of its \d+ faces do not",
        ),
        (lambda m: relabelled(m, "symmetry", "inlet", everywhere), r"'inlet' is not plane: it goes \d+\.?\d* mm off"),
    ],
)
def test_a_rule_that_is_broken_is_told(
    good: MeshArrays, tmp_path: Path, spoil: Callable[[MeshArrays], MeshArrays], sentence: str
) -> None:
    path = tmp_path / "plate.msh"
    write_arrays(spoil(good), path)
    with pytest.raises(MeshError, match=rf"^{path}: {sentence}") as caught:
        read_plate(path)
    assert "\n" not in str(caught.value)


def test_one_kind_of_plate_needs_more(good: MeshArrays, tmp_path: Path) -> None:
    write_arrays(good, tmp_path / "plate.msh")
    with pytest.raises(MeshError, match="a cold-plate channel mesh needs the volume group 'fins'"):
        read_plate(tmp_path / "plate.msh", PLATE_CHANNEL)


def test_a_two_dimensional_mesh_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "plane.msh"
    with session() as model:
        model.add("plane")
        model.occ.addRectangle(0, 0, 0, 0.04, 0.01)
        model.occ.synchronize()
        model.addPhysicalGroup(2, [1], name="fluid")
        model.mesh.generate(2)
        gmsh.write(str(path))
    with pytest.raises(MeshError, match=rf"^{path}: it is two-dimensional; a cold plate is meshed in space"):
        read_plate(path)


@pytest.mark.parametrize(("sides", "lacking"), [(12, 4.51), (24, 1.14)])
def test_a_round_port_of_straight_edges_is_told(tmp_path: Path, sides: int, lacking: float) -> None:
    """A regular polygon in a circle covers n/(2 pi) sin(2 pi/n) of it."""
    radius, path = 0.004, tmp_path / "pipe.msh"
    notes = {}
    for order in (1, 2):
        with session() as model:
            model.add("pipe")
            pipe = model.occ.addCylinder(0, 0, 0, 0.02, 0, 0, radius)
            model.occ.synchronize()
            for _, curve in model.getEntities(1):
                low, high = model.getBoundingBox(1, curve)[0::3]
                model.mesh.setTransfiniteCurve(curve, sides + 1 if high - low < 1e-4 else 8)
            gmsh.option.setNumber("Mesh.MeshSizeMax", 0.004)
            gmsh.option.setNumber("Mesh.ElementOrder", order)
            model.addPhysicalGroup(3, [pipe], name="fluid")
            for name, x in (("inlet", 0.0), ("outlet", 0.02)):
                (face,) = (t for _, t in model.getEntities(2) if np.isclose(model.occ.getCenterOfMass(2, t)[0], x))
                model.addPhysicalGroup(2, [face], name=name)
            model.mesh.generate(3)
            gmsh.write(str(path))
        notes[order] = read_plate(path).notes
    assert notes[2] == ()
    assert len(notes[1]) == 2
    exact = 100 * (1 - sides / (2 * np.pi) * np.sin(2 * np.pi / sides))
    assert exact == pytest.approx(lacking, abs=0.01)
    assert notes[1][0].startswith("'inlet' is round, of 8 mm, but its faces are straight: its area is ")
    assert f"{exact:.2g} % less than the circle's {np.pi * radius**2 * 1e6:.4g} mm2" in notes[1][0]


def test_half_a_round_port_lacks_as_much_as_a_whole_one() -> None:
    """Cut by a plane of symmetry; a rim with rounded corners only of 90 degrees in one step is not round."""
    radius, edges = 4e-3, 8
    angle = np.linspace(-np.pi / 2, np.pi / 2, edges + 1)
    rim = np.column_stack([np.zeros(edges + 1), radius * np.cos(angle), radius * np.sin(angle)])
    flat = np.column_stack([np.zeros(4), np.zeros(4), np.linspace(radius, -radius, 6)[1:-1]])
    lacking, found = _segments(np.concatenate([rim, flat]))
    polygon = edges / 2 * radius**2 * np.sin(np.pi / edges)
    assert (lacking, found) == (pytest.approx(np.pi / 2 * radius**2 - polygon, rel=1e-9), pytest.approx(radius))
    assert (
        _segments(np.array([[0, 0, 0], [0, 1, 0], [0, 2, 0], [0, 2, 1], [0, 2, 2], [0, 1, 2], [0, 0, 2], [0, 0, 1.0]]))[
            0
        ]
        == 0.0
    )
