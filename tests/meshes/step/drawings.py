"""STEP files drawn for tests: a block of 16 x 8 x 5 mm with a round channel of 2 mm, and what can be wrong with one."""

import re
from collections.abc import Iterable
from pathlib import Path

import gmsh

from rackmesh.files import session
from rackmesh.step.plate import Pick, StepPlate

SIZE, RADIUS = (16.0, 8.0, 5.0), 1.0
OVERALL = (0.016, 0.008, 0.005)
IN_FLUID, IN_BLOCK = Pick(point=(0.008, 0.004, 0.0025)), Pick(point=(0.008, 0.001, 0.001))
PORTS = {"inlet": Pick(point=(0.0, 0.004, 0.0025)), "outlet": Pick(point=(0.016, 0.004, 0.0025))}
BOTTOM = Pick(point=(0.008, 0.004, 0.0))


def draw(path: Path, shapes: Iterable[tuple[int, int]]) -> Path:
    """Save shapes of the current OCC model, and nothing else."""
    keep = set(shapes)
    gmsh.model.occ.remove([entity for entity in gmsh.model.occ.getEntities(3) if entity not in keep], recursive=True)
    gmsh.model.occ.synchronize()
    gmsh.write(str(path))
    return path


def block(path: Path, coolant: bool = True, deep: float = 0.0, scale: float = 1.0) -> Path:
    """The block, with its coolant as a body or without; `deep` (mm) lets the coolant be that much wider than its channel."""
    with session() as model:
        model.add("block")
        x, y, z = (scale * extent for extent in SIZE)
        body = model.occ.addBox(0, 0, 0, x, y, z)
        axis = (0, y / 2, z / 2, x, 0, 0)
        hole = model.occ.addCylinder(*axis, scale * RADIUS)
        (plate,), _ = model.occ.cut([(3, body)], [(3, hole)])
        shapes = [plate]
        if coolant:
            shapes.append((3, model.occ.addCylinder(*axis, scale * RADIUS + deep)))
        return draw(path, shapes)


def square(path: Path) -> Path:
    """A coolant of 16 x 2 x 2 mm in the same block."""
    with session() as model:
        model.add("square")
        body, hole = model.occ.addBox(0, 0, 0, *SIZE), model.occ.addBox(0, 3, 1.5, SIZE[0], 2, 2)
        (left,), _ = model.occ.cut([(3, body)], [(3, hole)], removeTool=False)
        return draw(path, [left, (3, hole)])


def serpentine(path: Path, coolant: bool = True) -> Path:
    """Two passes of 3 x 2 mm, 8 mm apart, and a round bend, in a block of 30 x 20 x 6 mm; both ports in the face x = 0."""
    with session() as model:
        occ = model.occ
        model.add("serpentine")
        body = occ.addBox(0, 0, 0, 30, 20, 6)
        passes = [(3, occ.addBox(0, y, 2, 20, 3, 2)) for y in (4.5, 12.5)]
        outer, inner = (occ.addCylinder(20, 10, 2, 0, 0, 2, radius, angle=3.141592653589793) for radius in (5.5, 2.5))
        occ.rotate([(3, outer), (3, inner)], 20, 10, 2, 0, 0, 1, -1.5707963267948966)
        bend, _ = occ.cut([(3, outer)], [(3, inner)])
        (water,), _ = occ.fuse(passes, bend)
        (left,), _ = occ.cut([(3, body)], [water], removeTool=False)
        return draw(path, [left, water] if coolant else [left])


def relabelled(path: Path, record: str, *labels: str) -> Path:
    """The same file with labels in the records of one kind, one after the other as they stand."""
    left = iter(labels)
    text = re.sub(rf"{record}\('[^']*'", lambda found: f"{record}('{next(left, '')}'", path.read_text())
    path.write_text(text)
    return path


def plate(path: Path, coolant: bool = True, **changes: object) -> StepPlate:
    """What is said of the block."""
    bodies = {"fluid": IN_FLUID, "block": IN_BLOCK} if coolant else {"block": IN_BLOCK}
    said: dict[str, object] = {
        "overall": OVERALL,
        "bodies": bodies,
        "faces": PORTS,
        "heated": BOTTOM,
        "around": 12,
        **changes,
    }
    return StepPlate(path, **said)  # type: ignore[arg-type]
