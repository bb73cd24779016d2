"""Constructors: names, broadcasting, and messages that say where the fault is."""

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from rack2city.errors import InputError
from rack2city.network import (
    COMPONENTS,
    Liquid,
    Network,
    check_network,
    create,
    create_boundaries,
    create_curve,
    create_heat_exchangers,
    create_junctions,
    create_pipes,
    create_producers,
    create_substations,
    describe,
    load_network,
    load_series,
)
from tests.network.tables.nets import district, everything

SIZE = {"length_m": 10.0, "inner_diameter_m": 0.05}


@pytest.fixture
def three():
    network = Network()
    create_junctions(network, ["a", "b", "c"])
    return network


def test_a_table_that_is_none_is_refused(three):
    with pytest.raises(InputError, match="there is no table 'pipe'; there are: junctions, curves, pipes"):
        create(three, "pipe", "p")


@pytest.mark.parametrize(
    "wrong", [{"density": -1.0}, {"heat_capacity": float("nan")}, {"viscosity": 0.0}, {"density": None}]
)
def test_a_liquid_that_cannot_be_is_refused(wrong):
    water = {"density": 983.0, "heat_capacity": 4185.0, "viscosity": 4.66e-4}
    with pytest.raises(InputError, match=r"of the liquid is .*; it must be a finite number above 0"):
        Liquid(**water | wrong)


def test_names_are_made_up_and_go_on(three):
    assert create_pipes(three, 2, from_junction="a", to_junction=["b", "c"], **SIZE) == ["pipe 1", "pipe 2"]
    assert create_pipes(three, "pipe 4", from_junction="a", to_junction="b", **SIZE) == ["pipe 4"]
    assert create_pipes(three, from_junction=["a", "b"], to_junction="c", **SIZE) == ["pipe 5", "pipe 6"]
    assert create_junctions(three) == ["junction 4"]
    assert list(three.pipes.index) == ["pipe 1", "pipe 2", "pipe 4", "pipe 5", "pipe 6"]


def test_one_value_stands_for_all_and_arrays_for_each(three):
    lengths = np.array([10.0, 20.0])
    create_pipes(
        three, 2, from_junction="a", to_junction=pd.Series(["b", "c"]), length_m=lengths, inner_diameter_m=0.05
    )
    assert three.pipes.length_m.tolist() == [10.0, 20.0]
    assert three.pipes.inner_diameter_m.tolist() == [0.05, 0.05]
    assert three.pipes.in_service.all()
    assert three.pipes.outer_diameter_m.isna().all()
    assert three.pipes.in_service.dtype.kind == "b"


def test_both_of_a_pair_may_come_together(three):
    create_pipes(three, ["s", "r"], from_junction=["a", "c"], to_junction=["b", "a"], pair=["r", "s"], **SIZE)
    assert three.pipes.pair.tolist() == ["r", "s"]


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"to_junction": "x"}, "table pipes, row 'p', column to_junction: there is no junction 'x'"),
        ({"to_junction": "a"}, "row 'p', column to_junction: both ends are junction 'a'"),
        ({"length_m": -3.0}, "row 'p', column length_m: -3 is out of bounds; it must be above 0"),
        ({"length_m": float("nan")}, "row 'p', column length_m: the value is nan; a finite number is needed"),
        ({"length_m": "long"}, "row 'p', column length_m: 'long' is not a number"),
        ({"outer_diameter_m": 0.04}, "column outer_diameter_m: it is less than the inner diameter"),
        ({"in_service": "yes"}, "column in_service: 'yes' is not True or False"),
        ({"pair": "q"}, "column pair: there is no pipe 'q'"),
        ({"diameter": 1.0}, "table pipes has no column 'diameter'; it has from_junction, to_junction, length_m"),
        ({"length_m": [1.0, 2.0]}, "table pipes: one name, 'p', for 2 rows"),
        ({"length_m": [1.0, 2.0], "minor_loss": [1.0] * 3}, "length_m has 2 values, minor_loss has 3"),
        ({"minor_loss": np.inf}, "column minor_loss: the value is inf"),
    ],
)
def test_faults_are_told_by_table_row_and_column(three, columns, message):
    with pytest.raises(InputError) as error:
        create_pipes(three, "p", **({"from_junction": "a", "to_junction": "b"} | SIZE | columns))
    assert message in str(error.value)
    assert three.pipes.empty  # nothing is half done


def test_missing_column_and_double_names(three):
    with pytest.raises(InputError, match="table pipes: the column 'length_m' is missing"):
        create_pipes(three, "p", from_junction="a", to_junction="b", inner_diameter_m=0.05)
    create_pipes(three, "p", from_junction="a", to_junction="b", **SIZE)
    for names in ("p", ["q", "q"]):
        with pytest.raises(InputError, match="stands twice; names are unique"):
            create_pipes(three, names, from_junction="a", to_junction="b", **SIZE)
    with pytest.raises(InputError, match="is not a name"):
        create_pipes(three, [""], from_junction="a", to_junction="b", **SIZE)


def test_what_must_fit_together(three):
    ends = {"return_junction": "a", "supply_junction": "b", "supply_k": 350.0}
    with pytest.raises(InputError, match="column difference_pa: mode 'pressure' needs it"):
        create_producers(three, "plant", mode="pressure", **ends)
    with pytest.raises(InputError, match="'free' is not allowed; it must be one of 'pressure', 'flow', 'power'"):
        create_producers(three, "plant", mode="free", **ends)
    with pytest.raises(InputError, match="give either a pressure or a mass flow"):
        create_boundaries(three, junction="a")
    with pytest.raises(InputError, match="exceeds the largest flow"):
        create_substations(three, supply_junction="a", return_junction="b", bypass_kg_per_s=2.0, max_flow_kg_per_s=1.0)
    with pytest.raises(InputError, match="there is no curve 'k'"):
        create_heat_exchangers(three, from_junction="a", to_junction="b", curve="k")
    with pytest.raises(
        InputError, match="row 'k', column x_m3_per_s: a curve needs two points or more, of rising flow"
    ):
        create_curve(three, "k", [1.0, 1.0], [0.0, 1.0])


def test_tables_changed_by_hand_are_checked():
    network = district()
    check_network(network)
    network.pipes.loc["b", "roughness_m"] = -1.0
    with pytest.raises(InputError, match="table pipes, row 'b', column roughness_m: -1 is out of bounds"):
        check_network(network)
    network = district()
    network.pipes = network.pipes.drop(columns="length_m")
    with pytest.raises(InputError, match="table pipes: the column 'length_m' is missing"):
        check_network(network)
    network = district()
    network.junctions = network.junctions.drop("s1")
    with pytest.raises(InputError, match="there is no junction 's1'"):
        check_network(network)


def test_the_page_of_the_docs_shows_the_schema():
    page = Path(__file__).resolve().parents[3] / "docs" / "network-tables.md"
    text = page.read_text(encoding="utf-8")
    for name in COMPONENTS:
        assert describe(name) in text, f"docs/network-tables.md: bring the columns of {name} up to date"


def test_every_table_has_a_constructor_and_a_description():
    network = everything()
    for name, schema in COMPONENTS.items():
        assert len(network.table(name)), name
        text = describe(name)
        assert all(f"`{column.name}`" in text for column in schema.columns)
    assert "8 junctions, 2 curves, 6 pipes" in repr(network)
    with pytest.raises(InputError, match="there is no table 'gaskets'"):
        create(network, "gaskets")


def test_the_examples_of_the_docs_run_as_they_stand(tmp_path, monkeypatch):
    """The code blocks of the page one after the other, and what their comments say of the results."""
    page = Path(__file__).resolve().parents[3] / "docs" / "network-tables.md"
    blocks = re.findall(r"```python\n(.*?)```", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert len(blocks) == 2
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    exec(blocks[0], names)
    steady = names["result"]
    assert steady.res_substations.unmet_w["substation 1"] == 0.0
    assert load_network(tmp_path / "street.network.zip").pipes.equals(names["network"].pipes)
    exec(blocks[1], names)
    result = names["result"]
    standing = result.res_pipes["t_to_k"]["supply"].iloc[2:4]
    assert (result.res_pipes["mdot_kg_per_s"]["supply"].iloc[2:4] == 0.0).all()
    assert steady.res_pipes.t_to_k["supply"] > standing.iloc[0] > standing.iloc[1]
    stations = result.res_substations
    assert stations["heat_w"].sum().iloc[0] == pytest.approx(8e5 - stations["unmet_w"].sum().iloc[0], rel=1e-6)
    assert load_series(tmp_path / "street.series.zip").res_pipes.equals(result.res_pipes)
