"""Means of records and how sure they are: periodic, random, drifting and constant signals."""

from itertools import pairwise

import numpy as np
import pytest

from rack2city.fem.coupled.time_series import Moments, statistic


def test_periodic_signal_is_averaged_over_whole_periods() -> None:
    """A record of five periods and a bit: the mean is right to what the uncertainty says, and to nothing less."""
    for length in (5.0, 5.3, 8.5):
        time = np.linspace(0.0, length, int(100 * length) + 1)
        values = 3.0 + np.sin(2.0 * np.pi * (time - 0.1)) + 0.2 * np.sin(4.0 * np.pi * time)
        found = statistic(time, values)
        assert found.period == pytest.approx(1.0, rel=1e-4)
        assert abs(found.mean - 3.0) <= found.uncertainty + 1e-12
        if length == 5.0:
            assert found.uncertainty < 1e-3
            assert found.rms == pytest.approx(np.sqrt(0.5 * (1.0 + 0.04)), rel=1e-3)
        else:
            assert found.uncertainty > 0.01


def test_interval_of_a_random_signal_holds_the_mean_as_often_as_it_says() -> None:
    """A first-order autoregressive process with a correlation time of 10 samples, 1000 samples long."""
    generator = np.random.default_rng(3)
    inside, widths = 0, []
    for _ in range(300):
        noise = generator.normal(size=1200)
        values = np.zeros(1200)
        for i in range(1, 1200):
            values[i] = 0.9 * values[i - 1] + noise[i]
        found = statistic(np.arange(1000.0), values[200:])
        inside += abs(found.mean) < found.uncertainty
        widths.append(found.uncertainty)
        assert found.period is None
    assert 0.92 < inside / 300 < 0.995
    exact = 1.96 * np.sqrt(1.0 / (1.0 - 0.9) ** 2 / 1000.0)  # of the mean of so many samples
    assert 1.0 < np.mean(widths) / exact < 1.7


def test_a_drift_is_no_settled_mean() -> None:
    time = np.linspace(0.0, 10.0, 500)
    assert statistic(time, 1.0 + 0.1 * time).uncertainty > 0.25
    assert statistic(time, 1.0 + np.exp(-time)).uncertainty > 0.09


def test_a_mean_is_no_surer_than_its_halves_agree() -> None:
    """A step in a signal of many periods, of which scatter and correlation of the periods make too little."""
    time = np.linspace(0.0, 100.0, 10001)
    values = 4.0 * np.sin(2.0 * np.pi * time) + np.where(time < 50.0, 1.0, 2.0)
    found = statistic(time, values)
    assert found.period == pytest.approx(1.0, rel=0.01)
    assert found.uncertainty > 0.49


def test_a_constant_is_certain_and_a_short_record_is_not() -> None:
    time = np.linspace(0.0, 1.0, 50)
    found = statistic(time, np.full(50, 2.5))
    assert (found.mean, found.rms, found.uncertainty) == pytest.approx((2.5, 0.0, 0.0), abs=1e-14)
    assert statistic(time[:10], np.full(10, 2.5)).uncertainty == np.inf


def test_moments_with_unequal_steps_and_a_large_mean() -> None:
    """Of 1e6 + sin t over a period, in steps that alternate: the small fluctuation is not lost."""
    times = 2.0 * np.pi * np.cumsum([0.0, *np.tile([1.0, 2.0], 500)]) / 1500.0
    moments = Moments(np.array([1e6, 5.0]))
    for before, now in pairwise(times):
        moments.add(np.array([1e6 + np.sin(now), 5.0]), now - before)
    assert moments.mean == pytest.approx([1e6, 5.0], rel=1e-12)
    assert moments.rms[0] == pytest.approx(np.sqrt(0.5), rel=1e-4)
    assert moments.rms[1] == 0.0
