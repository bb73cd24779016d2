"""Friction of full circular pipes: Colebrook's or Haaland's factor."""

from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from rack2city.arrays import Array
from rack2city.errors import InputError

Formula = Literal["colebrook", "haaland"]
"""Formulas of the turbulent factor: Colebrook's, solved to rounding, or Haaland's explicit one, up to 2 % away from it."""
LAMINAR_LIMIT = 2300.0
"""Reynolds number (-) up to which a pipe is laminar."""
TURBULENT_LIMIT = 4000.0
"""Reynolds number (-) from which the turbulent formula holds."""
_NEWTON_STEPS = 5  # from Haaland's formula (2 % off) quadratic convergence needs four; one in reserve
_PER_LN10 = 2.0 / np.log(10.0)


def require_formula(friction: str) -> None:
    """Refuse a formula that is not known by an InputError that names what is allowed."""
    if friction not in get_args(Formula):
        allowed = ", ".join(repr(name) for name in get_args(Formula))
        raise InputError(f"the friction formula is {friction!r}; it must be one of {allowed}")


def darcy_friction_factor(
    re: npt.ArrayLike, relative_roughness: npt.ArrayLike, friction: Formula = "colebrook"
) -> Array:
    """Darcy friction factor of a full circular pipe.

    Laminar `64/Re` up to 2300, turbulent from 4000 on; Colebrook is solved to machine precision. Between, the two are
    blended with the weight `3 t^2 - 2 t^3`, `t = (Re - 2300)/1700`, so that the factor and its slope are continuous.

    Args:
        re: Reynolds number (-), any shape; negative flow is given by its magnitude.
        relative_roughness: roughness over inner diameter (-), broadcast with `re`.
        friction: formula of the turbulent factor.

    Returns:
        Friction factor (-), shape of the broadcast arguments; infinite at `re = 0`.

    Raises:
        ValueError: a Reynolds number or roughness is negative or not a number.
        InputError: an unknown formula.

    Source: Colebrook (1939), `1/sqrt(f) = -2 lg(eps/3.7 + 2.51/(Re sqrt(f)))`;
        Haaland (1983), `1/sqrt(f) = -1.8 lg((eps/3.7)^1.11 + 6.9/Re)`.
    """
    re_, rough = np.broadcast_arrays(np.asarray(re, dtype=float), np.asarray(relative_roughness, dtype=float))
    if not (np.all(re_ >= 0.0) and np.all(rough >= 0.0)):
        raise ValueError("Reynolds number and relative roughness must be numbers of zero or more")
    product, _ = factor_times_re(re_, rough, friction)
    with np.errstate(divide="ignore"):
        return product / re_


def factor_times_re(re: Array, rough: Array, friction: Formula) -> tuple[Array, Array]:
    """`f Re` (-), which is finite at rest, and its derivative to Re; 64 and 0 where laminar."""
    require_formula(friction)
    product = np.full(re.shape, 64.0)
    slope = np.zeros(re.shape)
    moving = re > LAMINAR_LIMIT
    if np.any(moving):
        r = re[moving]
        turbulent, turbulent_slope = (_haaland if friction == "haaland" else _colebrook)(r, rough[moving])
        t = np.clip((r - LAMINAR_LIMIT) / (TURBULENT_LIMIT - LAMINAR_LIMIT), 0.0, 1.0)
        weight = t * t * (3.0 - 2.0 * t)
        weight_slope = 6.0 * t * (1.0 - t) / (TURBULENT_LIMIT - LAMINAR_LIMIT)
        product[moving] = 64.0 + weight * (turbulent * r - 64.0)
        slope[moving] = weight_slope * (turbulent * r - 64.0) + weight * (turbulent + r * turbulent_slope)
    return product, slope


def _colebrook(re: Array, rough: Array) -> tuple[Array, Array]:
    """Colebrook's friction factor and its derivative to Re, by Newton's method on `x = 1/sqrt(f)`."""
    x = _haaland(re, rough)[0] ** -0.5
    for _ in range(_NEWTON_STEPS):
        inner = rough / 3.7 + 2.51 * x / re
        x = x - (x + _PER_LN10 * np.log(inner)) / (1.0 + _PER_LN10 * 2.51 / (re * inner))
    inner = rough / 3.7 + 2.51 * x / re
    x_slope = _PER_LN10 * 2.51 * x / (re**2 * inner) / (1.0 + _PER_LN10 * 2.51 / (re * inner))
    return x**-2, -2.0 * x**-3 * x_slope


def _haaland(re: Array, rough: Array) -> tuple[Array, Array]:
    """Haaland's friction factor and its derivative to Re."""
    inner = (rough / 3.7) ** 1.11 + 6.9 / re
    x = -1.8 * np.log10(inner)
    x_slope = 0.9 * _PER_LN10 * 6.9 / (re**2 * inner)
    return x**-2, -2.0 * x**-3 * x_slope
