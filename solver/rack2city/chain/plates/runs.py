"""The finite-element runs of a case's plates, one after the other, and their figures as lines."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from mpi4py import MPI

from rack2city.case import PlatesCase
from rack2city.chain.plates.files import folder_of
from rack2city.chain.stage import figures
from rack2city.plate import PlateMap, case_coolant, plate_models
from rack2city.plate.measured.map import measured_map
from rack2city.plate.runs import run_plate
from rack2city.report.records import out_of_bounds, refinement
from rack2city.report.units import CELSIUS, KILOPASCAL, LITRE_PER_MINUTE, PERCENT, RESISTANCE, number, quantity


def run_plates(
    case: PlatesCase,
    out: Path,
    comm: MPI.Comm,
    keep: Callable[[PlateMap], None],
    log: Callable[[str, str], None] = lambda name, line: None,
    step: Callable[[str], None] = lambda text: None,
) -> None:
    """Run the plates of a case, those to be computed on their meshes in a run folder; `keep` gets each map (collective).

    `log` receives the name of the plate with each line of its solvers.
    """
    medium, models = case_coolant(case), plate_models(case)
    for name in case.plates:
        if name in models:
            keep(run_plate(case, models[name], medium, out / folder_of(name), comm, partial(log, name), step))
        else:
            keep(measured_map(case, name))


def plate_lines(plate: PlateMap) -> Iterator[str]:
    """The key figures of a plate, a line each."""
    yield f"plate {plate.name}: {plate.kind}, {plate.model}"
    curves = zip(plate.flow_m3_per_s, plate.pressure_drop_pa, plate.case_to_inlet_max_k_per_w, strict=True)
    for row, (flow, drop, case) in enumerate(curves):
        told = (
            f"  {quantity(flow, LITRE_PER_MINUTE)}: pressure drop {quantity(drop, KILOPASCAL)}, "
            f"{plate.resistance_from} {quantity(case, RESISTANCE)} (max)"
        )
        if plate.runs is not None:
            base, reynolds = plate.runs.base_to_bulk_k_per_w[row], plate.runs.reynolds[row]
            told += f", base-to-bulk {quantity(base, RESISTANCE)}, Re {number(reynolds)}"
        yield told
    row = plate.design_row
    for zone in plate.zones:
        told = f"  zone {zone.name}: case {quantity(zone.case_max_k[row], CELSIUS)} (max)"
        if zone.junction_max_k is not None:
            told += f", junction {quantity(zone.junction_max_k[row], CELSIUS)}"
        yield f"{told}, at {quantity(plate.flow_m3_per_s[row], LITRE_PER_MINUTE)}"
    if plate.runs is None:
        yield from (f"  left out: {line}" for line in plate.leaves_out)
    else:
        held = plate.runs.holdout
        errors = figures(
            ("interpolation against a run held out, pressure drop", abs(held.pressure_drop_error), PERCENT),
            ("interpolation against a run held out, case-to-inlet", abs(held.case_to_inlet_error), PERCENT),
        )
        yield from (f"  {line}" for line in errors)
        yield from (
            f"  left out: {line}" for line in plate.leaves_out if line.startswith(("turbulence in ", "resolution: "))
        )
        yield from (f"  {line}" for line in out_of_bounds(plate, plate.runs))
        yield f"  {refinement(plate.runs.grid_pressure_drop_change, plate.runs.grid_case_to_inlet_change)}"
