"""What is read off a cell that is solved: its flow, its temperatures, and whether work does what dissipation says."""

import numpy as np
import ufl
from dolfinx import fem, mesh

from rack2city.evidence.balance import Balance
from rack2city.fem.coupled.wetted import shared_with_solids
from rack2city.fem.heat.conditions import Flux
from rack2city.fem.heat.forms import QUADRATURE
from rack2city.fem.mesh.domain import FluidDomain
from rack2city.fem.mesh.quantities import flow_through, surface_maximum
from rack2city.fem.periodic.flow import CellFlow
from rack2city.fem.periodic.heat import CellHeat
from rack2city.fem.periodic.result import Heated, HeatOfCell

CONSERVED = 2e-2  # flow that the outlet may miss
STABILISED = 0.3
"""Largest accepted share of stabilisation in the work (-): at sharp leading edges it falls slowly; the pressure drop errs
by a fifth to a third of it."""


def flow_balances(flow: CellFlow, velocity: fem.Function) -> tuple[Balance, Balance]:
    """Balances of mass and of work in a solved flow with a velocity (m/s).

    The mean flow is that of the equations; the flow through the outlet differs from it by the divergence inside cells. The
    work G V L differs from the viscous dissipation by what stabilisation takes.

    Raises:
        BalanceError: the mesh does not resolve the flow.
    """
    fluid, rate = flow.fluid, flow.flow_rate()
    through = flow_through(fluid, velocity, flow.ends.end[0])
    mass = Balance("periodic", "mean flow and flow through the outlet", rate, through, "m3/s", CONSERVED)
    strain, dx = ufl.sym(ufl.grad(velocity)), ufl.dx(domain=fluid.mesh, metadata=QUADRATURE)
    lost = 2.0 * float(flow.viscosity.value) * fluid.integral(ufl.inner(strain, strain) * dx)
    work = Balance(
        "periodic",
        "work and dissipation (a finer mesh closes it)",
        flow.gradient * rate * flow.ends.length,
        lost,
        "W",
        STABILISED,
    )
    return mass.require(), work


def heat_of_cell(heat: CellHeat, flow: CellFlow, inlet_k: float, conductivity: float) -> HeatOfCell:
    """Temperatures of a solved cell by their definitions, for a fluid of some conductivity (W/(m K))."""
    fluid, theta, moved = flow.fluid, heat.fluid_theta, heat.velocity[0]
    dx = ufl.dx(domain=fluid.mesh, metadata=QUADRATURE)
    bulk = fluid.integral(moved * theta * dx) / fluid.integral(moved * dx)
    fluxes = [c.surface for c in heat.conditions if isinstance(c, Flux) and heat.put_in(c.surface) != 0.0]
    walls = [shared_with_solids(fluid), *(_own(fluid, surface) for surface in fluxes)]
    ds = ufl.Measure(
        "ds", domain=fluid.mesh, subdomain_data=[(1, np.concatenate(walls).flatten())], metadata=QUADRATURE
    )
    wetted = fluid.size(ds(1))
    return HeatOfCell(
        heat_w=heat.heat,
        rise_k=heat.rise,
        inlet_k=inlet_k,
        wetted_m2=wetted,
        wall_above_bulk_k=fluid.integral(theta * ds(1)) / wetted - bulk,
        conductivity_w_per_m_k=conductivity,
        hydraulic_diameter_m=flow.hydraulic_diameter,
        heated={surface: _face(heat, surface, bulk) for surface in fluxes},
    )


def _own(fluid: FluidDomain, surface: str) -> np.ndarray:
    """Cells of the fluid on this rank with those of their faces that lie in a surface, shape (faces, 2)."""
    facets = np.intersect1d(fluid.facets([surface]), mesh.exterior_facet_indices(fluid.mesh.topology))
    found = fem.compute_integration_domains(fem.IntegralType.exterior_facet, fluid.mesh.topology, facets)
    return np.asarray(found, dtype=np.int32).reshape(-1, 2)


def _face(heat: CellHeat, surface: str, bulk: float) -> Heated:
    """A heated face, its temperatures above the bulk's."""
    domain, theta = heat.domain, heat.theta
    ds = domain.ds(domain.surfaces[surface], metadata=QUADRATURE)
    mean, highest = domain.mean(theta, ds), surface_maximum(domain, theta, surface)
    return Heated(domain.size(ds), heat.put_in(surface), mean - bulk, highest - bulk)
