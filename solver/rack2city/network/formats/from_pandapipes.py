"""Import of pandapipes networks; pandapipes itself is needed only by those who have such a network."""

from typing import Any

import numpy as np
import pandas as pd

from rack2city.errors import InputError
from rack2city.network.hydraulics.friction import Array
from rack2city.network.hydraulics.liquid import Liquid
from rack2city.network.tables.create import (
    create_boundaries,
    create_heat_exchangers,
    create_junctions,
    create_pipes,
    create_producers,
    create_substations,
    create_valves,
)
from rack2city.network.tables.network import Network

_REFUSED = ("pump", "compressor", "press_control", "flow_control", "mass_storage")
_LEAST_LOSS = 1e-3  # of a valve; pandapipes allows none at all, a branch here needs some
_BAR = 1e5


def from_pandapipes(net: Any, temperature_k: float | None = None) -> Network:
    """Import a pandapipes network of a liquid.

    | pandapipes | here |
    |---|---|
    | junction, with its geodata | junction |
    | pipe; `u_w_per_m2k` on the outer circumference | pipe |
    | ext_grid, source, sink | boundary |
    | heat_exchanger; heat taken is negative here | heat exchanger |
    | heat_consumer, of heat with flow, temperature drop or return temperature | substation |
    | valve between junctions | valve |
    | circ_pump_pressure | producer of mode 'pressure' |
    | circ_pump_mass | two boundaries, as pandapipes treats it |

    Friction is Colebrook's here, whatever model the network was solved with.

    Args:
        net: the pandapipes network.
        temperature_k: temperature (K) at which the liquid's properties are taken, constant; the mean of the given supply
            temperatures if None.

    Returns:
        The network, pressures as gauge pressures.

    Raises:
        InputError: pandapipes is not installed, `net` is not one of its networks, its fluid is a gas, or it holds components
            that have no counterpart; these are named.
    """
    try:
        from pandapipes import pandapipesNet  # type: ignore[import-untyped,unused-ignore]
    except ImportError:
        raise InputError("pandapipes is not installed; `pip install pandapipes` brings it") from None
    if not isinstance(net, pandapipesNet):
        raise InputError(f"a pandapipes network is needed, not {type(net).__name__}")
    for table in _REFUSED:
        if table in net and len(net[table]):
            name = _names(net[table], table)[0]
            raise InputError(f"pandapipes table {table}, '{name}': it cannot be imported; it has no counterpart here")
    if net.fluid is None:
        raise InputError("the pandapipes network has no fluid; create one first")
    if net.fluid.is_gas:
        raise InputError(f"the pandapipes network holds the gas '{net.fluid.name}'; only liquids are supported")
    network = Network(str(net.name or "network"), _liquid(net, temperature_k))
    junctions = _junctions(network, net)
    _pipes(network, net, junctions)
    _valves(network, net, junctions)
    _exchangers(network, net, junctions)
    _consumers(network, net, junctions)
    _pumps(network, net, junctions)
    _boundaries(network, net, junctions)
    return network


def _rows(net: Any, table: str) -> pd.DataFrame:
    """A table; empty if the network has none."""
    frame: pd.DataFrame = net[table] if table in net else pd.DataFrame()
    return frame


def _names(frame: pd.DataFrame, table: str) -> list[str]:
    """The names in a table where they are all there and unique, else made of its index."""
    names = frame["name"] if "name" in frame else pd.Series(dtype=object)
    if len(names) and names.notna().all() and names.astype(str).is_unique and (names.astype(str) != "").all():
        return [str(name) for name in names]
    return [f"{table} {index}" for index in frame.index]


def _liquid(net: Any, temperature_k: float | None) -> Liquid:
    """The fluid's properties at one temperature."""
    if temperature_k is None:
        given = [_rows(net, "ext_grid").get("t_k"), _rows(net, "circ_pump_pressure").get("t_flow_k")]
        given += [_rows(net, "circ_pump_mass").get("t_flow_k"), _rows(net, "junction").get("tfluid_k")]
        temperature_k = next(float(values.mean()) for values in given if values is not None and values.notna().any())
    fluid = net.fluid

    def at(what: str) -> float:
        return float(np.ravel(fluid.get_property(what, temperature_k))[0])

    return Liquid(at("density"), at("heat_capacity"), at("viscosity"))


def _junctions(network: Network, net: Any) -> pd.Series:
    """Junctions; returns their names by pandapipes' index."""
    frame = net.junction
    stopped = frame.index[~frame.in_service.to_numpy(dtype=bool)]
    if len(stopped):
        raise InputError(
            f"pandapipes table junction, index {stopped[0]}: it is out of service; drop it before the import"
        )
    names = _names(frame, "junction")
    places = _rows(net, "junction_geodata").reindex(frame.index)
    x, y = (places[axis].to_numpy(dtype=float) if axis in places else np.full(len(frame), np.nan) for axis in "xy")
    create_junctions(network, names, height_m=frame.height_m, x_m=x, y_m=y)
    return pd.Series(names, index=frame.index)


def _pipes(network: Network, net: Any, junctions: pd.Series) -> None:
    """Pipes."""
    frame = _rows(net, "pipe")
    if frame.empty:
        return
    inner = frame.inner_diameter_mm.to_numpy(dtype=float) / 1e3
    outer = frame.outer_diameter_mm.fillna(frame.inner_diameter_mm).to_numpy(dtype=float) / 1e3
    around = frame.text_k.astype(float).fillna(float(net.get("user_pf_options", {}).get("ambient_temperature", 293.15)))
    create_pipes(
        network,
        _names(frame, "pipe"),
        from_junction=frame.from_junction.map(junctions),
        to_junction=frame.to_junction.map(junctions),
        length_m=1e3 * frame.length_km,
        inner_diameter_m=inner,
        outer_diameter_m=outer,
        roughness_m=frame.k_mm / 1e3,
        minor_loss=frame.loss_coefficient,
        conductance_w_per_m_k=frame.u_w_per_m2k.to_numpy(dtype=float) * np.pi * outer,
        ambient_k=around,
        in_service=frame.in_service.astype(bool),
    )


def _quadratic(network: Network, frame: pd.DataFrame, loss: Array) -> Array:
    """Pa per (m3/s)^2 of loss coefficients on the velocity head."""
    area = np.pi / 4.0 * (frame.inner_diameter_mm.to_numpy(dtype=float) / 1e3) ** 2
    return np.asarray(loss * network.liquid.density / (2.0 * area**2))


def _valves(network: Network, net: Any, junctions: pd.Series) -> None:
    """Valves between two junctions."""
    frame = _rows(net, "valve")
    if frame.empty:
        return
    names, between = _names(frame, "valve"), frame.et.to_numpy() == "ju"
    if not between.all():
        name = names[int(np.argmin(between))]
        raise InputError(f"pandapipes table valve, '{name}': only valves between two junctions can be imported")
    quadratic = _quadratic(network, frame, np.maximum(frame.loss_coefficient.to_numpy(dtype=float), _LEAST_LOSS))
    create_valves(
        network,
        names,
        from_junction=frame.junction.map(junctions),
        to_junction=frame.element.map(junctions),
        kv_m3_per_h=3600.0 * np.sqrt(_BAR * network.liquid.density / 1e3 / quadratic),
        opening=frame.opened.astype(float),
    )


def _exchangers(network: Network, net: Any, junctions: pd.Series) -> None:
    """Heat exchangers."""
    frame = _rows(net, "heat_exchanger")
    if frame.empty:
        return
    loss = np.maximum(frame.loss_coefficient.to_numpy(dtype=float), _LEAST_LOSS)
    create_heat_exchangers(
        network,
        _names(frame, "heat_exchanger"),
        from_junction=frame.from_junction.map(junctions),
        to_junction=frame.to_junction.map(junctions),
        quadratic_pa_s2_per_m6=_quadratic(network, frame, loss),
        heat_w=-frame.qext_w,
        in_service=frame.in_service.astype(bool),
    )


def _consumers(network: Network, net: Any, junctions: pd.Series) -> None:
    """Heat consumers whose heat is known."""
    frame = _rows(net, "heat_consumer")
    if frame.empty:
        return
    names, capacity = _names(frame, "heat_consumer"), network.liquid.heat_capacity
    columns = ("qext_w", "controlled_mdot_kg_per_s", "deltat_k", "treturn_k")
    heat, flow, fall, back = (frame[column].to_numpy(dtype=float) for column in columns)
    heat = np.where(np.isnan(heat), flow * capacity * fall, heat)
    if np.isnan(heat).any():
        name = names[int(np.argmax(np.isnan(heat)))]
        raise InputError(
            f"pandapipes table heat_consumer, '{name}': flow and return temperature leave its heat open; give qext_w"
        )
    flow = np.where(np.isnan(flow), heat / (capacity * fall), flow)
    create_substations(
        network,
        names,
        supply_junction=frame.from_junction.map(junctions),
        return_junction=frame.to_junction.map(junctions),
        demand_w=heat,
        mass_flow_kg_per_s=flow,
        return_set_k=np.where(np.isnan(flow), back, np.nan),
        in_service=frame.in_service.astype(bool),
    )


def _pumps(network: Network, net: Any, junctions: pd.Series) -> None:
    """Circulation pumps of given pressure."""
    frame = _rows(net, "circ_pump_pressure")
    if frame.empty:
        return
    create_producers(
        network,
        _names(frame, "circ_pump_pressure"),
        return_junction=frame.return_junction.map(junctions),
        supply_junction=frame.flow_junction.map(junctions),
        mode="pressure",
        supply_k=frame.t_flow_k,
        difference_pa=_BAR * frame.plift_bar,
        # the first holds the level; two that hold it could not both pass on what they take
        return_pressure_pa=np.where(np.arange(len(frame)) == 0, _BAR * (frame.p_flow_bar - frame.plift_bar), np.nan),
        in_service=frame.in_service.astype(bool),
    )


def _boundaries(network: Network, net: Any, junctions: pd.Series) -> None:
    """External grids, sinks, sources, and both ends of circulation pumps of given flow."""
    for table, sign in (("ext_grid", 0.0), ("source", 1.0), ("sink", -1.0)):
        frame = _rows(net, table)
        if frame.empty:
            continue
        names, in_service = _names(frame, table), frame.in_service.astype(bool)
        names = [f"{table} {name}" if name in network.boundaries.index else name for name in names]
        at = frame.junction.map(junctions)
        if sign == 0.0:
            held = frame.type.str.contains("p").to_numpy(dtype=bool)
            if not held.all():
                name = names[int(np.argmin(held))]
                raise InputError(
                    f"pandapipes table ext_grid, '{name}': one that gives only a temperature cannot be imported"
                )
            pressure = _BAR * frame.p_bar.astype(float)
            create_boundaries(
                network, names, junction=at, pressure_pa=pressure, supply_k=frame.t_k, in_service=in_service
            )
        else:
            flow = sign * frame.mdot_kg_per_s * frame.scaling
            supply = frame.get("t_k") if sign > 0.0 else None
            create_boundaries(
                network,
                names,
                junction=at,
                mass_flow_kg_per_s=flow,
                supply_k=np.nan if supply is None else supply,
                in_service=in_service,
            )
    frame = _rows(net, "circ_pump_mass")
    if frame.empty:
        return
    names, in_service = _names(frame, "circ_pump_mass"), frame.in_service.astype(bool)
    create_boundaries(
        network,
        [f"supply of {name}" for name in names],
        junction=frame.flow_junction.map(junctions),
        pressure_pa=_BAR * frame.p_flow_bar,
        supply_k=frame.t_flow_k,
        in_service=in_service,
    )
    create_boundaries(
        network,
        [f"return of {name}" for name in names],
        junction=frame.return_junction.map(junctions),
        mass_flow_kg_per_s=-frame.mdot_flow_kg_per_s,
        in_service=in_service,
    )
