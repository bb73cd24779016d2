"""Newton's method on flow and temperature at once: quadratic convergence where an exchange of fields does not settle.

The Jacobian of (flow residual, heat residual) by (flow unknown w, theta) is
  [ dF/dw        dF/dT P ]
  [ dH/du S      dH/dtheta ]
with P, which takes the nodes of the whole mesh that lie in the fluid, and S, which takes the velocity out of w.
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import ufl
from dolfinx import fem
from dolfinx.fem import petsc
from petsc4py import PETSc

from rack2city.fem.flow.problem import FlowProblem
from rack2city.fem.heat.problem import HeatProblem
from rack2city.fem.mesh.compilation import assembled, compiled
from rack2city.fem.solvers.linear import LinearSolver
from rack2city.fem.solvers.newton import Log, newton
from rack2city.fem.solvers.options import SINGLE, Options, chosen_options
from rack2city.fem.solvers.prefixes import COUPLED
from rack2city.fem.solvers.system import impose

STEP_TOLERANCE = 1e-10  # of both unknowns
MAX_STEPS = 15
PATIENCE, HOPELESS = 6, 0.1  # a step this late that is still this large leads nowhere


def _selection(rows: fem.FunctionSpace, columns: fem.FunctionSpace, pairs: tuple[np.ndarray, np.ndarray]) -> PETSc.Mat:
    """Matrix with a one for each pair of local unknowns (row, column)."""
    row_map, column_map = rows.dofmap.index_map, columns.dofmap.index_map
    row_bs, column_bs = rows.dofmap.index_map_bs, columns.dofmap.index_map_bs
    sizes: Any = [(m.size_local * bs, m.size_global * bs) for m, bs in ((row_map, row_bs), (column_map, column_bs))]
    size = row_map.size_local * row_bs
    row, unique = np.unique(pairs[0][pairs[0] < size], return_index=True)
    local = np.asarray(pairs[1])[pairs[0] < size][unique]
    column = column_map.local_to_global((local // column_bs).astype(np.int32)) * column_bs + local % column_bs
    starts = np.searchsorted(row, np.arange(size + 1))
    csr: Any = starts.astype(PETSc.IntType), column.astype(PETSc.IntType), np.ones(len(column))
    return PETSc.Mat().createAIJ(sizes, csr=csr, comm=rows.mesh.comm)


class CoupledNewton:
    """Newton's method on a flow, whose form depends on `temperature` (K), and a heat problem, on `velocity` (m/s).

    They are functions on the fluid mesh that `update` brings up to date with the unknowns; `cells` pairs those of both meshes.
    """

    def __init__(
        self,
        flow: FlowProblem,
        heat: HeatProblem,
        temperature: fem.Function,
        velocity: fem.Function,
        cells: tuple[np.ndarray, np.ndarray],
        update: Callable[[], None],
        options: Mapping[str, Options] | None,
        log: Log,
    ) -> None:
        self._flow, self._heat, self._update, self._log = flow, heat, update, log
        self._chosen: Options = chosen_options(SINGLE, COUPLED, options)
        heat_form = heat.terms.residual(heat.theta, ufl.TestFunction(heat.space), heat.history)
        maps = heat.terms.entity_maps
        functions = flow.unknown, temperature, velocity, heat.theta
        spaces = [function.function_space for function in functions]
        self._residuals = [compiled(flow.form), compiled(heat_form, maps)]
        sources = (flow.form, None), (flow.form, None), (heat_form, maps), (heat_form, maps)
        self._forms = [
            compiled(ufl.derivative(form, function, ufl.TrialFunction(function.function_space)), entity_maps)
            for (form, entity_maps), function in zip(sources, functions, strict=True)
        ]
        self._parts = [petsc.create_matrix(form) for form in self._forms]
        nodes = spaces[1].dofmap.list[cells[0]].ravel(), heat.space.dofmap.list[cells[1]].ravel()
        self._to_fluid = _selection(spaces[1], heat.space, nodes)
        taken = np.asarray(flow.spaces.velocity_dofs)
        self._to_velocity = _selection(spaces[2], spaces[0], (np.arange(len(taken)), taken))
        self._vectors = [function.x.petsc_vec.duplicate() for function in (flow.unknown, heat.theta)]
        self._matrix: PETSc.Mat | None = None

    def solve(self) -> int:
        """Newton's method from the present unknowns; the number of steps, or a `ConvergenceError`."""
        flow = self._flow
        impose(flow.unknown, flow.conditions.bcs)
        cold, steps, change = 0.0, 0, np.inf

        def residual() -> float:
            nonlocal cold
            self._update()
            self._heat.follow_backflow()
            for vector, form in zip(self._vectors, self._residuals, strict=True):
                assembled(form, vector)
            petsc.set_bc(self._vectors[0], flow.conditions.bcs, x0=flow.unknown.x.petsc_vec, alpha=-1.0)
            norm = float(np.linalg.norm([vector.norm() for vector in self._vectors]))
            cold = cold or norm or 1.0
            return norm / cold

        def step(_: float) -> float | None:
            nonlocal steps, change
            if steps >= PATIENCE and change > HOPELESS:
                return None
            steps, change = steps + 1, self._step()
            return change if np.isfinite(change) else None

        def converged(_: float, last: float) -> bool:
            return last <= STEP_TOLERANCE

        return newton("coupling", self._log, residual, step, converged, MAX_STEPS)

    @property
    def options(self) -> Options:
        """PETSc options; after the first step those that are in use."""
        return self._chosen if self._matrix is None else self._solver.options

    def _step(self) -> float:
        """Linearise, solve and go; the change over the solution, of flow or heat, whichever is larger."""
        matrix = self._jacobian()
        right, step = matrix.createVecLeft(), matrix.createVecRight()
        right.array[:] = np.concatenate([vector.array_r for vector in self._vectors])
        self._solver.solve(right, step)
        states = self._flow.unknown.x, self._heat.theta.x
        parts = np.split(step.array_r.copy(), [self._vectors[0].getLocalSize()])
        for state, part in zip(states, parts, strict=True):
            state.petsc_vec.array[:] -= part
            state.scatter_forward()
        right.destroy()
        step.destroy()
        pairs = zip(parts, (state.petsc_vec.array_r for state in states), strict=True)
        squares = np.array([[part @ part, values @ values] for part, values in pairs])
        steps, sizes = self._heat.domain.comm.allreduce(squares).T
        return float(np.max(np.sqrt(steps / np.maximum(sizes, np.finfo(float).tiny))))

    def _jacobian(self) -> PETSc.Mat:
        for part, form in zip(self._parts, self._forms, strict=True):
            part.zeroEntries()
            petsc.assemble_matrix(part, form, bcs=self._flow.conditions.bcs)
            part.assemble()
        a, b, c, d = self._parts
        lift, carried = b.matMult(self._to_fluid), c.matMult(self._to_velocity)
        carried.scale(self._flow.speed)
        nest = PETSc.Mat().createNest([[a, lift], [carried, d]], comm=a.comm)
        if self._matrix is None:
            self._matrix = nest.convert("aij", out=PETSc.Mat())  # without `out` it would convert in place
            self._solver = LinearSolver(self._matrix, COUPLED, self._chosen, log=self._log)
        else:
            nest.convert("aij", out=self._matrix)
        for matrix in (nest, lift, carried):
            matrix.destroy()
        return self._matrix
