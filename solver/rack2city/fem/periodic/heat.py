"""Developed conjugate heat in a cell that repeats along x: T = a (x - start) + theta, theta periodic.

All of the cell, fluid and solid, warms by the same rise a L from one end to the other. For all s that are periodic

  sum over volumes  (K (grad theta + a e_x), grad s)  -  (rho c theta u, grad s)_fluid  +  (rho c a u_x, s)_fluid
  + streamline upwinding  -  <q, s>_heated  -  (q_v, s)  =  0

which is the engine's own form (`heat.forms`) with the heat that warms the stream, rho c a u_x, taken out as a source. With
s = 1 nothing is left but a = Q / (rho c V L): the rise follows from the balance. theta is found but for its level: its bulk is
zero, and that of T at the beginning of the cell is given.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np
import ufl
from dolfinx import fem

from rack2city.errors import InputError
from rack2city.evidence.balance import Balance
from rack2city.fem.heat import conditions as of
from rack2city.fem.heat.advection.upwind import BOUNDED
from rack2city.fem.heat.balance import BALANCE_TOLERANCE, ROUNDING
from rack2city.fem.heat.forms import QUADRATURE, HeatTerms
from rack2city.fem.heat.problem import Loads
from rack2city.fem.mesh.broken import broken_space
from rack2city.fem.mesh.compilation import compiled
from rack2city.fem.mesh.domain import FluidDomain
from rack2city.fem.periodic.ends import Ends
from rack2city.fem.periodic.heat_system import HeatSystem
from rack2city.fem.solvers.options import Options

RESOLVED = 0.2
"""Largest accepted share of upwinding in the distance of heat to the bulk (-).

Measured on pins and strips, the error of the resistance lies between a hundredth of it and a little more than all of it.
"""


class CellHeat:
    """Temperature of a cell.

    Args:
        fluid: the fluid of the cell.
        ends: where the cell begins and ends.
        velocity: velocity (m/s) of the fluid, whose values may be updated in place.
        materials: material of every volume group; no conductivity may follow the temperature, which does not repeat.
        conditions: fluxes into exterior surfaces, and sources in volumes; what has none is adiabatic.
        contacts: interior surfaces with a contact resistance.
        options: PETSc options by prefix; the method of `heat_` is the direct one.

    Attributes:
        temperature: temperature (K) on the whole mesh, quadratic, of the last solve.
        theta: its periodic part, its bulk zero; `fluid_theta` is the same on the mesh of the fluid.
        heat: heat put in (W) of the last solve.

    Raises:
        InputError: names, materials or conditions do not fit.
    """

    def __init__(
        self,
        fluid: FluidDomain,
        ends: Ends,
        velocity: fem.Function,
        materials: Mapping[str, of.Material],
        conditions: Sequence[of.Condition],
        contacts: Sequence[of.Contact] = (),
        options: Mapping[str, Options] | None = None,
    ) -> None:
        _check(materials, conditions, fluid.volumes)
        domain = fluid.parent
        self.domain, self.fluid, self.ends, self.velocity, self.materials = domain, fluid, ends, velocity, materials
        self.conditions, self.heat = tuple(conditions), 0.0
        self._rise = fem.Constant(domain.mesh, 0.0)  # a (K/m)
        openings = [of.Repeated(ends.begin[0]), of.Repeated(ends.end[0])]
        stream = of.Stream(tuple(fluid.volumes), velocity, fluid.cell_map)
        carried = {name: materials[name].heat_capacity * self._rise * velocity[0] for name in stream.volumes}
        carrying = [of.Source(name, -heat) for name, heat in carried.items()]
        self.terms = HeatTerms(
            domain, materials, [*conditions, *carrying, *openings], [stream], contacts, False, BOUNDED
        )
        self.space = broken_space(domain, [c.surface for c in contacts])
        self.theta = fem.Function(self.space, name="periodic temperature")
        self.temperature, self._along = fem.Function(self.space, name="temperature"), fem.Function(self.space)
        self._along.interpolate(lambda x: x[0] - ends.start)
        self.fluid_theta = fem.Function(fem.functionspace(fluid.mesh, ("Lagrange", 2)))
        self._cells = fluid.cells, fluid.cell_map.sub_topology_to_topology(fluid.cells, inverse=False)
        maps, dx = self.terms.entity_maps, domain.dx(metadata=QUADRATURE)
        trial, s = ufl.TrialFunction(self.space), ufl.TestFunction(self.space)
        equations = ufl.system(self.terms.residual(trial, s, None) + self._rise * self._conducted(ufl.grad(s)))
        self._system = HeatSystem(domain, self.space, ends, equations, maps, options)
        ds = domain.ds(metadata=QUADRATURE)
        self._inputs = {of.load_name(c): compiled(self._input(c, 1.0, dx, ds), maps) for c in conditions}
        self._warming = compiled(sum(carried[name] * dx(domain.volumes[name]) for name in carried), maps)
        gradient = ufl.grad(self.theta)
        received = sum((self._input(c, self.theta, dx, ds) for c in conditions), 0)
        given = sum(carried[name] * self.theta * dx(domain.volumes[name]) for name in carried)
        jumps = (
            (self.theta("+") - self.theta("-")) ** 2
            / c.resistance
            * domain.dS(metadata=QUADRATURE)(domain.surfaces[c.surface])
            for c in contacts
        )
        along = self._rise * self._conducted(gradient)
        self._dissipated = compiled(sum(jumps, self._conducted(gradient, gradient) + along), maps)
        self._driving = compiled(received - given, maps)
        self._carried = compiled(
            sum(velocity[0] * self.theta * dx(domain.volumes[name]) for name in stream.volumes), maps
        )

    def _input(self, condition: of.Condition, weight: Any, dx: ufl.Measure, ds: ufl.Measure) -> ufl.Form:
        """Heat that a condition puts in, weighted."""
        load = self.terms.loads[of.load_name(condition)]
        if isinstance(condition, of.Source):
            return load * weight * dx(self.domain.volumes[condition.volume])
        return load * weight * ds(self.domain.surfaces[condition.surface])

    def _conducted(self, test: Any, gradient: Any = None) -> ufl.Form:
        """(K gradient, test) over all volumes; without a gradient that of a temperature which rises by 1 K/m along x."""
        dim, form = self.domain.dimensions, 0
        gradient = ufl.as_vector([1.0, *[0.0] * (dim - 1)]) if gradient is None else gradient
        for name, material in self.materials.items():
            k = material.conductivity
            tensor = np.asarray(k, dtype=float)
            flux = ufl.dot(ufl.as_matrix(tensor.tolist()), gradient) if tensor.ndim else float(tensor) * gradient
            form += ufl.inner(flux, test) * self.domain.dx(self.domain.volumes[name], metadata=QUADRATURE)
        return form

    def solve(self, inlet_k: float) -> tuple[Balance, Balance]:
        """Solve for the present velocity and loads, and a bulk temperature of the inlet (K); how heat balances.

        The first balance is of heat; the second of the power to conduct it, Q times the distance from where it is put in to the
        bulk, against the dissipation in the conductors, (K grad T, grad theta): they differ by what upwinding does.

        Raises:
            BalanceError: heat is lost or made, or the mesh does not resolve how heat is carried.
            ConvergenceError: the solver failed.
        """
        self.terms.refresh()
        self.heat = self.heat_in()
        self._rise.value = 1.0
        self._rise.value = self.heat / self.domain.total(self._warming)
        self._system.solve()
        self._set_level(inlet_k)
        return self._balances()

    def _set_level(self, inlet_k: float) -> None:
        """The periodic part so that its bulk is zero, and the temperature so that the bulk enters with a given one.

        What conserves heat does not keep a uniform theta uniform where the velocity has a divergence, so that the level is
        part of the solution: at the bulk its error is smallest, and a node would be another one on each number of ranks.
        """
        found = []
        for part in (self._system.solution, self._system.level):
            self.theta.x.array[:] = part.x.array
            found.append(self.domain.total(self._carried))
        share = found[0] / found[1]
        self.theta.x.array[:] = self._system.solution.x.array - share * self._system.level.x.array
        own, parents = self._cells
        self.fluid_theta.interpolate(self.theta, cells0=parents, cells1=own)
        self.fluid_theta.x.scatter_forward()
        fluid, slope = self.fluid, float(self._rise.value)
        ds = fluid.ds(fluid.surfaces[self.ends.begin[0]], metadata=QUADRATURE)
        across = ufl.dot(self.velocity, ufl.FacetNormal(fluid.mesh))
        local = self.fluid_theta + slope * (ufl.SpatialCoordinate(fluid.mesh)[0] - self.ends.start)
        level = fluid.integral(across * local * ds) / fluid.integral(across * ds)
        self.temperature.x.array[:] = self.theta.x.array + slope * self._along.x.array + (inlet_k - level)

    def _balances(self) -> tuple[Balance, Balance]:
        left = self._system.unbalanced(self.theta)
        scale = abs(self.heat) + ROUNDING * self._system.absolute
        heat = Balance(
            "periodic", "heat put in and carried away", self.heat, self.heat + left, "W", BALANCE_TOLERANCE, scale
        )
        driving, dissipated = (self.domain.total(form) for form in (self._driving, self._dissipated))
        resolved = Balance(
            "periodic",
            "the distance of heat to the bulk and conduction (a finer mesh closes it)",
            driving,
            dissipated,
            "W K",
            RESOLVED,
        )
        return heat.require(), resolved

    def heat_in(self) -> float:
        """Heat that the present loads put in (W)."""
        return sum(self.put_in(name) for name in self._inputs)

    def put_in(self, name: str) -> float:
        """Heat that the present load of a surface or volume puts in (W)."""
        return self.domain.total(self._inputs[name])

    def set_loads(self, loads: Loads) -> None:
        """Change loads (W/m², W/m³) by the name of their surface or volume; `InputError` if there is none, or no number."""
        for name, value in loads.items():
            coefficient = self.terms.loads.get(name) if name in self._inputs else None
            if coefficient is None:
                raise InputError(f"periodic: '{name}' has no load; there are: {', '.join(sorted(self._inputs))}")
            if not isinstance(coefficient, fem.Constant) or callable(value):
                raise InputError(f"periodic: the load of '{name}' was given as an expression and takes no number")
            coefficient.value = float(value)

    @property
    def rise(self) -> float:
        """Rise of the temperature from one end of the cell to the other (K), of the last solve."""
        return float(self._rise.value) * self.ends.length

    @property
    def options(self) -> dict[str, Any]:
        """The method and PETSc options; after the first solution those in use."""
        return self._system.options


def _check(materials: Mapping[str, of.Material], conditions: Sequence[of.Condition], fluid: Collection[str]) -> None:
    for name, material in materials.items():
        if callable(material.conductivity):
            raise InputError(
                f"periodic: the conductivity of '{name}' follows the temperature, which does not repeat from cell to cell; "
                "give its value at the mean temperature"
            )
    for condition in conditions:
        if not isinstance(condition, of.Flux | of.Source):
            raise InputError(
                f"periodic: a cell takes fluxes and sources, not a {type(condition).__name__}: other conditions do not repeat"
            )
        if isinstance(condition, of.Source) and condition.volume in fluid:
            raise InputError(f"periodic: '{condition.volume}' is the stream, which takes no source of heat here")
