"""Statistics fitted to sessions."""

import numpy as np
import pytest

from calculators.engine.demand import draw_sessions
from calculators.engine.demand.calibration import fit_sessions, n_fitted
from calculators.engine.demand.records import SessionRecords
from calculators.engine.errors import InputError

MONDAY = 737_794  # 4 January 2021 as ordinal


def records(n=4000, seed=1, n_days=70, day=None):
    rng = np.random.default_rng(seed)
    day = MONDAY + rng.integers(0, n_days, n) if day is None else day
    stay = rng.exponential(3.0, n) + 0.2
    charge = np.minimum(stay, rng.exponential(1.5, n) + 0.1)
    return SessionRecords(day, rng.uniform(6, 20, n), stay, charge, 7.0 * charge, np.zeros(n, dtype=int))


def test_sixty_numbers_are_fitted_and_no_more():
    assert n_fitted(fit_sessions(records(), n_evse=10)) == 60


def test_curves_are_the_quantiles_of_the_sessions():
    real = records()
    fitted = fit_sessions(real, n_evse=10)
    levels = np.array(fitted["exceeded_by_percent"])
    for percent, value in zip(levels, fitted["energy_kwh"], strict=True):
        assert 100 * np.mean(real.energy_kwh > value) == pytest.approx(percent, abs=0.1)


def test_use_by_day_of_week_by_hand():
    """140 sessions on each weekday of ten weeks, 70 on each weekend day, at 7 EVSEs: 120 a week each, factor 0.5."""
    days = np.arange(70)
    count = np.where(days % 7 < 5, 140, 70)
    fitted = fit_sessions(records(count.sum(), day=MONDAY + np.repeat(days, count)), n_evse=7)
    assert fitted["sessions_per_week"] == pytest.approx((5 * 140 + 2 * 70) / 7)
    assert fitted["weekend_factor"] == pytest.approx(0.5)
    # the same number each week: days spread less than chance would have it
    assert fitted["day_spread"] == 0.0


def test_days_without_sessions_count():
    real = records(n_days=70)
    half_empty = fit_sessions(real, n_evse=1, days=np.arange(MONDAY, MONDAY + 140))
    full = fit_sessions(real, n_evse=1, days=np.arange(MONDAY, MONDAY + 70))
    assert half_empty["sessions_per_week"] == pytest.approx(full["sessions_per_week"] / 2, rel=1e-3)
    # half the days have twice the mean, the others none: a coefficient of variation of 1
    assert half_empty["day_spread"] == pytest.approx(1.0, abs=0.05)


def test_power_is_energy_over_charging_time():
    assert fit_sessions(records(), n_evse=1)["p_mean_kw"] == pytest.approx(7.0, rel=1e-3)


def test_sessions_without_charging_time_have_no_mean_power():
    real = records()
    unknown = SessionRecords(**{**vars(real), "charge_h": np.full(len(real), np.nan)})
    assert "p_mean_kw" not in fit_sessions(unknown, n_evse=1)


def test_what_is_fitted_can_be_drawn_and_gives_the_same_sessions():
    real = records()
    fitted = fit_sessions(real, n_evse=40)
    drawn = draw_sessions(
        np.random.default_rng(2),
        n_evse=40,
        n_days=280,
        dt_h=0.25,
        p_evse_kw=fitted["p_max_kw"],
        statistics=fitted,
    )
    assert len(drawn) == pytest.approx(4 * len(real), rel=0.1)
    assert drawn.e_kwh.mean() == pytest.approx(real.energy_kwh.mean(), rel=0.05)
    assert np.median(drawn.departure_step - drawn.arrival_step) * 0.25 == pytest.approx(
        np.median(real.duration_h), abs=0.26
    )


def test_too_few_sessions_are_refused():
    with pytest.raises(InputError, match="150 sessions"):
        fit_sessions(records(150), n_evse=1)
