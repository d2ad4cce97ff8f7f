"""Who charges at each kind of site, and what else is used there."""

import numpy as np
import pytest

from calculators.engine.errors import InputError
from calculators.engine.site.place import (
    DAY,
    N_SIM,
    STATISTICS,
    WEEK,
    Site,
    around_peak,
    in_week,
    other_load,
    sessions_at,
    sun_kw,
)


@pytest.mark.parametrize("kind", STATISTICS)
def test_every_kind_with_statistics_draws_sessions_that_fit_their_point(kind, parameters):
    sessions = sessions_at(Site(kind, 30, 11.0, 1.0, parameters), np.random.default_rng(1))
    assert len(sessions) > 10
    assert sessions.evse.max() < 30
    stay_h = (sessions.departure_step - sessions.arrival_step) * 0.25
    assert (sessions.e_kwh <= 11.0 * stay_h + 1e-6).all()


@pytest.mark.parametrize(("kind", "mwh"), [("kerbside", 1.95), ("workplace", 3.4)])
def test_use_follows_the_energy_a_point_delivers_in_a_year(kind, mwh, parameters):
    """Points of 22 kW, few enough visits that hardly anyone finds them taken."""
    site = Site(kind, 200, 22.0, 0.5, parameters)
    weekly = []
    for seed in range(8):
        sessions = sessions_at(site, np.random.default_rng(seed))
        arrives = (sessions.arrival_step >= WEEK.start) & (sessions.arrival_step < WEEK.stop)
        weekly.append(sessions.e_kwh[arrives].sum() / 200)
    assert np.mean(weekly) == pytest.approx(0.5 * mwh * 1000 * 7 / 365, rel=0.1)


def test_a_depot_charges_what_the_day_took(parameters):
    site = Site("depot", 40, 50.0, 1.0, parameters, back_h=18, leave_h=6, spread_h=4, km=100, kwh_per_km=0.9)
    sessions = sessions_at(site, np.random.default_rng(1))
    assert len(sessions) == 40 * 9
    hour = sessions.arrival_step % DAY / 4
    assert hour.min() >= 18 and hour.max() < 22
    # 100 km at 0.9 kWh over 0.9 to the meter, a fifth more or less for each vehicle.
    assert sessions.e_kwh.min() >= 80 and sessions.e_kwh.max() <= 120
    assert sessions.e_kwh.mean() == pytest.approx(100, rel=0.06)


def test_a_depot_that_returns_after_midnight_is_refused_with_a_time_that_works(parameters):
    site = Site("depot", 5, 50.0, 1.0, parameters, back_h=22, leave_h=6, spread_h=4, km=100, kwh_per_km=0.9)
    with pytest.raises(InputError, match=r"depot_back_h.*26 h.*between 6\.25 and 19\.75 h"):
        sessions_at(site, np.random.default_rng(1))


def test_the_building_reaches_its_highest_load_on_working_days_only(parameters):
    site = Site("workplace", 1, 11.0, 1.0, parameters, other_kw=100.0)
    load = other_load(site, np.random.default_rng(1)).reshape(9, DAY)
    highest = load.max(axis=1)
    np.testing.assert_allclose(highest[1:6], 100.0)  # day 0 is a Sunday
    assert highest[[0, 6, 7]].max() < 60


def test_homes_count_in_a_street_only(parameters):
    rng = np.random.default_rng
    street = Site("home", 1, 11.0, 1.0, parameters, n_home=40, household_kwh=3000)
    kerb = Site("kerbside", 1, 11.0, 1.0, parameters, n_home=40, household_kwh=3000)
    # January is 1.25 times the mean of the year: 40 x 3000 kWh x 1.25 x 9 / 365 days.
    assert other_load(street, rng(1)).sum() * 0.25 == pytest.approx(40 * 3000 * 1.25 * 9 / 365, rel=0.15)
    assert other_load(kerb, rng(1)).max() == 0


def test_the_sun_shines_by_day_and_less_in_january(parameters):
    site = Site("workplace", 1, 11.0, 1.0, parameters, pv_kwp=10.0, sun_share=1.0)
    winter, summer = sun_kw(site).reshape(9, DAY), sun_kw(site, summer=True).reshape(9, DAY)
    assert winter[:, : 6 * 4].max() == 0
    assert 0 < winter.max() < 0.5 * summer.max() < 5


def test_the_week_is_monday_to_sunday(parameters):
    sessions = sessions_at(Site("workplace", 30, 11.0, 1.0, parameters), np.random.default_rng(1))
    mine = sessions.take(in_week(sessions))
    assert mine.arrival_step.min() >= DAY and mine.departure_step.max() <= 8 * DAY < N_SIM
    assert set(mine.arrival_step // DAY) == {1, 2, 3, 4, 5}  # nobody comes at the weekend


@pytest.mark.parametrize(("at", "first"), [(0, 0), (300, 300 - DAY), (671, 7 * DAY - 2 * DAY)])
def test_two_days_hold_the_peak_wherever_it_is(at, first):
    load = np.zeros(7 * DAY)
    load[at] = 1.0
    assert around_peak(load) == slice(first, first + 2 * DAY)
