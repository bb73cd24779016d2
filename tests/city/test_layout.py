"""The district network's tables, their errors, and a year of the ready network."""

from pathlib import Path

import numpy as np
import pytest

from rack2city.case import load_case
from rack2city.city.demand import heat_demand
from rack2city.city.heat_network import city_network, run_network_year, water
from rack2city.city.layout import load_layout
from rack2city.city.weather import synthetic_weather
from rack2city.errors import InputError
from rack2city.network import solve_steady

CASES = Path(__file__).parents[2] / "cases"
BRUSSELS = CASES / "networks" / "brussels-40"
CITY = load_case(CASES / "rack-150kw", ["city.network_model=steady"]).case.city  # 35 degC back, 10 degC ground
PIPES = """# a note
name,start,end,length_m,inner_diameter_mm,outer_diameter_mm,nominal_diameter,loss_w_per_m_k,roughness_mm,x_m,y_m
p1,plant,a,100,54.5,59.7,DN50,0.18,0.05,100,0
p2,a,b,50,28.5,33.7,DN25,0.13,0.05,100,50
"""
SUBSTATIONS = """name,node,building,building_class,share_percent
s1,a,MFH,11,60
# another note
s2,b,GHD,0,40
"""


@pytest.fixture
def load(tmp_path):
    """Load the small network after text replacements in its tables."""

    def run(old="", new="", table="pipes"):
        texts = {"pipes": PIPES, "substations": SUBSTATIONS}
        assert old in texts[table]
        texts[table] = texts[table].replace(old, new, 1) if old else texts[table]
        for name, text in texts.items():
            (tmp_path / f"{name}.csv").write_text(text)
        return load_layout(tmp_path / "pipes.csv", tmp_path / "substations.csv")

    return run


def test_a_small_network(load):
    layout = load()
    assert list(layout.nodes.index) == ["plant", "a", "b"]
    assert layout.trench_m == 150.0
    assert layout.nodes.loc["b"].tolist() == [100.0, 50.0]
    assert layout.nodes.loc["plant"].tolist() == [0.0, 0.0]
    network = city_network(CITY, layout, water(330.0), np.array([0.5, 1.0]))
    np.testing.assert_allclose(network.pipes.inner_diameter_m, 2 * [0.0545, 0.0285])
    # the valves' reserve and the by-pass that the docstring of `run_network_year` states, of the design flows given
    np.testing.assert_allclose(network.substations.max_flow_kg_per_s, [0.75, 1.5])
    np.testing.assert_allclose(network.substations.bypass_kg_per_s, [0.005, 0.01])
    assert network.pipes.to_junction["supply p2"] == network.substations.supply_junction["s2"] == "supply b"
    assert network.pipes.from_junction["return p2"] == network.substations.return_junction["s2"] == "return b"


@pytest.mark.parametrize(
    ("table", "old", "new", "message"),
    [
        ("pipes", ",roughness_mm", ",rough", r"pipes\.csv: column roughness_mm is missing"),
        ("pipes", "p1,plant,a,100", "p1,plant,a,-100", r"line 3, column length_m: is -100; it must be more than 0"),
        ("pipes", "0.18", "-0.18", r"line 3, column loss_w_per_m_k: is -0\.18; it must be 0 or more"),
        ("pipes", "28.5", "wide", r"line 4, column inner_diameter_mm: is 'wide'; a number is needed"),
        ("pipes", "28.5", "-28.5", r"line 4, column inner_diameter_mm: is -28\.5; it must be more than 0"),
        ("pipes", "33.7", "28.5", r"line 4, column outer_diameter_mm: is 28\.5; it must be more than 28\.5"),
        ("pipes", "0.05,100,50", "-0.05,100,50", r"line 4, column roughness_mm: is -0\.05; it must be 0 or more"),
        ("pipes", "p2,a,b", "p2,a,a", r"line 4, column end: is 'a', the pipe's own start"),
        ("pipes", "p2,a,b", "p2,plant,a", r"line 4, column end: node 'a' is already fed by pipe 'p1'"),
        ("pipes", "p2,a,b", "p2,x,b", r"line 4, column start: node 'x' is not connected to 'plant'"),
        ("pipes", "p2,a,b", "p1,a,b", r"line 4, column name: pipe 'p1' stands already in line 3"),
        ("pipes", "100,0\n", "100\n", r"line 3: 10 cells, the header has 11"),
        ("substations", "s2,b", "s2,c", r"line 4, column node: node 'c' is not in .*pipes\.csv"),
        ("substations", "GHD", "HUT", r"line 4: unknown building type 'HUT'"),
        ("substations", ",40", ",41", r"column share_percent: the shares sum to 101; they must sum to 100"),
        ("substations", "60", "nan", r"line 2, column share_percent: is nan; a finite number"),
    ],
)
def test_errors_name_file_line_and_column(load, table, old, new, message):
    with pytest.raises(InputError, match=message):
        load(old, new, table)


def test_a_loop_and_missing_or_empty_files_are_named(load, tmp_path):
    with pytest.raises(InputError, match="lies on a loop"):
        load("p1,plant,a", "p1,b,a")
    with pytest.raises(InputError, match="the table is empty"):
        load(SUBSTATIONS, "name\n", "substations")
    with pytest.raises(InputError, match=r"none\.csv: cannot read the table"):
        load_layout(tmp_path / "none.csv", tmp_path / "none.csv")


def test_a_byte_order_mark_and_a_table_of_one_line_are_read(tmp_path):
    (tmp_path / "pipes.csv").write_text("\ufeff" + "\n".join(PIPES.splitlines()[1:3]), encoding="utf-8")
    (tmp_path / "substations.csv").write_text("\n".join(SUBSTATIONS.splitlines()[:2]).replace("60", "100"))
    layout = load_layout(tmp_path / "pipes.csv", tmp_path / "substations.csv")
    assert list(layout.pipes.index) == ["p1"]
    assert list(layout.substations["name"]) == ["s1"]


def test_a_year_of_brussels():
    layout = load_layout(BRUSSELS / "pipes.csv", BRUSSELS / "substations.csv")
    assert len(layout.substations) == 40
    assert layout.trench_m == pytest.approx(10_000.0, rel=0.01)
    weather = synthetic_weather(2025, 1)
    demand = heat_demand(weather, layout.substations, 8e9 * 3600.0)
    supply = np.interp(weather.temperature_k, [265.15, 288.15], [343.15, 333.15])
    year = run_network_year(CITY, layout, demand, supply)
    assert year.residual.max() < 1e-9
    assert year.delivered_w.sum() + year.unmet_w.sum() == pytest.approx(8e9, rel=1e-9)
    assert year.unmet_w.sum() < 1e-6 * year.delivered_w.sum()
    assert 0.10 < year.network_loss_w.sum() / year.network_heat_w.sum() < 0.15
    peak = demand.loc[demand.sum(axis=1).idxmax()].to_numpy()
    liquid = water(325.0)
    network = city_network(CITY, layout, liquid, peak / (liquid.heat_capacity * 35.0), peak, 343.15)
    result = solve_steady(network)
    lengths = network.pipes.length_m
    gradient = result.res_pipes.dp_pa / lengths
    assert 50.0 < np.average(gradient, weights=lengths) < 150.0
    assert 0.8 < result.res_producers.difference_pa["plant"] / year.difference_pa.max() < 1.0


@pytest.mark.parametrize("model", ["steady", "dynamic"])
def test_a_pump_of_half_the_efficiency_takes_twice_the_electricity(load, model):
    layout = load()
    demand = heat_demand(synthetic_weather(2025, 1), layout.substations, 1e12).iloc[:6]
    whole, half = (
        run_network_year(
            CITY.model_copy(update={"pump_efficiency": share, "network_model": model}), layout, demand, 343.15
        )
        for share in (1.0, 0.5)
    )
    liquid = water(
        (343.15 + 308.15) / 2.0
    )  # the flow follows from heat and temperatures, at the mean of both as designed
    flow = whole.network_heat_w / liquid.density / liquid.heat_capacity
    flow /= whole.network_supply_k - whole.network_return_k
    assert flow.min() > 0.0
    np.testing.assert_allclose(whole.network_pump_w, whole.difference_pa * flow, rtol=1e-9)
    np.testing.assert_allclose(half.network_pump_w, 2.0 * whole.network_pump_w, rtol=1e-12)
