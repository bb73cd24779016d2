"""The ground around buried pipes: its undisturbed temperature, and the resistance from pipe to surface.

Conductances are per metre of pipe (W/(m K)) and of layers with constant properties. Resistances of the fluid's inner
film and of the steel are left out; `plug_flow` has the film itself.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rack2city.arrays import Array
from rack2city.errors import InputError

YEAR_S = 365.25 * 86400.0
"""Length of the year (s)."""
SURFACE_FILM = 14.6
"""Heat transfer coefficient between the ground's surface and the air (W/(m2 K)), EN 13941's usual value."""


@dataclass(frozen=True)
class GroundClimate:
    """Yearly wave of the temperature at the ground's surface.

    Attributes:
        mean_k: annual mean (K).
        amplitude_k: half the span of the yearly wave (K), not negative.
        coldest_s: time of its minimum from the start of the year (s).
        diffusivity: thermal diffusivity of the soil (m2/s).
    """

    mean_k: float
    amplitude_k: float
    coldest_s: float
    diffusivity: float = 6e-7

    def __post_init__(self) -> None:
        if not (self.amplitude_k >= 0.0 and self.diffusivity > 0.0 and self.mean_k > 0.0):
            raise InputError("ground climate: mean and diffusivity must be positive and the amplitude not negative")

    @property
    def damping_depth_m(self) -> float:
        """Depth (m) at which the wave is down to 1/e: `sqrt(a year / pi)`."""
        return float(np.sqrt(self.diffusivity * YEAR_S / np.pi))


def ground_temperature(climate: GroundClimate, depth_m: npt.ArrayLike, time_s: npt.ArrayLike) -> Array:
    """Undisturbed ground temperature (K) at depths (m) and times from the start of the year (s), which broadcast.

    Raises:
        InputError: a depth is negative.

    Source: Kusuda & Achenbach (1965), `T = Tm - A e^(-z/d) cos(2 pi (t - t0)/year - z/d)`, d the damping depth.
    """
    depth = np.asarray(depth_m, dtype=float)
    if not np.all(depth >= 0.0):
        raise InputError("ground temperature: the depth must be zero or more")
    relative = depth / climate.damping_depth_m
    phase = 2.0 * np.pi * (np.asarray(time_s, dtype=float) - climate.coldest_s) / YEAR_S - relative
    return np.asarray(climate.mean_k - climate.amplitude_k * np.exp(-relative) * np.cos(phase))


def fit_ground_climate(outdoor_k: npt.ArrayLike, time_s: npt.ArrayLike, diffusivity: float = 6e-7) -> GroundClimate:
    """Least-squares yearly wave through a series of outdoor temperatures (K) and times from the start of the year (s).

    Takes the surface to follow the air, so that snow, sun and evaporation are left out. `diffusivity` is the soil's (m2/s).

    Raises:
        InputError: the series is shorter than three quarters of a year, so that mean and wave cannot be told apart.
    """
    temperature, time = np.asarray(outdoor_k, dtype=float), np.asarray(time_s, dtype=float)
    if temperature.shape != time.shape or time.ndim != 1 or np.ptp(time) < 0.75 * YEAR_S:
        raise InputError(
            "ground climate: needs a series of temperatures and times over at least three quarters of a year"
        )
    angle = 2.0 * np.pi * time / YEAR_S
    columns = np.column_stack([np.ones_like(angle), np.cos(angle), np.sin(angle)])
    mean, along, across = np.linalg.lstsq(columns, temperature, rcond=None)[0]
    coldest = (np.arctan2(-across, -along) % (2.0 * np.pi)) * YEAR_S / (2.0 * np.pi)
    return GroundClimate(float(mean), float(np.hypot(along, across)), float(coldest), diffusivity)


def ground_series(
    outdoor_k: npt.ArrayLike, depth_m: npt.ArrayLike, step_s: float = 3600.0, diffusivity: float = 6e-7
) -> Array:
    """Undisturbed ground temperature in the middle of every step (K): (steps), or steps x pipes, a profile of `ambient_k`.

    Args:
        outdoor_k: outdoor temperature of each step (K), the first step at the start of the year; see `fit_ground_climate`.
        depth_m: depth of the pipes (m): one, or one per pipe.
        step_s: length of a step (s).
        diffusivity: thermal diffusivity of the soil (m2/s).

    Raises:
        InputError: the series is too short or a depth negative.
    """
    outdoor, depth = np.asarray(outdoor_k, dtype=float), np.asarray(depth_m, dtype=float)
    middle = (np.arange(outdoor.size) + 0.5) * step_s
    climate = fit_ground_climate(outdoor, middle, diffusivity)
    return ground_temperature(climate, depth, middle if depth.ndim == 0 else middle[:, None])


def corrected_depth(depth_m: npt.ArrayLike, soil_conductivity: float, surface_film: float = SURFACE_FILM) -> Array:
    """Depth of the pipe's axis (m) with the surface's film as an added layer of soil, `k/h` thick; EN 13941."""
    return np.asarray(np.asarray(depth_m, dtype=float) + soil_conductivity / surface_film)


def insulation_resistance(inner_m: npt.ArrayLike, outer_m: npt.ArrayLike, conductivity: npt.ArrayLike) -> Array:
    """Resistance of a cylindrical layer per metre, `ln(D/d) / (2 pi k)` (m K/W), from its diameters (m)."""
    inner, outer, k = _floats(inner_m, outer_m, conductivity)
    if not (np.all(inner > 0.0) and np.all(outer >= inner)):
        raise InputError("insulation: the outer diameter must not be less than the inner one")
    return np.asarray(np.log(outer / inner) / (2.0 * np.pi * k))


def soil_resistance(casing_m: npt.ArrayLike, depth_m: npt.ArrayLike, soil_conductivity: npt.ArrayLike) -> Array:
    """Resistance per metre between a buried cylinder and the isothermal surface, `arcosh(2 Z / D) / (2 pi k)` (m K/W).

    Args:
        casing_m: outer diameter D (m).
        depth_m: depth Z of the axis (m), at least `D/2`.
        soil_conductivity: conductivity of the soil k (W/(m K)).

    Raises:
        InputError: the cylinder is not below the surface.

    Source: Carslaw & Jaeger (1959), two-cylinder problem, exact; EN 13941 has its limit `ln(4 Z / D) / (2 pi k)`.
    """
    casing, depth, k = _floats(casing_m, depth_m, soil_conductivity)
    if not np.all(2.0 * depth >= casing):
        raise InputError("soil: the pipe must lie below the surface, its axis at least half its diameter deep")
    return np.asarray(np.arccosh(2.0 * depth / casing) / (2.0 * np.pi * k))


def single_pipe_conductance(
    pipe_m: npt.ArrayLike,
    casing_m: npt.ArrayLike,
    depth_m: npt.ArrayLike,
    insulation_conductivity: npt.ArrayLike,
    soil_conductivity: npt.ArrayLike,
) -> Array:
    """Conductance from the pipe to the undisturbed ground, of one pre-insulated pipe (W/(m K)).

    Outer diameters of the steel pipe and of the casing (m); depth of the axis (m), with `corrected_depth` where the
    surface's film counts; conductivities of foam and soil (W/(m K)).
    """
    foam = insulation_resistance(pipe_m, casing_m, insulation_conductivity)
    return np.asarray(1.0 / (foam + soil_resistance(casing_m, depth_m, soil_conductivity)))


@dataclass(frozen=True)
class PairConductance:
    """Loss of two equal pipes side by side, temperatures above the undisturbed ground.

    Attributes:
        symmetric: loss of each pipe per kelvin of the mean of both (W/(m K)).
        antisymmetric: additional loss of the warmer per kelvin of half their difference (W/(m K)).
    """

    symmetric: Array
    antisymmetric: Array

    @property
    def to_ground(self) -> Array:
        """Conductance from each pipe to the ground (W/(m K)), in the network of three nodes."""
        return self.symmetric

    @property
    def between(self) -> Array:
        """Conductance from pipe to pipe (W/(m K)), in the network of three nodes."""
        return (self.antisymmetric - self.symmetric) / 2.0

    def losses(self, supply_k: npt.ArrayLike, return_k: npt.ArrayLike, ground_k: npt.ArrayLike) -> tuple[Array, Array]:
        """Heat that leaves the supply and the return pipe (W/m), at these temperatures (K)."""
        supply, back, ground = _floats(supply_k, return_k, ground_k)
        mean, half = self.symmetric * ((supply + back) / 2.0 - ground), self.antisymmetric * (supply - back) / 2.0
        return mean + half, mean - half


def paired_pipes(
    pipe_m: npt.ArrayLike,
    casing_m: npt.ArrayLike,
    depth_m: npt.ArrayLike,
    spacing_m: npt.ArrayLike,
    insulation_conductivity: npt.ArrayLike,
    soil_conductivity: npt.ArrayLike,
) -> PairConductance:
    """Two single pre-insulated pipes side by side; `spacing_m` between the axes (m), the rest as `single_pipe_conductance`.

    Raises:
        InputError: the casings overlap, or are not below the surface.

    Source: Wallentén (1991), zero order: the soil's resistance of one pipe and, by its mirror image, the mutual one
    `ln(sqrt(1 + (2 Z / C)^2)) / (2 pi k)`, added for equal temperatures and taken off for opposite ones.
    """
    casing, depth, spacing, soil = _floats(casing_m, depth_m, spacing_m, soil_conductivity)
    if not np.all(spacing >= casing):
        raise InputError("paired pipes: the distance between the axes must be at least the casing's diameter")
    own = 1.0 / single_pipe_conductance(pipe_m, casing, depth, insulation_conductivity, soil)
    mutual = np.log1p((2.0 * depth / spacing) ** 2) / (4.0 * np.pi * soil)
    return PairConductance(np.asarray(1.0 / (own + mutual)), np.asarray(1.0 / (own - mutual)))


def twin_pipe(
    pipe_m: npt.ArrayLike,
    casing_m: npt.ArrayLike,
    depth_m: npt.ArrayLike,
    spacing_m: npt.ArrayLike,
    insulation_conductivity: npt.ArrayLike,
    soil_conductivity: npt.ArrayLike,
) -> PairConductance:
    """Two steel pipes side by side in one casing; arguments as `paired_pipes`, `casing_m` and `depth_m` of the common casing.

    Raises:
        InputError: the pipes overlap, stick out of the casing, or are not below the surface.

    Source: Wallentén (1991), zero order, with D half the spacing, r_c and r_o the radii of casing and pipe and
    `s = (k_i - k_g)/(k_i + k_g)`; for the antisymmetric problem his
    `2 pi k_i R_a = ln(2 D/r_o) + s ln((r_c^2 + D^2)/(r_c^2 - D^2))`, for the symmetric one
    `2 pi k_i R_s = 2 (k_i/k_g) ln(2 Z/r_c) + ln(r_c^2/(2 D r_o)) + s ln(r_c^4/(r_c^4 - D^4))`. Each pipe's loss is
    its mean excess over R_s, plus or minus half the difference over R_a. The soil's part is here the exact one of a
    cylinder, `arcosh(Z/r_c)` for `ln(2 Z/r_c)`; his term of the mirror image in R_a, `(D/2Z)^2`, is left out.
    """
    pipe, casing, spacing, foam, soil = _floats(pipe_m, casing_m, spacing_m, insulation_conductivity, soil_conductivity)
    if not (np.all(spacing >= pipe) and np.all(spacing + pipe <= casing)):
        raise InputError("twin pipe: the pipes must lie beside each other inside the casing")
    half, radius, pipe_radius = spacing / 2.0, casing / 2.0, pipe / 2.0
    contrast = (foam - soil) / (foam + soil)
    layered = np.log(radius**2 / (2.0 * half * pipe_radius)) + contrast * np.log(radius**4 / (radius**4 - half**4))
    # each pipe carries half of what crosses the soil, hence twice the soil's resistance
    symmetric = 2.0 * soil_resistance(casing, depth_m, soil) + layered / (2.0 * np.pi * foam)
    mirror = contrast * np.log((radius**2 + half**2) / (radius**2 - half**2))
    antisymmetric = (np.log(2.0 * half / pipe_radius) + mirror) / (2.0 * np.pi * foam)
    return PairConductance(np.asarray(1.0 / symmetric), np.asarray(1.0 / antisymmetric))


def _floats(*values: npt.ArrayLike) -> list[Array]:
    return [np.asarray(value, dtype=float) for value in values]
