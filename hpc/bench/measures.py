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
import peer

from rack2city.network import Duty, Substations, solve_radial
from rack2city.network.consumers.exchange import Exchanger
from rack2city.network.dynamic import DynamicRadial
from rack2city.network.offtake import Offtake
from rack2city.network.pipes.wall import wall_capacity
from rack2city.network.radial import pressure_need, radial_blocks
from rack2city.network.settle import Layout
from rack2city.network.substation import ExchangerSubstations

VALVE_RESERVE, BYPASS_SHARE = 3.0, 0.01
SPARE_LIFT_PA = 1e5
BLOCK = 24
"""Steps whose pressures are computed at once."""
DYNAMIC = "given return, dynamic"


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
    heat, unmet, worst, iterations, lift = 0.0, 0.0, 0.0, 0, 0.0
    for _, block in radial_blocks(net.tree, substations, nets.LIQUID, load, nets.SUPPLY_K, nets.GROUND_K):
        heat += float(block.root_heat_w.sum())
        unmet += float(block.unmet_w.sum())
        worst, iterations = max(worst, block.max_balance_residual), max(iterations, block.iterations)
        lift = max(lift, float(block.root_difference_pa.max()))
    return {
        "seconds": time.perf_counter() - started,
        "balance": worst,
        "iterations": iterations,
        "root_heat_mean_w": heat / hours,
        "unmet_mean_w": unmet / hours,
        "lift_max_pa": lift,
    }


def dynamic_year(net: nets.BenchNet, load: np.ndarray) -> dict[str, Any]:
    """A year of hourly steps, pressures included; consumers of given return temperature, steel walls of 3.2 mm."""
    substations = fixed_return(net, BYPASS_SHARE)
    network = DynamicRadial(
        net.tree,
        substations,
        nets.LIQUID,
        wall_capacity(net.tree.diameter_m, net.tree.diameter_m + 2 * 3.2e-3, 7850.0, 460.0),
        nets.SUPPLY_K,
        nets.RETURN_K,
    )
    layout = Layout.of(net.tree, substations, nets.LIQUID)
    order = layout.sweeps.order
    started = time.perf_counter()
    heat, unmet, worst, passes, lift = 0.0, 0.0, 0.0, 0, 0.0
    for first in range(0, len(load), BLOCK):
        pipe_flow, flow = [], []
        for row in load[first : first + BLOCK]:
            step = network.step(3600.0, Duty(row[None]), nets.SUPPLY_K, nets.GROUND_K)
            heat, unmet = heat + step.root_heat_w, unmet + float(step.unmet_w.sum())
            worst, passes = max(worst, step.balance_residual), max(passes, step.passes)
            pipe_flow.append(step.pipe_flow_kg_per_s[order])
            flow.append(step.flow_kg_per_s)
        lift = max(lift, float(pressure_need(layout, np.array(pipe_flow).T, np.array(flow).T)[1].max()))
    return {
        "seconds": time.perf_counter() - started,
        "balance": worst,
        "iterations": passes,
        "root_heat_mean_w": heat / len(load),
        "unmet_mean_w": unmet / len(load),
        "lift_max_pa": lift,
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
