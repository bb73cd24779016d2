"""The other commands, and what all commands share."""

import json
import re
import shutil
from importlib import metadata
from pathlib import Path

import jsonschema
import pytest

from rack2city import cli
from tests.cli.conftest import CASE, Call


@pytest.mark.parametrize("command", ["run", "mesh", "plate", "report", "schema", "doctor"])
def test_every_command_has_help(call: Call, command: str) -> None:
    code, out, err = call(command, "--help")
    assert (code, err) == (0, "")
    assert f"rack2city {command}" in out


def test_version(call: Call) -> None:
    assert call("--version") == (0, f"rack2city {metadata.version('rack2city')}\n", "")


@pytest.mark.parametrize("command", [[], ["run"]])
def test_exit_codes_are_in_the_help(call: Call, command: list[str]) -> None:
    assert cli.EXIT_CODES in " ".join(call(*command, "--help")[1].split())


def test_mesh_writes_a_mesh_that_can_be_the_case_s_own(call: Call, tmp_path: Path) -> None:
    file = tmp_path / "own.msh"
    code, out, err = call("mesh", str(CASE), "--out", str(file), "--set", "plates.accelerator.level=coarse")
    assert (code, err) == (0, "")
    assert re.fullmatch(rf"{re.escape(str(file))}: plate accelerator, \d+ cells, \d+ points", out.splitlines()[0])
    assert {line.split()[0] for line in out.splitlines()[1:]} >= {"fluid", "fins", "base", "heated", "inlet"}
    table = f'{{kind="mesh", file="{file}", unit="m", copies=400, conductivity="391 W/(m*K)"}}'
    code, out, err = call(
        "mesh", str(CASE), "--out", str(tmp_path / "same.msh"), "--set", f"plates.accelerator={table}"
    )
    assert (code, err) == (0, "")
    code, out, err = call("mesh", str(CASE), "--plate", "gpu")
    assert (code, out, err) == (2, "", "rack2city: --plate: no plate is called 'gpu'; there are accelerator, cpu\n")


@pytest.mark.parametrize("name", ["mesh.vtk", "none/mesh.msh"])
def test_mesh_refuses_an_odd_file(call: Call, tmp_path: Path, name: str) -> None:
    code, out, err = call("mesh", str(CASE), "--out", str(tmp_path / name))
    assert (code, out) == (2, "")
    assert err == f"rack2city: --out: {tmp_path / name} must be a .msh file in an existing folder\n"
    assert list(tmp_path.iterdir()) == []


def test_report_writes_the_reports_again(call: Call, finished_run: Path, tmp_path: Path) -> None:
    run = shutil.copytree(finished_run, tmp_path / "run")
    for report in ("report.html", "report.pdf"):
        (run / report).unlink()
    assert call("report", str(run)) == (0, f"{run}/report.html\n{run}/report.pdf\n", "")
    assert (run / "report.pdf").read_bytes().startswith(b"%PDF")


def test_report_of_a_folder_that_is_no_run(call: Call, tmp_path: Path) -> None:
    assert call("report", str(tmp_path)) == (
        2,
        "",
        f"rack2city: {tmp_path}/summary.json: there is no such file; a report needs the folder of a finished "
        "`rack2city run`\n",
    )
    assert list(tmp_path.iterdir()) == []


def test_schema_is_one(call: Call) -> None:
    code, out, err = call("schema")
    assert (code, err) == (0, "")
    jsonschema.Draft202012Validator.check_schema(json.loads(out))


def test_schema_as_tables_of_keys(call: Call) -> None:
    code, out, err = call("schema", "--keys", "pin")
    assert (code, err) == (0, "")
    assert out.startswith('## `[plates.NAME]`, kind = "pin-fin"\n\n| key | expected | without it | meaning |')
    assert out.count("##") == 1
    code, out, err = call("schema", "--keys", "rope")
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert err.startswith("rack2city: --keys: no table has 'rope' in its heading; there are `[case]`, ")


def test_doctor_ends_with_an_error_where_something_is_broken(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    from rack2city import doctor
    from rack2city.doctor.finding import Finding

    def diagnose() -> list[Finding]:
        return [Finding("Python", "ok", "3.12"), Finding("DOLFINx", "fail", "does not import", "install it")]

    monkeypatch.setattr(doctor, "diagnose", diagnose)
    code, out, _ = call("doctor")
    assert code == 1
    assert "install it" in out
