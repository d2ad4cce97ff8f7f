"""Drawn demand against the statistics it is drawn from and against published peaks."""

import numpy as np
import pytest

from calculators import data
from calculators.engine.demand import draw_sessions, household_load


@pytest.fixture(scope="module")
def home():
    return data.read("parameters")["ev_home_sessions"]["values"][-1]["value"]


@pytest.fixture(scope="module")
def winter():
    return data.read("parameters")["household_winter"]["values"][-1]["value"]


@pytest.fixture(scope="module")
def many(home):
    return draw_sessions(
        np.random.default_rng(1), n_evse=4000, n_days=28, dt_h=0.25, p_evse_kw=11.0, statistics=home
    )  # fmt: skip


def test_cars_plug_in_as_often_as_the_statistics_say(many, home):
    per_week = len(many) / 4000 / 4
    # overlapping sessions of one car are merged away, so slightly below
    assert home["sessions_per_week"] * 0.95 < per_week <= home["sessions_per_week"] * 1.01


def test_arrival_hours_follow_the_published_histogram(many, home):
    day, hour = np.divmod(many.arrival_step // 4, 24)
    workday = day % 7 < 5
    got = np.bincount(hour[workday], minlength=24) / workday.sum()
    want = np.asarray(home["arrival_weekday_percent"]) / np.sum(home["arrival_weekday_percent"])
    assert np.abs(np.cumsum(got) - np.cumsum(want)).max() < 0.01


def test_mean_energy_and_stay_are_the_published_means(many):
    """ElaadNL 2019-2020, private: 23.9 kWh and 11.8 h; ours reads the curves at 19 points."""
    assert np.mean(many.e_kwh) == pytest.approx(23.9, rel=0.03)
    assert np.mean(many.departure_step - many.arrival_step) * 0.25 == pytest.approx(11.8, rel=0.03)


@pytest.mark.parametrize("curve", ["energy_kwh", "duration_h"])
def test_the_published_curves_are_kept_at_each_level(many, home, curve):
    drawn = many.e_kwh if curve == "energy_kwh" else (many.departure_step - many.arrival_step) * 0.25
    for percent, value in zip(home["exceeded_by_percent"], home[curve], strict=True):
        at_least = 100 * np.mean(drawn >= value - 1e-9)
        more = 100 * np.mean(drawn > value + 1e-9)
        assert more - 2.0 <= percent <= at_least + 2.0


def test_small_groups_keep_the_published_mean_too(home):
    """Sessions are drawn in a large pool, so that ten cars are not cut more than thousands."""
    energy = [
        draw_sessions(
            np.random.default_rng(seed), n_evse=10, n_days=28, dt_h=0.25, p_evse_kw=11.0, statistics=home
        ).e_kwh
        for seed in range(40)
    ]
    assert np.concatenate(energy).mean() == pytest.approx(23.9, rel=0.05)


def test_late_arrivals_take_more_energy_than_morning_ones(many):
    hour = many.arrival_step // 4 % 24
    assert many.e_kwh[(hour >= 19) & (hour < 23)].mean() > 1.3 * many.e_kwh[(hour >= 8) & (hour < 12)].mean()


def test_sessions_of_one_charge_point_never_overlap(many):
    same = np.diff(many.evse) == 0
    assert (many.arrival_step[1:][same] >= many.departure_step[:-1][same]).all()


def test_no_session_holds_more_than_full_power_can_give(many):
    assert (many.e_kwh <= 11.0 * (many.departure_step - many.arrival_step) * 0.25 + 1e-9).all()


def test_the_same_seed_draws_the_same_sessions(home):
    one, other = (
        draw_sessions(
            np.random.default_rng(9), n_evse=20, n_days=7, dt_h=0.25, p_evse_kw=7.4, statistics=home
        )
        for _ in range(2)
    )
    np.testing.assert_array_equal(one.e_kwh, other.e_kwh)
    np.testing.assert_array_equal(one.arrival_step, other.arrival_step)


def load(winter, n, annual_kwh, seed):
    return household_load(
        np.random.default_rng(seed), n_household=n, annual_kwh=annual_kwh, n_days=7, dt_h=0.25, statistics=winter
    )  # fmt: skip


def test_many_homes_use_what_the_profile_says(winter):
    mean = load(winter, 3000, 1000.0, 1).mean(axis=0)
    workday = np.asarray(winter["workday_kw"]) * winter["winter_factor"]
    by_hour = mean[: 5 * 96].reshape(5, 24, 4).mean(axis=(0, 2))
    assert by_hour.sum() == pytest.approx(workday.sum(), rel=0.01)
    # straight lines between hours round off the steps of the hourly profile
    assert np.abs(by_hour - workday).max() < 0.015


def test_the_peak_of_55_homes_is_near_the_european_feeder(winter):
    """IEEE European LV feeder: 55 loads of 8.8 kWh a day peak at 1.043 kW each; a day of ours, 3200 kWh a year."""
    peaks = [load(winter, 55, 3200.0, seed)[:, :96].sum(axis=0).max() / 55 for seed in range(40)]
    assert np.mean(peaks) == pytest.approx(1.043, rel=0.2)


def test_few_homes_peak_higher_per_home_than_many(winter):
    per_home = [load(winter, n, 3000.0, 5).sum(axis=0).max() / n for n in (1, 10, 100, 1000)]
    assert per_home[0] > per_home[1] > per_home[2] > per_home[3]
