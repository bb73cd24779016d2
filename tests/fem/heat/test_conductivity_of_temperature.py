"""Three materials around a coolant pipe, each with its k(T): exact by Kirchhoff's transform, to 1e-5 K.

Materials and loads are those of a tungsten monoblock: k(T) as in `published_cases.csv` (FESTIM-review), 70 kW/(m² K) to 323 K
inside. In a round wall the flow of heat is known everywhere, so that Theta(T) = integral of k dT rises by Q' / (2 pi) ln(r) in
each material, and T is continuous.
"""

from itertools import pairwise
from math import cos, log, sin
from pathlib import Path

import gmsh
import numpy as np
import pytest
from mpi4py import MPI
from numpy.polynomial import Polynomial

from rack2city.fem import Convection, Flux, HeatProblem, Material, read_domain, values_at
from rackmesh.files import session

LAWS = {
    "pipe": Polynomial([312.969, 0.257678, -6.45110e-4, 5.25780e-7]),  # CuCrZr
    "layer": Polynomial([402.301, -0.0788669, 3.76147e-5, -3.93153e-8]),  # copper
    "armour": Polynomial([175.214, -0.107335, 5.03006e-5, -7.84154e-9]),  # tungsten
}
RADII = (6e-3, 7.5e-3, 8.5e-3, 13.5e-3)
FILM, COOLANT_K, FLUX = 7e4, 323.0, 1e7
ANGLE = 0.2


def write_wedge(path: Path, cells: int) -> None:
    """A wedge of the round wall, of curved quadrilaterals, as many across each material."""
    with session() as model:
        model.add("wedge")
        occ = model.occ
        points = [occ.addPoint(r, 0.0, 0.0) for r in RADII]
        lines = [(1, occ.addLine(a, b)) for a, b in pairwise(points)]
        occ.synchronize()
        for _, line in lines:
            model.mesh.setTransfiniteCurve(line, cells + 1)
        occ.revolve(lines, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, ANGLE, [8], recombine=True)
        occ.removeAllDuplicates()
        occ.synchronize()
        for name, inner, outer in zip(LAWS, RADII, RADII[1:], strict=False):
            inside = [
                tag for _, tag in model.getEntities(2) if inner < np.hypot(*occ.getCenterOfMass(2, tag)[:2]) < outer
            ]
            model.addPhysicalGroup(2, inside, name=name)
        for name, radius in (("inner", RADII[0]), ("outer", RADII[-1])):
            arcs = [
                tag
                for _, tag in model.getEntities(1)
                if abs(np.hypot(*occ.getCenterOfMass(1, tag)[:2]) / radius - 1.0) < 2e-3
            ]
            model.addPhysicalGroup(1, arcs, name=name)
        gmsh.option.setNumber("Mesh.ElementOrder", 2)
        model.mesh.generate(2)
        gmsh.write(str(path))


def exact(radius: float) -> float:
    """Temperature (K)."""
    per_angle = FLUX * RADII[-1]
    temperature = COOLANT_K + per_angle / (RADII[0] * FILM)
    for law, inner, outer in zip(LAWS.values(), RADII, RADII[1:], strict=False):
        end = min(radius, outer)
        if end <= inner:
            break
        transformed = law.integ()
        target = transformed(temperature) + per_angle * log(end / inner)
        for _ in range(50):
            temperature -= (transformed(temperature) - target) / law(temperature)
    return float(temperature)


def largest_error(path: Path, cells: int) -> float:
    """Largest error at the interfaces and inside the materials (K)."""
    write_wedge(path, cells)
    problem = HeatProblem(
        read_domain(path, MPI.COMM_SELF),
        {name: Material(law) for name, law in LAWS.items()},
        [Flux("outer", FLUX), Convection("inner", FILM, COOLANT_K)],
    )
    report = problem.solve()
    assert report.inflows["outer"] == pytest.approx(FLUX * ANGLE * RADII[-1], rel=1e-8)
    radii = [RADII[0] + 1e-9, 6.7e-3, *RADII[1:3], 8.1e-3, 11e-3, RADII[-1] - 1e-9]
    points = [[r * cos(0.4 * ANGLE), r * sin(0.4 * ANGLE), 0.0] for r in radii]
    found = values_at(problem.temperature, points)[:, 0]
    assert exact(RADII[-1]) - exact(RADII[0]) > 500.0
    return float(np.max(np.abs(found - [exact(r) for r in radii])))


def test_round_wall_of_three_materials(tmp_path: Path) -> None:
    coarse, fine = (largest_error(tmp_path / "wedge.msh", cells) for cells in (8, 16))
    assert fine < 1e-5
    assert log(coarse / fine, 2.0) > 3.0  # of quadratic elements; nodes and gentle stretches do better
