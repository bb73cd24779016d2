"""What the benchmark measures: steps and years of the benchmark's net, each with its time and its peak memory."""

import multiprocessing
import resource
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import nets
import numpy as np
import pandas as pd
import peer

from rack2city.network import Network, exchanger_columns, prepare, simulate

VALVE_RESERVE, BYPASS_SHARE, NEEDS_PA = 3.0, 0.01, 5e4
SPARE_LIFT_PA = 1e5
DYNAMIC = "given return, dynamic"


def fixed_return(net: nets.BenchNet, bypass_share: float = 0.0) -> Network:
    """The net with consumers of given return temperature."""
    flow = net.design_kg_per_s
    limits = {"bypass_kg_per_s": bypass_share * flow, "max_flow_kg_per_s": VALVE_RESERVE * flow}
    return net.network(return_set_k=nets.RETURN_K, min_difference_k=5.0, min_difference_pa=NEEDS_PA, **limits)


def exchangers(net: nets.BenchNet, bypass_share: float = 0.0) -> Network:
    """The net with counter-flow exchangers: 80/50 degC on the network's side, 70/45 degC on the building's."""
    design = (nets.LOAD_W, nets.SUPPLY_K, nets.RETURN_K, 343.15, 318.15, nets.LIQUID.heat_capacity)
    columns = exchanger_columns(*design, valve_reserve=VALVE_RESERVE)
    bypass = bypass_share * net.design_kg_per_s
    return net.network(bypass_kg_per_s=bypass, min_difference_pa=NEEDS_PA, **columns)


CONSUMERS: dict[str, Callable[..., Network]] = {"given return": fixed_return, "exchanger": exchangers}


def our_step(pairs: int, kind: str, repeats: int) -> dict[str, Any]:
    """Median time of one steady hour of a prepared network, from loads to pressures and tables of results."""
    started = time.perf_counter()
    prepared = prepare(CONSUMERS[kind](nets.bench_net(pairs)))
    build = time.perf_counter() - started
    times = []
    for _ in range(repeats):
        started = time.perf_counter()
        result = prepared.solve()
        times.append(time.perf_counter() - started)
    plant = result.res_producers.loc["plant"]
    return {
        "seconds": float(np.median(times)),
        "first_seconds": times[0],
        "build_seconds": build,
        "method": result.method,
        "iterations": result.passes,
        "balance": max(result.mass.relative, result.energy.relative if result.energy else np.inf),
        "root_heat_w": float(plant.heat_w),
        "return_k": float(plant.t_return_k),
        "unmet_w": float(result.res_substations.unmet_w.sum()),
    }


def their_step(pairs: int, repeats: int) -> dict[str, Any]:
    """The same by pandapipes, held against our flows."""
    net = nets.bench_net(pairs)
    ours = prepare(fixed_return(net)).solve()
    lift = float(ours.res_producers.difference_pa["plant"]) + SPARE_LIFT_PA
    return asdict(peer.peer_step(net, lift, ours.res_substations.mdot_kg_per_s.to_numpy(), repeats))


def year_of_loads(net: nets.BenchNet, hours: int) -> np.ndarray:
    """Loads (W, hours x consumers) with a season, a day and a phase of each consumer's own."""
    hour = np.linspace(0.0, 8760.0, hours, endpoint=False)[:, None]
    phase = np.arange(len(net.consumer)) / len(net.consumer)
    season = 0.55 + 0.45 * np.cos(2 * np.pi * hour / 8760.0)
    return nets.LOAD_W * season * (0.75 + 0.25 * np.sin(2 * np.pi * (hour / 24.0 + phase)))


def our_year(pairs: int, kind: str, hours: int) -> dict[str, Any]:
    """Time of a year, every hour for itself, or `dynamic`: stepped through time with what pipes and walls store."""
    net = nets.bench_net(pairs)
    in_time = kind == DYNAMIC
    network = CONSUMERS["given return" if in_time else kind](net, BYPASS_SHARE)
    load = pd.DataFrame(year_of_loads(net, hours), columns=network.substations.index)
    pipes = network.pipes.index
    filled = pd.Series(np.where(pipes.str.startswith("s"), nets.SUPPLY_K, nets.RETURN_K), index=pipes)
    started = time.perf_counter()
    result = simulate(
        network,
        {("substations", "demand_w"): load},
        mode="dynamic" if in_time else "quasi_steady",
        initial=filled,
        keep=["producers.heat_w", "producers.difference_pa", "substations.unmet_w"],
    )
    return {
        "seconds": time.perf_counter() - started,
        "method": result.method,
        "balance": float(result.steps[["mass_residual", "energy_residual"]].max(axis=None)),
        "iterations": int(result.steps.passes.max()),
        "root_heat_mean_w": float(result.res_producers["heat_w"]["plant"].mean()),
        "unmet_mean_w": float(result.res_substations["unmet_w"].sum(axis=1).mean()),
        "lift_max_pa": float(result.res_producers["difference_pa"]["plant"].max()),
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


KINDS = (*CONSUMERS, DYNAMIC)
"""What a year can be."""
