"""The benchmark of plates runs and measures what it says; seconds are not judged."""

import json
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BENCH = ROOT / "hpc" / "bench"


def test_a_plate_is_measured_and_a_failure_told(tmp_path: Path) -> None:
    file, bad = tmp_path / "bench.json", tmp_path / "bad.toml"
    bad.write_text("")
    cases = [str(ROOT / "cases" / "plates" / "offset-strip.toml"), str(bad)]
    command = [sys.executable, str(BENCH / "plates.py"), *cases, "--level", "coarse", "--json", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    good, failed = json.loads(file.read_text())["plates"]
    assert (good["kind"], good["model"], good["flows"]) == ("offset-strip", "cell", 4)
    assert good["flow_unknowns"] > 1000
    assert good["process_cpu_s"] >= good["mesh_s"] + good["first_s"] + 3 * good["further_s"]
    assert good["peak_mb"] > 50.0
    assert "InputError" in failed["failure"]
    assert "Plates at level coarse" in done.stdout


def test_every_kind_that_is_computed_from_its_numbers_is_in_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(BENCH))
    from rack2city.case import load_plates

    plates = [
        plate
        for file in import_module("plates").CASES.glob("*.toml")
        for plate in load_plates(file).case.plates.values()
    ]
    kinds = {(plate.kind, plate.model) for plate in plates}
    assert kinds >= {
        ("skived", "cell"),
        ("skived", "whole"),
        ("split-flow", "cell"),
        ("pin-fin", "cell"),
        ("pin-fin", "whole"),
        ("offset-strip", "cell"),
        ("serpentine", "whole"),
    }


def test_twelve_channels_are_case_c_with_six_in_the_half(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(BENCH))
    cases, peer = import_module("plate_cases"), import_module("openfoam_case")
    assert cases.open_area("C12") == pytest.approx((6 * 0.9e-6, (6 * 0.3 + 5 * 0.2 + 0.1) * 3e-6))
    assert cases.blocks("C12", "medium").cells("fluid") > 2 * cases.blocks("C", "medium").cells("fluid")
    assert len(peer.plate_grid(1.0, cases.HALF_CHANNELS["C12"]).axes[1]) == 13
