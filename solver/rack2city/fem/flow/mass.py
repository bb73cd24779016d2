"""Mass: velocities that are given must balance, and what enters must leave."""

from functools import cached_property

import numpy as np
import ufl
from dolfinx import fem

from rack2city.errors import BalanceError, InputError
from rack2city.fem.flow.boundaries import FlowOutlet
from rack2city.fem.flow.conditions import FlowConditions
from rack2city.fem.mesh.compilation import compiled

TOLERANCE = 1e-10  # of the flow that enters
COMPATIBLE = 1e-2  # of the flow through a closed domain: what interpolating given velocities may miss


class MassBalance:
    """Flow through the boundary, of the scaled velocity."""

    def __init__(self, conditions: FlowConditions, unknown: fem.Function) -> None:
        self._conditions, self._unknown, self._fluid = conditions, unknown, conditions.fluid

    @cached_property
    def _through(self) -> tuple[fem.Form, fem.Form]:
        """Net and half the gross flow through surfaces of given velocity and outlets."""
        outlets = [b.surface for b in self._conditions.boundaries if isinstance(b, FlowOutlet)]
        across = ufl.dot(ufl.split(self._unknown)[0], ufl.FacetNormal(self._fluid.mesh))
        ds = self._fluid.ds(tuple(self._fluid.surfaces[name] for name in self._conditions.given_surfaces + outlets))
        return compiled(across * ds), compiled(0.5 * abs(across) * ds)

    def imposed_divergence(self) -> float:
        """Mean divergence that given velocities impose on a closed domain by their interpolation (1/m), spread over all of it.

        At one node it would be a jet. What does not leave a closed domain is an `InputError`.
        """
        if not self._conditions.closed or not self._conditions.given_surfaces:
            return 0.0
        values = self._unknown.x.array
        present = values.copy()
        for bc in self._conditions.bcs:
            bc.set(values)
        net, gross = (self._fluid.total(form) for form in self._through)
        values[:] = present
        if abs(net) > COMPATIBLE * gross and gross > 1e-9 * self._conditions.surface:
            raise InputError(
                f"flow: there is no outlet, but {abs(net) / gross:.2g} of the flow through the boundary does not "
                f"{'return' if net < 0.0 else 'come in'}; given velocities must balance, or name an outlet"
            )
        return net / self._conditions.volume

    def check(self, rows: np.ndarray) -> None:
        """Assert that what enters leaves, to 1e-10, by the rows of mass at this rank's pressures, whose sum is the net flow."""
        net = float(self._fluid.comm.allreduce(float(np.sum(rows))))
        has_openings = self._conditions.given_surfaces or not self._conditions.closed
        gross = self._fluid.total(self._through[1]) if has_openings else 0.0
        if not gross > 1e-9 * self._conditions.surface:
            gross = self._conditions.surface  # a closed box: of what would cross its walls
        if not abs(net) <= TOLERANCE * gross:
            raise BalanceError(f"flow: mass is not conserved: {abs(net) / gross:.1e} of what enters is lost or made")
