"""What is computed again and what is not, when a case is run a second time in its folder."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rack2city import rack
from rack2city.case import load_case
from rack2city.chain import STAGES, Session, Stage, rewrite_report, run_chain, stage_figures
from rack2city.chain.folder import RunFolder
from rack2city.chain.lock import locked
from rack2city.chain.stage import Evidence, evidence_in
from rack2city.errors import ConvergenceError, InputError, Rack2CityError
from rack2city.evidence import Check, store

Chain = Callable[..., list[str]]


def test_an_unchanged_run_computes_nothing(computed: Chain, run_copy: Path) -> None:
    before = {file.name: file.read_bytes() for file in run_copy.iterdir() if file.is_file()}
    assert computed(run_copy) == []
    assert {file.name: file.read_bytes() for file in run_copy.iterdir() if file.is_file()} == before


@pytest.mark.parametrize(
    ("override", "stages"),
    [
        ("limits.manifold_velocity=2 m/s", ["rack", "plant", "city"]),
        ("rack.loads.accelerator.junction_to_case=0.01 K/W", ["rack", "plant", "city"]),
        ("plant.ups.efficiency=96 %", ["plant", "city"]),
        ("plant.utilisation=80 %", ["city"]),
        ("city.weather.seed=2", ["city"]),
        ("case.title=another", []),
    ],
)
def test_a_change_computes_what_follows_from_it(
    computed: Chain, run_copy: Path, override: str, stages: list[str]
) -> None:
    assert computed(run_copy, override) == stages
    assert computed(run_copy, override) == []


@pytest.mark.parametrize(
    "override",
    [
        "rack.supply_temperature=41 degC",
        "rack.flow_per_power=1.25 L/min/kW",
        "plates.cpu.tim_resistance=6 mm^2*K/W",
        "plates.cpu.flow_factors=[0.35, 1.0, 1.8]",
        "coolant.name=water",
        "solver.options.flow_.ksp_rtol=1e-7",
        "plates.cpu.level=medium",
    ],
)
def test_what_the_finite_elements_see_computes_the_plate(
    computed: Chain, run_copy: Path, monkeypatch: pytest.MonkeyPatch, override: str
) -> None:
    def plate(*args: Any) -> None:
        raise Rack2CityError("the plate is computed")

    monkeypatch.setattr("rack2city.chain.plates.runs.run_plate", plate)
    with pytest.raises(Rack2CityError, match="the plate is computed"):
        computed(run_copy, override)


def test_a_changed_result_is_computed(computed: Chain, run_copy: Path) -> None:
    """The second run gives what its own inputs say, not what the folder held."""
    computed(run_copy, "plant.utilisation=50 %")
    half = json.loads((run_copy / "city.json").read_text())["electricity_j"]["it"]
    computed(run_copy, "plant.utilisation=100 %")
    assert json.loads((run_copy / "city.json").read_text())["electricity_j"]["it"] == pytest.approx(2.0 * half)


@pytest.mark.parametrize(
    ("file", "stage"),
    [
        ("plates/cpu/mesh.msh", "mesh"),
        ("plates/cpu/mesh.json", "mesh"),
        ("rack.json", "rack"),
        ("plant.json", "plant"),
        ("city.json", "city"),
        ("year.parquet", "city"),
    ],
)
@pytest.mark.parametrize("fault", ["missing", "edited", "truncated"])
def test_a_file_that_is_not_as_it_was_is_named_and_computed_again(
    computed: Chain, told: list[str], run_copy: Path, file: str, stage: str, fault: str
) -> None:
    content = (run_copy / file).read_bytes()
    (run_copy / file).unlink()
    if fault != "missing":
        (run_copy / file).write_bytes(content + b" " if fault == "edited" else content[: len(content) // 2])
    assert computed(run_copy) == [stage]
    happened = "is missing" if fault == "missing" else "was changed since it was written"
    assert told == [f"{file} {happened}: computed anew"]
    assert computed(run_copy) == []
    assert told == []


@pytest.mark.parametrize(
    "file", ["plates/cpu/plate.json", "plates/cpu/solver.log", "plates/cpu/fields/flow_p0_000000.vtu"]
)
def test_halved_resistances_and_a_lost_rack_do_not_hold(
    computed: Chain, told: list[str], run_copy: Path, monkeypatch: pytest.MonkeyPatch, file: str
) -> None:
    """What the finite elements wrote is believed no more than the rest."""

    def plate(*args: Any) -> None:
        raise Rack2CityError("the plate is computed")

    monkeypatch.setattr("rack2city.chain.plates.runs.run_plate", plate)
    (run_copy / "rack.json").unlink()
    (run_copy / file).write_bytes((run_copy / file).read_bytes().replace(b"1", b"0"))
    with pytest.raises(Rack2CityError, match="the plate is computed"):
        computed(run_copy)
    assert told == [f"{file} was changed since it was written: computed anew"]


def test_a_damaged_index_is_told(computed: Chain, told: list[str], run_copy: Path) -> None:
    (run_copy / "stages.json").write_text("{")
    assert computed(run_copy, until="mesh") == ["mesh"]
    assert told == ["stages.json was changed since it was written: what it no longer tells of is computed anew"]


def test_a_folder_in_which_another_run_works_is_left_alone(computed: Chain, run_copy: Path) -> None:
    with locked(run_copy, print), pytest.raises(InputError, match="another run works in this folder"):
        computed(run_copy, "rack.supply_temperature=41 degC")
    assert computed(run_copy) == []


def again(folder: Path) -> list[Path]:
    return rewrite_report(folder, print)


def test_reports_are_written_again_as_often_as_one_likes(computed: Chain, run_copy: Path) -> None:
    (run_copy / "report.pdf").unlink()
    (run_copy / "report.html").write_text("edited")
    for _ in range(2):
        assert again(run_copy) == [run_copy / "report.html", run_copy / "report.pdf"]
    assert RunFolder(run_copy).changes("report") == []
    assert computed(run_copy) == []


@pytest.mark.parametrize(
    "file",
    [
        "summary.json",
        "year.parquet",
        "plates/cpu/plate.json",
        "plates/cpu/mesh.msh",
        "plates/cpu/fields/temperature_p0_000000.vtu",
    ],
)
def test_no_report_is_made_of_what_was_edited(run_copy: Path, file: str) -> None:
    (run_copy / file).write_bytes((run_copy / file).read_bytes().replace(b"8", b"7"))
    before = (run_copy / "report.html").read_bytes()
    with pytest.raises(InputError) as refused:
        again(run_copy)
    assert str(refused.value) == (
        f"{run_copy}: {file} was changed since it was written; write it anew with `rack2city run`"
    )
    assert (run_copy / "report.html").read_bytes() == before


def test_no_report_is_made_of_two_runs(computed: Chain, run_copy: Path) -> None:
    """A stage that was computed anew leaves a summary that is no longer of these results."""
    assert computed(run_copy, "limits.manifold_velocity=2 m/s", until="rack") == ["rack"]
    with pytest.raises(InputError) as refused:
        again(run_copy)
    assert str(refused.value) == (
        f"{run_copy / 'stages.json'}: does not tell of a run to its end; a report needs the folder of a finished "
        "`rack2city run`"
    )


@pytest.mark.parametrize("stage", STAGES[:-1], ids=lambda stage: stage.name)
def test_every_stage_tells_its_key_figures_and_checks(finished_run: Path, stage: Stage) -> None:
    lines = stage_figures(finished_run, stage.name)
    assert all(re.search(r": .*[\d]|level coarse|skived, cell|not known|which no heat can do", line) for line in lines)
    checks = stage.evidence(finished_run).checks
    assert len(lines) == len(stage.tells(finished_run)) + len(checks)
    assert len(stage.tells(finished_run)) >= 5
    assert [line.rpartition(": ")[2] for line in lines[len(lines) - len(checks) :]] == ["holds"] * len(checks)


def test_the_plate_tells_drop_and_resistance_of_each_flow(finished_run: Path) -> None:
    lines = iter(stage_figures(finished_run, "plate"))
    for name in ("accelerator", "cpu"):
        plate = json.loads((finished_run / "plates" / name / "plate.json").read_text())
        assert f"plate {name}: skived, cell" in lines
        for drop, case in zip(plate["pressure_drop_pa"], plate["case_to_inlet_max_k_per_w"], strict=True):
            number = r"([\d.]+)"
            found = re.search(rf"pressure drop {number}\WkPa, case-to-inlet {number}\WK/W", next(lines))
            assert found is not None
            assert [float(text) for text in found.groups()] == pytest.approx([drop / 1e3, case], rel=1e-3)


@pytest.mark.parametrize("stage", ["mesh", "plate", "rack", "plant", "city"])
def test_a_run_stops_where_it_is_told(computed: Chain, run_copy: Path, stage: str) -> None:
    for file in ("rack.json", "plant.json", "city.json", "summary.json"):
        (run_copy / file).unlink()
    written = {"rack": ["rack.json"], "plant": ["rack.json", "plant.json"]}
    written["city"] = [*written["plant"], "city.json"]
    computed(run_copy, until=stage)
    left = [file for file in ("rack.json", "plant.json", "city.json", "summary.json") if (run_copy / file).exists()]
    assert left == written.get(stage, [])


def test_the_coarser_mesh_comes_and_goes_with_the_level(computed: Chain, tmp_path: Path) -> None:
    coarser = tmp_path / "plates" / "cpu" / "mesh-coarser.msh"
    assert computed(tmp_path, "plates.cpu.level=medium", until="mesh") == ["mesh"]
    assert coarser.exists()
    coarser.unlink()
    assert computed(tmp_path, "plates.cpu.level=medium", until="mesh") == ["mesh"]
    assert coarser.exists()
    assert computed(tmp_path, until="mesh") == ["mesh"]
    assert not coarser.exists()


def own(mesh: Path, **fields: str) -> tuple[str, ...]:
    """Overrides that give the cpu's plate a mesh of its own."""
    table = {"kind": "mesh", "file": str(mesh), "conductivity": "391 W/(m*K)", "unit": "m"} | fields
    texts = (f'{key} = "{value}"' if key != "copies" else f"{key} = {value}" for key, value in table.items())
    return (f"plates.cpu={{ {', '.join(texts)} }}",)


def test_an_own_mesh_is_taken_and_its_content_counts(computed: Chain, run_copy: Path, tmp_path: Path) -> None:
    mine = tmp_path / "own.msh"
    mine.write_bytes((run_copy / "plates" / "cpu" / "mesh.msh").read_bytes())
    folder = tmp_path / "with-own"
    assert computed(folder, *own(mine, copies="200"), until="mesh") == ["mesh"]
    assert computed(folder, *own(mine, copies="200"), until="mesh") == []
    computed(tmp_path / "fine", "plates.cpu.level=fine", until="mesh")
    mine.write_bytes((tmp_path / "fine" / "plates" / "cpu" / "mesh.msh").read_bytes())
    assert computed(folder, *own(mine, copies="200"), until="mesh") == ["mesh"]


def test_the_mesh_of_the_folder_itself_may_be_the_own_mesh(computed: Chain, run_copy: Path) -> None:
    mesh = run_copy / "plates" / "cpu" / "mesh.msh"
    before = mesh.read_bytes()
    assert computed(run_copy, *own(mesh, copies="200"), until="mesh") == ["mesh"]
    assert mesh.read_bytes() == before


def test_a_failed_stage_is_not_recorded(computed: Chain, run_copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(*args: Any) -> None:
        raise ConvergenceError("the rack does not converge")

    with monkeypatch.context() as patch:
        patch.setattr(rack, "run_rack", failing)
        with pytest.raises(ConvergenceError, match="the rack does not converge"):
            computed(run_copy, "limits.cdu_head=280 kPa")
    recorded = json.loads((run_copy / "stages.json").read_text())["stages"]
    assert "rack" not in recorded
    assert "plate" in recorded
    # The results of before are still in their file, but they are not believed.
    assert (run_copy / "rack.json").exists()
    assert computed(run_copy) == ["rack"]


def test_a_folder_that_cannot_be_made(computed: Chain, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError) as caught:
        computed(tmp_path / "file" / "run")
    assert str(caught.value) == f"{tmp_path / 'file' / 'run'}: cannot make this run folder: Not a directory"


def test_a_file_that_cannot_be_written_is_one_sentence(computed: Chain, tmp_path: Path) -> None:
    (tmp_path / "plates" / "cpu" / "mesh.json.part").mkdir(parents=True)
    with pytest.raises(Rack2CityError) as caught:
        computed(tmp_path, until="mesh")
    assert str(caught.value) == f"{tmp_path / 'plates' / 'cpu' / 'mesh.json.part'}: Is a directory"
    assert caught.value.exit_code == 1


def test_a_new_stage_is_a_declaration_in_the_list(
    run_copy: Path, cheap_case: tuple[Path, tuple[str, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is computed once, and its checks and time are in the summary; nothing else had to learn of it."""
    from mpi4py.MPI import COMM_SELF

    def compute(session: Session) -> None:
        store(session.file("grid.json"), Evidence(checks=(Check("Frequency", 50.0, 49.8, "Hz", "min"),)))

    city, report = STAGES[-2:]
    new = Stage("grid", compute, lambda case: ("grid.json",), before=(city,), evidence=evidence_in("grid.json"))
    monkeypatch.setattr("rack2city.chain.run.STAGES", (*STAGES[:-1], new, report))
    summary = run_chain(load_case(*cheap_case), run_copy, COMM_SELF)
    assert summary is not None
    assert [check.name for check in summary.verdict.checks][-1] == "Frequency"
    assert list(summary.provenance.seconds)[-1] == "grid"
    assert "Frequency" in (run_copy / "report.html").read_text(encoding="utf-8")
    written = (run_copy / "grid.json").stat().st_mtime_ns
    run_chain(load_case(*cheap_case), run_copy, COMM_SELF, "grid")
    assert (run_copy / "grid.json").stat().st_mtime_ns == written


@pytest.mark.parametrize("stage", STAGES, ids=lambda stage: stage.name)
def test_a_stage_names_parts_of_a_case(stage: Stage, cheap_case: tuple[Path, tuple[str, ...]]) -> None:
    """A misspelt part would be found only when the stage is run."""
    case = load_case(*cheap_case).case
    parts, sources = stage.used(case)
    assert parts.keys() == {*stage.parts, "derived"}
    assert all(source.is_file() for source in sources)
    assert stage.before == tuple(other for other in STAGES[: STAGES.index(stage)] if other in stage.before)


@pytest.mark.parametrize("stage", ["plate", "rack"])
def test_the_coolants_own_table_counts_by_its_content(
    stage: str, cheap_case: tuple[Path, tuple[str, ...]], tmp_path: Path
) -> None:
    """Where the table lies on this machine is no part of the key, what it holds is."""
    case, table = load_case(*cheap_case).case, tmp_path / "oil.csv"
    case = case.model_copy(update={"coolant": case.coolant.model_copy(update={"table": table})})
    parts, sources = next(one for one in STAGES if one.name == stage).used(case)
    assert sources == [table]
    assert str(tmp_path) not in repr(parts)


def test_the_interface_material_lies_between_base_and_case(run_copy: Path) -> None:
    """5 mm2 K/W at the even flux of the plate."""
    plate = json.loads((run_copy / "plates" / "accelerator" / "plate.json").read_text())
    pairs = zip(plate["case_to_inlet_max_k_per_w"], plate["runs"]["base_to_inlet_max_k_per_w"], strict=True)
    assert [case - base for case, base in pairs] == pytest.approx([5e-6 / 1.6e-3] * 3)
