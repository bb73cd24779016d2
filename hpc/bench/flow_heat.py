"""Benchmark of flow and heat: the same cold-plate cases by rack2city and by OpenFOAM, in turn on the same core.

    OMP_NUM_THREADS=1 taskset -c 1 python hpc/bench/flow_heat.py [--cases A C] [--json FILE]

CPU seconds, user and system, of whole processes: imports, mesh, flow, heat and what is read off, all but the first
compilation of our forms, which a small run before takes on itself. OpenFOAM's are counted as `openfoam.py` says.
The JSON file is written anew after each measurement.
"""

import argparse
import json
import os
import platform
import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import openfoam
import plate_cases
from openfoam_case import Physics, cell_grid, plate_grid
from output import measure_and_show
from rich.console import Console
from rich.table import Table

JOBS = Path(__file__).with_name("plate_jobs.py")
UNKNOWNS_PER_CELL = 26.0  # of the flow, of many quadratic hexahedra
Told = Callable[[str], None]


class MeasurementError(Exception):
    """A measurement did not come to an end; the sentence says how."""


def job(name: str, case: str, mesh: str, options: dict[str, Any], ranks: int = 1, **more: Any) -> dict[str, Any]:
    """Do a measurement in a process of its own; adds `process_cpu_s`, all it used.

    Raises:
        MeasurementError: it ended with an error.
    """
    text = json.dumps({"job": name, "case": case, "mesh": mesh, "options": options, **more})
    command = [sys.executable, str(JOBS), text]
    if ranks > 1:
        mpirun = shutil.which("mpirun", path=str(Path(sys.executable).parent)) or shutil.which("mpirun")
        if mpirun is None:
            raise MeasurementError("there is no mpirun")
        command = [mpirun, "-n", str(ranks), sys.executable, "-m", "mpi4py", *command[1:]]
    before = _children()
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        said = [line for line in done.stderr.splitlines() if line.strip()]
        raise MeasurementError(said[-1] if said else f"exit code {done.returncode}")
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result | {"process_cpu_s": _children() - before}


def _children() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def machine() -> dict[str, Any]:
    """What the figures were measured on."""
    model = platform.processor() or "unknown"
    if Path("/proc/cpuinfo").is_file():
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        model = next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), model)
    return {
        "cpu": model,
        "cores": os.cpu_count(),
        "cores_allowed": len(os.sched_getaffinity(0)),
        "load_average": os.getloadavg()[0],
        "omp_num_threads": os.environ.get("OMP_NUM_THREADS"),
        "python": platform.python_version(),
        "openfoam": openfoam.openfoam_missing() or "installed",
    }


def growth(sizes: Sequence[int], seconds: Sequence[float]) -> float | None:
    """Exponent k of `t ~ n^k`, least squares of the logarithms; None with fewer than two points."""
    return float(np.polyfit(np.log(sizes), np.log(seconds), 1)[0]) if len(sizes) > 1 else None


def ours(level: plate_cases.Level, options: dict[str, Any], repeats: int) -> dict[str, Any]:
    """The cheapest of some equal runs of ours."""
    runs = [job("case", level.case, level.mesh, options) for _ in range(repeats)]
    return min(runs, key=lambda run: float(run["process_cpu_s"]))


def theirs(level: plate_cases.Level) -> dict[str, Any]:
    """OpenFOAM's run, with its errors."""
    channels_area, inlet_area = plate_cases.open_area(level.case)
    physics = Physics(
        plate_cases.DENSITY,
        plate_cases.SPECIFIC_HEAT,
        plate_cases.CONDUCTIVITY,
        plate_cases.SOLID_CONDUCTIVITY,
        plate_cases.VISCOSITY,
        plate_cases.INLET_K,
        plate_cases.FLUX,
        plate_cases.SPEED * channels_area / inlet_area,
    )
    channels = plate_cases.HALF_CHANNELS.get(level.case)
    grid = plate_grid(level.peer, channels) if channels else cell_grid(level.peer)
    with tempfile.TemporaryDirectory() as folder:
        developed = None if channels else plate_cases.DEVELOPED_M
        result = openfoam.run_openfoam(grid, physics, Path(folder), developed)
    found = asdict(result)
    return found | {"cpu_s": result.cpu_s, "errors": plate_cases.errors(level.case, found)}


def compare(chosen: argparse.Namespace, report: dict[str, Any], told: Told) -> None:
    """Both programs on the chosen cases, and further loads on A."""
    for level in plate_cases.LEVELS:
        if level.case not in chosen.cases:
            continue
        row: dict[str, Any] = {"case": level.case, "accuracy": level.accuracy, "ours": None, "openfoam": None}
        report["cases"].append(row)
        try:
            row["ours"] = ours(level, chosen.options, chosen.repeats)
            row["ours"]["reached"] = level.reached(row["ours"]["errors"])
        except MeasurementError as error:
            row["failure"] = str(error)
        told(f"case {level.case} to {level.accuracy}, ours")
        if chosen.no_peer or openfoam.openfoam_missing():
            continue
        try:
            row["openfoam"] = theirs(level)
            row["openfoam"]["reached"] = level.reached(row["openfoam"]["errors"])
        except RuntimeError as error:
            row["openfoam_failure"] = str(error)
        told(f"case {level.case} to {level.accuracy}, OpenFOAM")
    if "A" in chosen.cases:
        report["further_load"] = job("loads", "A", "fine", chosen.options)
        told("further heat loads")


def sizes(chosen: argparse.Namespace, report: dict[str, Any], told: Told) -> None:
    """Flow through a plate on ever finer meshes, and on several ranks."""
    cells = plate_cases.blocks("C", "medium", channels=chosen.channels).cells("fluid")
    for size in chosen.sizes:
        refinement = (size / (UNKNOWNS_PER_CELL * cells)) ** (1.0 / 3.0)
        more = {"refinement": refinement, "channels": chosen.channels, "speed": chosen.speed}
        for ranks in chosen.ranks:
            row: dict[str, Any] = {"wanted": size, "ranks": ranks}
            report["sizes"].append(row)
            try:
                row |= job("flow", "C", "medium", chosen.options, ranks, **more)
            except MeasurementError as error:
                row["failure"] = str(error)
            alone = [row for row in report["sizes"] if row["ranks"] == 1 and "failure" not in row]
            report["growth_exponent"] = growth([r["unknowns"] for r in alone], [r["cpu_s"] for r in alone])
            told(f"flow with {size} unknowns on {ranks} rank(s)")


def run(chosen: argparse.Namespace, told: Callable[[str, dict[str, Any]], None]) -> dict[str, Any]:
    """All measurements chosen; `told` is called after each with what it was and all that is known."""
    report: dict[str, Any] = {"machine": machine(), "cases": [], "sizes": [], "channels": chosen.channels}

    def tell(what: str) -> None:
        told(what, report)

    for case in chosen.cases:  # a slow flow on the coarsest mesh has the same forms
        job("case", case, "coarse", chosen.options, speed=0.01)
    compare(chosen, report, tell)
    sizes(chosen, report, tell)
    if chosen.overhead:
        report["overhead"] = job("overhead", "A", "fine", chosen.options)
        tell("overhead over plain DOLFINx")
    return report


def _cell(row: dict[str, Any] | None, name: str, form: str = ".2f", scale: float = 1.0) -> str:
    value = None if row is None else row["errors"].get(name) if name in plate_cases.REFERENCES["A"] else row.get(name)
    return "-" if value is None else format(scale * value, form)


def show(report: dict[str, Any], console: Console) -> None:
    """Print the tables."""
    at = report["machine"]
    console.print(
        f"{at['cpu']}, {at['cores']} cores ({at['cores_allowed']} allowed), load {at['load_average']:.1f}, OMP_NUM_THREADS="
        f"{at['omp_num_threads']}; Python {at['python']}; OpenFOAM {at['openfoam']}"
    )
    if report["cases"]:
        _show_cases(report, console)
    if "further_load" in report:
        cpu = report["further_load"]["cpu_s"]
        energy = [row["openfoam"]["energy_cpu_s"] for row in report["cases"] if row["case"] == "A" and row["openfoam"]]
        ratio = f"; OpenFOAM's energy run {energy[-1]:.1f} s, ratio {cpu / energy[-1]:.1e}" if energy else ""
        console.print(f"each further heat load on the same flow (A to 0.1 %): {1e3 * cpu:.1f} ms of CPU{ratio}")
    if report["sizes"]:
        _show_sizes(report, console)
    if "overhead" in report:
        found = report["overhead"]
        over = found["ours_s"] / found["raw_s"] - 1.0
        console.print(
            f"assembling residual and Jacobian: {found['ours_s']:.3f} s, plain DOLFINx {found['raw_s']:.3f} s: {over:+.1%}"
        )


def _show_cases(report: dict[str, Any], console: Console) -> None:
    table = Table(title="Flow and heat to wanted accuracy")
    heads = (
        "case",
        "by",
        "reached",
        "cells",
        "dp %",
        "Tmax %",
        "Tmean %",
        "bulk %",
        "CPU s",
        "ratio",
        "MB",
        "iterations",
    )
    for head in heads:
        table.add_column(head, justify="right")
    for row in report["cases"]:
        mine, peer = row["ours"], row["openfoam"]
        label = f"{row['case']} to {row['accuracy']}"
        ratio = f"{mine['process_cpu_s'] / peer['cpu_s']:.3f}" if mine and peer else "-"
        for by, found, seconds in (("rack2city", mine, "process_cpu_s"), ("OpenFOAM", peer, "cpu_s")):
            why = row.get("failure" if by == "rack2city" else "openfoam_failure")
            if found is None and why is None:
                continue
            errors = [_cell(found, name, "+.3f", 100.0) for name in ("pressure_drop_pa", "max_k", "mean_k")]
            errors.append("-" if found is None else f"{100 * found['errors']['bulk_k']:+.0e}")
            if found is None:
                steps = str(why).splitlines()[0]
            elif by == "rack2city":
                steps = f"{found['newton']} Newton, {found['factorisations']} factors"
            else:
                steps = f"{found['flow_iterations']} + {found['energy_iterations']}"
            used = (_cell(found, "cells", "d", 1), *errors, _cell(found, seconds, ".1f"))
            reached = "-" if found is None else "yes" if found["reached"] else "no"
            table.add_row(
                label, by, reached, *used, ratio if by == "rack2city" else "", _cell(found, "peak_mb", ".0f"), steps
            )
            label = ""
    console.print(table)
    console.print(
        "errors against grid-converged references, of temperatures over their rise; ratio: ours over OpenFOAM's"
    )


def _show_sizes(report: dict[str, Any], console: Console) -> None:
    table = Table(title=f"Flow alone on a half plate of {report['channels']} channels")
    sizes_and_costs = "unknowns", "ranks", "CPU s (first rank)", "wall s", "MB (sum)"
    for head in (*sizes_and_costs, "Newton steps", "linear iterations", "speed-up"):
        table.add_column(head, justify="right")
    walls = {row["wanted"]: row["wall_s"] for row in report["sizes"] if row["ranks"] == 1 and "wall_s" in row}
    for row in report["sizes"]:
        if "failure" in row:
            table.add_row(str(row["wanted"]), str(row["ranks"]), row["failure"][:60])
            continue
        speed_up = f"{walls[row['wanted']] / row['wall_s']:.2f}" if row["wanted"] in walls else "-"
        figures = f"{row['cpu_s']:.1f}", f"{row['wall_s']:.1f}", f"{row['peak_mb']:.0f}"
        counts = str(row["newton"]), str(row["linear"])
        table.add_row(str(row["unknowns"]), str(row["ranks"]), *figures, *counts, speed_up)
    console.print(table)
    if report["growth_exponent"] is not None:
        console.print(f"CPU seconds grow with unknowns to the power {report['growth_exponent']:.2f}")


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description="Benchmark of flow and heat beside OpenFOAM.")
    parser.add_argument("--cases", nargs="*", choices=("A", "C", "C12"), default=["A", "C"], help="which cases")
    parser.add_argument("--no-peer", action="store_true", help="without OpenFOAM")
    parser.add_argument("--repeats", type=int, default=1, help="equal runs of ours; the cheapest counts")
    parser.add_argument("--sizes", type=int, nargs="*", default=[], help="unknowns of flow: cost against size")
    parser.add_argument("--channels", type=int, default=3, help="channels of the half plate of --sizes (3: case C)")
    parser.add_argument("--speed", type=float, default=plate_cases.SPEED, help="m/s in its channels")
    parser.add_argument("--ranks", type=int, nargs="+", default=[1], help="ranks of --sizes")
    parser.add_argument("--overhead", action="store_true", help="assembly beside plain DOLFINx")
    parser.add_argument("--options", type=json.loads, default={}, help='PETSc options, such as {"flow_": {...}}')
    parser.add_argument("--json", type=Path, help="write all figures to this file")
    chosen = parser.parse_args(arguments)
    if min([*chosen.sizes, *chosen.ranks, chosen.channels, chosen.repeats]) < 1 or not chosen.speed > 0.0:
        parser.error("sizes, ranks, channels, repeats and the speed are positive")
    measure_and_show(chosen, run, show)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
