"""Substations of the tables given by their UA: against closed forms, and graphs against radial networks."""

from typing import Any

import numpy as np
import pytest
from scipy.optimize import brentq

from rack2city.errors import InputError
from rack2city.network import WATER, Network, create_boundaries, exchanger_columns, solve_steady
from rack2city.network.consumers.exchange import Exchanger, open_valve
from rack2city.network.consumers.stations import Stations
from rack2city.network.solvers.build.compile import compile_network
from rack2city.network.solvers.graph.settle import stations_of
from rack2city.network.tables.arrays import arrays_of
from tests.network.street import street as pairs_of
from tests.network.street import tell, with_houses

START = [0, 1, 2, 1, 2, 3, 3]  # a street of three pieces, four houses at its sides and end
LENGTH = [200.0, 150.0, 100.0, 20.0, 15.0, 25.0, 30.0]
DIAMETER = [0.07, 0.054, 0.043, 0.0285, 0.0285, 0.0285, 0.0285]
HOUSES = [4, 5, 6, 7]


def street(supply_k: float = 343.15, **substations: Any) -> Network:
    """The tree as tables."""
    network = pairs_of(START, LENGTH, DIAMETER, liquid=WATER, roughness_m=4.5e-5, control="own")
    network.producers["supply_k"] = supply_k
    return with_houses(network, HOUSES, **substations)


UA: dict[str, Any] = {
    "demand_w": [20e3, 15e3, 8e3, 30e3],
    "ua_w_per_k": [2e3, 1.6e3, 900.0, 2.2e3],
    "secondary_supply_k": 328.15,
    "secondary_return_k": 308.15,
    "max_flow_kg_per_s": 0.6,
}


def stations(**substations: Any) -> Stations:
    """The substations of the street."""
    return stations_of(compile_network(arrays_of(street(**substations))))


def test_the_flow_is_that_of_the_textbook_exchanger() -> None:
    """Constant UA: the capacity flow whose effectiveness-NTU transfer meets the load, by bisection on the textbook form."""
    table = stations(**UA)
    arriving = np.array([343.15, 338.15, 350.15, 348.15])
    wanted = table.draw(arriving)[0]

    def transfer(primary: float, hot: float, ua: float, secondary: float) -> float:
        least, ratio = min(primary, secondary), min(primary, secondary) / max(primary, secondary)
        decay = np.exp(-ua / least * (1.0 - ratio))
        return float((1.0 - decay) / (1.0 - ratio * decay) * least * (hot - 308.15))

    for flow, hot, ua, load in zip(wanted, arriving, UA["ua_w_per_k"], UA["demand_w"], strict=True):
        found = brentq(lambda c: transfer(c, hot, ua, load / 20.0) - load, 1.0, 0.6 * table.heat_capacity)  # noqa: B023
        assert flow * table.heat_capacity == pytest.approx(found, rel=1e-9)
    assert table.taken(arriving, wanted) == pytest.approx(UA["demand_w"], rel=1e-12)
    assert table.taken(arriving, 1.3 * wanted) == pytest.approx(UA["demand_w"], rel=1e-12)  # the rest is by-passed
    half = [
        transfer(0.5 * flow * table.heat_capacity, hot, ua, load / 20.0)
        for flow, hot, ua, load in zip(wanted, arriving, UA["ua_w_per_k"], UA["demand_w"], strict=True)
    ]
    assert table.taken(arriving, 0.5 * wanted) == pytest.approx(half, rel=1e-9)


def test_a_supply_too_cold_opens_the_valve_and_leaves_heat_unmet() -> None:
    table = stations(**UA)
    for kelvin, share in ((300.0, 0.0), (312.15, 0.5)):
        arriving = np.full(4, kelvin)
        assert table.draw(arriving)[0] == pytest.approx(0.6)
        taken = table.taken(arriving, table.draw(arriving)[0])
        assert np.all((taken <= share * table.demand_w) & (taken >= 0.0))
    assert np.all(taken > 0.0)
    cold = solve_steady(street(supply_k=318.15, **UA))
    assert np.all(cold.res_substations.mdot_kg_per_s > 0.6 - 1e-9)
    assert np.all(cold.res_substations.unmet_w > 1e3)
    assert np.all(cold.res_substations.t_return_k > 308.15)


def columns_of(kind: str) -> dict[str, Any]:
    """Columns of substations of several kinds."""
    load = np.array(UA["demand_w"])
    more: dict[str, dict[str, Any]] = {
        "constant": {},
        "hot water": {
            "dhw_demand_w": [5e3, 0.0, 12e3, 9e3],
            "dhw_ua_w_per_k": 700.0,
            "dhw_supply_k": 328.15,
            "dhw_cold_k": 283.15,
        },
        "by-pass": {"bypass_kg_per_s": 0.25},
    }
    if kind == "films":
        return {"demand_w": load, **exchanger_columns(1.4 * load, 348.15, 313.15, 328.15, 308.15, WATER.heat_capacity)}
    return UA | more[kind]


@pytest.mark.parametrize("supply_k", [343.15, 334.15, 322.15])
@pytest.mark.parametrize("kind", ["constant", "films", "hot water", "by-pass"])
def test_graphs_agree_with_sweeps_and_with_lone_exchangers(kind: str, supply_k: float) -> None:
    columns = columns_of(kind)
    network = street(supply_k, **columns)
    sweeps = tell(solve_steady(network))
    assert sweeps.method == "radial"
    create_boundaries(
        network, "none", junction="r 0", mass_flow_kg_per_s=0.0, supply_k=300.0
    )  # nothing, but not radial
    graph = tell(solve_steady(network))
    assert "flows given at boundaries" in graph.method
    np.testing.assert_allclose(graph.flow, sweeps.flow, rtol=1e-6)
    np.testing.assert_allclose(graph.delivered_w, sweeps.delivered_w, rtol=1e-6)
    np.testing.assert_allclose(graph.unmet_w, sweeps.unmet_w, rtol=1e-6, atol=0.1)
    np.testing.assert_allclose(graph.arriving_k, sweeps.arriving_k, rtol=0, atol=1e-5)
    np.testing.assert_allclose(graph.leaving_k, sweeps.leaving_k, rtol=0, atol=1e-5)
    if supply_k < 330.0:
        assert graph.unmet_w.sum() > 1e3
    # each by itself, at the temperature that arrives there
    cp, load = WATER.heat_capacity, np.array(UA["demand_w"])
    rooms = Exchanger(UA["ua_w_per_k"], 1.0, 1.0, 0.6 * cp, 0.0)
    if kind == "films":
        rooms = Exchanger.from_design(1.4 * load, 348.15, 313.15, 328.15, 308.15)
    alone = open_valve(rooms, load, sweeps.arriving_k[0], 328.15, 308.15)
    flow, taken = alone.primary_w_per_k / cp, alone.delivered_w
    if kind == "hot water":
        water = open_valve(
            Exchanger(700.0, 1.0, 1.0, 0.6 * cp, 0.0), columns["dhw_demand_w"], sweeps.arriving_k[0], 328.15, 283.15
        )
        flow, taken = flow + water.primary_w_per_k / cp, taken + water.delivered_w
    np.testing.assert_allclose(sweeps.flow[0], np.maximum(flow, columns.get("bypass_kg_per_s", 0.0)), rtol=1e-6)
    np.testing.assert_allclose(sweeps.delivered_w[0], taken, rtol=1e-6)


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
    with pytest.raises(InputError, match=f"table substations, row '4'.*{what}"):
        solve_steady(street(**{**UA, **wrong}))


def test_the_design_point_makes_the_columns() -> None:
    columns = exchanger_columns(100e3, 353.15, 323.15, 338.15, 313.15, 4184.0)
    assert columns["ua_w_per_k"] == pytest.approx(100e3 / ((15.0 - 10.0) / np.log(1.5)))
    assert columns["design_flow_kg_per_s"] == pytest.approx(100e3 / (4184.0 * 30.0))
    assert columns["max_flow_kg_per_s"] == pytest.approx(1.2 * 100e3 / (4184.0 * 30.0))
