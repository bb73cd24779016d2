"""`rack2city run`: what it prints, where its results go, and how it ends."""

import json
import re
import shutil
from pathlib import Path

import pytest

from rack2city import chain, cli
from tests.cli.conftest import CASE, Call
from tests.conftest import CHEAP


def test_stages_of_the_help_are_those_of_the_chain() -> None:
    assert [stage.name for stage in chain.STAGES] == cli.STAGE_NAMES


def test_run_prints_lines_and_the_verdict(call: Call, finished_run: Path, tmp_path: Path) -> None:
    """A run whose stages are held says so, writes the reports and ends with the verdict."""
    run = shutil.copytree(finished_run, tmp_path / "run")
    for report in ("report.html", "report.pdf", "summary.json"):
        (run / report).unlink()
    settings = [part for override in CHEAP for part in ("--set", override)]
    code, out, err = call("run", str(CASE), "--out", str(run), *settings)
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert lines[:5] == [
        f"{stage:<7} unchanged, taken from the run folder" for stage in ("mesh", "plate", "rack", "plant", "city")
    ]
    assert re.fullmatch(r"report  done in \d+\.\d s", lines[5])
    assert lines[6] == "150 kW rack, pod of eight, heat to a Brussels district network"
    summary = json.loads((run / "summary.json").read_text(encoding="utf-8"))
    checks = summary["verdict"]["checks"]
    assert out.count("│ holds │") == len(checks)
    assert all(check["name"] in out for check in checks)
    assert f"{len(summary['balances'])} balances close" in out
    assert lines[-2] == "verdict: the design HOLDS"
    assert lines[-1] == f"reports: {run}/report.html and {run}/report.pdf; all figures: {run}/summary.json"
    assert (run / "report.html").stat().st_size > 10_000
    assert (run / "report.pdf").read_bytes().startswith(b"%PDF")
    assert "--set 'plates.cpu.flow_factors=[0.35, 1.0, 1.7]' --set" in summary["provenance"]["command"]


def test_run_up_to_a_stage_says_where_the_results_are(call: Call, tmp_path: Path) -> None:
    out = tmp_path / "run"
    code, printed, err = call(
        "run", str(CASE), "--out", str(out), "--stage", "mesh", "--set", "plates.cpu.level=coarse"
    )
    assert (code, err) == (0, "")
    first, *figures, last, end = printed.split("\n")
    assert re.fullmatch(r"mesh    done in \d+\.\d s", first)
    assert "  plate cpu, level coarse" in figures
    assert any(re.fullmatch(r"    cells: \d+", line) for line in figures)
    assert (last, end) == (f"results up to stage 'mesh': {out}", "")
    assert sorted(file.name for file in out.iterdir()) == ["plates", "stages.json"]


def test_out_follows_from_the_name_of_the_case(call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert call("run", str(CASE), "--stage", "mesh", "--set", "case.name=mine")[0] == 0
    assert (tmp_path / "runs" / "mine" / "plates" / "cpu" / "mesh.msh").is_file()


def test_two_cases_of_one_name_do_not_share_a_default_folder(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    mine = ("--stage", "mesh", "--set", "plates.cpu.level=coarse")
    assert call("run", str(CASE), *mine)[0] == 0
    assert call("run", str(CASE), *mine)[0] == 0
    other = tmp_path / "other" / "rack-150kw"
    shutil.copytree(CASE, other)
    shutil.copytree(CASE.parent / "networks", tmp_path / "other" / "networks")
    held = (tmp_path / "runs" / "rack-150kw" / "stages.json").read_bytes()
    assert call("run", str(other), *mine) == (
        2,
        "",
        f"rack2city: runs/rack-150kw: holds the run of another case file of this name, {CASE / 'case.toml'}; name a folder "
        f"for that of {other / 'case.toml'} with --out\n",
    )
    assert (tmp_path / "runs" / "rack-150kw" / "stages.json").read_bytes() == held
    assert call("run", str(other), *mine, "--out", "runs/other")[0] == 0


@pytest.mark.parametrize(("limit", "code"), [("85 degC", 0), ("60 degC", 3)])
def test_strict_tells_by_the_exit_code_whether_the_design_holds(
    call: Call, finished_run: Path, tmp_path: Path, limit: str, code: int
) -> None:
    run = shutil.copytree(finished_run, tmp_path / "run")
    changed = (*CHEAP, f"limits.junction_temperature={limit}")
    settings = [part for override in changed for part in ("--set", override)]
    ended, out, err = call("run", str(CASE), "--out", str(run), "--strict", *settings)
    assert (ended, err) == (code, "")
    assert ("DOES NOT HOLD" in out) == (code == 3)
    assert code == 0 or call("run", str(CASE), "--out", str(run), *settings)[0] == 0


def test_strict_needs_a_verdict(call: Call, tmp_path: Path) -> None:
    told = "rack2city: --strict: only a whole run has a verdict; leave out --stage\n"
    assert call("run", str(CASE), "--out", str(tmp_path / "run"), "--strict", "--stage", "plate") == (2, "", told)
    assert list(tmp_path.iterdir()) == []
