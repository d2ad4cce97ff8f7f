"""Grid-aware charging under feeders, transformer, phases and voltage; drivers who override; lost signals."""

import numpy as np
import pytest

from calculators.engine.charging import Limits, Sessions, network_limits, power_kw, schedule
from calculators.engine.charging.exact import least_cost
from calculators.engine.charging.signal import received
from calculators.engine.errors import InputError

N_T, DT_H = 96, 0.25


def some_sessions(seed, n=40):
    rng = np.random.default_rng(seed)
    arrival = rng.integers(0, N_T - 30, n)
    departure = arrival + rng.integers(6, 30, n)
    p_max = rng.choice([3.7, 7.4, 11.0], n)
    return Sessions(
        arrival, departure, rng.random(n) * 0.8 * p_max * (departure - arrival) * DT_H, p_max
    ), rng


@pytest.mark.parametrize("seed", range(10))
def test_every_feeder_the_transformer_and_the_voltage_are_kept(seed):
    sessions, rng = some_sessions(seed)
    feeder = rng.integers(0, 3, len(sessions))
    limits = network_limits(
        feeder,
        feeder_kw=rng.uniform(10, 40, (3, N_T)),
        transformer_kw=rng.uniform(30, 70, N_T),
        fall_pu_per_kw=rng.uniform(0, 0.001, (5, len(sessions))),
        vm_pu=rng.uniform(0.92, 0.97, (5, N_T)),
        vm_floor_pu=0.9,
    )
    plan = schedule(sessions, "grid-aware", n_t=N_T, dt_h=DT_H, limits=limits)
    assert (limits.used(plan.p_kw) <= limits.room + 1e-9).all()
    free = schedule(sessions, "uncontrolled", n_t=N_T, dt_h=DT_H)
    assert (limits.used(free.p_kw) > limits.room).any()  # the limits bite


@pytest.mark.parametrize("seed", range(5))
def test_no_power_is_left_that_somebody_waiting_could_use(seed):
    sessions, rng = some_sessions(seed)
    feeder = rng.integers(0, 3, len(sessions))
    limits = network_limits(feeder, feeder_kw=np.full((3, N_T), 20.0), transformer_kw=np.full(N_T, 45.0))
    plan = schedule(sessions, "grid-aware", n_t=N_T, dt_h=DT_H, limits=limits)
    spare = limits.room - limits.used(plan.p_kw)
    open_to = np.minimum(spare[feeder], spare[3])
    left_kwh = sessions.e_kwh[:, None] - np.cumsum(plan.p_kw, axis=1) * DT_H
    step = np.arange(N_T)
    present = (step >= sessions.arrival_step[:, None]) & (step < sessions.departure_step[:, None])
    idle = present & (left_kwh > 1e-6) & (plan.p_kw < sessions.p_max_kw[:, None] - 1e-9)
    assert idle.any() and open_to[idle].max() < 1e-6


@pytest.mark.parametrize("seed", range(10))
def test_knowing_only_who_is_there_it_delivers_nearly_what_knowing_everything_would(seed):
    """At most 5 % less than the linear programme that knows all arrivals, under limits that leave some short."""
    sessions, rng = some_sessions(seed)
    limits = network_limits(
        rng.integers(0, 3, len(sessions)),
        feeder_kw=np.full((3, N_T), 12.0),
        transformer_kw=np.full(N_T, 30.0),
    )
    plan = schedule(sessions, "grid-aware", n_t=N_T, dt_h=DT_H, limits=limits)
    best = least_cost(sessions, n_t=N_T, dt_h=DT_H, price_eur_per_kwh=np.zeros(N_T), limits=limits)
    assert (limits.used(best.p_kw) <= limits.room + 1e-6).all()
    most = sessions.e_kwh.sum() - best.e_short_kwh.sum()
    assert 0.95 * most <= plan.e_delivered_kwh.sum() <= most * (1 + 1e-6)


def test_one_wide_feeder_is_the_same_as_a_site_limit():
    sessions, _ = some_sessions(3)
    limits = network_limits(np.zeros(len(sessions)), feeder_kw=np.full((1, N_T), 40.0))
    site = schedule(sessions, "share-llf", n_t=N_T, dt_h=DT_H, limit_kw=40.0)
    grid = schedule(sessions, "grid-aware", n_t=N_T, dt_h=DT_H, limits=limits)
    np.testing.assert_allclose(site.p_kw, grid.p_kw, atol=1e-9)


def test_phases_are_limits_too_by_hand():
    # Two single-phase cars on L1 and L2, one three-phase car; 7 kW on each phase. All leave in one hour.
    sessions = Sessions([0, 0, 0], [1, 1, 1], [3.7, 3.7, 11.0], [3.7, 3.7, 11.0])
    share = np.array([[1, 0, 1 / 3], [0, 1, 1 / 3], [0, 0, 1 / 3]])
    plan = schedule(sessions, "grid-aware", n_t=1, dt_h=1.0, limits=Limits(share, np.full((3, 1), 7.0)))
    # 3.7 + a third of p <= 7: the three-phase car gets 9.9 kW if it is served last.
    np.testing.assert_allclose(plan.p_kw[:, 0], [3.7, 3.7, 9.9])


def test_where_the_base_is_above_the_limit_nothing_charges():
    sessions = Sessions([0, 0], [2, 2], [5.0, 5.0], [11.0, 11.0])
    limits = network_limits([0, 1], feeder_kw=np.array([[-3.0, 5.0], [5.0, 5.0]]))
    plan = schedule(sessions, "grid-aware", n_t=2, dt_h=1.0, limits=limits)
    np.testing.assert_allclose(plan.p_kw, [[0, 5], [5, 0]])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"feeder": [0, 2]}, "feeder goes from 0 to 2"),
        ({"vm_pu": np.ones((1, 4))}, "go together"),
        ({"feeder_kw": np.full((2, 4), np.nan)}, "finite"),
        (
            {"fall_pu_per_kw": np.ones((1, 3)), "vm_pu": np.ones((1, 4))},
            "one column for each of the 2 sessions",
        ),
        ({"transformer_kw": np.ones(3)}, "transformer_kw has 3 steps, feeder_kw 4"),
    ],
)
def test_limits_that_do_not_fit_are_refused(change, message):
    with pytest.raises(InputError, match=message):
        network_limits(**{"feeder": [0, 1], "feeder_kw": np.ones((2, 4)), **change})


def test_limits_of_other_sessions_are_refused():
    limits = network_limits([0, 0], feeder_kw=np.ones((1, 4)))
    with pytest.raises(InputError, match="limits are for 2 sessions and 4 steps; there are 1 and 5"):
        schedule(Sessions([0], [2], [1.0], [4.0]), "grid-aware", n_t=5, dt_h=1.0, limits=limits)


def test_six_amperes_on_one_and_three_phases():
    np.testing.assert_allclose(power_kw(6.0, np.array([1, 3])), [1.38, 4.14])


def test_who_overrides_charges_at_once_and_the_others_are_planned_around_it():
    price = np.array([0.4, 0.3, 0.2, 0.1])
    sessions = Sessions([0, 0], [4, 4], [11.0, 11.0], [11.0, 11.0], charge_now=[True, False])
    plan = schedule(sessions, "price", n_t=4, dt_h=1.0, price_eur_per_kwh=price)
    np.testing.assert_allclose(plan.p_kw, [[11, 0, 0, 0], [0, 0, 0, 11]])
    flat = schedule(sessions, "valley-filling", n_t=4, dt_h=1.0)
    np.testing.assert_allclose(flat.p_kw, [[11, 0, 0, 0], [0, 11 / 3, 11 / 3, 11 / 3]])


@pytest.mark.parametrize("strategy", ["share-equal", "share-llf"])
def test_an_override_does_not_break_the_site_limit(strategy):
    sessions, rng = some_sessions(2)
    hasty = Sessions(
        sessions.arrival_step,
        sessions.departure_step,
        sessions.e_kwh,
        sessions.p_max_kw,
        charge_now=rng.random(len(sessions)) < 0.3,
    )
    plan = schedule(hasty, strategy, n_t=N_T, dt_h=DT_H, limit_kw=50.0)
    plain = schedule(sessions, strategy, n_t=N_T, dt_h=DT_H, limit_kw=50.0)
    assert plan.total_kw.max() <= 50 + 1e-9
    assert plan.e_short_kwh[hasty.charge_now].sum() <= plain.e_short_kwh[hasty.charge_now].sum() + 1e-9


def test_an_override_does_not_break_a_feeder():
    sessions, rng = some_sessions(4)
    hasty = Sessions(
        sessions.arrival_step,
        sessions.departure_step,
        sessions.e_kwh,
        sessions.p_max_kw,
        charge_now=rng.random(len(sessions)) < 0.5,
    )
    limits = network_limits(rng.integers(0, 2, len(sessions)), feeder_kw=np.full((2, N_T), 30.0))
    plan = schedule(hasty, "grid-aware", n_t=N_T, dt_h=DT_H, limits=limits)
    assert (limits.used(plan.p_kw) <= 30 + 1e-9).all()


def test_a_cap_of_the_grid_operator_holds_for_who_overrides_too():
    sessions = Sessions([0], [4], [20.0], [11.0], charge_now=[True])
    plan = schedule(sessions, "dso-dimming", n_t=4, dt_h=1.0, cap_kw=np.array([4.2, 4.2, 11.0, 11.0]))
    np.testing.assert_allclose(plan.p_kw, [[4.2, 4.2, 11.0, 0.6]])


def test_a_lost_signal_is_held_and_then_falls_back_by_hand():
    cap = np.array([np.nan, 11.0, np.nan, np.nan, np.nan, 8.0])
    np.testing.assert_array_equal(
        received(cap, fallback_kw=4.2, hold_steps=2), [4.2, 11.0, 11.0, 11.0, 4.2, 8.0]
    )
    sessions = Sessions([0], [6], [99.0], [11.0])
    plan = schedule(sessions, "dso-dimming", n_t=6, dt_h=0.5, cap_kw=cap, fallback_kw=4.2, hold_h=1.0)
    np.testing.assert_allclose(plan.p_kw, [[4.2, 11, 11, 11, 4.2, 8]])


def test_a_lost_signal_without_a_fallback_is_refused():
    with pytest.raises(InputError, match="lost .NaN. in 1 steps. Give fallback_kw"):
        schedule(Sessions([0], [2], [1.0], [4.0]), "dso-dimming", n_t=2, dt_h=1.0, cap_kw=[np.nan, 4.2])


def test_a_cap_below_six_amperes_stops_the_car():
    car = Sessions([0], [2], [9.0], [11.0], p_min_kw=4.14)
    plan = schedule(car, "dso-dimming", n_t=2, dt_h=1.0, cap_kw=np.array([4.0, 4.2]))
    np.testing.assert_allclose(plan.p_kw, [[0, 4.2]])
