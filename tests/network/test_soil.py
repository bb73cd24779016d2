"""Ground temperature and pipe-to-ground conductances against closed forms and limits."""

import numpy as np
import pytest

from rack2city.errors import InputError
from rack2city.network.pipes.soil import (
    YEAR_S,
    GroundClimate,
    corrected_depth,
    fit_ground_climate,
    ground_series,
    ground_temperature,
    insulation_resistance,
    paired_pipes,
    single_pipe_conductance,
    soil_resistance,
    twin_pipe,
)

CLIMATE = GroundClimate(284.0, 8.0, 20 * 86400.0, 6e-7)


def test_surface_wave_has_its_minimum_on_the_coldest_day():
    assert ground_temperature(CLIMATE, 0.0, 20 * 86400.0) == pytest.approx(276.0)
    assert ground_temperature(CLIMATE, 0.0, 20 * 86400.0 + YEAR_S / 2) == pytest.approx(292.0)


def test_wave_at_depth_is_damped_and_late():
    depth = CLIMATE.damping_depth_m
    assert depth == pytest.approx(np.sqrt(6e-7 * 365.25 * 86400 / np.pi))
    lag = YEAR_S / (2 * np.pi)  # one damping depth is one radian
    assert ground_temperature(CLIMATE, depth, CLIMATE.coldest_s + lag) == pytest.approx(284.0 - 8.0 / np.e)
    assert ground_temperature(CLIMATE, 60.0, 0.0) == pytest.approx(284.0, abs=1e-8)


def test_a_year_of_weather_gives_the_ground_of_every_hour_and_pipe():
    """A yearly wave in the weather, with a daily one on it that must not show, is the wave at depth, damped and late."""
    middle = (np.arange(8766) + 0.5) * 3600.0
    outdoor = ground_temperature(CLIMATE, 0.0, middle) + 6.0 * np.cos(2.0 * np.pi * middle / 86400.0)
    for depth in (0.6, 1.5):
        assert ground_series(outdoor, depth) == pytest.approx(ground_temperature(CLIMATE, depth, middle), abs=0.01)
    each = ground_series(outdoor, [0.6, 1.5])
    assert each.shape == (8766, 2)
    assert each[:, 1] == pytest.approx(ground_series(outdoor, 1.5), abs=1e-12)
    assert np.ptp(each[:, 0]) > np.ptp(each[:, 1])


def test_ground_obeys_the_heat_equation():
    depth, time, dz, dt = 1.2, 5e6, 1e-2, 3600.0

    def at(z, t):
        return float(ground_temperature(CLIMATE, z, t))

    rate = (at(depth, time + dt) - at(depth, time - dt)) / (2 * dt)
    bend = (at(depth + dz, time) - 2 * at(depth, time) + at(depth - dz, time)) / dz**2
    assert rate == pytest.approx(6e-7 * bend, rel=1e-3)


def test_fit_finds_a_wave_below_noise():
    time = np.arange(8760) * 3600.0
    daily = 4.0 * np.cos(2 * np.pi * time / 86400.0)
    noise = np.random.default_rng(3).normal(0.0, 2.0, time.size)
    fitted = fit_ground_climate(ground_temperature(CLIMATE, 0.0, time) + daily + noise, time)
    assert fitted.mean_k == pytest.approx(284.0, abs=0.1)
    assert fitted.amplitude_k == pytest.approx(8.0, abs=0.1)
    assert fitted.coldest_s == pytest.approx(20 * 86400.0, abs=86400.0)
    with pytest.raises(InputError, match="three quarters of a year"):
        fit_ground_climate(daily[:2000], time[:2000])


def test_single_pipe_by_hand():
    # DN100 series 2: 114.3 mm steel in a 225 mm casing, 0.8 m deep, foam 0.027 and soil 1.6 W/mK
    foam = np.log(225 / 114.3) / (2 * np.pi * 0.027)
    soil = np.log(4 * 0.8 / 0.225) / (2 * np.pi * 1.6)  # EN 13941's formula, within 1 % of the exact one here
    assert insulation_resistance(0.1143, 0.225, 0.027) == pytest.approx(foam)
    assert soil_resistance(0.225, 0.8, 1.6) == pytest.approx(soil, rel=0.01)
    assert single_pipe_conductance(0.1143, 0.225, 0.8, 0.027, 1.6) == pytest.approx(1 / (foam + soil), rel=1e-3)
    assert corrected_depth(0.8, 1.6, 14.6) == pytest.approx(0.8 + 1.6 / 14.6)


def test_soil_resistance_is_exact_near_the_surface():
    # the shape factor of a cylinder under a plane is 2 pi / arcosh(2 Z / D); it touches the plane at Z = D / 2
    assert soil_resistance(1.0, 0.5, 1.0) == 0.0
    assert soil_resistance(1.0, 0.5 * np.cosh(1.0), 1.0) == pytest.approx(1 / (2 * np.pi))
    with pytest.raises(InputError, match="below the surface"):
        soil_resistance(1.0, 0.49, 1.0)


def test_pair_far_apart_is_two_single_pipes():
    alone = single_pipe_conductance(0.1143, 0.225, 0.8, 0.027, 1.6)
    pair = paired_pipes(0.1143, 0.225, 0.8, 1e4, 0.027, 1.6)
    assert pair.symmetric == pytest.approx(alone, rel=1e-8)
    assert pair.antisymmetric == pytest.approx(alone, rel=1e-8)
    assert pair.between == pytest.approx(0.0, abs=1e-8)


def test_pair_solves_the_two_mirrored_line_sources():
    pipe, casing, depth, spacing, foam, soil = 0.0603, 0.14, 0.9, 0.29, 0.027, 1.5
    pair = paired_pipes(pipe, casing, depth, spacing, foam, soil)
    own = np.log(casing / pipe) / (2 * np.pi * foam) + np.arccosh(2 * depth / casing) / (2 * np.pi * soil)
    mutual = np.log(np.hypot(2 * depth, spacing) / spacing) / (2 * np.pi * soil)
    supply, back = np.linalg.solve([[own, mutual], [mutual, own]], [80.0 - 8.0, 45.0 - 8.0])
    ours = pair.losses(353.15, 318.15, 281.15)
    np.testing.assert_allclose(ours, [supply, back], rtol=1e-12)
    # the three-node network is the same thing
    np.testing.assert_allclose(ours[0], pair.to_ground * 72.0 + pair.between * 35.0, rtol=1e-12)
    np.testing.assert_allclose(ours[1], pair.to_ground * 37.0 - pair.between * 35.0, rtol=1e-12)


def test_twin_pipe_in_foam_like_soil_is_a_pair_of_line_sources():
    pipe, casing, depth, spacing, soil = 0.02, 0.3, 20.0, 0.08, 1.5
    twin = twin_pipe(pipe, casing, depth, spacing, soil, soil)
    sources = paired_pipes(pipe, pipe, depth, spacing, soil, soil)
    assert twin.symmetric == pytest.approx(sources.symmetric, rel=1e-4)
    assert twin.antisymmetric == pytest.approx(sources.antisymmetric, rel=1e-4)


def test_twin_pipe_in_perfect_soil_is_a_line_source_with_its_image_in_the_casing():
    pipe, casing, spacing, foam = 0.01, 0.2, 0.07, 0.027
    twin = twin_pipe(pipe, casing, 1.0, spacing, foam, 1e9)
    half, radius = spacing / 2, casing / 2
    # sources of strength q at +-half, images at radius^2/half, casing at one temperature
    own = np.log((radius**2 - half**2) / (radius * pipe / 2)) / (2 * np.pi * foam)
    other = np.log((radius**2 + half**2) / (radius * 2 * half)) / (2 * np.pi * foam)
    assert twin.symmetric == pytest.approx(1 / (own + other), rel=1e-6)
    assert twin.antisymmetric == pytest.approx(1 / (own - other), rel=1e-6)


def test_twin_pipe_loses_less_than_a_pair_and_couples_more():
    twin = twin_pipe(0.0603, 0.25, 0.9, 0.0603 + 0.02, 0.027, 1.5)
    pair = paired_pipes(0.0603, 0.14, 0.9, 0.29, 0.027, 1.5)
    assert twin.to_ground < pair.to_ground
    assert twin.between > pair.between
    with pytest.raises(InputError, match="inside the casing"):
        twin_pipe(0.0603, 0.12, 0.9, 0.08, 0.027, 1.5)
    with pytest.raises(InputError, match="at least the casing"):
        paired_pipes(0.0603, 0.14, 0.9, 0.13, 0.027, 1.5)
