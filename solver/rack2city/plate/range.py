"""Whether the coolant of a plate stays where its properties are known, asked before anything is solved."""

import numpy as np

from rack2city.case import PlatesCase, Straight
from rack2city.errors import InputError
from rack2city.plate.design import PlateDesign, case_coolant

_ROOM_K = 15.0  # over the coolant's lowest temperature: supply below that is unusual, and the flow to blame


def check_coolant_range(case: PlatesCase, design: PlateDesign, least_factor: float) -> None:
    """Refuse a coolant that would leave the range of its properties, before anything is solved.

    The hottest coolant is estimated at the least flow of the runs: inlet plus the rise of rho c Q dT = P to the outlet, and
    for straight fins the film at the channel's floor there. The runs say exactly how warm it is, and refuse it as well.

    Args:
        case: the case, for its coolant.
        design: the plate.
        least_factor: the least flow over that of the design.

    Raises:
        InputError: naming the field: the inlet temperature, or the flow where no usual inlet would do.
    """
    medium, inlet, where = case_coolant(case), design.inlet_k, design.inlet_field
    low, high = medium.temperature_range_k
    known = f"where the properties of {medium.name} are known"
    if not low <= inlet < high - 10.0:
        raise InputError(
            f"{where}: must be between {low - 273.15:.0f} and {high - 283.15:.0f} degC, {known}, got {inlet - 273.15:.6g} degC"
        )
    rise = design.power / float(medium.density(inlet) * medium.heat_capacity(inlet)) / (design.flow * least_factor)
    film = 0.0
    if isinstance(design.plate, Straight):
        conductivity = float(design.solid("fins").conductivity_at(inlet))
        flux = design.power / (design.plate.channels * design.plate.pitch * design.plate.length)
        film = flux * _floor_to_bulk(design.plate, conductivity, float(medium.conductivity(inlet)))
    if inlet + rise + film <= high:
        return
    reaches = (
        f"at {least_factor:g} times the design flow, the least of plates.{design.name}.flow_factors, the coolant warms by "
        f"about {rise + film:.4g} K to {inlet + rise + film - 273.15:.4g} degC at the outlet's wall, beyond the "
        f"{high - 273.15:.0f} degC {known}"
    )
    if high - rise - film >= low + _ROOM_K:
        raise InputError(f"{where}: {reaches}; use at most {high - rise - film - 273.15:.4g} degC, or more flow")
    if inlet + film >= high:
        raise InputError(f"{where}: {reaches}; use a colder inlet and more flow, or spread the power")
    least = rise / (high - inlet - film) * design.flow
    told = f"{least * 6e4:.3g} L/min"
    if design.flow_field == "rack.flow_per_power":
        told = f"{least / design.power * 6e7:.3g} L/min/kW"
    raise InputError(f"{design.flow_field}: {reaches}; use at least {told}")


def _floor_to_bulk(fins: Straight, fin_conductivity: float, conductivity: float) -> float:
    """About the resistance (m² K/W of heated area) from the channels' floor to the bulk of a coolant (W/(m K)).

    Source: fins with an adiabatic tip, and developed laminar flow between plates, Nu = 8.235 (Incropera & DeWitt).
    """
    film = 8.235 * conductivity / (2.0 * fins.channel_width)
    units = fins.fin_height * np.sqrt(2.0 * film / (fin_conductivity * (fins.pitch - fins.channel_width)))
    wetted = fins.channel_width + 2.0 * fins.fin_height * np.tanh(units) / units
    return float(fins.pitch / (film * wetted))
