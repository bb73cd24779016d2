"""The plate's curves over its flow."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from rack2city.arrays import Array
from rack2city.report.figures.style import COLOURS, WIDTH_IN
from rack2city.report.summary import Summary
from rack2city.report.units import KILOPASCAL, LITRE_PER_MINUTE, RESISTANCE_AREA


def plate_curves(summary: Summary) -> Figure:
    """Pressure drop (kPa) and thermal resistances (mm²·K/W and K/W) of one plate against its flow (L/min)."""
    plate, load, area = summary.plate, summary.plate_load, summary.plate.area_m2
    flow = LITRE_PER_MINUTE.of(plate.channels * np.array(plate.flow_per_channel_m3_per_s))
    at_design = LITRE_PER_MINUTE.of(load.flow_m3_per_s)
    figure = Figure(figsize=(WIDTH_IN, 3.1))
    left, right = figure.subplots(1, 2)

    drop = KILOPASCAL.of(np.array(plate.pressure_drop_pa))
    left.plot(flow, drop, "o-", color=COLOURS["cool"], label="plate, finite elements")
    design = KILOPASCAL.of(load.plate_pressure_drop_pa)
    left.plot(at_design, design, "D", color=COLOURS["hot"], label="design point in the rack")
    left.set_ylabel("pressure drop (kPa)")
    _reynolds_axis(left, flow, np.array(plate.reynolds))

    curves = {
        "case-to-inlet, max": (plate.case_to_inlet_max_m2k_per_w, "hot"),
        "case-to-inlet, mean": (plate.case_to_inlet_mean_m2k_per_w, "warm"),
        "base-to-bulk": (plate.base_to_bulk_m2k_per_w, "reused"),
    }
    for label, (values, colour) in curves.items():
        right.plot(flow, RESISTANCE_AREA.of(np.array(values)), "o-", color=COLOURS[colour], label=label)
    design = RESISTANCE_AREA.of(load.case_to_inlet_k_per_w * area)
    right.plot(at_design, design, "D", color=COLOURS["hot"], label="design point in the rack")
    right.set_ylabel("area resistance (mm²·K/W)")
    side = right.secondary_yaxis("right", functions=(lambda r: r * 1e-6 / area, lambda k: k * area * 1e6))
    side.set_ylabel("resistance of the plate (K/W)")
    for axes in (left, right):
        axes.axvline(at_design, ymax=0.68, color=COLOURS["loss"], linewidth=0.8, linestyle=":")
        axes.set_xlabel("flow per plate (L/min)")
        axes.set_xlim(left=0.0)
        axes.set_ylim(0.0, 1.45 * axes.get_ylim()[1])  # room for the legend over the curves
        axes.grid()
        axes.legend(loc="upper left" if axes is left else "upper right")
    return figure


def _reynolds_axis(axes: Axes, flow: Array, reynolds: Array) -> None:
    """A second scale over the axes; viscosity changes with temperature, so it is read off the runs, not computed."""
    known = np.r_[0.0, flow, 2.0 * flow[-1]]
    scale = np.r_[0.0, reynolds, 2.0 * reynolds[-1]]
    to_reynolds, to_flow = (lambda q: np.interp(q, known, scale)), (lambda re: np.interp(re, scale, known))
    axes.secondary_xaxis("top", functions=(to_reynolds, to_flow)).set_xlabel("Reynolds number (–)")
