"""Quadratic velocity and linear pressure in one space, and its parts."""

from dataclasses import dataclass
from typing import Any, Literal

import basix
import basix.ufl
import numpy as np
from dolfinx import fem, mesh

from rack2city.errors import InputError

PressureKind = Literal["continuous", "discontinuous"]


@dataclass(frozen=True)
class MixedSpace:
    """A mixed space and its parts, whose unknowns in the whole stand in the order of the part's own."""

    whole: fem.FunctionSpace
    velocity: fem.FunctionSpace
    velocity_dofs: np.ndarray
    pressure: fem.FunctionSpace
    pressure_dofs: np.ndarray

    @property
    def unknowns(self) -> int:
        """Unknowns of the mixed space over all ranks."""
        return int(self.whole.dofmap.index_map.size_global * self.whole.dofmap.index_map_bs)

    @property
    def owned(self) -> int:
        """Unknowns of the mixed space that this rank owns; they come first."""
        return int(self.whole.dofmap.index_map.size_local * self.whole.dofmap.index_map_bs)


def mixed_space(msh: mesh.Mesh, pressure: PressureKind) -> MixedSpace:
    """The mixed space on a mesh, its pressure as `pressure_element` says."""
    cell = msh.basix_cell()
    velocity = basix.ufl.element("Lagrange", cell, 2, shape=(msh.geometry.dim,))
    whole = fem.functionspace(msh, basix.ufl.mixed_element([velocity, pressure_element(cell, pressure)]))
    return MixedSpace(whole, *part(whole, 0), *part(whole, 1))


def pressure_element(cell: basix.CellType, kind: PressureKind) -> Any:
    """Linear pressure, continuous (Taylor-Hood) or discontinuous, which conserves mass on each cell.

    On simplices with quadratic velocity the latter is not stable: `InputError`.
    """
    if kind == "continuous":
        return basix.ufl.element("Lagrange", cell, 1)
    if cell not in (basix.CellType.quadrilateral, basix.CellType.hexahedron):
        raise InputError(
            "flow: a discontinuous pressure needs quadrilaterals or hexahedra; on simplices take 'continuous'"
        )
    # values at points, not moments, so that the functions sum to one: the rows of mass then sum to the net flow
    return basix.ufl.element(
        basix.ElementFamily.DPC, cell, 1, dpc_variant=basix.DPCVariant.simplex_equispaced, discontinuous=True
    )


def _unrolled(dofmap: fem.DofMap) -> np.ndarray:
    """Unknowns of each cell, one by one."""
    size, nodes = dofmap.bs, np.asarray(dofmap.list)
    return (size * nodes[:, :, None] + np.arange(size)).reshape(len(nodes), size * nodes.shape[1])


def part(space: fem.FunctionSpace, number: int) -> tuple[fem.FunctionSpace, np.ndarray]:
    """A part of a mixed or vector space as a space of its own, and its unknowns in the whole, shape (unknowns with ghosts,).

    On ranks both belong to who owns the vertex, edge, face or cell that they lie on, so that the unknowns a rank owns in
    the part are unknowns that it owns in the whole. DOLFINx's `collapse` does the same in a time that grows with the square
    of the unknowns (130 s at 936 000).
    """
    within = space.sub(number)
    alone = fem.functionspace(space.mesh, within.ufl_element())
    own, whole = _unrolled(alone.dofmap), _unrolled(within.dofmap)
    index_map = alone.dofmap.index_map
    places = np.empty(alone.dofmap.bs * (index_map.size_local + index_map.num_ghosts), np.int32)
    places[own] = whole
    return alone, places
