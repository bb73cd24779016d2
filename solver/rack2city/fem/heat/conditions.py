"""What heats, cools and moves: materials, streams and the conditions on surfaces and in volumes of a heat problem.

Every condition has one *load*, the number that may change from one solve to the next without a new matrix: a flux, a
source, an ambient, fixed or supply temperature. It is a number, a field (a UFL expression or a finite-element function)
or a NumPy function of position.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import ufl
from dolfinx import fem, mesh
from scipy.interpolate import RegularGridInterpolator

type PositionFunction = Callable[[np.ndarray], np.ndarray]
"""Value at points of shape (3, n) in metres, shape (n,)."""

type Load = float | ufl.core.expr.Expr | PositionFunction
"""A number, a UFL expression or finite-element function, or a NumPy function of position."""

type Conductivity = float | Sequence[Sequence[float]] | Callable[[Any], Any]
"""W/(m K): a number, a tensor (symmetric, d x d), or a function that gives UFL from the temperature in K."""


@dataclass(frozen=True)
class Material:
    """What a volume is made of.

    Attributes:
        conductivity: number, tensor or function of temperature (W/(m K)).
        heat_capacity: volumetric heat capacity, rho c (J/(m³ K)), a number or a field; needed where the volume streams
            or time passes.
    """

    conductivity: Conductivity
    heat_capacity: float | ufl.core.expr.Expr | None = None


@dataclass(frozen=True)
class Stream:
    """A fluid body that moves with a given velocity.

    Attributes:
        volumes: its volume groups.
        velocity: velocity (m/s): a function on the mesh or on a submesh, or an expression; update values in place.
        cell_map: which cells of the mesh the submesh's are, if the velocity lives on a submesh.
    """

    volumes: tuple[str, ...]
    velocity: ufl.core.expr.Expr
    cell_map: mesh.EntityMap | None = None


@dataclass(frozen=True)
class Flux:
    """Heat flux into an exterior surface (W/m²)."""

    surface: str
    load: Load = 0.0


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


@dataclass(frozen=True)
class FixedTemperature:
    """Given temperature (K) of an exterior surface through which nothing flows (Nitsche's method)."""

    surface: str
    load: Load


@dataclass(frozen=True)
class HeatInlet:
    """Surface through which a stream enters with the enthalpy of a supply temperature (K); nothing else crosses it."""

    surface: str
    load: Load


@dataclass(frozen=True)
class HeatOutlet:
    """Surface through which a stream leaves by advection alone.

    Attributes:
        surface: its name.
        load: temperature (K) of fluid that comes back in; None where it has the mixed temperature of what leaves there.
    """

    surface: str
    load: Load | None = None


@dataclass(frozen=True)
class Contact:
    """Thermal contact resistance (m² K/W) of an interior surface between two volume groups: temperature jumps there."""

    surface: str
    resistance: float | ufl.core.expr.Expr


type SurfaceCondition = Flux | Convection | FixedTemperature | HeatInlet | HeatOutlet
type Condition = SurfaceCondition | Source


def table_conductivity(temperature_k: Sequence[float], conductivity: Sequence[float]) -> Callable[[Any], Any]:
    """Conductivity from a table, linear between its rows and constant beyond them.

    Args:
        temperature_k: temperatures (K), rising.
        conductivity: conductivities (W/(m K)), same length.

    Raises:
        ValueError: the table is too short, or its temperatures do not rise.
    """
    t, k = np.asarray(temperature_k, dtype=float), np.asarray(conductivity, dtype=float)
    if t.ndim != 1 or t.shape != k.shape or t.size < 2 or np.any(np.diff(t) <= 0.0):
        raise ValueError("a conductivity table needs two rows or more of rising temperatures")

    def law(temperature: Any) -> Any:
        slopes = np.diff(k) / np.diff(t)
        value: Any = float(k[-1])
        for i in reversed(range(len(slopes))):
            value = ufl.conditional(
                ufl.lt(temperature, float(t[i + 1])),
                float(k[i]) + float(slopes[i]) * (temperature - float(t[i])),
                value,
            )
        return ufl.conditional(ufl.lt(temperature, float(t[0])), float(k[0]), value)

    return law


def table_map(axes: tuple[int, int], first: np.ndarray, second: np.ndarray, values: np.ndarray) -> PositionFunction:
    """A map over two coordinates, bilinear between its points and constant beyond them, such as a chip's power map.

    Args:
        axes: which coordinates, such as (0, 1) for x and y.
        first: points along the first (m), rising, shape (n,).
        second: points along the second (m), rising, shape (m,).
        values: values (W/m² or other), shape (n, m).
    """
    table = RegularGridInterpolator((first, second), np.asarray(values, dtype=float))
    low, high = np.array([first[0], second[0]]), np.array([first[-1], second[-1]])
    return lambda x: table(np.clip(x[list(axes)].T, low, high))


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

    A function of position is interpolated, exact up to quadratic in each cell; what jumps inside a cell should come as a
    UFL expression or on surfaces of its own.
    """
    if isinstance(value, ufl.core.expr.Expr):
        return value
    if callable(value):
        coefficient = fem.Function(fem.functionspace(msh, ("Discontinuous Lagrange", 2)))
        set_values(coefficient, value, cells)
        return coefficient
    return fem.Constant(msh, float(value))
