"""Profiles and series: what may change in time, what is refused, what is built again, and the file of results."""

import numpy as np
import pandas as pd
import pytest

from rack2city.errors import ConvergenceError, InputError
from rack2city.network import (
    create_storages,
    create_valves,
    load_series,
    save_series,
    simulate,
    solve_steady,
)
from rack2city.network.solvers.graph import run as graph_run
from tests.network.tables.nets import district

HOURS = pd.date_range("2026-01-01", periods=3, freq="h")


def demand(**more: list[float]) -> pd.DataFrame:
    return pd.DataFrame({"A": [2e5, 1e5, 2e5], "B": [4e5, 0.0, 3e5], **more}, index=HOURS)


def test_steps_without_memory_are_steady_states():
    """Demand, supply, flow of a producer and the opening of a valve change; each step is what `solve_steady` says."""
    network = district(max_flow_kg_per_s=6.0)
    create_valves(network, "short", from_junction="s0", to_junction="s2", kv_m3_per_h=5.0)
    network.producers.loc["east", ["mode", "mass_flow_kg_per_s"]] = ["flow", 1.0]
    profiles = {
        ("substations", "demand_w"): demand(),
        ("producers", "supply_k"): pd.Series([350.0, 345.0, 355.0], index=HOURS),
        ("producers", "mass_flow_kg_per_s"): pd.DataFrame({"east": [1.0, 0.5, 2.0]}, index=HOURS),
        ("producers", "difference_pa"): pd.DataFrame({"west": [2e5, 1e5, 3e5]}, index=HOURS),
        ("valves", "opening"): pd.DataFrame({"short": [1.0, 0.0, 0.5]}, index=HOURS),
    }
    result = simulate(network, profiles, mode="quasi_steady")
    for step in range(3):
        network.substations["demand_w"] = demand().iloc[step]
        network.producers["supply_k"] = [350.0, 345.0, 355.0][step]
        network.producers["mass_flow_kg_per_s"] = [np.nan, [1.0, 0.5, 2.0][step]]
        network.producers["difference_pa"] = [[2e5, 1e5, 3e5][step], 2e5]
        network.valves["opening"] = [1.0, 0.0, 0.5][step]
        steady = solve_steady(network)
        for table in ("junctions", "pipes", "substations", "producers", "valves"):
            for quantity, values in getattr(steady, f"res_{table}").items():
                got = getattr(result, f"res_{table}")[quantity].iloc[step]
                np.testing.assert_allclose(
                    got, values, rtol=1e-6, atol=1e-3, err_msg=f"{table}.{quantity}, step {step}"
                )


def test_it_is_built_again_only_where_joints_change(monkeypatch):
    calls = []
    original = graph_run.compile_network
    monkeypatch.setattr(graph_run, "compile_network", lambda arrays: calls.append(1) or original(arrays))
    network = district(max_flow_kg_per_s=6.0)
    difference = pd.Series([2e5, 2.2e5, 2.4e5], index=HOURS)
    simulate(network, {("substations", "demand_w"): demand(), ("producers", "difference_pa"): difference})
    assert len(calls) == 1
    service = pd.DataFrame({"b": [True, False, False]}, index=HOURS)
    result = simulate(network, {("pipes", "in_service"): service})
    assert len(calls) == 3
    # what is shut off stands and cools
    assert result.res_pipes["mdot_kg_per_s"]["b"].tolist()[1:] == [0.0, 0.0]
    assert result.res_pipes["t_to_k"]["b"].is_monotonic_decreasing
    assert result.res_pipes["loss_w"]["b"].iloc[2] > 0.0
    assert (network.pipes.in_service).all()  # the user's tables are not touched


@pytest.mark.parametrize(
    ("key", "values", "sentence"),
    [
        (("houses", "demand_w"), demand(), "there is no table 'houses'"),
        (("substations", "demand"), demand(), "table substations has no column 'demand'"),
        (("substations", "supply_junction"), demand(), "this column may not change in time; of substations these may"),
        (("substations", "demand_w"), demand(C=[1.0, 2.0, 3.0]), "table substations has no row 'C'"),
        (
            ("substations", "demand_w"),
            -demand(),
            r"step 0 \(2026-01-01 00:00:00\), 'A': the value is -200000; .*at least 0",
        ),
        (("substations", "demand_w"), demand()["A"].tolist(), "give a DataFrame of steps x names, or a Series"),
        (("substations", "demand_w"), demand().iloc[:2], "it has 2 steps, others have 3"),
        (("substations", "demand_w"), demand().reset_index(drop=True), "their indices differ"),
        (("substations", "demand_w"), demand().astype(str) + "x", "its values must be numbers"),
        (("pipes", "in_service"), pd.Series([1.0, 0.0, 1.0], index=HOURS), "its values must be True or False"),
        ("demand_w", demand(), "its key must be a table and a column"),
    ],
)
def test_faults_in_profiles_are_named(key, values, sentence):
    first = {("producers", "supply_k"): pd.Series([350.0] * 3, index=HOURS)}
    with pytest.raises(InputError, match=sentence):
        simulate(district(), {**first, key: values})


def test_other_faults_are_named():
    network = district(max_flow_kg_per_s=6.0)
    with pytest.raises(InputError, match="the number of steps must be"):
        simulate(network, {})
    with pytest.raises(InputError, match="the profiles hold no step"):
        simulate(network, {}, steps=0)
    with pytest.raises(InputError, match="step_s is 0; it must be positive"):
        simulate(network, {}, 0.0, steps=1)
    with pytest.raises(InputError, match="mode is 'fast'"):
        simulate(network, {}, steps=1, mode="fast")
    with pytest.raises(InputError, match="initial is 'warm'"):
        simulate(network, {}, steps=1, initial="warm")
    with pytest.raises(InputError, match="pipe 'b' has no finite temperature above 0 K"):
        simulate(network, {}, steps=1, initial=pd.Series({"a": 300.0}))
    with pytest.raises(InputError, match="initial: there is no pipe 'z'"):
        simulate(network, {}, steps=1, initial=pd.Series(300.0, index=[*network.pipes.index, "z"]))
    with pytest.raises(InputError, match="warm_up_steps is -1; it must not be negative"):
        simulate(network, {}, steps=1, warm_up_steps=-1)
    with pytest.raises(InputError, match="it has 3 steps, asked for are 2"):
        simulate(network, {("substations", "demand_w"): demand()}, steps=2)
    mixed = {("substations", "demand_w"): demand(), ("producers", "supply_k"): pd.Series([350.0] * 3)}
    with pytest.raises(InputError, match="their indices differ"):
        simulate(network, mixed, steps=3)
    with pytest.raises(InputError, match="keep: 'houses' is no table of results"):
        simulate(network, {}, steps=1, keep=["houses"])
    with pytest.raises(InputError, match="keep: pipes have no result 'speed'"):
        simulate(network, {}, steps=1, keep=["pipes.speed"])
    create_storages(network, "tank", hot_junction="s0", cold_junction="r0", volume_m3=9.0, tank_height_m=3.0)
    with pytest.raises(InputError, match="row 'tank', column initial_k: it is empty"):
        simulate(network, {}, steps=1)
    with pytest.raises(InputError, match="there is no storage 'vat'"):
        simulate(network, {}, steps=1, tank_k={"vat": 300.0})


def test_a_step_that_fails_is_named():
    profiles = {
        ("substations", "demand_w"): demand(),
        ("producers", "supply_k"): pd.Series([350.0, 310.0, 350.0], index=HOURS),
    }
    with pytest.raises(ConvergenceError, match=r"step 1 \(2026-01-01 01:00:00\): .*give it a max_flow_kg_per_s"):
        simulate(district(), profiles, mode="quasi_steady")


@pytest.mark.parametrize(
    ("key", "values", "sentence"),
    [
        (("substations", "bypass_kg_per_s"), {"A": [0.1, 0.1, 7.0]}, "row 'A', column bypass_kg_per_s: it exceeds"),
        (
            ("producers", "difference_pa"),
            {"west": [2e5, 2e5, np.nan]},
            "row 'west', column difference_pa: mode 'pressure'",
        ),
    ],
)
def test_values_that_do_not_go_together_are_refused_in_their_step(key, values, sentence):
    with pytest.raises(InputError, match=rf"step 2 \(2026-01-01 02:00:00\): table {key[0]}, {sentence}"):
        simulate(district(max_flow_kg_per_s=6.0), {key: pd.DataFrame(values, index=HOURS)}, mode="quasi_steady")


def test_results_are_saved_and_read_again(tmp_path):
    done = []
    network = district(max_flow_kg_per_s=6.0)
    network.friction = "haaland"
    result = simulate(network, {("substations", "demand_w"): demand()}, progress=lambda *now: done.append(now))
    assert done == [(1, 3), (2, 3), (3, 3)]
    again = load_series(save_series(result, tmp_path / "a.series.zip"))
    for name in ("steps", "res_junctions", "res_pipes", "res_substations", "res_producers", "res_boundaries"):
        pd.testing.assert_frame_equal(getattr(again, name), getattr(result, name), check_freq=False)
    assert again.steps.step_s.tolist() == [3600.0] * 3
    assert again.method == result.method != ""
    assert again.friction == result.friction == "haaland"
    few = simulate(network, {}, steps=1, keep=["substations", "pipes.t_to_k"])
    assert list(few.res_pipes.columns.unique("quantity")) == ["t_to_k"]
    assert few.res_junctions.empty
    assert few.res_substations["heat_w"].shape == (1, 2)
    with pytest.raises(InputError, match="there is no such file"):
        load_series(tmp_path / "b.series.zip")
    (tmp_path / "c.zip").write_text("no zip")
    with pytest.raises(InputError, match="not a file of results saved by save_series"):
        load_series(tmp_path / "c.zip")
