"""The set-up keeps its word: pins fit, both packages are shipped, bootstrap makes one environment or says why not."""

import importlib.metadata
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import rack2city

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")

# A Python that does nothing but tell what was asked of it.
FAKE_PYTHON = """#!/bin/sh
case "$1 $2" in
    *version_info*) echo "${JUDGED:-ok 3.12.9}" ;;
    *get_config_var*) echo "gcc -pthread" ;;
    *gmsh*) echo "$GMSH" ;;
    *find_spec*) exit 0 ;;
    "-m venv") mkdir -p "$3/bin" && cp "$0" "$3/bin/python" ;;
    "-m pip") shift 2; echo "pip $*" >>"$CALLS"; exit "${PIP_EXIT:-0}" ;;
    "hpc/missing.py pyproject.toml") echo "demandlib>=0.2" ;;
esac
"""
# A uv that fetches such a Python, and a pip of an old Python that brings this uv.
FAKE_UV = """#!/bin/sh
case "$1 $2" in
    "python dir") exit 1 ;;
    "python install")
        echo "uv $*" >>"$CALLS"
        bin="$UV_PYTHON_INSTALL_DIR/cpython-3.13.9/bin"
        mkdir -p "$bin" && cp "$FAKE" "$bin/python3" ;;
esac
"""
OLD_PYTHON = """#!/bin/sh
case "$1 $2" in
    *version_info*) echo "is 3.9.2" ;;
    "-m pip") echo "pip $*" >>"$CALLS"; mkdir -p "$6/bin" && cp "$UV" "$6/bin/uv" ;;
esac
"""
TOOLS = "bash sh env sed cat sha256sum dirname timeout sort ls tail mkdir cp rm rmdir uname flock"

Bootstrap = Callable[..., subprocess.CompletedProcess[str]]


def test_lock_fits_the_ranges() -> None:
    pins = dict(re.findall(r"^([\w.-]+)==([^\s;]+)", LOCK, re.MULTILINE))
    wanted = [
        *PROJECT["dependencies"],
        *(line for extra in PROJECT["optional-dependencies"].values() for line in extra),
    ]
    assert len(wanted) > 20
    for requirement in map(Requirement, wanted):
        assert requirement.specifier.contains(pins[canonicalize_name(requirement.name)]), requirement


def test_lock_names_no_place() -> None:
    for line in LOCK.splitlines():
        assert re.fullmatch(r" *#.*|[\w.-]+==[\w.]+( ; .+)?", line), line
    assert not re.search(r"://|file:|/(home|root|opt|tmp|usr)/|--(extra-)?index-url|--find-links", LOCK)
    assert "make lock" in LOCK.splitlines()[1]


def test_conda_environment_has_every_dependency_but_the_wheel() -> None:
    text = (ROOT / "environment.yml").read_text(encoding="utf-8")
    listed = dict(re.findall(r"^  - ([\w-]+) ?([^#\n]*?) *(?:#.*)?$", text, re.MULTILINE))
    names = {"gmsh": "python-gmsh", "matplotlib": "matplotlib-base", "typst": "typst-py"}
    for requirement in map(Requirement, PROJECT["dependencies"]):
        if requirement.name == "demandlib":
            continue  # not on conda-forge; bootstrap adds it
        name = names.get(requirement.name, requirement.name)
        assert name in listed, name
        if name != "python-gmsh":  # its range stands at gmsh
            assert set(listed[name].split(",")) == {str(part) for part in requirement.specifier}, name
    assert "fenics-dolfinx" in listed
    assert not any(name.startswith("dolfinx-solver") for name in listed)


def test_one_version_everywhere() -> None:
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert f"\nversion: {PROJECT['version']}\n" in citation
    assert rack2city.__version__ in {PROJECT["version"], "0+unknown"}


def test_console_command() -> None:
    if rack2city.__version__ == "0+unknown":
        pytest.skip("run from a source tree that was never installed: there is no console command")
    (command,) = importlib.metadata.entry_points(group="console_scripts", name="rack2city")
    assert callable(command.load())


def test_wheel_ships_both_packages(tmp_path: Path) -> None:
    pytest.importorskip("hatchling")
    build = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--no-deps",
        "--no-build-isolation",
        "-q",
        "-w",
        str(tmp_path),
        str(ROOT),
    ]
    subprocess.run(build, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("rack2city-*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    for root, package in (("solver", "rack2city"), ("meshes", "rackmesh")):  # pictures beside a package are for readers
        files = {
            file.relative_to(ROOT / root).as_posix()
            for file in (ROOT / root / package).rglob("*.*")
            if "__pycache__" not in file.parts
        }
        assert {name for name in files if not name.endswith(".md")} <= names
    code = "import sys; sys.path.insert(0, sys.argv[1]); import rack2city, rackmesh; print(rack2city, rackmesh)"
    told = subprocess.run(
        [sys.executable, "-c", code, wheel], check=True, capture_output=True, text=True, cwd=tmp_path
    ).stdout
    assert told.count(wheel.name) == 2


@pytest.fixture
def bootstrap(tmp_path: Path) -> Bootstrap:
    """A small copy of the repository, and a call of its bootstrap with only the tools that are given on PATH."""
    repo, tools = tmp_path / "repo", tmp_path / "tools"
    (repo / "hpc").mkdir(parents=True)
    tools.mkdir()
    shutil.copy(ROOT / "hpc" / "bootstrap.sh", repo / "hpc")
    for name in ("requirements.lock", "pyproject.toml"):
        shutil.copy(ROOT / name, repo)
    for name in TOOLS.split():
        (tools / name).symlink_to(shutil.which(name) or pytest.fail(f"{name} is not on this machine"))

    def call(*programs: str, **env: str) -> subprocess.CompletedProcess[str]:
        path = tmp_path / f"bin-{'-'.join(programs)}"
        for name in programs:
            executable(path / name, FAKE_PYTHON)
        env = {"HOME": str(tmp_path / "home"), "PATH": f"{path}:{tools}", "CALLS": str(tmp_path / "calls")} | env
        (tmp_path / "calls").write_text("", encoding="utf-8")
        return subprocess.run(
            [repo / "hpc" / "bootstrap.sh"], env=env, cwd="/", capture_output=True, text=True, timeout=60
        )

    return call


def executable(file: Path, text: str) -> None:
    """Write a script that can be started."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    file.chmod(0o755)


def calls(folder: Path) -> list[str]:
    """What pip was asked to do by the last bootstrap."""
    return (folder / "calls").read_text(encoding="utf-8").splitlines()


INSTALL_ALL = ["pip install -r requirements.lock", "pip install --no-deps --no-build-isolation -e ."]


def test_bootstrap_installs_once(bootstrap: Bootstrap, tmp_path: Path) -> None:
    repo = tmp_path / "repo"
    first = bootstrap("python3", "gcc")
    assert (first.returncode, first.stdout) == (0, f"{repo}/.venv/bin/python\n"), first.stderr
    assert calls(tmp_path) == INSTALL_ALL
    second = bootstrap("python3", "gcc")
    assert (second.returncode, second.stdout, second.stderr) == (0, first.stdout, "")
    assert calls(tmp_path) == []


def test_bootstrap_follows_changes(bootstrap: Bootstrap, tmp_path: Path) -> None:
    repo = tmp_path / "repo"
    bootstrap("python3", "gcc")
    (repo / "pyproject.toml").write_text("[project]\n", encoding="utf-8")
    assert "pyproject.toml changed" in bootstrap("python3", "gcc").stderr
    assert calls(tmp_path) == INSTALL_ALL[1:]
    (repo / "requirements.lock").write_text("numpy==2.0.0\n", encoding="utf-8")
    assert "requirements.lock changed" in bootstrap("python3", "gcc").stderr
    assert calls(tmp_path) == INSTALL_ALL
    (repo / ".venv" / "bin" / "python").unlink()
    assert "broken or half made" in bootstrap("python3", "gcc").stderr
    assert calls(tmp_path) == INSTALL_ALL


def test_bootstrap_that_failed_begins_anew(bootstrap: Bootstrap, tmp_path: Path) -> None:
    failed = bootstrap("python3", "gcc", PIP_EXIT="7")
    assert failed.returncode == 1
    assert "this failed: " in failed.stderr
    assert failed.stdout == ""
    again = bootstrap("python3", "gcc")
    assert again.returncode == 0
    assert "broken or half made" in again.stderr
    assert calls(tmp_path) == INSTALL_ALL


def test_bootstrap_finds_pyenv_behind_an_empty_shim(bootstrap: Bootstrap, tmp_path: Path) -> None:
    executable(tmp_path / "home/.pyenv/versions/3.9.9/bin/python", FAKE_PYTHON.replace("ok 3.12.9", "is 3.9.9"))
    executable(tmp_path / "home/.pyenv/versions/3.13.2/bin/python", FAKE_PYTHON)
    executable(tmp_path / "tools/python3.12", "#!/bin/sh\necho 'pyenv: python3.12: command not found' >&2; exit 127\n")
    done = bootstrap("gcc")
    assert done.returncode == 0, done.stderr
    assert f"({tmp_path}/home/.pyenv/versions/3.13.2/bin/python)" in done.stderr


@pytest.mark.parametrize(
    ("programs", "env", "sentence"),
    [
        (["gcc"], {}, r"no usable Python >= 3.12 .* \(looked at: nothing there\), and uv could not .*: install .*"),
        (
            ["python3", "gcc"],
            {"JUDGED": "is 3.11.2"},
            r"no usable Python .*/python3 \(is 3.11.2\)\), and uv .*: install .*",
        ),
        (
            ["python3", "gcc"],
            {"JUDGED": "is 3.9.1", "PYTHON": "python3"},
            r"PYTHON=python3 cannot be used: it is 3.9.1; name .*",
        ),
        (["python3"], {}, r"no C compiler was found .*"),
        (
            ["python3", "clang"],
            {},
            r"forms would be compiled with 'gcc', which is not on PATH, but 'clang' is: say 'export CC=clang'.*",
        ),
    ],
)
def test_what_is_missing_is_told_in_one_sentence(
    bootstrap: Bootstrap, tmp_path: Path, programs: list[str], env: dict[str, str], sentence: str
) -> None:
    done = bootstrap(*programs, **env)
    assert (done.returncode, done.stdout) == (2, "")
    assert re.fullmatch(f"rack2city: {sentence}\n", done.stderr)
    assert not (tmp_path / "repo" / ".venv").exists()


@pytest.mark.parametrize("uv", ["on PATH", "by pip"])
def test_where_no_python_serves_uv_fetches_one(bootstrap: Bootstrap, tmp_path: Path, uv: str) -> None:
    for name, text in (("fake", FAKE_PYTHON), ("uv", FAKE_UV), ("tools/python3", OLD_PYTHON)):
        executable(tmp_path / name, text)
    if uv == "on PATH":
        executable(tmp_path / "tools" / "uv", FAKE_UV)
    given = {"FAKE": str(tmp_path / "fake"), "UV": str(tmp_path / "uv")}
    done = bootstrap("gcc", **given)
    place = tmp_path / "repo" / ".venv"
    assert done.returncode == 0, done.stderr
    assert "no Python >= 3.12 was found: uv fetched 3.12.9 into .venv/interpreter" in done.stderr
    assert f"({place}/interpreter/cpython-3.13.9/bin/python3)" in done.stderr
    told = [line.split(" ", 4)[:4] for line in calls(tmp_path)]
    assert ["uv", "python", "install", "3.13"] in told
    assert (["pip", "-m", "pip", "install"] in told) == (uv == "by pip")
    (place / "rack2city-stamp").unlink()  # made anew, it takes the interpreter that is there
    again = bootstrap("gcc", **given)
    assert again.returncode == 0, again.stderr
    assert not any(line.startswith("uv") for line in calls(tmp_path))


def test_missing_system_library_does_not_cost_the_environment(bootstrap: Bootstrap, tmp_path: Path) -> None:
    missing = bootstrap("python3", "gcc", GMSH="gmsh needs the system library libGLU.so.1")
    assert missing.returncode == 2
    assert missing.stderr.endswith("rack2city: gmsh needs the system library libGLU.so.1\n")
    mended = bootstrap("python3", "gcc")
    assert (mended.returncode, mended.stderr) == (0, "")
    assert calls(tmp_path) == []


def test_what_bootstrap_asks_of_the_package_is_answered() -> None:
    """The stand-ins above answer whatever they are asked."""
    asked = re.findall(r"-c '(from rack2city[^']*)'", (ROOT / "hpc" / "bootstrap.sh").read_text(encoding="utf-8"))
    assert asked
    for code in asked:
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
        assert (done.returncode, done.stdout.strip()) == (0, ""), done.stderr


def test_active_conda_environment_is_used_as_it_is(bootstrap: Bootstrap, tmp_path: Path) -> None:
    conda = tmp_path / "conda"
    executable(conda / "bin" / "python", FAKE_PYTHON)
    done = bootstrap("gcc", CONDA_PREFIX=str(conda))
    assert (done.returncode, done.stdout) == (0, f"{conda}/bin/python\n"), done.stderr
    assert calls(tmp_path) == ["pip install demandlib>=0.2", "pip install --no-deps -e ."]
    assert not (tmp_path / "repo" / ".venv").exists()
    assert bootstrap("gcc", CONDA_PREFIX=str(conda)).stderr == ""
    assert calls(tmp_path) == []


def test_missing_lists_only_what_is_missing(tmp_path: Path) -> None:
    file = tmp_path / "pyproject.toml"
    file.write_text(
        '[project]\ndependencies = ["numpy >= 2", "numpy<1", "no-such-thing >=1, <2", "gone; python_version < \'3\'"]\n'
        '[project.optional-dependencies]\ndev = ["pytest"]\nsolver = ["not-asked-for"]\n',
        encoding="utf-8",
    )
    told = subprocess.run(
        [sys.executable, ROOT / "hpc" / "missing.py", file], check=True, capture_output=True, text=True
    )
    assert told.stdout.split() == ["numpy<1", "no-such-thing<2,>=1"]


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ("assert rank == 0", "1 failed"),
        ("assert rank == 0\n    MPI.COMM_WORLD.Barrier()", "rank 1 failed while others still wait"),
    ],
)
def test_one_failing_rank_fails_the_job(tmp_path: Path, body: str, sentence: str) -> None:
    shutil.copy(ROOT / "tests" / "conftest.py", tmp_path)
    head = "from mpi4py import MPI\n\n\ndef test_it():\n    rank = MPI.COMM_WORLD.rank\n    "
    (tmp_path / "test_it.py").write_text(head + body, encoding="utf-8")
    mpirun = shutil.which("mpirun", path=f"{Path(sys.executable).parent}:{os.environ['PATH']}") or pytest.fail(
        "no mpirun"
    )
    command = [
        mpirun,
        "-n",
        "2",
        sys.executable,
        "-m",
        "mpi4py",
        "-m",
        "pytest",
        "-p",
        "no:cacheprovider",
        str(tmp_path),
    ]
    env = os.environ | {"RACK2CITY_TEST_PATIENCE_S": "6"}
    done = subprocess.run(
        command, cwd=tmp_path, env=env, capture_output=True, text=True, timeout=100, stdin=subprocess.DEVNULL
    )
    assert done.returncode != 0
    assert sentence in done.stdout + done.stderr
    assert done.stdout.count("test session starts") == 1


@pytest.mark.mpi
def test_ranks_share_one_job(shared_path: Path) -> None:
    """One domain is shared among the ranks of one job; two jobs of one rank each would both pass without this."""
    from mpi4py import MPI

    from rack2city import fem  # noqa: F401  # brings DOLFINx in the order that the wheel wants

    dolfinx = pytest.importorskip("dolfinx")
    comm = MPI.COMM_WORLD
    assert comm.size > 1
    assert len(set(comm.allgather(str(shared_path)))) == 1
    cells = dolfinx.mesh.create_unit_square(comm, 8, 8).topology.index_map(2)
    assert cells.size_global == 128
    assert comm.allreduce(cells.size_local) == 128
    assert 0 < cells.size_local < 128
