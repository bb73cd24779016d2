"""The chain on several ranks: the same figures, and errors that reach all of them."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rack2city.case import load_case
from rack2city.errors import ConvergenceError, InputError, Rack2CityError

pytestmark = pytest.mark.mpi
AGREEMENT = 1e-6


def figures(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Path and value of everything in a summary."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from figures(item, f"{path}.{key}")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from figures(item, f"{path}[{index}]")
    else:
        yield path, value


def differences(one: dict[str, Any], other: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    """What two summaries do not agree in, `provenance` left out.

    Numbers are compared relative to themselves. The residuals of balances are rounding, with no digit to agree in: they
    are relative figures already, and compared as such.
    """
    old, new = (dict(figures({k: v for k, v in run.items() if k != "provenance"})) for run in (one, other))
    assert old.keys() == new.keys()
    shares = {f".balances[{i}]." for i, balance in enumerate(one["balances"]) if balance["unit"] == "-"}

    def agree(path: str) -> bool:
        a, b = old[path], new[path]
        if isinstance(a, bool) or not isinstance(a, int | float):
            return bool(a == b)
        residual = path.endswith(".relative") or path.startswith(tuple(shares))
        return abs(a - b) <= AGREEMENT * (1.0 if residual else max(abs(a), abs(b)))

    return {path: (old[path], new[path]) for path in old if not agree(path)}


def test_differences_are_found() -> None:
    """The comparison below can fail."""
    summary = {
        "case": {"name": "a"},
        "rack": {"rise_k": 10.0, "loads": [{"count": 3}]},
        "balances": [{"unit": "W", "entering": 2.0, "relative": 1e-12}, {"unit": "-", "entering": 1e-15}],
        "provenance": {"ranks": 1},
    }
    other = json.loads(json.dumps(summary))
    other["provenance"]["ranks"] = 2
    other["balances"][0]["relative"] = 7e-10
    other["balances"][1]["entering"] = 3e-14
    other["rack"]["rise_k"] *= 1.0 + 5e-7
    assert differences(summary, other) == {}
    other["rack"]["rise_k"] = 10.0 + 2e-5
    other["balances"][0]["entering"] = 2.0 + 1e-5
    other["case"]["name"] = "b"
    other["rack"]["loads"][0]["count"] = 4
    assert list(differences(summary, other)) == [
        ".case.name",
        ".rack.rise_k",
        ".rack.loads[0].count",
        ".balances[0].entering",
    ]


def test_summary_is_the_same_on_one_rank_and_on_all(
    shared_path: Path, cheap_case: tuple[Path, tuple[str, ...]]
) -> None:
    from mpi4py.MPI import COMM_SELF, COMM_WORLD

    from rack2city.chain import run_chain

    loaded = load_case(*cheap_case)
    run_chain(loaded, shared_path / "together", COMM_WORLD)
    if COMM_WORLD.rank == 0:
        run_chain(loaded, shared_path / "alone", COMM_SELF)
    COMM_WORLD.Barrier()
    together, alone = (
        json.loads((shared_path / folder / "summary.json").read_text(encoding="utf-8"))
        for folder in ("together", "alone")
    )
    assert together["provenance"]["ranks"] == COMM_WORLD.size
    assert alone["provenance"]["ranks"] == 1
    assert differences(alone, together) == {}


def test_the_other_ranks_take_up_what_one_has_computed(
    shared_path: Path, cheap_case: tuple[Path, tuple[str, ...]]
) -> None:
    """What a stage holds does not depend on the number of ranks."""
    from mpi4py.MPI import COMM_SELF, COMM_WORLD

    from rack2city.chain import run_chain

    loaded = load_case(*cheap_case)
    if COMM_WORLD.rank == 0:
        run_chain(loaded, shared_path, COMM_SELF, "mesh")
    COMM_WORLD.Barrier()
    index = (shared_path / "stages.json").read_bytes()
    run_chain(loaded, shared_path, COMM_WORLD, "mesh")
    assert (shared_path / "stages.json").read_bytes() == index


@pytest.mark.parametrize(
    "error",
    [
        InputError("mesh: the first rank alone has read it"),
        ConvergenceError("the network does not converge"),
        PermissionError(13, "Permission denied", "/run/rack.json"),
    ],
)
def test_an_error_of_the_first_rank_is_one_of_all(shared_path: Path, error: Exception) -> None:
    from mpi4py.MPI import COMM_WORLD

    from rack2city.chain.folder import RunFolder
    from rack2city.chain.monitor import Monitor
    from rack2city.chain.stage import Session

    run = Session(
        load_case(Path(__file__).parents[2] / "cases" / "rack-150kw"), RunFolder(shared_path), COMM_WORLD, Monitor()
    )

    def work() -> None:
        assert COMM_WORLD.rank == 0
        raise error

    with pytest.raises(Rack2CityError) as caught:
        run.on_root(work)
    known = isinstance(error, Rack2CityError)
    assert type(caught.value) is (type(error) if known else Rack2CityError)
    assert str(caught.value) == (str(error) if known else "/run/rack.json: Permission denied")
    assert run.on_root(lambda: COMM_WORLD.rank) == 0  # and the ranks still hear each other


def test_refused_input_reaches_all_ranks_and_writes_nothing(
    shared_path: Path, cheap_case: tuple[Path, tuple[str, ...]]
) -> None:
    from mpi4py.MPI import COMM_WORLD

    from rack2city.chain import run_chain

    case, cheap = cheap_case
    loaded = load_case(case, [*cheap, "plant.heat_pump.refrigerant=R99"])
    with pytest.raises(InputError, match="CoolProp knows no fluid 'R99'"):
        run_chain(loaded, shared_path / "run", COMM_WORLD)
    assert not (shared_path / "run").exists()
