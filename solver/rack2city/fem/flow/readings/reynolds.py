"""Reynolds numbers of ports: where a flow leaves what a laminar model can say, and by how much.

Re = rho U D_h / mu with D_h = 4 A / P, P the perimeter that is wetted by walls (planes of symmetry are none, so that half a
port has the diameter of the whole); that is 4 rho Q / (mu P). mu is the typical viscosity of the problem.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from dolfinx import mesh

from rack2city.fem.flow.boundaries import FlowInlet, FlowOutlet, Wall
from rack2city.fem.mesh.domain import FluidDomain
from rack2city.fem.mesh.quantities import flow_through

if TYPE_CHECKING:
    from rack2city.fem.flow.problem import FlowProblem

LAMINAR_LIMIT = 2300.0
"""Reynolds number above which the flow in ducts does not stay laminar (-); Schlichting & Gersten (2017)."""


@dataclass(frozen=True)
class PortFlow:
    """Flow through an inlet or outlet.

    Attributes:
        surface: its name.
        flow: volume flow through it, either way (m³/s; in two dimensions m²/s).
        speed: mean speed (m/s).
        hydraulic_diameter: 4 area / wetted perimeter, edges taken as straight (m); infinite where no wall bounds it.
        reynolds: of this speed and diameter (-).
    """

    surface: str
    flow: float
    speed: float
    hydraulic_diameter: float
    reynolds: float

    def __str__(self) -> str:
        """How it is told in a sentence."""
        where = f"'{self.surface}' ({self.speed:.3g} m/s over a hydraulic diameter of {1e3 * self.hydraulic_diameter:.3g} mm)"
        return f"{self.reynolds:.0f} in {where}"


def port_flows(problem: "FlowProblem") -> list[PortFlow]:
    """Flow, speed and Reynolds number of each inlet and outlet, of the present solution (collective)."""
    fluid, velocity, walls = problem.fluid, problem.velocity(), walls_of(problem)
    ports = []
    for name in (b.surface for b in problem.boundaries if isinstance(b, FlowInlet | FlowOutlet)):
        area, flow = fluid.size(fluid.ds(fluid.surface(name))), abs(flow_through(fluid, velocity, name))
        perimeter = _shared_rim(fluid, fluid.facets([name]), walls)
        diameter = 4.0 * area / perimeter if perimeter > 0.0 else np.inf
        ports.append(PortFlow(name, flow, flow / area, diameter, problem.reynolds_of(flow / area, diameter)))
    return ports


def beyond_laminar(problem: "FlowProblem") -> str | None:
    """Sentence on where a solution is beyond what a laminar model can say, and by how much; None if nowhere (collective)."""
    beyond = [str(port) for port in port_flows(problem) if LAMINAR_LIMIT < port.reynolds < np.inf]
    if problem.reynolds > LAMINAR_LIMIT:
        beyond.insert(0, f"{problem.reynolds:.0f} on the hydraulic diameter 4 V / A_wall")
    if not beyond:
        return None
    return (
        f"flow: the Reynolds number is {', '.join(beyond)}; in ducts flow is turbulent above {LAMINAR_LIMIT:.0f}, and "
        "this is a laminar solution"
    )


def walls_of(problem: "FlowProblem") -> np.ndarray:
    """Facets of this rank that are walls."""
    topology = problem.fluid.mesh.topology
    topology.create_connectivity(topology.dim - 1, topology.dim)
    others = problem.fluid.facets([b.surface for b in problem.boundaries if not isinstance(b, Wall)])
    return np.setdiff1d(mesh.exterior_facet_indices(topology), others).astype(np.int32)


def corners_of(fluid: FluidDomain, dim: int, entities: np.ndarray) -> np.ndarray:
    """Geometry nodes of the corners of entities, shape (n, corners), without those between corners that curved cells have."""
    topology = fluid.mesh.topology
    topology.create_connectivity(dim, fluid.dimensions)
    tensor = topology.cell_type in (mesh.CellType.quadrilateral, mesh.CellType.hexahedron)
    nodes = np.asarray(mesh.entities_to_geometry(fluid.mesh, dim, entities.astype(np.int32)))
    return nodes[:, : 2**dim if tensor else dim + 1]


def _shared_rim(fluid: FluidDomain, port: np.ndarray, walls: np.ndarray) -> float:
    """Length of the edges that a port's facets share with walls, over all ranks (m; in two dimensions their number)."""
    msh, dim, comm = fluid.mesh, fluid.dimensions - 2, fluid.comm
    msh.topology.create_connectivity(dim + 1, dim)
    of_facet: Any = msh.topology.connectivity(dim + 1, dim)
    numbers: Any = msh.topology.index_map(dim)
    rim, beside = (
        np.unique(np.concatenate([of_facet.links(f) for f in facets])) if len(facets) else np.empty(0, dtype=np.int32)
        for facets in (port, walls)
    )
    corners = msh.geometry.x[corners_of(fluid, dim, rim)]
    lengths = np.linalg.norm(corners[:, 0] - corners[:, -1], axis=1) if dim else np.ones(len(rim))
    local = dict(zip(numbers.local_to_global(rim.astype(np.int32)).tolist(), lengths.tolist(), strict=True))
    wanted = {number: length for each in comm.allgather(local) for number, length in each.items()}
    mine = set(numbers.local_to_global(beside.astype(np.int32)).tolist()) & wanted.keys()
    return float(sum(wanted[number] for number in sorted(set().union(*comm.allgather(mine)))))
