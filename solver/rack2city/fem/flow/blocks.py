"""Newton's method on blocks of velocity and pressure, with inexact linear solves: for meshes too large to factor."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import ufl
from dolfinx import fem

from rack2city.errors import ConvergenceError
from rack2city.fem.flow.block_forms import BlockForms, MixedSpace
from rack2city.fem.flow.schur import FlowPreconditioner, Saddle
from rack2city.fem.flow.wall_weights import wall_weights
from rack2city.fem.solvers.approach import approach
from rack2city.fem.solvers.linear import configured, forget
from rack2city.fem.solvers.newton import RTOL, Log, NewtonReport
from rack2city.fem.solvers.rest import at_rest

MAX_STEPS = 15
MASS_RTOL = 1e-11  # of what enters
# Of mass beside momentum in the norm of the linear solver. An error of the velocity at the size h of a cell leaves h / D of
# the momentum's residual in that of mass. What is left there comes back in the next step as a sudden change of velocity,
# and so of pressure: unweighted, steps in pseudo-time raise the residual the more the shorter they are.
MASS_WEIGHT = 10.0
MOST_LONGER = 0.5  # share of the last step by which it is made longer so that mass balances
LINEAR_RTOL, LEAST_LINEAR_RTOL = 0.03, 1e-4  # of a Newton step; no smaller than what the next one needs
SHORT_OF = 0.03  # of these, tolerances down to which a step is solved further to be the last
DIVERGED = 10.0  # growth of the residual over a step, after the first, from which Newton's method does not come back
MOST_ON_THE_WAY = 30  # linear iterations of a step of `approach`: beyond, a shorter pseudo-time gains more
USEFUL = 0.3  # reduction by the linear solver below which a step is worth taking although it has not converged


@dataclass
class Counts:
    """What has been done since the beginning.

    Attributes:
        steps: Newton steps.
        factorisations: linearisations.
        norm: last residual over that of a cold start (-).
        linear: iterations of the linear solver.
    """

    steps: int = 0
    factorisations: int = 0
    norm: float = np.inf
    linear: int = 0

    def report(self) -> NewtonReport:
        """The same as a report."""
        return NewtonReport(self.steps, self.factorisations, self.norm, self.linear)


class BlockSystem:
    """The equations of `NonlinearSystem`, solved in blocks; it ends only when mass balances, too.

    Args:
        name: of the equations, for messages.
        form: residual as a UFL form in `unknown`.
        unknown: the mixed solution, changed in place.
        bcs: conditions on the velocity; of two on the same unknown the last wins.
        space: parts of the mixed space.
        prefix: option prefix of the linear solver.
        options: its options, without the prefix; see `schur.BLOCKS`.
        log: receives one line for each step.
        lagged: the part of the derivative, a bilinear form in the mixed space, that Picard's method leaves out.
        inertia: bilinear form in the mixed space that a pseudo-time adds to the derivative, times its inverse.
    """

    near = 1e-4  # Newton's systems take ten times the iterations of Picard's

    def __init__(
        self,
        name: str,
        form: ufl.Form,
        unknown: fem.Function,
        bcs: list[fem.DirichletBC],
        space: MixedSpace,
        prefix: str,
        options: dict[str, Any],
        log: Log,
        lagged: ufl.Form,
        inertia: ufl.Form,
    ) -> None:
        """Compile the forms and factor what does not change."""
        self.name, self.unknown, self.bcs, self.log = name, unknown, bcs, log
        self.newton, self._cold, self._net_before = Counts(), 1.0, np.nan
        self.blocks = blocks = BlockForms(form, unknown, space, bcs, lagged, inertia)
        blocks.d.scale(MASS_WEIGHT)
        dim = space.velocity.dofmap.bs
        parts = (blocks.k, blocks.g, blocks.d)
        self._saddle = Saddle(*parts)
        self._matrix = self._saddle.matrix()
        self._preconditioner = FlowPreconditioner(
            self._saddle,
            *parts,
            blocks.mass_diagonal(),
            wall_weights(space.velocity, blocks.fixed),
            blocks.fixed,
            blocks.interpolation(),
            dim,
            prefix,
            options,
        )
        own = {key: value for key, value in options.items() if key.startswith("ksp_")}
        self._ksp = configured(self._matrix, prefix, own, self._preconditioner)
        forget(prefix, own)
        self._most = int(self._ksp.getTolerances()[3])
        self._step, self._rhs = self._matrix.createVecRight(), self._matrix.createVecLeft()
        self._changes = blocks.g.createVecLeft(), blocks.g.createVecRight()

    def reaction(self) -> np.ndarray:
        """Residual without conditions at the mixed unknowns that this rank owns."""
        self.blocks.pull()
        momentum, mass = self.blocks.residual(fixed=False)
        out = np.zeros(self.unknown.x.array.size)
        for vector, dofs in ((momentum, self.blocks.space.velocity_dofs), (mass, self.blocks.space.pressure_dofs)):
            owned = vector.getLocalSize()
            out[np.asarray(dofs)[:owned]] = vector.array_r
        space = self.unknown.function_space.dofmap
        return out[: space.index_map.size_local * space.index_map_bs]

    def solve(self, slack: float = 1.0) -> None:
        """Newton's method from the present values of the unknown.

        Args:
            slack: factor on the tolerance of the residual.

        Raises:
            ConvergenceError: it diverges or stalls, or the linear solver fails.
        """
        rtol, entering = slack * RTOL, self._start()
        self._net_before = np.nan  # no step yet
        if self._cold == 0.0:  # nothing drives it, and rest is the solution
            self.unknown.x.array[:] = 0.0
            return
        norm, forcing = self.residual(), LINEAR_RTOL
        for step in range(MAX_STEPS + 1):
            self.log(f"{self.name}: Newton step {step}, relative residual {norm:.2e}")
            if norm <= rtol and self._conserves(entering, rtol, slack * MASS_RTOL):
                self.blocks.push()
                return
            if step == MAX_STEPS:
                break
            # What makes this step the last: a few iterations more are cheaper than another step.
            last = 0.3 * rtol / norm
            self._step_with(min(0.1, last) if last > SHORT_OF * forcing else forcing)
            before, norm = norm, self.residual()
            if not np.isfinite(norm) or (step > 1 and norm > DIVERGED * before and norm > rtol):
                break
            # Eisenstat & Walker's choice: the linear residual need not be smaller than what Newton's method leaves
            forcing = float(np.clip(0.5 * (norm / before) ** 2, LEAST_LINEAR_RTOL, LINEAR_RTOL))
        raise ConvergenceError(
            f"{self.name}: no convergence after {step + 1} Newton steps (relative residual {norm:.1e})"
        )

    def approach(self, length: float, predicted: bool) -> None:
        """Come near to the solution as `approach.approach` says; `length` is the hydraulic diameter (m).

        Raises:
            ConvergenceError: no step helps any more.
        """
        self._start()
        if self._cold > 0.0:
            approach(self, self.unknown.function_space.mesh.comm, length, predicted)
        self.blocks.push()

    def _start(self) -> float:
        """Bring the conditions up to date, take the residual of a start from rest as the measure; gives what enters."""

        def measure() -> tuple[float, float]:
            self.blocks.pull()
            return self._residual(), abs(self._net_mass())

        self._cold, entering = at_rest(self.unknown, self.bcs, measure)
        self.blocks.pull()
        return entering

    def residual(self) -> float:
        """As `approach.Equations` says."""
        self.newton.norm = self._residual() / self._cold
        return self.newton.norm

    def state(self) -> np.ndarray:
        """As `approach.Equations` says."""
        return np.concatenate([f.x.petsc_vec.array_r for f in (self.blocks.velocity, self.blocks.pressure)])

    def restore(self, values: np.ndarray) -> None:
        """As `approach.Equations` says."""
        split = self._changes[0].getLocalSize()
        for function, part in zip((self.blocks.velocity, self.blocks.pressure), np.split(values, [split]), strict=True):
            function.x.petsc_vec.array[:] = part
            function.x.scatter_forward()

    def velocities(self) -> np.ndarray:
        """As `approach.Equations` says."""
        return np.arange(self._changes[0].getLocalSize())

    def take_step(self, lagged: bool, rate: float) -> None:
        """As `approach.Equations` says."""
        self._step_with(LINEAR_RTOL, lagged, rate, min(MOST_ON_THE_WAY, self._most))

    def _residual(self) -> float:
        self._latest = momentum, mass = self.blocks.residual()
        return float(np.hypot(momentum.norm(), mass.norm()))

    def _net_mass(self) -> float:
        """Sum of the last residual of mass: what enters less what leaves."""
        return float(np.real(self._latest[1].sum()))

    def _conserves(self, entering: float, rtol: float, mass_rtol: float) -> bool:
        """Whether what enters leaves; the linear solver only brings the sum of the rows down with the rows.

        If it does not, the last step is made longer or shorter so that it does: mass is linear in the velocity. The
        residual of momentum changes by about as much as the linear solver left of it; if it is too large, all stays.
        """
        net = self._net_mass()
        if entering == 0.0 or abs(net) <= mass_rtol * entering:
            return True
        share = net / (self._net_before - net) if self._net_before != net else np.inf
        if not abs(share) <= MOST_LONGER:
            return False
        self._advance(share)
        if self.residual() <= rtol and abs(self._net_mass()) <= mass_rtol * entering:
            self.log(f"{self.name}: last step taken {1.0 + share:.4f} times, so that what enters leaves")
            return True
        self._advance(-share)
        self.residual()
        return False

    def _step_with(self, rtol: float, picard: bool = False, rate: float = 0.0, most: int | None = None) -> None:
        """Linearise, solve to a tolerance or with so many iterations, and take the step.

        Raises:
            ConvergenceError: the linear solver gains hardly anything.
        """
        blocks = self.blocks
        blocks.linearise(picard, rate)
        self._preconditioner.update()
        self._net_before = self._net_mass()
        momentum, mass = self._latest
        mass.scale(MASS_WEIGHT)  # as the rows of `blocks.d`; the next residual takes its place
        self._saddle.join(momentum, mass, self._rhs)
        self._ksp.setTolerances(rtol=rtol, max_it=most or self._most)
        self._ksp.solve(self._rhs, self._step)
        iterations = int(self._ksp.getIterationNumber())
        self.newton.steps += 1
        self.newton.factorisations += 1
        self.newton.linear += iterations
        gained = self._ksp.getResidualNorm() / max(float(self._rhs.norm()), 1e-300)  # type: ignore[arg-type]
        inner = self._preconditioner.velocity_iterations
        self.log(
            f"{self.name}: linear solver, {iterations} iterations to {gained:.1e}, {inner} of the velocity in them"
        )
        if not gained <= max(USEFUL, rtol):
            raise ConvergenceError(
                f"{self.name}: the linear solver stalls after {iterations} iterations at {gained:.1e}"
            )
        self._saddle.split(self._step, *self._changes)
        self._advance(1.0)

    def _advance(self, share: float) -> None:
        """Go along the last step."""
        for function, part in zip((self.blocks.velocity, self.blocks.pressure), self._changes, strict=True):
            function.x.petsc_vec.axpy(-share, part)
            function.x.scatter_forward()
