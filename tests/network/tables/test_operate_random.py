"""Random streets with several producers, a control at the worst point, and houses that lack pressure."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rack2city.network import solve_steady
from tests.network.tables.test_operate import plant, street


@given(st.integers(0, 2**31))
@settings(max_examples=20, deadline=None)
def test_random_streets_with_several_producers_balance(seed):
    random = np.random.default_rng(seed)
    demand = random.uniform(0.0, 1e5, 3) * (random.random(3) < 0.8)
    needs = {"min_difference_pa": random.choice([0.0, 2e4, 8e4], 3), "max_flow_kg_per_s": random.uniform(0.1, 2.0, 3)}
    network = street(demand_w=demand, **needs)
    network.pipes["conductance_w_per_m_k"] = random.choice([0.0, 0.3])
    plant(
        network, "main", control="worst", max_difference_pa=random.choice([3e4, 3e5]), merit=float(random.integers(3))
    )
    powers = random.uniform(0.0, 1e5, 3)
    for place in range(1, int(random.integers(2, 5))):
        mode = str(random.choice(["merit", "power"]))
        given_power = {"power_w" if mode == "power" else "max_power_w": powers[place - 1]}
        warm = float(random.choice([353.0, 338.0]))
        plant(network, f"plant {place}", place, mode=mode, merit=float(place), supply_k=warm, **given_power)
    result = solve_steady(network)
    made, houses, plants = result.res_producers, result.res_substations, network.producers
    scale = max(float(demand.sum()), 1.0)
    assert made.heat_w.sum() == pytest.approx(houses.heat_w.sum() + result.res_pipes.loss_w.sum(), abs=1e-6 * scale)
    np.testing.assert_allclose(houses.heat_w + houses.unmet_w, demand, rtol=1e-8)
    most = plants.power_w.fillna(plants.max_power_w).fillna(np.inf)
    assert (made.heat_w >= -1e-6 * scale).all()
    assert (made.heat_w <= most + 1e-6 * scale).all()
    # one that runs leaves none of lower merit below its most; those of given power come before all
    rank = plants.merit.where(plants["mode"] != "power", -1.0)
    for name in plants.index[made.heat_w > 1e-6 * scale]:
        before = rank < rank[name]
        assert (made.heat_w[before] >= most[before] - 1e-6 * scale).all()
    # an open valve passes its largest flow at its needed difference, and as the root of less
    dp = houses.difference_pa.clip(lower=0.0)
    root = needs["max_flow_kg_per_s"] * np.sqrt(
        dp / np.where(needs["min_difference_pa"] > 0.0, needs["min_difference_pa"], 1.0)
    )
    limited = needs["min_difference_pa"] > 0.0
    assert (houses.mdot_kg_per_s[limited] <= root[limited] * (1.0 + 1e-6) + 1e-9).all()
