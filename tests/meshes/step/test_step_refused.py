"""Drawings that must not be believed: each is refused in one sentence, and nothing is written."""

import re
from collections.abc import Callable
from pathlib import Path

import gmsh
import pytest

from rackmesh.files import MeshError, session
from rackmesh.plates.parts.sizes import Sizes
from rackmesh.step.plate import Pick, StepPlate
from rackmesh.step.writing import write_step_plate
from rackmesh.zones import Zone
from tests.meshes.step.drawings import IN_BLOCK, IN_FLUID, PORTS, SIZE, block, draw, plate


def not_watertight(path: Path) -> StepPlate:
    """One face of the block's shell is gone."""
    text = block(path).read_text()
    path.write_text(re.sub(r"CLOSED_SHELL\('',\(#\d+,", "CLOSED_SHELL('',(", text, count=1))
    return plate(path)


def surfaces_only(path: Path) -> StepPlate:
    with session() as model:
        model.add("faces")
        model.occ.addBox(0, 0, 0, *SIZE)
        model.occ.synchronize()
        faces = model.occ.copy(model.getEntities(2)[:5])
        model.occ.remove([(3, 1)], recursive=True)
        draw(path, faces)
    return plate(path)


def overlapping(path: Path) -> StepPlate:
    return plate(block(path, deep=0.2))


def apart(path: Path) -> StepPlate:
    return plate(block(path, deep=-0.01))


def open_channel(path: Path) -> StepPlate:
    """A slot from the channel to the top: nothing encloses the coolant."""
    with session() as model:
        model.add("slot")
        occ = model.occ
        hole = occ.addCylinder(0, SIZE[1] / 2, SIZE[2] / 2, SIZE[0], 0, 0, 1.0)
        slot = occ.addBox(4, SIZE[1] / 2 - 0.5, SIZE[2] / 2, 8, 1, SIZE[2])
        shapes, _ = occ.cut([(3, occ.addBox(0, 0, 0, *SIZE))], [(3, hole), (3, slot)])
        draw(path, shapes)
    return plate(path, coolant=False)


def two_solids_without_channel(path: Path) -> StepPlate:
    with session() as model:
        model.add("massive")
        draw(path, [(3, model.occ.addBox(0, 0, 0, *SIZE))])
    return plate(path, coolant=False)


def to_another_file(path: Path) -> StepPlate:
    text = block(path).read_text()
    path.write_text(
        text.replace("ENDSEC;\nEND-ISO", "#9001 = DOCUMENT_FILE('lid.step','','',#9002,'',$);\nENDSEC;\nEND-ISO")
    )
    return plate(path)


def no_step(path: Path) -> StepPlate:
    path.write_text("SystemCall 'x';")
    return plate(path)


@pytest.mark.parametrize(
    ("drawing", "sentence"),
    [
        (
            not_watertight,
            r"it is not watertight: \d+ edges belong to one face only, the first, \S+ mm long, at \(.*\) m; close",
        ),
        (surfaces_only, r"it is not watertight: \d+ edges belong to one face only"),
        (
            overlapping,
            r"'fluid' and 'block' overlap by 22\.12 mm3 at \(0\.008, 0\.004, 0\.0025\) m; cut one by the other",
        ),
        (apart, r"between 'fluid' and 'block' there is a gap of 0\.01 mm at \(.*\) m; close it in the drawing"),
        (open_channel, r"there is no coolant behind 'inlet': its channel is open to the outside somewhere"),
        (two_solids_without_channel, r"no opening is found for 'inlet' by the point .*, and there are 0 of them"),
        (to_another_file, r"it points to other files, which are not opened; save the assembly as one STEP file"),
        (no_step, r"this is not a STEP file; it does not begin with ISO-10303-21"),
        (
            lambda path: plate(block(path, scale=1e3)),
            r"it is 1.6e\+04 x 8000 x 5000 mm large by its own unit of 1 mm, where 16 x 8 x 5 mm is stated; .* millimetres",
        ),
        (
            lambda path: plate(block(path), overall=(0.02, 0.008, 0.005)),
            r"it is 16 x 8 x 5 mm .* 20 x 8 x 5 mm is stated$",
        ),
        (
            lambda path: plate(block(path), coolant=False),
            r"the body of 50\.27 mm3 at \(0\.008, 0\.004, 0\.0025\) m, labelled .*, has no",
        ),
        (
            lambda path: plate(block(path), bodies={"fluid": IN_FLUID, "block": Pick(label="plate")}),
            r"no body is found for 'block' by the label 'plate'; labels of its 2 bodies: ",
        ),
        (
            lambda path: plate(block(path), bodies={"fluid": IN_FLUID, "block": IN_FLUID}),
            r"the body at .* is named twice, 'fluid' and",
        ),
        (
            lambda path: plate(block(path), faces={**PORTS, "outlet_top": Pick(point=(0.008, 0.004, 0.02))}),
            r"no face is found for 'outlet_top' by the point \(0\.008, 0\.004, 0\.02\) m",
        ),
        (
            lambda path: plate(block(path), faces={**PORTS, "outlet_same": PORTS["outlet"]}),
            r"the face at \(0\.016, 0\.004, 0\.0025\) m is in two groups, 'outlet' and 'outlet_same'",
        ),
        (
            lambda path: plate(block(path), most_cells=100),
            r"about \S+ cells are needed for 4 across its narrowest gap of \d.* mm, more",
        ),
    ],
)
def test_a_drawing_is_refused(tmp_path: Path, drawing: Callable[[Path], StepPlate], sentence: str) -> None:
    path = tmp_path / "b.step"
    said = drawing(path)
    with pytest.raises(MeshError, match=rf"^{path}: {sentence}") as caught:
        write_step_plate(said, tmp_path / "b.msh")
    assert "\n" not in str(caught.value)
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        (
            {"faces": {"outlet": PORTS["outlet"]}},
            r"no face of the drawing is named 'inlet' or 'inlet_<name>'; the coolant needs one",
        ),
        ({"bodies": {"fluid": IN_FLUID}}, r"no body of the drawing is named as a solid"),
        (
            {"bodies": {"fluid": IN_FLUID, "block": Pick()}},
            r"'block' is picked by one of label, point, box and between",
        ),
        ({"bodies": {"fluid": IN_FLUID, "Block 1": IN_BLOCK}}, r"'Block 1' cannot be a name"),
        ({"heated": None, "zones": (Zone("gpu", 0, 0, 0.01, 0.01),)}, r"there are zones, but no heated face"),
        (
            {"zones": (Zone("gpu", 0.012, 0.0, 0.008, 0.004),)},
            r"zone 'gpu' lies outside the plate: along x from 12 to 20 mm",
        ),
        (
            {"heated": Pick(point=(0.008, 0.0, 0.0))},
            r"the point \(0\.008, 0, 0\) m lies on the border of 2 faces; pick one",
        ),
        (
            {"bodies": {"fluid": Pick(point=(0.008, 0.004, 0.0035)), "block": IN_BLOCK}},
            r".* lies on the border of 2 bodies; pick one",
        ),
        (
            {"heated": IN_FLUID, "zones": (Zone("gpu", 0, 0, 0.01, 0.01),)},
            r".*: no face is found for 'heated' by the point",
        ),
    ],
)
def test_names_are_checked(tmp_path: Path, changes: dict[str, object], sentence: str) -> None:
    path = block(tmp_path / "b.step")
    with pytest.raises(MeshError, match=rf"^{sentence}"):
        write_step_plate(plate(path, **changes), tmp_path / "b.msh", Sizes(1, 1.7))
    assert list(tmp_path.iterdir()) == [path]


def test_a_session_of_the_caller_keeps_its_options(tmp_path: Path) -> None:
    path, names = block(tmp_path / "b.step"), ("Mesh.MeshSizeMax", "Mesh.ScalingFactor", "Mesh.MeshSizeFromCurvature")
    with session() as model:
        model.add("mine")
        before = [gmsh.option.getNumber(name) for name in names]
        write_step_plate(plate(path), tmp_path / "b.msh", Sizes(1, 1.7))
        assert [gmsh.option.getNumber(name) for name in names] == before
        assert (model.getCurrent(), len(gmsh.view.getTags())) == ("mine", 0)
