"""The peers' cases A, B and C: from rest, against references that an independent finite-volume method converges to."""

from collections.abc import Callable
from dataclasses import asdict
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from mpi4py import MPI

from rack2city.fem.flow.forms import PLAIN, Stabilisation
from rackmesh.tensor import write_blocks

BENCH = Path(__file__).resolve().parents[2] / "hpc" / "bench"
JETS = Stabilisation(grad_div=0.04)
"""Of a flow with plenums: their coarse cells need the divergence held down."""

Solve = Callable[..., Any]


@pytest.fixture(scope="module")
def bench() -> Any:
    """The benchmark's modules: meshes and references, and the solved cases."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(BENCH))
        yield import_module("plate_cases"), import_module("cold_plates")


def solved(
    bench: tuple[ModuleType, ModuleType],
    path: Path,
    case: str,
    mesh: str,
    stabilisation: Stabilisation = PLAIN,
    tetrahedra: bool = False,
    comm: MPI.Comm = MPI.COMM_SELF,
    **arguments: Any,
) -> tuple[Any, dict[str, float]]:
    """The result on a mesh that rank 0 writes, and its errors."""
    plate_cases, cold_plates = bench
    if comm.rank == 0:
        write_blocks(plate_cases.blocks(case, mesh), path, tetrahedra)
    comm.barrier()
    result, _, _ = cold_plates.solve_case(case, path, comm, stabilisation=stabilisation, **arguments)
    return result, plate_cases.errors(case, asdict(result))


@pytest.mark.parametrize("stabilisation", [PLAIN, Stabilisation()], ids=["plain", "skew"])
def test_case_a_with_208_cells(
    bench: tuple[ModuleType, ModuleType], tmp_path: Path, stabilisation: Stabilisation
) -> None:
    """One quadratic cell across half the channel is enough for 0.25 %; watts in are watts out."""
    result, errors = solved(bench, tmp_path / "a.msh", "A", "coarse", stabilisation)
    assert result.cells == 208
    bulk = errors.pop("bulk_k")
    assert max(map(abs, errors.values())) < 2.5e-3, errors
    assert abs(bulk) < 1e-8
    assert result.mass_balance < 1e-10
    assert result.heat_balance < 1e-8


def test_case_a_to_a_thousandth(bench: tuple[ModuleType, ModuleType], tmp_path: Path) -> None:
    result, errors = solved(bench, tmp_path / "a.msh", "A", "fine")
    assert abs(errors["pressure_drop_pa"]) < 1e-3
    assert abs(errors["gradient_pa_per_m"]) < 5e-4
    assert abs(errors["max_k"]) < 1e-3
    assert abs(errors["mean_k"]) < 1e-3
    assert abs(errors["bulk_k"]) < 1e-8
    assert result.mass_balance < 1e-10
    assert result.heat_balance < 1e-8


def test_case_b_is_the_flow_of_case_a(bench: tuple[ModuleType, ModuleType], tmp_path: Path) -> None:
    """The fluid alone: the same cells without the solid, the same flow."""
    alone, errors = solved(bench, tmp_path / "b.msh", "B", "coarse")
    with_solid, _ = solved(bench, tmp_path / "a.msh", "A", "coarse")
    assert max(map(abs, errors.values())) < 2e-3
    assert alone.cells < with_solid.cells
    assert alone.pressure_drop_pa == pytest.approx(with_solid.pressure_drop_pa, rel=1e-8)


def test_case_a_on_tetrahedra(bench: tuple[ModuleType, ModuleType], tmp_path: Path) -> None:
    """The same grid with each cell split into six."""
    result, errors = solved(bench, tmp_path / "t.msh", "A", "coarse", tetrahedra=True)
    assert result.cells == 6 * 208
    assert abs(errors.pop("bulk_k")) < 1e-8
    assert max(map(abs, errors.values())) < 1e-2, errors


@pytest.mark.slow
@pytest.mark.parametrize("speed", [0.1, 0.3, 0.5])
@pytest.mark.parametrize("mesh", ["coarse", "medium", "fine", "tetrahedra"])
def test_case_c_converges_from_rest(
    bench: tuple[ModuleType, ModuleType], tmp_path: Path, mesh: str, speed: float
) -> None:
    """Jets enter the outlet plenum, and from 0.3 m/s on an eddy reaches through the outlet; no guess is given."""
    tetrahedra = mesh == "tetrahedra"
    mesh = "coarse" if tetrahedra else mesh
    result, errors = solved(bench, tmp_path / "c.msh", "C", mesh, JETS, tetrahedra, speed=speed)
    exact = bench[0].bulk_outlet_k("C", speed)
    assert result.bulk_k == pytest.approx(exact, abs=1e-8 * (exact - bench[0].INLET_K))
    assert result.mass_balance < 1e-10
    assert result.heat_balance < 1e-8
    # Developed friction of a 0.3 x 3 mm channel over 20 mm is most of it; the rest, entrances, exits and plenums, grows faster.
    developed = 46461.57 * speed / 0.5 * 20e-3
    assert 1.0 < result.pressure_drop_pa / developed < 1.0 + 0.4 * speed / 0.5 + 0.05
    if speed == 0.5:  # m/s, for which there is a reference
        assert abs(errors.pop("bulk_k")) < 1e-8
        bound = 5e-2 if tetrahedra else 1e-2 if mesh == "coarse" else 5e-3
        assert max(map(abs, errors.values())) < bound, errors


def test_references_are_what_the_cases_say(bench: tuple[ModuleType, ModuleType]) -> None:
    plate_cases = bench[0]
    assert plate_cases.bulk_outlet_k("A") == pytest.approx(273.15 + 50.7188, abs=1e-4)
    assert plate_cases.bulk_outlet_k("C") == pytest.approx(273.15 + 45.717, abs=1e-3)
    assert plate_cases.open_area("C") == pytest.approx((3 * 0.3e-3 * 3e-3, 1.4e-3 * 3e-3))


@pytest.mark.mpi
def test_ranks_agree_on_case_a(bench: tuple[ModuleType, ModuleType], shared_path: Path) -> None:
    world = MPI.COMM_WORLD
    together, _ = solved(bench, shared_path / "a.msh", "A", "coarse", comm=world)
    alone = None
    if world.rank == 0:
        alone, _ = solved(bench, shared_path / "a.msh", "A", "coarse")
    alone = world.bcast(alone)
    names = ("pressure_drop_pa", "gradient_pa_per_m", "max_k", "mean_k", "bulk_k")
    assert [getattr(together, n) for n in names] == pytest.approx([getattr(alone, n) for n in names], rel=1e-8)
