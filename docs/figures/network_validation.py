"""Plots of docs/network.md: `python docs/figures/network_validation.py` with RACK2CITY_REFERENCE set, pandapipes installed."""

import os
import sys
from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1]))  # the tests' cases are not part of the package

from tests.network import destest  # noqa: E402
from tests.network.nets import looped_network, residuals  # noqa: E402
from tests.network.tables import analytic_cases, peer_cases  # noqa: E402
from tests.network.tables.epanet_grid import solve_grid  # noqa: E402
from tests.network.test_plug_flow import outlet_error  # noqa: E402
from tests.network.test_retarded import steady_error  # noqa: E402

from rack2city.network import solve_hydraulics  # noqa: E402

INK, GREY, OTHERS, OURS, SECOND, GATE = "#333333", "#9a9a9a", "#8a8a8a", "#0b6fb8", "#c8501e", "#eef1f4"


def clean(axes: Axes, title: str = "", x: str = "", y: str = "") -> Axes:
    """The look of all plots."""
    axes.set_title(title, fontsize=9, color=INK)
    axes.set_xlabel(x, fontsize=8.5)
    axes.set_ylabel(y, fontsize=8.5)
    axes.tick_params(labelsize=8)
    axes.spines[["top", "right"]].set_visible(False)
    return axes


def gate(axes: Axes, half: float) -> None:
    """A band of what is allowed, around zero."""
    axes.axhspan(-half, half, color=GATE, zorder=0)
    axes.axhline(0.0, color=GREY, lw=0.8)
    axes.set_ylim(-1.2 * half, 1.2 * half)
    axes.annotate(
        "allowed", (0.99, half), xycoords=("axes fraction", "data"), ha="right", va="top", fontsize=7.5, color=INK
    )


def destest_figure(reference: Path) -> Figure:
    """Four results of CE_0: the stated values, ours and those of other tools."""
    tools = destest.other_tools(reference)
    figure = Figure(figsize=(9.0, 2.9), layout="constrained")
    rows = (
        ("drop_pa", 1e-3, "pressure drop i-e", "kPa", 1e-3 * destest.STATED.drop_pa),
        ("first_building", 1.0, "supply at SD1", "°C", 0.005),
        ("back", 1.0, "return at i", "°C", 0.005),
        ("heat_w", 1e-3, "heat of the source", "kW", 5e-4 * destest.STATED.heat_w),
    )
    haaland, colebrook = (destest.solve_case(reference, formula) for formula in ("haaland", "colebrook"))
    for axes, (field, scale, title, unit, allowed) in zip(figure.subplots(1, 4), rows, strict=True):
        clean(axes, title, unit)
        stated = getattr(destest.STATED, field) * scale
        axes.axvspan(stated - allowed * scale, stated + allowed * scale, color="#bcd9ee", zorder=0, lw=1)
        axes.axvline(stated, color=INK, lw=1, label="stated, and the tolerance")
        theirs = np.sort(tools[destest.COLUMNS[field]].to_numpy()) * scale
        axes.plot(theirs, np.arange(len(theirs)), "o", ms=4, color=OTHERS, label="other tools")
        top = len(theirs)
        axes.plot(getattr(colebrook, field) * scale, top + 1, "D", ms=5, color=SECOND, label="ours, Colebrook")
        axes.plot(getattr(haaland, field) * scale, top, "D", ms=5, color=OURS, label="ours, Haaland")
        axes.set_yticks([])
        axes.spines["left"].set_visible(False)
        axes.locator_params(axis="x", nbins=4)
    figure.legend(
        *figure.axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=4, fontsize=8, frameon=False
    )
    return figure


def epanet_figure(reference: Path) -> Figure:
    """Flows of the grid side by side, and what both miss each other by."""
    grid = solve_grid(reference)
    figure = Figure(figsize=(9.0, 2.9), layout="constrained")
    parity, flow, head = figure.subplots(1, 3)
    theirs, ours = 1e3 * grid.flow.theirs, 1e3 * grid.flow.ours
    ends = [min(theirs.min(), 0.0), theirs.max()]
    clean(parity, "flow of each pipe", "EPANET 2.2 (L/s)", "ours (L/s)")
    parity.plot(ends, ends, color=GREY, lw=1)
    parity.plot(theirs, ours, "o", ms=4, color=OURS)
    clean(flow, "flow: ours less EPANET's", "pipe", "% of the largest flow")
    gate(flow, 0.5)
    flow.plot(np.arange(1, len(theirs) + 1), 100.0 * grid.flow_error, "o", ms=4, color=OURS)
    clean(head, "head: ours less EPANET's", "node", "mm")
    gate(head, 20.0)
    head.plot(np.arange(1, len(grid.head) + 1), 1e3 * grid.head_error, "o", ms=4, color=OURS)
    return figure


def analytic_figure(reference: Path) -> Figure:
    """Difference of every temperature of the analytic cases."""
    figure = Figure(figsize=(9.0, 2.7), layout="constrained")
    parity, error = figure.subplots(1, 2, width_ratios=[1.0, 1.7])
    clean(parity, "temperature of each point", "closed form (°C)", "ours (°C)")
    clean(error, "difference from the closed form", "", "K")
    for number, solve in enumerate(analytic_cases.CASES.values()):
        case = solve(reference)
        parity.plot(case.told_k - 273.15, case.solved_k - 273.15, "o", ms=4, color=OURS)
        apart = np.abs(case.solved_k - case.told_k)
        apart = apart[apart > 0.0]  # what remains are not given inlets
        error.semilogy(number + np.linspace(-0.25, 0.25, len(apart)), apart, "o", ms=4, color=OURS)
    ends = np.array(parity.get_xlim())
    parity.plot(ends, ends, color=GREY, lw=1, zorder=0)
    error.axhline(1e-3, color=GREY, ls="--", lw=1)
    error.annotate("allowed", (0.99, 1.2e-3), xycoords=("axes fraction", "data"), ha="right", fontsize=7.5, color=INK)
    error.set_ylim(1e-10, 1e-2)
    error.set_xticks(range(len(analytic_cases.CASES)), list(analytic_cases.CASES), fontsize=7.5)
    return figure


def peer_figure() -> Figure:
    """Flows and temperatures beside pandapipes'."""
    figure = Figure(figsize=(9.0, 2.9), layout="constrained")
    kelvin, flow, heat = figure.subplots(1, 3)
    clean(kelvin, "temperature of each junction", "pandapipes 0.16 (°C)", "ours (°C)")
    clean(flow, "flow: ours less theirs", "flow (kg/s)", "% of the flow")
    clean(heat, "temperature: ours less theirs", "temperature (°C)", "mK")
    for (name, solve), marker in zip(peer_cases.CASES.items(), "os^Dv", strict=True):
        pair = solve()
        look = {"ms": 4, "color": OURS, "ls": "", "marker": marker, "mfc": "none"}
        kelvin.plot(pair.their_k - 273.15, pair.our_k - 273.15, **look, label=name)
        flow.plot(np.abs(pair.their_flow), 100.0 * (pair.our_flow / pair.their_flow - 1.0), **look)
        heat.plot(pair.their_k - 273.15, 1e3 * (pair.our_k - pair.their_k), **look)
    ends = np.array(kelvin.get_xlim())
    kelvin.plot(ends, ends, color=GREY, lw=1, zorder=0)
    kelvin.legend(fontsize=7, frameon=False)
    for axes, allowed in ((flow, 0.1), (heat, 50.0)):
        gate(axes, allowed)
    return figure


def convergence_figure() -> Figure:
    """Errors over the section length and over the time step."""
    figure = Figure(figsize=(7.5, 3.0), layout="constrained")
    section, step = figure.subplots(1, 2)
    counts = np.array([10, 20, 40, 80])
    clean(section, "PlugFlowPipes: step through wall and film", "section (m)", "RMS error of the outlet (K)")
    for parts, marker in ((1, "o"), (4, "s")):
        errors = [outlet_error(count, parts) for count in counts]
        label = f"{parts} step{'s' * (parts > 1)} per section"
        section.loglog(
            40.0 / counts, errors, marker, ls="-", lw=1.2, ms=4, color=(OURS, SECOND)[parts > 1], label=label
        )
    section.loglog(
        40.0 / counts, 0.8 * errors[0] * (counts[0] / counts) ** 2.0, "--", lw=1, color=GREY, label="order 2"
    )
    section.set_xticks(40.0 / counts, [f"{40.0 / count:g}" for count in counts])
    minutes = np.array([30.0, 15.0, 7.5])
    errors = [steady_error(60.0 * minute) for minute in minutes]
    clean(step, "RetardedPipes: loss over several steps", "time step (min)", "error of the mean outlet (K)")
    step.loglog(minutes, errors, "o-", lw=1.2, ms=4, color=OURS, label="ours")
    step.loglog(minutes, 0.7 * errors[0] * (minutes / minutes[0]) ** 2.0, "--", lw=1, color=GREY, label="order 2")
    step.set_xticks(minutes, [f"{minute:g}" for minute in minutes])
    for axes in (section, step):
        axes.minorticks_off()
        axes.legend(fontsize=8, frameon=False)
    return figure


def robustness_figure(count: int = 200) -> Figure:
    """Residuals of random looped nets with pumps, valves, check valves and held flows."""
    found = []
    for seed in range(count):
        network, injection = looped_network(seed)
        state = solve_hydraulics(network, {"0": 5e5}, injection)
        found.append((len(network.start) - len(network.node_names) + 1, *residuals(state, injection)))
    loops, mass, law = np.array(found).T
    figure = Figure(figsize=(5.0, 3.0), layout="constrained")
    axes = clean(figure.subplots(), f"{count} random looped nets", "loops", "residual (-)")
    for values, marker, colour, label in (
        (mass, "o", OURS, "mass at a node, of the largest flow"),
        (law, "s", SECOND, "pressure, of the largest"),
    ):
        axes.semilogy(loops, np.maximum(values, 1e-18), marker, ms=3, mfc="none", color=colour, label=label)
    axes.axhline(1e-9, color=GREY, ls="--", lw=1, label="allowed")
    axes.legend(fontsize=8, frameon=False)
    return figure


def main() -> None:
    """Write the figures beside this script."""
    told = os.environ.get("RACK2CITY_REFERENCE")
    reference = Path(told) if told else HERE.parents[1] / "shared" / "reference"
    mpl.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "rack2city", "path.simplify": True})
    for name, figure in (
        ("destest", destest_figure(reference)),
        ("epanet", epanet_figure(reference)),
        ("analytic", analytic_figure(reference)),
        ("pandapipes", peer_figure()),
        ("convergence", convergence_figure()),
        ("robustness", robustness_figure()),
    ):
        figure.savefig(HERE / f"network-validation-{name}.svg", metadata={"Date": None})


if __name__ == "__main__":
    main()
