"""The summary of a run, from the results in its folder."""

import shlex
import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from rack2city.chain.plates.figures import plate_figures, plate_record
from rack2city.chain.plates.files import read_plates
from rack2city.chain.stage import Session
from rack2city.chain.versions import commit, package_versions
from rack2city.city.kpi import DEFINITIONS, VERSION
from rack2city.evidence import load, read_json, view
from rack2city.plate import PlateMap
from rack2city.report.summary import CaseRecord, Summary
from rack2city.report.summary.evidence import BalanceRow, CheckRow, Kpi, Verdict
from rack2city.report.summary.provenance import Provenance
from rack2city.results.city import CityFigures
from rack2city.results.plant import PlantFigures
from rack2city.results.rack import RackFigures

SCHEMA_VERSION = 2
ASSUMPTIONS = (
    "Flow in the plates is steady and laminar, with a developed profile at the inlet; density, heat capacity and "
    "conductivities are constant, viscosity follows the local temperature.",
    "Each plate is computed at the heat and flow of its first load; the flow, power and junction of the others scale its "
    "results, and another heat changes the pressure drop by the viscosity at the mean bulk temperature.",
    "Junction-to-case resistances are inputs; the uncertainty of checks covers interpolation in flow, mesh refinement and, "
    "of measured plates, the measurement; not inputs, nor models.",
    "The rack drops what its published curve says at design flow; hoses, disconnects and orifices of each plate are "
    "sized to that.",
    "The racks run at their mean utilisation every hour; full power is checked at the design outdoor temperature of the "
    "dry cooler, with no help from the network.",
    "The heat network is solved hour by hour; in the dynamic model heat travels with the water and pipe walls, in "
    "equilibrium with it, store heat; friction heat is neglected, the ground temperature is constant.",
    "Drops outside the racks follow the square of the flow, the CDU's conductance both flows to the power 0.8 on each side, "
    "from its rated flows; without them it is sized for the flows of the case.",
    "Facility water is water without glycol, the coolant's supply the coldest surface that room air meets.",
    "The UPS has its certified efficiency at every load; the heat pump's efficiencies are constant over load and lift; "
    "the backup boiler is large enough.",
)


def summarise(session: Session) -> Summary:
    """All figures of a run; `provenance` alone may differ between two runs of the same case.

    Raises:
        BalanceError: heat or mass is not conserved in a finite-element run.
    """
    case, loaded, folder = session.case.case, session.loaded, session.folder
    found = [stage.evidence(folder.path) for stage in session.keys]
    checks = tuple(view(CheckRow, check) for evidence in found for check in evidence.checks)
    plates = read_plates(folder.path)
    kpi = read_json(session.file("city.json"))["kpi"]
    return Summary(
        schema_version=SCHEMA_VERSION,
        case=CaseRecord(case.name, case.title, loaded.path.name, tuple(loaded.inputs())),
        verdict=Verdict(all(check.holds for check in checks), checks),
        plates={name: plate_figures(folder.path, plate) for name, plate in plates.items()},
        rack=load(session.file("rack.json"), RackFigures),
        plant=load(session.file("plant.json"), PlantFigures),
        city=load(session.file("city.json"), CityFigures),
        kpi=Kpi(**kpi, table=VERSION, definitions=DEFINITIONS),
        balances=tuple(view(BalanceRow, balance) for evidence in found for balance in evidence.balances),
        assumptions=(*_left_out(plates.values()), *ASSUMPTIONS),
        provenance=Provenance(
            commit=commit(),
            versions=package_versions(),
            plates={name: plate_record(plate.record) for name, plate in plates.items() if plate.record is not None},
            ranks=folder.ranks("plate"),
            date=datetime.now(UTC).isoformat(timespec="seconds"),
            seconds=folder.seconds(),
            command=shlex.join(["rack2city", *sys.argv[1:]]),
        ),
    )


def _left_out(plates: Iterable[PlateMap]) -> Iterator[str]:
    """What the models of the plates do not see, a sentence for each set of plates that share it."""
    sharing: dict[tuple[str, str, tuple[str, ...]], list[str]] = {}
    for plate in plates:
        sharing.setdefault((plate.kind, plate.model, plate.leaves_out), []).append(plate.name)
    for (kind, model, lacks), names in sharing.items():
        yield f"Plate {', '.join(names)} ({kind}, model {model}) leaves out: {'; '.join(lacks)}."
