"""What drivers notice and how far peaks coincide."""

import numpy as np
import pytest

from calculators.engine.charging import (
    Sessions,
    by_evse,
    closed_steps,
    coincidence_factor,
    driver_outcome,
    jain_index,
    load_outcome,
    schedule,
    shortfalls,
)
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
    assert found.fairness == pytest.approx(1.0)


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


def test_fairness_is_one_for_equal_shares_and_one_over_n_for_one_winner():
    assert jain_index(np.array([0.3, 0.3, 0.3])) == pytest.approx(1.0)
    assert jain_index(np.array([0.0, 0.9, 0.0])) == pytest.approx(1 / 3)
    # 1 and 0.5: 1.5 squared over 2 x 1.25.
    assert jain_index(np.array([1.0, 0.5])) == pytest.approx(0.9)


def test_equal_sharing_is_fairer_than_first_come_first_served():
    sessions = Sessions([0, 1, 2], [8, 8, 8], [20.0, 20.0, 20.0], [11.0] * 3)
    free = schedule(sessions, "uncontrolled", n_t=8, dt_h=0.25)
    fairness = {
        name: driver_outcome(
            sessions, schedule(sessions, name, n_t=8, dt_h=0.25, limit_kw=12.0), free, dt_h=0.25
        ).fairness
        for name in ("share-equal", "share-fcfs")
    }
    assert fairness["share-equal"] > fairness["share-fcfs"]


def test_an_impossible_wish_is_named_with_its_smallest_changes():
    # 22 kWh in one hour at 11 kW: 11 kWh short, one hour more, or 22 kW.
    sessions = Sessions([0, 0], [4, 8], [22.0, 5.0], [11.0, 11.0])
    (one,) = shortfalls(sessions, schedule(sessions, "uncontrolled", n_t=8, dt_h=0.25), dt_h=0.25)
    assert (one.session, one.fits) == (0, False)
    assert (one.short_kwh, one.minutes, one.p_needed_kw) == pytest.approx((11.0, 60.0, 22.0))
    assert str(one) == (
        "session 0 is 11.0 kWh short. Stay 60 minutes longer, ask for 11.0 kWh less, or charge at 22.0 kW."
    )


def test_a_wish_that_a_limit_leaves_short_says_so():
    sessions = Sessions([0, 0], [4, 4], [11.0, 5.5], [11.0, 11.0])
    plan = schedule(sessions, "share-fcfs", n_t=4, dt_h=0.25, limit_kw=11.0, keep="total")
    (one,) = shortfalls(sessions, plan, dt_h=0.25)
    assert (one.session, one.fits, one.minutes) == (1, True, pytest.approx(30.0))
    assert "its stay has room" in str(one)


def test_the_changes_named_do_make_the_wish_feasible():
    rng = np.random.default_rng(1)
    arrival = rng.integers(0, 10, 20)
    departure = arrival + rng.integers(1, 10, 20)
    sessions = Sessions(arrival, departure, rng.uniform(1, 60, 20), np.full(20, 7.4))
    found = shortfalls(sessions, schedule(sessions, "uncontrolled", n_t=400, dt_h=0.25), dt_h=0.25)
    assert found
    for one in found:
        longer, less, stronger = (
            Sessions([arrival[one.session]], [leaves], [e_kwh], [p_kw])
            for leaves, e_kwh, p_kw in (
                (departure[one.session] + int(np.ceil(one.minutes / 15)), sessions.e_kwh[one.session], 7.4),
                (departure[one.session], sessions.e_kwh[one.session] - one.short_kwh, 7.4),
                (departure[one.session], sessions.e_kwh[one.session], one.p_needed_kw),
            )
        )
        for changed in (longer, less, stronger):
            plan = schedule(changed, "uncontrolled", n_t=400, dt_h=0.25)
            assert plan.e_short_kwh[0] == pytest.approx(0, abs=1e-9)


def evening(n=100):
    """Everybody comes at 18 h, wants 11 kWh at 11 kW and leaves at 8 h next morning."""
    return Sessions(np.full(n, 18), np.full(n, 32), np.full(n, 11.0), np.full(n, 11.0))


def test_a_window_moves_the_peak_to_its_end_and_everybody_starts_together():
    held = closed_steps(48, dt_h=1.0, window_h=(17.0, 22.0))
    plan = schedule(evening(), "window", n_t=48, dt_h=1.0)
    found = load_outcome(evening(), plan, dt_h=1.0, held=held)
    assert found.peak_kw == found.rebound_kw == found.steepest_kw == pytest.approx(1100.0)
    assert found.together_share == pytest.approx(1.0)


def test_the_rebound_is_looked_for_only_after_the_held_hours():
    held = closed_steps(48, dt_h=1.0, window_h=(17.0, 22.0))
    plan = schedule(evening(), "uncontrolled", n_t=48, dt_h=1.0)
    found = load_outcome(evening(), plan, dt_h=1.0, held=held)
    assert found.peak_kw == pytest.approx(1100.0) and found.rebound_kw == 0
    flat = load_outcome(
        evening(), schedule(evening(), "valley-filling", n_t=48, dt_h=1.0), dt_h=1.0, held=held
    )
    # 1100 kWh in 14 hours.
    assert flat.peak_kw == flat.rebound_kw == pytest.approx(1100 / 14)
    assert flat.together_share == pytest.approx(1 / 14)


def test_a_held_mask_of_another_length_is_refused():
    plan = schedule(evening(), "uncontrolled", n_t=48, dt_h=1.0)
    with pytest.raises(InputError, match="held has shape"):
        load_outcome(evening(), plan, dt_h=1.0, held=np.ones(3, dtype=bool))
