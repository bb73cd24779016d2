"""Temperature of fluid that comes back in through an outlet: the mixed one of what leaves there.

Outside an outlet there is nothing of which the solution knows a temperature. Had fluid that comes back the temperature it
meets on the surface, nothing would bound it where an eddy reaches through the outlet: the weak form loses its coercivity
there (in case C on coarse tetrahedra at 0.5 m/s temperatures from -293 to 163 °C, with every balance closed). The mixed
temperature follows the solution, so it is found by repeated back-substitutions. In a linear problem it is an affine function
of itself, and Anderson's mixing ends after as many steps as outlets take fluid back, plus two.
"""

import numpy as np
from dolfinx import fem
from mpi4py import MPI

from rack2city.errors import ConvergenceError
from rack2city.fem.heat.forms import QUADRATURE, HeatTerms
from rack2city.fem.mesh.compilation import compiled
from rack2city.fem.solvers.anderson import Anderson

LEAST_SHARE = 1e-12  # of the flow through an outlet that comes back, below which none does
RTOL, ATOL_K = 1e-10, 1e-9  # of the span of temperature, and beyond that
MOST = 25


class Backflow:
    """The outlets of a heat problem where fluid may come back; sets the temperatures in `terms.returning`."""

    def __init__(self, terms: HeatTerms, theta: fem.Function) -> None:
        self._terms, self._theta = terms, theta
        self._carried = fem.Function(theta.function_space)  # one, or theta
        self._forms: dict[str, tuple[fem.Form, fem.Form]] = {}
        for surface in terms.returning:
            outward, inward = terms.speeds(surface)
            here = terms.domain.ds(terms.domain.surfaces[surface], metadata=QUADRATURE)
            maps = terms.entity_maps
            self._forms[surface] = compiled(outward * self._carried * here, maps), compiled(-inward * here, maps)
        self._leaving: dict[str, float] = {}  # flow out, of outlets where some comes back, too
        self._mixer, self._steps = Anderson(MPI.COMM_SELF), 0

    def refresh(self) -> None:
        """Find out where fluid comes back, by the present velocities (collective)."""
        self._carried.x.array[:] = 1.0
        total = self._terms.domain.total
        flows = {name: (total(out), total(back)) for name, (out, back) in self._forms.items()}
        self._leaving = {name: out for name, (out, back) in flows.items() if out > 0.0 and back > LEAST_SHARE * out}

    def begin(self) -> None:
        """Begin with another solution."""
        self._mixer.forget()
        self._steps = 0

    def settled(self) -> bool:
        """Whether what comes back is as warm as what leaves; else guesses anew, up to a `ConvergenceError` (collective)."""
        if not self._leaving:
            return True
        present = np.array([float(self._terms.returning[name]) for name in self._leaving])
        mixed, comm, theta = self.mixed(), self._terms.domain.comm, self._theta.x.array
        span = sum(comm.allreduce(float(np.max(v, initial=-np.inf)), op=MPI.MAX) for v in (theta, -theta))
        if np.max(np.abs(mixed - present)) <= RTOL * span + ATOL_K:
            return True
        if self._steps == MOST:
            raise ConvergenceError(
                f"heat: the temperature of fluid that comes back through {', '.join(self._leaving)} does not settle after "
                f"{MOST} solutions; give it a temperature, or move the outlet away from the eddy"
            )
        self._steps += 1
        self.set(self._mixer.next(present, mixed))
        return False

    def set(self, temperatures: np.ndarray) -> None:
        """Let fluid come back with these temperatures (K), one for each outlet where some does."""
        for name, value in zip(self._leaving, temperatures, strict=True):
            self._terms.returning[name].value = float(value)

    def mixed(self) -> np.ndarray:
        """Mixed temperatures (K) of what leaves, by the outlets where some comes back (collective)."""
        self._carried.x.array[:] = self._theta.x.array
        shift, total = float(self._terms.shift), self._terms.domain.total
        return np.array([shift + total(self._forms[name][0]) / out for name, out in self._leaving.items()])
