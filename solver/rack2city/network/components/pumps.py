"""Pumps: by a head curve at some speed, holding a difference, or of constant power."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from rack2city.arrays import Array
from rack2city.errors import InputError
from rack2city.network.components.columns import IN_SERVICE, THROUGH, Column, Quantity, Values, ends, number, text
from rack2city.network.components.component import Arrays, Columns, Component, Fault
from rack2city.network.hydraulics.graph import Index
from rack2city.network.hydraulics.laws import Law, PrescribedLift
from rack2city.network.hydraulics.pumps import ConstantPowerLaw, PumpCurveLaw


def _faults(columns: Columns) -> Iterator[Fault]:
    powered, control = ~np.isnan(columns["power_w"]), columns["control"]
    yield (columns["curve"] == "") != powered, "curve", "give either a curve or a power"
    yield powered & (control != "none"), "control", "a pump of constant power has none"
    yield (control == "own") & np.isnan(columns["difference_pa"]), "difference_pa", "control 'own' needs it"


def _labels(columns: Columns) -> Values:
    control, curve = columns["control"].astype(str), columns["curve"].astype(str)
    by_curve = np.char.add(np.where(control == "worst", "worst ", "curve "), curve)
    return np.where(np.isnan(columns["power_w"]), np.where(control == "own", "own", by_curve), "power")


def _law(arrays: Arrays, label: str, rows: Index, static_pa: Array) -> Law:
    pumps = arrays["pumps"]
    if label == "own":
        return PrescribedLift(pumps["difference_pa"][rows] + static_pa)
    if label == "power":
        return ConstantPowerLaw(pumps["power_w"][rows], arrays.liquid.density)
    return head_law(arrays, label.split(" ", 1)[1], pumps["speed"][rows])


def head_law(arrays: Arrays, curve: str, speed: npt.ArrayLike) -> PumpCurveLaw:
    """The law of pumps that share a head curve, each at its speed (-).

    Raises:
        InputError: the head does not fall with the flow.
    """
    try:
        return PumpCurveLaw(*arrays.curve(curve), arrays.liquid.density, speed)
    except InputError as error:
        raise InputError(f"table curves, row '{curve}': {error}") from None


PUMPS = Component(
    "pumps",
    "pump",
    "pumps with a curve, or of constant power",
    (
        *ends(sense="the suction side"),
        Column("curve", "curve of the head (Pa) against the flow (m3/s) at full speed", "", "curve", None),
        number(
            "power_w", "W", "power given to the liquid whatever the flow, instead of a curve", above=True, varies=True
        ),
        number(
            "speed",
            "-",
            "speed over full speed; given where control is 'none', the largest where it is 'worst'",
            1.0,
            varies=True,
        ),
        number("efficiency", "-", "electric to hydraulic power", 0.6, high=1.0, above=True),
        text(
            "control",
            "'none': given speed; 'own': the difference between its ends; 'worst': the difference at the worst substation",
            ("none", "own", "worst"),
            "none",
        ),
        number(
            "difference_pa",
            "Pa",
            "set-point of the differential pressure where it is controlled ('worst': may be empty)",
            varies=True,
        ),
        IN_SERVICE,
    ),
    faults=_faults,
    law=_law,
    labels=_labels,
    results=(*THROUGH, Quantity("speed", "-", "speed over full speed"), Quantity("electric_w", "W", "electric power")),
)
