"""Hourly heat demand of the substations, from the standard load profiles of the BDEW."""

import datetime as dt

import numpy as np
import pandas as pd
from dateutil.easter import easter

from rack2city.arrays import Array
from rack2city.city.weather import Weather
from rack2city.errors import InputError

RESIDENTIAL = ("EFH", "MFH")
"""Single-family and multi-family houses; their building class is 1 to 11, 11 being the mean stock."""
COMMERCIAL = ("GMF", "GPD", "GHD", "GWA", "GGB", "GKO", "GBD", "GBA", "GMK", "GBH", "GGA", "GHA")
"""Trade and services of the BDEW, GHD their mean, GKO public bodies, GBH lodging; their building class is 0."""


def belgian_holidays(year: int) -> list[dt.date]:
    """The ten public holidays of Belgium.

    Source: royal decree of 18 April 1974; Easter after the Gregorian rule.
    """
    sunday = easter(year)
    moving = [sunday + dt.timedelta(days=days) for days in (1, 39, 50)]  # Easter Monday, Ascension, Whit Monday
    fixed = [(1, 1), (5, 1), (7, 21), (8, 15), (11, 1), (11, 11), (12, 25)]
    return sorted([*moving, *(dt.date(year, month, day) for month, day in fixed)])


def heat_demand(weather: Weather, substations: pd.DataFrame, annual_demand_j: float) -> pd.DataFrame:
    """Hourly heat demand of every substation, space heating and hot water.

    One profile is made per building type and class, and shared by the substations of that kind in proportion: the
    diversity within a kind is that of the profile, the mean of many buildings. The substations are those of a
    `NetworkLayout`; the weather gives hours and weekdays, too.

    Returns:
        Mean heat flow (W), hours x substations, columns by name; its sum is the annual demand (J).

    Source: BDEW/VKU/GEODE guideline "Abwicklung von Standardlastprofilen Gas" by demandlib; hours are standard time all
        year, so that summer's daily peaks come an hour later by the clock.
    """
    hours, names = weather.temperature_k.index, list(substations["name"])
    kinds = list(zip(substations["building"], substations["building_class"], strict=True))
    profiles = {kind: _profile(weather.temperature_k, *kind) for kind in dict.fromkeys(kinds)}
    heat = annual_demand_j / 3600.0 * substations["share_percent"].to_numpy() / 100.0
    return pd.DataFrame(np.column_stack([profiles[kind] for kind in kinds]) * heat, index=hours, columns=names)


def check_building(building: str, building_class: int, where: str) -> None:
    """Refuse a building type or class without a profile.

    Raises:
        InputError: naming `where` and what is allowed.
    """
    if building not in RESIDENTIAL + COMMERCIAL:
        allowed = ", ".join(RESIDENTIAL + COMMERCIAL)
        raise InputError(f"{where}: unknown building type {building!r}; allowed are {allowed}")
    allowed_classes = range(1, 12) if building in RESIDENTIAL else range(1)
    if building_class not in allowed_classes:
        first, last = allowed_classes[0], allowed_classes[-1]
        allowed = f"{first} to {last}" if last > first else f"{first}"
        raise InputError(f"{where}: building class {building_class} of type {building}; allowed is {allowed}")


def _profile(temperature_k: pd.Series, building: str, building_class: int) -> Array:
    """Share of the annual demand in each hour (-), sum 1."""
    from demandlib.bdew import HeatBuilding  # imported here: it is slow to load

    # Times without zone: demandlib sees wall clocks only. Its tables end at -20 and 40 degC.
    naive = pd.DatetimeIndex(temperature_k.index).tz_localize(None)
    celsius = pd.Series(np.clip(temperature_k.to_numpy() - 273.15, -19.9, 39.9), index=naive)
    profile = HeatBuilding(
        naive,
        holidays=belgian_holidays(int(naive[0].year)),
        temperature=celsius,
        shlp_type=building,
        building_class=building_class,
        wind_class=0,
        ww_incl=True,
        annual_heat_demand=1.0,
    ).get_normalized_bdew_profile()
    values = np.asarray(profile, dtype=float)
    return values / values.sum()
