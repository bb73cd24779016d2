"""`rack2city plate`: cold plates alone."""

import json
import re
import shutil
from pathlib import Path

import pytest

from tests.cli.conftest import CASE, Call
from tests.conftest import CHEAP


def test_plates_that_are_held_are_told_again(call: Call, finished_plates: Path, tmp_path: Path) -> None:
    """Their results are taken from the folder, their reports written anew; one plate leaves the other alone, nothing stays
    of one that the case no longer has."""
    run = shutil.copytree(finished_plates / "run", tmp_path / "run")
    before = (run / "plates/slab/report.html").read_bytes()
    for file in ("report.html", "report.pdf", "plate.csv", "speed.png"):
        (run / "plates/whole" / file).unlink()
    (run / "plates/renamed").mkdir()
    code, out, err = call("plate", str(finished_plates), "--plate", "whole", "--out", str(run))
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert lines[:2] == [f"{stage} whole unchanged, taken from the run folder" for stage in ("mesh", "plate")]
    assert re.fullmatch(r"report whole done in \d+\.\d s", lines[2])
    assert lines[3] == "plate whole: skived, whole"
    assert "  zone die: case 52.78 °C (max), junction 53.28 °C, at 0.002000 L/min" in out.replace("\u00a0", " ")
    assert lines[-1] == f"  report: {run}/plates/whole/report.pdf and report.html"
    for file in ("report.html", "report.pdf", "plate.csv", "zones.csv", "plate.json", "speed.png", "streamlines.png"):
        assert (run / "plates/whole" / file).is_file()
    assert (run / "plates/slab/report.html").read_bytes() == before
    assert sorted(folder.name for folder in (run / "plates").iterdir()) == ["slab", "whole"]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--plate", "gpu"], "--plate: no plate is called 'gpu'; there are slab, whole"),
        (["--set", "plates.whole.inlet_temperature=99 degC"], "plates.whole.inlet_temperature: must be between"),
        (["--set", "plates.slab.copies=-1"], "plates.slab.copies: "),
        (["--set", "solver.options.foo_={ksp_type='cg'}"], "solver.options: no solver has the prefix 'foo_'"),
    ],
)
def test_plates_that_are_wrong_are_refused_before_anything_is_written(
    call: Call, finished_plates: Path, tmp_path: Path, arguments: list[str], sentence: str
) -> None:
    code, _, err = call("plate", str(finished_plates), "--out", str(tmp_path / "run"), *arguments)
    assert code == 2
    assert sentence in err
    assert err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_plates_do_not_go_into_a_file(call: Call, finished_plates: Path, tmp_path: Path) -> None:
    (tmp_path / "taken").touch()
    code, _, err = call("plate", str(finished_plates), "--out", str(tmp_path / "taken"))
    assert (code, err) == (2, f"rack2city: --out: {tmp_path}/taken is a file; name a folder\n")


def test_a_plate_of_a_rack_alone_is_the_one_of_the_run(call: Call, finished_run: Path, tmp_path: Path) -> None:
    """Without a table of its own flow, heat and inlet it works where its first load of the rack does."""
    settings = [part for override in CHEAP for part in ("--set", override)]
    code, _, err = call("plate", str(CASE), "--plate", "cpu", "--out", str(tmp_path / "out"), *settings)
    assert (code, err) == (0, "")
    alone, whole = (
        json.loads((folder / "plates/cpu/plate.json").read_text(encoding="utf-8"))
        for folder in (tmp_path / "out", finished_run)
    )
    for key in ("flow_m3_per_s", "pressure_drop_pa", "case_to_inlet_max_k_per_w", "power_w", "inlet_k"):
        assert alone[key] == pytest.approx(whole[key], rel=1e-9)
    report = (tmp_path / "out/plates/cpu/report.html").read_text(encoding="utf-8")
    assert "plates.<wbr>cpu" in report
    assert "rack.<wbr>supply_<wbr>temperature" in report
    assert "plates.<wbr>accelerator.<wbr>pitch" not in report
