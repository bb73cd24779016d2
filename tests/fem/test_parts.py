"""Parts of spaces agree with the whole, on one rank or several."""

import basix.ufl
import numpy as np
import pytest
from dolfinx import fem, mesh
from mpi4py import MPI

from rack2city.fem.flow.space import PressureKind, part, pressure_element

CELLS = [mesh.CellType.tetrahedron, mesh.CellType.hexahedron]
PRESSURES: list[PressureKind] = ["continuous", "discontinuous"]


def velocity(x: np.ndarray) -> np.ndarray:
    """A quadratic velocity."""
    return np.stack([x[0] * x[1], x[1] ** 2 - x[2], x[2] * x[0] + 1.0])


def mixed(comm: MPI.Comm, cell: mesh.CellType, kind: PressureKind) -> fem.FunctionSpace:
    """Velocity and pressure on a cube."""
    box = mesh.create_unit_cube(comm, 3, 2, 2, cell, ghost_mode=mesh.GhostMode.shared_facet)
    elements = [
        basix.ufl.element("Lagrange", box.basix_cell(), 2, shape=(3,)),
        pressure_element(box.basix_cell(), kind),
    ]
    return fem.functionspace(box, basix.ufl.mixed_element(elements))


def check(comm: MPI.Comm, cell: mesh.CellType, kind: PressureKind) -> None:
    """Interpolate in the whole and in the part; what a rank owns there it owns here, first and in full."""
    space = mixed(comm, cell, kind)
    whole = fem.Function(space)
    owned = space.dofmap.index_map.size_local * space.dofmap.index_map_bs
    taken = []
    for number, values in enumerate((velocity, lambda x: x[0] - 2.0 * x[1])):
        own_space, places = part(space, number)
        alone = fem.Function(own_space)
        whole.sub(number).interpolate(values)
        alone.interpolate(values)
        assert whole.x.array[places] == pytest.approx(alone.x.array, abs=1e-14)
        own = own_space.dofmap.index_map.size_local * own_space.dofmap.bs
        assert np.all(places[:own] < owned)
        assert np.all(places[own:] >= owned)
        taken.append(places)
    assert np.array_equal(np.sort(np.concatenate(taken)), np.arange(whole.x.array.size))


@pytest.mark.parametrize(("cell", "kind"), [(CELLS[0], "continuous"), *((CELLS[1], kind) for kind in PRESSURES)])
def test_parts_of_a_mixed_space(cell: mesh.CellType, kind: PressureKind) -> None:
    check(MPI.COMM_SELF, cell, kind)


def test_component_of_a_velocity() -> None:
    space, _ = part(mixed(MPI.COMM_SELF, CELLS[1], "continuous"), 0)
    whole = fem.Function(space)
    whole.interpolate(velocity)
    for axis in range(3):
        own_space, places = part(space, axis)
        alone = fem.Function(own_space)
        alone.interpolate(lambda x, axis=axis: velocity(x)[axis])
        assert whole.x.array[places] == pytest.approx(alone.x.array, abs=1e-14)


@pytest.mark.mpi
@pytest.mark.parametrize("kind", PRESSURES)
def test_parts_on_ranks(kind: PressureKind) -> None:
    check(MPI.COMM_WORLD, CELLS[1], kind)
