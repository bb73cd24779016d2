"""Benchmark of plates: what each kind costs, from its mesh to its curves, one process a plate.

    OMP_NUM_THREADS=1 python hpc/bench/plates.py [CASE ...] [--level coarse] [--json FILE]

CPU seconds, user and system, of the whole process: imports, mesh, every flow of the curves (with that held out and the
design's), on one mesh; without the coarser ones that tell its error. A run at the coarse level before takes the compilation of
forms on itself. Unknowns are those of flow and heat, memory is the process' peak. The JSON file is written anew after each.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from output import measure_and_show
from rich.console import Console
from rich.table import Table

CASES = Path(__file__).resolve().parents[2] / "cases" / "plates"
LEVELS = ("coarse", "medium", "fine")


def plate(file: Path, level: str) -> dict[str, Any]:
    """Mesh and solve the plate of a case in this process."""
    from mpi4py import MPI

    from rack2city.case import load_plates
    from rack2city.plate import MESH, case_coolant, plate_models
    from rack2city.plate.problem import plate_problem
    from rack2city.plate.repeating import repeating_problem

    (name,) = load_plates(file).case.plates
    case = load_plates(file, [f"plates.{name}.level={level}"]).case
    model, coolant = plate_models(case)[name], case_coolant(case)
    with tempfile.TemporaryDirectory() as folder:
        mesh = Path(folder) / MESH
        times = [time.process_time()]
        model.write(mesh)
        times.append(time.process_time())
        set_up = plate_problem if model.repeats is None else repeating_problem
        problem = set_up(case, model, coolant, mesh, MPI.COMM_SELF, lambda line: None)
        points = []
        for factor in model.factors:
            points.append(problem.point(factor * model.design.flow))
            times.append(time.process_time())
    record = problem.solver_record()
    return {
        "kind": model.plate.kind,
        "model": model.plate.model,
        "cells": problem.cells,
        "flow_unknowns": record["flow"]["unknowns"],
        "heat_unknowns": record["heat"]["unknowns"],
        "mesh_s": times[1] - times[0],
        "first_s": times[2] - times[1],
        "further_s": (times[-1] - times[2]) / (len(points) - 1),
        "flows": len(points),
        "reynolds": points[-1].reynolds,
        "process_cpu_s": time.process_time(),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0,  # kB on Linux
    }


def measured(file: Path, level: str) -> dict[str, Any]:
    """The same in a process of its own; `failure` says how it ended if not well."""
    done = subprocess.run(
        [sys.executable, __file__, str(file), "--level", level, "--here"], capture_output=True, text=True, check=False
    )
    if done.returncode:
        said = [line for line in done.stderr.splitlines() if line.strip()]
        return {"failure": said[-1] if said else f"exit code {done.returncode}"}
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


def run(chosen: argparse.Namespace, told: Callable[[str, dict[str, Any]], None]) -> dict[str, Any]:
    """All plates chosen."""
    report: dict[str, Any] = {"level": chosen.level, "plates": []}
    for file in chosen.cases:
        if chosen.level != "coarse":
            measured(file, "coarse")
        report["plates"].append({"case": file.stem, **measured(file, chosen.level)})
        told(file.stem, report)
    return report


def show(report: dict[str, Any], console: Console) -> None:
    """Print the table."""
    table = Table(title=f"Plates at level {report['level']}")
    heads = (
        "case",
        "kind, model",
        "cells",
        "unknowns flow",
        "heat",
        "Re",
        "mesh s",
        "first flow s",
        "each further s",
        "all s",
    )
    for head in (*heads, "flows", "MB"):
        table.add_column(head, justify="right")
    for row in report["plates"]:
        if "failure" in row:
            table.add_row(row["case"], row["failure"])
            continue
        numbers = (str(row[key]) for key in ("cells", "flow_unknowns", "heat_unknowns"))
        seconds = (f"{row[key]:.1f}" for key in ("mesh_s", "first_s", "further_s", "process_cpu_s"))
        kind = f"{row['kind']}, {row['model']}"
        rest = str(row["flows"]), f"{row['peak_mb']:.0f}"
        table.add_row(row["case"], kind, *numbers, f"{row['reynolds']:.0f}", *seconds, *rest)
    console.print(table)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description="Benchmark of the kinds of cold plates.")
    parser.add_argument(
        "cases", nargs="*", type=Path, default=sorted(CASES.glob("*.toml")), help="case files of one plate"
    )
    parser.add_argument("--level", choices=LEVELS, default="medium", help="of the mesh; medium is the default of cases")
    parser.add_argument("--json", type=Path, help="write all figures to this file")
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    chosen = parser.parse_args(arguments)
    if chosen.here:
        print(json.dumps(plate(chosen.cases[0], chosen.level)))
        return 0
    measure_and_show(chosen, run, show)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
