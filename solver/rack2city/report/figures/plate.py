"""The plate's curves over its flow."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from rack2city.arrays import Array
from rack2city.report.figures.style import COLOURS, WIDTH_IN, legend_above
from rack2city.report.units import KILOPASCAL, LITRE_PER_MINUTE
from rack2city.results.plate import PlateFigures
from rack2city.results.rack import LoadResult


def plate_curves(plate: PlateFigures, loads: Sequence[LoadResult] = ()) -> Figure:
    """Pressure drop (kPa) and thermal resistances (K/W) of a plate over its flow (L/min), with the loads of the rack on it."""
    flow = LITRE_PER_MINUTE.of(np.array(plate.flow_m3_per_s))
    figure = Figure(figsize=(WIDTH_IN, 3.1))
    left, right = figure.subplots(1, 2)
    how = "measured" if plate.runs is None else "finite elements"
    left.plot(flow, KILOPASCAL.of(np.array(plate.pressure_drop_pa)), "o-", color=COLOURS["cool"], label=f"plate, {how}")
    left.set_ylabel("pressure drop (kPa)")
    curves = {f"{plate.resistance_from}, max": (plate.case_to_inlet_max_k_per_w, "hot")}
    if plate.runs is not None:
        _reynolds_axis(left, flow, np.array(plate.runs.reynolds))
        curves["case-to-inlet, mean"] = (plate.runs.case_to_inlet_mean_k_per_w, "warm")
        curves["base-to-bulk"] = (plate.runs.base_to_bulk_k_per_w, "reused")
    for label, (values, colour) in curves.items():
        right.plot(flow, np.array(values), "o-", color=COLOURS[colour], label=label)
    right.set_ylabel("resistance of the plate (K/W)")
    if plate.area_m2 is not None:
        _area_axis(right, plate.area_m2)
    for number, load in enumerate(loads):
        label = "in the rack" if number == 0 else "_same"
        at = LITRE_PER_MINUTE.of(load.flow_m3_per_s)
        left.plot(at, KILOPASCAL.of(load.plate_pressure_drop_pa), "D", color=COLOURS["hot"], label=label)
        right.plot(at, load.case_to_inlet_k_per_w, "D", color=COLOURS["hot"], label=label)
        for axes in (left, right):
            axes.axvline(at, ymax=0.68, color=COLOURS["loss"], linewidth=0.8, linestyle=":")
    for axes in (left, right):
        axes.set_xlabel("flow per plate (L/min)")
        axes.set_xlim(left=0.0)
        axes.set_ylim(0.0, 1.45 * axes.get_ylim()[1])  # room for the legend over the curves
        axes.grid()
        axes.legend(loc="upper left" if axes is left else "upper right")
    return figure


def _area_axis(axes: Axes, area: float) -> None:
    """A second scale of the resistances, of the heated area (m²)."""
    side = axes.secondary_yaxis(
        "right", functions=(lambda r: 1e6 * area * np.asarray(r), lambda r: 1e-6 / area * np.asarray(r))
    )
    side.set_ylabel("of its heated area (mm²·K/W)")


def _reynolds_axis(axes: Axes, flow: Array, reynolds: Array) -> None:
    """A second scale over the axes; viscosity changes with temperature, so it is read off the runs, not computed."""
    known = np.r_[0.0, flow, 2.0 * flow[-1]]
    scale = np.r_[0.0, reynolds, 2.0 * reynolds[-1]]
    to_reynolds, to_flow = (lambda q: np.interp(q, known, scale)), (lambda re: np.interp(re, scale, known))
    axes.secondary_xaxis("top", functions=(to_reynolds, to_flow)).set_xlabel("Reynolds number (–)")


def channel_shares(plate: PlateFigures, shares: Sequence[Sequence[float]]) -> Figure:
    """Flow of each channel over the mean of all (-), of a plate at its lowest, design and highest flow."""
    figure = Figure(figsize=(WIDTH_IN, 2.2))
    axes = figure.subplots()
    rows = dict(zip((0, plate.design_row, len(shares) - 1), ("cool", "reused", "hot"), strict=True))
    numbers = np.arange(1, len(shares[0]) + 1)
    for row, colour in rows.items():
        label = f"{LITRE_PER_MINUTE.of(plate.flow_m3_per_s[row]):.3g} L/min"
        values = np.array(shares[row]) * len(numbers)
        axes.plot(numbers, values, "o-", color=COLOURS[colour], markersize=3.5, label=label)
    axes.axhline(1.0, color=COLOURS["loss"], linewidth=0.8, linestyle=":")
    axes.set(xlabel="channel", ylabel="flow over the mean (–)")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.grid()
    legend_above(axes, 3)
    return figure
