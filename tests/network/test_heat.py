"""Mixing on solved flows against hand calculation."""

import numpy as np
import pytest

from rack2city.errors import InputError
from rack2city.network import BranchGroup, HydraulicNetwork, QuadraticLaw, mix_downstream, solve_hydraulics

CP = 4000.0


def two_branches():
    """One kg/s in; 0.75 and 0.25 kg/s through two branches that meet again."""
    law = QuadraticLaw(np.array([1e6, 3e6]), 0.0, 1000.0)
    network = HydraulicNetwork(["in", "out"], [BranchGroup(["wide", "narrow"], [0, 0], [1, 1], law)])
    return solve_hydraulics(network, {"out": 1e5}, np.array([1.0, 0.0]))


def test_two_branches_mix_by_hand():
    heat = mix_downstream(two_branches(), CP, {"in": 300.0}, np.array([6000.0, 10000.0]))
    np.testing.assert_allclose(heat.outlet_k, [302.0, 310.0], rtol=1e-12)
    assert heat.node_k[1] == pytest.approx(304.0, rel=1e-12)
    assert heat.carried_out_w == pytest.approx(16000.0, rel=1e-9)
    assert heat.residual < 1e-9


def test_loss_follows_the_exponential():
    heat = mix_downstream(
        two_branches(), CP, {"in": 350.0}, conductance_w_per_k=np.array([3000.0, 0.0]), ambient_k=300.0
    )
    assert heat.outlet_k[0] == pytest.approx(300.0 + 50.0 * np.exp(-1.0), rel=1e-12)
    assert heat.outlet_k[1] == pytest.approx(350.0, rel=1e-12)
    assert heat.loss_w[0] == pytest.approx(0.75 * CP * 50.0 * (1.0 - np.exp(-1.0)), rel=1e-9)
    assert heat.residual < 1e-9


def test_heat_with_loss_against_a_fine_march():
    heat = mix_downstream(two_branches(), CP, {"in": 310.0}, np.array([5e4, 0.0]), np.array([900.0, 0.0]), 290.0)
    steps, t = 20000, 310.0
    for _ in range(steps):  # midpoint rule on C dT/dx = q - UA (T - T_a)
        half = t + 0.5 / steps * (5e4 - 900.0 * (t - 290.0)) / (0.75 * CP)
        t += 1.0 / steps * (5e4 - 900.0 * (half - 290.0)) / (0.75 * CP)
    assert heat.outlet_k[0] == pytest.approx(t, abs=1e-6)
    assert heat.residual < 1e-9


def test_errors_name_what_is_missing():
    with pytest.raises(InputError, match="enter at node 'in', but its temperature"):
        mix_downstream(two_branches(), CP, {})
    law = QuadraticLaw(1e6, 0.0, 1000.0)
    network = HydraulicNetwork(["in", "out", "end"], [BranchGroup(["main", "stub"], [0, 1], [1, 2], law)])
    state = solve_hydraulics(network, {"out": 1e5}, np.array([1.0, 0.0, 0.0]))
    with pytest.raises(InputError, match="branch 'stub' takes up heat but has no flow"):
        mix_downstream(state, CP, {"in": 300.0}, np.array([0.0, 1.0]))
    assert mix_downstream(state, CP, {"in": 300.0}, ambient_k=290.0).node_k[2] == 290.0
