"""What every strategy keeps, and what each one is for."""

from dataclasses import replace

import numpy as np
import pytest

from calculators.engine.charging import STRATEGIES, Sessions, network_limits, schedule
from calculators.engine.errors import InputError

N_T, DT_H = 192, 0.25
HOUR = np.arange(N_T) * DT_H


def sample(seed=1, n=60, shift=0):
    """Feasible sessions with a battery that can give back what it takes."""
    rng = np.random.default_rng(seed)
    arrival = rng.integers(0, 120, n)
    departure = arrival + rng.integers(8, 60, n)
    p_max = rng.choice([3.7, 7.4, 11.0], n)
    energy = rng.random(n) * 0.7 * p_max * (departure - arrival) * DT_H
    battery = np.full(n, 150.0)
    return Sessions(
        arrival + shift,
        departure + shift,
        energy,
        p_max,
        battery_kwh=battery,
        soc_arrival=(1 - energy / battery) * rng.random(n),
        soc_min=0.2,
        p_discharge_kw=p_max,
    )


def plan_of(sessions, strategy, *, n_t=N_T, hour=HOUR, **changed):
    n = len(sessions)
    home = 0.8 * np.sin(hour / 24 * 2 * np.pi) + 0.4
    everything = {
        "limit_kw": 500.0,
        "limits": network_limits(np.zeros(n), feeder_kw=np.full((1, n_t), 500.0)),
        "price_eur_per_kwh": 0.2 + 0.1 * np.sin(hour % 24 / 24 * 2 * np.pi),
        "co2_g_per_kwh": 300 + 100 * np.cos(hour % 24 / 24 * 2 * np.pi),
        "solar_kw": 80 * np.clip(np.sin((hour % 24 - 6) / 12 * np.pi), 0, None),
        "home_kw": np.tile(home, (n, 1)),
        "cap_kw": np.where((hour % 24 >= 17) & (hour % 24 < 19), 4.2, 50.0),
        "rng": np.random.default_rng(3),
    }
    options = {name: everything[name] for name in STRATEGIES[strategy].needs}
    return schedule(sessions, strategy, n_t=n_t, dt_h=DT_H, **{**options, **changed})


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_nobody_charges_outside_the_stay_above_the_charger_or_more_than_wished(strategy):
    sessions = sample()
    plan = plan_of(sessions, strategy)
    step = np.arange(N_T)
    away = (step < sessions.arrival_step[:, None]) | (step >= sessions.departure_step[:, None])
    assert (plan.p_kw[away] == 0).all()
    least = -sessions.p_discharge_kw[:, None] if STRATEGIES[strategy].discharges else 0.0
    assert (plan.p_kw >= least - 1e-9).all()
    assert (plan.p_kw <= sessions.p_max_kw[:, None] + 1e-9).all()
    # v2g-peak comes from an iteration that stops at a millionth; the others are exact.
    rtol = 1e-6 if strategy == "v2g-peak" else 1e-9
    np.testing.assert_allclose(plan.e_delivered_kwh + plan.e_short_kwh, sessions.e_kwh, rtol=rtol)
    np.testing.assert_allclose(plan.p_kw.sum(axis=0), plan.total_kw, atol=1e-9)


ALWAYS_FULL = sorted(set(STRATEGIES) - {"window", "window-spread", "static-cap", "dso-dimming"})


@pytest.mark.parametrize("strategy", ALWAYS_FULL)
def test_every_feasible_wish_is_met_when_nothing_is_closed_or_capped(strategy):
    plan = plan_of(sample(), strategy)
    assert plan.e_short_kwh.max() < 1e-6


@pytest.mark.parametrize("strategy", sorted(set(STRATEGIES) - {"window-spread", "valley-filling"}))
def test_the_order_of_the_sessions_does_not_matter(strategy):
    sessions = sample()
    order = np.random.default_rng(8).permutation(len(sessions))
    mixed = sessions.take(order)
    # v2g-peak stops when its error is small, not when it is nothing.
    atol = 0.01 if strategy == "v2g-peak" else 1e-9
    np.testing.assert_allclose(
        plan_of(mixed, strategy).total_kw, plan_of(sessions, strategy).total_kw, atol=atol
    )


@pytest.mark.parametrize("strategy", sorted(set(STRATEGIES) - {"valley-filling"}))
def test_the_same_day_later_gives_the_same_plan_later(strategy):
    day = round(24 / DT_H)
    hour = np.arange(N_T + day) * DT_H
    late = plan_of(sample(shift=day), strategy, n_t=N_T + day, hour=hour)
    now = plan_of(sample(), strategy, n_t=N_T + day, hour=hour)
    np.testing.assert_allclose(late.total_kw[day:], now.total_kw[:-day], atol=1e-9)


@pytest.mark.parametrize("strategy", [name for name, entry in STRATEGIES.items() if entry.keeps_limit])
def test_base_and_charging_together_stay_below_the_site_limit(strategy):
    base = 20 + 10 * np.sin(HOUR / 24 * 2 * np.pi)
    plan = plan_of(sample(), strategy, limit_kw=60.0, base_kw=base)
    assert (base + plan.total_kw).max() <= 60 + 1e-9
    assert plan.e_short_kwh.sum() > 0


@pytest.mark.parametrize(
    "strategy", [name for name, entry in STRATEGIES.items() if entry.minimum != "refused"]
)
def test_no_car_is_held_between_zero_and_its_minimum(strategy):
    sessions = replace(sample(), p_min_kw=1.38)
    tight = {"limits": network_limits(np.zeros(60), feeder_kw=np.full((1, N_T), 40.0)), "limit_kw": 40.0}
    needs = STRATEGIES[strategy].needs
    plan = plan_of(sessions, strategy, **{name: value for name, value in tight.items() if name in needs})
    held = (plan.p_kw > 1e-12) & (plan.p_kw < 1.38 - 1e-9)
    # Only the last bit of a wish, smaller than one step at the minimum, may be below it: one step of a session.
    assert held.sum(axis=1).max() <= 1
    bit = np.where(held, plan.p_kw, 0).sum(axis=1) * DT_H
    assert (bit < 1.38 * DT_H).all()
    full = held.any(axis=1)
    np.testing.assert_allclose(plan.e_delivered_kwh[full], sessions.e_kwh[full], atol=1e-6)


@pytest.mark.parametrize(
    ("strategy", "limit"),
    [("price", 40.0), ("valley-filling", 40.0), ("v2g-price", None), ("v2g-peak", None)],
)
def test_a_minimum_that_would_not_be_kept_is_refused(strategy, limit):
    with pytest.raises(InputError, match="does not keep p_min_kw"):
        plan_of(replace(sample(), p_min_kw=1.38), strategy, limit_kw=limit)


def test_uncontrolled_is_full_power_then_the_rest():
    one = Sessions([2], [9], [7.0], [11.0])
    np.testing.assert_allclose(plan_of(one, "uncontrolled", n_t=10).p_kw, [[0, 0, 11, 11, 6, 0, 0, 0, 0, 0]])


def test_delayed_is_full_power_just_before_departure():
    one = Sessions([2], [9], [7.0], [11.0])
    np.testing.assert_allclose(
        plan_of(one, "delayed", n_t=10).p_kw, [[0, 0, 0, 0, 0, 0, 6, 11, 11, 0]], atol=1e-12
    )


def test_a_window_past_midnight_is_closed_on_both_sides_of_it():
    long = Sessions([0], [N_T], [400.0], [11.0])
    plan = plan_of(long, "window", window_h=(22.0, 6.0))
    closed = (HOUR % 24 >= 22) | (HOUR % 24 < 6)
    assert (plan.total_kw[closed] == 0).all() and (plan.total_kw[~closed] > 0).all()


def test_the_random_wait_takes_the_edge_off_the_rebound_after_the_window():
    n = 200
    evening = Sessions(np.full(n, 72), np.full(n, 128), np.full(n, 12.0), np.full(n, 11.0))
    together, spread = plan_of(evening, "window"), plan_of(evening, "window-spread", spread_h=4.0)
    assert together.total_kw.max() == pytest.approx(11.0 * n)
    assert spread.total_kw.max() < 0.5 * together.total_kw.max()


@pytest.mark.parametrize("strategy, series", [("price", "price_eur_per_kwh"), ("co2", "co2_g_per_kwh")])
def test_the_cheapest_steps_equal_the_linear_programme(strategy, series):
    from scipy.optimize import linprog

    sessions = sample(n=15)
    cost = np.random.default_rng(4).random(N_T)
    plan = plan_of(sessions, strategy, **{series: cost})
    best = 0.0
    for arrival, departure, energy, p_max in zip(
        sessions.arrival_step, sessions.departure_step, sessions.e_kwh, sessions.p_max_kw, strict=True
    ):
        stay = cost[arrival:departure] * DT_H
        best += linprog(stay, A_eq=np.full((1, stay.size), DT_H), b_eq=[energy], bounds=(0, p_max)).fun
    assert cost @ plan.total_kw * DT_H == pytest.approx(best, rel=1e-6)


def test_solar_charging_waits_for_the_sun_but_not_past_departure():
    # One car from 6 to 18 h that fits the sun; one that must leave at 8 h and cannot wait.
    sessions = Sessions([24, 24], [72, 32], [20.0, 20.0], [11.0, 11.0])
    sun = np.where((HOUR >= 11) & (HOUR < 15), 11.0, 0.0)
    plan = plan_of(sessions, "solar", solar_kw=sun)
    assert plan.e_short_kwh.max() < 1e-9
    assert (plan.p_kw[0][sun == 0] == 0).all()
    assert plan.p_kw[1].sum() * DT_H == pytest.approx(20.0)


def test_keep_total_gives_the_same_total_without_the_sessions():
    full, total = plan_of(sample(), "share-llf"), plan_of(sample(), "share-llf", keep="total")
    np.testing.assert_array_equal(full.total_kw, total.total_kw)
    np.testing.assert_array_equal(full.e_short_kwh, total.e_short_kwh)
    assert total.p_kw.size == 0


def test_a_result_above_two_gigabytes_is_refused_and_names_the_way_out():
    n = 10_000
    many = Sessions(np.zeros(n), np.full(n, 4), np.ones(n), np.full(n, 11.0))
    with pytest.raises(InputError, match="keep='total'"):
        schedule(many, "uncontrolled", n_t=35_040, dt_h=0.25)
    assert schedule(many, "uncontrolled", n_t=35_040, dt_h=0.25, keep="total").total_kw.shape == (35_040,)


def test_progress_that_says_stop_returns_what_is_planned_so_far():
    sessions = sample()
    stopped = plan_of(sessions, "share-equal", progress=lambda done, total: False)
    assert (stopped.total_kw[96:] == 0).all() and stopped.total_kw[:96].sum() > 0


@pytest.mark.parametrize(
    "strategy, options, word",
    [
        ("nonsense", {}, "valley-filling"),
        ("price", {}, "price_eur_per_kwh"),
        ("uncontrolled", {"limit_kw": 10.0}, "share-equal"),
        ("uncontrolled", {"n_t": 0}, "n_t"),
        ("uncontrolled", {"base_kw": np.zeros(3)}, "base_kw"),
        ("uncontrolled", {"base_kw": np.full(N_T, np.nan)}, "base_kw"),
        ("share-edf", {"limit_kw": -1.0}, "limit_kw"),
    ],
)
def test_a_wrong_call_is_refused_with_what_to_change(strategy, options, word):
    with pytest.raises(InputError, match=word):
        schedule(sample(), strategy, **{"n_t": N_T, "dt_h": DT_H, **options})


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_no_sessions_give_no_load(strategy):
    none = Sessions([], [], [], [])
    plan = plan_of(none, strategy)
    assert plan.p_kw.shape == (0, N_T) and (plan.total_kw == 0).all()


def test_a_hundred_thousand_sessions_in_a_year_need_no_dense_matrix():
    """28 GB if it were dense; here less than 400 MB at any time."""
    import tracemalloc

    rng = np.random.default_rng(0)
    n, n_t = 100_000, 35_040
    arrival = rng.integers(0, n_t - 60, n)
    many = Sessions(arrival, arrival + rng.integers(8, 60, n), 20 * rng.random(n), np.full(n, 11.0))
    tracemalloc.start()
    plan = schedule(many, "share-llf", n_t=n_t, dt_h=0.25, limit_kw=900.0, keep="total")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 4e8
    assert plan.total_kw.max() <= 900 + 1e-6


@pytest.mark.parametrize("strategy", STRATEGIES)
@pytest.mark.parametrize("n_t", [92, 96, 100])
def test_a_day_of_23_or_25_hours_is_a_day(strategy, n_t):
    """Quarter-hours of the days the clocks change: wishes are met, whatever the length."""
    day = np.arange(n_t) * DT_H
    cars = Sessions(
        [60, 66], [n_t, n_t], [9.0, 14.0], [7.4, 11.0],
        battery_kwh=50.0, soc_arrival=0.4, soc_min=0.2, p_discharge_kw=5.0,
    )  # fmt: skip
    plan = plan_of(cars, strategy, n_t=n_t, hour=day)
    assert plan.total_kw.shape == (n_t,)
    if strategy in ALWAYS_FULL:
        np.testing.assert_allclose(plan.e_short_kwh, 0, atol=1e-5)


@pytest.mark.parametrize("seed", range(5))
def test_the_optimum_has_a_peak_no_higher_than_any_other_strategy(seed):
    cars = sample(seed=seed)
    base = 20 + 10 * np.sin(HOUR / 24 * 2 * np.pi)
    peaks = {}
    for strategy in STRATEGIES:
        plan = plan_of(cars, strategy, base_kw=base)
        if plan.e_short_kwh.max() < 1e-4:  # only those that deliver the same
            peaks[strategy] = (base + plan.total_kw).max()
    assert len(peaks) > 8
    assert peaks["v2g-peak"] <= peaks["valley-filling"] * 1.0002
    others = [peak for name, peak in peaks.items() if not STRATEGIES[name].discharges]
    assert peaks["valley-filling"] <= min(others) * 1.0001
    assert peaks["v2g-peak"] <= min(peaks.values()) * 1.0002


@pytest.mark.parametrize(
    ("strategy", "changes", "message"),
    [
        ("window", {"window_h": (25.0, 6.0)}, "both hours must be 0 to 24 h"),
        ("window", {"window_h": (float("nan"), 6.0)}, "both hours must be 0 to 24 h"),
        ("v2g-price", {"wear_eur_per_kwh": -0.1}, "wear_eur_per_kwh is -0.1"),
        ("v2h", {"feed_in_eur_per_kwh": 9.0}, "feed_in_eur_per_kwh is above the price in 192 steps"),
        ("v2h", {"home_kw": np.ones(N_T)}, "home_kw must be finite"),
        ("uncontrolled", {"limit_kw": 5.0}, "does not keep a site limit"),
    ],
)
def test_what_a_strategy_cannot_use_is_refused_by_name(strategy, changes, message):
    with pytest.raises(InputError, match=message):
        plan_of(sample(), strategy, **changes)
