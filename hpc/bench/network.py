"""Benchmark of the heat network: one steady step beside pandapipes, and years of hourly steps.

    OMP_NUM_THREADS=1 python hpc/bench/network.py [--large] [--json FILE]

Every measurement runs in a process of its own, so that its peak memory is its own. Times are wall times of one process on
one core; building the net is not part of a step, for us or for pandapipes. The JSON file is written anew after each
measurement, so that a run which is broken off leaves what it measured.
"""

import argparse
import importlib.util
import math
import os
import platform
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import measures
import numpy as np
import peer
from output import measure_and_show
from rich.console import Console
from rich.table import Table

LARGE = 50_000
PROGRAMS = ("ours", "exchanger", "pandapipes")


def machine() -> dict[str, Any]:
    """What the figures were measured on."""
    model = platform.processor() or "unknown"
    if Path("/proc/cpuinfo").is_file():
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        model = next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), model)
    import scipy

    return {
        "cpu": model,
        "cores": os.cpu_count(),
        "omp_num_threads": os.environ.get("OMP_NUM_THREADS"),
        "load_average": os.getloadavg()[0],
        "system": platform.platform(),
        "python": platform.python_version(),
        "numpy": np.__version__,
        "scipy": scipy.__version__,
        "pandapipes": peer.pandapipes_version(),
        "numba": importlib.util.find_spec("numba") is not None,
    }


def growth(pairs: Sequence[int], seconds: Sequence[float | None]) -> float | None:
    """Exponent k of `t ~ n^k`, least squares of the logarithms; None with fewer than two points."""
    points = [(math.log(n), math.log(t)) for n, t in zip(pairs, seconds, strict=True) if t]
    if len(points) < 2:
        return None
    x, y = np.array(points).T
    return float(np.polyfit(x, y, 1)[0])


def run(chosen: argparse.Namespace, told: Callable[[str, dict[str, Any]], None]) -> dict[str, Any]:
    """All measurements chosen; `told` is called after each with what it was and all that is known."""
    failure = "left out" if chosen.no_peer else None if peer.pandapipes_version() else "not installed"
    report: dict[str, Any] = {"machine": machine(), "repeats": chosen.repeats, "steps": [], "years": []}
    report["growth_exponent"] = {}
    for pairs in [*chosen.sizes, *([LARGE] if chosen.large else [])]:
        large = pairs >= LARGE
        repeats, why = (1, "not run at this size") if large else (chosen.repeats, failure)
        step: dict[str, Any] = {"pairs": pairs}
        step["ours"] = measures.alone(measures.our_step, pairs, "given return", repeats)
        step["exchanger"] = measures.alone(measures.our_step, pairs, "exchanger", repeats)
        without = {"failure": why, "seconds": None, "peak_mb": None, "worst_flow_difference": None}
        step["pandapipes"] = without if why else measures.alone(measures.their_step, pairs, repeats)
        report["steps"].append(step)
        steps = report["steps"]
        report["growth_exponent"] = {
            name: growth([step["pairs"] for step in steps], [step[name]["seconds"] for step in steps])
            for name in PROGRAMS
        }
        told(f"step of {pairs} pairs", report)
    for pairs in chosen.years:
        for kind in chosen.kinds:
            measured = measures.alone(measures.our_year, pairs, kind, chosen.hours)
            report["years"].append({"pairs": pairs, "hours": chosen.hours, "kind": kind, **measured})
            told(f"{kind}, {chosen.hours} hours, {pairs} pairs: {measured['seconds']:.1f} s", report)
    return report


def show(report: dict[str, Any], console: Console) -> None:
    """Print the tables."""
    at = report["machine"]
    console.print(
        f"{at['cpu']}, {at['cores']} cores, load {at['load_average']:.1f}, OMP_NUM_THREADS={at['omp_num_threads']}; Python "
        f"{at['python']}, numpy {at['numpy']}, scipy {at['scipy']}, pandapipes {at['pandapipes']} "
        f"({'with' if at['numba'] else 'without'} numba)"
    )
    table = Table(title=f"One steady step, heat and hydraulics (median of {report['repeats']})")
    heads = (
        "pairs",
        "ours ms",
        "pandapipes ms",
        "ratio",
        "flows differ",
        "exchangers ms",
        "our MB",
        "their MB",
        "balance",
    )
    for head in heads:
        table.add_column(head, justify="right")
    for step in report["steps"]:
        ours, theirs, real = step["ours"], step["pandapipes"], step["exchanger"]
        known = theirs["seconds"] is not None
        table.add_row(
            str(step["pairs"]),
            f"{1e3 * ours['seconds']:.2f}",
            f"{1e3 * theirs['seconds']:.0f}" if known else theirs["failure"],
            f"{theirs['seconds'] / ours['seconds']:.0f}" if known else "-",
            f"{theirs['worst_flow_difference']:.0e}" if known else "-",
            f"{1e3 * real['seconds']:.2f}",
            f"{ours['peak_mb']:.0f}",
            f"{theirs['peak_mb']:.0f}" if known else "-",
            f"{ours['balance']:.0e}",
        )
    exponents = report["growth_exponent"]
    told = [f"{name} {value:.2f}" for name, value in exponents.items() if value is not None]
    if report["steps"]:
        console.print(table)
        console.print("growth exponent of the time with the number of pairs: " + (", ".join(told) or "one size only"))
    table = Table(title="Years of hourly steps")
    for head in ("pairs", "hours", "kind", "seconds", "ms per hour", "peak MB", "balance", "iterations"):
        table.add_column(head, justify="right")
    for year in report["years"]:
        table.add_row(
            str(year["pairs"]),
            str(year["hours"]),
            year["kind"],
            f"{year['seconds']:.1f}",
            f"{1e3 * year['seconds'] / year['hours']:.2f}",
            f"{year['peak_mb']:.0f}",
            f"{year['balance']:.0e}",
            str(year["iterations"]),
        )
    if report["years"]:
        console.print(table)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description="Benchmark of the heat network beside pandapipes.")
    parser.add_argument("--sizes", type=int, nargs="*", default=[100, 1000, 5000], help="pipe pairs of the steps")
    parser.add_argument("--years", type=int, nargs="*", default=[1000, 5000], help="pipe pairs of the years")
    parser.add_argument("--kinds", nargs="+", choices=measures.KINDS, default=measures.KINDS, help="what the years are")
    parser.add_argument("--hours", type=int, default=8760, help="hours of a year")
    parser.add_argument("--repeats", type=int, default=5, help="steps per size; the median counts")
    parser.add_argument("--large", action="store_true", help=f"also one step of {LARGE} pairs, once")
    parser.add_argument("--no-peer", action="store_true", help="without pandapipes")
    parser.add_argument("--json", type=Path, help="write all figures to this file")
    chosen = parser.parse_args(arguments)
    if min([*chosen.sizes, *chosen.years, 2]) < 2 or min(chosen.hours, chosen.repeats) < 1:
        parser.error("a net needs two pipe pairs or more, a year one hour or more, and at least one repeat")
    measure_and_show(chosen, run, show)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
