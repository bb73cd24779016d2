"""The district network's tables, their errors, and a year of the ready network."""

from pathlib import Path

import numpy as np
import pytest

from rack2city.city.demand import heat_demand
from rack2city.city.heat_network import run_network_year
from rack2city.city.layout import load_layout
from rack2city.city.weather import synthetic_weather
from rack2city.errors import InputError

BRUSSELS = Path(__file__).parents[2] / "cases" / "networks" / "brussels-40"
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
    assert list(layout.tree.node_names) == ["plant", "a", "b"]
    assert layout.trench_m == 150.0
    np.testing.assert_allclose(layout.tree.diameter_m, [0.0545, 0.0285])
    assert layout.nodes.loc["b"].tolist() == [100.0, 50.0]
    assert layout.nodes.loc["plant"].tolist() == [0.0, 0.0]
    assert layout.substation_node.tolist() == [1, 2]


@pytest.mark.parametrize(
    ("table", "old", "new", "message"),
    [
        ("pipes", ",roughness_mm", ",rough", r"pipes\.csv: column roughness_mm is missing"),
        ("pipes", "p1,plant,a,100", "p1,plant,a,-100", r"line 3, column length_m: is -100; it must be more than 0"),
        ("pipes", "0.18", "-0.18", r"line 3, column loss_w_per_m_k: is -0\.18; it must be 0 or more"),
        ("pipes", "28.5", "wide", r"line 4, column inner_diameter_mm: is 'wide'; a number is needed"),
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


def test_a_year_of_brussels():
    layout = load_layout(BRUSSELS / "pipes.csv", BRUSSELS / "substations.csv")
    assert len(layout.substations) == 40
    assert layout.trench_m == pytest.approx(10_000.0, rel=0.01)
    weather = synthetic_weather(2025, 1)
    demand = heat_demand(weather, layout.substations, 8e9 * 3600.0)
    supply = np.interp(weather.temperature_k, [265.15, 288.15], [343.15, 333.15])
    year = run_network_year(layout, demand, supply, 308.15, 283.15, 0.65, 5e4).result
    assert year.max_balance_residual < 1e-9
    assert year.delivered_w.sum() + year.unmet_w.sum() == pytest.approx(8e9, rel=1e-9)
    assert year.unmet_w.sum() < 1e-6 * year.delivered_w.sum()
    loss = (year.supply_loss_w.sum() + year.return_loss_w.sum()) / year.root_heat_w.sum()
    assert 0.10 < loss < 0.15
    gradient = year.pipe_drop_pa.max(axis=0) / layout.tree.length_m
    assert 50.0 < np.average(gradient, weights=layout.tree.length_m) < 150.0
    np.testing.assert_allclose(year.pump_electric_w * 0.65, year.pump_hydraulic_w, rtol=1e-12)


def test_a_year_names_what_is_missing(load):
    layout = load()
    demand = heat_demand(synthetic_weather(2025, 1), layout.substations, 1e12)
    with pytest.raises(InputError, match="no column for substation 's2'"):
        run_network_year(layout, demand[["s1"]], 343.15, 308.15, 283.15, 0.65, 5e4)
    with pytest.raises(InputError, match="the supply must be warmer"):
        run_network_year(layout, demand, 300.15, 308.15, 283.15, 0.65, 5e4)
    with pytest.raises(InputError, match="pump efficiency is 65"):
        run_network_year(layout, demand, 343.15, 308.15, 283.15, 65.0, 5e4)
