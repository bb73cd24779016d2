"""The heat pump that lifts the racks' heat to the network: a one-stage vapour-compression cycle of a real refrigerant.

States: 1 suction (evaporating pressure, superheated), 2 discharge (isentropic efficiency), 3 saturated liquid leaving
the condenser, 4 after the throttle (h4 = h3). The refrigerant evaporates `evaporator_pinch` below the facility water it has
cooled and condenses `condenser_pinch` above the network water it has heated.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from rack2city.arrays import Array
from rack2city.case import HeatPump
from rack2city.plant.refrigerant import check_condensing, cycle_enthalpies


@dataclass(frozen=True)
class HeatPumpCycle:
    """Cycles at one or many operating points (shape of the temperatures they were made from).

    Attributes:
        evaporating_k: evaporating temperature (K).
        condensing_k: condensing temperature (K).
        cop: heat of the condenser over electricity (-); infinite without lift.
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
    check_condensing(heat_pump.refrigerant, hottest_sink_k + heat_pump.condenser_pinch)


def needs_no_lift(heat_pump: HeatPump, source_out_k: ArrayLike, source_in_k: ArrayLike, sink_out_k: ArrayLike) -> Any:
    """Whether the source warms the sink by itself, in a heat exchanger, without heat pump and electricity.

    It does where what comes from the source is warmer than what leaves to the sink by the condenser's pinch, and in any
    case where even what goes back to the source is as warm as the sink. All temperatures are in K, of any shape.
    """
    source_out, source_in, sink = (np.asarray(value, dtype=float) for value in (source_out_k, source_in_k, sink_out_k))
    return (source_in - heat_pump.condenser_pinch >= sink) | (source_out >= sink)


def heat_pump_cycle(heat_pump: HeatPump, source_out_k: ArrayLike, sink_out_k: ArrayLike) -> HeatPumpCycle:
    """The cycle between the temperature to which the source is cooled and that to which the sink is heated.

    Both are in K, of any shape, and broadcast with each other. Where the source is as warm as the sink there is no lift:
    no shaft work, all heat from the source, an infinite coefficient of performance.

    Raises:
        InputError: CoolProp finds no cycle of the refrigerant at one of the points.

    Source: any textbook on thermodynamics; properties by CoolProp (Bell et al. 2014).
    """
    source, sink = np.broadcast_arrays(np.asarray(source_out_k, dtype=float), np.asarray(sink_out_k, dtype=float))
    # Hours with equal temperatures share a cycle: the properties are what costs.
    pairs, back = np.unique(np.stack([source.ravel(), sink.ravel()]).round(3), axis=1, return_inverse=True)
    lift = pairs[1] > pairs[0]
    evaporating, condensing = pairs[0] - heat_pump.evaporator_pinch, pairs[1] + heat_pump.condenser_pinch
    cop, shaft = np.full(lift.shape, np.inf), np.zeros(lift.shape)
    if lift.any():
        h1, isentropic, h3 = cycle_enthalpies(
            heat_pump.refrigerant, evaporating[lift], condensing[lift], heat_pump.superheat
        )
        work = (isentropic - h1) / heat_pump.isentropic_efficiency
        heat = h1 + work - h3
        cop[lift], shaft[lift] = heat_pump.motor_efficiency * heat / work, work / heat

    def spread(values: Array) -> Array:
        return np.asarray(values)[back.ravel()].reshape(source.shape)

    return HeatPumpCycle(spread(evaporating), spread(condensing), spread(cop), spread(1.0 - shaft), spread(shaft))
