"""A plate of two boxes for tests: coolant over a base, coarse tetrahedra; half of the bottom is a zone, the other none."""

from pathlib import Path

import gmsh
import numpy as np

from rackmesh.files import session

LENGTH, WIDTH, HEIGHT, BASE = 0.04, 0.01, 0.004, 0.002


def write_two_boxes(path: Path, order: int = 1, scale: float = 1.0) -> None:
    """Write it, with cells of an order, and `scale` times as large."""
    with session() as model:
        occ = model.occ
        model.add("plate")
        fluid, base = occ.addBox(0, 0, 0, LENGTH, WIDTH, HEIGHT), occ.addBox(0, 0, -BASE, LENGTH, WIDTH, BASE)
        chip = occ.addRectangle(0, 0, -BASE, LENGTH / 2, WIDTH)
        occ.fragment([(3, fluid)], [(3, base), (2, chip)])
        occ.synchronize()

        def face(x: float, y: float, z: float) -> int:
            return next(tag for _, tag in model.getEntities(2) if np.allclose(occ.getCenterOfMass(2, tag), (x, y, z)))

        for name, body in (("fluid", fluid), ("base", base)):
            model.addPhysicalGroup(3, [body], name=name)
        for name, place in {
            "inlet": (0, WIDTH / 2, HEIGHT / 2),
            "outlet": (LENGTH, WIDTH / 2, HEIGHT / 2),
            "symmetry": (LENGTH / 2, 0, HEIGHT / 2),
            "heated_gpu": (LENGTH / 4, WIDTH / 2, -BASE),
            "heated": (3 * LENGTH / 4, WIDTH / 2, -BASE),
            "contact_paste": (LENGTH / 2, WIDTH / 2, 0),
        }.items():
            model.addPhysicalGroup(2, [face(*place)], name=name)
        gmsh.option.setNumber("Mesh.MeshSizeMax", 0.004)
        gmsh.option.setNumber("Mesh.ElementOrder", order)
        gmsh.option.setNumber("Mesh.ScalingFactor", scale)
        model.mesh.generate(3)
        gmsh.write(str(path))
        gmsh.option.setNumber("Mesh.ScalingFactor", 1.0)
