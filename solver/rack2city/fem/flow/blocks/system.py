"""Newton's method on blocks of velocity and pressure, with inexact linear solves: for meshes too large to factor."""

from typing import Any

import numpy as np
from petsc4py import PETSc

from rack2city.errors import ConvergenceError, InputError
from rack2city.fem.flow.blocks.forms import BlockForms
from rack2city.fem.flow.blocks.schur import FlowPreconditioner, join, split
from rack2city.fem.flow.space import MixedSpace
from rack2city.fem.solvers.linear import configured
from rack2city.fem.solvers.newton import RTOL, Log, newton
from rack2city.fem.solvers.options import Given, unknown
from rack2city.fem.solvers.system import Equations, System

OURS = ("ksp_", "velocity_", "component_", "pressure_")  # beginnings of options
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


class BlockSystem(System):
    """Equations of the flow solved in blocks of velocity and pressure; they are solved only when mass balances, too."""

    near = 1e-4  # Newton's systems take ten times the iterations of Picard's

    def __init__(self, equations: Equations, space: MixedSpace, prefix: str, options: dict[str, Any], log: Log) -> None:
        for key in options:
            if not key.startswith(OURS):
                raise InputError(unknown(prefix, key, options.keys() - {key}))
        self.blocks = blocks = BlockForms(equations, space)
        super().__init__(equations, (blocks.velocity, blocks.pressure), log)
        blocks.d.scale(MASS_WEIGHT)
        self._net_before, self._entering = np.nan, 0.0
        parts: Any = [[blocks.k, blocks.g], [blocks.d, None]]
        self._matrix = PETSc.Mat().createNest(parts)
        self._preconditioner = FlowPreconditioner(blocks, prefix, options)
        self._given = Given(prefix, {key: value for key, value in options.items() if key.startswith("ksp_")})
        self._ksp = configured(self._matrix, self._given, self._preconditioner)
        self._own_options = self._given.settle()
        self._most = int(self._ksp.getTolerances()[3])
        self._step, self._rhs = self._matrix.createVecRight(), self._matrix.createVecLeft()
        self._changes = blocks.g.createVecLeft(), blocks.g.createVecRight()
        self.velocities = np.arange(self._changes[0].getLocalSize())

    @property
    def options(self) -> dict[str, Any]:
        """As `System` says."""
        return self._own_options | self._preconditioner.options

    def reaction(self) -> np.ndarray:
        """As `System` says."""
        self.blocks.pull()
        space, out = self.blocks.space, np.zeros(self.unknown.x.array.size)
        both = space.velocity_dofs, space.pressure_dofs
        for vector, dofs in zip(self.blocks.residual(fixed=False), both, strict=True):
            out[dofs[: vector.getLocalSize()]] = vector.array_r
        return out[: space.owned]

    def _newton(self, slack: float) -> None:
        rtol, self._net_before = slack * RTOL, np.nan  # no step yet
        before, forcing, steps = np.inf, LINEAR_RTOL, 0

        def step(norm: float) -> float | None:
            nonlocal before, forcing, steps
            if steps > 1 and norm > DIVERGED * before and norm > rtol:
                return None
            if steps:
                # Eisenstat & Walker's choice: the linear residual need not be smaller than what Newton's method leaves
                forcing = float(np.clip(0.5 * (norm / before) ** 2, LEAST_LINEAR_RTOL, LINEAR_RTOL))
            # What makes this step the last: a few iterations more are cheaper than another step.
            last = 0.3 * rtol / norm
            self._step_with(min(0.1, last) if last > SHORT_OF * forcing else forcing)
            before, steps = norm, steps + 1
            return np.inf

        def converged(norm: float, _: float) -> bool:
            return norm <= rtol and self._conserves(rtol, slack * MASS_RTOL)

        newton(self.name, self.log, self.residual, step, converged, MAX_STEPS)
        self.blocks.push()

    def approach(self, length: float, predicted: bool) -> None:
        """As `System` says."""
        super().approach(length, predicted)
        self.blocks.push()

    def _start(self) -> None:
        super()._start()
        self.blocks.pull()

    def _at_rest(self) -> float:
        self.blocks.pull()
        norm = self._norm()
        self._entering = abs(self._net_mass())
        return norm

    def take_step(self, lagged: bool, rate: float) -> None:
        """As `System` says."""
        self._step_with(LINEAR_RTOL, lagged, rate, min(MOST_ON_THE_WAY, self._most))

    def _norm(self) -> float:
        self._latest = momentum, mass = self.blocks.residual()
        return float(np.hypot(momentum.norm(), mass.norm()))

    def _net_mass(self) -> float:
        """Sum of the last residual of mass: what enters less what leaves."""
        return float(np.real(self._latest[1].sum()))

    def _conserves(self, rtol: float, mass_rtol: float) -> bool:
        """Whether what enters leaves; the linear solver only brings the sum of the rows down with the rows.

        If it does not, the last step is made longer or shorter so that it does: mass is linear in the velocity. The
        residual of momentum changes by about as much as the linear solver left of it; if it is too large, all stays.
        """
        net, entering = self._net_mass(), self._entering
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
        """Linearise, solve to a tolerance or with so many iterations, and take the step."""
        blocks = self.blocks
        blocks.linearise(picard, rate)
        self._matrix.assemble()
        self._preconditioner.update()
        self._net_before = self._net_mass()
        momentum, mass = self._latest
        mass.scale(MASS_WEIGHT)  # as the rows of `blocks.d`; the next residual takes its place
        join(momentum, mass, self._rhs)
        self._ksp.setTolerances(rtol=rtol, max_it=most or self._most)
        with self._given.reading():
            self._ksp.solve(self._rhs, self._step)
        iterations = int(self._ksp.getIterationNumber())
        self.steps, self.factorisations = self.steps + 1, self.factorisations + 1
        self.linear_iterations += iterations
        gained = self._ksp.getResidualNorm() / max(float(self._rhs.norm()), 1e-300)  # type: ignore[arg-type]
        inner = self._preconditioner.velocity_iterations
        self.log(
            f"{self.name}: linear solver, {iterations} iterations to {gained:.1e}, {inner} of the velocity in them"
        )
        if not gained <= max(USEFUL, rtol):
            raise ConvergenceError(
                f"{self.name}: the linear solver stalls after {iterations} iterations at {gained:.1e}"
            )
        split(self._step, *self._changes)
        self._advance(1.0)

    def _advance(self, share: float) -> None:
        """Go along the last step."""
        for function, part in zip(self._parts, self._changes, strict=True):
            function.x.petsc_vec.axpy(-share, part)
            function.x.scatter_forward()
