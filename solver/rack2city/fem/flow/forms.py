"""The weak form of incompressible flow, in scaled unknowns.

Strong form, with D/Dt the material derivative:
  rho Du/Dt - div(2 mu eps(u)) + grad p = f, div u = 0;
u given at inlets, 0 on walls; u.n = 0 without tangential traction on slip surfaces; -p n + mu du/dn = -p_out n at
outlets, which lets developed flow leave undisturbed.

Weak form, divided by mu_s U / D, velocity scaled by U and pressure by mu_s U / D: find (u, p) so that for all (v, q)
  (rho du/dt, v) + (rho (u.grad)u, v) + (2 mu eps(u), eps(v)) - (p, div v) - (q, div u)
  + <p_out n - mu (grad u)^T n, v>_outlet = (f, v)
and, each consistent (zero for the exact solution) and each to be left out:
  + 1/2 (rho (div u) u, v) - 1/2 <rho min(u.n, 0) u, v>_outlet        skew form and backflow control
  + gamma (rho U D div u, div v)                                      grad-div
The first two together make the convective terms produce no energy: testing with v = u leaves the flux of energy that leaves
through outlets, which cannot be negative. On slip surfaces not normal to an axis, u.n = 0 is asked for by Nitsche's method.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import ufl
from dolfinx import fem

from rack2city.fem.flow.boundaries import FlowOutlet
from rack2city.fem.flow.conditions import FlowConditions
from rack2city.fem.mesh.domain import FluidDomain

Expression = Any  # of UFL

BodyForce = Expression | Callable[[Expression, Expression], Expression]
"""Force per volume (N/m³): a UFL vector, or a function that gives one of place (m) and time (s)."""

NITSCHE = 80.0  # above the trace constants of quadratic cells with slip on three of their sides
DEGREE = {"quadrature_degree": 5}


@dataclass(frozen=True)
class Stabilisation:
    """Consistent terms that keep a coarse mesh bounded; `PLAIN` is none of them, `STABLE` the default.

    Convection produces no energy inside (`skew`: half the divergence), or where fluid comes back by an outlet (`backflow`).
    `grad_div` is the weight of the divergence over rho U D (-): inertia is what it keeps bounded.
    """

    skew: bool = True
    backflow: bool = True
    grad_div: float = 0.0


PLAIN = Stabilisation(skew=False, backflow=False)
STABLE = Stabilisation(grad_div=0.04)
"""What lets jets into a plenum converge on coarse meshes; developed flow in a channel it does not change."""


@dataclass(frozen=True)
class Scales:
    """Numbers of the form that change without a new compilation."""

    length: fem.Constant  # D (m)
    reynolds: fem.Constant  # rho U D / mu_s, times the share of the inertia (-)
    unsteadiness: fem.Constant  # rho D² / mu_s over the time (s)
    viscosity: fem.Constant  # mu_s (Pa s)
    force: fem.Constant  # D / (mu_s U), over forces per area (1/Pa)
    grad_div: fem.Constant  # gamma (-)
    source: fem.Constant  # mean divergence that given velocities impose on a closed domain by their interpolation (1/m)
    time: fem.Constant  # (s)


def steady_form(
    conditions: FlowConditions,
    unknown: fem.Function,
    viscosity: Expression,
    scales: Scales,
    stabilisation: Stabilisation,
    body_force: BodyForce | None,
) -> tuple[ufl.Form, ufl.Form]:
    """Residual of steady flow, for a dynamic viscosity (Pa s): what is affine in velocity and pressure, and the rest."""
    fluid = conditions.fluid
    u, p = ufl.split(unknown)
    v, q = ufl.TestFunctions(unknown.function_space)
    n = ufl.FacetNormal(fluid.mesh)
    dx = ufl.dx(domain=fluid.mesh, metadata=DEGREE)
    re, d = scales.reynolds, scales.length
    mu = d * viscosity / scales.viscosity
    convection = ufl.grad(u) * u
    if stabilisation.skew:
        convection += 0.5 * ufl.div(u) * u
    convective = re * ufl.inner(convection, v) * dx
    form = 2.0 * mu * ufl.inner(ufl.sym(ufl.grad(u)), ufl.grad(v)) * dx - p * ufl.div(v) * dx - q * ufl.div(u) * dx
    if stabilisation.grad_div:
        form += scales.grad_div * re * d * ufl.div(u) * ufl.div(v) * dx
    if body_force is not None:
        if not isinstance(body_force, ufl.core.expr.Expr):  # which can be called as well
            body_force = body_force(ufl.SpatialCoordinate(fluid.mesh), scales.time)
        form -= ufl.inner(scales.force * body_force, v) * dx
    if conditions.closed:
        form += scales.source * q * dx
    for outlet in (b for b in conditions.boundaries if isinstance(b, FlowOutlet)):
        pressure, ds = fem.Constant(fluid.mesh, float(outlet.pressure_pa)), fluid.ds(fluid.surfaces[outlet.surface])
        form += ufl.inner(scales.force * pressure * n - mu * ufl.grad(u).T * n, v) * ds
        if stabilisation.backflow:
            into = ufl.conditional(ufl.lt(ufl.dot(u, n), 0.0), ufl.dot(u, n), 0.0)
            convective -= 0.5 * re * into * ufl.inner(u, v) * ds(metadata=DEGREE)
    for surface in conditions.weak_slip:
        form += _nitsche(fluid, surface, mu, (u, p), (v, q))
    return form, convective


def lagged_and_inertia(
    unknown: fem.Function, scales: Scales, stabilisation: Stabilisation
) -> tuple[ufl.Form, ufl.Form]:
    """What Picard's method leaves out of the derivative, and what a step in pseudo-time adds times its inverse (1/m).

    The former is the change of the velocity that is carried; pseudo-time is told by the way of the velocity that scales.
    """
    u, _ = ufl.split(unknown)
    du, _ = ufl.split(ufl.TrialFunction(unknown.function_space))
    v, _ = ufl.TestFunctions(unknown.function_space)
    change = ufl.grad(u) * du
    if stabilisation.skew:
        change += 0.5 * ufl.div(du) * u
    dx = ufl.dx(domain=unknown.function_space.mesh, metadata=DEGREE)
    return scales.reynolds * ufl.inner(change, v) * dx, scales.reynolds * ufl.inner(du, v) * dx


def _nitsche(
    fluid: FluidDomain, surface: str, mu: Expression, trial: tuple[Expression, ...], test: tuple[Expression, ...]
) -> ufl.Form:
    """u.n = 0 without tangential traction: symmetric Nitsche terms; with q = 1 nothing crosses the surface."""
    n = ufl.FacetNormal(fluid.mesh)
    ds = fluid.ds(fluid.surfaces[surface], metadata=DEGREE)
    # |K|/|F| up to a constant of the reference cell, on any cell: the size of the cell across the facet
    h = abs(ufl.JacobianDeterminant(fluid.mesh)) / ufl.classes.FacetJacobianDeterminant(fluid.mesh)

    def pull(u: Expression, p: Expression) -> Expression:
        return 2.0 * mu * ufl.dot(ufl.sym(ufl.grad(u)) * n, n) - p

    across_u, across_v = ufl.dot(trial[0], n), ufl.dot(test[0], n)
    return (-pull(*trial) * across_v - pull(*test) * across_u + NITSCHE * mu / abs(h) * across_u * across_v) * ds
