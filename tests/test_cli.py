"""The command line: what it prints, where it says it, and how it ends."""

import errno
import io
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from importlib import metadata
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from rich.console import Console

from rack2city import chain, cli, console, errors, ranks
from tests.conftest import CHEAP

ROOT = Path(__file__).resolve().parents[1]
CASE = ROOT / "cases" / "rack-150kw"
Call = Callable[..., tuple[int, str, str]]


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Call:
    """Call the command line in this process: exit code, stdout, stderr."""

    def call(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["rack2city", *arguments])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        printed = capsys.readouterr()
        return int(ended.value.code or 0), printed.out, printed.err

    return call


@pytest.fixture
def mpirun() -> str:
    from rack2city.doctor import mpirun_beside_python

    return mpirun_beside_python() or pytest.fail("no mpirun")


def on_two_ranks(mpirun: str, cwd: Path, *command: str) -> "subprocess.CompletedProcess[str]":
    """Run a command on two ranks."""
    return subprocess.run(
        [mpirun, "-n", "2", sys.executable, *command],
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=100,
        stdin=subprocess.DEVNULL,
        check=False,
    )


def test_stages_of_the_help_are_those_of_the_chain() -> None:
    assert [stage.name for stage in chain.STAGES] == cli.STAGE_NAMES


@pytest.mark.parametrize("command", ["run", "mesh", "plate", "report", "schema", "doctor"])
def test_every_command_has_help(call: Call, command: str) -> None:
    code, out, err = call(command, "--help")
    assert (code, err) == (0, "")
    assert f"rack2city {command}" in out


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


def test_doctor_ends_with_an_error_where_something_is_broken(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    from rack2city import doctor
    from rack2city.doctor.finding import Finding

    def diagnose() -> list[Finding]:
        return [Finding("Python", "ok", "3.12"), Finding("DOLFINx", "fail", "does not import", "install it")]

    monkeypatch.setattr(doctor, "diagnose", diagnose)
    code, out, _ = call("doctor")
    assert code == 1
    assert "install it" in out


@pytest.mark.parametrize(
    ("kind", "code"),
    [(errors.ConvergenceError, 1), (errors.BalanceError, 1), (errors.Rack2CityError, 1), (errors.InputError, 2)],
)
def test_errors_of_a_run_have_their_exit_codes(
    call: Call, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, kind: type[errors.Rack2CityError], code: int
) -> None:
    def failing(*args: Any) -> None:
        raise kind("it went wrong")

    monkeypatch.setattr(chain, "run_chain", failing)
    assert call("run", str(CASE), "--out", str(tmp_path)) == (code, "", "rack2city: it went wrong\n")


def test_a_fault_of_the_program_keeps_its_traceback(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def failing(*args: Any) -> None:
        raise ZeroDivisionError("ours")

    monkeypatch.setattr(chain, "run_chain", failing)
    monkeypatch.setattr(sys, "argv", ["rack2city", "run", str(CASE), "--out", str(tmp_path)])
    with pytest.raises(ZeroDivisionError):
        cli.main()


def test_np_starts_the_mpirun_of_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, mpirun: str) -> None:
    started: list[tuple[str, list[str]]] = []

    class Replaced(BaseException):
        pass

    def execv(program: str, arguments: list[str]) -> None:
        started.append((program, arguments))
        raise Replaced

    monkeypatch.setattr(os, "execv", execv)
    given = ["run", str(CASE), "--np", "3", "--out", str(tmp_path), "--set", "rack.trays=27"]
    for arguments in (given, [*given[:2], "--np=3", *given[4:]]):
        monkeypatch.setattr(sys, "argv", ["rack2city", *arguments])
        with pytest.raises(Replaced):
            cli.main()
        command = [mpirun, "-n", "3", sys.executable, "-m", "mpi4py", "-m", "rack2city", *given[:2], *given[4:]]
        assert started.pop() == (mpirun, command)


def test_np_under_mpirun_is_refused(call: Call, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(ranks, "launched", lambda: True)
    assert call("run", str(CASE), "--np", "2", "--out", str(tmp_path / "out")) == (
        2,
        "",
        "rack2city: --np: this process was started by mpirun already; leave out --np\n",
    )
    assert list(tmp_path.iterdir()) == []


def test_np_without_mpirun(call: Call, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(shutil, "which", lambda *args, **kwargs: None)
    code, out, err = call("run", str(CASE), "--np", "2", "--out", str(tmp_path / "out"))
    assert (code, out) == (2, "")
    assert err == (f"rack2city: --np: no mpirun beside {sys.executable} or on PATH; install MPI, or run without --np\n")


def test_np_runs_on_as_many_ranks(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "rack2city", "run", str(CASE), "--np", "2", "--stage", "mesh", "--out", "run"]
    done = subprocess.run(
        command, cwd=tmp_path, capture_output=True, text=True, timeout=100, stdin=subprocess.DEVNULL, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[-1] == "results up to stage 'mesh': run"
    assert done.stdout.count("mesh") == 2  # printed once
    assert json.loads((tmp_path / "run" / "stages.json").read_text())["stages"]["mesh"]["ranks"] == 2


@pytest.mark.parametrize("launch", [["-m", "mpi4py", "-m", "rack2city"], ["-m", "rack2city"]])
@pytest.mark.parametrize(
    ("setting", "sentence"),
    [
        ("rack.trays=26", "rack.trays: the loads fill 18 trays"),  # found by the first rank, told to the other
        ("rack.power=3 bar", "rack.power: expected a power, got 3 bar"),  # found by each
    ],
)
def test_ranks_print_an_error_once_and_end_with_its_code(
    mpirun: str, tmp_path: Path, launch: list[str], setting: str, sentence: str
) -> None:
    done = on_two_ranks(mpirun, tmp_path, *launch, "run", str(CASE), "--out", "out", "--set", setting)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"rack2city: {CASE / 'case.toml'}: {sentence}")
    assert done.stderr.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


FAULTY = """
import sys
from rack2city import chain, cli, errors, ranks

def run_chain(loaded, out, comm, *others):
    if comm.rank == 1:
        raise {error}
    comm.Barrier()  # where the other rank waits in vain

ranks.PATIENCE_S = 0.5
chain.run_chain = run_chain
sys.argv = ["rack2city", "run", {case!r}]
cli.main()
"""


@pytest.mark.parametrize(
    ("error", "sentence", "code"),
    [
        ("errors.ConvergenceError('only here')", "rank 1: rack2city: only here", 1),
        ("ZeroDivisionError('ours')", "ZeroDivisionError: ours", 1),
    ],
)
def test_one_rank_that_fails_alone_ends_the_job(
    mpirun: str, tmp_path: Path, error: str, sentence: str, code: int
) -> None:
    script = tmp_path / "faulty.py"
    script.write_text(FAULTY.format(error=error, case=str(CASE)), encoding="utf-8")
    done = on_two_ranks(mpirun, tmp_path, str(script))
    assert done.returncode == code
    assert sentence in done.stderr


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (
            OSError(errno.ENOSPC, "No space left on device", "/run/solver.log"),
            "/run/solver.log: No space left on device",
        ),
        (PermissionError(errno.EACCES, "Permission denied", "m.msh"), "m.msh: Permission denied"),
        (OSError(errno.EMFILE, "Too many open files"), "the machine: Too many open files"),
    ],
)
def test_what_the_machine_refuses_is_a_sentence(
    call: Call, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, error: OSError, sentence: str
) -> None:
    def failing(*args: Any) -> None:
        raise error

    monkeypatch.setattr(chain, "run_chain", failing)
    assert call("run", str(CASE), "--out", str(tmp_path)) == (1, "", f"rack2city: {sentence}\n")


def test_ctrl_c_is_tidy(tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-u",
        "-m",
        "rack2city",
        "run",
        str(CASE),
        "--out",
        "run",
        "--set",
        "plates.cpu.level=fine",
    ]

    def heard() -> None:  # tests that run in the background ignore the signal, and so would what they start
        signal.signal(signal.SIGINT, signal.SIG_DFL)

    pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, cwd=tmp_path, preexec_fn=heard, **pipes) as run:
        assert run.stdout is not None
        assert run.stdout.readline().startswith("mesh")
        run.send_signal(signal.SIGINT)
        _, err = run.communicate(timeout=100)
    assert run.returncode == 130
    assert err.strip() == "rack2city: interrupted"
    assert "plate" not in json.loads((tmp_path / "run" / "stages.json").read_text())["stages"]


def progress(monkeypatch: pytest.MonkeyPatch, watched: bool) -> str:
    """What a monitor shows of a short run."""
    screen = Console(file=io.StringIO(), force_terminal=watched, width=100, markup=False, highlight=False)
    monkeypatch.setattr(console, "console", screen)
    monitor = console.TerminalMonitor()
    monitor.begin("plate", 2)
    monitor.step("channel at [1] x design flow")
    monitor.step("fields")
    monitor.end(3.21, False)
    monitor.begin("rack", 1)
    monitor.end(0.0, True)
    monitor.close()
    assert isinstance(screen.file, io.StringIO)
    return screen.file.getvalue()


def test_plain_lines_where_nobody_watches(monkeypatch: pytest.MonkeyPatch) -> None:
    assert progress(monkeypatch, False).splitlines() == [
        "plate: channel at [1] x design flow",
        "plate: fields",
        "plate   done in 3.2 s",
        "rack    unchanged, taken from the run folder",
    ]


def test_a_bar_where_a_person_watches(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = progress(monkeypatch, True)
    assert "━" in shown
    assert "0/2" in shown
    assert "plate: " not in shown
    assert "plate   done in 3.2 s" in shown
