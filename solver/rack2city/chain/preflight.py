"""Everything that can be refused before a run writes its first file."""

from rack2city.case import Case, LoadedCase
from rack2city.city.layout import NetworkLayout, load_layout
from rack2city.city.weather import Weather
from rack2city.city.year import case_weather
from rack2city.errors import InputError
from rack2city.fem.solvers.prefixes import PREFIXES
from rack2city.materials import coolant
from rack2city.plant import check_refrigerant
from rack2city.plate.design import plate_design, reference_design
from rack2city.rack import tray_layout
from rackmesh.contract import PLATE_CHANNEL, MeshError, check_contract


def preflight(loaded: LoadedCase) -> tuple[NetworkLayout, Weather]:
    """Check what the schema cannot: trays, flows of the plates, refrigerant, coolant range, mesh, network and weather.

    Args:
        loaded: the case and its file.

    Returns:
        The heat network and the weather, which had to be read for it.

    Raises:
        InputError: the first thing that is wrong; nothing has been written.
    """
    case = loaded.case
    try:
        _check_rack_and_plant(case)
    except InputError as error:
        raise InputError(f"{loaded.path}: {error}") from None
    if case.mesh.file is not None:
        try:
            check_contract(case.mesh.file, PLATE_CHANNEL)
        except MeshError as error:
            raise InputError(f"{loaded.path}: mesh.file: {error}") from None
    return load_layout(case.city.pipes, case.city.substations), case_weather(case)


def _check_rack_and_plant(case: Case) -> None:
    for prefix in case.solver.options:
        if prefix not in PREFIXES:
            raise InputError(f"solver.options: no solver has the prefix '{prefix}'; allowed: {', '.join(PREFIXES)}")
    tray_layout(case)
    _check_plate_flows(case)
    check_refrigerant(case.plant.heat_pump, case.city.supply_temperature_cold)
    low, high = coolant(case.coolant.name).temperature_range_k
    if not low <= case.rack.supply_temperature < high - 10.0:
        raise InputError(
            f"rack.supply_temperature: must be between {low - 273.15:.0f} and {high - 283.15:.0f} degC, where the "
            f"properties of {case.coolant.name} are known, got {case.rack.supply_temperature - 273.15:.6g} degC"
        )


def _check_plate_flows(case: Case) -> None:
    """Refuse loads whose design flow lies outside the map of the plate, which would be found out only minutes later."""
    reference = reference_design(case)
    low, high = case.plate.flow_factors[0], case.plate.flow_factors[-1]
    for load in case.rack.loads:
        factor = plate_design(case, load).flow_per_channel / reference.flow_per_channel
        if not low <= factor <= high:
            raise InputError(
                f"plate.flow_factors: the plates of '{load.name}' need {factor:.3g} times the design flow of "
                f"'{reference.load}' in each channel, but the factors go from {low:g} to {high:g}; widen them, or "
                f"change the plate_width of '{load.name}'"
            )
