"""Published peaks of few and many users."""

import datetime as dt

import numpy as np
import pytest

from calculators import data
from calculators.engine.demand import household_load
from calculators.engine.demand.coincidence import coincidence_band
from calculators.engine.demand.local_time import local_steps
from calculators.engine.demand.profiles import heat_pump_profile


def value(name):
    return data.read("parameters")[name]["values"][-1]["value"]


@pytest.fixture(scope="module")
def band():
    return coincidence_band(
        np.random.default_rng(1),
        n_user=np.array([1, 10, 30, 70, 200, 500]),
        statistics=value("ev_home_sessions"),
        p_evse_kw=11.0,
        n_group=100,
        # a planning peak is one of a year; four weeks come closer to it than one
        n_weeks=4,
    )


def test_df_04_seventy_to_five_hundred_points_stay_near_the_planning_value(band, targets, record_property):
    expect = targets["df-04"]["expect"]
    for size in (70, 200, 500):
        ours = band.p90[band.n_user == size][0]
        record_property(f"{size} points", f"{ours:.3f}")
        assert expect["least"] <= ours <= expect["most"]
    record_property("theirs", expect["factor"])


def test_df_06_a_hundred_homes_peak_near_the_measured_demand(targets, record_property):
    expect = targets["df-06"]["expect"]
    load = household_load(
        np.random.default_rng(3),
        n_household=100,
        annual_kwh=3600.0,
        n_days=70,
        dt_h=0.25,
        statistics=value("household_winter"),
    )
    ours = load.sum(axis=0).max() / 100
    record_property("ours", f"{ours:.2f} kW")
    record_property("theirs", f"{expect['kw_per_home']} kW")
    assert expect["least"] <= ours <= expect["most"]


def test_df_07_heat_pumps_peak_in_the_morning_and_rest_at_night_as_measured(targets, record_property):
    expect = targets["df-07"]["expect"]
    steps = local_steps(dt.date(2026, 1, 12), 4, dt_h=1.0, zone="UTC")
    year = 10.0 - 7.0 * np.cos(2 * np.pi * (np.arange(365) / 365 - 0.05))
    load = heat_pump_profile(
        steps,
        outdoor_c=np.zeros(96),
        annual_heat_kwh=12_000.0,
        mean_year_c=year,
        heat=value("bdew_heat_single_family"),
        cop=value("heat_pump_cop"),
    )[-24:]
    ours = load.min() / load.max()
    record_property("ours", f"{ours:.2f}")
    record_property("theirs", expect["night_to_peak"])
    assert ours == pytest.approx(expect["night_to_peak"], abs=expect["tolerance"])
    assert load.argmax() < expect["peak_before_hour"]


def test_df_09_feeders_shrink_with_the_number_of_cars_as_far_as_published(band, targets, record_property):
    expect = targets["df-09"]["expect"]
    reduction = 1 - band.p50[band.n_user <= 70]
    record_property("ours", f"{reduction[-1]:.2f}")
    record_property("theirs", f"up to {expect['largest_reduction']}")
    assert (np.diff(reduction) > 0).all()
    assert reduction[-1] == pytest.approx(expect["largest_reduction"], abs=expect["tolerance"])
