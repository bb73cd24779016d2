"""The plate stage: the finite-element runs, and the map from flow to pressure drop and resistance they leave."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rack2city.chain.stage import Evidence, Session, Stage, figures, of_case
from rack2city.chain.stages.mesh import MESH
from rack2city.errors import InputError, Rack2CityError
from rack2city.evidence import Balance, storage

if TYPE_CHECKING:
    from rack2city.case import Case
    from rack2city.plate import PlateMap

HEAT_TOLERANCE, MASS_TOLERANCE = 1e-8, 1e-10


def plate_balances(plate: "PlateMap") -> tuple[Balance, ...]:
    """Heat and mass balances of the finite-element runs, at each flow.

    Raises:
        BalanceError: heat or mass is not conserved in a run.
    """
    design = plate.design_flow_per_channel_m3_per_s
    rows = []
    for flow, heat, mass in zip(plate.flow_per_channel_m3_per_s, plate.heat_balances, plate.mass_balances, strict=True):
        at = f"channel at {flow / design:.3g} x design flow"
        rows.append(Balance("fem", f"heat, {at}", *heat, "W", HEAT_TOLERANCE).require())
        rows.append(Balance("fem", f"mass, {at}", *mass, "m3/s", MASS_TOLERANCE).require())
    return tuple(rows)


@of_case
def _check(case: "Case") -> None:
    """Refuse options, coolant and flows of the plates that would be found out only minutes later."""
    from rack2city.fem.solvers.prefixes import PREFIXES
    from rack2city.plate import check_coolant_range, plate_design, reference_design

    for prefix in case.solver.options:
        if prefix not in PREFIXES:
            raise InputError(f"solver.options: no solver has the prefix '{prefix}'; allowed: {', '.join(PREFIXES)}")
    reference = reference_design(case)
    low, high = case.plate.flow_factors[0], case.plate.flow_factors[-1]
    for load in case.rack.loads:
        factor = plate_design(case, load).flow_per_channel / reference.flow_per_channel
        if not low <= factor <= high:
            raise InputError(
                f"plate.flow_factors: the plates of '{load.name}' need {factor:.3g} times the design flow of "
                f"'{reference.load}' in each channel, but the factors go from {low:g} to {high:g}; widen them, or "
                f"change the plate_width of '{load.name}'"
            )
    check_coolant_range(case)


def _design(case: "Case") -> dict[str, Any]:
    from rack2city.plate import reference_design

    return asdict(reference_design(case))  # of the loads, the finite elements see no more


def _steps(case: "Case") -> int:
    from rack2city.chain.channel_mesh import coarser_meshes

    return len(case.plate.flow_factors) + 3 + len(coarser_meshes(case))


def _compute(session: Session) -> None:
    try:
        from rack2city.chain.channel_mesh import coarser_meshes
        from rack2city.plate import case_coolant
        from rack2city.plate.runs import run_plate
    except ImportError as error:
        raise Rack2CityError(f"DOLFINx cannot be imported ({error}); run `rack2city doctor`") from None

    case, out, log_file = session.case, session.folder.path, session.file("solver.log")
    session.on_root(lambda: log_file.write_text(""))

    def log(line: str) -> None:
        if session.comm.rank == 0:
            with log_file.open("a") as file:
                file.write(line + "\n")

    medium, coarser = case_coolant(case), [out / name for name in coarser_meshes(case)]
    step = session.monitor.step
    plate = run_plate(case, medium, out / "mesh.msh", coarser, out / "fields", session.comm, log, step)
    plate_balances(plate)  # a run whose balances are open ends here, before its map is kept
    session.on_root(lambda: storage.store(out / "plate.json", plate))


def _evidence(folder: Path) -> Evidence:
    from rack2city.plate import PlateMap

    return Evidence(plate_balances(storage.load(folder / "plate.json", PlateMap)))


def _tells(folder: Path) -> tuple[str, ...]:
    from rack2city.plate import PlateMap
    from rack2city.report.records import refinement
    from rack2city.report.units import KILOPASCAL, LITRE_PER_MINUTE, PERCENT, RESISTANCE_AREA, number, quantity

    plate = storage.load(folder / "plate.json", PlateMap)
    runs = zip(
        plate.flow_per_channel_m3_per_s,
        plate.pressure_drop_pa,
        plate.case_to_inlet_max_m2k_per_w,
        plate.base_to_bulk_m2k_per_w,
        plate.reynolds,
        strict=True,
    )
    lines = (
        f"{quantity(flow * plate.channels, LITRE_PER_MINUTE)} through a plate: pressure drop {quantity(drop, KILOPASCAL)}, "
        f"case-to-inlet {quantity(case, RESISTANCE_AREA)} (max), base-to-bulk {quantity(base, RESISTANCE_AREA)}, "
        f"Re {number(reynolds)}"
        for flow, drop, case, base, reynolds in runs
    )
    errors = figures(
        ("interpolation against a run held out, pressure drop", abs(plate.holdout_pressure_drop_error), PERCENT),
        ("interpolation against a run held out, case-to-inlet", abs(plate.holdout_case_to_inlet_error), PERCENT),
    )
    return *lines, *errors, refinement(plate.grid_pressure_drop_change, plate.grid_case_to_inlet_change)


PLATE = Stage(
    name="plate",
    compute=_compute,
    files=lambda case: ("plate.json", "fields/temperature.pvd", "fields/flow.pvd", "solver.log"),
    before=(MESH,),
    parts=("channel", "coolant", "plate", "solver", "rack.supply_temperature", "rack.flow_per_power"),
    without=("coolant.table",),
    sources=("coolant.table",),
    derived=_design,
    check=_check,
    evidence=_evidence,
    tells=_tells,
    steps=_steps,
    collective=True,
)
