"""The coolant distribution unit: a counterflow exchanger between the racks' coolant (TCS) and facility water (FWS)."""

from rack2city.network.pipes.decay import mean_decay
from rack2city.results.plant import CduState


def counterflow_effectiveness(ntu: float, capacity_ratio: float) -> float:
    """Effectiveness (-) of a counterflow exchanger of NTU = UA / C_min (-) and capacity ratio C_min / C_max (-).

    Raises:
        ValueError: a negative NTU, or a capacity ratio outside 0 to 1.

    Source: Kays & London, Compact Heat Exchangers; the limit for equal capacity flows is NTU / (1 + NTU).
    """
    if ntu < 0.0 or not 0.0 <= capacity_ratio <= 1.0:
        raise ValueError(f"NTU must not be negative and the capacity ratio lie in 0..1, got {ntu} and {capacity_ratio}")
    # With x = NTU (1 - Cr) the textbook's (1 - e^-x) / (1 - Cr e^-x) becomes this, which does not cancel at Cr = 1.
    x = ntu * (1.0 - capacity_ratio)
    decay = float(mean_decay(x))
    return ntu * decay / (1.0 + capacity_ratio * ntu * decay)


FILM_EXPONENT = 0.8
"""Exponent of the flow in the film coefficient of a plate heat exchanger (-)."""


def conductance_at(rated_w_per_k: float, coolant_share: float, facility_share: float) -> float:
    """Conductance UA (W/K) at other flows than the rated ones, each given as a share of its rated flow (-).

    Each side's film coefficient follows its flow to the power 0.8; at the rated flows the two films resist alike, the wall
    between them is neglected: UA = UA_rated / (x_c^-0.8 / 2 + x_f^-0.8 / 2).

    Source: Wetter (1999), LBNL-42354, as in `PlateHeatExchangerEffectivenessNTU` of the Modelica Buildings library with
        its default ratio 1 of the two nominal hA.
    """
    films = (0.5 * share**-FILM_EXPONENT for share in (coolant_share, facility_share))
    return rated_w_per_k / sum(films)


def cdu_state(
    heat_w: float, coolant_supply_k: float, coolant_w_per_k: float, facility_w_per_k: float, conductance_w_per_k: float
) -> CduState:
    """Facility water that is needed to hold the temperature (K) of the coolant that leaves for the racks.

    The heat (W) is transferred between the heat capacity flows (W/K) of coolant and facility water, by UA (W/K).
    """
    least, largest = sorted((coolant_w_per_k, facility_w_per_k))
    ntu = conductance_w_per_k / least
    effectiveness = counterflow_effectiveness(ntu, least / largest)
    coolant_return = coolant_supply_k + heat_w / coolant_w_per_k
    facility_supply = coolant_return - heat_w / (effectiveness * least)
    return CduState(
        heat_w=heat_w,
        effectiveness=effectiveness,
        ntu=ntu,
        approach_k=coolant_supply_k - facility_supply,
        coolant_return_k=coolant_return,
        facility_supply_k=facility_supply,
        facility_return_k=facility_supply + heat_w / facility_w_per_k,
    )
