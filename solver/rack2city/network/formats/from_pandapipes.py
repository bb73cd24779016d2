"""Import of pandapipes networks; pandapipes itself is needed only by those who have such a network."""

from typing import Any

import numpy as np
import pandas as pd

from rack2city.errors import InputError
from rack2city.network.components import COMPONENTS
from rack2city.network.components.component import Foreign
from rack2city.network.hydraulics.liquid import Liquid
from rack2city.network.tables.create import create
from rack2city.network.tables.network import Network

_REFUSED = ("pump", "compressor", "press_control", "flow_control", "mass_storage")


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

    How, stands in each component's file. Friction is Colebrook's here, whatever model the network was solved with.

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
        for name in _rows(net, table).index:
            raise InputError(f"pandapipes table {table}, '{name}': it cannot be imported; it has no counterpart here")
    if net.fluid is None:
        raise InputError("the pandapipes network has no fluid; create one first")
    if net.fluid.is_gas:
        raise InputError(f"the pandapipes network holds the gas '{net.fluid.name}'; only liquids are supported")
    network = Network(str(net.name or "network"), _liquid(net, temperature_k))
    around = float(net.get("user_pf_options", {}).get("ambient_temperature", 293.15))
    places = pd.Series(_rows(net, "junction").index, index=net.junction.index)
    for ours, component in COMPONENTS.items():
        for table, read in component.pandapipes.items():
            if not (frame := _rows(net, table)).empty:
                columns = dict(read(frame, Foreign(table, frame.index, network.liquid, around, places)))
                taken = set(network.table(ours).index)
                names = [f"{table} {name}" if name in taken else name for name in columns.pop("names", frame.index)]
                create(network, ours, names, **columns)
    return network


def _rows(net: Any, table: str) -> pd.DataFrame:
    """A table with its places, by name where names are all there and unique, else by names made of its index."""
    frame: pd.DataFrame = net[table] if table in net else pd.DataFrame()
    frame = frame.join(net.get(f"{table}_geodata", pd.DataFrame()))
    names = frame["name"].astype(str) if "name" in frame and frame["name"].notna().all() else pd.Series(dtype=object)
    if not (len(names) and names.is_unique and (names != "").all()):
        names = pd.Series([f"{table} {index}" for index in frame.index], dtype=object)
    return frame.set_axis(pd.Index(names, dtype=object))


def _liquid(net: Any, temperature_k: float | None) -> Liquid:
    """The fluid's properties at one temperature."""
    if temperature_k is None:
        told = (("ext_grid", "t_k"), ("circ_pump_pressure", "t_flow_k"), ("circ_pump_mass", "t_flow_k"))
        given = [_rows(net, table).get(column) for table, column in (*told, ("junction", "tfluid_k"))]
        temperature_k = next(float(values.mean()) for values in given if values is not None and values.notna().any())
    names = ("density", "heat_capacity", "viscosity")
    return Liquid(*(float(np.ravel(net.fluid.get_property(name, temperature_k))[0]) for name in names))
