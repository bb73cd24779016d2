"""The stages of a run, in order, each computed only if something it follows from has changed."""

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from mpi4py import MPI

from rack2city.case import Case, LoadedCase
from rack2city.chain.folder import RunFolder, stage_key
from rack2city.chain.mesh_stage import coarser_mesh, make_mesh, mesh_files
from rack2city.chain.monitor import Monitor, Silent
from rack2city.chain.preflight import preflight
from rack2city.chain.summary import plate_balances, summarise
from rack2city.city.result import CityResult
from rack2city.city.year import run_city
from rack2city.errors import InputError, Rack2CityError
from rack2city.evidence.storage import load, read_json, store, write_json
from rack2city.materials import coolant
from rack2city.plant import PlantResult, run_plant
from rack2city.plate import PlateMap
from rack2city.plate.design import reference_design
from rack2city.rack import RackResult, run_rack
from rack2city.report import write_report

STAGES = ("mesh", "plate", "rack", "plant", "city", "report")
YEAR_PARTS = 4  # in which the year's progress is told
T = TypeVar("T")


@dataclass
class _Run:
    """What the stages of one run share."""

    loaded: LoadedCase
    folder: RunFolder
    comm: MPI.Comm
    monitor: Monitor
    keys: dict[str, str] = field(default_factory=dict)

    @property
    def case(self) -> Case:
        return self.loaded.case

    def on_root(self, work: Callable[[], T]) -> T:
        """Do on the first rank what needs no mesh; every rank gets the result, or the same error."""
        outcome: tuple[Any, Rack2CityError | None] = (None, None)
        if self.comm.rank == 0:
            try:
                outcome = (work(), None)
            except Rack2CityError as error:
                outcome = (None, error)
            except OSError as error:  # a full disk, a folder that may not be written
                outcome = (None, Rack2CityError(f"{error.filename or self.folder.path}: {error.strerror or error}"))
        result, problem = self.comm.bcast(outcome)
        if problem is not None:
            raise problem
        return result

    def stage(
        self,
        name: str,
        parts: dict[str, Any],
        files: Sequence[str],
        compute: Callable[[], None],
        *,
        before: Sequence[str] = (),
        sources: Sequence[Path] = (),
        steps: int = 1,
    ) -> None:
        """Compute a stage (on all ranks) unless the folder holds it.

        Args:
            name: the stage.
            parts: parts of the case it uses.
            files: files it writes.
            compute: writes them.
            before: stages it uses.
            sources: files of the user that it uses.
            steps: for the progress bar.
        """
        self.keys[name] = stage_key(parts, sources, [self.keys[stage] for stage in before])
        self.monitor.begin(name, steps)
        started = time.perf_counter()
        held = self.comm.bcast(self.comm.rank == 0 and self.folder.holds(name, self.keys[name], files))
        if not held:
            self.on_root(lambda: self.folder.forget(name))
            compute()
            seconds = time.perf_counter() - started
            self.on_root(lambda: self.folder.record(name, self.keys[name], seconds, self.comm.size))
        self.monitor.end(time.perf_counter() - started, held)


def run_chain(
    loaded: LoadedCase, out: Path, comm: MPI.Comm, until: str = STAGES[-1], monitor: Monitor | None = None
) -> dict[str, Any] | None:
    """Run a case from its mesh to a stage (collective).

    Args:
        loaded: the checked case.
        out: run folder; results that are still valid are taken from it.
        comm: communicator; the finite elements run on all its ranks, everything else on the first.
        until: the last stage to run, one of `STAGES`.
        monitor: hears of the progress.

    Returns:
        The summary, if the run went to the end.

    Raises:
        Rack2CityError: wrong input (nothing was written), no convergence, or an open balance.
    """
    run = _Run(loaded, RunFolder(out), comm, monitor if monitor is not None and comm.rank == 0 else Silent())
    layout, weather = run.on_root(lambda: preflight(loaded))
    run.on_root(lambda: _make_folder(out))
    wanted = STAGES[: STAGES.index(until) + 1]
    case = run.case
    sections = case.model_dump(mode="json")
    limits = {"limits": sections["limits"]}

    own = [case.mesh.file] if case.mesh.file else []
    run.stage(
        "mesh",
        {"channel": sections["channel"], "level": case.mesh.level},
        mesh_files(case),
        lambda: run.on_root(lambda: make_mesh(case, out)),
        sources=own,
    )
    if "plate" in wanted:
        used = {key: sections[key] for key in ("channel", "coolant", "plate", "solver")}
        used["design"] = asdict(reference_design(case))  # of the loads, the finite elements see no more
        used["rack"] = {key: sections["rack"][key] for key in ("supply_temperature", "flow_per_power")}
        files = ["plate.json", "fields/temperature.pvd", "fields/flow.pvd"]
        steps = len(case.plate.flow_factors) + 3 + (coarser_mesh(case, out) is not None)
        run.stage("plate", used, files, lambda: _plate(run), before=["mesh"], steps=steps)
    if "rack" in wanted:
        plate = run.on_root(lambda: load(out / "plate.json", PlateMap))
        used = {"rack": sections["rack"], "coolant": sections["coolant"], "channel": sections["channel"], **limits}

        def compute_rack() -> None:
            run.on_root(lambda: store(out / "rack.json", run_rack(case, coolant(case.coolant.name), plate)))

        run.stage("rack", used, ["rack.json"], compute_rack, before=["plate"])
    if "plant" in wanted:
        rack = run.on_root(lambda: load(out / "rack.json", RackResult))
        full_power = {key: value for key, value in sections["plant"].items() if key != "utilisation"}
        used = {"plant": full_power, "sink": sections["city"]["supply_temperature_cold"], **limits}

        def compute_plant() -> None:
            run.on_root(lambda: store(out / "plant.json", run_plant(case, rack)))

        run.stage("plant", used, ["plant.json"], compute_plant, before=["rack"])
    if "city" in wanted:

        def compute_city() -> None:
            run.on_root(lambda: _city(run, rack, layout, weather))

        sources = [case.city.pipes, case.city.substations, *([case.city.weather.epw] if case.city.weather.epw else [])]
        used = {"plant": sections["plant"], "city": sections["city"], **limits}
        run.stage(
            "city",
            used,
            ["city.json", "year.parquet"],
            compute_city,
            before=["rack", "plant"],
            sources=sources,
            steps=YEAR_PARTS,
        )
    if "report" not in wanted:
        return None
    return run.on_root(lambda: _report(run, plate))


def _make_folder(out: Path) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"{out}: cannot make this run folder: {error.strerror}") from None


def _plate(run: _Run) -> None:
    try:  # here, not above: DOLFINx is slow to load and not needed for held results
        from rack2city.plate.runs import run_plate
    except ImportError as error:
        raise Rack2CityError(f"DOLFINx cannot be imported ({error}); run `rack2city doctor`") from None

    out = run.folder.path
    log_file = out / "solver.log"
    run.on_root(lambda: log_file.write_text(""))

    def log(line: str) -> None:
        if run.comm.rank == 0:
            with log_file.open("a") as file:
                file.write(line + "\n")

    coarse = coarser_mesh(run.case, out)
    plate = run_plate(
        run.case,
        coolant(run.case.coolant.name),
        out / "mesh.msh",
        coarse,
        out / "fields",
        run.comm,
        log,
        run.monitor.step,
    )
    plate_balances(plate)  # a run whose balances are open ends here, before its map is kept
    run.on_root(lambda: store(out / "plate.json", plate))


def _city(run: _Run, rack: RackResult, layout: Any, weather: Any) -> None:
    def progress(done: int, hours: int) -> None:
        if done * YEAR_PARTS // hours > (done - 1) * YEAR_PARTS // hours:
            run.monitor.step(f"heat network, {done} of {hours} hours")

    result, year = run_city(run.case, rack, layout, weather, progress)
    year.to_parquet(run.folder.path / "year.parquet")
    store(run.folder.path / "city.json", result)


def _report(run: _Run, plate: PlateMap) -> dict[str, Any]:
    out = run.folder.path
    run.monitor.begin("report", 1)
    started = time.perf_counter()
    summary = summarise(
        run.loaded,
        read_json(out / "mesh.json"),
        plate,
        load(out / "rack.json", RackResult),
        load(out / "plant.json", PlantResult),
        load(out / "city.json", CityResult),
        run.folder.seconds(),
        run.folder.ranks("plate"),
    )
    write_json(out / "summary.json", summary)
    write_report(out)
    run.monitor.end(time.perf_counter() - started, False)
    return summary
