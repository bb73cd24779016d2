"""What is read off a solved heat problem: temperatures of bodies and streams, and the heat through inner surfaces.

The heat through an inner surface is what the weak form of one side says must come through it: its residual, without the
other side, over the shape functions of the surface. It converges twice as fast as -k dT/dn; over all tagged surfaces that
cut a body off it adds up exactly to what the body exchanges.
"""

from collections.abc import Collection

import numpy as np
import ufl
from dolfinx import fem
from mpi4py import MPI
from petsc4py import PETSc

from rack2city.errors import InputError
from rack2city.fem.heat.conditions import HeatInlet, HeatOutlet
from rack2city.fem.heat.forms import QUADRATURE
from rack2city.fem.heat.problem import HeatProblem
from rack2city.fem.mesh.compilation import assembled, compiled
from rack2city.fem.mesh.groups import cells_beside, facet_dofs, indicator, volumes_at


def mean_temperature(problem: HeatProblem, *volumes: str) -> float:
    """Volume mean of one or more volume groups (K)."""
    tags = tuple(problem.domain.volume(name) for name in volumes)
    return problem.domain.mean(problem.temperature, problem.domain.dx(tags))


def highest_temperature(problem: HeatProblem, *volumes: str) -> float:
    """Largest nodal temperature of one or more volume groups, each side of a contact its own (K)."""
    local = np.max(_nodal(problem, volumes), initial=-np.inf)
    return float(problem.domain.comm.allreduce(local, op=MPI.MAX))


def lowest_temperature(problem: HeatProblem, *volumes: str) -> float:
    """Smallest nodal temperature of one or more volume groups, each side of a contact its own (K)."""
    local = np.min(_nodal(problem, volumes), initial=np.inf)
    return float(problem.domain.comm.allreduce(local, op=MPI.MIN))


def _nodal(problem: HeatProblem, volumes: Collection[str]) -> np.ndarray:
    dofs = np.unique(problem.space.dofmap.list[problem.domain.cells_in(volumes)])
    values: np.ndarray = problem.temperature.x.array[dofs]
    return values


def bulk_temperature_at(problem: HeatProblem, surface: str) -> float:
    """Flow-weighted mean temperature of an inlet's or outlet's fluid (K); what comes back through an outlet has its own.

    Raises:
        InputError: the surface is neither, or nothing flows through it.
    """
    domain, terms = problem.domain, problem.terms
    openings = {c.surface: c for c in terms.surface_conditions if isinstance(c, HeatInlet | HeatOutlet)}
    if surface not in openings:
        raise InputError(f"heat: '{surface}' is neither an inlet nor an outlet")
    ds = domain.ds(domain.surfaces[surface], metadata=QUADRATURE)
    outward, inward = terms.speeds(surface)
    flow = domain.integral((outward + inward) * ds, terms.entity_maps)
    if flow == 0.0:
        raise InputError(f"heat: nothing flows through '{surface}'")
    entering = terms.returned(surface) if isinstance(openings[surface], HeatOutlet) else problem.temperature
    return domain.integral((outward * problem.temperature + inward * entering) * ds, terms.entity_maps) / flow


def heat_through(problem: HeatProblem, surface: str, into: str | tuple[str, ...]) -> float:
    """Heat that crosses an inner surface into the volumes on one of its sides (W), consistent with the solution.

    The surface may have a contact resistance; `into` names all volume groups of the body that it cuts off. Where several tagged
    inner surfaces of that side meet, each takes an even share of what crosses at their common edge.

    Raises:
        InputError: the surface does not separate these volumes from others.
    """
    domain, terms = problem.domain, problem.terms
    side = (into,) if isinstance(into, str) else tuple(into)
    beside = set(volumes_at(domain, surface))
    if not beside & set(side) or not beside - set(side):
        raise InputError(f"heat: the surface '{surface}' does not separate {', '.join(side)} from another volume")
    contacts = {contact.surface: contact for contact in terms.contacts}
    if surface in contacts:
        inside = indicator(domain, side)
        dS = domain.dS(metadata=QUADRATURE)(domain.surfaces[surface])  # noqa: N806  (UFL's own name)
        jump = (problem.theta("+") - problem.theta("-")) / contacts[surface].resistance
        return domain.integral(jump * (inside("-") - inside("+")) * dS)
    shares = fem.Function(problem.space)
    for name in domain.surfaces:
        others = set(volumes_at(domain, name))
        if name not in contacts and others & set(side) and others - set(side):
            shares.x.array[:] += _marked(problem, name, side).x.array
    weight = _marked(problem, surface, side).x.array / np.maximum(shares.x.array, 1.0)
    form = terms.residual(problem.theta, ufl.TestFunction(problem.space), problem.history, side)
    residual = assembled(compiled(form, terms.entity_maps))
    owned = problem.space.dofmap.index_map.size_local
    local = float(residual.array_r[:owned] @ weight[:owned])
    residual.destroy()
    return float(domain.comm.allreduce(local, op=MPI.SUM))


def _marked(problem: HeatProblem, surface: str, side: tuple[str, ...]) -> fem.Function:
    """1 at the nodes of a surface that belong to a side, 0 elsewhere."""
    facets, inside = problem.domain.facets([surface]), problem.domain.cells_in(side)
    marked = fem.Function(problem.space)
    for cells in cells_beside(problem.domain.mesh, facets).T:
        here = np.isin(cells, inside)
        marked.x.array[facet_dofs(problem.space, facets[here], cells[here])] = 1.0
    marked.x.petsc_vec.ghostUpdate(addv=PETSc.InsertMode.MAX, mode=PETSc.ScatterMode.REVERSE)
    marked.x.scatter_forward()
    return marked
