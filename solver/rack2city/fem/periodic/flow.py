"""Developed flow through a cell that repeats along x: velocity periodic, pressure -G x + periodic.

The engine's own equations (`flow.forms`) in the periodic part of the pressure, with the gradient as a force G e_x. Walls and
planes of symmetry are those of any flow; the two ends are one surface.
"""

from collections.abc import Mapping
from functools import cached_property

import numpy as np
import ufl
from dolfinx import fem
from mpi4py import MPI
from petsc4py import PETSc

from rack2city.errors import InputError
from rack2city.fem.flow import forms
from rack2city.fem.flow.boundaries import Repeated, Slip
from rack2city.fem.flow.conditions import FlowRate
from rack2city.fem.flow.problem import FlowProblem
from rack2city.fem.mesh.compilation import compiled
from rack2city.fem.mesh.domain import FluidDomain
from rack2city.fem.mesh.numbers import require
from rack2city.fem.periodic.condensed import prolongation
from rack2city.fem.periodic.ends import Ends, same_nodes
from rack2city.fem.periodic.system import CellSystem, Drive
from rack2city.fem.solvers.newton import Log, NewtonReport
from rack2city.fem.solvers.options import Options, without_method
from rack2city.fem.solvers.prefixes import FLOW
from rack2city.fem.solvers.system import Equations

POISEUILLE = 32.0  # G D² / (mu U) of a pipe: a measure for residuals


class CellFlow(FlowProblem):
    """Flow through a cell, by a flow rate or by a gradient.

    Args:
        fluid: the fluid of the cell, with the surfaces `inlet` and `outlet`, and `symmetry*`; others are walls.
        ends: where the cell begins and ends.
        density, viscosity: of the coolant (kg/m³, Pa s); the viscosity may be changed by `set_viscosity`.
        options, log: as in `FlowProblem`.
    """

    def __init__(
        self,
        fluid: FluidDomain,
        ends: Ends,
        density: float,
        viscosity: float,
        options: Mapping[str, Options] | None = None,
        log: Log = lambda line: None,
    ) -> None:
        self.ends = Ends(ends.begin[:1], ends.end[:1], ends.start, ends.length)
        self._gradient = fem.Constant(fluid.mesh, 0.0)
        self._drive, self._sought = Drive(self._gradient), 0.0
        self._flow: float | None = None
        along = ufl.as_vector([1.0, *[0.0] * (fluid.dimensions - 1)])
        planes = [name for name in fluid.surfaces if name.startswith("symmetry")]
        planes = [name for name in planes if fluid.size(fluid.ds(fluid.surfaces[name])) > 0.0]
        openings = [Repeated(*self.ends.begin), Repeated(*self.ends.end)]
        super().__init__(
            fluid,
            density,
            viscosity,
            viscosity,
            options,
            log,
            boundaries=[*openings, *map(Slip, planes)],
            body_force=self._gradient * along,
        )
        self.planes = planes
        v, _ = ufl.TestFunctions(self.space)
        self._force = self.scales.force * v[0] * ufl.dx(domain=fluid.mesh, metadata=forms.DEGREE)
        self.section = self.conditions.volume / ends.length
        self._prolongation = self._join()

    def _join(self) -> PETSc.Mat:
        """Prolongation from the unknowns of the cell that are left when its ends are one."""
        slaves, masters = list[np.ndarray](), list[np.ndarray]()
        for part, places in (
            (self.spaces.velocity, self.spaces.velocity_dofs),
            (self.spaces.pressure, self.spaces.pressure_dofs),
        ):
            for found, nodes in zip((slaves, masters), same_nodes(self.fluid, part, self.ends), strict=True):
                found.append(self._in_whole(part, places, nodes))
        fixed = np.zeros(self.spaces.owned, dtype=bool)
        for condition in self.conditions.bcs:
            dofs, owned = condition.dof_indices()
            fixed[dofs[:owned]] = True
        return prolongation(self.fluid.comm, self.spaces.owned, fixed, np.concatenate(slaves), np.concatenate(masters))

    def _in_whole(self, part: fem.FunctionSpace, places: np.ndarray, nodes: np.ndarray) -> np.ndarray:
        """Global numbers in the mixed space of all unknowns of nodes of a part, which go by their global numbers, too."""
        size, (first, end) = part.dofmap.index_map_bs, part.dofmap.index_map.local_range
        numbers = np.full((len(nodes), size), -1, dtype=np.int64)
        mine = (nodes >= first) & (nodes < end)
        local = places.reshape(-1, size)[nodes[mine] - first]
        whole, block = self.space.dofmap.index_map, self.space.dofmap.index_map_bs
        to_global = whole.local_to_global((local // block).ravel().astype(np.int32)).reshape(local.shape)
        numbers[mine] = block * to_global + local % block
        self.fluid.comm.Allreduce(MPI.IN_PLACE, numbers, op=MPI.MAX)
        return numbers.ravel()

    def system(self, more: ufl.Form | None = None) -> CellSystem:
        """As `FlowProblem` says, the ends of the cell made one."""
        steps = forms.lagged_and_inertia(self.unknown, self.scales, self.stabilisation)
        affine = self._affine if more is None else self._affine + more
        equations = Equations("flow", affine, self._convective, self.unknown, self.conditions.bcs, *steps)
        options = without_method(self._chosen)
        places = self.spaces.velocity_dofs
        return CellSystem(equations, places, FLOW, options, self.log, self._prolongation, self._drive, self._force)

    def set_scale(self, flow_rate: FlowRate, speed: float | None = None) -> None:
        """As `FlowProblem` says, by the mean speed that is sought; a gradient that is sought grows with it."""
        before = self.speed
        super().set_scale(flow_rate, speed or self._sought)
        unit = float(self.viscosity.value) * self.speed / self.hydraulic_diameter**2
        if self._flow is None:
            self.unknown.x.array[:] *= before / self.speed  # so that the velocity is the last one
            self._drive.flow, self._drive.typical = None, abs(float(self._gradient.value))
        else:
            self._gradient.value *= self.speed / before
            # f·x of a flow V is force times its volume integral, V L, over the speed that scales
            self._drive.flow = float(self.scales.force.value) * self._flow * self.ends.length / self.speed
            self._drive.typical = POISEUILLE * unit

    def drive(self, flow_rate: float | None = None, gradient: float | None = None) -> NewtonReport:
        """Solve for a volume flow (m³/s; in two dimensions m²/s) or for a mean gradient of the pressure (Pa/m).

        Raises:
            BalanceError: mass is not conserved.
            ConvergenceError: no steady flow was found.
            InputError: not exactly one is given, or it is not positive.
        """
        if (flow_rate is None) == (gradient is None):
            raise InputError(
                "periodic: a cell is driven by a flow rate or by a gradient of the pressure; give one of them"
            )
        require("periodic: the flow rate", flow_rate, "m3/s")
        require("periodic: the gradient of the pressure", gradient, "Pa/m")
        self._flow = flow_rate
        if flow_rate is not None:
            self._sought = flow_rate / self.section
        elif gradient is not None:
            self._gradient.value = gradient
            viscous = gradient * self.hydraulic_diameter**2 / (POISEUILLE * float(self.viscosity.value))
            inertial = np.sqrt(gradient * self.hydraulic_diameter / self.density)  # of a friction factor of order one
            self._sought = viscous * inertial / (viscous + inertial)
        return self.solve()

    def set_viscosity(self, viscosity: float) -> None:
        """Change the viscosity (Pa s) of the next solution."""
        self.viscosity.value = viscosity

    @property
    def gradient(self) -> float:
        """Mean gradient of the pressure along x, G (Pa/m), positive where it falls."""
        return float(self._gradient.value)

    @cached_property
    def _moved(self) -> fem.Form:
        return compiled(ufl.split(self.unknown)[0][0] * ufl.dx(domain=self.fluid.mesh, metadata=forms.DEGREE))

    def flow_rate(self) -> float:
        """Volume flow (m³/s; in two dimensions m²/s), as the mean over the cell: what the gradient does work on."""
        return self.speed * self.fluid.total(self._moved) / self.ends.length
