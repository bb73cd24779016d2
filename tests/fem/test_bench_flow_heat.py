"""The benchmark of flow and heat runs, measures what it says and writes what OpenFOAM takes; seconds are not judged."""

import json
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest

BENCH = Path(__file__).resolve().parents[2] / "hpc" / "bench"


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Imports a module of the benchmark by name."""
    monkeypatch.syspath_prepend(str(BENCH))
    return import_module


@pytest.mark.slow
def test_it_runs_and_prints_without_a_peer(tmp_path: Path) -> None:
    file = tmp_path / "bench.json"
    command = [sys.executable, str(BENCH / "flow_heat.py"), "--cases", "A", "--no-peer", "--overhead"]
    done = subprocess.run([*command, "--json", str(file)], capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    assert "to wanted accuracy" in done.stdout
    assert "further heat load" in done.stdout
    report = json.loads(file.read_text())
    assert [row["openfoam"] for row in report["cases"]] == [None, None]
    for row, accuracy in zip(report["cases"], (4e-3, 1e-3), strict=True):
        assert max(map(abs, row["ours"]["errors"].values())) < accuracy
        assert row["ours"]["reached"] is True
        assert row["ours"]["process_cpu_s"] > 0.0
        assert row["ours"]["peak_mb"] > 50.0
    assert report["further_load"]["worst_balance"] < 1e-8
    assert report["overhead"]["ours_s"] < 2.0 * report["overhead"]["raw_s"]


@pytest.mark.slow
def test_sizes_are_measured(tmp_path: Path) -> None:
    file = tmp_path / "bench.json"
    command = [sys.executable, str(BENCH / "flow_heat.py"), "--cases", "--sizes", "5000", "12000", "--speed", "0.02"]
    done = subprocess.run([*command, "--json", str(file)], capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    assert "grow with unknowns" in done.stdout
    report = json.loads(file.read_text())
    small, large = report["sizes"]
    assert small["unknowns"] < large["unknowns"] < 30000
    assert 0.0 < small["cpu_s"] < large["cpu_s"]
    assert report["growth_exponent"] > 0.0


def test_it_refuses_no_ranks() -> None:
    command = [sys.executable, str(BENCH / "flow_heat.py"), "--ranks", "0"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 2
    assert "positive" in done.stderr


def test_fluxes_of_volume_become_fluxes_of_mass(bench: Any) -> None:
    field = """dimensions      [0 3 -1 0 0 0 0];
internalField   nonuniform List<scalar>
3
(
1e-3
-2
0.5
)
;
boundaryField { inlet { type calculated; value uniform -4; } a { value nonuniform List<scalar> 2(1 2); }
b { value nonuniform List<scalar> 5{3}; } none { value nonuniform List<scalar> 0(); } }"""
    found = bench("openfoam")._mass_flux(field, 10.0)
    assert "[1 0 -1 0 0 0 0]" in found
    assert "(0.01\n-20\n5)" in found
    assert "uniform -40;" in found
    assert "2(10\n20)" in found
    assert "5{30}" in found
    assert "0()" in found


def test_the_peer_stops_counting_when_it_is_settled(bench: Any) -> None:
    peer = bench("openfoam")
    values = 2.0 + 0.5 ** np.arange(40)
    # within 0.05 % of 2 from the tenth halving on: the eleventh value
    assert peer._settle(values) == 11
    assert peer._settle(np.full(5, 3.0)) == 1


def test_the_peer_has_the_same_domain(bench: Any, tmp_path: Path) -> None:
    case = bench("openfoam_case")
    cell, plate = case.cell_grid(2.0), case.plate_grid(3.0)
    assert cell.blocks.cells() == 27_200
    assert cell.blocks.cells("fluid") == 15_360
    assert plate.blocks.cells() == 506_250
    for grid in (cell, plate):
        case.write_mesh(grid, tmp_path)
        text = (tmp_path / "system" / "blockMeshDict").read_text()
        assert text.count("hex (") == len(grid.blocks.blocks())
        assert {name for name in ("inlet", "outlet", "symmetry", "wetted", "heated", "adiabatic") if name in text} == {
            "inlet",
            "outlet",
            "symmetry",
            "wetted",
            "heated",
            "adiabatic",
        }


@pytest.mark.slow
def test_openfoam_agrees_on_a_coarse_mesh(bench: Any, tmp_path: Path) -> None:
    """Where it is installed: first-order errors of a coarse mesh, and an energy balance that closes."""
    peer, case, cases = bench("openfoam"), bench("openfoam_case"), bench("plate_cases")
    missing = peer.openfoam_missing()
    if missing:
        pytest.skip(f"OpenFOAM: {missing}")
    physics = case.Physics(992.2, 4179.0, 0.6306, 400.0, 6.53e-4, 313.15, 1e6, 0.5)
    found = peer.run_openfoam(case.cell_grid(1.0), physics, tmp_path, cases.DEVELOPED_M)
    errors = cases.errors("A", found.__dict__)
    assert abs(errors["pressure_drop_pa"]) < 2e-2
    assert abs(errors["max_k"]) < 2e-2
    assert abs(errors["bulk_k"]) < 1e-3
    assert found.cpu_s > 0.0
