"""Domains of published flow benchmarks that need curved or graded cells."""

from pathlib import Path

import gmsh

from rackmesh.files import session, write_whole

CHANNEL_LENGTH, CHANNEL_HEIGHT = 2.2, 0.41  # m
CYLINDER_CENTRE, RADIUS = (0.2, 0.2), 0.05  # m


def write_cylinder_channel(path: Path, at_cylinder: float, wake: float, elsewhere: float) -> None:
    """Write the plane channel with a cylinder of Schäfer & Turek (1996): second-order triangles, curved at the cylinder.

    Groups: volume `fluid`; surfaces `inlet` (x = 0), `outlet` (x = 2.2 m), `walls`, `cylinder`.

    Args:
        path: the `.msh` file.
        at_cylinder: size of the cells at the cylinder (m).
        wake: size behind it (m).
        elsewhere: size far away (m).
    """
    with session():
        gmsh.model.add("cylinder in a channel")
        occ = gmsh.model.occ
        corners = [(0.0, 0.0), (CHANNEL_LENGTH, 0.0), (CHANNEL_LENGTH, CHANNEL_HEIGHT), (0.0, CHANNEL_HEIGHT)]
        points = [occ.addPoint(x, y, 0.0) for x, y in corners]
        sides = [occ.addLine(points[i], points[(i + 1) % 4]) for i in range(4)]
        # Two halves, so that the points where the pressure is read, front and rear, are nodes of the mesh.
        rear, front = (occ.addPoint(CYLINDER_CENTRE[0] + r, CYLINDER_CENTRE[1], 0.0) for r in (RADIUS, -RADIUS))
        centre = occ.addPoint(*CYLINDER_CENTRE, 0.0)
        arcs = [occ.addCircleArc(rear, centre, front), occ.addCircleArc(front, centre, rear)]
        fluid = occ.addPlaneSurface([occ.addCurveLoop(sides), occ.addCurveLoop(arcs)])
        occ.remove([(0, centre)])
        occ.synchronize()
        groups = {"walls": [sides[0], sides[2]], "outlet": [sides[1]], "inlet": [sides[3]], "cylinder": arcs}
        gmsh.model.addPhysicalGroup(2, [fluid], name="fluid")
        for name, curves in groups.items():
            gmsh.model.addPhysicalGroup(1, curves, name=name)
        _grade(arcs, at_cylinder, wake, elsewhere)
        gmsh.model.mesh.generate(2)
        gmsh.model.mesh.setOrder(2)
        write_whole(path)


def _grade(cylinder: list[int], at_cylinder: float, wake: float, elsewhere: float) -> None:
    """Size of the cells: grows with the distance from the cylinder, and stays small in its wake."""
    field = gmsh.model.mesh.field
    distance = field.add("Distance")
    field.setNumbers(distance, "CurvesList", cylinder)
    field.setNumber(distance, "Sampling", 200)
    near = field.add("Threshold")
    field.setNumber(near, "InField", distance)
    for key, value in {"SizeMin": at_cylinder, "SizeMax": elsewhere, "DistMin": 0.005, "DistMax": 0.3}.items():
        field.setNumber(near, key, value)
    behind = field.add("Box")
    box = {"VIn": wake, "VOut": elsewhere, "XMin": 0.2, "XMax": 0.9, "YMin": 0.1, "YMax": 0.3, "Thickness": 0.3}
    for key, value in box.items():
        field.setNumber(behind, key, value)
    smallest = field.add("Min")
    field.setNumbers(smallest, "FieldsList", [near, behind])
    field.setAsBackgroundMesh(smallest)
    for option in ("MeshSizeExtendFromBoundary", "MeshSizeFromPoints", "MeshSizeFromCurvature"):
        gmsh.option.setNumber(f"Mesh.{option}", 0)
