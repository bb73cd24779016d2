"""Weather: synthetic years keep the normals, files are read or refused."""

import numpy as np
import pytest

from rack2city.city.weather import UCCLE_NORMALS_C, epw_weather, hours_of, synthetic_weather
from rack2city.errors import InputError


@pytest.mark.parametrize(("year", "seed"), [(2025, 1), (2024, 7)])
def test_synthetic_months_are_the_normals(year, seed):
    celsius = synthetic_weather(year, seed).temperature_k - 273.15
    np.testing.assert_allclose(celsius.groupby(celsius.index.month).mean(), UCCLE_NORMALS_C, atol=1e-9)
    assert celsius.mean() == pytest.approx(11.0, abs=0.05)


def test_synthetic_weather_is_plausible():
    for seed in range(10):
        celsius = synthetic_weather(2025, seed).temperature_k - 273.15
        assert -18.0 < celsius.min() < 0.0  # Uccle's extremes since 1981: -16.7 and 39.7 degC
        assert 25.0 < celsius.max() < 40.0
        assert celsius.diff().abs().max() < 5.0  # no jump, not at the month ends either
        by_hour = celsius.groupby([celsius.index.month, celsius.index.hour]).mean().unstack()
        swing = by_hour.max(axis=1) - by_hour.min(axis=1)
        assert swing[7] > swing[12] + 2.0
        assert 13 <= by_hour.loc[7].idxmax() <= 16


def test_the_seed_decides():
    first, again, other = (synthetic_weather(2025, seed) for seed in (1, 1, 2))
    assert first.temperature_k.equals(again.temperature_k)
    assert not first.temperature_k.equals(other.temperature_k)
    assert first.label == "synthetic: Uccle normals 1991-2020, seed 1"


def test_a_leap_year_has_8760_hours_of_standard_time():
    hours = hours_of(2024)
    assert len(hours) == 8760
    assert not ((hours.month == 2) & (hours.day == 29)).any()
    assert {hour.utcoffset().total_seconds() for hour in hours[::500]} == {3600.0}


@pytest.mark.reference
def test_epw_of_uccle(reference):
    weather = epw_weather(reference / "weather/BEL_VLG_Uccle.064470_TMYx.2007-2021.epw", 2025)
    celsius = weather.temperature_k - 273.15
    assert celsius.mean() == pytest.approx(11.09, abs=0.005)
    assert celsius.min() == pytest.approx(-4.8, abs=1e-9)
    assert celsius.iloc[:3].tolist() == pytest.approx([7.1, 6.8, 6.4])
    assert "Uccle" in weather.label
    assert weather.temperature_k.index.equals(hours_of(2025))


def test_bad_files_are_named(tmp_path):
    with pytest.raises(InputError, match=r"no\.epw: cannot read the weather file \(No such file"):
        epw_weather(tmp_path / "no.epw", 2025)
    (tmp_path / "bad.epw").write_text("hello\n1,2\n")
    with pytest.raises(InputError, match=r"bad\.epw: this is not an EnergyPlus weather file"):
        epw_weather(tmp_path / "bad.epw", 2025)


def epw(path, temperatures, zone):
    """A file in EPW's form with these temperatures (degC)."""
    head = [f"LOCATION,Town,X,BEL,SRC,1,50.8,4.4,{zone},100.0", *["HEADER"] * 7]
    tail = ",".join(["1"] * 28)
    lines = [
        f"2019,{time.month},{time.day},{time.hour + 1},0,x,{value},{tail}"
        for time, value in zip(hours_of(2019), temperatures, strict=False)
    ]
    path.write_text("\n".join(head + lines) + "\n")
    return path


def test_epw_hours_are_moved_to_standard_time(tmp_path):
    values = np.round(np.linspace(-5.0, 25.0, 8760), 3)
    weather = epw_weather(epw(tmp_path / "town.epw", values, zone=0.0), 2025)
    np.testing.assert_allclose(weather.temperature_k.iloc[1:] - 273.15, values[:-1], atol=1e-9)
    assert weather.label == "Town, town.epw"


def test_epw_missing_values_and_short_years_are_refused(tmp_path):
    values = np.full(8760, 10.0)
    values[41] = 99.9
    with pytest.raises(InputError, match=r"temperature of hour 42 of the year is 99\.9 degC"):
        epw_weather(epw(tmp_path / "gap.epw", values, 1.0), 2025)
    with pytest.raises(InputError, match="holds 100 hours; a full year of 8760"):
        epw_weather(epw(tmp_path / "short.epw", values[:100] * 0.0, 1.0), 2025)
