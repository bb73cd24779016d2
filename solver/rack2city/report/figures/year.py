"""The plots of the year: heat, its duration curves, temperatures."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.dates import ConciseDateFormatter, MonthLocator
from matplotlib.figure import Figure

from rack2city.report.figures.style import COLOURS, WIDTH_IN, legend_above
from rack2city.report.units import CELSIUS, KILOWATT


def year_heat(year: pd.DataFrame) -> Figure:
    """Daily mean heat (kW) into the network by source, with the demand; and where the racks' liquid heat goes."""
    daily = KILOWATT.of(year.resample("D").mean())
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


def duration(year: pd.DataFrame) -> Figure:
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
        values = np.quantile(KILOWATT.of(year[column].to_numpy()), 1.0 - share)
        axes.plot(share * len(year), values, color=COLOURS[colour], label=label)
    axes.set(xlabel="hours of the year at or above (h)", ylabel="heat flow (kW)", xlim=(0.0, len(year)))
    axes.set_ylim(bottom=0.0)
    axes.grid()
    legend_above(axes, 4)
    return figure


def temperatures(year: pd.DataFrame) -> Figure:
    """Daily mean temperatures (°C) from the weather to the coolant, and the daily highest junction."""
    daily = CELSIUS.of(year.resample("D").mean())
    hottest = CELSIUS.of(year["junction_max_k"].resample("D").max())
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


def _stack(axes: Axes, shares: dict[str, tuple[pd.Series, str]]) -> None:
    values, colours = zip(*shares.values(), strict=True)
    shades = [COLOURS[colour] for colour in colours]
    axes.stackplot(values[0].index, *values, labels=list(shares), colors=shades, alpha=0.85, linewidth=0)


def _months(axes: Axes, daily: pd.DataFrame) -> None:
    zone = pd.DatetimeIndex(daily.index).tz
    locator = MonthLocator(tz=zone)
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(ConciseDateFormatter(locator, tz=zone, show_offset=False))
    axes.set_xlim(daily.index[0], daily.index[-1])
    axes.set_xlabel("day of the year (daily values, UTC+1)")
