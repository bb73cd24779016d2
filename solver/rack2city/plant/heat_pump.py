"""The heat pump that lifts the racks' heat to the network: a one-stage vapour-compression cycle of a real refrigerant.

States: 1 suction (evaporating pressure, superheated), 2 discharge (isentropic efficiency), 3 saturated liquid leaving
the condenser, 4 after the throttle (h4 = h3). The refrigerant evaporates `evaporator_pinch` below the facility water it has
cooled and condenses `condenser_pinch` above the network water it has heated.
"""

from dataclasses import dataclass

import numpy as np
from CoolProp.CoolProp import PropsSI
from numpy.typing import ArrayLike

from rack2city.arrays import Array
from rack2city.case import HeatPump
from rack2city.errors import InputError


@dataclass(frozen=True)
class HeatPumpCycle:
    """Cycles at one or many operating points (shape of the temperatures they were made from).

    Attributes:
        evaporating_k: evaporating temperature (K).
        condensing_k: condensing temperature (K).
        cop: heat of the condenser over electricity (-).
        source_share: heat of the evaporator over heat of the condenser (-).
        shaft_share: shaft work over heat of the condenser (-).
    """

    evaporating_k: Array
    condensing_k: Array
    cop: Array
    source_share: Array
    shaft_share: Array


def check_refrigerant(heat_pump: HeatPump, hottest_sink_k: float) -> None:
    """Refuse a refrigerant that CoolProp does not know or that cannot condense at the network's highest supply (K).

    Raises:
        InputError: naming the field and what is wrong.
    """
    try:
        critical = float(PropsSI("Tcrit", heat_pump.refrigerant))
    except ValueError:
        raise InputError(
            f"plant.heat_pump.refrigerant: CoolProp knows no fluid '{heat_pump.refrigerant}'; write for example "
            '"R1234ze(E)", "Ammonia" or "R600a"'
        ) from None
    condensing = hottest_sink_k + heat_pump.condenser_pinch
    if condensing > 0.99 * critical:
        raise InputError(
            f"plant.heat_pump.refrigerant: {heat_pump.refrigerant} cannot condense at {condensing - 273.15:.1f} °C, its "
            f"critical temperature is {critical - 273.15:.1f} °C; choose another refrigerant or a colder network"
        )


def heat_pump_cycle(heat_pump: HeatPump, source_out_k: ArrayLike, sink_out_k: ArrayLike) -> HeatPumpCycle:
    """The cycle between the temperature to which the source is cooled and that to which the sink is heated.

    Both are in K, of any shape, and broadcast with each other.

    Source: any textbook on thermodynamics; properties by CoolProp (Bell et al. 2014).
    """
    source, sink = np.broadcast_arrays(np.asarray(source_out_k, dtype=float), np.asarray(sink_out_k, dtype=float))
    shape, fluid = source.shape, heat_pump.refrigerant
    # Hours with equal temperatures share a cycle: the properties are what costs.
    pairs, back = np.unique(np.stack([source.ravel(), sink.ravel()]).round(3), axis=1, return_inverse=True)
    evaporating, condensing = pairs[0] - heat_pump.evaporator_pinch, pairs[1] + heat_pump.condenser_pinch
    low, high = PropsSI("P", "T", evaporating, "Q", 1, fluid), PropsSI("P", "T", condensing, "Q", 0, fluid)
    # At saturation the pressure does not tell the phase.
    name, value = ("P", low) if heat_pump.superheat > 0.0 else ("Q", np.ones_like(low))
    h1, s1 = (PropsSI(key, "T", evaporating + heat_pump.superheat, name, value, fluid) for key in ("H", "S"))
    h2 = h1 + (PropsSI("H", "P", high, "S", s1, fluid) - h1) / heat_pump.isentropic_efficiency
    h3 = PropsSI("H", "T", condensing, "Q", 0, fluid)
    heat = h2 - h3

    def spread(values: Array) -> Array:
        return np.asarray(values)[back.ravel()].reshape(shape)

    return HeatPumpCycle(
        evaporating_k=spread(evaporating),
        condensing_k=spread(condensing),
        cop=spread(heat_pump.motor_efficiency * heat / (h2 - h1)),
        source_share=spread((h1 - h3) / heat),
        shaft_share=spread((h2 - h1) / heat),
    )
