"""Cells that repeat: pins of curved triangles and tetrahedra by Gmsh, strips and channels of hexahedra in blocks."""

from collections.abc import Callable, Collection, Sequence
from pathlib import Path

import gmsh
import numpy as np

from rackmesh.files import session
from rackmesh.tensor import BlockMesh, Face, Segment, write_blocks

Boxes = dict[str, Callable[[np.ndarray, np.ndarray], bool]]
"""Whether an edge or face with these lowest and highest corners belongs to a surface, by its name."""


def write_plane_pins(
    path: Path, length: float, height: float, pins: Sequence[tuple[float, float, float]], size: float, cells: int = 1
) -> None:
    """Fluid of the rectangle (0, length) x (0, height) around round pins (x, y, radius), m, of curved triangles.

    Surfaces are `inlet`, `outlet`, `symmetry_low`, `symmetry_high` and `heated`, the pins; the cell repeats. Of several in
    a row each has its own `fluid_1`, `heated_1` and so on. Towards a pin triangles are half as large as `size`.
    """
    with session() as model:
        model.add("pins")
        occ = model.occ
        starts = [length * i for i in range(cells)]
        boxes = [(2, occ.addRectangle(x, 0.0, 0.0, length, height)) for x in starts]
        disks = [(2, occ.addDisk(start + x, y, 0.0, r, r)) for start in starts for x, y, r in pins]
        occ.cut(boxes, disks)
        occ.fragment(occ.getEntities(2), [])
        occ.synchronize()
        end = length * cells
        edges: Boxes = {
            "inlet": lambda low, high: high[0] < 1e-6 * end,
            "outlet": lambda low, high: low[0] > (1.0 - 1e-6) * end,
            "symmetry_low": lambda low, high: high[1] < 1e-6 * height,
            "symmetry_high": lambda low, high: low[1] > (1.0 - 1e-6) * height,
        }
        for i, start in enumerate(starts, start=1):
            suffix = f"_{i}" if cells > 1 else ""
            edges[f"heated{suffix}"] = lambda low, high, start=start: start <= low[0] and high[0] <= start + length
            inside = [tag for _, tag in occ.getEntities(2) if start < occ.getCenterOfMass(2, tag)[0] < start + length]
            model.addPhysicalGroup(2, inside, name=f"fluid{suffix}")
        found = _name(1, edges)
        if cells == 1:
            _copy(1, found["outlet"], found["inlet"], length)
        gmsh.option.setNumber("Mesh.MeshSizeMax", size)
        _refine([tag for name, tags in found.items() if name.startswith("heated") for tag in tags], size)
        gmsh.option.setNumber("Mesh.ElementOrder", 2)
        model.mesh.generate(2)
        gmsh.write(str(path))


def write_pin_cell(
    path: Path,
    length: float,
    height: float,
    base: float,
    radius: float,
    size: float,
    bare: bool = False,
    contact: bool = False,
) -> None:
    """Half a cell of a field of round pins on a base, its pin in the middle, of curved tetrahedra.

    The fluid fills (0, length) x (0, length / 2) x (0, height) around the pin at y = 0; the base lies below and is heated from
    below, on `heated`; planes y = const are `symmetry_*`. With `bare` the base's ends have no names,
    with `contact` the pin's foot is the surface `contact_pin`.
    """
    width = 0.5 * length
    with session() as model:
        model.add("pin")
        occ = model.occ
        water = (3, occ.addBox(0.0, 0.0, 0.0, length, width, height))
        plate = (3, occ.addBox(0.0, 0.0, -base, length, width, base))
        pin = (3, occ.addCylinder(0.5 * length, 0.0, 0.0, 0.0, 0.0, height, radius))
        half = occ.intersect([pin], [water], removeTool=False)[0]
        pieces = occ.fragment([water], [plate, *half])[1]
        occ.synchronize()
        inside = {"base": pieces[1], "fins": pieces[2], "fluid": [p for p in pieces[0] if p not in pieces[2]]}
        for name, found in inside.items():
            model.addPhysicalGroup(3, [tag for _, tag in found], name=name)
        near = 1e-6 * length
        faces: Boxes = {
            "inlet": lambda low, high: high[0] < near and low[2] > -near,
            "outlet": lambda low, high: low[0] > length - near and low[2] > -near,
            "solid_inlet": lambda low, high: high[0] < near,
            "solid_outlet": lambda low, high: low[0] > length - near,
            "symmetry_low": lambda low, high: high[1] < near,
            "symmetry_high": lambda low, high: low[1] > width - near,
            "heated": lambda low, high: high[2] < near - base,
            "lid": lambda low, high: low[2] > height - near,
        }
        groups = _name(2, faces, () if not bare else ("solid_inlet", "solid_outlet"))
        if contact:
            feet = [tag for _, tag in occ.getEntities(2) if abs(occ.getCenterOfMass(2, tag)[2]) < near]
            foot = [tag for tag in feet if any(tag == t for _, t in model.getBoundary(pieces[2], oriented=False))]
            model.addPhysicalGroup(2, foot, name="contact_pin")
        for end, begin in (("outlet", "inlet"), ("solid_outlet", "solid_inlet")):
            _copy(2, groups[end], groups[begin], length)
        gmsh.option.setNumber("Mesh.MeshSizeMax", size)
        gmsh.option.setNumber("Mesh.MeshSizeMin", size)
        gmsh.option.setNumber("Mesh.ElementOrder", 2)
        model.mesh.generate(3)
        gmsh.write(str(path))


def write_channel_cell(
    path: Path,
    gap: float,
    fin: float,
    height: float,
    base: float,
    length: float,
    cells: tuple[int, int, int, int, int],
    mirrored: bool = False,
) -> None:
    """Half a channel and half a fin beside it, on a base, of hexahedra.

    `cells` are those along x, across half a gap, across half a fin, over the height, over the base. `mirrored` makes the lid a
    plane of symmetry.
    """
    along, gaps, fins, over, under = cells

    def volume(block: tuple[int, int, int]) -> str:
        return "base" if block[2] == 0 else ("fluid", "fins")[block[1]]

    axes = (
        (Segment(length, along),),
        (Segment(0.5 * gap, gaps, "end", 2.0), Segment(0.5 * fin, fins, "start", 1.5)),
        (Segment(base, under, "end", 4.0), Segment(height, over, "start" if mirrored else "both", 8.0)),
    )

    def surface(face: Face) -> str | None:
        top = mirrored and face.beyond is None and face.axis == 2 and face.side > 0
        return "symmetry_top" if top else _surface(face)

    write_blocks(BlockMesh(axes, (0.0, 0.0, -base), volume, surface), path)


def write_strip_cell(
    path: Path,
    strip: float,
    pitch: float,
    fin: float,
    height: float,
    base: float,
    cells: tuple[int, int, int, int, int],
) -> None:
    """A cell of strips along x on a base, every other row offset by half a pitch, of hexahedra: half, whole and half a strip.

    `cells` are those along half a strip, across half a gap, across half a fin, over the height, over the base. The planes y = 0
    and y = pitch / 2 are those of symmetry: the middle of a strip in one row, the middle of a gap in the next.
    """
    along, gaps, fins, over, under = cells

    def volume(block: tuple[int, int, int]) -> str:
        row, across, level = block
        return "base" if level == 0 else "fins" if across == (0, 2, 0)[row] else "fluid"

    edge = Segment(0.5 * fin, fins)
    axes = (
        (
            Segment(0.5 * strip, along, "end", 2.0),
            Segment(strip, 2 * along, "both", 2.0),
            Segment(0.5 * strip, along, "start", 2.0),
        ),
        (edge, Segment(0.5 * pitch - fin, gaps), edge),
        (Segment(base, under), Segment(height, over, "both", 2.0)),
    )
    write_blocks(BlockMesh(axes, (0.0, 0.0, -base), volume, _surface), path)


def _surface(face: Face) -> str | None:
    """Surface of a face of a cell whose lowest blocks are the base."""
    level = face.block[2]
    if face.beyond is not None:
        return None
    if face.axis == 0:
        end = "inlet" if face.side < 0 else "outlet"
        return end if face.volume == "fluid" else f"solid_{end}"
    if face.axis == 1:
        return "symmetry_low" if face.side < 0 else "symmetry_high"
    return "heated" if level == 0 and face.side < 0 else None


def _refine(curves: Sequence[int], size: float) -> None:
    field = gmsh.model.mesh.field
    distance = field.add("Distance")
    field.setNumbers(distance, "CurvesList", list(curves))
    field.setNumber(distance, "Sampling", 200)
    grading = field.add("Threshold")
    for key, value in {
        "InField": distance,
        "SizeMin": 0.5 * size,
        "SizeMax": size,
        "DistMin": 0.5 * size,
        "DistMax": 4.0 * size,
    }.items():
        field.setNumber(grading, key, value)
    field.setAsBackgroundMesh(grading)
    gmsh.option.setNumber("Mesh.MeshSizeExtendFromBoundary", 0)


def _name(dim: int, boxes: Boxes, nameless: Collection[str] = ()) -> dict[str, list[int]]:
    """Find the outer edges or faces of a model by where they lie; the first name that fits counts. Group all but some."""
    found: dict[str, list[int]] = {}
    for _, tag in gmsh.model.getBoundary(gmsh.model.getEntities(dim + 1), combined=True, oriented=False):
        bounds = np.array(gmsh.model.getBoundingBox(dim, tag))
        name = next(name for name, inside in boxes.items() if inside(bounds[:3] + 1e-7, bounds[3:] - 1e-7))
        found.setdefault(name, []).append(tag)
    for name, tags in found.items():
        if name not in nameless:
            gmsh.model.addPhysicalGroup(dim, tags, name=name)
    return found


def _copy(dim: int, later: Sequence[int], earlier: Sequence[int], length: float) -> None:
    """Mesh edges or faces as copies of those one length before them."""
    shift = np.eye(4)
    shift[0, 3] = length

    def place(tag: int) -> tuple[float, ...]:
        return tuple(np.round(gmsh.model.occ.getCenterOfMass(dim, tag)[1:], 9))

    pairs = zip(sorted(later, key=place), sorted(earlier, key=place), strict=True)
    for copy, original in pairs:
        gmsh.model.mesh.setPeriodic(dim, [copy], [original], shift.ravel().tolist())
