"""Draws what the cases of own geometry need: `python cases/plates/draw.py` writes u-channel.step and duct.inp beside itself."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import gmsh
import numpy as np

from rackmesh.cells.arrays import MeshArrays, arrays_of
from rackmesh.files import opened, session
from rackmesh.tensor import Block, BlockMesh, Face, Segment, write_blocks

HERE = Path(__file__).resolve().parent
SHELLS = {"inlet": "S_IN", "outlet": "S_OUT", "heated": "S_CHIP"}
BODIES = {"fluid": "WATER", "base": "COPPER"}


def u_channel(path: Path) -> None:
    """A block of 24 x 16 x 5 mm with a U of 3 x 2.5 mm, fed through two drilled ports of 2 mm; only the solid is drawn."""
    with session() as model:
        occ = model.occ
        model.add("u-channel")
        block = occ.addBox(0, 0, 0, 24, 16, 5)
        water = [(3, occ.addBox(3, y - 1.5, 1.25, 11, 3, 2.5)) for y in (4.5, 11.5)]
        water += [(3, occ.addCylinder(0, y, 2.5, 4, 0, 0, 1.0)) for y in (4.5, 11.5)]
        outer, inner = (occ.addCylinder(14, 8, 1.25, 0, 0, 2.5, radius, angle=np.pi) for radius in (5.0, 2.0))
        occ.rotate([(3, outer), (3, inner)], 14, 8, 0, 0, 0, 1, -0.5 * np.pi)
        bend, _ = occ.cut([(3, outer)], [(3, inner)])
        occ.cut([(3, block)], [*water, *bend])
        occ.synchronize()
        gmsh.write(str(path))


def duct() -> MeshArrays:
    """A duct of 2 x 1.5 mm, 20 mm long, in a block of copper, as hexahedra."""
    axes = (
        (Segment(20e-3, 10),),
        (Segment(1e-3, 2), Segment(2e-3, 4), Segment(1e-3, 2)),
        (Segment(1.5e-3, 2), Segment(1.5e-3, 4), Segment(1e-3, 2)),
    )

    def volume(block: Block) -> str:
        return "fluid" if block[1:] == (1, 1) else "base"

    def surface(face: Face) -> str | None:
        if face.beyond is not None:
            return None
        if face.volume == "fluid":
            return "inlet" if face.side < 0 else "outlet"
        return "heated" if (face.axis, face.side) == (2, -1) else None

    with TemporaryDirectory() as folder:
        file = Path(folder) / "duct.msh"
        write_blocks(BlockMesh(axes, (0.0, 0.0, 0.0), volume, surface), file)
        with opened(file) as model:
            return arrays_of(model)


def abaqus(mesh: MeshArrays) -> Iterator[str]:
    """The lines of a mesh as a deck of Abaqus, in millimetres: solids and shells, an element set each."""
    yield "*NODE"
    for number, (x, y, z) in enumerate((1e3 * mesh.points).tolist(), start=1):
        yield f"{number}, {x:.6g}, {y:.6g}, {z:.6g}"
    first = 1
    for kind, names, cells, group, own in (
        ("C3D8", mesh.bodies, mesh.cells, mesh.body, BODIES),
        ("S4", mesh.surfaces, mesh.facets, mesh.surface, SHELLS),
    ):
        for number, name in enumerate(names):
            yield f"*ELEMENT, TYPE={kind}, ELSET={own[name]}"
            for element in (cells[group == number] + 1).tolist():
                yield ", ".join(map(str, [first, *element]))
                first += 1


if __name__ == "__main__":
    u_channel(HERE / "u-channel.step")
    (HERE / "duct.inp").write_text("\n".join(abaqus(duct())) + "\n")
