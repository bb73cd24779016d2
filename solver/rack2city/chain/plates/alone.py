"""Plates alone: mesh, finite elements and a report for each, without a rack or a city.

Each plate has stages of its own in the folder, so that one can be computed, or computed anew, beside the others.
"""

import shlex
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, cast

from rack2city.chain.folder import RunFolder
from rack2city.chain.monitor import Monitor
from rack2city.chain.plates.files import drop_other_plates, folder_of, plate_file
from rack2city.chain.run import run_stage, working_in
from rack2city.chain.stage import Session, Stage
from rack2city.chain.stages.mesh import MESH
from rack2city.chain.stages.plate import PLATE, plate_balances
from rack2city.chain.versions import commit, package_versions
from rack2city.evidence import load, view

if TYPE_CHECKING:
    from mpi4py import MPI

    from rack2city.case import CaseInput, LoadedCase, LoadedPlates
    from rack2city.plate import PlateMap
    from rack2city.report.plate.sheet import PlateSheet
    from rack2city.results.plate import PlateFigures

CURVES, ZONES = "plate.csv", "zones.csv"


def run_plates_alone(
    loaded: "LoadedPlates", names: Sequence[str], out: Path, comm: "MPI.Comm", monitor: Monitor | None = None
) -> "dict[str, PlateMap]":
    """Run plates of a case, each with its report (collective).

    Args:
        loaded: the checked case.
        names: of the plates.
        out: folder of the results; those that are still valid are taken from it.
        comm: the finite elements run on all its ranks, everything else on the first.
        monitor: hears of the progress.

    Returns:
        The maps of the plates, by name.

    Raises:
        Rack2CityError: wrong input (nothing was written), no convergence, or an open balance.
    """
    from rack2city.plate import PlateMap

    listening = monitor if monitor is not None and comm.rank == 0 else Monitor()
    sessions = {name: Session(_of_plate(loaded, name), RunFolder(out), comm, listening) for name in names}
    for session in sessions.values():
        session.on_root(partial(_preflight, session.loaded))
    first = next(iter(sessions.values()))
    with working_in(first):
        first.on_root(lambda: drop_other_plates(loaded.case, out))
        for name, session in sessions.items():
            for stage in stages_of(name, loaded.inputs()):
                run_stage(stage, session)
    return first.on_root(lambda: {name: load(out / plate_file(name), PlateMap) for name in names})


def _preflight(loaded: "LoadedCase") -> None:
    """Refuse what the stages would, before anything is written."""
    for stage in (MESH, PLATE):
        stage.check(loaded)


def stages_of(name: str, inputs: Sequence["CaseInput"]) -> tuple[Stage, Stage, Stage]:
    """The stages of one plate of a case with these inputs: mesh, finite elements, report."""
    mesh = replace(MESH, name=f"mesh {name}", compute=_mesh)
    plate = replace(PLATE, name=f"plate {name}", before=(mesh,))
    return mesh, plate, Stage(f"report {name}", partial(_report, name=name, inputs=inputs), lambda case: (), kept=False)


def _of_plate(loaded: "LoadedPlates", name: str) -> "LoadedCase":
    """The case with one of its plates, and of the rack the loads that have it."""
    from rack2city.case import Case

    case = loaded.case
    changed: dict[str, object] = {"plates": {name: case.plates[name]}}
    if isinstance(case, Case):
        loads = tuple(load for load in case.rack.loads if load.plate == name)
        changed["rack"] = case.rack.model_copy(update={"loads": loads})
    # The stages of plates ask no more of a case than this, which need not have a rack.
    return cast("LoadedCase", replace(loaded, case=case.model_copy(update=changed)))


def _mesh(session: Session) -> None:
    from rack2city.chain.plates.meshes import make_meshes

    make_meshes(session.case, session.folder.path)


def _report(session: Session, name: str, inputs: Sequence["CaseInput"]) -> None:
    """Write what is told of a plate: tables, pictures, the report."""
    from rack2city.chain.plates.figures import plate_figures
    from rack2city.plate import PlateMap
    from rack2city.report.plate.columns import write_columns
    from rack2city.report.plate.sheet import write_sheet

    out, folder = session.folder.path, session.file(folder_of(name))
    found = load(out / plate_file(name), PlateMap)
    figures = plate_figures(out, found)
    write_columns(figures, folder / CURVES, folder / ZONES)
    sheet = _sheet(session, found, figures, inputs)
    for lack in write_sheet(sheet, folder):
        session.monitor.tell(lack)


def _sheet(session: Session, found: "PlateMap", figures: "PlateFigures", inputs: Sequence["CaseInput"]) -> "PlateSheet":
    from rack2city.chain.plates.figures import plate_record
    from rack2city.plate import case_coolant
    from rack2city.report.plate.sheet import CoolantFigures, PlateSheet
    from rack2city.report.summary import CaseRecord
    from rack2city.report.summary.evidence import BalanceRow
    from rack2city.report.summary.provenance import Provenance

    case, loaded, folder, name = session.case.case, session.loaded, session.folder, found.name
    used = ("case.", "coolant.", f"plates.{name}.", "rack.supply_temperature", "rack.flow_per_power")
    medium, inlet = case_coolant(session.case), found.inlet_k
    seconds = {stage: told for stage, told in folder.seconds().items() if stage.split(" ")[-1] == name}
    return PlateSheet(
        case=CaseRecord(
            case.name,
            case.title,
            loaded.path.name,
            tuple(row for row in inputs if row.field.startswith(used) and row.si != "none"),
        ),
        plate=figures,
        coolant=CoolantFigures(
            medium.name,
            inlet,
            *(
                float(read(inlet))
                for read in (medium.density, medium.heat_capacity, medium.conductivity, medium.viscosity)
            ),
        ),
        balances=tuple(view(BalanceRow, balance) for balance in plate_balances(found)),
        provenance=Provenance(
            commit=commit(),
            versions=package_versions(),
            plates={} if found.record is None else {name: plate_record(found.record)},
            ranks=folder.ranks(f"plate {name}"),
            date=datetime.now(UTC).isoformat(timespec="seconds"),
            seconds=seconds,
            command=shlex.join(["rack2city", *sys.argv[1:]]),
        ),
        fields=session.file(f"{folder_of(name)}/fields") if found.runs is not None else None,
    )
