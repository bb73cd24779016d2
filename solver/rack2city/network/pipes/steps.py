"""What pipes and tanks do in a step of time: the lines of their outlets, and the heat that they lose and store."""

from dataclasses import dataclass

from rack2city.arrays import Array


@dataclass(frozen=True)
class OutletLine[T]:
    """Mean outlet temperature in a step as a line in the inlet's: `offset_k + slope * T_in`, of one tank or per pipe (P)."""

    offset_k: T
    slope: T


@dataclass(frozen=True)
class PairedLines(OutletLine[Array]):
    """The same of pipes whose outlet heeds the inlet of their partner too: `offset_k + slope * T_in + cross * T_in'` (P)."""

    cross: Array


@dataclass(frozen=True)
class PipeResponse:
    """What pipes do in a step, linear in the temperatures of their inlets and of what is around them; arrays of shape (P).

    Outlet: `outlet_k + outlet_inlet * T_in + outlet_around * T_around`, mean over pipe and step: the same of `mean`.
    """

    outlet_k: Array
    outlet_inlet: Array
    outlet_around: Array
    mean_k: Array
    mean_inlet: Array
    mean_around: Array


@dataclass(frozen=True)
class HeatStep[T]:
    """What a step did, of one tank or per pipe (P).

    `outlet_k` is the flow-weighted mean temperature of what left (K); where nothing flows, of what stands at the outlet of
    a pipe or the cold port of a tank. Heat lost to the surroundings, and growth of the heat in liquid and wall, are in J.
    """

    outlet_k: T
    loss_j: T
    stored_change_j: T
