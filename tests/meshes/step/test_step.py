"""Plates from STEP: sizes and groups are those of the drawing, however it names its bodies and faces."""

from pathlib import Path

import numpy as np
import pytest

from rackmesh.contract.description import PlateMesh
from rackmesh.files import session
from rackmesh.plates.parts.sizes import Sizes
from rackmesh.step.plate import Pick
from rackmesh.step.sizes import expected_cells, set_sizes
from rackmesh.step.writing import options_kept, write_step_plate
from rackmesh.zones import Zone
from tests.meshes.step.drawings import OVERALL, PORTS, RADIUS, block, plate, relabelled, serpentine, square

COARSE = Sizes(across=1, growth=1.7)
CIRCLE = np.pi * (RADIUS * 1e-3) ** 2
ZONES = (Zone("gpu", 0.004, 0.002, 0.008, 0.004), Zone("hot", 0.008, 0.0032, 0.008, 0.0016))


def areas(mesh: PlateMesh) -> dict[str, float]:
    return {surface.name: surface.area for surface in mesh.surfaces}


def is_the_block(mesh: PlateMesh, heated: float = 0.016 * 0.008) -> None:
    """Volumes and areas of the drawing; second order leaves a circle of twelve cells 1.6e-4 short."""
    volume = {body.name: body.volume for body in mesh.bodies}
    assert volume == pytest.approx({"fluid": CIRCLE * 0.016, "block": np.prod(OVERALL) - CIRCLE * 0.016}, rel=3e-4)
    size = areas(mesh)
    assert sum(size.pop(name) for name in list(size) if name.startswith("heated")) == pytest.approx(heated, rel=1e-6)
    wetted = 2 * np.pi * RADIUS * 1e-3 * 0.016
    assert size == pytest.approx({"inlet": CIRCLE, "outlet": CIRCLE, "wetted": wetted}, rel=3e-4)
    assert (mesh.order, mesh.shape, mesh.notes) == (2, "Tetrahedron 10", ())


def test_a_block_and_its_coolant_keep_their_sizes(tmp_path: Path) -> None:
    mesh, quality = write_step_plate(plate(block(tmp_path / "b.step"), zones=ZONES), tmp_path / "b.msh", COARSE)
    is_the_block(mesh, 2.56e-5 + 2 * 6.4e-6)
    found = {name: area for name, area in areas(mesh).items() if name.startswith("heated")}
    assert found == pytest.approx({"heated_gpu": 2.56e-5, "heated_hot": 6.4e-6, "heated_gpu+hot": 6.4e-6}, rel=1e-6)
    assert mesh.zones == ("gpu", "hot")
    assert quality.scaled_jacobian > 0.2


def test_coolant_that_is_not_drawn_is_filled_in(tmp_path: Path) -> None:
    drawing = block(tmp_path / "b.step", coolant=False)
    mesh, _ = write_step_plate(plate(drawing, coolant=False), tmp_path / "b.msh", COARSE)
    is_the_block(mesh)
    assert [body.name for body in mesh.fluids] == ["fluid"]


def test_bodies_and_faces_are_found_by_their_labels(tmp_path: Path) -> None:
    drawing = relabelled(block(tmp_path / "b.step"), "MANIFOLD_SOLID_BREP", "copper", "water")
    where = plate(drawing)
    mesh, _ = write_step_plate(where, tmp_path / "b.msh", COARSE)
    is_the_block(mesh)
    drawing = relabelled(drawing, "ADVANCED_FACE", "front", *["side"] * 3, "", "", "back")
    faces = {"inlet": PORTS["inlet"], "outlet": PORTS["outlet"], "front": Pick(label="front")}
    named = plate(drawing, bodies={"fluid": Pick(label="water"), "block": Pick(label="copper")}, faces=faces)
    mesh, _ = write_step_plate(named, tmp_path / "b.msh", COARSE)
    (front,) = (surface for surface in mesh.surfaces if surface.name == "front")
    assert (front.bodies, front.area) == (("block",), pytest.approx(0.008 * 0.005 - CIRCLE, rel=1e-3))


def test_a_box_picks_all_inside_it_and_contacts_lie_between(tmp_path: Path) -> None:
    around = ((-1e-3, 3e-3, 0.0), (17e-3, 5e-3, 5e-3))
    faces = {
        **PORTS,
        "inlet": Pick(box=((0.0, 3e-3, 0.0), (0.0, 5e-3, 5e-3))),
        "contact_wall": Pick(between=("fluid", "block")),
    }
    said = plate(
        block(tmp_path / "b.step"),
        bodies={"fluid": Pick(box=around), "block": Pick(point=(0.008, 1e-3, 1e-3))},
        faces=faces,
    )
    mesh, _ = write_step_plate(said, tmp_path / "b.msh", COARSE)
    assert areas(mesh)["contact_wall"] == pytest.approx(2 * np.pi * RADIUS * 1e-3 * 0.016, rel=3e-4)
    assert areas(mesh)["inlet"] == pytest.approx(CIRCLE, rel=3e-4)


@pytest.mark.parametrize(("unit", "millimetres"), [("METRE", 1e3), ("INCH", 25.4)])
def test_the_unit_is_read_from_the_file(tmp_path: Path, unit: str, millimetres: float) -> None:
    drawing = block(tmp_path / "b.step", scale=1 / millimetres)
    text = drawing.read_text()
    if unit == "METRE":
        text = text.replace("SI_UNIT(.MILLI.,.METRE.)", "SI_UNIT($,.METRE.)")
    else:
        inch = "( CONVERSION_BASED_UNIT('INCH',#9001) LENGTH_UNIT() NAMED_UNIT(#9003) )"
        text = text.replace("( LENGTH_UNIT() NAMED_UNIT(*) SI_UNIT(.MILLI.,.METRE.) )", inch)
        more = (
            "#9001 = LENGTH_MEASURE_WITH_UNIT(LENGTH_MEASURE(25.4),#9002);\n"
            "#9002 = ( LENGTH_UNIT() NAMED_UNIT(*) SI_UNIT(.MILLI.,.METRE.) );\n"
            "#9003 = DIMENSIONAL_EXPONENTS(1.,0.,0.,0.,0.,0.,0.);\n"
        )
        text = text.replace("ENDSEC;\nEND-ISO", f"{more}ENDSEC;\nEND-ISO")
    drawing.write_text(text)
    mesh, _ = write_step_plate(plate(drawing), tmp_path / "b.msh", COARSE)
    assert mesh.size == pytest.approx(OVERALL, rel=1e-6)


def test_a_family_grows_with_its_factor(tmp_path: Path) -> None:
    """Cells across a gap of 2 mm as asked; in space their number goes with the third power."""
    drawing, cells = plate(square(tmp_path / "b.step")), []
    for factor in (1.0, 1.5):
        mesh, _ = write_step_plate(drawing, tmp_path / "b.msh", Sizes(2, 1.7, factor))
        cells.append(mesh.fluids[0].cells)
    assert mesh.fluids[0].volume == pytest.approx(0.016 * 0.002**2, rel=1e-9)
    assert cells[1] / cells[0] == pytest.approx(1.5**3, rel=0.35)
    for count, across in zip(cells, (2, 3), strict=True):
        edge = (0.016 * 0.002**2 / count * 6 * np.sqrt(2)) ** (1 / 3)
        assert 2e-3 / edge == pytest.approx(across, rel=0.2)


def test_sizes_of_a_family_differ_by_one_ratio_everywhere() -> None:
    """So that the cells that they ask for go with the third power of the factor, exactly."""
    asked = []
    for factor in (1.0, 1.3, 1.0 / 1.3):
        with session() as model:
            model.add("duct")
            model.occ.addBox(0.0, 0.0, 0.0, 16.0, 2.0, 2.0)
            model.occ.synchronize()
            ports = [
                tag for x in (0.0, 16.0) for _, tag in model.getEntitiesInBoundingBox(x - 1, -1, -1, x + 1, 3, 3, 2)
            ]
            with options_kept():
                assert set_sizes([1], ports, [], Sizes(3, 1.6, factor), 16) == pytest.approx(2.0)
                asked.append(expected_cells())
    assert np.array(asked) / asked[0] == pytest.approx([1.0, 1.3**3, 1.3**-3], rel=1e-9)


def test_cells_grow_into_the_solid_no_faster_than_asked(tmp_path: Path) -> None:
    drawing = plate(square(tmp_path / "b.step"))
    slow, fast = (write_step_plate(drawing, tmp_path / "b.msh", Sizes(3, growth))[0] for growth in (1.2, 1.7))
    assert slow.solids[0].cells > 1.3 * fast.solids[0].cells
    assert slow.fluids[0].cells == pytest.approx(fast.fluids[0].cells, rel=0.05)


@pytest.mark.parametrize("coolant", [True, False])
def test_a_serpentine_keeps_its_volumes_areas_and_groups(tmp_path: Path, coolant: bool) -> None:
    """Passes of 3 x 2 mm over 20 mm and half a ring of radii 2.5 and 5.5 mm; drawn as a body, or filled in."""
    bodies = {"copper": Pick(point=(0.001, 0.001, 0.001))} | (
        {"fluid": Pick(point=(0.01, 0.006, 0.003))} if coolant else {}
    )
    faces = {"inlet": Pick(point=(0.0, 0.006, 0.003)), "outlet": Pick(point=(0.0, 0.014, 0.003))}
    said = plate(serpentine(tmp_path / "s.step", coolant), overall=(0.03, 0.02, 0.006), bodies=bodies, faces=faces)
    mesh, quality = write_step_plate(said, tmp_path / "s.msh", COARSE)
    ring = np.pi / 2 * (5.5**2 - 2.5**2)
    water = (2 * 20 * 3 + ring) * 2 * 1e-9
    assert {b.name: b.volume for b in mesh.bodies} == pytest.approx(
        {"fluid": water, "copper": 3.6e-6 - water}, rel=1e-4
    )
    walls = 2 * (2 * 20 * 3 + ring) + 4 * 20 * 2 + np.pi * (5.5 + 2.5) * 2
    expected = {"inlet": 6e-6, "outlet": 6e-6, "wetted": walls * 1e-6, "heated": 6e-4}
    assert areas(mesh) == pytest.approx(expected, rel=1e-4)
    assert quality.scaled_jacobian > 0.1
