"""Exchangers and substations against closed forms, an independent library, and what physics forbids."""

from dataclasses import replace

import numpy as np
import pytest
from ht import effectiveness_from_NTU
from hypothesis import given, settings
from hypothesis import strategies as st

from rack2city.errors import InputError
from rack2city.network import exchanger_columns
from rack2city.network.consumers.exchange import Exchanger, open_valve
from rack2city.network.solvers.graph.short import passed
from tests.network.street import LIQUID, run, steady, street, with_houses

CP = LIQUID.heat_capacity
BOTH_WAYS = pytest.mark.parametrize("way", ["radial", "graph"])
DESIGN = {
    "load_w": 100e3,
    "primary_supply_k": 353.15,
    "primary_return_k": 318.15,
    "secondary_supply_k": 333.15,
    "secondary_return_k": 313.15,
}


def film_ua(exchanger, primary, secondary):
    """The film law, written anew."""
    n, share = exchanger.film_exponent, exchanger.primary_film_share
    resistance = share * (exchanger.primary_w_per_k / primary) ** n
    resistance = resistance + (1 - share) * (exchanger.secondary_w_per_k / secondary) ** n
    return exchanger.ua_w_per_k / resistance


@np.vectorize
def theirs(units, ratio):
    """Effectiveness seen from the secondary side, by ht, which takes the units of the smaller capacity flow."""
    least = min(1.0, 1.0 / ratio)
    return effectiveness_from_NTU(units / least, min(ratio, 1.0 / ratio), subtype="counterflow") * least


def effectiveness(units, ratio):
    """The same of a fully open valve whose supply is no warmer than the set-point."""
    exchanger = Exchanger(units, 1.0, 1.0, 1.0 / np.asarray(ratio), film_exponent=0.0)
    return open_valve(exchanger, 10.0, 310.0, 310.0, 300.0).delivered_w / 10.0


@pytest.mark.parametrize("units", [0.01, 0.5, 3.0, 20.0])
@pytest.mark.parametrize("ratio", [0.05, 0.7, 1.0, 1.0 + 1e-9, 1.6, 12.0])
def test_effectiveness_against_ht(units, ratio):
    assert float(effectiveness(units, ratio)) == pytest.approx(float(theirs(units, ratio)), rel=1e-7)


def test_effectiveness_closed_forms():
    assert float(effectiveness(3.0, 1.0)) == pytest.approx(0.75, rel=1e-15)  # N / (1 + N)
    assert float(effectiveness(2.0, 1e-14)) == pytest.approx(1 - np.exp(-2.0), rel=1e-12)
    np.testing.assert_array_equal(effectiveness(np.inf, [0.5, 1.0, 2.0]), [1.0, 1.0, 0.5])


@pytest.mark.parametrize("exponent", [0.0, 0.8])
def test_the_design_point_is_met(exponent):
    exchanger = Exchanger.from_design(**DESIGN, film_exponent=exponent)
    state = open_valve(exchanger, 100e3, 353.15, 333.15, 313.15)
    mean = (20.0 - 5.0) / np.log(20.0 / 5.0)
    assert float(exchanger.ua_w_per_k) == pytest.approx(100e3 / mean, rel=1e-14)
    assert float(state.primary_return_k) == pytest.approx(318.15, abs=1e-9)
    assert float(state.primary_w_per_k) == pytest.approx(100e3 / 35.0, rel=1e-11)
    assert float(state.secondary_supply_k) == pytest.approx(333.15, abs=1e-9)
    assert float(state.unmet_w) == 0.0


def test_a_valve_of_design_has_a_fifth_in_reserve():
    # 60 kW over 20 K are 3 kW/K; half as much again where it is asked for
    design = (60e3, 343.15, 323.15, 333.15, 313.15)
    assert float(Exchanger.from_design(*design).max_primary_w_per_k) == pytest.approx(3600.0, rel=1e-13)
    assert float(Exchanger.from_design(*design, valve_reserve=1.5).max_primary_w_per_k) == pytest.approx(
        4500.0, rel=1e-13
    )
    columns = exchanger_columns(*design, heat_capacity=4000.0)
    assert float(columns["max_flow_kg_per_s"]) == pytest.approx(0.9, rel=1e-13)


def test_equal_capacity_flows_by_hand():
    # 10 K at either end: UA = Q / 10 K, and primary = secondary = Q / 20 K
    exchanger = Exchanger.from_design(60e3, 343.15, 323.15, 333.15, 313.15)
    assert float(exchanger.ua_w_per_k) == pytest.approx(6e3, rel=1e-13)
    state = open_valve(exchanger, 60e3, 343.15, 333.15, 313.15)
    assert float(state.primary_w_per_k) == pytest.approx(3e3, rel=1e-11)


def test_an_endless_surface_returns_at_the_secondary_return():
    exchanger = replace(Exchanger.from_design(**DESIGN), ua_w_per_k=np.inf, band_k=0.0)
    supply = np.array([333.15, 335.0, 353.15, 393.15])
    state = open_valve(exchanger, 50e3, supply, 333.15, 313.15)
    np.testing.assert_allclose(state.primary_return_k, 313.15, atol=1e-10)
    np.testing.assert_allclose(state.primary_w_per_k, 50e3 / (supply - 313.15), rtol=1e-13)


def test_half_load_with_films_against_a_scalar_search():
    from scipy.optimize import brentq

    exchanger = Exchanger.from_design(**DESIGN, primary_film_share=0.4)
    load, supply = 50e3, 343.15
    secondary = load / 20.0

    def excess(primary):
        back = supply - load / primary
        ends = supply - 333.15, back - 313.15
        return film_ua(exchanger, primary, secondary) * (ends[0] - ends[1]) / np.log(ends[0] / ends[1]) - load

    primary = brentq(excess, load / (supply - 313.15) * 1.0001, 2857.0, xtol=1e-11, rtol=1e-14)
    state = open_valve(exchanger, load, supply, 333.15, 313.15)
    assert float(state.primary_w_per_k) == pytest.approx(primary, rel=1e-9)
    step = 1e-4
    warmer, colder = (
        float(open_valve(exchanger, load, supply + d, 333.15, 313.15).primary_w_per_k) for d in (step, -step)
    )
    assert float(state.primary_slope) == pytest.approx((colder - warmer) / (2 * step), rel=1e-6)


def test_a_supply_too_cold_gives_what_the_open_valve_can():
    exchanger = Exchanger.from_design(**DESIGN)
    supply = np.array([330.0, 313.15, 300.0])  # below the set-point; at and below the building's return
    state = open_valve(exchanger, 100e3, supply, 333.15, 313.15)
    largest = 1.2 * 100e3 / 35.0
    np.testing.assert_allclose(state.primary_w_per_k, largest)
    ratio = 5e3 / largest
    units = film_ua(exchanger, largest, 5e3) / 5e3
    heat = 5e3 * (330.0 - 313.15) * float(theirs(units, ratio))
    np.testing.assert_allclose(state.delivered_w, [heat, 0.0, 0.0], rtol=1e-12)
    np.testing.assert_allclose(state.unmet_w, [100e3 - heat, 100e3, 100e3], rtol=1e-12)
    np.testing.assert_allclose(state.primary_return_k[1:], supply[1:])
    assert state.secondary_supply_k[0] == pytest.approx(313.15 + heat / 5e3)


def test_the_band_opens_the_valve_in_proportion_and_still_meets_the_load():
    band = Exchanger.from_design(**DESIGN, film_exponent=0.0)
    exact = replace(band, band_k=0.0)
    supply = np.linspace(333.0, 336.0, 3001)
    wide, narrow = (open_valve(exchanger, 5e3, supply, 333.15, 313.15) for exchanger in (band, exact))
    np.testing.assert_array_equal(wide.unmet_w, narrow.unmet_w)
    assert (wide.primary_w_per_k >= narrow.primary_w_per_k * (1 - 1e-12)).all()
    largest = 1.2 * 100e3 / 35.0
    assert np.diff(narrow.primary_w_per_k).min() < -0.5 * largest  # a jump within 1 mK
    assert np.diff(wide.primary_w_per_k).min() > -1.01 * largest * 1e-3 / 0.5
    above = supply > 333.15 + 0.51
    np.testing.assert_array_equal(wide.primary_w_per_k[above], narrow.primary_w_per_k[above])


def test_no_load_no_flow():
    state = open_valve(Exchanger.from_design(**DESIGN), 0.0, [353.15, 300.0], 333.15, 313.15)
    np.testing.assert_array_equal(state.primary_w_per_k, 0.0)
    np.testing.assert_array_equal(state.delivered_w, 0.0)
    np.testing.assert_array_equal(state.primary_return_k, [353.15, 300.0])


def test_more_load_or_a_colder_supply_never_asks_for_less_flow():
    exchanger = Exchanger.from_design(**DESIGN)
    load = np.linspace(0.0, 150e3, 301)
    supply = np.linspace(300.0, 380.0, 401)[:, None]
    state = open_valve(exchanger, load, supply, 333.15, 313.15)
    slack = 1e-10 * state.primary_w_per_k.max()
    assert (np.diff(state.primary_w_per_k, axis=1) >= -slack).all()
    assert (np.diff(state.primary_w_per_k[:, 1:], axis=0) <= slack).all()
    assert (np.diff(state.delivered_w, axis=0) >= -1e-6).all()
    met = state.unmet_w == 0.0
    assert met.any()
    assert not met.all()


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=60, deadline=None)
def test_any_exchanger_balances_and_breaks_no_law(seed):
    random = np.random.default_rng(seed)
    shape = (6, 50)
    cold = random.uniform(275.0, 330.0, shape)
    warm = cold + 10.0 ** random.uniform(-3, 2, shape)
    hot = cold + random.uniform(-0.3, 1.0, shape) * 10.0 ** random.uniform(-3, 2.3, shape)
    load = 10.0 ** random.uniform(-12, 7, shape) * (random.random(shape) < 0.9)
    exchanger = Exchanger(
        10.0 ** random.uniform(-3, 7, 50),
        *(10.0 ** random.uniform(0, 5, 50) for _ in range(3)),
        film_exponent=random.choice([0.0, 0.4, 0.8, 0.95]),
        primary_film_share=random.random(),
    )
    state = open_valve(exchanger, load, hot, warm, cold)
    secondary = load / (warm - cold)
    for values in vars(state).values():
        assert np.isfinite(values).all()
    scale = np.maximum(state.primary_w_per_k, secondary) * np.maximum(np.abs(hot), cold)
    primary_heat = state.primary_w_per_k * (hot - state.primary_return_k)
    secondary_heat = secondary * (state.secondary_supply_k - cold)
    assert (np.abs(primary_heat - state.delivered_w) <= 1e-12 * scale).all()
    assert (np.abs(secondary_heat - state.delivered_w) <= 1e-12 * scale).all()
    assert (np.abs(state.delivered_w + state.unmet_w - load) <= 1e-15 * load).all()
    assert (state.unmet_w >= 0.0).all()
    assert (state.primary_slope >= 0.0).all()
    assert (state.primary_w_per_k <= exchanger.max_primary_w_per_k).all()
    # the flow found does transfer the heat (second law included: the effectiveness is below one on both sides)
    moving = (state.primary_w_per_k > 0.0) & (hot > cold)
    units = film_ua(exchanger, np.where(moving, state.primary_w_per_k, 1.0), np.where(moving, secondary, 1.0))
    units = units / np.where(moving, secondary, 1.0)
    ratio = np.where(moving, secondary, 1.0) / np.where(moving, state.primary_w_per_k, 1.0)
    able = secondary * (hot - cold) * effectiveness(units, ratio)
    np.testing.assert_allclose(np.minimum(able, load)[moving], state.delivered_w[moving], rtol=1e-9)


def test_pressure_difference_limits_the_flow():
    drops = np.array([-1.0, 0.0, 1e4, 4e4, 9e4])
    np.testing.assert_allclose(passed(drops, np.ones(5), np.full(5, 4e4)), [0.0, 0.0, 0.5, 1.0, 1.5])
    assert np.isinf(passed(drops, np.ones(5), np.zeros(5))).all()  # no difference needed: no limit
    exchanger = Exchanger.from_design(**DESIGN)
    state = open_valve(exchanger, 100e3, 353.15, 333.15, 313.15, opening=[0.0, 0.5, 1.0])
    np.testing.assert_allclose(state.primary_w_per_k[:2], [0.0, 0.6 * 100e3 / 35.0])
    assert state.delivered_w[0] == 0.0
    assert 0.0 < state.unmet_w[1] < 100e3
    assert state.unmet_w[2] == 0.0


# --- in the network


def exchangers(network, nodes, film_exponent=0.8, **columns):
    """Substations of the design above."""
    return with_houses(network, nodes, **{**exchanger_of(DESIGN, film_exponent), **columns})


def exchanger_of(design, film_exponent=0.8, **more):
    """Columns of exchangers; without the film law UA is constant."""
    columns = exchanger_columns(**design, heat_capacity=CP, **more)
    return columns if film_exponent else {**columns, "design_w": None, "design_flow_kg_per_s": None}


def hot_water(exchanger, **columns):
    """Columns of an exchanger for hot water from 10 to 60 degC, of constant UA."""
    return {"dhw_ua_w_per_k": exchanger.ua_w_per_k, "dhw_supply_k": 333.15, "dhw_cold_k": 283.15, **columns}


def duty(heating, water=None, **more):
    """Profiles of what substations are asked for (steps x substations, or x 1)."""
    given = {"demand_w": heating, "dhw_demand_w": water, **more}
    return {("substations", name): values for name, values in given.items() if values is not None}


@BOTH_WAYS
def test_a_network_of_exchangers_agrees_with_the_lone_exchanger(way):
    network = exchangers(street([0, 1, 1], [100.0, 50.0, 50.0], loss_w_per_m_k=0.0), [2, 3])
    demand = np.array([[80e3, 30e3], [0.0, 100e3]])
    result = run(network, demand, 353.15, way=way)
    alone = open_valve(Exchanger.from_design(**DESIGN), demand, 353.15, 333.15, 313.15)
    np.testing.assert_allclose(result.flow, alone.primary_w_per_k / CP, rtol=1e-9)
    flowing = demand > 0.0
    np.testing.assert_allclose(result.leaving_k[flowing], alone.primary_return_k[flowing], rtol=1e-10)
    np.testing.assert_array_equal(result.unmet_w, 0.0)
    assert result.balance.max() < 1e-12


@BOTH_WAYS
def test_endless_surfaces_are_the_given_return_temperature(way):
    def pipes():
        return street([0, 1, 1], [300.0, 200.0, 50.0])

    demand = np.random.default_rng(5).uniform(5e3, 1e5, (20, 2))
    given = with_houses(pipes(), [2, 3], max_flow_kg_per_s=5.0, min_difference_k=5.0)
    theirs = run(given, demand, 353.15, way=way)
    columns = {"ua_w_per_k": 1e14, "max_flow_kg_per_s": 5.0, "secondary_supply_k": 318.15, "secondary_return_k": 313.15}
    ours = run(with_houses(pipes(), [2, 3], **columns), demand, 353.15, way=way)
    np.testing.assert_allclose(ours.flow, theirs.flow, rtol=1e-8)
    np.testing.assert_allclose(ours.root_return_k, theirs.root_return_k, rtol=1e-10)


@BOTH_WAYS
def test_a_colder_supply_gives_a_warmer_return_and_then_unmet_heat(way):
    supply = 273.15 + np.array([90.0, 85.0, 80.0, 68.0, 55.0, 30.0])
    result = run(exchangers(street([0], 500.0), [1]), np.full((6, 1), 90e3), supply, way=way)
    assert (np.diff(result.flow[:, 0]) >= 0.0).all()
    assert (np.diff(result.leaving_k[:3, 0]) > 0.0).all()
    np.testing.assert_array_equal(result.unmet_w[:3, 0], 0.0)
    assert (np.diff(result.unmet_w[2:, 0]) > 0.0).all()
    assert result.unmet_w[5, 0] == 90e3
    assert result.balance.max() < 1e-9


@BOTH_WAYS
def test_hot_water_in_parallel(way):
    rooms = Exchanger.from_design(**DESIGN)
    water = replace(
        Exchanger.from_design(50e3, 343.15, 298.15, 333.15, 283.15),
        max_primary_w_per_k=rooms.max_primary_w_per_k,
        film_exponent=0.0,
    )

    def both(**columns):
        return exchangers(street([0], 100.0, loss_w_per_m_k=0.0), [1], **hot_water(water, **columns))

    asked = duty([[60e3], [60e3], [0.0]], [[0.0], [20e3], [20e3]])
    result = run(both(), supply_k=353.15, profiles=asked, way=way)
    flow = result.flow[:, 0]
    assert flow[1] == pytest.approx(flow[0] + flow[2], rel=1e-9)
    alone = open_valve(water, 20e3, 353.15, 333.15, 283.15)
    assert flow[2] == pytest.approx(float(alone.primary_w_per_k) / CP, rel=1e-9)
    assert result.leaving_k[2, 0] == pytest.approx(float(alone.primary_return_k), abs=1e-8)
    np.testing.assert_allclose(result.delivered_w[:, 0], [60e3, 80e3, 20e3])
    # 50 degC heat a 40 degC floor, but no water to 60 degC
    floor = duty([[20e3]], [[20e3]], secondary_supply_k=[[308.15]], secondary_return_k=[[303.15]])
    cold = run(both(), supply_k=323.15, profiles=floor, way=way)
    alone = open_valve(water, 20e3, 323.15, 333.15, 283.15)
    assert cold.unmet_w[0, 0] > 1e3
    assert cold.unmet_w[0, 0] == pytest.approx(float(alone.unmet_w), rel=1e-9)
    # an endless surface draws what returns at a given temperature
    coil = both(dhw_ua_w_per_k=1e14, dhw_cold_k=303.15)
    given_return = run(coil, supply_k=353.15, profiles=duty([[0.0]], [[30e3]]), way=way)
    assert given_return.leaving_k[0, 0] == pytest.approx(303.15, abs=1e-8)


@BOTH_WAYS
def test_the_bypass_keeps_a_least_flow_and_mixes(way):
    network = exchangers(street([0], 100.0, loss_w_per_m_k=0.0), [1], bypass_kg_per_s=0.05)
    result = run(network, np.array([[0.0], [1e3]]), 353.15, way=way)
    np.testing.assert_allclose(result.flow[:, 0], 0.05)
    np.testing.assert_allclose(result.leaving_k[:, 0], [353.15, 353.15 - 1e3 / (0.05 * CP)], rtol=1e-12)


def test_too_little_pressure_leaves_heat_unmet():
    """A plant that holds too little at its own junctions: the open valve passes the root of the share of what it needs."""
    results = []
    for difference in (6e4, 5e3):
        network = exchangers(street([0], 1e-3, loss_w_per_m_k=0.0, control="own"), [1], min_difference_pa=5e4)
        network.producers["difference_pa"] = difference
        results.append(steady(network, 1e5, 353.15))
        assert "a substation may lack pressure" in results[-1].method
    enough, little = results
    assert enough.unmet_w[0, 0] == 0.0
    assert little.flow[0, 0] == pytest.approx(1.2 * 1e5 / 35.0 / CP * np.sqrt(0.1), rel=1e-4)
    assert little.unmet_w[0, 0] > 1e4
    worst = exchangers(street([0], 100.0), [1], min_difference_pa=5e4)
    assert run(worst, [[1e5]], 353.15).difference_pa[0] > 5e4


@given(st.integers(1, 25), st.integers(0, 2**31))
@settings(max_examples=40, deadline=None)
def test_random_networks_of_exchangers_settle_and_balance(pairs, seed):
    random = np.random.default_rng(seed)
    network = street([int(random.integers(0, node)) for node in range(1, pairs + 1)], random.uniform(5, 600, pairs))
    nodes = np.unique(random.integers(0, pairs + 1, max(1, pairs // 2)))
    size = random.uniform(1e3, 2e5, nodes.size)
    water = Exchanger.from_design(size, 343.15, 298.15, 333.15, 283.15)
    shape = (8, nodes.size)
    heating = size * random.uniform(0, 1.3, shape) * (random.random(shape) < 0.8)
    tap = size * random.uniform(0, 1.3, shape) * (random.random(shape) < 0.5)
    asked = duty(
        heating,
        tap,
        secondary_supply_k=random.uniform(318.0, 333.0, (8, 1)),
        secondary_return_k=random.uniform(303.0, 313.0, nodes.size) * np.ones((8, 1)),
    )
    rooms = exchanger_of({**DESIGN, "load_w": size, "primary_return_k": 316.15})
    columns = hot_water(water, bypass_kg_per_s=random.choice([0.0, 0.01]), min_difference_pa=4e4)
    result = run(with_houses(network, nodes, **rooms, **columns), supply_k=random.uniform(305, 365, 8), profiles=asked)
    assert result.balance.max() < 1e-9
    np.testing.assert_allclose(result.delivered_w + result.unmet_w, heating + tap, rtol=1e-12)
    assert (result.unmet_w >= 0.0).all()


@pytest.mark.parametrize("exponent", [0.0, 0.8])
def test_supply_that_just_reaches_the_set_point_settles(exponent):
    """Small loads, long cold pipes: valves flutter between what the load needs and fully open."""
    network = exchangers(street([0, 1, 2, 3, 4, 1, 2, 3], 200.0), range(1, 9), exponent)
    load = np.geomspace(10.0, 1e5, 60)[:, None] * np.linspace(0.2, 1.0, 8)
    result = run(network, load, 337.15)
    assert result.balance.max() < 1e-9
    np.testing.assert_allclose(result.delivered_w + result.unmet_w, load, rtol=1e-12)
    assert result.unmet_w[0].max() == 0.0  # a wide open valve carries the small loads
    assert result.unmet_w[-1].max() > 0.0


@pytest.mark.parametrize(("pairs", "seed"), [(5, 43), (20, 50), (20, 54), (60, 1), (60, 11), (4, 63)])
def test_kinks_of_valves_do_not_hold_the_flows_up(pairs, seed):
    """Trickles in long cold pipes: valves at limits and at the edge of their band, where slopes jump by 1e4."""
    random = np.random.default_rng(seed)
    deep = random.choice([1, 5, 1000])
    parents = [int(random.integers(max(0, node - deep), node)) for node in range(1, pairs + 1)]
    network = street(parents, 10 ** random.uniform(0, 3.0, pairs), loss_w_per_m_k=random.choice([0.05, 0.3, 1.0]))
    nodes = np.unique(random.integers(1, pairs + 1, max(1, pairs // 2)))
    size = 10 ** random.uniform(3, 5.3, nodes.size)
    supply, exponent = random.choice([338.15, 353.15]), random.choice([0.0, 0.8])
    reserve = random.choice([1.0001, 1.2, 3.0])
    design = {**DESIGN, "load_w": size, "primary_supply_k": supply, "primary_return_k": 316.15}
    rooms = exchanger_of(design, exponent, valve_reserve=reserve)
    load = size * 10 ** random.uniform(-4, 0.1, (16, 1)) * random.uniform(0.3, 1.0, (16, nodes.size))
    asked = duty(
        load * (random.random(load.shape) < 0.8),
        secondary_supply_k=random.uniform(318.0, 333.0, (16, 1)),
        secondary_return_k=random.uniform(303.0, 313.0, nodes.size) * np.ones((16, 1)),
    )
    bypass = np.minimum(random.choice([0.0, 0.01]), rooms["max_flow_kg_per_s"])
    network = with_houses(network, nodes, **rooms, bypass_kg_per_s=bypass)
    result = run(network, supply_k=random.uniform(318, 365, 16), profiles=asked)
    assert result.passes.max() <= 200
    assert result.balance.max() < 1e-9


def test_errors_say_what_is_wrong():
    with pytest.raises(InputError, match="warmer at both ends"):
        Exchanger.from_design(**{**DESIGN, "primary_return_k": 313.15})
    with pytest.raises(InputError, match="ua_w_per_k of an exchanger must be above zero"):
        Exchanger(0.0, 1.0, 1.0, 1.0)
    with pytest.raises(InputError, match="max_primary_w_per_k of an exchanger must be above zero and finite"):
        Exchanger(1.0, 1.0, 1.0, np.inf)
    with pytest.raises(InputError, match="film exponent of an exchanger is 1"):
        Exchanger(1.0, 1.0, 1.0, 1.0, film_exponent=1.0)
    with pytest.raises(InputError, match="must be above its secondary return"):
        open_valve(Exchanger.from_design(**DESIGN), 1.0, 353.15, 313.15, 313.15)
    with pytest.raises(InputError, match="negative"):
        open_valve(Exchanger.from_design(**DESIGN), -1.0, 353.15, 333.15, 313.15)
    with pytest.raises(InputError, match="row '1', column dhw_ua_w_per_k: an exchanger given by ua_w_per_k needs it"):
        run(exchangers(street([0], 1.0), [1]), profiles=duty([[1.0]], [[1.0]]))
