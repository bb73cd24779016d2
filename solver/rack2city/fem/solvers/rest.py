"""A start from rest: only what conditions prescribe moves. Its residual is what convergence is measured by."""

from collections.abc import Callable

from dolfinx import fem
from dolfinx.fem import petsc


def impose(unknown: fem.Function, bcs: list[fem.DirichletBC]) -> None:
    """Give the unknowns that conditions fix their values (collective)."""
    petsc.set_bc(unknown.x.petsc_vec, bcs)
    unknown.x.scatter_forward()


def at_rest[T](unknown: fem.Function, bcs: list[fem.DirichletBC], measure: Callable[[], T]) -> T:
    """What `measure` gives at rest (collective).

    Afterwards the unknown is as it was, but for the values of its conditions, which are the present ones.
    """
    present = unknown.x.array.copy()
    unknown.x.array[:] = 0.0
    impose(unknown, bcs)
    measured = measure()
    unknown.x.array[:] = present
    impose(unknown, bcs)
    return measured
