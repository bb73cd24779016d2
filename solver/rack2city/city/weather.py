"""Hourly outdoor temperature of a year, made from monthly normals or read from an EPW file."""

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.interpolate import CubicSpline
from scipy.signal import lfilter

from rack2city.arrays import Array
from rack2city.errors import InputError

STANDARD_TIME = dt.timezone(dt.timedelta(hours=1))
"""Belgian standard time, UTC+01:00, all year: no hour is missing or double."""
UCCLE_NORMALS_C = (3.7, 4.2, 7.1, 10.4, 13.9, 16.7, 18.7, 18.4, 15.2, 11.3, 7.2, 4.3)
"""Monthly mean temperatures at Uccle, 1991-2020 (degC). Source: Royal Meteorological Institute of Belgium."""
HOURS = 8760
_NOISE_STD_K = 3.3  # day-to-day scatter about the normal at Uccle
_NOISE_HOURS = 72.0  # how long a weather type lasts
_DAILY_MEAN_K, _DAILY_SWING_K = 3.3, 1.3  # half the daily range: about 2.0 K at Christmas, 4.6 K at midsummer
_WARMEST_HOUR = 15.0


@dataclass(frozen=True)
class Weather:
    """Outdoor temperature of one year of 8760 hours; a leap day is left out.

    Attributes:
        label: what it is, for plots and tables; synthetic weather says so.
        temperature_k: hourly means (K), indexed by the beginning of each hour in UTC+01:00.
    """

    label: str
    temperature_k: pd.Series


def hours_of(year: int) -> pd.DatetimeIndex:
    """The 8760 hours of a year in UTC+01:00, named by their beginning; a leap day is left out."""
    hours = pd.date_range(f"{year}-01-01", f"{year}-12-31 23:00", freq="h", tz=STANDARD_TIME, name="time")
    return hours[~_leap_day(hours)]


def _leap_day(hours: pd.DatetimeIndex) -> np.ndarray:
    return np.asarray((hours.month == 2) & (hours.day == 29))


def synthetic_weather(year: int, seed: int) -> Weather:
    """A plausible year at Uccle without any file.

    A smooth annual curve through the monthly normals, a daily cycle (warmest at 15 h, wider in summer) and weather
    noise, a first-order autoregression of 3.3 K and three days. The noise's own monthly means are taken out again,
    smoothly, so that every month's mean is its normal.

    The year sets weekdays and dates only; the same seed of the noise gives the same weather, labelled synthetic.
    """
    hours = hours_of(year)
    month = hours.month.to_numpy()
    day = np.arange(HOURS) // 24
    half_range = _DAILY_MEAN_K - _DAILY_SWING_K * np.cos(2.0 * np.pi * (day + 10.5) / 365.0)  # least on 21 December
    daily = half_range * np.cos(2.0 * np.pi * (hours.hour.to_numpy() + 0.5 - _WARMEST_HOUR) / 24.0)
    noise = _noise(np.random.default_rng(seed))
    noise -= _curve_of_means(np.bincount(month, noise)[1:] / np.bincount(month)[1:], month)
    celsius = _curve_of_means(np.array(UCCLE_NORMALS_C), month) + daily + noise
    return Weather(
        label=f"synthetic: Uccle normals 1991-2020, seed {seed}",
        temperature_k=pd.Series(celsius + 273.15, index=hours, name="temperature_k"),
    )


def epw_weather(path: Path, year: int) -> Weather:
    """Outdoor temperature of an EnergyPlus weather file (EPW), its typical months set in a year, its hours in UTC+01:00.

    The file may be of any time zone of whole hours; the weather is labelled with file and station.

    Raises:
        InputError: the file cannot be read, is no EPW file, is no full year, or holds a missing temperature.
    """
    from pvlib.iotools import read_epw  # imported here: half a second that synthetic weather does not need

    try:
        table, station = read_epw(path)
        values = table["temp_air"].to_numpy(dtype=float)[~_leap_day(table.index)]
        name, zone = str(station["city"]), float(station["TZ"])
    except OSError as error:
        raise InputError(f"{path}: cannot read the weather file ({error.strerror or error})") from None
    except Exception:  # pvlib raises whatever its parsing stumbles over
        raise InputError(f"{path}: this is not an EnergyPlus weather file (EPW)") from None
    if values.size != HOURS:
        raise InputError(f"{path}: the weather file holds {values.size} hours; a full year of {HOURS} is needed")
    wrong = np.flatnonzero(~(np.abs(values) < 70.0))  # 99.9 marks a missing value
    if wrong.size:
        raise InputError(
            f"{path}: the temperature of hour {wrong[0] + 1} of the year is {values[wrong[0]]} degC; "
            "allowed are -70 to 70 degC"
        )
    values = np.roll(values, round(1.0 - zone))
    return Weather(
        label=f"{name}, {path.name}",
        temperature_k=pd.Series(values + 273.15, index=hours_of(year), name="temperature_k"),
    )


def _noise(random: np.random.Generator) -> Array:
    """First-order autoregression, stationary from its first hour (K)."""
    kept = np.exp(-1.0 / _NOISE_HOURS)
    push = random.normal(0.0, _NOISE_STD_K * np.sqrt(1.0 - kept**2), HOURS)
    push[0] = random.normal(0.0, _NOISE_STD_K)
    return np.asarray(lfilter([1.0], [1.0, -kept], push), dtype=float)


def _curve_of_means(means: Array, month: np.ndarray) -> Array:
    """Smooth periodic hourly curve whose monthly means are exactly those given.

    The curve is the difference, hour by hour, of a periodic cubic spline through the running sum at the month ends: so
    each month's sum is right by construction.
    """
    lengths = np.bincount(month)[1:]
    annual = float(means @ lengths / lengths.sum())
    ends, sums = (np.r_[0.0, np.cumsum(values)] for values in (lengths, (means - annual) * lengths))
    sums[-1] = 0.0  # rounding aside it is; a periodic spline needs it exactly
    running = CubicSpline(ends, sums, bc_type="periodic")(np.arange(HOURS + 1))
    return annual + np.diff(running)
