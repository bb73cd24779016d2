"""Heat demand from standard load profiles."""

import datetime as dt
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from rack2city.city.demand import belgian_holidays, check_building, heat_demand
from rack2city.city.weather import synthetic_weather
from rack2city.errors import InputError

ANNUAL_J = 8e9 * 3600.0


def quarter(**changes):
    table = {
        "name": ["a", "b", "c", "d"],
        "building": ["MFH", "MFH", "EFH", "GHD"],
        "building_class": [11, 11, 11, 0],
        "share_percent": [40.0, 20.0, 10.0, 30.0],
    }
    return pd.DataFrame(table | changes)


@pytest.fixture(scope="module")
def demand():
    return heat_demand(synthetic_weather(2025, 1), quarter(), ANNUAL_J)


def test_sum_and_shares(demand):
    energy = demand.sum() * 3600.0
    assert energy.sum() == pytest.approx(ANNUAL_J, rel=1e-12)
    np.testing.assert_allclose(energy / ANNUAL_J, [0.4, 0.2, 0.1, 0.3], rtol=1e-12)
    np.testing.assert_allclose(demand["a"], 2.0 * demand["b"], rtol=1e-12)
    assert demand.shape == (8760, 4)


def test_winter_needs_more_but_summer_still_needs_hot_water(demand):
    month = demand.index.month
    january, july = demand[month == 1].mean(), demand[month == 7].mean()
    assert (january > 3.0 * july).all()
    assert (july > 0.02 * january).all()
    assert (demand.to_numpy() > 0.0).all()


def test_offices_rest_on_holidays():
    weather = synthetic_weather(2025, 1)
    even = replace(weather, temperature_k=weather.temperature_k * 0.0 + 278.15)
    office = heat_demand(even, quarter(), ANNUAL_J)["d"]
    daily = office.groupby(office.index.date).mean()
    # 21 July 2025 is a Monday: it has the profile of the Sunday before, not of the Monday after
    assert daily[dt.date(2025, 7, 21)] == pytest.approx(daily[dt.date(2025, 7, 20)], rel=1e-9)
    assert daily[dt.date(2025, 7, 21)] < 0.99 * daily[dt.date(2025, 7, 28)]


def test_holidays_of_2025():
    expected = ["01-01", "04-21", "05-01", "05-29", "06-09", "07-21", "08-15", "11-01", "11-11", "12-25"]
    assert [day.strftime("%m-%d") for day in belgian_holidays(2025)] == expected


def test_leap_years_work_too():
    demand = heat_demand(synthetic_weather(2024, 1), quarter(), ANNUAL_J)
    assert demand.shape == (8760, 4)
    assert demand.sum().sum() * 3600.0 == pytest.approx(ANNUAL_J, rel=1e-12)


def test_unknown_buildings_are_named():
    with pytest.raises(InputError, match="substation 'c': unknown building type 'HUT'; allowed are EFH, MFH"):
        check_building("HUT", 11, "substation 'c'")
    with pytest.raises(InputError, match="substation 'd': building class 3 of type GHD; allowed is 0"):
        check_building("GHD", 3, "substation 'd'")
