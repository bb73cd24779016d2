"""The doctor finds what is wrong, and says how to mend it."""

from pathlib import Path

import pytest

from rack2city import doctor
from rack2city.doctor import Finding, machine, parallel, parts
from rack2city.doctor.probe import Probe, installed, probe
from rack2city.errors import InputError
from rack2city.places import forms_folder

WELL = {
    "dolfinx": "0.11.0",
    "file": "/env/dolfinx/__init__.py",
    "petsc": "3.25.5",
    "scalar": "float64",
    "packages": {"mumps": True, "superlu_dist": True, "hypre": False},
    "mpi": "MPICH Version: 5.0.2",
    "vendor": "MPICH",
}


@pytest.fixture(scope="module")
def findings() -> list[Finding]:
    return doctor.diagnose()


def test_this_environment_is_healthy(findings: list[Finding]) -> None:
    assert doctor.healthy(findings), doctor.render(findings)
    topics = "Python, DOLFINx, PETSc, MPI, C compiler, JIT cache, threads, gmsh, CoolProp, PyVista, typst, memory"
    assert [finding.topic for finding in findings] == topics.split(", ")


def test_facts_are_those_of_this_environment(findings: list[Finding]) -> None:
    by_topic = {finding.topic: finding for finding in findings}
    version = installed("dolfinx-solver-real") or installed("fenics-dolfinx")
    assert version is not None
    assert version in by_topic["DOLFINx"].text
    assert installed("gmsh") in (None, by_topic["gmsh"].text)  # conda's gmsh carries no metadata
    assert "mumps" in by_topic["PETSc"].text.split("without")[0] or "superlu_dist" in by_topic["PETSc"].text


def test_every_trouble_has_an_advice_and_is_rendered(findings: list[Finding]) -> None:
    text = doctor.render([*findings, Finding("tea", "fail", "the pot is empty", "boil water")])
    assert all(finding.advice for finding in findings if finding.status != "ok")
    assert text.splitlines()[-2:] == ["fail tea         the pot is empty", "                 -> boil water"]
    assert all(len(line) <= 110 for line in text.splitlines() if "/" not in line)


@pytest.mark.parametrize(("status", "healthy"), [("ok", True), ("warn", True), ("fail", False)])
def test_only_a_failure_is_unhealthy(status: doctor.Status, healthy: bool) -> None:
    assert doctor.healthy([Finding("a", "ok", ""), Finding("b", status, "")]) is healthy


def test_a_crash_is_survived_and_named() -> None:
    assert probe("import os; os.abort()").error == "crashed with SIGABRT"
    assert probe("import nothing_of_this_name").error == "ModuleNotFoundError: No module named 'nothing_of_this_name'"
    assert probe("import sys; sys.exit(3)").error == "ended with exit code 3"
    assert probe("import time; time.sleep(60)", timeout_s=0.2).error == "gave no answer within 0.2 s"
    assert probe("print('noise'); print('[1, 2]')").value == [1, 2]


def test_a_probe_is_no_rank_of_our_job(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PMI_RANK", "1")
    monkeypatch.setenv("TOPIC_KEPT", "1")
    assert probe("import json, os; print(json.dumps([os.getenv('PMI_RANK'), os.getenv('TOPIC_KEPT')]))").value == [
        None,
        "1",
    ]


@pytest.mark.parametrize(
    ("seen", "wheel", "conda", "status", "text", "advice"),
    [
        (Probe(WELL), "0.11.0.post0", None, "ok", "PyPI wheel dolfinx-solver-real 0.11.0.post0", ""),
        (Probe(WELL), None, "0.11.0", "ok", "fenics-dolfinx 0.11.0 (conda-forge", ""),
        (Probe(WELL), None, None, "ok", "/env/dolfinx/__init__.py", ""),
        (Probe(WELL), "0.11.0", "0.11.0", "warn", "installed too", "pip uninstall dolfinx-solver-real"),
        (Probe(WELL | {"dolfinx": "0.9.0"}), None, "0.9.0", "warn", "0.9.0", "tested with 0.11"),
        (
            Probe(error="E: lib"),
            "0.11.0",
            None,
            "fail",
            "PyPI wheel dolfinx-solver-real 0.11.0 does not import: E: lib",
            "--force",
        ),
        (
            Probe(error="E: lib"),
            None,
            "0.11.0",
            "fail",
            "fenics-dolfinx 0.11.0 (conda-forge",
            "conda install -c conda-forge",
        ),
        (Probe(error="E: lib"), "0.11.0", "0.11.0", "fail", "neither imports: E: lib", "pip uninstall"),
        (
            Probe(error="E: none"),
            None,
            None,
            "fail",
            "not installed",
            "pip install 'dolfinx-solver-real>=0.11,<0.12'   or   conda",
        ),
    ],
)
def test_dolfinx(seen: Probe, wheel: str | None, conda: str | None, status: str, text: str, advice: str) -> None:
    found = parallel.dolfinx(seen, wheel, conda)
    assert found.status == status
    assert text in found.text
    assert advice in found.advice


@pytest.mark.parametrize(
    ("changed", "status", "text"),
    [
        ({}, "ok", "3.25.5, float64; gamg, mumps, superlu_dist; without hypre"),
        ({"scalar": "complex128"}, "fail", "complex128"),
        ({"packages": {"mumps": False, "superlu_dist": False, "hypre": True}}, "fail", "without mumps, superlu_dist"),
    ],
)
def test_petsc(changed: dict[str, object], status: str, text: str) -> None:
    found = parallel.petsc(Probe(WELL | changed))
    assert found.status == status
    assert text in found.text


def test_a_foreign_mpirun_is_a_failure(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    launcher = tmp_path / "mpirun"
    launcher.write_text("#!/bin/sh\necho 'mpirun (Open MPI) 4.1.4'\n", encoding="utf-8")
    launcher.chmod(0o755)
    monkeypatch.setattr(parallel, "mpirun_beside_python", lambda: str(launcher))
    found = parallel.mpi(Probe(WELL))
    assert found.status == "fail"
    assert "is of Open MPI, mpi4py of MPICH" in found.text
    monkeypatch.setattr(parallel, "mpirun_beside_python", lambda: None)
    assert parallel.mpi(Probe(WELL)).status == "warn"


@pytest.mark.parametrize(
    ("said", "vendor"),
    [
        ("HYDRA build details:\n    Version: 5.0.2", "MPICH"),
        ("mpirun (Open MPI) 5.0.6", "Open MPI"),
        ("Intel(R) MPI Library for Linux* OS, HYDRA", "Intel MPI"),
        ("", "unknown"),
    ],
)
def test_vendor_of_an_mpirun(said: str, vendor: str) -> None:
    assert parallel.vendor_of(said) == vendor


def test_a_missing_system_library_is_named_with_its_package() -> None:
    error = "OSError: libGLU.so.1: cannot open shared object file: No such file or directory"
    found = parts.gmsh(Probe(error=error))
    assert found.status == "fail"
    assert found.text == "needs the system library libGLU.so.1 (Debian: libglu1-mesa)"
    assert found.advice.startswith("apt-get install libglu1-mesa ")
    assert "ModuleNotFoundError" in parts.gmsh(Probe(error="ModuleNotFoundError: No module named 'gmsh'")).text


def test_a_missing_compiler(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CC", "no-such-compiler -O2")
    assert machine.compiler().advice.startswith(("export CC=", "apt-get install gcc"))
    monkeypatch.setenv("PATH", str(tmp_path))
    found = machine.compiler()
    assert (found.status, found.advice[:19]) == ("fail", "apt-get install gcc")
    assert "'no-such-compiler'" in found.text


def test_jit_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The folder is the one that the finite elements use, with a folder in it for each processor."""
    from rack2city.fem.mesh.compilation import cache_directory

    monkeypatch.setenv("RACK2CITY_JIT_CACHE", str(tmp_path / "deep" / "forms"))
    assert machine.jit_cache().text.startswith(f"{tmp_path}/deep/forms, not there yet")
    assert list(tmp_path.iterdir()) == []
    cache_directory().mkdir(parents=True)
    (cache_directory() / "form.so").write_bytes(b"x" * 3_000_000)
    assert machine.jit_cache().text == f"{tmp_path}/deep/forms, 1 files, 3 MB"


def test_a_jit_cache_that_cannot_be_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RACK2CITY_JIT_CACHE", "/proc/none/forms")  # which even root cannot make
    found = machine.jit_cache()
    assert (found.status, found.advice) == ("fail", "export RACK2CITY_JIT_CACHE=/a/writable/folder")
    assert found.text.startswith("/proc/none/forms cannot be written: ")


def test_where_compiled_forms_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RACK2CITY_JIT_CACHE", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", "/caches")
    assert str(forms_folder()) == "/caches/rack2city/forms"
    monkeypatch.setenv("XDG_CACHE_HOME", "")
    monkeypatch.setenv("HOME", "/home/x")
    assert str(forms_folder()) == "/home/x/.cache/rack2city/forms"

    def no_home() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "home", no_home)
    with pytest.raises(InputError, match="has no home folder; set RACK2CITY_JIT_CACHE"):
        forms_folder()
    assert machine.jit_cache().status == "fail"


@pytest.mark.parametrize(
    ("cores", "asked", "status"),
    [
        (8, None, "warn"),
        (1, None, "ok"),
        (8, "1", "ok"),
        (8, "8", "ok"),
        (8, "9", "warn"),
        (8, "0", "warn"),
        (8, "many", "warn"),
    ],
)
def test_threads(cores: int, asked: str | None, status: str) -> None:
    assert machine.threads(cores, asked).status == status


def test_memory() -> None:
    assert machine.memory(1 * machine.GIB).status == "warn"
    assert machine.memory(5 * machine.GIB).text == "5.0 GiB available"
    assert 0 < machine.available_memory() < 1e15
