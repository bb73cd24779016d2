"""Newton's method on flow and temperature at once: quadratic convergence where an exchange of fields does not settle.

The Jacobian of (flow residual, heat residual) by (flow unknown w, theta) is
  [ dF/dw        dF/dT P ]
  [ dH/du S      dH/dtheta ]
with P, which takes the nodes of the whole mesh that lie in the fluid, and S, which takes the velocity out of w. Both
fields keep their meshes, spaces and forms.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import ufl
from dolfinx import fem
from dolfinx.fem import petsc
from petsc4py import PETSc

from rack2city.errors import ConvergenceError
from rack2city.fem.flow.problem import FlowProblem
from rack2city.fem.heat.problem import HeatProblem
from rack2city.fem.mesh.compilation import jit_options
from rack2city.fem.solvers.linear import DIRECT, LinearSolver, Options, chosen_options
from rack2city.fem.solvers.newton import Log
from rack2city.fem.solvers.system import impose

PREFIX = "buoyancy_"
STEP_TOLERANCE = 1e-10  # of both unknowns
MAX_STEPS = 15
PATIENCE, HOPELESS = 6, 0.1  # a step this late that is still this large leads nowhere


def _selection(
    rows: fem.FunctionSpace, columns: fem.FunctionSpace, pairs: tuple[np.ndarray, np.ndarray], value: float
) -> PETSc.Mat:
    """Matrix with one value for each pair of local unknowns (row, column)."""
    row_map, column_map = rows.dofmap.index_map, columns.dofmap.index_map
    row_bs, column_bs = rows.dofmap.index_map_bs, columns.dofmap.index_map_bs
    sizes: Any = [(m.size_local * bs, m.size_global * bs) for m, bs in ((row_map, row_bs), (column_map, column_bs))]
    matrix = PETSc.Mat().createAIJ(sizes, nnz=(1, 1), comm=rows.mesh.comm)
    owned = pairs[0] < row_map.size_local * row_bs
    row, unique = np.unique(pairs[0][owned], return_index=True)
    local = np.asarray(pairs[1])[owned][unique].astype(np.int64)
    column = column_map.local_to_global((local // column_bs).astype(np.int32)) * column_bs + local % column_bs
    first = row_map.local_range[0] * row_bs
    for i, j in zip(row + first, column, strict=True):
        matrix.setValue(int(i), int(j), value)
    matrix.assemble()
    return matrix


class MonolithicNewton:
    """Newton's method on a flow and a heat problem that share a temperature and a velocity.

    Args:
        flow: the flow; its form depends on `fluid_temperature`.
        heat: the heat; its form depends on `velocity`.
        fluid_temperature: temperature on the fluid mesh.
        velocity: velocity on the fluid mesh (m/s).
        cells: cells of the fluid mesh and of the whole mesh, in pairs.
        share_fields: brings `fluid_temperature` and `velocity` up to date with the unknowns.
        options: PETSc options by prefix (`buoyancy_`).
        log: receives a line for each step.
    """

    def __init__(
        self,
        flow: FlowProblem,
        heat: HeatProblem,
        fluid_temperature: fem.Function,
        velocity: fem.Function,
        cells: tuple[np.ndarray, np.ndarray],
        share_fields: Callable[[], None],
        options: Any,
        log: Log,
    ) -> None:
        """Compile the forms of the coupling."""
        self.flow, self.heat, self.log, self._share = flow, heat, log, share_fields
        self.options: Options = chosen_options(DIRECT, PREFIX, options)
        s = ufl.TestFunction(heat.space)
        heat_form = heat.terms.residual(heat.theta, s, heat.history)
        maps: dict[str, Any] = {"entity_maps": heat.terms.entity_maps, "jit_options": jit_options()}
        plain: dict[str, Any] = {"jit_options": jit_options()}
        w, space, speeds = flow.unknown, fluid_temperature.function_space, velocity.function_space
        self._residuals = [fem.form(flow.form, **plain), fem.form(heat_form, **maps)]
        self._forms = [
            fem.form(ufl.derivative(flow.form, w), **plain),
            fem.form(ufl.derivative(flow.form, fluid_temperature, ufl.TrialFunction(space)), **plain),
            fem.form(ufl.derivative(heat_form, velocity, ufl.TrialFunction(speeds)), **maps),
            fem.form(ufl.derivative(heat_form, heat.theta, ufl.TrialFunction(heat.space)), **maps),
        ]
        self._parts = [petsc.create_matrix(form) for form in self._forms]
        nodes = (space.dofmap.list[cells[0]].ravel(), heat.space.dofmap.list[cells[1]].ravel())
        self._to_fluid = _selection(space, heat.space, nodes, 1.0)
        taken = flow.spaces.velocity_dofs
        self._to_velocity = _selection(speeds, flow.unknown.function_space, (np.arange(len(taken)), taken), 1.0)
        self._matrix: PETSc.Mat | None = None
        self._solver: LinearSolver | None = None

    def solve(self) -> int:
        """Newton's method from the present unknowns; the number of steps.

        Raises:
            ConvergenceError: it diverges or stalls.
        """
        w, theta = self.flow.unknown.x, self.heat.theta.x
        impose(self.flow.unknown, self.flow.conditions.bcs)
        change = np.inf
        for count in range(1, MAX_STEPS + 1):
            self._share()
            self.heat.follow_backflow()
            matrix = self._jacobian()
            right, step = matrix.createVecLeft(), matrix.createVecRight()
            right.array[:] = np.concatenate(self._right())
            assert self._solver is not None
            self._solver.solve(right, step)
            values, size = step.array_r.copy(), len(w.petsc_vec.array_r)
            right.destroy()
            step.destroy()
            parts = [(w, values[:size]), (theta, values[size:])]
            change = max(self._relative(part, vector.petsc_vec.array_r) for vector, part in parts)
            for vector, part in parts:
                vector.array[: len(part)] += part
                vector.scatter_forward()
            self.log(f"buoyancy: Newton step {count}, change {change:.1e}")
            if change <= STEP_TOLERANCE:
                self._share()
                return count
            if not np.isfinite(change) or (count >= PATIENCE and change > HOPELESS):
                break
        raise ConvergenceError(f"buoyancy: Newton's method does not converge (last change {change:.1e})")

    def _relative(self, step: np.ndarray, state: np.ndarray) -> float:
        comm = self.heat.domain.comm
        after = state + step
        norms = comm.allreduce(np.array([step @ step, after @ after]))
        return float(np.sqrt(norms[0] / max(norms[1], np.finfo(float).tiny)))

    def _right(self) -> list[np.ndarray]:
        """Minus the residuals, owned values."""
        found = []
        for form, unknown, bcs in zip(
            self._residuals, (self.flow.unknown, self.heat.theta), (self.flow.conditions.bcs, []), strict=True
        ):
            vector = petsc.assemble_vector(form)
            vector.ghostUpdate(addv=PETSc.InsertMode.ADD, mode=PETSc.ScatterMode.REVERSE)
            petsc.set_bc(vector, bcs, x0=unknown.x.petsc_vec, alpha=-1.0)
            found.append(-vector.array_r)
            vector.destroy()
        return found

    def _jacobian(self) -> PETSc.Mat:
        bcs = self.flow.conditions.bcs
        for part, form in zip(self._parts, self._forms, strict=True):
            part.zeroEntries()
            petsc.assemble_matrix(part, form, bcs=bcs)
            part.assemble()
        a, b, c, d = self._parts
        lift, carried = b.matMult(self._to_fluid), c.matMult(self._to_velocity)
        carried.scale(self.flow.speed)
        nest = PETSc.Mat().createNest([[a, lift], [carried, d]], comm=a.comm)
        if self._matrix is None:
            self._matrix = nest.convert("aij", out=PETSc.Mat())  # without `out` it would convert in place
            self._solver = LinearSolver(self._matrix, PREFIX, self.options)
        else:
            nest.convert("aij", out=self._matrix)
        for matrix in (nest, lift, carried):
            matrix.destroy()
        return self._matrix
