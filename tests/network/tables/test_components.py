"""Components: what the list promises, and a new one that is added to it."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from rack2city.errors import InputError
from rack2city.network import (
    COMPONENTS,
    Component,
    CurveLaw,
    Network,
    QuadraticLaw,
    create,
    create_boundaries,
    create_curve,
    create_heat_exchangers,
    create_junctions,
    create_pipes,
    create_pumps,
    describe,
    load_geojson,
    load_network,
    load_series,
    save_geojson,
    save_network,
    save_series,
    simulate,
    solve_steady,
)
from rack2city.network import tables as rooms
from rack2city.network.components import branches
from rack2city.network.components.columns import IN_SERVICE, REQUIRED, THROUGH, ends, number
from rack2city.network.solvers.steps import record, tell
from rack2city.network.tables import create as constructors
from rack2city.network.tables.arrays import arrays_of
from tests.network.tables.nets import everything


def strainer_law(arrays, label, rows, static_pa):
    return QuadraticLaw(0.0, arrays["strainers"]["fouling_pa_s2_per_m6"][rows], arrays.liquid.density)


def strainer_faults(columns):
    yield columns["fouling_pa_s2_per_m6"] > 1e12, "fouling_pa_s2_per_m6", "it is clogged; clean it"


STRAINERS = Component(
    "strainers",
    "strainer",
    "strainers that foul",
    (*ends(), number("fouling_pa_s2_per_m6", "Pa s2/m6", "drop over flow squared", REQUIRED, varies=True), IN_SERVICE),
    faults=strainer_faults,
    law=strainer_law,
    results=THROUGH,
)


@pytest.fixture
def strained(monkeypatch) -> Network:
    """A pipe and a strainer in a row, with the strainer's component in the list."""
    monkeypatch.setitem(COMPONENTS, "strainers", STRAINERS)
    network = Network("strained")
    create_junctions(network, ["a", "b", "c"], x_m=[0.0, 1.0, 2.0], y_m=0.0)
    create_pipes(network, "p", from_junction="a", to_junction="b", length_m=10.0, inner_diameter_m=0.05)
    create(network, "strainers", from_junction="b", to_junction="c", fouling_pa_s2_per_m6=4e9)
    create_boundaries(network, "in", junction="a", pressure_pa=5e5, supply_k=330.0)
    create_boundaries(network, "out", junction="c", mass_flow_kg_per_s=-2.0)
    return network


def test_a_new_component_is_a_table_with_checks_and_files(strained, tmp_path):
    assert strained.table("strainers").index.tolist() == ["strainer 1"]
    with pytest.raises(InputError, match=r"table strainers, row 's', column fouling_pa_s2_per_m6: it is clogged"):
        create(strained, "strainers", "s", from_junction="b", to_junction="c", fouling_pa_s2_per_m6=2e12)
    with pytest.raises(InputError, match="column to_junction: there is no junction 'z'"):
        create(strained, "strainers", "s", from_junction="b", to_junction="z", fouling_pa_s2_per_m6=1.0)
    assert "| `dp_pa` | Pa |" in describe("strainers")
    saved = save_network(strained, tmp_path / "n.zip")
    for again in (load_network(saved), load_geojson(save_geojson(strained, tmp_path / "n.geojson"))):
        pd.testing.assert_frame_equal(again.table("strainers"), strained.table("strainers"), check_exact=True)


def test_a_new_component_is_solved(strained, tmp_path):
    law = COMPONENTS["strainers"].law(arrays := arrays_of(strained), "", np.array([0]), np.zeros(1))
    drop = law.drop_and_slope(np.array([2.0]))[0][0]
    assert drop == pytest.approx(4e9 * (2.0 / arrays.liquid.density) ** 2)
    result = solve_steady(strained)
    row = result.tables["strainers"].loc["strainer 1"]
    assert (row.mdot_kg_per_s, row.dp_pa) == pytest.approx((2.0, drop), rel=1e-9)
    assert (row.t_from_k, row.t_to_k) == pytest.approx((330.0, 330.0))
    fouls = pd.Series([4e9, 8e9], name="fouling")
    series = simulate(strained, {("strainers", "fouling_pa_s2_per_m6"): fouls})
    assert series.tables["strainers"]["dp_pa"]["strainer 1"].tolist() == pytest.approx([drop, 2.0 * drop], rel=1e-9)
    again = load_series(save_series(series, tmp_path / "s.zip"))
    pd.testing.assert_frame_equal(again.tables["strainers"], series.tables["strainers"])
    clogs = pd.Series([4e9, 2e12])
    with pytest.raises(InputError, match=r"step 1 \(1\): table strainers, row 'strainer 1', .*: it is clogged"):
        simulate(strained, {("strainers", "fouling_pa_s2_per_m6"): clogs})


def test_a_table_that_this_program_does_not_know_is_refused(strained, tmp_path, monkeypatch):
    path = save_network(strained, tmp_path / "n.zip")
    monkeypatch.delitem(COMPONENTS, "strainers")
    with pytest.raises(InputError, match=r"n\.zip: it has a table strainers, which this program does not know"):
        load_network(path)


def test_the_list_is_in_order_and_complete():
    before: set[str] = set()
    for name, component in COMPONENTS.items():
        named = {column.kind for column in component.columns if column.refers}
        assert named <= {*before, component.singular}, name
        before.add(component.singular)
        assert isinstance(vars(Network)[name], rooms.network.Table)
        assert name == "curves" or hasattr(constructors, f"create_{name}")
        assert len(component.ends) == 2 or component.law is None
    assert list(branches()) == ["pipes", "valves", "heat_exchangers", "pumps", "substations", "producers"]
    room = Path(rooms.__file__).parents[1] / "components"
    assert {path.stem for path in room.glob("*.py")} == {"__init__", "columns", "component", *COMPONENTS}


def test_results_are_those_that_components_list(monkeypatch):
    def told(view, table):
        columns = tell.told(view, table)
        assert list(columns) == [quantity.name for quantity in COMPONENTS[table].results], table
        asked.add(table)
        return columns

    asked: set[str] = set()
    monkeypatch.setattr(record, "told", told)
    network = everything()
    result = simulate(network, {}, steps=1)
    assert asked == set(result.tables) == set(COMPONENTS) - {"curves"}
    steady = solve_steady(network).tables
    assert set(steady) == asked - {"storages"}
    for name, frame in steady.items():
        assert list(frame) == [quantity.name for quantity in COMPONENTS[name].results if not quantity.in_time], name


def test_constructors_tell_what_they_add():
    assert create_pipes.__name__ == "create_pipes"
    assert "inner_diameter_m: inner diameter." in (create_pipes.__doc__ or "")


def plates(**laws) -> Network:
    """Water pressed through two heat exchangers side by side that name the law, or curve, 'plate'."""
    network = Network(laws=laws)
    create_junctions(network, ["a", "b"])
    if not laws:
        create_curve(network, "plate", [0.0, 1e-3], [0.0, 1e4])
    create_heat_exchangers(network, ["x", "y"], from_junction="a", to_junction="b", curve="plate", heat_w=[1e3, 2e3])
    create_boundaries(network, "in", junction="a", pressure_pa=3e5, supply_k=300.0)
    create_boundaries(network, "out", junction="b", pressure_pa=3e5 - 5e3)
    return network


def test_an_own_law_serves_all_rows_that_name_it(tmp_path):
    law = CurveLaw(lambda q: 1e7 * q, lambda q: np.full_like(q, 1e7), 983.2)
    network = plates(plate=law)
    flow = solve_steady(network).res_heat_exchangers.mdot_kg_per_s
    assert flow.tolist() == pytest.approx([5e-4 * 983.2] * 2, rel=1e-9)
    assert solve_steady(plates()).res_heat_exchangers.mdot_kg_per_s.tolist() == pytest.approx(flow.tolist(), rel=1e-9)
    for save in (save_network, save_geojson):
        with pytest.raises(InputError, match=r"network\.laws: 'plate' is an object, which no file holds"):
            save(network, tmp_path / "n")
    assert not list(tmp_path.iterdir())
    with pytest.raises(InputError, match="table pumps, row 'u', column curve: there is no curve 'plate'"):
        create_pumps(network, "u", from_junction="a", to_junction="b", curve="plate")
    with pytest.raises(InputError, match="column curve: there is no curve 'sheet'"):
        create_heat_exchangers(network, "z", from_junction="a", to_junction="b", curve="sheet")
    create_curve(network, "plate", [0.0, 1.0], [0.0, 1.0])
    with pytest.raises(InputError, match=r"network\.laws: 'plate' is also the name of a curve"):
        solve_steady(network)
