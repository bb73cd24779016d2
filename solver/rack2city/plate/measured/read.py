"""Measured curves as a case has them, checked: that the flow rises, the pressure drop with it, and the resistance does not."""

from itertools import pairwise

import numpy as np

from rack2city.arrays import Array
from rack2city.case import quantities as q
from rack2city.case.columns import read_columns
from rack2city.case.curve import DROP, FLOW, Curve
from rack2city.errors import InputError
from rack2city.materials import coolant_of
from rack2city.plate.measured.curve import PER_L_PER_MIN, MeasuredCurve

COLUMNS = {
    "flow": FLOW,
    "pressure_drop": DROP,
    "resistance": q.THERMAL_RESISTANCE,
    "pressure_drop_uncertainty": q.PRESSURE.within("0.01 Pa", "1 MPa"),
    "resistance_uncertainty": q.THERMAL_RESISTANCE.within("0.001 mK/W", "1 K/W"),
}
"""The columns of a file; the last two, expanded uncertainties row by row, may be missing where the case states them."""


def measured_curve(name: str, asked: Curve) -> MeasuredCurve:
    """The measured curve of a plate of this name.

    A stated uncertainty of the reading and a floor add in squares; a file's column stands instead of both.

    Raises:
        InputError: the file is wrong, an uncertainty is missing, or the points are none of a plate.
    """
    where = f"plates.{name}" if asked.file is None else str(asked.file)
    columns = (
        {key: np.array(getattr(asked, key)) for key in ("flow", "pressure_drop", "resistance")}
        if asked.file is None
        else read_columns(asked.file, COLUMNS, ("pressure_drop_uncertainty", "resistance_uncertainty"))
    )
    expanded = {
        "pressure_drop": _expanded(
            where, columns, "pressure_drop", asked.pressure_drop_uncertainty, asked.pressure_drop_floor
        ),
        "resistance": _expanded(where, columns, "resistance", asked.resistance_uncertainty, asked.resistance_floor),
    }
    _check(where, columns, expanded["resistance"])
    return MeasuredCurve(
        name,
        columns["flow"],
        columns["resistance"],
        asked.resistance_from,
        columns["flow"],
        columns["pressure_drop"],
        expanded["resistance"] / asked.coverage,
        expanded["pressure_drop"] / asked.coverage,
        asked.coverage,
        coolant_of(asked.coolant, f"plates.{name}.curve.coolant"),
        asked.temperature,
    )


def _expanded(where: str, columns: dict[str, Array], key: str, relative: float | None, floor: float | None) -> Array:
    """Expanded uncertainty at each point, in the unit of the column."""
    if f"{key}_uncertainty" in columns:
        return columns[f"{key}_uncertainty"]
    if relative is None and floor is None:
        raise InputError(
            f"{where}: the uncertainty of {key} is missing; give it as a column {key}_uncertainty, or in the case"
        )
    return np.hypot((relative or 0.0) * columns[key], floor or 0.0)


def _check(where: str, columns: dict[str, Array], uncertainty: Array) -> None:
    """Refuse points out of order, and values that no plate has."""
    flow, drop, resistance = (columns[key] for key in ("flow", "pressure_drop", "resistance"))
    for a, b in pairwise(range(len(flow))):
        at = f"{PER_L_PER_MIN * flow[a]:.4g} and {PER_L_PER_MIN * flow[b]:.4g} L/min"
        if not flow[b] > flow[a]:
            raise InputError(f"{where}: the flow must rise from point to point, {at} follow each other")
        if not drop[b] > drop[a]:
            raise InputError(f"{where}: the pressure drop must rise with the flow, between {at} it does not")
        if resistance[b] - resistance[a] > np.hypot(uncertainty[a], uncertainty[b]):
            raise InputError(
                f"{where}: the resistance rises between {at} by more than its uncertainty; a plate's falls"
            )
