"""How a flow is solved: the method by size, its options, and the pressure's element that goes with it."""

from collections.abc import Collection, Mapping
from typing import Any

import basix
from dolfinx import fem

from rack2city.errors import InputError
from rack2city.fem.flow.blocks.schur import BLOCKS
from rack2city.fem.flow.boundaries import Boundary, FlowOutlet
from rack2city.fem.flow.space import PressureKind
from rack2city.fem.mesh.domain import FluidDomain
from rack2city.fem.solvers.options import SINGLE, Options, chosen_method, chosen_options
from rack2city.fem.solvers.prefixes import FLOW

# The linear tolerance is that of a Newton step; Newton's method itself goes on to its own.
SOLVER: dict[str, Any] = {"method": "direct", **SINGLE, "ksp_rtol": 1e-8}
# Unknowns in three dimensions: up to there a factor costs little more than blocks do, and serves jets as well.
MOST_DIRECT = 250_000


def preferred_pressure(cell: basix.CellType, method: str) -> PressureKind:
    """Discontinuous where it is stable and can be factored: the commutator of `schur` needs ten times the iterations on it."""
    tensor = cell in (basix.CellType.quadrilateral, basix.CellType.hexahedron)
    return "discontinuous" if tensor and method == "direct" else "continuous"


def chosen_solver(
    fluid: FluidDomain, boundaries: Collection[Boundary], options: Mapping[str, Options] | None
) -> dict[str, Any]:
    """Options of the flow, `method` among them: of the user's method or, without one, of that which the size chooses.

    A method that is unknown or does not serve these conditions is an `InputError`.
    """
    topology, dim = fluid.mesh.topology, fluid.dimensions
    nodes = fem.functionspace(fluid.mesh, ("Lagrange", 2)).dofmap.index_map.size_global
    unknowns = dim * nodes + topology.index_map(0).size_global
    closed = not any(isinstance(b, FlowOutlet) for b in boundaries)
    large = dim == 3 and unknowns > MOST_DIRECT and not closed
    method = chosen_method(FLOW, options, "blocks" if large else "direct", ("direct", "blocks"))
    if method == "blocks" and closed:
        raise InputError(f"solver options: method 'blocks' of '{FLOW}' needs an outlet; a closed domain takes 'direct'")
    return chosen_options(BLOCKS if method == "blocks" else SOLVER, FLOW, options)
