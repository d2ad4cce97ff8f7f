"""What drivers notice and how far peaks coincide."""

import numpy as np
import pytest

from calculators.engine.charging import Sessions, by_evse, coincidence_factor, driver_outcome, schedule
from calculators.engine.errors import InputError


def plans(sessions, n_t=16, **options):
    uncontrolled = schedule(sessions, "uncontrolled", n_t=n_t, dt_h=0.25)
    return schedule(sessions, "share-edf", n_t=n_t, dt_h=0.25, **options), uncontrolled


def test_two_cars_on_power_for_one_make_the_second_wait_by_hand():
    # 11 kWh each at 11 kW: one hour. The second to leave is full after two hours instead of one.
    sessions = Sessions([0, 0], [8, 12], [11.0, 11.0], [11.0, 11.0])
    found = driver_outcome(sessions, *plans(sessions, limit_kw=11.0), dt_h=0.25)
    assert (found.short_kwh, found.short_share, found.late_share) == pytest.approx((0.0, 0.0, 0.5), abs=1e-9)
    assert found.wait_h == pytest.approx(0.5)


def test_a_car_that_leaves_before_its_turn_is_short_and_late():
    sessions = Sessions([0, 0], [4, 6], [11.0, 11.0], [11.0, 11.0])
    found = driver_outcome(sessions, *plans(sessions, limit_kw=11.0), dt_h=0.25)
    assert found.short_kwh == pytest.approx(5.5)
    assert found.short_share == found.late_share == 0.5


def test_nobody_gives_zeros_and_a_plan_without_sessions_is_refused():
    nobody = Sessions([], [], [], [])
    assert driver_outcome(nobody, *plans(nobody, limit_kw=1.0), dt_h=0.25).late_share == 0
    one = Sessions([0], [4], [1.0], [11.0])
    with pytest.raises(InputError, match="keep='sessions'"):
        driver_outcome(one, *plans(one, limit_kw=1.0, keep="total"), dt_h=0.25)


def test_coincidence_is_one_for_one_and_a_half_for_two_in_turn():
    assert coincidence_factor(np.array([[0.0, 11.0]])) == 1
    assert coincidence_factor(np.array([[11.0, 0.0], [0.0, 11.0]])) == 0.5


@pytest.mark.parametrize("wrong", [np.zeros((2, 3)), np.ones(3), np.zeros((0, 3)), np.array([[1.0, np.nan]])])
def test_coincidence_of_nothing_is_refused(wrong):
    with pytest.raises(InputError, match="p_kw"):
        coincidence_factor(wrong)


def test_sessions_of_one_evse_are_added():
    sessions = Sessions([0, 2, 0], [2, 4, 4], [1.0, 1.0, 1.0], [4.0, 4.0, 4.0], evse=[5, 5, 9])
    plan = schedule(sessions, "uncontrolled", n_t=4, dt_h=0.25)
    np.testing.assert_allclose(by_evse(sessions, plan.p_kw), [[4, 0, 4, 0], [4, 0, 0, 0]])
