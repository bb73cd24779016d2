"""A preconditioner of linearised flow for large meshes: multigrid of each component and the least-squares commutator.

The matrix [K G; D 0] is preconditioned by its upper triangle [K G; 0 -S], S = D K⁻¹ G. K⁻¹ is a few steps of GMRES,
preconditioned component by component of the velocity (Gauss-Seidel), each by multigrid from quadratic to linear functions:
an incomplete factor of all of K is unstable on stretched cells. S⁻¹ is (D M⁻¹ G)⁻¹ (D M⁻¹ K H G) (D H G)⁻¹, M the diagonal of
the mass matrix, H = W M⁻¹ with the weights of `wall_weights` (Elman, Howle, Shadid, Shuttleworth & Tuminaro 2006; Elman &
Tuminaro 2009). The matrices of the outer two do not change: they are factored once.
"""

from typing import Any

import numpy as np
from petsc4py import PETSc

from rack2city.fem.flow.blocks.forms import BlockForms
from rack2city.fem.flow.blocks.wall_weights import wall_weights
from rack2city.fem.solvers.linear import configured
from rack2city.fem.solvers.options import Given

BLOCKS: dict[str, Any] = {
    "method": "blocks",
    "ksp_type": "fgmres",
    "ksp_gmres_restart": 100,
    "ksp_max_it": 100,
    "velocity_ksp_type": "fgmres",
    "velocity_ksp_max_it": 30,
    "velocity_ksp_rtol": 0.1,  # the outer iterations, of flexible GMRES, hardly tell it from 0.01
    "component_ksp_type": "preonly",
    "component_pc_type": "mg",
    "component_pc_mg_galerkin": "both",
    "component_mg_levels_ksp_type": "gmres",
    "component_mg_levels_ksp_max_it": 2,
    "component_mg_levels_ksp_norm_type": "none",
    "component_mg_levels_pc_type": "bjacobi",
    "component_mg_levels_sub_pc_type": "ilu",
    "component_mg_levels_sub_pc_factor_mat_ordering_type": "rcm",
    "component_mg_coarse_ksp_type": "gmres",
    "component_mg_coarse_ksp_rtol": 0.1,
    "component_mg_coarse_ksp_max_it": 10,
    "component_mg_coarse_pc_type": "bjacobi",
    "component_mg_coarse_sub_pc_type": "ilu",
    "component_mg_coarse_sub_pc_factor_mat_ordering_type": "rcm",
    "pressure_ksp_type": "preonly",
    "pressure_pc_type": "cholesky",
    "pressure_pc_factor_mat_solver_type": "mumps",
}
"""Options under the flow's prefix where blocks are solved in turn."""


def split(x: PETSc.Vec, u: PETSc.Vec, p: PETSc.Vec) -> None:
    """Velocity and pressure of a vector of both, which stand in this order on each rank."""
    u.array[:], p.array[:] = np.split(x.array_r, [u.getLocalSize()])


def join(u: PETSc.Vec, p: PETSc.Vec, x: PETSc.Vec) -> None:
    """A vector of velocity and pressure."""
    x.array[:] = np.concatenate([u.array_r, p.array_r])


class _Components:
    """Python preconditioner: the components of the velocity in turn, each with the earlier ones known (Gauss-Seidel)."""

    def __init__(self, dim: int, prefix: str, options: dict[str, Any], interpolation: PETSc.Mat) -> None:
        self.dim, self._given, self._interpolation = dim, Given(prefix, options), interpolation
        self._two_levels, self.options = options.get("pc_type") == "mg", options
        self._solvers: list[PETSc.KSP] = []
        self._blocks: dict[tuple[int, int], PETSc.Mat] = {}  # on the diagonal and below

    def update(self, k: PETSc.Mat) -> None:
        """Factor the diagonal blocks of K."""
        rows = self._rows(*k.getOwnershipRange(), k.comm)
        for i in range(self.dim):
            for j in range(i + 1):
                self._blocks[i, j] = k.createSubMatrix(rows[i], rows[j], self._blocks.get((i, j)))
        if not self._solvers:
            linear = self._rows(*self._interpolation.getOwnershipRangeColumn(), k.comm)
            for i, (fine, coarse) in enumerate(zip(rows, linear, strict=True)):
                level = self._interpolation.createSubMatrix(fine, coarse) if self._two_levels else None
                self._solvers.append(configured(self._blocks[i, i], self._given, interpolation=level))
            self._right, self._product, *self._solved = (
                self._blocks[0, 0].createVecLeft() for _ in range(2 + self.dim)
            )
        for i, solver in enumerate(self._solvers):
            solver.setOperators(self._blocks[i, i])
            with self._given.reading():
                solver.setUp()
                solver.setUpOnBlocks()
        self.options = self._given.settle()

    def _rows(self, first: int, last: int, comm: Any) -> list[PETSc.IS]:
        """Owned unknowns of each component."""
        return [
            PETSc.IS().createStride((last - first) // self.dim, first + axis, self.dim, comm=comm)
            for axis in range(self.dim)
        ]

    def view(self, _: PETSc.PC, viewer: PETSc.Viewer) -> None:
        """Show the solver of the first component; the others are of its kind."""
        self._solvers[0].view(viewer)

    def apply(self, _: PETSc.PC, x: PETSc.Vec, y: PETSc.Vec) -> None:
        """Solve one component after another."""
        given, out = x.array_r, y.array
        for axis, (solver, solved) in enumerate(zip(self._solvers, self._solved, strict=True)):
            self._right.array[:] = given[axis :: self.dim]
            for earlier in range(axis):
                self._blocks[axis, earlier].mult(self._solved[earlier], self._product)
                self._right.axpy(-1.0, self._product)
            solver.solve(self._right, solved)
            out[axis :: self.dim] = solved.array_r


class FlowPreconditioner:
    """Python preconditioner of the saddle-point matrix; see the module.

    `velocity_iterations` are those of the velocity's own solver since the last `update`.
    """

    def __init__(self, blocks: BlockForms, prefix: str, options: dict[str, Any]) -> None:
        self._fixed = blocks.fixed
        self._k, self._g, self._d = k, g, d = blocks.k, blocks.g, blocks.d
        self._inverse_mass = blocks.mass_diagonal()
        self._inverse_mass.reciprocal()
        self._weighted = self._inverse_mass.copy()
        self._weighted.pointwiseMult(self._weighted, wall_weights(blocks.space.velocity, blocks.fixed))

        def under(name: str) -> dict[str, Any]:
            return {key.removeprefix(name): value for key, value in options.items() if key.startswith(name)}

        def poisson(diagonal: PETSc.Vec) -> PETSc.KSP:
            scaled, given = g.copy(), Given(prefix + "pressure_", under("pressure_"))
            scaled.diagonalScale(L=diagonal)
            solver = configured(d.matMult(scaled), given)
            scaled.destroy()
            with given.reading():
                solver.setUp()
            self._fixed_options |= {f"pressure_{key}": value for key, value in given.settle().items()}
            return solver

        self._fixed_options: dict[str, Any] = {}
        self._pressure, self._weighted_pressure = poisson(self._inverse_mass), poisson(self._weighted)
        dim = blocks.space.velocity.dofmap.bs
        self._components = _Components(dim, prefix + "component_", under("component_"), blocks.interpolation())
        given = Given(prefix + "velocity_", under("velocity_"))
        self._velocity = configured(k, given, self._components)
        self._fixed_options |= {f"velocity_{key}": value for key, value in given.settle().items()}
        self.velocity_iterations = 0
        self._u = [g.createVecLeft() for _ in range(4)]
        self._p = [g.createVecRight() for _ in range(4)]

    @property
    def options(self) -> dict[str, Any]:
        """Options in use, without the prefix of the flow."""
        return self._fixed_options | {f"component_{key}": value for key, value in self._components.options.items()}

    def view(self, _: PETSc.PC, viewer: PETSc.Viewer) -> None:
        """Show the solvers of velocity and pressure."""
        for solver in (self._velocity, self._pressure):
            solver.view(viewer)

    def update(self) -> None:
        """Take the present values of K."""
        self.velocity_iterations = 0
        self._components.update(self._k)
        self._velocity.setOperators(self._k)

    def apply(self, _: PETSc.PC, x: PETSc.Vec, y: PETSc.Vec) -> None:
        """One application."""
        (ru, u, a, b), (rp, p, s, t) = self._u, self._p
        split(x, ru, rp)
        self._weighted_pressure.solve(rp, s)
        self._g.mult(s, a)
        a.pointwiseMult(a, self._weighted)
        self._k.mult(a, b)
        b.pointwiseMult(b, self._inverse_mass)
        b.array[self._fixed] = 0.0
        self._d.mult(b, t)
        self._pressure.solve(t, p)
        p.scale(-1.0)
        self._g.mult(p, a)
        a.aypx(-1.0, ru)
        self._velocity.solve(a, u)
        self.velocity_iterations += int(self._velocity.getIterationNumber())
        join(u, p, y)
