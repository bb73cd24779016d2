"""Reynolds numbers of plane sections, as `reynolds` has those of ports: how narrow a flow becomes on its way."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from mpi4py import MPI

from rack2city.errors import InputError
from rack2city.fem.flow.problem import FlowProblem
from rack2city.fem.flow.readings.reynolds import corners_of, walls_of
from rack2city.fem.mesh.section import Section, plane_section


@dataclass(frozen=True)
class Crossing:
    """A plane section of the fluid, normal to an axis or not.

    Attributes:
        section: the part of the plane in the fluid.
        perimeter: length of the walls around it (m; in two dimensions their number); edges are taken as straight.
    """

    section: Section
    perimeter: float

    def reynolds(self, problem: FlowProblem) -> float:
        """Reynolds number of the present solution (-; collective).

        Where the plane cuts several channels, or one to and fro, what crosses it either way counts, over all their perimeters.
        """
        flow = self.section.gross_flow(problem.velocity())
        return 4.0 * problem.density * flow / (problem.viscosity_scale * self.perimeter)


def crossing(problem: FlowProblem, point: Sequence[float], normal: Sequence[float]) -> Crossing:
    """The section of a problem's fluid by the plane through a point (m) (collective); `InputError` if it misses the fluid."""
    fluid, dim = problem.fluid, problem.fluid.dimensions
    section = plane_section(fluid, point, normal)
    corners = fluid.mesh.geometry.x[corners_of(fluid, dim - 1, walls_of(problem))][:, :, :dim]
    height = (corners - np.asarray(point, dtype=float)[:dim]) @ section.normal
    height = np.where(height == 0.0, 1e-300, height)
    perimeter = 0.0
    for simplex in [(0, 1, 2), (1, 2, 3)][: corners.shape[1] - 2] if dim == 3 else [(0, 1)]:
        x, h = corners[:, simplex], height[:, simplex]
        cut = np.any(h > 0.0, axis=1) & np.any(h < 0.0, axis=1)
        perimeter += sum(_cut_length(*pair) for pair in zip(x[cut], h[cut], strict=True))
    return Crossing(section, float(fluid.comm.allreduce(perimeter)))


def crossings(problem: FlowProblem, each: int = 5) -> dict[tuple[str, float], Crossing]:
    """Sections normal to x and to y, `each` of both, evenly spread over the fluid, by axis and place (m) (collective).

    A plane that meets no wall is none of them.
    """
    fluid, found = problem.fluid, dict[tuple[str, float], Crossing]()
    x = fluid.mesh.geometry.x
    for axis, name in enumerate("xy"):
        low = fluid.comm.allreduce(float(np.min(x[:, axis], initial=np.inf)), op=MPI.MIN)
        high = fluid.comm.allreduce(float(np.max(x[:, axis], initial=-np.inf)), op=MPI.MAX)
        for place in low + (np.arange(each) + 0.5) / each * (high - low):
            try:
                one = crossing(problem, place * np.eye(3)[axis], np.eye(3)[axis])
            except InputError:  # between two bodies of fluid
                continue
            if one.perimeter > 0.0:
                found[name, float(place)] = one
    return found


def _cut_length(x: np.ndarray, height: np.ndarray) -> float:
    """Length at which a plane cuts a triangle with corners on both sides; a segment counts as one."""
    if len(x) == 2:
        return 1.0
    pairs = [(i, j) for i, j in ((0, 1), (1, 2), (2, 0)) if height[i] * height[j] < 0.0]
    ends = [x[i] + (x[j] - x[i]) * height[i] / (height[i] - height[j]) for i, j in pairs]
    return float(np.linalg.norm(ends[0] - ends[1]))
