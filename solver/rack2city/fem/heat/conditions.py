"""What heats, cools and moves: materials, streams and the conditions on surfaces and in volumes of a heat problem.

Every condition has one *load*, the number that may change from one solve to the next without a new matrix: a flux, a
source, an ambient, fixed or supply temperature.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import ufl
from dolfinx import fem, mesh

from rack2city.errors import InputError
from rack2city.fem.mesh.domain import Domain
from rack2city.fem.mesh.numbers import require

type PositionFunction = Callable[[np.ndarray], np.ndarray]
"""Value at points of shape (3, n) in metres, shape (n,)."""

type Load = float | ufl.core.expr.Expr | PositionFunction
"""A number, a UFL expression or finite-element function, or a NumPy function of position."""

type Conductivity = float | Sequence[Sequence[float]] | Callable[[Any], Any]
"""W/(m K): a number, a tensor (symmetric, d x d), or a function that gives UFL from the temperature in K."""


@dataclass(frozen=True)
class Material:
    """What a volume is made of: its conductivity (W/(m K)), a number, tensor or function of temperature.

    Where the volume streams or time passes it needs a volumetric heat capacity, rho c (J/(m³ K)), a number or a field.
    """

    conductivity: Conductivity
    heat_capacity: float | ufl.core.expr.Expr | None = None

    def __post_init__(self) -> None:
        """Check plain numbers."""
        require("heat: a conductivity", self.conductivity, "W/(m K)")
        require("heat: a volumetric heat capacity", self.heat_capacity, "J/(m3 K)")


@dataclass(frozen=True)
class Stream:
    """Fluid bodies (volume groups) that move with a given velocity (m/s), whose values may be updated in place.

    It is a function on the mesh or on a submesh, whose `cell_map` tells its cells in the mesh, or an expression.
    """

    volumes: tuple[str, ...]
    velocity: ufl.core.expr.Expr
    cell_map: mesh.EntityMap | None = None


@dataclass(frozen=True)
class Flux:
    """Heat flux into an exterior surface (W/m²): a number, a UFL expression, or a function of points of shape (3, n)."""

    surface: str
    load: Load = 0.0

    def __post_init__(self) -> None:
        """Check a plain number."""
        require(f"heat: the flux into '{self.surface}'", self.load, "W/m2", -math.inf)


@dataclass(frozen=True)
class Source:
    """Heat set free in a volume (W/m³)."""

    volume: str
    load: Load = 0.0


@dataclass(frozen=True)
class Convection:
    """Heat exchange with an ambient at an exterior surface: coefficient (W/(m² K)) and, as load, its temperature (K)."""

    surface: str
    coefficient: float | ufl.core.expr.Expr
    load: Load

    def __post_init__(self) -> None:
        """Check plain numbers."""
        require(f"heat: the coefficient at '{self.surface}'", self.coefficient, "W/(m2 K)", reached=True)
        require(f"heat: the ambient temperature at '{self.surface}'", self.load, "K")


@dataclass(frozen=True)
class FixedTemperature:
    """Given temperature (K) of an exterior surface through which nothing flows (Nitsche's method)."""

    surface: str
    load: Load

    def __post_init__(self) -> None:
        """Check a plain number; a scaled problem may have any temperature."""
        require(f"heat: the temperature of '{self.surface}'", self.load, "K", -math.inf)


@dataclass(frozen=True)
class HeatInlet:
    """Surface through which a stream enters with the enthalpy of a supply temperature (K); nothing else crosses it."""

    surface: str
    load: Load


@dataclass(frozen=True)
class HeatOutlet:
    """Surface through which a stream leaves by advection alone.

    Its load is the temperature (K) of fluid that comes back in; None where it has the mixed one of what leaves there.
    """

    surface: str
    load: Load | None = None


@dataclass(frozen=True)
class Repeated:
    """An opening of a stream that is the same surface as another: what leaves by one enters by the other (`fem.periodic`)."""

    surface: str
    load: None = None


@dataclass(frozen=True)
class Contact:
    """Thermal contact resistance (m² K/W) of an interior surface between two volume groups: temperature jumps there."""

    surface: str
    resistance: float | ufl.core.expr.Expr

    def __post_init__(self) -> None:
        """Check a plain number."""
        require(f"heat: the contact resistance of '{self.surface}'", self.resistance, "m2 K/W")


type SurfaceCondition = Flux | Convection | FixedTemperature | HeatInlet | HeatOutlet | Repeated
type Condition = SurfaceCondition | Source


def load_name(condition: Condition) -> str:
    """The name under which a condition's load goes."""
    return condition.volume if isinstance(condition, Source) else condition.surface


def check_names(
    domain: Domain,
    materials: Mapping[str, Material],
    conditions: Sequence[Condition],
    streams: Sequence[Stream],
    contacts: Sequence[Contact],
    transient: bool,
) -> None:
    """See that all names are groups of the mesh, and nothing is missing or twice: `InputError` on the first thing wrong."""
    for condition in conditions:
        if not isinstance(condition, Flux | Source | Convection | FixedTemperature | HeatInlet | HeatOutlet | Repeated):
            raise InputError(f"heat: a {type(condition).__name__} is no condition of heat")
    surfaces = [contact.surface for contact in contacts]
    for name in surfaces:
        if surfaces.count(name) > 1:
            raise InputError(f"heat: '{name}' has two contacts; a surface takes one")
    for condition in conditions:
        if isinstance(condition, Source) or condition.surface not in domain.surfaces:
            continue
        if not domain.is_exterior(condition.surface):
            raise InputError(
                f"heat: '{condition.surface}' is no exterior surface, and a condition there would do nothing"
            )
    names = [load_name(c) for c in conditions]
    for condition, name in zip(conditions, names, strict=True):
        known = domain.volumes if isinstance(condition, Source) else domain.surfaces
        if name not in known:
            raise InputError(f"heat: the mesh has no group '{name}'; it has: {', '.join(sorted(known))}")
        if names.count(name) > 1:
            raise InputError(f"heat: '{name}' has two conditions; a surface or volume takes one")
    moving = [name for stream in streams for name in stream.volumes]
    for name in [*moving, *materials]:
        if name not in domain.volumes:
            raise InputError(f"heat: the mesh has no volume '{name}'; it has: {', '.join(sorted(domain.volumes))}")
    for contact in contacts:
        if contact.surface not in domain.surfaces:
            raise InputError(f"heat: the mesh has no surface '{contact.surface}' for a contact")
    for name in domain.volumes:
        if name not in materials:
            raise InputError(f"heat: the volume '{name}' has no material")
    for name in list(materials) if transient else moving:
        if materials[name].heat_capacity is None:
            raise InputError(f"heat: the volume '{name}' streams or stores heat and needs a heat capacity")


def set_values(target: fem.Function, value: Load, cells: np.ndarray) -> None:
    """Fill a function on some cells from a number, another function of the same space, or a function of position."""
    if isinstance(value, fem.Function):
        target.x.array[:] = value.x.array
    elif isinstance(value, ufl.core.expr.Expr):
        target.interpolate(fem.Expression(value, target.function_space.element.interpolation_points), cells0=cells)
    elif callable(value):
        target.interpolate(value, cells0=cells)
    else:
        target.x.array[:] = float(value)
    target.x.scatter_forward()


def as_coefficient(msh: mesh.Mesh, value: Load, cells: np.ndarray) -> ufl.core.expr.Expr:
    """The form coefficient of a load: a constant, the given expression, or a discontinuous quadratic function.

    Of a function of position the latter is exact up to quadratic in each cell; what jumps inside one should be an expression.
    """
    if isinstance(value, ufl.core.expr.Expr):
        return value
    if callable(value):
        coefficient = fem.Function(fem.functionspace(msh, ("Discontinuous Lagrange", 2)))
        set_values(coefficient, value, cells)
        return coefficient
    return fem.Constant(msh, float(value))
