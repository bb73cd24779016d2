"""The laws that rows of the tables obey as branches."""

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.interpolate import PchipInterpolator

from rack2city.errors import InputError
from rack2city.network.components.component import is_empty
from rack2city.network.hydraulics.friction import Array
from rack2city.network.hydraulics.laws import CurveLaw, Law, PipeLaw, PrescribedFlow, PrescribedLift, QuadraticLaw
from rack2city.network.hydraulics.pumps import ConstantPowerLaw, PumpCurveLaw
from rack2city.network.hydraulics.valves import CheckValveLaw, ControlValveLaw
from rack2city.network.tables.network import Network


def law_names(network: Network, table: str) -> npt.NDArray[np.str_]:
    """What tells the laws of a table's rows apart: one group of branches each."""
    frame = network.table(table)
    if table == "heat_exchangers":
        names = frame.curve.map(lambda curve: "" if is_empty(curve) else str(curve))
    elif table == "pumps":
        names = ("curve " + frame.curve.astype(str)).where(frame.control != "own", "own")
        names = names.where(frame.control != "worst", "worst " + frame.curve.astype(str))
        names = names.where(frame.power_w.isna(), "power")
    elif table == "producers":
        names = frame["mode"].where(frame["mode"] == "pressure", "flow")
    elif table == "valves":
        names = frame.check.map({False: "", True: "check"})
    else:
        names = pd.Series("", index=frame.index)
    return names.to_numpy(dtype=str)


def law_of(network: Network, table: str, which: str, frame: pd.DataFrame, static: Array) -> Law:
    """The law of rows that share one; `which` as `law_names` tells it, `static` the static head from start to end (Pa)."""
    density = network.liquid.density
    column = {name: frame[name].to_numpy() for name in frame.columns}
    if table == "pipes":
        size = (column["length_m"], column["inner_diameter_m"], column["roughness_m"])
        return PipeLaw(*size, density, network.liquid.viscosity, column["minor_loss"], network.friction)
    if table == "valves":
        kv, opening = column["kv_m3_per_h"], column["opening"]
        return CheckValveLaw(kv * opening, density) if which == "check" else ControlValveLaw(kv, density, opening)
    if table == "pumps":
        if which == "own":
            return PrescribedLift(column["difference_pa"] + static)
        if which == "power":
            return ConstantPowerLaw(column["power_w"], density)
        return pump_law(network, which.split(" ", 1)[1], column["speed"])
    if table == "substations":
        return PrescribedFlow(np.zeros(len(frame)))  # the solver gives the flows
    if table == "producers":
        if which == "pressure":
            return PrescribedLift(
                np.nan_to_num(column["difference_pa"]) + static
            )  # one controlled elsewhere may have none
        return PrescribedFlow(
            np.where(column["mode"] == "flow", column["mass_flow_kg_per_s"], 0.0)
        )  # the rest is solved
    if which:
        return _curve_law(network, which)
    none = (column["linear_pa_s_per_m3"] == 0.0) & (column["quadratic_pa_s2_per_m6"] == 0.0)
    if none.any():
        raise InputError(
            f"table heat_exchangers, row '{frame.index[int(np.argmax(none))]}': it has no pressure drop; "
            "give linear_pa_s_per_m3, quadratic_pa_s2_per_m6 or a curve"
        )
    return QuadraticLaw(column["linear_pa_s_per_m3"], column["quadratic_pa_s2_per_m6"], density)


def pump_law(network: Network, curve: str, speed: npt.ArrayLike) -> PumpCurveLaw:
    """The law of pumps that share a head curve; refuses a curve whose head does not fall."""
    points = network.curves.loc[[curve]]
    try:
        return PumpCurveLaw(points.x_m3_per_s.to_numpy(), points.y_pa.to_numpy(), network.liquid.density, speed)
    except InputError as error:
        raise InputError(f"table curves, row '{curve}': {error}") from None


def _curve_law(network: Network, curve: str) -> CurveLaw:
    """The law of a pressure drop's curve."""
    points = network.curves.loc[[curve]]
    flow, drop = points.x_m3_per_s.to_numpy(dtype=float), points.y_pa.to_numpy(dtype=float)
    if flow[0] > 0.0:
        flow, drop = np.concatenate([[0.0], flow]), np.concatenate([[0.0], drop])
    if drop[0] != 0.0 or not np.all(np.diff(drop) > 0.0):
        raise InputError(
            f"table curves, row '{curve}', column y_pa: a pressure drop starts at zero and rises with the flow"
        )
    inside = PchipInterpolator(flow, drop)
    slope = inside.derivative()
    last, last_slope = flow[-1], max(float(slope(flow[-1])), (drop[-1] - drop[-2]) / (flow[-1] - flow[-2]))

    def value(q: Array) -> Array:
        size = np.abs(q)
        drops = inside(np.minimum(size, last)) + last_slope * np.maximum(size - last, 0.0)
        return np.asarray(np.sign(q) * drops)

    def rise(q: Array) -> Array:
        size = np.abs(q)
        return np.asarray(np.where(size > last, last_slope, slope(np.minimum(size, last))))

    return CurveLaw(value, rise, network.liquid.density)
