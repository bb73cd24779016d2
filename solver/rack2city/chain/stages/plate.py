"""The plate stage: the finite-element runs, and the maps from flow to pressure drop and resistance they leave."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from rack2city.chain.plates.files import LOG, folder_of, log_file, plate_file, read_plates
from rack2city.chain.stage import Evidence, Session, Stage, of_case
from rack2city.chain.stages.mesh import MESH
from rack2city.errors import InputError, Rack2CityError
from rack2city.evidence import Balance, store

if TYPE_CHECKING:
    from rack2city.case import Case
    from rack2city.plate import PlateMap

HEAT_TOLERANCE = 1e-8


def plate_balances(plate: "PlateMap") -> tuple[Balance, ...]:
    """Heat and mass balances of a plate's finite-element runs, at each flow; none of a measured one.

    Raises:
        BalanceError: heat or mass is not conserved in a run.
    """
    rows: list[Balance] = []
    if plate.record is None:
        return ()
    for flow, heat, mass in zip(
        plate.flow_m3_per_s, plate.record.heat_balances, plate.record.mass_balances, strict=True
    ):
        at = f"{plate.name} at {flow / plate.design_flow_m3_per_s:.3g} x design flow"
        rows.append(Balance("fem", f"heat, {at}", *heat, "W", HEAT_TOLERANCE).require())
        rows.append(Balance("fem", f"mass, {at}", *mass, "m3/s", plate.record.mass_tolerance).require())
    return tuple(rows)


MOST_FLOW = 500.0 / 6e4
"""Beyond what the largest plates are given (m³/s, 500 L/min), as the schema has it for the flow at design."""


def _check_flow(name: str, factor: float, flow: float) -> None:
    """Refuse a factor that makes a flow which no plate has; the schema asks back about that at design alone."""
    if flow <= MOST_FLOW < factor * flow:
        raise InputError(
            f"plates.{name}.flow_factors: {factor:g} times the design flow are {6e4 * factor * flow:.4g} L/min; "
            f"at most {6e4 * MOST_FLOW:g} L/min are computed"
        )


@of_case
def _check(case: "Case") -> None:
    """Refuse options, coolant and flows of the plates that would be found out only minutes later."""
    from rack2city.case import Case, ComputedPlate
    from rack2city.fem.solvers.prefixes import PREFIXES
    from rack2city.plate import check_coolant_range, load_flow, plate_design
    from rack2city.plate.measured.map import measured_map

    for prefix in case.solver.options:
        if prefix not in PREFIXES:
            raise InputError(f"solver.options: no solver has the prefix '{prefix}'; allowed: {', '.join(PREFIXES)}")
    measured = {
        name: measured_map(case, name) for name, plate in case.plates.items() if not isinstance(plate, ComputedPlate)
    }
    designs = {name: plate_design(case, name) for name in case.plates}
    for load in case.rack.loads if isinstance(case, Case) else ():
        design = designs[load.plate]
        if not isinstance(design.plate, ComputedPlate):
            measured[load.plate].pressure_drop(load_flow(case, load))  # refuses a load beyond what was measured
            continue
        low, high = design.plate.flow_factors[0], design.plate.flow_factors[-1]
        factor = load_flow(case, load) / design.flow
        if not low <= factor <= high:
            raise InputError(
                f"plates.{design.name}.flow_factors: the plates of '{load.name}' need {factor:.3g} times the design flow, but "
                f"the factors go from {low:g} to {high:g}; widen them, or give '{load.name}' a plate of its own"
            )
    for design in designs.values():
        if isinstance(design.plate, ComputedPlate):
            _check_flow(design.name, design.plate.flow_factors[-1], design.flow)
            check_coolant_range(case, design, design.plate.flow_factors[0])


def _design(case: "Case") -> dict[str, Any]:
    from rack2city.plate import plate_design

    def at(name: str) -> tuple[float, float, float]:
        design = plate_design(case, name)
        return design.power, design.flow, design.inlet_k

    return {name: at(name) for name in case.plates}  # of the loads, the finite elements see no more


def _measured(case: "Case") -> list[Path]:
    """Files that measured curves are read from: their points, and the properties of the coolant they were measured with."""
    from rack2city.case import CurvePlate

    curves = [plate.curve for plate in case.plates.values() if isinstance(plate, CurvePlate)]
    return [file for curve in curves for file in (curve.file, curve.coolant.table) if file is not None]


def _steps(case: "Case") -> int:
    from rack2city.plate import plate_models

    return sum(len(model.factors) + 1 + len(model.coarser) for model in plate_models(case).values())


def _compute(session: Session) -> None:
    try:
        from rack2city.chain.plates.runs import run_plates
    except ImportError as error:
        raise Rack2CityError(f"DOLFINx cannot be imported ({error}); run `rack2city doctor`") from None

    case, out = session.case, session.folder.path

    def clear() -> None:
        for name in case.plates:
            (out / folder_of(name)).mkdir(parents=True, exist_ok=True)  # one that was measured has no mesh
            (out / log_file(name)).unlink(missing_ok=True)

    def log(name: str, line: str) -> None:
        if session.comm.rank == 0:
            with (out / log_file(name)).open("a") as file:
                file.write(line + "\n")

    def keep(plate: "PlateMap") -> None:
        plate_balances(plate)  # a run whose balances are open ends here, before its map is kept
        session.on_root(lambda: store(out / plate_file(plate.name), plate))

    session.on_root(clear)
    run_plates(case, out, session.comm, keep, log, session.monitor.step)


def _evidence(folder: Path) -> Evidence:
    return Evidence(tuple(row for plate in read_plates(folder).values() for row in plate_balances(plate)))


def _tells(folder: Path) -> tuple[str, ...]:
    from rack2city.chain.plates.runs import plate_lines

    return tuple(line for plate in read_plates(folder).values() for line in plate_lines(plate))


def _files(case: "Case") -> tuple[str, ...]:
    from rack2city.case import ComputedPlate

    of_runs = ("fields/temperature.pvd", "fields/flow.pvd", LOG)
    named = [plate_file(name) for name in case.plates]
    for name, plate in case.plates.items():
        if isinstance(plate, ComputedPlate):
            named += [f"{folder_of(name)}/{file}" for file in of_runs]
    return tuple(named)


PLATE = Stage(
    name="plate",
    compute=_compute,
    files=_files,
    before=(MESH,),
    parts=("plates", "materials", "coolant", "solver"),
    without=("coolant.table",),
    sources=("coolant.table",),
    read=_measured,
    derived=_design,
    check=_check,
    evidence=_evidence,
    tells=_tells,
    steps=_steps,
    collective=True,
)
