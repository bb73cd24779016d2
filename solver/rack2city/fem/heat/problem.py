"""Conjugate heat transfer: one temperature on solids and streams, each surface's heat counted exactly.

Strong form: rho c (dT/dt + u.grad T) - div(K grad T) = q, T and heat flux continuous between volumes, or the temperature
jumping by the flux times a contact resistance. `forms` has the weak form. Temperature is quadratic: on the thin fins
of cold plates that is ten times more accurate than linear.

Where no conductivity depends on temperature the problem is linear: a further set of loads on the same flow costs a
right-hand side and a solution with what is set up already. Else Newton's method. `solver` chooses the linear solver,
`balance` keeps the account.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import ufl
from dolfinx import fem
from dolfinx.fem import petsc
from petsc4py import PETSc

from rack2city.errors import ConvergenceError, InputError
from rack2city.fem.heat.advection import BOUNDED, Advection
from rack2city.fem.heat.backflow import Backflow
from rack2city.fem.heat.balance import HeatAccount, HeatReport
from rack2city.fem.heat.conditions import (
    Condition,
    Contact,
    Convection,
    FixedTemperature,
    Flux,
    HeatInlet,
    HeatOutlet,
    Load,
    Material,
    Stream,
    set_values,
)
from rack2city.fem.heat.forms import HeatTerms
from rack2city.fem.heat.solver import HeatSolver
from rack2city.fem.mesh.broken import broken_space
from rack2city.fem.mesh.compilation import jit_options
from rack2city.fem.mesh.domain import Domain
from rack2city.fem.solvers.linear import Options

__all__ = ["HeatProblem", "HeatReport", "Loads"]

NEWTON_TOLERANCE = 1e-12  # of residual or step
MAX_NEWTON = 25
START = 3  # fixed-point steps before the first Newton step: they overshoot less from far away
HALVINGS = 8  # of a Newton step that does not reduce the residual

type Loads = Mapping[str, Load]
"""Loads by the name of their surface or volume: W/m², W/m³ or K, as the condition says."""


def _norm(vector: PETSc.Vec, kind: Any = None) -> float:
    return float(vector.norm(kind))  # type: ignore[arg-type]


class HeatProblem:
    """Temperature of a domain whose fluids move with given velocities.

    Args:
        domain: the whole mesh.
        materials: material of every volume group.
        conditions: conditions on exterior surfaces, and sources; what has none is adiabatic.
        streams: fluid bodies that move; update the values of their velocities in place, then solve again.
        contacts: interior surfaces with a contact resistance.
        options: PETSc options by prefix that override the default of `heat_`; its `method`, "direct" or "multigrid", is
            otherwise chosen by size.
        transient: prepare for `transient.TransientHeat`.
        log: receives lines on the choice of the solver.
        advection: how temperature is carried; by default so that it stays bounded on coarse meshes.

    Raises:
        InputError: names, materials or conditions do not fit, or nothing sets the level of a steady temperature.
    """

    def __init__(
        self,
        domain: Domain,
        materials: Mapping[str, Material],
        conditions: Sequence[Condition],
        streams: Sequence[Stream] = (),
        contacts: Sequence[Contact] = (),
        options: Mapping[str, Options] | None = None,
        transient: bool = False,
        log: Callable[[str], None] = lambda line: None,
        advection: Advection = BOUNDED,
    ) -> None:
        """Build the space and the compiled forms."""
        if not transient and not any(isinstance(c, HeatInlet | FixedTemperature | Convection) for c in conditions):
            raise InputError("heat: a steady temperature needs an inlet, a fixed temperature or convection somewhere")
        self.domain = domain
        self.terms = HeatTerms(domain, materials, conditions, streams, contacts, transient, advection)
        broken = [c.surface for c in contacts]
        self.space = broken_space(domain, broken)
        self.theta = fem.Function(self.space)
        self.history = fem.Function(self.space)
        self.temperature = fem.Function(self.space, name="temperature")
        self.report: HeatReport | None = None
        self._assembled = False
        self.linear = not any(callable(m.conductivity) for m in materials.values())
        self._compile()
        self._matrix = petsc.create_matrix(self._matrix_form)
        self._solver = HeatSolver(self._matrix, domain, self.space, broken, options, log)
        self.refresh_temperature()

    def _form(self, form: ufl.Form) -> fem.Form:
        return fem.form(form, entity_maps=self.terms.entity_maps, jit_options=jit_options())

    def _compile(self) -> None:
        terms, domain, s = self.terms, self.domain, ufl.TestFunction(self.space)
        trial = ufl.TrialFunction(self.space)
        if self.linear:
            bilinear, load = ufl.system(terms.residual(trial, s, self.history))
        else:
            residual = terms.residual(self.theta, s, self.history)
            bilinear, load = ufl.derivative(residual, self.theta, trial), -residual
        if not isinstance(load, ufl.Form) or not load.integrals():  # nothing heats
            load = fem.Constant(domain.mesh, 0.0) * s * domain.ds(next(iter(domain.surfaces.values())))
        self._matrix_form, self._load_form = self._form(bilinear), self._form(load)
        self._account = HeatAccount(terms, self.theta, self.history, self._form)
        self._backflow = Backflow(terms, self.theta, self._form)

    def set_loads(self, loads: Loads) -> None:
        """Change loads: a number for a number; a number, function or function of position for one that varies.

        Raises:
            InputError: the name has no condition, or its load cannot take such a value.
        """
        for name, value in loads.items():
            coefficient = self.terms.loads.get(name)
            if isinstance(coefficient, fem.Constant) and not callable(value):
                coefficient.value = float(value)
            elif isinstance(coefficient, fem.Function):
                set_values(coefficient, value, self.terms.cells[name])
            elif coefficient is None:
                raise InputError(f"heat: '{name}' has no load; there are: {', '.join(sorted(self.terms.loads))}")
            else:
                raise InputError(
                    f"heat: the load of '{name}' was given as a number or expression and takes only numbers"
                )

    def solve(self, loads: Loads | None = None) -> HeatReport:
        """Solve for the present velocities and loads.

        Args:
            loads: loads that change; the others stay.

        Raises:
            ConvergenceError: the solver failed.
            BalanceError: heat is lost or made beyond 1e-8 of what is put in.
        """
        self.set_loads(loads or {})
        self._assembled = False
        return self._solve()

    def solve_loads(self, loads: Iterable[Loads]) -> Iterator[HeatReport]:
        """Solve for one set of loads after another on the same flow; each leaves its temperature in place.

        If the problem is linear, all after the first matrix cost only a right-hand side and a back-substitution. The
        velocities must be those of the last solve.
        """
        for each in loads:
            self.set_loads(each)
            yield self._solve()

    def _solve(self) -> HeatReport:
        if not self._assembled:
            self.terms.refresh()
            self._backflow.refresh()
        self._backflow.begin()
        steps, absolute = self._solve_once()
        while not self._backflow.settled():
            more, absolute = self._solve_once()
            steps += more * (not self.linear)
        self.refresh_temperature()
        self.report = self._account.report(absolute, steps)
        return self.report

    def _solve_once(self) -> tuple[int, float]:
        """Solve with the present temperature of backflow; Newton steps, and the absolute sum of the load."""
        if self.linear:
            if not self._assembled:
                self._assemble_matrix()
            rhs = self._assemble_load()
            absolute = _norm(rhs, PETSc.NormType.NORM_1)
            self._solver.solve(rhs, self.theta.x.petsc_vec)
            rhs.destroy()
            self.theta.x.scatter_forward()
            return 1, absolute
        return self._newton()

    def follow_backflow(self) -> None:
        """Let what comes back through outlets have the mixed temperature of what leaves now (collective)."""
        self._backflow.refresh()
        self._backflow.set(self._backflow.mixed())

    def _assemble_matrix(self) -> None:
        self._matrix.zeroEntries()
        petsc.assemble_matrix(self._matrix, self._matrix_form)
        self._matrix.assemble()
        self._assembled = True

    def _assemble_load(self) -> PETSc.Vec:
        rhs = petsc.assemble_vector(self._load_form)
        rhs.ghostUpdate(addv=PETSc.InsertMode.ADD, mode=PETSc.ScatterMode.REVERSE)
        return rhs

    def _newton(self) -> tuple[int, float]:
        """Newton's method with a line search from the last temperature; its steps and the absolute sum of the load.

        Raises:
            ConvergenceError: it does not converge.
        """
        guess = self.theta.x.array.copy()
        self.theta.x.array[:] = 0.0
        load = self._assemble_load()
        cold, absolute = _norm(load), _norm(load, PETSc.NormType.NORM_1)
        load.destroy()
        self.theta.x.array[:] = guess
        if self.report is None:
            self._fixed_point()
        step, change, norm = self.theta.x.petsc_vec.duplicate(), np.inf, np.inf
        for count in range(MAX_NEWTON + 1):
            rhs = self._assemble_load()
            norm = _norm(rhs)
            if norm <= NEWTON_TOLERANCE * cold or change <= NEWTON_TOLERANCE:
                rhs.destroy()
                step.destroy()
                return count, absolute
            if count < MAX_NEWTON and np.isfinite(norm):
                self._assemble_matrix()
                self._solver.solve(rhs, step)
                change = self._advance(step, norm)
            rhs.destroy()
        step.destroy()
        raise ConvergenceError(
            f"heat: no convergence after {MAX_NEWTON} Newton steps (residual {norm / cold:.1e} of the load, last change "
            f"{change:.1e}); a conductivity may fall to zero at the temperatures of this load"
        )

    def _advance(self, step: PETSc.Vec, before: float) -> float:
        """Go along a step as far as the residual falls; its size relative to the solution."""
        start, size = self.theta.x.array.copy(), 1.0
        for _ in range(HALVINGS):
            self.theta.x.petsc_vec.axpy(size, step)
            self.theta.x.scatter_forward()
            rhs = self._assemble_load()
            after = _norm(rhs)
            rhs.destroy()
            if after < before:
                break
            if size == 1.0 and _norm(step) <= np.sqrt(NEWTON_TOLERANCE) * _norm(self.theta.x.petsc_vec):
                break  # as close as rounding lets it come
            self.theta.x.array[:], size = start, 0.5 * size
        return size * _norm(step) / max(_norm(self.theta.x.petsc_vec), float(np.finfo(float).tiny))

    def _fixed_point(self) -> None:
        """A start that needs no guess: a few linear problems with the conductivities of the temperature before."""
        trial, s = ufl.TrialFunction(self.space), ufl.TestFunction(self.space)
        self.terms.known = self.theta
        forms = [self._form(part) for part in ufl.system(self.terms.residual(trial, s, self.history))]
        self.terms.known = None
        newton, self._matrix_form, self._load_form = (self._matrix_form, self._load_form), *forms
        for _ in range(START):
            self._assemble_matrix()
            rhs = self._assemble_load()
            self._solver.solve(rhs, self.theta.x.petsc_vec)
            rhs.destroy()
            self.theta.x.scatter_forward()
        self._matrix_form, self._load_form = newton

    def refresh_temperature(self) -> None:
        """Temperature from theta, which a coupling may have changed."""
        self.temperature.x.array[:] = self.theta.x.array + float(self.terms.shift)

    def heat_in(self) -> float:
        """Heat put in by fluxes and sources, of the last solve (W)."""
        report = self._last()
        kinds = {c.surface for c in self.terms.surface_conditions if isinstance(c, Flux)}
        return sum(v for k, v in report.inflows.items() if k in kinds) + sum(report.sources.values())

    def heat_out(self) -> float:
        """Heat that the streams carry out over what they brought in, of the last solve (W)."""
        kinds = {c.surface for c in self.terms.surface_conditions if isinstance(c, HeatInlet | HeatOutlet)}
        return -sum(v for k, v in self._last().inflows.items() if k in kinds)

    def _last(self) -> HeatReport:
        if self.report is None:
            raise InputError("heat: nothing has been solved yet")
        return self.report

    def solver_statistics(self) -> tuple[int, int]:
        """How often a factor or multigrid was set up so far, and Krylov iterations of the last solve."""
        return self._solver.factorisations, self._solver.iterations

    def solver_options(self) -> dict[str, Any]:
        """The method and PETSc options in use."""
        return dict(self._solver.options)

    @property
    def options(self) -> dict[str, Any]:
        """The method and PETSc options in use."""
        return self.solver_options()
