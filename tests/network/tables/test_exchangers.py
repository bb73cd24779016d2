"""Substations of the tables given by their UA: against closed forms, and against the radial solver on the same tree."""

from typing import Any

import numpy as np
import pytest
from rack2city.network.offtake import Duty
from rack2city.network.radial import solve_radial
from rack2city.network.solvers.draws import Draws
from rack2city.network.solvers.exchangers import exchanger_columns
from rack2city.network.substation import ExchangerSubstations, HotWater
from rack2city.network.tree import RadialTree
from scipy.optimize import brentq

from rack2city.errors import InputError
from rack2city.network import (
    Network,
    create_junctions,
    create_pipes,
    create_producers,
    create_substations,
    solve_steady,
)
from rack2city.network.consumers.exchange import Exchanger
from rack2city.network.hydraulics.liquid import Liquid
from rack2city.network.solvers.compile import to_hydraulics

GROUND = 283.15
START, END = [0, 1, 2, 1, 2, 3, 3], [1, 2, 3, 4, 5, 6, 7]  # a street of three pieces, four houses at its sides and end
LENGTH = [200.0, 150.0, 100.0, 20.0, 15.0, 25.0, 30.0]
DIAMETER = [0.07, 0.054, 0.043, 0.0285, 0.0285, 0.0285, 0.0285]
HOUSES = [4, 5, 6, 7]


def street(supply_k: float = 343.15, **substations: Any) -> Network:
    """The tree as tables."""
    network = Network("street")
    nodes = range(8)
    create_junctions(network, [f"{side}{node}" for side in "sr" for node in nodes])
    size: dict[str, Any] = {
        "length_m": LENGTH,
        "inner_diameter_m": DIAMETER,
        "conductance_w_per_m_k": 0.3,
        "ambient_k": GROUND,
    }
    near, far = [str(node) for node in START], [str(node) for node in END]
    create_pipes(network, from_junction=[f"s{node}" for node in near], to_junction=[f"s{node}" for node in far], **size)
    create_pipes(network, from_junction=[f"r{node}" for node in far], to_junction=[f"r{node}" for node in near], **size)
    create_producers(
        network,
        "plant",
        return_junction="r0",
        supply_junction="s0",
        mode="pressure",
        difference_pa=3e5,
        return_pressure_pa=2e5,
        supply_k=supply_k,
    )
    at = {"supply_junction": [f"s{node}" for node in HOUSES], "return_junction": [f"r{node}" for node in HOUSES]}
    create_substations(network, [f"house {node}" for node in HOUSES], **at, **substations)
    return network


def tree() -> RadialTree:
    """The same for the radial solver."""
    loss = np.full(7, 0.3)
    names = [[str(i) for i in range(count)] for count in (8, 7)]
    sizes = np.array(LENGTH), np.array(DIAMETER), np.full(7, 4.5e-5)
    return RadialTree(names[0], names[1], np.array(START), np.array(END), *sizes, loss, loss)


UA: dict[str, Any] = {
    "demand_w": [20e3, 15e3, 8e3, 30e3],
    "ua_w_per_k": [2e3, 1.6e3, 900.0, 2.2e3],
    "secondary_supply_k": 328.15,
    "secondary_return_k": 308.15,
    "max_flow_kg_per_s": 0.6,
}


def draws(**substations: Any) -> Draws:
    network = street(**substations)
    return Draws.of(network, to_hydraulics(network))


def test_the_flow_is_that_of_the_textbook_exchanger() -> None:
    """Constant UA: the capacity flow whose effectiveness-NTU transfer meets the load, by bisection on the textbook form."""
    table = draws(**UA)
    arriving = np.array([343.15, 338.15, 350.15, 348.15])
    wanted = table.wanted(arriving)

    def transfer(primary: float, hot: float, ua: float, secondary: float) -> float:
        least, ratio = min(primary, secondary), min(primary, secondary) / max(primary, secondary)
        decay = np.exp(-ua / least * (1.0 - ratio))
        return float((1.0 - decay) / (1.0 - ratio * decay) * least * (hot - 308.15))

    for flow, hot, ua, load in zip(wanted, arriving, UA["ua_w_per_k"], UA["demand_w"], strict=True):
        found = brentq(lambda c: transfer(c, hot, ua, load / 20.0) - load, 1.0, 0.6 * table.capacity)  # noqa: B023
        assert flow * table.capacity == pytest.approx(found, rel=1e-9)
    assert table.taken(arriving, wanted) == pytest.approx(UA["demand_w"], rel=1e-12)
    assert table.taken(arriving, 1.3 * wanted) == pytest.approx(UA["demand_w"], rel=1e-12)  # the rest is by-passed
    half = [
        transfer(0.5 * flow * table.capacity, hot, ua, load / 20.0)
        for flow, hot, ua, load in zip(wanted, arriving, UA["ua_w_per_k"], UA["demand_w"], strict=True)
    ]
    assert table.taken(arriving, 0.5 * wanted) == pytest.approx(half, rel=1e-9)


def test_a_supply_too_cold_opens_the_valve_and_leaves_heat_unmet() -> None:
    table = draws(**UA)
    for kelvin, share in ((300.0, 0.0), (312.15, 0.5)):
        arriving = np.full(4, kelvin)
        assert table.wanted(arriving) == pytest.approx(0.6)
        taken = table.taken(arriving, table.wanted(arriving))
        assert np.all((taken <= share * table.demand) & (taken >= 0.0))
    assert np.all(taken > 0.0)
    cold = solve_steady(street(supply_k=318.15, **UA))
    assert np.all(cold.res_substations.mdot_kg_per_s > 0.6 - 1e-9)
    assert np.all(cold.res_substations.unmet_w > 1e3)
    assert np.all(cold.res_substations.t_return_k > 308.15)


@pytest.mark.parametrize("supply_k", [343.15, 334.15, 322.15])
@pytest.mark.parametrize("kind", ["constant", "films", "hot water", "by-pass"])
def test_tables_agree_with_the_radial_solver(kind: str, supply_k: float) -> None:
    columns: dict[str, Any] = dict(UA)
    heat_capacity = Network("x").liquid.heat_capacity
    load = np.array(UA["demand_w"])
    exchanger = Exchanger(UA["ua_w_per_k"], 1.0, 1.0, 0.6 * heat_capacity, 0.0)
    water, hot_water_w, bypass = None, None, 0.0
    if kind == "films":
        design = (1.4 * load, 348.15, 313.15, 328.15, 308.15)
        exchanger = Exchanger.from_design(*design)
        columns = {"demand_w": load, **exchanger_columns(*design, heat_capacity)}
    if kind == "hot water":
        water = HotWater(Exchanger(700.0, 1.0, 1.0, 0.6 * heat_capacity, 0.0), 328.15, 283.15)
        hot_water_w = np.array([[5e3, 0.0, 12e3, 9e3]])
        columns |= {"dhw_demand_w": hot_water_w[0], "dhw_ua_w_per_k": 700.0, "dhw_supply_k": 328.15}
    if kind == "by-pass":
        bypass = 0.25
        columns |= {"bypass_kg_per_s": bypass}
    network = street(supply_k, **columns)
    liquid = Liquid(network.liquid.density, heat_capacity, network.liquid.viscosity)
    stations = ExchangerSubstations(np.array(HOUSES), exchanger, 328.15, 308.15, water, bypass)
    ours = solve_steady(network)
    theirs = solve_radial(tree(), stations, liquid, Duty(load[None], hot_water_w), supply_k, GROUND)
    found = ours.res_substations
    assert found.mdot_kg_per_s.to_numpy() == pytest.approx(theirs.substation_flow_kg_per_s[0], rel=1e-6)
    assert found.heat_w.to_numpy() == pytest.approx(theirs.delivered_w[0], rel=1e-6)
    assert found.unmet_w.to_numpy() == pytest.approx(theirs.unmet_w[0], rel=1e-6, abs=0.1)
    assert found.t_supply_k.to_numpy() == pytest.approx(theirs.arriving_k[0], abs=1e-5)
    assert found.t_return_k.to_numpy() == pytest.approx(theirs.leaving_k[0], abs=1e-5)
    if supply_k < 330.0:
        assert found.unmet_w.sum() > 1e3


@pytest.mark.parametrize(
    ("wrong", "what"),
    [
        ({"secondary_supply_k": None}, "column secondary_supply_k: an exchanger given by ua_w_per_k needs it"),
        ({"secondary_return_k": 330.0}, "column secondary_return_k: it must be below secondary_supply_k"),
        ({"max_flow_kg_per_s": None}, "column max_flow_kg_per_s: an exchanger given by ua_w_per_k needs it"),
        ({"design_w": 1e4}, "column design_flow_kg_per_s: it goes together with design_w"),
        ({"dhw_demand_w": 1e3}, "column dhw_ua_w_per_k: an exchanger given by ua_w_per_k needs it"),
        ({"return_set_k": 313.15}, "give either return_set_k or mass_flow_kg_per_s or ua_w_per_k"),
    ],
)
def test_what_an_exchanger_lacks_is_named(wrong: dict[str, Any], what: str) -> None:
    with pytest.raises(InputError, match=f"table substations, row 'house 4', .*{what}"):
        solve_steady(street(**{**UA, **wrong}))


def test_the_design_point_makes_the_columns() -> None:
    columns = exchanger_columns(100e3, 353.15, 323.15, 338.15, 313.15, 4184.0)
    assert columns["ua_w_per_k"] == pytest.approx(100e3 / ((15.0 - 10.0) / np.log(1.5)))
    assert columns["design_flow_kg_per_s"] == pytest.approx(100e3 / (4184.0 * 30.0))
    assert columns["max_flow_kg_per_s"] == pytest.approx(1.2 * 100e3 / (4184.0 * 30.0))
