"""The plots of the report: the plate's curves and the year's heat and temperatures."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.dates import ConciseDateFormatter, MonthLocator
from matplotlib.figure import Figure
from numpy.typing import NDArray

from rack2city.report.drawing import COLOURS, WIDTH_IN, legend_above
from rack2city.report.model import Run
from rack2city.report.units import CELSIUS, KILOPASCAL, KILOWATT, LITRE_PER_MINUTE, RESISTANCE_AREA


def plate_curves(run: Run) -> Figure:
    """Pressure drop (kPa) and thermal resistances (mm²·K/W and K/W) of one plate against its flow (L/min)."""
    plate = run.summary["plate"]
    load = next(load for load in run.summary["rack"]["loads"] if load["name"] == plate["load"])
    flow = LITRE_PER_MINUTE.of(plate["channels"] * np.array(plate["flow_per_channel_m3_per_s"]))
    at_design = LITRE_PER_MINUTE.of(load["flow_m3_per_s"])
    figure = Figure(figsize=(WIDTH_IN, 3.1))
    left, right = figure.subplots(1, 2)

    left.plot(
        flow,
        KILOPASCAL.of(np.array(plate["pressure_drop_pa"])),
        "o-",
        color=COLOURS["cool"],
        label="plate, finite elements",
    )
    left.plot(
        at_design,
        KILOPASCAL.of(load["plate_pressure_drop_pa"]),
        "D",
        color=COLOURS["hot"],
        label="design point in the rack",
    )
    left.set_ylabel("pressure drop (kPa)")
    _reynolds_axis(left, flow, np.array(plate["reynolds"]))

    area = plate["area_m2"]
    curves = (("case_to_inlet_max", "hot"), ("case_to_inlet_mean", "warm"), ("base_to_bulk", "reused"))
    for key, colour in curves:
        values = RESISTANCE_AREA.of(np.array(plate[f"{key}_m2k_per_w"]))
        right.plot(flow, values, "o-", color=COLOURS[colour], label=key.replace("_", "-").replace("t-m", "t, m"))
    design = RESISTANCE_AREA.of(load["case_to_inlet_k_per_w"] * area)
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


def year_heat(run: Run) -> Figure:
    """Daily mean heat (kW) into the network by source, with the demand; and where the racks' liquid heat goes."""
    daily = KILOWATT.of(_daily(run.year))
    figure = Figure(figsize=(WIDTH_IN, 4.7))
    above, below = figure.subplots(2, 1, sharex=True, gridspec_kw={"height_ratios": (3, 2)})
    shares = {
        "reused heat of the racks": (daily["reused_w"], "reused"),
        "heat pump's electricity": (daily["heat_pump_w"] - daily["reused_w"], "electric"),
        "backup": (daily["backup_w"], "backup"),
    }
    _stack(above, shares)
    above.plot(daily.index, daily["demand_w"], color=COLOURS["hot"], linewidth=1.0, label="demand")
    above.set_ylabel("heat into the network (kW)")
    _stack(below, {"reused": (daily["reused_w"], "reused"), "rejected to air": (daily["rejected_w"], "rejected")})
    below.set_ylabel("liquid heat of the racks (kW)")
    for axes, columns in ((above, 4), (below, 2)):
        axes.set_ylim(bottom=0.0)
        axes.grid(axis="y")
        legend_above(axes, columns)
    _months(below, daily)
    return figure


def duration(run: Run) -> Figure:
    """Hours of the year (h) at or above a heat flow (kW), each curve sorted by itself."""
    figure = Figure(figsize=(WIDTH_IN, 2.9))
    axes = figure.subplots()
    curves = {
        "heat into the network": ("network_heat_w", "hot"),
        "heat pump": ("heat_pump_w", "reused"),
        "backup": ("backup_w", "backup"),
        "rejected to air": ("rejected_w", "rejected"),
    }
    share = np.linspace(0.0, 1.0, 400)  # 400 of 8760 points: no eye sees the rest, and the file stays small
    for label, (column, colour) in curves.items():
        values = np.quantile(KILOWATT.of(run.year[column].to_numpy()), 1.0 - share)
        axes.plot(share * len(run.year), values, color=COLOURS[colour], label=label)
    axes.set(xlabel="hours of the year at or above (h)", ylabel="heat flow (kW)", xlim=(0.0, len(run.year)))
    axes.set_ylim(bottom=0.0)
    axes.grid()
    legend_above(axes, 4)
    return figure


def temperatures(run: Run) -> Figure:
    """Daily mean temperatures (°C) from the weather to the coolant, and the daily highest junction."""
    daily = CELSIUS.of(_daily(run.year))
    hottest = CELSIUS.of(run.year["junction_max_k"].resample("D").max())
    figure = Figure(figsize=(WIDTH_IN, 3.9))
    axes = figure.subplots()
    axes.plot(hottest.index, hottest, color=COLOURS["hot"], label="junction, highest of the day")
    lines = {
        "network supply": ("network_supply_k", "warm", "-"),
        "network return": ("network_return_k", "warm", "--"),
        "coolant (TCS) supply": ("tcs_supply_k", "backup", "-"),
        "facility supply": ("facility_supply_k", "cool", "-"),
        "facility return": ("facility_return_k", "cool", "--"),
        "outdoor air": ("outdoor_k", "rejected", "-"),
    }
    for label, (column, colour, style) in lines.items():
        axes.plot(daily.index, daily[column], style, color=COLOURS[colour], linewidth=1.1, label=label)
    axes.set_ylabel("temperature (°C)")
    axes.grid()
    legend_above(axes, 4)
    _months(axes, daily)
    return figure


def _reynolds_axis(axes: Axes, flow: NDArray[np.float64], reynolds: NDArray[np.float64]) -> None:
    """A second scale over the axes; viscosity changes with temperature, so it is read off the runs, not computed."""
    known = np.r_[0.0, flow, 2.0 * flow[-1]]
    scale = np.r_[0.0, reynolds, 2.0 * reynolds[-1]]
    to_reynolds, to_flow = (lambda q: np.interp(q, known, scale)), (lambda re: np.interp(re, scale, known))
    axes.secondary_xaxis("top", functions=(to_reynolds, to_flow)).set_xlabel("Reynolds number (–)")


def _daily(year: pd.DataFrame) -> pd.DataFrame:
    return year.resample("D").mean()


def _stack(axes: Axes, shares: dict[str, tuple[pd.Series, str]]) -> None:
    index = next(iter(shares.values()))[0].index
    colours = [COLOURS[colour] for _, colour in shares.values()]
    axes.stackplot(
        index, *(values for values, _ in shares.values()), labels=list(shares), colors=colours, alpha=0.85, linewidth=0
    )


def _months(axes: Axes, daily: pd.DataFrame) -> None:
    zone = pd.DatetimeIndex(daily.index).tz
    locator = MonthLocator(tz=zone)
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(ConciseDateFormatter(locator, tz=zone, show_offset=False))
    axes.set_xlim(daily.index[0], daily.index[-1])
    axes.set_xlabel("day of the year (daily values, UTC+1)")
