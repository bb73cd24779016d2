"""Benchmark of the heat network: one steady step beside pandapipes, and years of hourly steps.

    OMP_NUM_THREADS=1 python hpc/bench/network.py [--large] [--json FILE]

Every measurement runs in a process of its own, so that its peak memory is its own. Times are wall times of one process on
one core; building the net is not part of a step, for us or for pandapipes.
"""

import argparse
import importlib.util
import json
import math
import multiprocessing
import os
import platform
import resource
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import nets
import numpy as np
import peer
from rich.console import Console
from rich.table import Table

from rack2city.network import Duty, Substations, solve_radial
from rack2city.network.dynamic import DynamicRadial
from rack2city.network.exchange import Exchanger
from rack2city.network.offtake import Offtake
from rack2city.network.radial import radial_blocks
from rack2city.network.substation import ExchangerSubstations
from rack2city.network.wall import wall_capacity

REPEATS = 5
DYNAMIC = "given return, dynamic"
VALVE_RESERVE, BYPASS_SHARE = 3.0, 0.01
SPARE_LIFT_PA = 1e5


def fixed_return(net: nets.BenchNet, bypass_share: float = 0.0) -> Substations:
    """Consumers of given return temperature."""
    count = len(net.consumer)
    flow = np.full(count, net.design_kg_per_s)
    return Substations(
        net.consumer, np.full(count, nets.RETURN_K), bypass_share * flow, VALVE_RESERVE * flow, drop_pa=5e4
    )


def exchangers(net: nets.BenchNet, bypass_share: float = 0.0) -> ExchangerSubstations:
    """Consumers with a counter-flow exchanger: 80/50 degC on the network's side, 70/45 degC on the building's."""
    heating = Exchanger.from_design(
        nets.LOAD_W, nets.SUPPLY_K, nets.RETURN_K, 343.15, 318.15, valve_reserve=VALVE_RESERVE
    )
    bypass = bypass_share * net.design_kg_per_s
    return ExchangerSubstations(net.consumer, heating, 343.15, 318.15, bypass_kg_per_s=bypass, drop_pa=5e4)


CONSUMERS: dict[str, Callable[..., Offtake]] = {"given return": fixed_return, "exchanger": exchangers}


def our_step(pairs: int, kind: str, repeats: int) -> dict[str, Any]:
    """Median time of one steady hour, from loads to pressures."""
    started = time.perf_counter()
    net = nets.bench_net(pairs)
    substations = CONSUMERS[kind](net)
    _ = net.tree.sweeps
    build = time.perf_counter() - started
    load = np.full((1, len(net.consumer)), nets.LOAD_W)
    times = []
    for _ in range(repeats):
        started = time.perf_counter()
        result = solve_radial(net.tree, substations, nets.LIQUID, load, nets.SUPPLY_K, nets.GROUND_K)
        times.append(time.perf_counter() - started)
    return {
        "seconds": float(np.median(times)),
        "first_seconds": times[0],
        "build_seconds": build,
        "iterations": result.iterations,
        "balance": result.max_balance_residual,
        "root_heat_w": float(result.root_heat_w[0]),
        "return_k": float(result.root_return_k[0]),
        "unmet_w": float(result.unmet_w.sum()),
    }


def their_step(pairs: int, repeats: int) -> dict[str, Any]:
    """The same by pandapipes, held against our flows."""
    net = nets.bench_net(pairs)
    load = np.full((1, len(net.consumer)), nets.LOAD_W)
    ours = solve_radial(net.tree, fixed_return(net), nets.LIQUID, load, nets.SUPPLY_K, nets.GROUND_K)
    lift = float(ours.root_difference_pa[0]) + SPARE_LIFT_PA
    return asdict(peer.peer_step(net, lift, ours.substation_flow_kg_per_s[0], repeats))


def year_of_loads(net: nets.BenchNet, hours: int) -> np.ndarray:
    """Loads (W, hours x consumers) with a season, a day and a phase of each consumer's own."""
    hour = np.linspace(0.0, 8760.0, hours, endpoint=False)[:, None]
    phase = np.arange(len(net.consumer)) / len(net.consumer)
    season = 0.55 + 0.45 * np.cos(2 * np.pi * hour / 8760.0)
    return nets.LOAD_W * season * (0.75 + 0.25 * np.sin(2 * np.pi * (hour / 24.0 + phase)))


def our_year(pairs: int, kind: str, hours: int) -> dict[str, Any]:
    """Time of a year, every hour for itself, or `dynamic`: stepped through time with what pipes and walls store."""
    net = nets.bench_net(pairs)
    load = year_of_loads(net, hours)
    if kind == DYNAMIC:
        return dynamic_year(net, load)
    substations = CONSUMERS[kind](net, BYPASS_SHARE)
    started = time.perf_counter()
    heat, unmet, worst, iterations = 0.0, 0.0, 0.0, 0
    for _, block in radial_blocks(net.tree, substations, nets.LIQUID, load, nets.SUPPLY_K, nets.GROUND_K):
        heat += float(block.root_heat_w.sum())
        unmet += float(block.unmet_w.sum())
        worst, iterations = max(worst, block.max_balance_residual), max(iterations, block.iterations)
    return {
        "seconds": time.perf_counter() - started,
        "balance": worst,
        "iterations": iterations,
        "root_heat_mean_w": heat / hours,
        "unmet_mean_w": unmet / hours,
    }


def dynamic_year(net: nets.BenchNet, load: np.ndarray) -> dict[str, Any]:
    """A year of hourly steps; consumers of given return temperature, steel walls of 3.2 mm."""
    network = DynamicRadial(
        net.tree,
        fixed_return(net, BYPASS_SHARE),
        nets.LIQUID,
        wall_capacity(net.tree.diameter_m, net.tree.diameter_m + 2 * 3.2e-3, 7850.0, 460.0),
        nets.SUPPLY_K,
        nets.RETURN_K,
    )
    started = time.perf_counter()
    heat, unmet, worst, passes = 0.0, 0.0, 0.0, 0
    for row in load:
        step = network.step(3600.0, Duty(row[None]), nets.SUPPLY_K, nets.GROUND_K)
        heat, unmet = heat + step.root_heat_w, unmet + float(step.unmet_w.sum())
        worst, passes = max(worst, step.balance_residual), max(passes, step.passes)
    return {
        "seconds": time.perf_counter() - started,
        "balance": worst,
        "iterations": passes,
        "root_heat_mean_w": heat / len(load),
        "unmet_mean_w": unmet / len(load),
    }


def _measure(job: tuple[Callable[..., dict[str, Any]], tuple[Any, ...]]) -> dict[str, Any]:
    """Run a measurement and add the process' peak memory, and that before it."""
    function, arguments = job
    before = _peak_mb()
    result = function(*arguments)
    return result | {"peak_mb": _peak_mb(), "imports_mb": before}


def _peak_mb() -> float:
    """Peak memory of this process; `ru_maxrss` would start from the parent's, so Linux is asked for its own figure."""
    status = Path("/proc/self/status")
    if status.is_file():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024.0
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0


def alone(function: Callable[..., dict[str, Any]], *arguments: Any) -> dict[str, Any]:
    """Run a measurement in a fresh process."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.map(_measure, [(function, arguments)])[0]


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


def run(sizes: Sequence[int], years: Sequence[int], hours: int, repeats: int, large: bool) -> dict[str, Any]:
    """All measurements."""
    has_peer = peer.pandapipes_version() is not None
    none = {"failure": "not installed", "seconds": None, "peak_mb": None, "worst_flow_difference": None}
    steps: list[dict[str, Any]] = []
    for pairs in sizes:
        steps.append(
            {
                "pairs": pairs,
                "ours": alone(our_step, pairs, "given return", repeats),
                "exchanger": alone(our_step, pairs, "exchanger", repeats),
                "pandapipes": alone(their_step, pairs, repeats) if has_peer else none,
            }
        )
    once = []
    if large:
        left_out = {"failure": "not run at this size", "seconds": None, "peak_mb": None, "worst_flow_difference": None}
        once.append(
            {
                "pairs": 50_000,
                "ours": alone(our_step, 50_000, "given return", 1),
                "exchanger": alone(our_step, 50_000, "exchanger", 1),
                "pandapipes": left_out,
            }
        )
    year_rows = [
        {"pairs": pairs, "hours": hours, "kind": kind, **alone(our_year, pairs, kind, hours)}
        for pairs in years
        for kind in (*CONSUMERS, DYNAMIC)
    ]
    names = ("ours", "exchanger", "pandapipes")
    exponents = {name: growth(sizes, [step[name]["seconds"] for step in steps]) for name in names}
    return {
        "machine": machine(),
        "repeats": repeats,
        "steps": steps + once,
        "growth_exponent": exponents,
        "years": year_rows,
    }


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
    console.print(table)
    exponents = report["growth_exponent"]
    told = [f"{name} {value:.2f}" for name, value in exponents.items() if value is not None]
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
    console.print(table)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description="Benchmark of the heat network beside pandapipes.")
    parser.add_argument("--sizes", type=int, nargs="+", default=[100, 1000, 5000], help="pipe pairs of the steps")
    parser.add_argument("--years", type=int, nargs="*", default=[1000, 5000], help="pipe pairs of the years")
    parser.add_argument("--hours", type=int, default=8760, help="hours of a year")
    parser.add_argument("--repeats", type=int, default=REPEATS, help="steps per size; the median counts")
    parser.add_argument("--large", action="store_true", help="also one step of 50 000 pairs")
    parser.add_argument("--json", type=Path, help="write all figures to this file")
    chosen = parser.parse_args(arguments)
    if min([*chosen.sizes, *chosen.years]) < 2 or min(chosen.hours, chosen.repeats) < 1:
        parser.error("a net needs two pipe pairs or more, a year one hour or more, and at least one repeat")
    report = run(chosen.sizes, chosen.years, chosen.hours, chosen.repeats, chosen.large)
    show(report, Console(width=None if sys.stdout.isatty() else 130))
    if chosen.json:
        chosen.json.write_text(json.dumps(report, indent=2) + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
