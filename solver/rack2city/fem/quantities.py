"""What engineers read off the fields: pressure drop, flow rates, bulk, mean and extreme temperatures."""

import numpy as np
import ufl
from dolfinx import fem
from mpi4py import MPI

from rack2city.fem.domain import Domain, FluidDomain


def mean_over_surface(domain: Domain, value: fem.Function | ufl.core.expr.Expr, surface: str) -> float:
    """Area mean over an exterior surface (unit of `value`)."""
    ds = domain.ds(domain.surfaces[surface])
    return domain.integral(value * ds) / domain.integral(fem.Constant(domain.mesh, 1.0) * ds)


def flow_through(fluid: FluidDomain, velocity: fem.Function, surface: str) -> float:
    """Volume flow out of the fluid through an exterior surface (m³/s); negative where it enters."""
    return fluid.integral(ufl.dot(velocity, ufl.FacetNormal(fluid.mesh)) * fluid.ds(fluid.surfaces[surface]))


Stretch = tuple[float, float]
"""Begin and end (m) along x."""


def _weight(domain: Domain, stretch: Stretch | None) -> ufl.core.expr.Expr:
    """A smooth weight that is zero outside a stretch of x; 1 everywhere if there is none.

    Means of base and fluid with the same weight differ by the local difference wherever both rise linearly, whatever the
    weight. It is integrated at the same points along x in both.
    """
    if stretch is None:
        return fem.Constant(domain.mesh, 1.0)
    x, (start, end) = ufl.SpatialCoordinate(domain.mesh)[0], stretch
    bump = ((x - start) * (end - x) * 4.0 / (end - start) ** 2) ** 2
    return ufl.conditional(ufl.And(ufl.gt(x, start), ufl.lt(x, end)), bump, 0.0)


def mean_over_interface(
    domain: Domain, temperature: fem.Function, surface: str, stretch: Stretch | None = None
) -> float:
    """Mean over an interior surface, or over a stretch of it (K)."""
    dS = domain.dS(metadata={"quadrature_degree": 8})(domain.surfaces[surface])  # noqa: N806  (UFL's own name)
    weight = _weight(domain, stretch)
    return domain.integral(ufl.avg(weight * temperature) * dS) / domain.integral(ufl.avg(weight) * dS)


def bulk_temperature(
    domain: Domain,
    fluid: FluidDomain,
    velocity: fem.Function,
    temperature: fem.Function,
    along: np.ndarray,
    stretch: Stretch | None = None,
) -> float:
    """Flow-weighted mean temperature of the fluid (K).

    Args:
        domain: the whole mesh, on which `temperature` lives.
        fluid: its fluid part, on which `velocity` lives.
        velocity: velocity (m/s).
        temperature: temperature (K).
        along: unit vector of the stream, shape (3,).
        stretch: part of the length along x; the whole if not given.
    """
    dx = domain.dx(metadata={"quadrature_degree": 8})(domain.volumes["fluid"])
    stream = _weight(domain, stretch) * ufl.dot(velocity, ufl.as_vector([float(a) for a in along]))
    maps = [fluid.cell_map]
    return domain.integral(stream * temperature * dx, maps) / domain.integral(stream * dx, maps)


def outlet_temperature(domain: Domain, fluid: FluidDomain, velocity: fem.Function, temperature: fem.Function) -> float:
    """Flow-weighted mean temperature of the outlet (K)."""
    normal = ufl.dot(velocity, ufl.FacetNormal(domain.mesh))
    ds, maps = domain.ds(domain.surfaces["outlet"]), [fluid.cell_map]
    return domain.integral(normal * temperature * ds, maps) / domain.integral(normal * ds, maps)


def surface_maximum(domain: Domain, temperature: fem.Function, surface: str) -> float:
    """Largest nodal value on a surface (K)."""
    facets = domain.facet_tags.find(domain.surfaces[surface])
    dofs = fem.locate_dofs_topological(temperature.function_space, domain.mesh.topology.dim - 1, facets)
    local = np.max(temperature.x.array[dofs], initial=-np.inf)
    return float(domain.comm.allreduce(local, op=MPI.MAX))
