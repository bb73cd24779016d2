"""Weak form of heat in solids and streams, and the heat that enters through each surface, from one and the same expression.

Unknown: theta = T - T0. For all s

  sum over volumes   (K grad T, grad s) + (rho c dT/dt, s)
  - over streams     (rho c (T - T_b) u, grad s)  -  (tau u.grad s, R(T))         (tau and this u: `advection`)
  - over conditions  <inflow(T), s>  -  sum over sources (q, s)
  + over contacts    <[T] / R, [s]>
  + fixed surfaces   - <T - T_fixed, n.K grad s>                                                                  = 0

  flux           inflow = q
  convection     inflow = h (T_ambient - T)
  fixed          inflow = n.K grad T + penalty (T_fixed - T)                              (Nitsche)
  inlet          inflow = -rho c (u.n) (T_in - T_b)                                       (Danckwerts)
  outlet         inflow = -rho c (u.n) (T - T_b), with T_back in place of T where u.n < 0           (see `backflow`)

- With s = 1 the sum of the inflows, the sources and the heat that is stored is zero to the solver's rounding: all heat
  that crosses a surface is counted by the very expression that stands in the equation.
- T_b is the supply temperature of the stream's first inlet. Because advection is conservative in T - T_b, a stream at
  its supply temperature stays uniform even by a velocity whose divergence is not zero point by point.
- The penalty is that of the inverse trace inequality in the cell beside the facet, of the cell's height above it: it
  needs no tuning on stretched cells.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np
import ufl
from dolfinx import fem
from dolfinx.mesh import CellType

from rack2city.errors import InputError
from rack2city.fem.heat import conditions as of
from rack2city.fem.heat.advection.solenoidal import Solenoidal, may_diverge
from rack2city.fem.heat.advection.upwind import Advection, residence_time
from rack2city.fem.mesh.domain import Domain
from rack2city.fem.mesh.groups import cells_at, indicator, outward_and_inward, share_of_cells, volumes_at

Expression = Any  # of UFL
QUADRATURE = {"quadrature_degree": 6}
ROOM_K = 293.15  # T0 where nothing says better


class HeatTerms:
    """The terms of a heat problem over the functions they act on; arguments are those of `problem.HeatProblem`."""

    def __init__(
        self,
        domain: Domain,
        materials: Mapping[str, of.Material],
        conditions: Sequence[of.Condition],
        streams: Sequence[of.Stream],
        contacts: Sequence[of.Contact],
        transient: bool,
        advection: Advection,
    ) -> None:
        self.domain, self.materials, self.streams, self.contacts = domain, materials, streams, contacts
        of.check_names(domain, materials, conditions, streams, contacts, transient)
        self.sources = [c for c in conditions if isinstance(c, of.Source)]
        self.surface_conditions: list[of.SurfaceCondition] = [c for c in conditions if not isinstance(c, of.Source)]
        self.cells = {c.volume: domain.cells_in([c.volume]) for c in self.sources}
        self.cells |= {c.surface: cells_at(domain, c.surface) for c in self.surface_conditions}
        self.loads: dict[str, Expression] = {
            of.load_name(c): of.as_coefficient(domain.mesh, c.load, self.cells[of.load_name(c)])
            for c in conditions
            if c.load is not None
        }
        self.normal = ufl.FacetNormal(domain.mesh)
        self._beside = {c.surface: volumes_at(domain, c.surface) for c in self.surface_conditions}
        self._inside = {
            name: indicator(domain, [name]) for beside in self._beside.values() if len(beside) > 1 for name in beside
        }
        openings = [
            c.surface for c in self.surface_conditions if isinstance(c, of.HeatInlet | of.HeatOutlet | of.Repeated)
        ]
        self._stream_of = {name: self._find_stream(name) for name in openings}
        fixed = [c.surface for c in self.surface_conditions if isinstance(c, of.FixedTemperature)]
        self._penalty = _trace_penalty(domain, fixed) if fixed else None
        self.entity_maps = [s.cell_map for s in streams if s.cell_map is not None]
        self.transient, self._upwinding = transient, advection.upwind
        self._corrections: list[Solenoidal] = []
        self._carrying: list[Expression] = []  # what carries temperature inside each stream; on surfaces it is its own
        for stream in streams:
            velocity = stream.velocity
            if advection.solenoidal and may_diverge(velocity):
                self._corrections.append(Solenoidal(domain, stream.volumes, velocity, self.entity_maps, openings))
                velocity = velocity + self._corrections[-1].correction
            self._carrying.append(velocity)
        self.shift = self._reference()
        self.returning: dict[str, fem.Constant] = {}  # temperature (K) of what comes back, where none is given
        for surface in (c.surface for c in self.surface_conditions if isinstance(c, of.HeatOutlet) and c.load is None):
            datum = self._datum(self._stream_of[surface])
            level = datum if isinstance(datum, fem.Constant) else self.shift
            self.returning[surface] = fem.Constant(domain.mesh, float(level))
        self.known: Expression | None = None  # theta at which conductivities are taken, where they do not follow it
        self.rate = fem.Constant(domain.mesh, 0.0)  # of BDF, 1/s; heat is stored at rho c (rate theta + history)

    def _find_stream(self, surface: str) -> of.Stream:
        for stream in self.streams:
            if set(stream.volumes) & set(self._beside[surface]):
                return stream
        raise InputError(f"heat: no stream reaches the surface '{surface}', which is an inlet or outlet")

    def _reference(self) -> fem.Constant:
        """T0: the first supply temperature itself, else the first fixed or ambient number."""
        found = [
            self.loads[c.surface]
            for kind in (of.HeatInlet, of.FixedTemperature, of.Convection)
            for c in self.surface_conditions
            if isinstance(c, kind) and isinstance(self.loads[c.surface], fem.Constant)
        ]
        if found and isinstance(found[0], fem.Constant) and not self.transient:
            return found[0]
        return fem.Constant(self.domain.mesh, float(found[0]) if found else ROOM_K)

    def _datum(self, stream: of.Stream) -> Expression:
        """T_b: the supply temperature of a stream's first inlet, T0 if it has none."""
        for condition in self.surface_conditions:
            if isinstance(condition, of.HeatInlet) and self._stream_of[condition.surface] is stream:
                return self.loads[condition.surface]
        return self.shift

    def speeds(self, surface: str) -> tuple[Expression, Expression]:
        """Normal velocity at an inlet or outlet where it leads out, and, negative, where it leads in; else zero (m/s)."""
        return outward_and_inward(ufl.dot(self._stream_of[surface].velocity, self.normal))

    def returned(self, surface: str) -> Expression:
        """Temperature of what comes back through an outlet (K)."""
        return self.returning[surface] if surface in self.returning else self.loads[surface]

    def _above(self, theta: Expression, datum: Expression) -> Expression:
        return theta if datum is self.shift else theta + self.shift - datum

    def refresh(self) -> None:
        """Bring what depends on the velocities up to their present values (collective)."""
        for correction in self._corrections:
            correction.update()

    def _upwind(self, volume: str, velocity: Expression, theta: Expression, s: Expression, history: Expression) -> Any:
        """Integrand of streamline-upwind Petrov-Galerkin."""
        capacity, k = self.materials[volume].heat_capacity, self._conduction(volume, theta)
        residual = capacity * ufl.dot(velocity, ufl.grad(theta)) - ufl.div(self._flux(k, ufl.grad(theta)))
        if self.transient:
            residual += capacity * (self.rate * theta + history)
        if volume in self.loads:
            residual -= self.loads[volume]
        tau = residence_time(self.domain.mesh, velocity, k / capacity)
        return tau * ufl.dot(velocity, ufl.grad(s)) * residual

    def _conduction(self, volume: str, theta: Expression) -> Expression:
        """Conductivity, as what multiplies a gradient."""
        k = self.materials[volume].conductivity
        if callable(k):
            return k((theta if self.known is None else self.known) + self.shift)
        return ufl.as_matrix(np.asarray(k, dtype=float).tolist()) if np.ndim(k) else float(k)  # type: ignore[arg-type]

    @staticmethod
    def _flux(conductivity: Expression, gradient: Expression) -> Expression:
        tensor = getattr(conductivity, "ufl_shape", ()) != ()
        return ufl.dot(conductivity, gradient) if tensor else conductivity * gradient

    def _surface_conductivity(self, surface: str, theta: Expression) -> Expression:
        beside = self._beside[surface]
        if len(beside) == 1:
            return self._conduction(beside[0], theta)
        parts = [self._conduction(name, theta) for name in beside]
        if any(getattr(k, "ufl_shape", ()) for k in parts):
            identity = ufl.Identity(self.domain.mesh.topology.dim)
            parts = [k if getattr(k, "ufl_shape", ()) else k * identity for k in parts]
        return sum(self._inside[name] * k for name, k in zip(beside, parts, strict=True))

    def inflow(self, condition: of.SurfaceCondition, theta: Expression) -> Expression | None:
        """Heat flux into the domain at a surface (W/m²); None where it is zero whatever theta is."""
        load, n = self.loads.get(condition.surface), self.normal
        match condition:
            case of.Flux():
                return load
            case of.Repeated():
                return None  # what crosses it here comes back by the other
            case of.Convection():
                return condition.coefficient * (load - theta - self.shift)
            case of.FixedTemperature():
                k = self._surface_conductivity(condition.surface, theta)
                normal_k = ufl.dot(n, self._flux(k, n))
                gap = (load - self.shift if load is not self.shift else 0.0) - theta
                return ufl.dot(n, self._flux(k, ufl.grad(theta))) + self._penalty * normal_k * gap
        stream = self._stream_of[condition.surface]
        body = next(name for name in stream.volumes if name in self._beside[condition.surface])
        capacity: Expression = self.materials[body].heat_capacity
        datum, (outward, inward) = self._datum(stream), self.speeds(condition.surface)
        if isinstance(condition, of.HeatInlet):
            return None if load is datum else -capacity * (outward + inward) * (load - datum)
        return -capacity * (outward * self._above(theta, datum) + inward * (self.returned(condition.surface) - datum))

    def residual(
        self, theta: Expression, s: Expression, history: Expression, volumes: Collection[str] = ()
    ) -> ufl.Form:
        """The weak form, of the whole domain or of some volume groups alone, whose other sides are then cut off."""
        domain, side = self.domain, indicator(self.domain, volumes) if volumes else None
        dx, ds, jump_ds = (m(metadata=QUADRATURE) for m in (domain.dx, domain.ds, domain.dS))

        def cut(expression: Expression) -> Expression:
            return expression if side is None else side * expression

        forms = []
        taking_part = {name: dx(domain.volumes[name]) for name in self.materials if side is None or name in volumes}
        for name, here in taking_part.items():
            forms.append(ufl.inner(self._flux(self._conduction(name, theta), ufl.grad(theta)), ufl.grad(s)) * here)
            if self.transient:
                forms.append(self.materials[name].heat_capacity * (self.rate * theta + history) * s * here)
        for stream, carrying in zip(self.streams, self._carrying, strict=True):
            for name in (volume for volume in stream.volumes if volume in taking_part):
                carried = self.materials[name].heat_capacity * self._above(theta, self._datum(stream))
                forms.append(-carried * ufl.inner(carrying, ufl.grad(s)) * taking_part[name])
                if self._upwinding:
                    forms.append(self._upwind(name, carrying, theta, s, history) * taking_part[name])
        for name in (source.volume for source in self.sources if source.volume in taking_part):
            forms.append(-self.loads[name] * s * taking_part[name])
        for condition in self.surface_conditions:
            on_surface = ds(domain.surfaces[condition.surface])
            flux = self.inflow(condition, theta)
            if flux is not None:
                forms.append(-flux * cut(s) * on_surface)
            if isinstance(condition, of.FixedTemperature):
                k = self._surface_conductivity(condition.surface, theta)
                gap = self._above(theta, self.loads[condition.surface])
                forms.append(cut(-gap * ufl.dot(self.normal, self._flux(k, ufl.grad(s)))) * on_surface)
        for contact in self.contacts:
            jump = (theta("+") - theta("-")) / contact.resistance
            forms.append(jump * ufl.jump(cut(s)) * jump_ds(domain.surfaces[contact.surface]))
        return sum(forms[1:], forms[0])


def _trace_penalty(domain: Domain, surfaces: Collection[str]) -> fem.Function:
    """Twice the constant of the inverse trace inequality of the cells beside fixed surfaces (1/m)."""
    dim = domain.mesh.topology.dim
    volume = share_of_cells(domain.mesh, ufl.dx(domain.mesh))
    penalty = share_of_cells(domain.mesh, domain.ds(tuple(domain.surfaces[s] for s in surfaces)))
    # Simplices: p (p - 1 + d) / d for the gradient of degree p - 1 (Warburton & Hesthaven 2003); boxes: (p + 1)^2.
    simplex = domain.mesh.topology.cell_type in (CellType.triangle, CellType.tetrahedron)
    constant = 2.0 * (1 + dim) / dim if simplex else 9.0
    penalty.x.array[:] *= 2.0 * constant / volume.x.array
    return penalty
