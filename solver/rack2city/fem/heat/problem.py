"""Conjugate heat transfer: one temperature on solids and streams, each surface's heat counted exactly.

Strong form: rho c (dT/dt + u.grad T) - div(K grad T) = q, T and heat flux continuous between volumes, or the temperature
jumping by the flux times a contact resistance. Temperature is quadratic: on the thin fins of cold plates that is ten times
more accurate than linear. Where no conductivity depends on it the problem is linear: a further set of loads on the same flow
costs a right-hand side and a solution with what is set up already. Else Newton's method, in `equations`.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from dolfinx import fem

from rack2city.errors import InputError
from rack2city.fem.heat import conditions as of
from rack2city.fem.heat.advection.upwind import BOUNDED, Advection
from rack2city.fem.heat.backflow import Backflow
from rack2city.fem.heat.balance import HeatAccount, HeatReport
from rack2city.fem.heat.equations import HeatEquations
from rack2city.fem.heat.forms import HeatTerms
from rack2city.fem.mesh.broken import broken_space
from rack2city.fem.mesh.domain import Domain
from rack2city.fem.solvers.newton import Log
from rack2city.fem.solvers.options import Options

type Loads = Mapping[str, of.Load]
"""Loads by the name of their surface or volume: W/m², W/m³ or K, as the condition says."""


class HeatProblem:
    """Temperature of a domain whose fluids move with given velocities.

    Args:
        domain: the whole mesh.
        materials: material of every volume group.
        conditions: conditions on exterior surfaces, and sources; what has none is adiabatic.
        streams: fluid bodies that move; update the values of their velocities in place, then solve again.
        contacts: interior surfaces with a contact resistance.
        options: PETSc options by prefix over the default of `heat_`; `method`, "direct" or "multigrid", is else chosen by size.
        transient: prepare for `transient.TransientHeat`.
        log: receives lines on the choice of the solver and the steps of Newton's method.
        advection: how temperature is carried; by default so that it stays bounded on coarse meshes.

    Attributes:
        temperature: temperature (K), quadratic, of the last solve.
        theta: the same above the reference of the equation.
        history: what earlier steps in time contribute to its rate of change.
        report: account of the heat of the last solve.

    Raises:
        InputError: names, materials or conditions do not fit, or nothing sets the level of a steady temperature.
    """

    def __init__(
        self,
        domain: Domain,
        materials: Mapping[str, of.Material],
        conditions: Sequence[of.Condition],
        streams: Sequence[of.Stream] = (),
        contacts: Sequence[of.Contact] = (),
        options: Mapping[str, Options] | None = None,
        transient: bool = False,
        log: Log = lambda line: None,
        advection: Advection = BOUNDED,
    ) -> None:
        levels = of.HeatInlet | of.FixedTemperature | of.Convection
        if not transient and not any(isinstance(c, levels) for c in conditions):
            raise InputError("heat: a steady temperature needs an inlet, a fixed temperature or convection somewhere")
        self.domain = domain
        self.terms = HeatTerms(domain, materials, conditions, streams, contacts, transient, advection)
        self.space = broken_space(domain, [c.surface for c in contacts])
        self.theta, self.history = fem.Function(self.space), fem.Function(self.space)
        self.temperature = fem.Function(self.space, name="temperature")
        self.report: HeatReport | None = None
        self._equations = HeatEquations(self.terms, self.theta, self.history, options, log)
        self._account = HeatAccount(self.terms, self.theta, self.history)
        self._backflow = Backflow(self.terms, self.theta)
        self.refresh_temperature()

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
                of.set_values(coefficient, value, self.terms.cells[name])
            elif coefficient is None:
                raise InputError(f"heat: '{name}' has no load; there are: {', '.join(sorted(self.terms.loads))}")
            else:
                raise InputError(
                    f"heat: the load of '{name}' was given as a number or expression and takes only numbers"
                )

    def solve(self, loads: Loads | None = None) -> HeatReport:
        """Solve for the present velocities and loads; those that are not given stay.

        Raises:
            ConvergenceError: the solver failed.
            BalanceError: heat is lost or made beyond 1e-8 of what is put in.
        """
        self._equations.assembled = False
        return next(self.solve_loads([loads or {}]))

    def solve_loads(self, loads: Iterable[Loads]) -> Iterator[HeatReport]:
        """Solve for one set of loads after another on the same flow; each leaves its temperature in place.

        If the problem is linear, all after the first matrix cost only a right-hand side and a back-substitution. The
        velocities must be those of the last solve.
        """
        for each in loads:
            self.set_loads(each)
            yield self._solve()

    def _solve(self) -> HeatReport:
        if not self._equations.assembled:
            self.terms.refresh()
            self._backflow.refresh()
        self._backflow.begin()
        steps, absolute = self._equations.solve()
        while not self._backflow.settled():
            more, absolute = self._equations.solve()
            steps += more * (not self._equations.linear)
        self.refresh_temperature()
        self.report = self._account.report(absolute, steps)
        return self.report

    def follow_backflow(self) -> None:
        """Let what comes back through outlets have the mixed temperature of what leaves now (collective)."""
        self._backflow.refresh()
        self._backflow.set(self._backflow.mixed())

    def refresh_temperature(self) -> None:
        """Temperature from theta, which a coupling may have changed."""
        self.temperature.x.array[:] = self.theta.x.array + float(self.terms.shift)

    def heat_in(self) -> float:
        """Heat put in by fluxes and sources, of the last solve (W)."""
        return self._through(of.Flux, of.Source)

    def heat_out(self) -> float:
        """Heat that the streams carry out over what they brought in, of the last solve (W)."""
        return -self._through(of.HeatInlet, of.HeatOutlet)

    def _through(self, *kinds: type) -> float:
        """Heat that came in by conditions of some kinds (W)."""
        if self.report is None:
            raise InputError("heat: nothing has been solved yet")
        heat = self.report.inflows | self.report.sources
        conditions = [*self.terms.surface_conditions, *self.terms.sources]
        return sum(heat[of.load_name(c)] for c in conditions if isinstance(c, kinds))

    def solver_statistics(self) -> tuple[int, int]:
        """How often a factor or multigrid was set up so far, and Krylov iterations of the last solve."""
        return self._equations.solver.factorisations, self._equations.solver.iterations

    @property
    def options(self) -> dict[str, Any]:
        """The method and PETSc options in use."""
        return self._equations.solver.options
