"""Boundary conditions of the flow that fix unknowns: walls, inlets, given velocities, planes of symmetry."""

import math
from collections.abc import Mapping, Sequence

import numpy as np
import ufl
from dolfinx import fem, mesh
from mpi4py import MPI

from rack2city.errors import InputError
from rack2city.fem.flow.boundaries import Boundary, FlowInlet, FlowOutlet, Repeated, Slip, Velocity, Wall
from rack2city.fem.flow.inflow import plane_normal, unit_inflow
from rack2city.fem.flow.space import MixedSpace
from rack2city.fem.mesh.domain import FluidDomain
from rack2city.fem.mesh.numbers import require
from rack2city.fem.solvers.options import Options

FlowRate = float | Mapping[str, float] | None
"""Volume flow into the only inlet, or into each by name (m³/s; in two dimensions m²/s); None where there is no inlet."""


class FlowConditions:
    """Values of the scaled velocity on the boundary, and of one pressure where nothing else fixes its level (`closed`).

    Attributes:
        bcs: conditions in the order in which they are to be applied: the last one wins.
        given_surfaces: those whose normal velocity is given and may differ from zero.
        weak_slip: surfaces on which u.n = 0 has to be asked for weakly.
        walls: facets of this rank at which the fluid rests, or moves with the wall.
        volume, surface: size of the fluid (m³) and of all of its boundary (m²).
    """

    def __init__(
        self,
        fluid: FluidDomain,
        spaces: MixedSpace,
        boundaries: Sequence[Boundary],
        options: Mapping[str, Options] | None,
    ) -> None:
        self.fluid, self.boundaries, self._spaces = fluid, boundaries, spaces
        self.volume, self.surface = fluid.size(ufl.dx(domain=fluid.mesh)), fluid.size(ufl.ds(domain=fluid.mesh))
        self.inlets = [b for b in boundaries if isinstance(b, FlowInlet)]
        self._velocities = [b for b in boundaries if isinstance(b, Velocity)]
        self.closed = not any(isinstance(b, FlowOutlet) for b in boundaries)
        self.weak_slip, self.bcs = list[str](), list[fem.DirichletBC]()
        for name in (b.surface for b in boundaries if isinstance(b, Slip)):
            normal = plane_normal(fluid, name)
            if normal is not None and np.max(np.abs(normal)) > 1.0 - 1e-6:  # u.n = 0 fixes one component
                component = spaces.whole.sub(0).sub(int(np.argmax(np.abs(normal))))
                dofs = fem.locate_dofs_topological(component, fluid.dimensions - 1, fluid.facets([name]))
                self.bcs.append(fem.dirichletbc(0.0, dofs, component))
            else:
                self.weak_slip.append(name)
        self.given_surfaces = [b.surface for kind in (Velocity, FlowInlet) for b in boundaries if isinstance(b, kind)]
        self._values = {name: fem.Function(spaces.velocity) for name in self.given_surfaces}
        self.bcs += [self._on_facets(fluid.facets([name]), value) for name, value in self._values.items()]
        openings = fluid.facets([b.surface for b in boundaries if not isinstance(b, Wall)])
        walls = np.setdiff1d(mesh.exterior_facet_indices(fluid.mesh.topology), openings).astype(np.int32)
        self.walls = walls
        self.bcs.append(self._on_facets(walls, fem.Function(spaces.velocity)))
        if self.closed:
            self.bcs.append(self._pressure_pin())
        self._units = {}
        for inlet in self.inlets:
            # Where two inlets meet both are at rest, as behind the edge of a thin wall: else neither flow rate were exact.
            others = fluid.facets([b.surface for b in self.inlets if b is not inlet])
            rest = np.union1d(walls, others).astype(np.int32)
            self._units[inlet.surface] = unit_inflow(fluid, spaces.velocity, inlet, rest, options)
        self.areas = {b.surface: self._area(b.surface) for b in self.inlets}

    def hydraulic_diameter(self) -> float:
        """4 V / A_wall (m): of a channel, 4 cross-section / wetted perimeter. Moving walls count, open surfaces do not."""
        openings = [b.surface for b in self.boundaries if isinstance(b, FlowInlet | FlowOutlet | Slip | Repeated)]
        wall = self.surface - sum(self._area(name) for name in openings)
        if wall > 1e-9 * self.surface:
            return 4.0 * self.volume / wall
        return float(self.volume ** (1.0 / self.fluid.dimensions))

    def speed(self, flow_rate: FlowRate, time: float = 0.0) -> float:
        """Largest mean speed in an inlet and largest given velocity (m/s); 0 where nothing of that kind drives the flow."""
        rates = self.rates(flow_rate)
        speeds = [abs(rate) / self.areas[name] for name, rate in rates.items()]
        for boundary in self._velocities:
            self._set_velocity(boundary, time, 1.0)
            facets = self.fluid.facets([boundary.surface])
            dofs = fem.locate_dofs_topological(self._spaces.velocity, self.fluid.dimensions - 1, facets)
            values = self._values[boundary.surface].x.array.reshape(-1, self.fluid.dimensions)[dofs]
            local = float(np.max(np.linalg.norm(values, axis=1), initial=0.0))
            speeds.append(self.fluid.comm.allreduce(local, op=MPI.MAX))
        return max(speeds, default=0.0)

    def set(self, flow_rate: FlowRate, time: float, speed: float) -> None:
        """Set the values to a flow rate and a time (s), divided by the speed (m/s) that scales the velocity."""
        for name, rate in self.rates(flow_rate).items():
            self._values[name].x.array[:] = self._units[name].x.array * (rate / speed)
        for boundary in self._velocities:
            self._set_velocity(boundary, time, speed)

    def rates(self, flow_rate: FlowRate) -> dict[str, float]:
        """Flow rate into each inlet (m³/s); `InputError` if one has none, or something else has one."""
        names = sorted(inlet.surface for inlet in self.inlets)
        if flow_rate is None:
            flow_rate = {}
        elif not isinstance(flow_rate, Mapping):
            if len(names) != 1:
                raise InputError(
                    f"flow: one flow rate is given for {len(names)} inlets ({', '.join(names) or 'none'}); give one for each "
                    "by name"
                )
            flow_rate = {names[0]: float(flow_rate)}
        if sorted(flow_rate) != names:
            raise InputError(
                f"flow: flow rates are given for {', '.join(sorted(flow_rate)) or 'nothing'}, the inlets are "
                f"{', '.join(names) or 'none'}: each needs exactly one"
            )
        for name, rate in flow_rate.items():
            require(f"flow: the flow rate into '{name}'", float(rate), "m3/s", -math.inf)
        return {name: float(rate) for name, rate in flow_rate.items()}

    def _area(self, surface: str) -> float:
        return self.fluid.size(self.fluid.ds(self.fluid.surfaces[surface]))

    def _set_velocity(self, boundary: Velocity, time: float, speed: float) -> None:
        value = self._values[boundary.surface]
        value.interpolate(lambda x: boundary.at(x, time, self.fluid.dimensions) / speed)

    def _on_facets(self, facets: np.ndarray, value: fem.Function) -> fem.DirichletBC:
        sub = self._spaces.whole.sub(0)
        dofs = fem.locate_dofs_topological((sub, self._spaces.velocity), self.fluid.dimensions - 1, facets)
        return fem.dirichletbc(value, dofs, sub)

    def _pressure_pin(self) -> fem.DirichletBC:
        """Pressure zero at one node, the same on any number of ranks: the first in x, then y, then z."""
        space, comm = self._spaces.pressure, self.fluid.comm
        points = space.tabulate_dof_coordinates()[: space.dofmap.index_map.size_local]
        size = comm.allreduce(float(np.max(np.abs(points), initial=0.0)), op=MPI.MAX)
        rounded = np.round(points / (1e-9 * size))
        first = np.lexsort(rounded.T[::-1])[:1]
        firsts = comm.allgather([(*row, comm.rank) for row in rounded[first].tolist()])
        pinned = fem.Function(space)
        pinned.x.array[first] = float(min(place for places in firsts for place in places)[-1] == comm.rank)
        pinned.x.scatter_forward()
        own = np.flatnonzero(pinned.x.array).astype(np.int32)
        return fem.dirichletbc(fem.Function(space), [self._spaces.pressure_dofs[own], own], self._spaces.whole.sub(1))
