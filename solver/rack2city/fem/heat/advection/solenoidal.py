"""What is missing to a velocity so that it has no divergence anywhere: a small field, found without a mixed problem.

Taylor-Hood velocities conserve mass against the functions of the pressure, not point by point. Temperature carried in
conservative form then takes div u for a source of heat, and where the mesh does not resolve the flow leaves the span of
what enters. With the correction c, u + c has no divergence and the same flow through every face of the boundary.

Two steps, the second in each cell for itself:
1. c0 takes the net flow out of each cell (m³/s) to its neighbours: fluxes through the faces, lowest-order Raviart-Thomas,
   smallest in a mean square of finite volumes: one unknown in each cell. Cells from which no net flow comes, as with a
   discontinuous pressure, need none of it.
2. What is left has mean zero in each cell and is the divergence of a bubble without flow through faces, in closed form:
   - simplices, where it is linear with d_i at corner i: sum over edges of a_ij L_i L_j (x_j - x_i), L barycentric, because
     the divergence of one is L_i - L_j;
   - boxes, where it is a sum of products of Legendre polynomials: their primitives, which vanish at both ends.
   Where several edges or axes could take it, those take more along which the cell is short.

Cells are mapped by Piola's transform: on affine cells the sum is zero to rounding, on others to the error of interpolation.
"""

from collections.abc import Collection
from itertools import combinations, product
from math import factorial
from typing import Any

import basix
import basix.ufl
import numpy as np
import ufl
from dolfinx import fem, mesh
from numpy.polynomial import Polynomial
from numpy.polynomial.legendre import Legendre
from ufl.algorithms.apply_algebra_lowering import apply_algebra_lowering
from ufl.algorithms.apply_derivatives import apply_derivatives
from ufl.constantvalue import Zero

from rack2city.fem.heat.advection.cell_fluxes import CellFluxes
from rack2city.fem.mesh.compilation import assembled, compiled
from rack2city.fem.mesh.domain import Domain
from rack2city.fem.mesh.groups import cells_beside, faces_of_cells

BATCH = 4096  # cells at a time: what is kept for each of their nodes is large
NEGLIGIBLE = 1e-7  # net flow out of cells, over the absolute moments of the divergence


def may_diverge(velocity: Any) -> bool:
    """Whether the divergence of an expression is anything but identically zero."""
    return not isinstance(apply_derivatives(apply_algebra_lowering(ufl.div(velocity))), Zero)


class Solenoidal:
    """Correction of the velocity (m/s) of a stream, zero where it has no divergence.

    It flows through `openings`; through the rest of the boundary nothing does in the end.
    """

    def __init__(
        self,
        domain: Domain,
        volumes: tuple[str, ...],
        velocity: Any,
        entity_maps: list[mesh.EntityMap],
        openings: Collection[str],
    ) -> None:
        msh, self._domain = domain.mesh, domain
        cell, self._dim = msh.basix_cell(), msh.topology.dim
        self._simplex = cell in (basix.CellType.triangle, basix.CellType.tetrahedron)
        tested = basix.ufl.element("Lagrange", cell, 1 if self._simplex else 2, discontinuous=True)
        carrier = basix.ufl.element("Lagrange", cell, 2 if self._simplex else 3, shape=(self._dim,), discontinuous=True)
        self._space = fem.functionspace(msh, tested)
        self.correction = fem.Function(fem.functionspace(msh, carrier), name="correction")
        dx = domain.dx(tuple(domain.volumes[name] for name in volumes), metadata={"quadrature_degree": 4})
        moments = ufl.div(velocity) * ufl.TestFunction(self._space) * dx
        self._moments = compiled(moments, entity_maps)
        self._fluxes = CellFluxes(domain, domain.cells_in(volumes))
        self._cells = self._fluxes.cells
        self._leaks = self._closed_faces(velocity, entity_maps, openings)
        self._nodes = carrier.basix_element.points
        points, weights = basix.make_quadrature(cell, 6)
        shapes = tested.basix_element.tabulate(0, points)[0, :, :, 0]
        to_values = np.linalg.inv(np.einsum("q,qi,qj->ij", weights, shapes, shapes))
        corners = basix.geometry(cell)
        if self._simplex:
            self._prepare_simplex(corners, to_values)
        else:
            self._prepare_box(points, weights, shapes, to_values)
        self._faces = self._face_fields(corners, basix.topology(cell)[self._dim - 1])

    def _closed_faces(
        self, velocity: Any, entity_maps: list[mesh.EntityMap], openings: Collection[str]
    ) -> list[fem.Form]:
        """Forms of the flow out of each cell through the closed boundary, by number of the face in its cell.

        Slip by Nitsche's method leaves some; the weak form of heat lets nothing out there.
        """
        topology = self._domain.mesh.topology
        closed = np.setdiff1d(mesh.exterior_facet_indices(topology), self._domain.facets(openings))
        cells = cells_beside(self._domain.mesh, closed)[:, 0]
        here = np.isin(cells, self._cells)
        closed, cells = closed[here], cells[here]
        faces = faces_of_cells(self._domain.mesh)[cells]
        found = []
        for number in range(faces.shape[1]):
            entities = np.column_stack([cells, np.full_like(cells, number)])[faces[:, number] == closed]
            ds = ufl.Measure("ds", domain=self._domain.mesh, subdomain_data=[(1, entities.astype(np.int32).ravel())])
            outflow = ufl.dot(velocity, ufl.FacetNormal(self._domain.mesh)) * ufl.TestFunction(self._space)
            found.append(compiled(outflow * ds(1, metadata={"quadrature_degree": 4}), entity_maps))
        return found

    def _in_cells(self, form: fem.Form) -> np.ndarray:
        """Integrals over each cell of this rank, against each function of its own, shape (cells, functions)."""
        vector = assembled(form)
        found: np.ndarray = vector.array_r[self._space.dofmap.list[self._cells]]
        vector.destroy()
        return found

    def _face_fields(self, corners: np.ndarray, faces: list[list[int]]) -> np.ndarray:
        """Lowest-order Raviart-Thomas on the reference cell, one of unit flow out of each face, shape (faces, nodes, d)."""
        fields = np.zeros((len(faces), len(self._nodes), self._dim))
        for field, face in zip(fields, faces, strict=True):
            if self._simplex:
                opposite = corners[next(i for i in range(len(corners)) if i not in face)]
                field[:] = factorial(self._dim - 1) * (self._nodes - opposite)
            else:
                axis = int(np.argmin(np.ptp(corners[face], axis=0)))
                at_end = corners[face[0], axis] > 0.5
                field[:, axis] = self._nodes[:, axis] - (0.0 if at_end else 1.0)
        return fields

    def _prepare_simplex(self, corners: np.ndarray, to_values: np.ndarray) -> None:
        self._to_coefficients = to_values
        barycentric = np.column_stack([1.0 - self._nodes.sum(axis=1), *self._nodes.T])
        self._edges = list(combinations(range(self._dim + 1), 2))
        self._spans = np.array([corners[j] - corners[i] for i, j in self._edges])
        weights = np.array([barycentric[:, i] * barycentric[:, j] for i, j in self._edges])
        self._bubbles = weights[:, :, None] * self._spans[:, None]

    def _prepare_box(self, points: np.ndarray, weights: np.ndarray, shapes: np.ndarray, to_values: np.ndarray) -> None:
        legendre = [Legendre.basis(n, domain=[0.0, 1.0]).convert(kind=Polynomial) for n in range(4)]
        # zero at both ends
        primitive = [None] + [
            (b - a) / (2.0 * (2 * n + 1)) for n, (a, b) in enumerate(zip(legendre, legendre[2:], strict=False), 1)
        ]
        modes = [m for m in product(range(3), repeat=self._dim) if any(m)]

        def at(polynomials: list[Any], x: np.ndarray) -> np.ndarray:
            return np.prod([p(x[:, a]) for a, p in enumerate(polynomials)], axis=0)

        values = np.array([at([legendre[n] for n in mode], points) for mode in modes])
        norms = np.array([np.prod([1.0 / (2 * n + 1) for n in mode]) for mode in modes])
        self._to_coefficients = (values * weights) @ shapes @ to_values / norms[:, None]
        # mean square of a primitive over that of what it takes: axes share a mode so that the field is smallest
        lengths = {1: 1.0 / 10.0, 2: 1.0 / 42.0}
        self._ease = np.array([[1.0 / lengths[n] if n else 0.0 for n in mode] for mode in modes])
        self._bubbles = np.zeros((self._dim, len(modes), len(self._nodes)))
        for (i, mode), axis in product(enumerate(modes), range(self._dim)):
            if mode[axis]:
                self._bubbles[axis, i] = at(
                    [primitive[n] if a == axis else legendre[n] for a, n in enumerate(mode)], self._nodes
                )

    def update(self) -> None:
        """Bring the correction up to the present values of the velocity (collective)."""
        comm, moments = self._domain.comm, self._in_cells(self._moments)
        leak = np.column_stack([self._in_cells(form).sum(axis=1) for form in self._leaks])
        net = moments.sum(axis=1) - leak.sum(axis=1)
        size, of_cells, leaking = comm.allreduce(np.array([np.abs(part).sum() for part in (moments, net, leak)]))
        needed = max(of_cells, leaking) > NEGLIGIBLE * size
        outflow = self._fluxes.solve(-net) - leak if needed else None
        values = self.correction.x.array.reshape(-1, self._dim)
        dofs = self.correction.function_space.dofmap.list
        for begin in range(0, len(self._cells), BATCH):
            part = slice(begin, begin + BATCH)
            cells = self._cells[part]
            jacobian = self._jacobians(cells)
            field = self._bubble_fields(moments[part] @ self._to_coefficients.T, jacobian.mean(axis=1))
            if outflow is not None:
                field += np.einsum("cf,fnd->cnd", outflow[part], self._faces)
            determinant = np.abs(np.linalg.det(jacobian))[..., None]
            values[dofs[cells]] = np.einsum("cnij,cnj->cni", jacobian, field) / determinant
        self.correction.x.scatter_forward()

    def _jacobians(self, cells: np.ndarray) -> np.ndarray:
        geometry = self._domain.mesh.geometry
        element: Any = self._domain.mesh.ufl_domain().ufl_coordinate_element()
        gradients = element.basix_element.tabulate(1, self._nodes)[1:, :, :, 0]
        corners = geometry.x[geometry.dofmaps[0][cells]][..., : self._dim]
        return np.einsum("cki,jnk->cnij", corners, gradients)

    def _bubble_fields(self, coefficients: np.ndarray, jacobian: np.ndarray) -> np.ndarray:
        """Fields of the reference cell that have minus the given divergence, shape (cells, nodes, d)."""
        if not self._simplex:
            short = 1.0 / np.einsum("cij,cij->cj", jacobian, jacobian)
            share = short[:, None, :] * self._ease
            share *= (coefficients / share.sum(axis=2))[..., None]
            return -np.einsum("cma,amn->cna", share, self._bubbles)
        corners = self._dim + 1
        short = 1.0 / np.sum(np.einsum("cij,ej->cei", jacobian, self._spans) ** 2, axis=2)
        graph = np.zeros((len(coefficients), corners, corners))
        for (i, j), weight in zip(self._edges, short.T, strict=True):
            graph[:, [i, j], [i, j]] += weight[:, None]
            graph[:, [i, j], [j, i]] -= weight[:, None]
        graph += short.mean(axis=1)[:, None, None]  # fixes the mean, which is arbitrary
        deviation = coefficients - coefficients.mean(axis=1, keepdims=True)
        heights = np.linalg.solve(graph, deviation[..., None])[..., 0]
        amounts = np.stack([heights[:, i] - heights[:, j] for i, j in self._edges], axis=1) * short
        return -np.einsum("ce,end->cnd", amounts, self._bubbles)
