"""What happens to the flow at the named surfaces of its domain.

Exterior surfaces without a condition are no-slip walls. Where surfaces meet, a wall wins over an inlet or a given
velocity, and these win over slip: no fluid ever leaves through a wall. Two inlets meet as at the edge of a thin wall.
"""

import math
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from rack2city.errors import InputError
from rack2city.fem.mesh.numbers import require

SpeedProfile = Callable[[np.ndarray], np.ndarray]
"""Speed into the domain over points of shape (3, n), any unit: shape (n,)."""

VelocityProfile = Callable[[np.ndarray, float], Any]
"""Velocity (m/s) over points of shape (3, n) and time (s): shape (number of dimensions, n)."""


@dataclass(frozen=True)
class FlowInlet:
    """A plane surface through which a given flow rate enters, exactly.

    Its profile is `"developed"` (laminar, of the inlet's own cross-section), `"uniform"` (zero at the rim on walls; the
    pressure is singular there) or a shape, scaled to the flow rate.
    """

    surface: str = "inlet"
    profile: Literal["developed", "uniform"] | SpeedProfile = "developed"

    def __post_init__(self) -> None:
        """Check the profile's name."""
        if not callable(self.profile) and self.profile not in ("developed", "uniform"):
            raise InputError(
                f"flow: the profile of '{self.surface}' is {self.profile!r}; it is 'developed', 'uniform' or a function"
            )


@dataclass(frozen=True)
class Velocity:
    """A surface with a given velocity (m/s), constant or a function of place and time."""

    surface: str
    value: Sequence[float] | VelocityProfile

    def at(self, x: np.ndarray, time: float, dimensions: int) -> np.ndarray:
        """Velocity (m/s) at points of shape (3, n), shape (dimensions, n)."""
        value = np.asarray(self.value(x, time) if callable(self.value) else self.value, dtype=float)
        return np.broadcast_to(value.reshape(dimensions, -1), (dimensions, x.shape[1]))


@dataclass(frozen=True)
class FlowOutlet:
    """A surface with -p n + mu du/dn = -p_out n, p_out the pressure outside (Pa); bounded in energy where fluid comes back."""

    surface: str = "outlet"
    pressure_pa: float = 0.0

    def __post_init__(self) -> None:
        """Check the pressure."""
        require(f"flow: the pressure at '{self.surface}'", self.pressure_pa, "Pa", -math.inf)


@dataclass(frozen=True)
class Slip:
    """A symmetry plane or frictionless wall, plane or curved: u.n = 0 and no tangential traction."""

    surface: str = "symmetry"


@dataclass(frozen=True)
class Wall:
    """A no-slip wall."""

    surface: str


@dataclass(frozen=True)
class Repeated:
    """One of two openings that are the same surface of a pattern that repeats; what makes them one stands in `fem.periodic`."""

    surface: str


Boundary = FlowInlet | Velocity | FlowOutlet | Slip | Wall | Repeated


def chosen_boundaries(boundaries: Collection[Boundary] | None, surfaces: Collection[str]) -> tuple[Boundary, ...]:
    """Conditions as given or, for None, those that the names `inlet`, `outlet` and `symmetry` say.

    Raises:
        InputError: a condition names a surface that is not there, or two name the same.
    """
    if boundaries is None:
        return tuple(b for b in (FlowInlet(), FlowOutlet(), Slip()) if b.surface in surfaces)
    for boundary in boundaries:
        if not isinstance(boundary, Boundary):
            raise InputError(f"flow: a {type(boundary).__name__} is no boundary condition of a flow")
    names = [b.surface for b in boundaries]
    for name in names:
        if name not in surfaces:
            raise InputError(f"flow: there is no surface '{name}' in the mesh; it has: {', '.join(sorted(surfaces))}")
        if names.count(name) > 1:
            raise InputError(f"flow: the surface '{name}' has more than one boundary condition")
    return tuple(boundaries)
