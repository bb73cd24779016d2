"""The benchmark runs, measures the net it says it does, and prints what it measured; seconds are not judged."""

import json
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

BENCH = Path(__file__).resolve().parents[2] / "hpc" / "bench"


@pytest.fixture
def nets(monkeypatch):
    monkeypatch.syspath_prepend(str(BENCH))
    import nets

    return nets


def test_the_net_follows_its_rule(nets):
    net = nets.bench_net(20)
    # ten streets: a trunk of 3, then side branches in turn; ten services on street nodes 1 to 10
    assert net.start.tolist() == [0, 1, 2, 1, 2, 3, 4, 5, 6, 7, *range(1, 11)]
    assert net.consumer.tolist() == list(range(11, 21))
    assert net.length_m.tolist() == [40.0] * 10 + [15.0] * 10
    assert net.design_kg_per_s == pytest.approx(20e3 / (4190.0 * 30.0))
    # 0.159 kg/s in 21.7 mm: 0.022 / 0.0217 * 975 * 0.441**2 / 2 = 96 Pa/m; ten consumers, 1.59 kg/s, need 54.5 mm
    assert net.diameter_m[10:].tolist() == [0.0217] * 10
    assert net.diameter_m[0] == 0.0545
    assert (net.diameter_m[1:] <= net.diameter_m[0]).all()


def test_it_runs_prints_and_agrees_with_its_peer(tmp_path, nets, monkeypatch, capsys):
    """All in one process, which saves starting nine; `test_parts_are_chosen` has a process for the measurement."""
    pytest.importorskip("pandapipes")
    bench, measures = import_module("network"), import_module("measures")
    monkeypatch.setattr(measures, "alone", lambda measure, *arguments: measures._measure((measure, arguments)))
    file = tmp_path / "bench.json"
    chosen = ["--sizes", "4", "20", "--years", "6", "--hours", "30", "--repeats", "1", "--json", str(file)]
    assert bench.main(chosen) == 0
    printed = capsys.readouterr().out
    assert "One steady step" in printed
    assert "Years of hourly steps" in printed
    report = json.loads(file.read_text())
    assert report["machine"]["cpu"] in printed
    assert [step["pairs"] for step in report["steps"]] == [4, 20]
    for step in report["steps"]:
        theirs = step["pandapipes"]
        assert theirs["failure"] is None
        assert theirs["worst_flow_difference"] < 1e-5
        assert theirs["root_heat_w"] == pytest.approx(step["ours"]["root_heat_w"], rel=1e-6)
        assert theirs["return_k"] == pytest.approx(step["ours"]["return_k"], abs=1e-4)
        assert step["ours"]["balance"] < 1e-9
        assert step["ours"]["peak_mb"] > 0.0
    assert {year["kind"] for year in report["years"]} == {"given return", "exchanger", "given return, dynamic"}
    assert all(run["method"] == "radial" for run in [*report["years"], *(step["ours"] for step in report["steps"])])
    assert all(year["balance"] < 1e-9 and year["unmet_mean_w"] == 0.0 for year in report["years"])
    given, dynamic = (year for year in report["years"] if year["kind"] != "exchanger")
    assert given["lift_max_pa"] == pytest.approx(dynamic["lift_max_pa"], rel=0.1)
    assert given["lift_max_pa"] > 5e4
    assert set(report["growth_exponent"]) == {"ours", "exchanger", "pandapipes"}


def test_parts_are_chosen(tmp_path):
    file = tmp_path / "bench.json"
    command = [
        sys.executable,
        str(BENCH / "network.py"),
        "--sizes",
        "--years",
        "6",
        "--hours",
        "4",
        "--json",
        str(file),
    ]
    kind = "given return, dynamic"
    done = subprocess.run([*command, "--kinds", kind], capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    assert "One steady step" not in done.stdout
    report = json.loads(file.read_text())
    assert report["steps"] == []
    assert [year["kind"] for year in report["years"]] == [kind]
    assert report["years"][0]["peak_mb"] > 0.0


def test_it_refuses_a_net_of_one_pair():
    command = [sys.executable, str(BENCH / "network.py"), "--sizes", "1"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 2
    assert "two pipe pairs or more" in done.stderr
