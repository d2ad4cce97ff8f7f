"""Histograms and exceedance curves."""

import numpy as np
import pytest
from scipy.interpolate import PchipInterpolator

from calculators.engine.demand.curves import (
    check_statistics,
    draw_hours,
    mean_energy_kwh,
    monotone,
    read_curve,
    sessions_per_week,
    share_before,
)
from calculators.engine.errors import InputError

STATISTICS = {
    "arrival_weekday_percent": [10, 20, 30, 40],
    "exceeded_by_percent": [0, 10, 50, 90, 100],
    "duration_h": [40, 20, 8, 2, 0],
    "energy_kwh": [80, 40, 15, 5, 0],
    "duration_by_hour_h": [1, 1, 1, 1],
    "energy_by_hour_kwh": [1, 2, 2, 4],
    "rank_correlation": 0.4,
}


def test_the_curve_goes_through_its_points_and_is_scipy_s_between_them():
    x, y = np.array([0.0, 1.0, 3.0, 4.0, 7.0]), np.array([9.0, 4.0, 3.5, 3.5, 0.0])
    np.testing.assert_allclose(monotone(x, x, y), y)
    inside = np.linspace(1.0, 4.0, 50)  # at the ends the slopes differ
    np.testing.assert_allclose(monotone(inside, x, y), PchipInterpolator(x, y)(inside))


def test_a_falling_curve_never_rises():
    rng = np.random.default_rng(1)
    for _ in range(50):
        x, y = np.cumsum(rng.random(8) + 0.01), -np.cumsum(rng.exponential(1.0, 8) ** 3)
        fine = np.linspace(x[0], x[-1], 500)
        assert (np.diff(monotone(fine, x, y)) <= 1e-12).all()


def test_shares_before_an_hour_are_those_of_the_histogram():
    np.testing.assert_allclose(
        share_before([10, 20, 30, 40], np.array([0.0, 6.0, 12.0, 24.0])), [0, 0.1, 0.3, 1]
    )


def test_drawn_hours_fill_the_parts_of_the_day_as_stated():
    hour = draw_hours(np.random.default_rng(1), [0, 25, 75, 0], 40_000)
    np.testing.assert_allclose(np.histogram(hour, 4, (0, 24))[0] / hour.size, [0, 0.25, 0.75, 0], atol=0.01)


def read(exceeded, hour, curve="energy_kwh", by_hour="energy_by_hour_kwh"):
    return read_curve(
        np.asarray(exceeded, dtype=float), STATISTICS, curve, by_hour, np.asarray(hour, dtype=float)
    )


def test_without_an_effect_of_the_hour_the_curve_is_read_as_it_is():
    got = read([0.1, 0.5, 0.9], [3.0, 9.0, 21.0], "duration_h", "duration_by_hour_h")
    np.testing.assert_allclose(got, [20, 8, 2], rtol=0.03)


def test_hours_of_more_energy_get_more_and_the_whole_curve_is_kept():
    rng = np.random.default_rng(2)
    hour = draw_hours(rng, STATISTICS["arrival_weekday_percent"], 60_000)
    energy = read(rng.random(60_000), hour)
    assert energy[hour > 18].mean() > 1.5 * energy[hour < 6].mean()
    for percent, value in zip([10, 50, 90], [40, 15, 5], strict=True):
        assert 100 * np.mean(energy > value) == pytest.approx(percent, abs=1.0)


def test_the_ends_of_the_curve_are_rare():
    """One in a thousand lies above the 0.1 % level, not all of the top quarter percent at the end."""
    energy = read(np.full(4, 0.002), [21.0, 21.0, 3.0, 3.0])
    assert (energy < 80).all()


def test_a_straight_curve_has_its_middle_as_mean_and_use_follows_from_energy_by_hand():
    """0 to 20 kWh evenly, 10 on average: 521.79 kWh in 365.25 days are one session a week."""
    even = {"exceeded_by_percent": [0, 100], "energy_kwh": [20, 0]}
    assert mean_energy_kwh(even) == pytest.approx(10.0)
    assert sessions_per_week(even, annual_kwh=10.0 * 365.25 / 7) == pytest.approx(1.0)


def test_statistics_that_lack_a_key_are_refused():
    with pytest.raises(InputError, match="rank_correlation is missing"):
        check_statistics({key: value for key, value in STATISTICS.items() if key != "rank_correlation"})
