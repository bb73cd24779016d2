"""Quadratic velocity and linear pressure in one space, and its parts."""

from dataclasses import dataclass
from typing import Any, Literal

import basix
import basix.ufl
import numpy as np
from dolfinx import fem, mesh

from rack2city.errors import InputError
from rack2city.fem.mesh.parts import part

PressureKind = Literal["continuous", "discontinuous"]


@dataclass(frozen=True)
class MixedSpace:
    """A mixed space of velocity and pressure and its parts.

    Attributes:
        whole: the mixed space.
        velocity: space of the velocity alone.
        velocity_dofs: unknowns of the mixed space that are the velocity's, in the order of its own.
        pressure: space of the pressure alone.
        pressure_dofs: the same for the pressure.
    """

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

    Raises:
        InputError: it is to be discontinuous on simplices, where with quadratic velocity it is not stable.
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
