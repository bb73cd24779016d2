"""The pipe's wall: film between water and wall, heat capacity, and their joint relaxation in closed form."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rack2city.arrays import Array
from rack2city.network.hydraulics.friction import LAMINAR_LIMIT, TURBULENT_LIMIT
from rack2city.network.pipes.decay import mean_decay

LAMINAR_NUSSELT = 3.66
"""Nusselt number (-) of developed laminar flow at uniform wall temperature; kept down to rest."""
LARGEST_RATE = 1e6
"""Largest rate at which water follows a wall (1/s): a film without resistance equalises within microseconds."""


def water_viscosity(water_k: npt.ArrayLike) -> Array:
    """Dynamic viscosity (Pa s) of liquid water at 0.1 MPa and `water_k` (K), 253 to 383 K.

    Source: IAPWS SR6-08(2011), equation 7; good within 1 % up to 20 bar.
    """
    t = np.asarray(water_k, dtype=float) / 300.0
    return 1e-6 * (280.68 * t**-1.9 + 511.45 * t**-7.7 + 61.131 * t**-19.6 + 0.45903 * t**-40.0)


def water_conductivity(water_k: npt.ArrayLike) -> Array:
    """Thermal conductivity (W/(m K)) of liquid water at 0.1 MPa and `water_k` (K), 273 to 383 K.

    Source: IAPWS SR6-08(2011), equation 8.
    """
    t = np.asarray(water_k, dtype=float) / 300.0
    return 0.80201 * t**-0.32 - 0.25992 * t**-5.7 + 0.10024 * t**-12.0 - 0.032005 * t**-15.0


def pipe_nusselt(re: npt.ArrayLike, prandtl: npt.ArrayLike) -> Array:
    """Nusselt number (-) of developed flow in a smooth circular pipe, for Reynolds (not negative) and Prandtl numbers (-).

    It is 3.66 up to Re 2300, Gnielinski's formula from 4000 on, linear in Re between.

    Source: Gnielinski (1976), with Petukhov's friction factor `f = (0.79 ln Re - 1.64)^-2`; the blend is
    Gnielinski's of 2013.
    """
    re_, pr = np.broadcast_arrays(np.asarray(re, dtype=float), np.asarray(prandtl, dtype=float))
    turbulent = np.maximum(re_, TURBULENT_LIMIT)
    eighth = (0.79 * np.log(turbulent) - 1.64) ** -2 / 8.0
    nusselt = eighth * (turbulent - 1000.0) * pr / (1.0 + 12.7 * np.sqrt(eighth) * (np.cbrt(pr) ** 2 - 1.0))
    weight = np.clip((re_ - LAMINAR_LIMIT) / (TURBULENT_LIMIT - LAMINAR_LIMIT), 0.0, 1.0)
    return LAMINAR_NUSSELT + weight * (nusselt - LAMINAR_NUSSELT)


def water_film(mass_flow: npt.ArrayLike, diameter_m: npt.ArrayLike, water_k: npt.ArrayLike) -> Array:
    """Conductance between water at a mean temperature (K) and the pipe's wall, `pi k Nu` per metre of pipe (W/(m K)).

    The mass flow (kg/s) is of either sign. Entry lengths and natural convection are left out: at rest the film is that of
    laminar flow, which is less than the truth.
    """
    viscosity, conductivity = water_viscosity(water_k), water_conductivity(water_k)
    re = 4.0 * np.abs(np.asarray(mass_flow, dtype=float)) / (np.pi * np.asarray(diameter_m, dtype=float) * viscosity)
    return np.pi * conductivity * pipe_nusselt(re, viscosity * 4184.0 / conductivity)


def wall_capacity(
    inner_m: npt.ArrayLike, outer_m: npt.ArrayLike, density: npt.ArrayLike, heat_capacity: npt.ArrayLike
) -> Array:
    """Heat capacity of a pipe's wall per metre (J/(m K)), from its two diameters (m), density (kg/m3) and c (J/(kg K))."""
    inner, outer = np.asarray(inner_m, dtype=float), np.asarray(outer_m, dtype=float)
    return np.asarray(density) * np.asarray(heat_capacity) * np.pi / 4.0 * (outer**2 - inner**2)


@dataclass(frozen=True)
class Relaxation:
    """What a time does to water, wall and surroundings in contact; temperatures are above the surroundings.

    `water' = water_water * water + water_wall * wall`, and so on; the heat lost is `loss_water * water + loss_wall * wall`
    (J). A difference between two pieces of water that touch the same wall shrinks to `difference` of itself. All fields
    have the shape of the arguments of `relax`.
    """

    water_water: Array
    water_wall: Array
    wall_water: Array
    wall_wall: Array
    loss_water: Array
    loss_wall: Array
    difference: Array


def relax(time_s: npt.ArrayLike, water: Array, wall: Array, film: Array, loss: Array) -> Relaxation:
    """Solve `Cf f' = -G (f - w)`, `Cw w' = G (f - w) - U w` over a time, exactly; loss and storage are found apart.

    Over `time_s` (s), not negative, for the heat capacities of water, Cf (J/K), positive, and wall, Cw, zero where it only
    conducts, and the conductances water to wall, G (W/K), infinite for a perfect contact, and wall to surroundings, U.
    """
    time = np.asarray(time_s, dtype=float)
    massless = wall <= 0.0
    wall = np.where(massless, water, wall)  # any number: that case has its own formula below
    film = np.minimum(film, LARGEST_RATE * water)
    a, b, e = film / water, film / wall, loss / wall
    total = a + b + e
    root = np.maximum(np.sqrt((a - b - e) ** 2 + 4.0 * a * b), 1e-300)  # no film and no loss: nothing happens
    slow = 2.0 * a * e / np.maximum(total + root, 1e-300)  # this form of the smaller root does not cancel
    fast = (total + root) / 2.0
    kept_slow, kept_fast = np.exp(-slow * time), np.exp(-fast * time)
    # the matrix is M = [[-a, a], [b, -(b + e)]], its exponential that of the two eigenvalues times their projections
    p_ff, p_ww = (fast - a) / root, (fast - b - e) / root
    p_fw, p_wf = a / root, b / root
    sum_slow, sum_fast = time * mean_decay(slow * time), time * mean_decay(fast * time)
    # without a wall's capacity film and loss are in series, and each piece of water is alone
    follows = film / np.maximum(film + loss, 1e-300)
    alone = loss * follows / water
    kept = np.exp(-alone * time)
    return Relaxation(
        water_water=np.where(massless, kept, p_ff * kept_slow + (1.0 - p_ff) * kept_fast),
        water_wall=np.where(massless, 0.0, p_fw * (kept_slow - kept_fast)),
        wall_water=np.where(massless, follows * kept, p_wf * (kept_slow - kept_fast)),
        wall_wall=np.where(massless, 0.0, p_ww * kept_slow + (1.0 - p_ww) * kept_fast),
        loss_water=loss * np.where(massless, follows * time * mean_decay(alone * time), p_wf * (sum_slow - sum_fast)),
        loss_wall=loss * np.where(massless, 0.0, p_ww * sum_slow + (1.0 - p_ww) * sum_fast),
        difference=np.where(massless, kept, np.exp(-a * time)),
    )
