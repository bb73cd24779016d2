"""The summary of a run, from the results in its folder."""

import shlex
import sys
from datetime import UTC, datetime

from rack2city.chain.stage import Session
from rack2city.chain.versions import commit, package_versions
from rack2city.city.kpi import DEFINITIONS, VERSION
from rack2city.evidence import load, read_json, restore, view
from rack2city.report.summary import CaseRecord, Summary
from rack2city.report.summary.evidence import BalanceRow, CheckRow, Kpi, Verdict
from rack2city.report.summary.provenance import Iterations, Provenance, SolverRecord
from rack2city.results.city import CityFigures
from rack2city.results.plant import PlantFigures
from rack2city.results.plate import MeshFigures, PlateFigures
from rack2city.results.rack import RackFigures

SCHEMA_VERSION = 1
ASSUMPTIONS = (
    "Every chip heats its plate's finned area evenly; all channels of a plate carry the same flow (no plenum losses).",
    "Flow in the channels is steady and laminar, with a developed profile at the inlet; density, heat capacity and "
    "conductivities are constant, viscosity follows the local temperature.",
    "Plates of all loads share the channel computed for the reference load; their flow, power and width scale its "
    "results, and another heat flux changes the pressure drop by the viscosity at the mean bulk temperature.",
    "Junction-to-case resistances are inputs; the uncertainty of checks covers interpolation in flow and mesh refinement, "
    "the sum of what coarsening in each direction changes; not inputs, nor models.",
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
    plate = read_json(session.file("plate.json"))
    kpi = read_json(session.file("city.json"))["kpi"]
    holdout = {key.removeprefix("holdout_"): value for key, value in plate.items() if key.startswith("holdout_")}
    return Summary(
        schema_version=SCHEMA_VERSION,
        case=CaseRecord(case.name, case.title, loaded.path.name, tuple(loaded.inputs())),
        verdict=Verdict(all(check.holds for check in checks), checks),
        mesh=load(session.file("mesh.json"), MeshFigures),
        plate=restore(PlateFigures, plate | {"holdout": holdout, "field_flow_factor": 1.0}),
        rack=load(session.file("rack.json"), RackFigures),
        plant=load(session.file("plant.json"), PlantFigures),
        city=load(session.file("city.json"), CityFigures),
        kpi=Kpi(**kpi, table=VERSION, definitions=DEFINITIONS),
        balances=tuple(view(BalanceRow, balance) for evidence in found for balance in evidence.balances),
        assumptions=ASSUMPTIONS,
        provenance=Provenance(
            commit=commit(),
            versions=package_versions(),
            solver_options=plate["solver_options"],
            solver=restore(SolverRecord, plate["solver_record"]),
            iterations=restore(Iterations, {key.removesuffix("_iterations"): value for key, value in plate.items()}),
            ranks=folder.ranks("plate"),
            date=datetime.now(UTC).isoformat(timespec="seconds"),
            seconds=folder.seconds(),
            command=shlex.join(["rack2city", *sys.argv[1:]]),
        ),
    )
