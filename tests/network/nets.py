"""Hydraulic networks of the robustness tests, and what every solution of one must fulfil."""

import numpy as np

from rack2city.network import BranchGroup, HydraulicNetwork, PipeLaw
from rack2city.network.hydraulics.laws import PrescribedFlow, PrescribedLift
from rack2city.network.hydraulics.pumps import PumpLaw
from rack2city.network.hydraulics.valves import CheckValveLaw, ControlValveLaw

WATER = {"density": 990.0, "viscosity": 6e-4}


def pipes(names, start, end, length=10.0, diameter=0.05):
    return BranchGroup(names, start, end, PipeLaw(length, diameter, 1e-5, **WATER))


def residuals(state, injection=None):
    """Counted from the result alone: mass at the worst free node over the largest flow, and pressure over the largest.

    Pressure is the drop told of a branch against its ends, and its law at its flow against its ends.
    """
    network, flow = state.network, state.mass_flow_kg_per_s
    inflow = np.zeros(len(network.node_names)) if injection is None else injection
    free = np.ones(inflow.size, dtype=bool)
    free[state.layout.fixed] = False
    node_sum = -inflow
    np.add.at(node_sum, network.start, flow)
    np.add.at(node_sum, network.end, -flow)
    mass = np.abs(node_sum[free]).max(initial=0.0) / max(float(np.abs(flow).max()), 1e-12)
    difference, known, scale = _pressures(state)
    told = np.abs(state.drop_pa - difference)[known].max(initial=0.0) / scale
    has_law = known & ~(network.flow_held | network.shut | network.one_way)
    law = np.abs(network.drop_and_slope(flow)[0] - difference)[has_law].max(initial=0.0) / scale
    return float(mass), float(max(told, law))


def _pressures(state):
    """Difference of the ends of each branch, where it is known, and the largest pressure."""
    network = state.network
    difference = state.pressure_pa[network.start] - state.pressure_pa[network.end]
    known = np.isfinite(difference)
    largest = float(np.nanmax(np.abs(state.pressure_pa)))
    return difference, known, max(1.0, float(np.abs(state.drop_pa[known]).max(initial=0.0)), largest)


def balanced(state, injection=None, tolerance=1e-9):
    """Mass at every free node and the law of every branch; check valves let nothing back, and are shut for a reason."""
    mass, law = residuals(state, injection)
    assert mass <= tolerance
    assert law <= tolerance
    flow, (difference, known, scale) = state.mass_flow_kg_per_s, _pressures(state)
    check = known & state.network.one_way
    assert np.all(flow[check] >= 0.0)
    assert np.all(difference[check & (flow <= 0.0)] <= tolerance * scale)
    return True


def looped_network(seed):
    """A random tree of pipes of all sizes with extra pipes, valves, check valves, pumps, held flows and lifts."""
    random = np.random.default_rng(seed)
    nodes, extra = int(random.integers(2, 41)), int(random.integers(0, 41))
    trunk = np.arange(1, nodes)
    start = np.concatenate([[random.integers(0, node) for node in trunk], random.integers(0, nodes, extra)]).astype(int)
    end = np.concatenate([trunk, (start[nodes - 1 :] + random.integers(1, nodes, extra)) % nodes]).astype(int)
    flip = random.random(start.size) < 0.5
    start, end = np.where(flip, end, start), np.where(flip, start, end)
    length, diameter = 10.0 ** random.uniform(-1.0, 3.7, start.size), 10.0 ** random.uniform(-1.8, -0.1, start.size)
    groups = [BranchGroup([f"p{i}" for i in range(start.size)], start, end, PipeLaw(length, diameter, 1e-5, **WATER))]

    def add(name, law):
        count = int(random.integers(0, 5))
        if count:
            a = random.integers(0, nodes, count)
            b = (a + random.integers(1, nodes, count)) % nodes
            groups.append(BranchGroup([f"{name} {i}" for i in range(count)], a, b, law(count)))

    def spread(low, high, count):
        return 10.0 ** random.uniform(low, high, count)

    add("valve", lambda n: ControlValveLaw(spread(-1, 3, n), 990.0, random.integers(0, 3, n) / 2))
    add("check", lambda n: CheckValveLaw(spread(-1, 3, n), 990.0))
    add("pump", lambda n: PumpLaw(spread(3, 6, n), 0.0, spread(6, 10, n), 990.0))
    add("house", lambda n: PrescribedFlow(random.uniform(-2.0, 5.0, n)))
    if random.random() < 0.2 and nodes > 2:
        groups.append(BranchGroup(["producer"], [0], [nodes - 1], PrescribedLift(random.uniform(0.0, 3e5))))
    draws = random.random(nodes) < random.choice([0.0, 0.3, 1.0])
    injection = np.where(draws, -spread(-5, 2, nodes), 0.0)
    injection[0] = 0.0
    return HydraulicNetwork([str(n) for n in range(nodes)], groups), injection
