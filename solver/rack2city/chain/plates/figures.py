"""The plates of a run as its summary and its reports tell them, from the files of the run folder."""

from dataclasses import fields
from pathlib import Path

from rack2city.chain.plates.files import STATISTICS, folder_of
from rack2city.evidence import load, restore
from rack2city.plate import PlateMap
from rack2city.plate.plate_map import Record
from rack2city.report.summary.provenance import Iterations, PlateRecord, SolverRecord
from rack2city.results.plate import MeshFigures, PlateFigures


def plate_figures(out: Path, plate: PlateMap) -> PlateFigures:
    """A plate of a run folder, with its mesh."""
    mesh = load(out / folder_of(plate.name) / STATISTICS, MeshFigures) if plate.runs is not None else None
    known = {field.name: getattr(plate, field.name) for field in fields(PlateFigures) if field.name != "mesh"}
    return PlateFigures(**known, mesh=mesh)


def plate_record(record: Record) -> PlateRecord:
    """How a plate was computed."""
    counts = {key.removesuffix("_iterations"): value for key, value in vars(record).items()}
    return PlateRecord(record.solver_options, restore(SolverRecord, record.solver_record), restore(Iterations, counts))
