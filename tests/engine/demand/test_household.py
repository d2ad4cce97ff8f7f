"""Homes and heat pumps in any season."""

import datetime as dt

import numpy as np
import pytest

from calculators import data
from calculators.engine.demand.household import homes_load, household_load, switched_load
from calculators.engine.demand.local_time import local_steps
from calculators.engine.demand.profiles import household_profile
from calculators.engine.errors import InputError


def value(name):
    return data.read("parameters")[name]["values"][-1]["value"]


def test_homes_follow_the_mean_they_are_given_over_a_year_of_local_time():
    steps = local_steps(dt.date(2026, 1, 1), 365, dt_h=1.0, zone="Europe/Berlin")
    mean = household_profile(steps, annual_kwh=3000.0, profile=value("bdew_h25"))
    homes = homes_load(
        np.random.default_rng(1), n_household=60, mean_kw=mean, dt_h=1.0, statistics=value("household_winter")
    )
    assert homes.shape == (60, 8760)
    assert homes.sum() / 60 == pytest.approx(mean.sum(), rel=0.02)
    month = steps.month
    for number in (1, 7):
        ours = homes[:, month == number].mean()
        assert ours == pytest.approx(mean[month == number].mean(), rel=0.05)


def test_the_winter_week_is_the_same_draw_about_the_winter_profile():
    winter = value("household_winter")
    one = household_load(
        np.random.default_rng(3), n_household=5, annual_kwh=3000.0, n_days=7, dt_h=0.5, statistics=winter
    )
    assert one.shape == (5, 336)
    assert (one > 0).all()


def switched(mean, n=4000, run_h=1.0, seed=1):
    return switched_load(
        np.random.default_rng(seed),
        n_device=n,
        mean_kw=np.asarray(mean, dtype=float),
        p_rated_kw=4.0,
        run_h=run_h,
        dt_h=0.25,
    )


def test_devices_are_on_or_off_and_keep_the_mean():
    load = switched(np.full(96, 1.0))
    assert set(np.unique(load)) == {0.0, 4.0}
    assert load.mean() == pytest.approx(1.0, rel=0.02)


def test_few_devices_peak_higher_than_many():
    peaks = [switched(np.full(96, 1.5), n=n).sum(axis=0).max() / n for n in (1, 10, 1000)]
    assert peaks[0] == 4.0
    assert peaks[0] > peaks[1] > peaks[2] > 1.5


def test_a_device_stays_as_it_is_for_its_time():
    """Under a steady mean changes come only every hour, so at most 1 in 4 quarter-hours."""
    load = switched(np.full(4000, 2.0), n=1)
    changed = np.flatnonzero(np.diff(load[0]) != 0)
    assert (np.diff(changed) % 4 == 0).all()


def test_extremes_are_always_off_and_always_on():
    assert switched([0.0, 0.0]).max() == 0.0
    assert switched([4.0, 4.0]).min() == 4.0


def test_a_mean_above_the_rated_power_is_refused():
    with pytest.raises(InputError, match="reaches 5.00 kW"):
        switched([5.0])
