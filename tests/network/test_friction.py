"""Friction of pipes against Colebrook's own equation and an independent library."""

import numpy as np
import pytest

from rack2city.errors import InputError
from rack2city.network.hydraulics.friction import darcy_friction_factor
from rack2city.network.hydraulics.laws import PipeLaw, pipe_pressure_drop

RE = np.geomspace(4000.0, 1e8, 60)[:, None]
ROUGH = np.array([0.0, 1e-6, 1e-4, 1e-2, 5e-2])[None, :]


def test_colebrook_is_solved_to_machine_precision():
    f = darcy_friction_factor(RE, ROUGH)
    residual = 1.0 / np.sqrt(f) + 2.0 * np.log10(ROUGH / 3.7 + 2.51 / (RE * np.sqrt(f)))
    assert np.abs(residual).max() < 1e-13


@pytest.mark.filterwarnings("ignore:overflow")  # inside that library
def test_agrees_with_an_independent_library():
    fluids = pytest.importorskip("fluids.friction", reason="the independent library `fluids` is not installed")
    ours = darcy_friction_factor(RE, ROUGH)
    theirs = np.array([[fluids.Colebrook(re, rough) for rough in ROUGH[0]] for re in RE[:, 0]])
    np.testing.assert_allclose(ours, theirs, rtol=1e-10)


def test_laminar_is_64_over_re():
    re = np.array([1.0, 100.0, 2300.0])
    np.testing.assert_allclose(darcy_friction_factor(re, 0.05), 64.0 / re, rtol=1e-15)


@pytest.mark.filterwarnings("ignore:overflow")
def test_haaland_is_the_explicit_formula_and_close_to_colebrook():
    f = darcy_friction_factor(RE, ROUGH, "haaland")
    by_hand = -1.8 * np.log10(6.9 / 1e5 + (1e-4 / 3.7) ** 1.11)
    assert darcy_friction_factor(1e5, 1e-4, "haaland") == pytest.approx(by_hand**-2, rel=1e-14)
    fluids = pytest.importorskip("fluids.friction", reason="the independent library `fluids` is not installed")
    theirs = np.array([[fluids.Haaland(re, rough) for rough in ROUGH[0]] for re in RE[:, 0]])
    np.testing.assert_allclose(f, theirs, rtol=1e-12)
    apart = np.abs(f / darcy_friction_factor(RE, ROUGH) - 1.0)
    assert 0.01 < apart.max() < 0.03  # a law of its own


@pytest.mark.parametrize("friction", ["colebrook", "haaland"])
@pytest.mark.parametrize("limit", [2300.0, 4000.0])
def test_the_blend_joins_with_value_and_slope(limit, friction):
    h = 1e-3
    below, at, above = darcy_friction_factor(np.array([limit - h, limit, limit + h]), 1e-3, friction)
    slope = abs(at - below) / h
    assert above - at == pytest.approx(at - below, abs=1e-3 * slope * h)


@pytest.mark.parametrize("friction", ["colebrook", "haaland"])
def test_drop_rises_with_flow_through_the_blend(friction):
    flow = np.linspace(0.0, 0.2, 4001)
    assert np.all(np.diff(pipe_pressure_drop(flow, 10.0, 0.02, 1e-5, 990.0, 6e-4, friction=friction)) > 0.0)


def test_drop_has_the_sign_of_the_flow_and_the_laminar_value():
    # Hagen-Poiseuille: dp = 128 mu L m / (pi rho D^4)
    drop = pipe_pressure_drop(np.array([-1e-3, 1e-3]), 5.0, 0.02, 1e-5, 990.0, 6e-4)
    expected = 128.0 * 6e-4 * 5.0 * 1e-3 / (np.pi * 990.0 * 0.02**4)
    np.testing.assert_allclose(drop, [-expected, expected], rtol=1e-14)


def test_minor_loss_adds_velocity_heads():
    plain, fitted = pipe_pressure_drop(2.0, 5.0, 0.05, 1e-5, 990.0, 6e-4, np.array([0.0, 3.0]))
    velocity = 2.0 / (990.0 * np.pi * 0.05**2 / 4.0)
    assert fitted - plain == pytest.approx(3.0 * 990.0 * velocity**2 / 2.0, rel=1e-12)


@pytest.mark.parametrize("friction", ["colebrook", "haaland"])
def test_slope_is_the_derivative(friction):
    flow = np.array([-1.0, -0.03, 0.001, 0.03, 0.05, 0.06, 0.5])  # laminar, blended and turbulent
    arguments = (10.0, 0.02, 5e-5, 990.0, 6e-4, 1.5, friction)
    h = 1e-6
    numeric = (pipe_pressure_drop(flow + h, *arguments) - pipe_pressure_drop(flow - h, *arguments)) / (2.0 * h)
    np.testing.assert_allclose(PipeLaw(*arguments).drop_and_slope(flow)[1], numeric, rtol=1e-6)
    assert PipeLaw(*arguments).drop_and_slope(0.0)[1] > 0.0


@pytest.mark.parametrize(("re", "rough"), [(-1.0, 0.0), (1e4, -1e-3), (np.nan, 0.0)])
def test_negative_or_missing_numbers_are_refused(re, rough):
    with pytest.raises(ValueError, match="zero or more"):
        darcy_friction_factor(re, rough)


def test_an_unknown_formula_is_refused_by_name():
    said = "the friction formula is 'swamee'; it must be one of 'colebrook', 'haaland'"
    with pytest.raises(InputError, match=said):
        pipe_pressure_drop(1.0, 10.0, 0.05, 1e-5, 990.0, 6e-4, friction="swamee")
    with pytest.raises(InputError, match=said):
        PipeLaw(10.0, 0.05, 1e-5, 990.0, 6e-4, friction="swamee")
