"""Branch laws: how the pressure drop of a pipe, a valve, a plate or a pump follows from its flow.

A law holds the parameters of all branches of one kind as arrays, so that one call serves them all. A controlled branch
has no such curve: either its flow is prescribed and the drop follows, or its lift is and the flow follows.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from rack2city.arrays import Array
from rack2city.network.hydraulics.friction import Formula, factor_times_re, require_formula


class BranchLaw(Protocol):
    """Pressure drop of a group of branches against their mass flow; must rise with the flow."""

    def drop_and_slope(self, mass_flow: Array) -> tuple[Array, Array]:
        """Pressure drop from start to end (Pa) and its derivative (Pa s/kg) at signed mass flows (kg/s)."""
        ...


@dataclass(frozen=True)
class PipeLaw:
    """Straight pipes with local losses; every field but the formula one value or one per branch.

    Attributes:
        length_m: length (m).
        diameter_m: inner diameter (m).
        roughness_m: wall roughness (m).
        density: density (kg/m3).
        viscosity: dynamic viscosity (Pa s).
        minor_loss: sum of the local loss coefficients (-), on the velocity head of the pipe.
        friction: formula of the turbulent friction factor, `"colebrook"` or `"haaland"`.

    Raises:
        InputError: an unknown formula.

    Source: Darcy-Weisbach, `dp = (f L/D + zeta) rho v|v|/2`.
    """

    length_m: npt.ArrayLike
    diameter_m: npt.ArrayLike
    roughness_m: npt.ArrayLike
    density: npt.ArrayLike
    viscosity: npt.ArrayLike
    minor_loss: npt.ArrayLike = 0.0
    friction: Formula = "colebrook"

    def __post_init__(self) -> None:
        require_formula(self.friction)

    def drop_and_slope(self, mass_flow: Array) -> tuple[Array, Array]:
        """See `BranchLaw`; the slope is exact, and positive at rest, where the pipe is laminar."""
        given = (self.length_m, self.diameter_m, self.roughness_m, self.density, self.viscosity, self.minor_loss)
        length, diameter, roughness, density, viscosity, minor_loss = (np.asarray(a, dtype=float) for a in given)
        per_flow = 4.0 / (np.pi * diameter**2 * density)  # velocity per mass flow
        velocity = mass_flow * per_flow
        re = density * np.abs(velocity) * diameter / viscosity
        re, rough = np.broadcast_arrays(re, roughness / diameter)
        product, slope = factor_times_re(re, rough, self.friction)
        # f rho v|v|/2 L/D written with f Re, which is finite at rest: (f Re) mu v L / (2 D^2)
        viscous = viscosity * length / (2.0 * diameter**2)
        local = minor_loss * density / 2.0
        drop = viscous * product * velocity + local * velocity * np.abs(velocity)
        return drop, per_flow * (viscous * (product + re * slope) + 2.0 * local * np.abs(velocity))


def pipe_pressure_drop(
    mass_flow: npt.ArrayLike,
    length: npt.ArrayLike,
    diameter: npt.ArrayLike,
    roughness: npt.ArrayLike,
    density: npt.ArrayLike,
    viscosity: npt.ArrayLike,
    minor_loss: npt.ArrayLike = 0.0,
    friction: Formula = "colebrook",
) -> Array:
    """Pressure drop (Pa) of pipes at a mass flow (kg/s), with its sign; all arguments broadcast, the others as in `PipeLaw`."""
    law = PipeLaw(length, diameter, roughness, density, viscosity, minor_loss, friction)
    return law.drop_and_slope(np.asarray(mass_flow, dtype=float))[0]


@dataclass(frozen=True)
class QuadraticLaw:
    """Valves, couplings and plates given by `dp = a Q + b Q|Q|`; one value or one per branch.

    Attributes:
        linear: a (Pa per m3/s).
        quadratic: b (Pa per (m3/s)^2).
        density: density (kg/m3), turns mass flow into the volume flow Q.
    """

    linear: npt.ArrayLike
    quadratic: npt.ArrayLike
    density: float

    def drop_and_slope(self, mass_flow: Array) -> tuple[Array, Array]:
        """See `BranchLaw`."""
        volume_flow = mass_flow / self.density
        linear, quadratic = np.asarray(self.linear, dtype=float), np.asarray(self.quadratic, dtype=float)
        drop = linear * volume_flow + quadratic * volume_flow * np.abs(volume_flow)
        return drop, (linear + 2.0 * quadratic * np.abs(volume_flow)) / self.density


@dataclass(frozen=True)
class CurveLaw:
    """Any curve given by two functions of the volume flow, such as a plate's interpolated one or a pump's.

    A pump from start to end is the curve `dp = -head(Q)`: where its head falls with the flow, dp rises as it must.

    Attributes:
        drop: pressure drop (Pa) at signed volume flows (m3/s), vectorised; must rise with the flow.
        slope: its derivative (Pa per m3/s), vectorised.
        density: density (kg/m3).
    """

    drop: Callable[[Array], Array]
    slope: Callable[[Array], Array]
    density: float

    def drop_and_slope(self, mass_flow: Array) -> tuple[Array, Array]:
        """See `BranchLaw`."""
        volume_flow = mass_flow / self.density
        return np.asarray(self.drop(volume_flow)), np.asarray(self.slope(volume_flow)) / self.density


@dataclass(frozen=True)
class PrescribedFlow:
    """Branches whose mass flow is held, such as substations and producers of given power; their drop follows.

    Attributes:
        mass_flow_kg_per_s: mass flow from start to end (kg/s), one value or one per branch.
    """

    mass_flow_kg_per_s: npt.ArrayLike


@dataclass(frozen=True)
class PrescribedLift:
    """Branches that hold `p_end - p_start`, such as a producer under pressure control; their flow follows.

    Attributes:
        lift_pa: piezometric pressure at the end less that at the start (Pa), one value or one per branch.
    """

    lift_pa: npt.ArrayLike


Law = BranchLaw | PrescribedFlow | PrescribedLift
"""What a group of branches may obey."""
