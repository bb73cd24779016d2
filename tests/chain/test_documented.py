"""docs/summary.md says what is in a run folder: neither more nor less than what is there."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from rack2city.case import load_case
from rack2city.chain import STAGES
from rack2city.plate import plate_models

DOCS = Path(__file__).resolve().parents[2] / "docs" / "summary.md"
# What a name's last part says about its unit, the longest first.
UNITS = {
    "_m3_per_s": "m³/s",
    "_m_per_s": "m/s",
    "_m2k_per_w": "m²·K/W",
    "_w_per_m2k": "W/(m²·K)",
    "_k_per_w": "K/W",
    "_w_per_k": "W/K",
    "_m2": "m²",
    "_pa": "Pa",
    "_k": "K",
    "_w": "W",
    "_j": "J",
    "_m": "m",
}


def documented(head: str) -> list[tuple[str, str]]:
    """First and second cell of all rows of the tables whose first column is called `head`; the first without backticks."""
    rows, inside = [], False
    for line in DOCS.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")] if line.startswith("|") else []
        inside = bool(cells) and (inside or cells[0] == head)
        if inside and cells[0].startswith("`"):
            rows.append((cells[0].strip("`"), cells[1]))
    assert rows, f"no table of {head}"
    assert len({name for name, _ in rows}) == len(rows), "a name stands twice"
    return rows


def paths(value: Any, path: str = "") -> Iterator[str]:
    """Dotted path of every value; `[]` for the items of a list of objects."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from paths(item, f"{path}.{key}".lstrip("."))
    elif isinstance(value, list) and value and isinstance(value[0], dict):
        for item in value:
            yield from paths(item, f"{path}[]")
    else:
        yield path


def pattern(key: str) -> re.Pattern[str]:
    """A documented key, in which `*` stands for any name."""
    return re.compile(re.escape(key).replace(r"\*", ".+"))


def test_every_key_of_the_summary_is_documented_and_every_documented_key_is_there(finished_run: Path) -> None:
    found = set(paths(json.loads((finished_run / "summary.json").read_text(encoding="utf-8"))))
    keys = [key for key, _ in documented("key")]
    assert sorted(path for path in found if not any(pattern(key).fullmatch(path) for key in keys)) == []
    assert [key for key in keys if not any(pattern(key).fullmatch(path) for path in found)] == []


def test_every_column_of_the_year_is_documented(finished_run: Path) -> None:
    year = pd.read_parquet(finished_run / "year.parquet")
    assert sorted(column for column, _ in documented("column")) == sorted(year.columns)
    assert year.index.name == "time"
    assert len(year) == 8760


@pytest.mark.parametrize("head", ["key", "column"])
def test_units_are_those_of_the_names(head: str) -> None:
    for name, unit in documented(head):
        last = re.sub(r"\[\]|\.\*", "", name)
        energies = last.startswith(("city.electricity_j.", "city.pump_heat_j."))
        suffix = next((s for s in UNITS if last.endswith(s)), None)
        exceptions = {"city.trench_length_m": "m", "provenance.seconds": "s"}
        expected = "J" if energies else exceptions.get(last, UNITS[suffix] if suffix else "")
        assert unit == expected, name


def of_any_plate(name: str) -> str:
    """A file of a plate under the name that all plates have in common."""
    return re.sub(r"^plates/[^/]+/", "plates/*/", name)


def medium(overrides: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(override.replace("level=coarse", "level=medium") for override in overrides)


def test_every_file_of_a_run_folder_is_documented(finished_run: Path, cheap_case: tuple[Path, tuple[str, ...]]) -> None:
    names = [name for name, _ in documented("file")]
    files = {
        of_any_plate(file.relative_to(finished_run).as_posix()) for file in finished_run.rglob("*") if file.is_file()
    }
    parts = {file for file in files if file.endswith((".vtu", ".pvtu"))}  # of the .pvd files
    assert sorted(files - parts - set(names)) == []
    # The run is at the coarsest level, and has ended.
    models = plate_models(load_case(cheap_case[0], medium(cheap_case[1])).case)
    coarser = {f"plates/*/{file}" for model in models.values() for file in model.coarser}
    assert len(coarser) == 5
    assert set(names) - files == {".lock"} | coarser


def test_files_are_told_with_the_stage_that_writes_them(cheap_case: tuple[Path, tuple[str, ...]]) -> None:
    case = load_case(cheap_case[0], medium(cheap_case[1])).case
    told = {name: stage for name, stage in documented("file") if stage != "all"}
    assert told == {of_any_plate(name): stage.name for stage in STAGES for name in stage.files(case)}


def test_figures_of_a_run_are_finite_and_its_words_are_there(finished_run: Path) -> None:
    text = (finished_run / "summary.json").read_text(encoding="utf-8")
    summary = json.loads(text, parse_constant=lambda word: pytest.fail(f"{word} in summary.json"))
    assert summary["provenance"]["seconds"].keys() == {"mesh", "plate", "rack", "plant", "city"}
    assert summary["provenance"]["ranks"] == 1
    assert {check["name"] for check in summary["verdict"]["checks"]} >= {"CDU head for the coolant loop"}
    assert {balance["stage"] for balance in summary["balances"]} == {"fem", "rack", "plant", "city"}
    assert all(balance["relative"] <= balance["tolerance"] for balance in summary["balances"])


def test_a_run_tells_how_it_was_solved(finished_run: Path) -> None:
    """Method, options, stabilisation and counts of flow and heat are those of the runs, not a copy of the defaults."""
    provenance = json.loads((finished_run / "summary.json").read_text(encoding="utf-8"))["provenance"]
    assert provenance["plates"].keys() == {"accelerator", "cpu"}
    solver, options, counts = (provenance["plates"]["cpu"][key] for key in ("solver", "solver_options", "iterations"))
    for name in ("flow", "heat"):
        assert solver[name]["method"] == options[f"{name}_"]["method"] == "direct"
        assert options[f"{name}_"]["pc_type"] == "lu"
    assert solver["flow"]["unknowns"] > solver["heat"]["unknowns"] > 1000
    assert solver["flow"]["pressure"] == "discontinuous"  # the meshes are of hexahedra
    assert solver["flow"]["stabilisation"]["grad_div"] > 0.0
    assert solver["libraries"].keys() == {"dolfinx", "petsc"}
    runs = zip(*(counts[key] for key in ("newton", "flow_factorisations", "outer", "heat_factorisations")), strict=True)
    for newton, of_flow, outer, of_heat in runs:
        assert 0 < of_flow <= newton
        assert 0 <= of_heat <= outer
    assert max(counts["heat_factorisations"]) > 0
    log = (finished_run / "plates/cpu/solver.log").read_text(encoding="utf-8")
    assert f"heat: {solver['heat']['unknowns']} unknowns, solved by the direct method" in log
