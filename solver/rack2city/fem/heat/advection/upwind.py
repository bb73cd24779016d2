"""How temperature is carried so that it stays in its span where the mesh does not resolve flow or temperature.

Two measures, neither with a number to choose; heat is conserved to rounding with and without them.

- The velocity u gets a correction without flow through the boundary, after which it has no divergence (`solenoidal`).
- Streamline-upwind Petrov-Galerkin: (tau u.grad s, R), R the residual of the strong form with its time derivative, second
  derivatives and sources. Zero for the exact solution, so the order stays; zero for s = 1, so the balance does.

tau is the time that a cell's content takes to leave it by the faster of advection and conduction (Shakib et al. 1991):
1/tau² = 4 p² u.G u + 144 p^8 a² G:G, G the metric in which the edges of a cell measure one. To advection a cell of degree p
is p of them; conduction's time falls with p^4, as the inverse inequality for second derivatives asks (Houston & Süli 2001).
In cells that conduction resolves, across a channel for instance, tau is that of conduction, however long they are. It has no
part of the time step: the term of the time derivative is dominated by the mass matrix for any (Bochev et al. 2004), and
what becomes steady does not depend on the steps.
"""

from dataclasses import dataclass
from typing import Any

import ufl
from dolfinx import mesh

Expression = Any  # of UFL
DEGREE = 2  # of the temperature


@dataclass(frozen=True)
class Advection:
    """How temperature is carried; `BOUNDED`, the default, is both, `GALERKIN` neither.

    By the velocity made free of divergence (`solenoidal`) instead of by the given one; by streamline-upwind Petrov-Galerkin
    (`upwind`) instead of Galerkin's method.
    """

    solenoidal: bool = True
    upwind: bool = True


BOUNDED = Advection()
GALERKIN = Advection(solenoidal=False, upwind=False)


def residence_time(msh: mesh.Mesh, velocity: Expression, diffusivity: Expression) -> Expression:
    """The time tau (s), by a velocity (m/s) and a diffusivity, a scalar or a tensor (m²/s)."""
    inverse, dim = ufl.JacobianInverse(msh), msh.topology.dim
    shape = ufl.Identity(dim)
    if msh.topology.cell_type in (mesh.CellType.triangle, mesh.CellType.tetrahedron):  # whatever corner comes first
        shape = ufl.as_matrix([[1.0 if i == j else 0.5 for j in range(dim)] for i in range(dim)])
    metric = ufl.dot(inverse.T, ufl.dot(shape, inverse))
    spread = ufl.dot(diffusivity, metric) if getattr(diffusivity, "ufl_shape", ()) else diffusivity * metric
    conduction = ufl.inner(spread, spread.T)
    advection = ufl.dot(velocity, ufl.dot(metric, velocity))
    return 1.0 / ufl.sqrt(4.0 * DEGREE**2 * advection + 144.0 * DEGREE**8 * conduction)
