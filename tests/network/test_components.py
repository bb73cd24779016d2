"""Pumps, valves, prescribed flows and lifts, and their control, against hand calculation and pandapipes."""

from dataclasses import replace

import numpy as np
import pytest

from rack2city.errors import InputError
from rack2city.network import BranchGroup, HydraulicNetwork, PipeLaw, QuadraticLaw, solve_hydraulics
from rack2city.network.hydraulics.laws import PrescribedFlow, PrescribedLift
from rack2city.network.hydraulics.pumps import ConstantPowerLaw, PumpCurveLaw, PumpLaw
from rack2city.network.hydraulics.valves import CheckValveLaw, ControlValveLaw

WATER = {"density": 990.0, "viscosity": 6e-4}
FLOWS = np.linspace(-0.01, 0.03, 30) * 990.0
LAWS = {
    "pump": PumpLaw(3e5, 1e6, 2e8, 990.0, 0.8),
    "pump at rest": PumpLaw(3e5, 1e6, 2e8, 990.0, 0.0),
    "pump of constant power": ConstantPowerLaw(2e4, 990.0),
    "pump by points": PumpCurveLaw([0.0, 0.01, 0.02], [3e5, 2.5e5, 1e5], 990.0, 0.7),
    "pump by points at rest": PumpCurveLaw([0.0, 0.01, 0.02], [3e5, 2.5e5, 1e5], 990.0, 0.0),
    "linear valve": ControlValveLaw(16.0, 990.0, 0.3),
    "equal-percentage valve": ControlValveLaw(16.0, 990.0, 0.3, "equal percentage"),
    "check valve": CheckValveLaw(16.0, 990.0),
}


@pytest.mark.parametrize("law", LAWS.values(), ids=LAWS)
def test_laws_rise_with_the_slope_they_state(law):
    drop, slope = law.drop_and_slope(FLOWS)
    assert np.all(np.diff(drop) > 0.0)
    step = 1e-5
    difference = (law.drop_and_slope(FLOWS + step)[0] - law.drop_and_slope(FLOWS - step)[0]) / (2.0 * step)
    np.testing.assert_allclose(slope, difference, rtol=1e-3)


def test_a_valve_drops_one_bar_at_its_kv():
    # 16 m3/h of water of 1000 kg/m3; a quarter of the flow at a quarter of the opening; laminar near rest
    full = 16.0 * 1000.0 / 3600.0
    assert ControlValveLaw(16.0, 1000.0).drop_and_slope(np.array([full]))[0] == pytest.approx(1e5, rel=1e-12)
    quarter = ControlValveLaw(16.0, 1000.0, 0.25).drop_and_slope(np.array([full / 4.0]))[0]
    assert quarter == pytest.approx(1e5, rel=1e-12)
    exponential = ControlValveLaw(16.0, 1000.0, 0.5, "equal percentage", 100.0)
    assert exponential.drop_and_slope(np.array([full / 10.0]))[0] == pytest.approx(1e5, rel=1e-12)
    drop, slope = ControlValveLaw(16.0, 1000.0).drop_and_slope(np.array([0.0]))
    assert drop == 0.0
    assert slope > 0.0


@pytest.mark.parametrize("law", [LAWS["pump"], LAWS["pump by points"]], ids=["quadratic", "points"])
def test_affinity_laws(law):
    flow = FLOWS[FLOWS > 0.0]
    scaled = law.drop_and_slope(law.speed * flow)[0]
    np.testing.assert_allclose(scaled, law.speed**2 * replace(law, speed=1.0).drop_and_slope(flow)[0], rtol=1e-12)


def test_a_pump_of_constant_power_gives_it_at_any_flow():
    flow = np.array([2.0, 20.0, 200.0])
    np.testing.assert_allclose(-ConstantPowerLaw(2e4, 1000.0).drop_and_slope(flow)[0] * flow / 1000.0, 2e4, rtol=1e-12)
    # and has an end: twice the head at which the straight line begins
    assert -ConstantPowerLaw(2e4, 1000.0).drop_and_slope(np.array([0.0]))[0] == pytest.approx(2e7)


def test_pump_points_are_met():
    full = PumpCurveLaw([0.0, 0.01, 0.02], [3e5, 2.5e5, 1e5], 990.0)
    np.testing.assert_allclose(full.drop_and_slope(np.array([0.0, 9.9, 19.8]))[0], [-3e5, -2.5e5, -1e5], rtol=1e-12)


@pytest.mark.parametrize("law", [LAWS["pump"], LAWS["pump by points"]], ids=["quadratic", "points"])
@pytest.mark.parametrize(("flow", "lift"), [(0.0, 1e5), (5.0, 2e5), (15.0, 4e5), (30.0, 1e4), (5.0, -1e7)])
def test_the_speed_for_a_lift_gives_that_lift(law, flow, lift):
    speed = float(law.speed_for(flow, lift))
    drop = float(replace(law, speed=speed).drop_and_slope(np.array([flow]))[0][0])
    if lift < -1e6:
        assert speed == 0.0  # the pump need not run: it resists less than that
    else:
        assert -drop == pytest.approx(lift, rel=1e-9)


def test_wrong_components_are_refused():
    for law, args, words in (
        (PumpLaw, (1e5, -1.0, 1e8, 990.0), "must fall with its flow"),
        (PumpLaw, (1e5, 0.0, 0.0, 990.0), "must fall with its flow"),
        (PumpLaw, (1e5, 0.0, 1e8, 990.0, -0.1), "speed of a pump must not be negative"),
        (PumpCurveLaw, ([0.0, 0.01], [1e5, 2e5], 990.0), "must fall from point to point"),
        (ConstantPowerLaw, (0.0, 990.0), "power of a pump must be above zero"),
        (PumpCurveLaw, ([0.001, 0.01], [2e5, 1e5], 990.0), "rise from zero"),
        (ControlValveLaw, (0.0, 990.0), "kv value and a density above zero"),
        (ControlValveLaw, (1.0, 990.0, 1.5), "between 0 .shut. and 1"),
        (ControlValveLaw, (1.0, 990.0, 0.5, "quick"), "must be 'linear' or 'equal percentage'"),
        (CheckValveLaw, (-1.0, 990.0), "kv value and a density above zero"),
    ):
        with pytest.raises(InputError, match=words):
            law(*args)


def street(stations=4, by_pass=False, producer=None, draws=1.0):
    """A street of supply and return pipes; node s0 and r0 at the producer, a substation of given flow at each house."""
    n = stations
    pipes = PipeLaw(100.0, 0.05, 1e-5, **WATER)
    house = np.arange(1, n + 1)
    groups = [
        BranchGroup([f"supply {i}" for i in house], house - 1, house, pipes),
        BranchGroup([f"return {i}" for i in house], n + 1 + house, n + house, pipes),
        BranchGroup([f"house {i}" for i in house], house, n + 1 + house, PrescribedFlow(draws)),
        BranchGroup(["producer"], [n + 1], [0], producer or PrescribedLift(1e5)),
    ]
    if by_pass:
        groups.append(BranchGroup(["by-pass"], [n], [2 * n + 1], QuadraticLaw(0.0, 1e11, 990.0)))
    nodes = [f"s{i}" for i in range(n + 1)] + [f"r{i}" for i in range(n + 1)]
    return HydraulicNetwork(nodes, groups)


def test_prescribed_flows_and_lifts_by_hand():
    network = street()
    state = solve_hydraulics(network, {"r0": 2e5})
    np.testing.assert_allclose(state.mass_flow_kg_per_s, [4, 3, 2, 1] * 2 + [1] * 4 + [4], rtol=1e-14)
    assert state.iterations == 0  # nothing to iterate: every flow follows from mass conservation
    way = float(np.sum(PipeLaw(100.0, 0.05, 1e-5, **WATER).drop_and_slope(np.array([4.0, 3.0, 2.0, 1.0]))[0]))
    assert state.drop("house 4") == pytest.approx(1e5 - 2.0 * way, rel=1e-12)
    assert state.pressure("s0") == pytest.approx(3e5, rel=1e-14)
    assert state.external_kg_per_s == pytest.approx(np.zeros(10), abs=1e-14)


def test_a_pump_in_a_loop_against_pandapipes():
    pp = pytest.importorskip("pandapipes")
    peer = pp.create_empty_network(add_stdtypes=False)
    peer.fluid = pp.create_constant_fluid(
        "liquid", "liquid", density=990.0, viscosity=6e-4, heat_capacity=4180.0, compressibility=1.0, molar_mass=18.0
    )
    for _ in range(5):
        pp.create_junction(peer, pn_bar=3.0, tfluid_k=300.0)
    pp.create_ext_grid(peer, 0, p_bar=3.0, t_k=300.0)
    pp.create_pump_from_parameters(
        peer, 0, 1, "P", pressure_list=[4.0, 3.5, 2.0], flowrate_list=[0.0, 20.0, 40.0], reg_polynomial_degree=2
    )
    pipes = np.array([(1, 2, 300.0, 0.08), (2, 3, 200.0, 0.05), (1, 4, 150.0, 0.065), (4, 3, 250.0, 0.05)])
    for start, end, length, diameter in pipes:
        pp.create_pipe_from_parameters(
            peer, int(start), int(end), length_km=length / 1e3, inner_diameter_mm=diameter * 1e3, k_mm=0.05
        )
    for junction, flow in ((2, 1.0), (3, 6.0)):
        pp.create_sink(peer, junction, mdot_kg_per_s=flow)
    pp.pipeflow(peer, friction_model="colebrook", tol_p=1e-8, tol_m=1e-8, max_iter_colebrook=100, iter=200)

    bend, rise, shutoff = peer.std_types["pump"]["P"].reg_par  # bar, m3/h: the parabola that pandapipes fitted
    pump = PumpLaw(shutoff * 1e5, max(-rise, 0.0) * 1e5 * 3600.0, -bend * 1e5 * 3600.0**2, 990.0)
    law = PipeLaw(pipes[:, 2], pipes[:, 3], 5e-5, **WATER)
    network = HydraulicNetwork(
        [str(i) for i in range(5)],
        [
            BranchGroup(["a", "b", "c", "d"], pipes[:, 0].astype(int), pipes[:, 1].astype(int), law),
            BranchGroup(["pump"], [0], [1], pump),
        ],
    )
    state = solve_hydraulics(network, {"0": 3e5}, np.array([0.0, 0.0, -1.0, -6.0, 0.0]))
    np.testing.assert_allclose(state.mass_flow_kg_per_s[:4], peer.res_pipe.mdot_from_kg_per_s, rtol=1e-3)
    np.testing.assert_allclose(state.pressure_pa, peer.res_junction.p_bar * 1e5, rtol=1e-3)
