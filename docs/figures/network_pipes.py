"""Plots of docs/network-pipes.md: `python docs/figures/network_pipes.py` with RACK2CITY_REFERENCE set."""

import os
import sys
from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1]))  # the tests' replays are not part of the package

from tests.network.measured_pipes import ULG_RUNS, Replay, replay_schweiger, replay_ulg  # noqa: E402
from tests.network.test_plug_flow import outlet_error  # noqa: E402

INK, INLET, MEASURED, OURS = "#333333", "#9a9a9a", "#111111", "#0b6fb8"


def measured_figure(reference: Path) -> Figure:
    """Outlet of all measured runs beside ours."""
    figure = Figure(figsize=(9.0, 5.2), layout="constrained")
    runs: list[tuple[str, Replay]] = [(f"ULg {name[3:]}", replay_ulg(reference, name)) for name in ULG_RUNS]
    runs.append(("Schweiger, case 1", replay_schweiger(reference)))
    for axes, (name, run) in zip(figure.subplots(2, 3).flat, runs, strict=True):
        every = slice(None, None, max(1, len(run.time_s) // 120))
        shown = slice(None, None, max(1, len(run.time_s) // 35))
        axes.plot(run.time_s[every], run.inlet[every], color=INLET, lw=1, label="inlet, measured")
        axes.plot(run.time_s[shown], run.measured[shown], "o", ms=2.5, color=MEASURED, label="outlet, measured")
        axes.plot(run.time_s[every], run.simulated[every], color=OURS, lw=1.5, label="outlet, simulated")
        axes.set_title(f"{name}: RMSE {run.rmse:.2f} K", fontsize=9, color=INK)
        axes.tick_params(labelsize=8)
        axes.spines[["top", "right"]].set_visible(False)
    figure.axes[0].legend(fontsize=7, frameon=False)
    figure.supxlabel("time (s)", fontsize=9)
    figure.supylabel("temperature (°C)", fontsize=9)
    return figure


def convergence_figure() -> Figure:
    """Error against Anzelius' solution over the number of sections."""
    figure = Figure(figsize=(4.5, 3.2), layout="constrained")
    axes = figure.subplots()
    sections = np.array([10, 20, 40, 80])
    for steps, marker in ((1, "o"), (4, "s")):
        errors = [outlet_error(count, steps) for count in sections]
        axes.loglog(sections, errors, marker, ls="-", lw=1.5, ms=4, label=f"{steps} step(s) per cell")
    axes.loglog(sections, 0.8 * errors[0] * (sections[0] / sections) ** 2, ls="--", lw=1, color=INLET, label="order 2")
    axes.set_xticks(sections, [str(count) for count in sections])
    axes.minorticks_off()
    axes.set_xlabel("wall sections", fontsize=9)
    axes.set_ylabel("RMS error behind a step of 1 K (K)", fontsize=9)
    axes.tick_params(labelsize=8)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(fontsize=8, frameon=False)
    return figure


def main() -> None:
    """Write the figures beside this script."""
    told = os.environ.get("RACK2CITY_REFERENCE")
    reference = Path(told) if told else HERE.parents[1] / "shared" / "reference"
    mpl.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "rack2city", "path.simplify": True})
    for name, figure in (
        ("network-pipes-measured.svg", measured_figure(reference)),
        ("network-pipes-convergence.svg", convergence_figure()),
    ):
        figure.savefig(HERE / name, metadata={"Date": None})


if __name__ == "__main__":
    main()
