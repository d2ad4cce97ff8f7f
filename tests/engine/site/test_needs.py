"""The smallest connection: hand-made loads, a linear programme, and what may never happen."""

import numpy as np
import pytest
from scipy.optimize import linprog

from calculators.engine.charging import Sessions, schedule
from calculators.engine.site.needs import (
    Storage,
    least_limit,
    least_limit_by_sharing,
    least_limit_with_storage,
    least_point_power,
    walk_storage,
)

DT_H = 0.25


def some_sessions(seed: int, n: int, n_t: int) -> Sessions:
    rng = np.random.default_rng(seed)
    arrival = rng.integers(0, n_t - 6, n)
    departure = np.minimum(arrival + rng.integers(2, 20, n), n_t)
    power = rng.choice([3.7, 11.0, 22.0], n)
    return Sessions(
        arrival, departure, rng.uniform(0.1, 0.9, n) * power * (departure - arrival) * DT_H, power
    )


def test_a_limit_with_nothing_missed_is_the_peak():
    assert least_limit(np.array([1.0, 2.0]), np.array([3.0, 0.5]), 0.0, dt_h=1.0) == pytest.approx(4.0)


def test_a_limit_with_energy_missed_by_hand():
    # Total 10, 6, 4 kW in hours; 3 kWh may go: 3 off the first leaves 7, above the second.
    assert least_limit(np.zeros(3), np.array([10.0, 6.0, 4.0]), 3.0, dt_h=1.0) == pytest.approx(7.0)
    # 6 kWh: 4 off the first reaches 6, the last 2 are shared by both: 5 kW.
    assert least_limit(np.zeros(3), np.array([10.0, 6.0, 4.0]), 6.0, dt_h=1.0) == pytest.approx(5.0)


def test_other_load_is_never_shed():
    assert least_limit(np.array([8.0, 1.0]), np.array([2.0, 2.0]), 99.0, dt_h=1.0) == 8.0


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("missed", [0.0, 0.03, 0.2])
def test_no_schedule_needs_less_than_the_flattest_load(seed, missed):
    """Linear programme: lowest limit L with power p and shortfall s, sum(s) <= allowed."""
    n_t, n = 48, 12
    sessions = some_sessions(seed, n, n_t)
    base = 10 + 8 * np.sin(np.arange(n_t) / 5) + np.random.default_rng(seed).uniform(0, 4, n_t)
    plan = schedule(sessions, "valley-filling", n_t=n_t, dt_h=DT_H, base_kw=base)
    allowed = missed * float(sessions.e_kwh.sum())
    found = least_limit(base, plan.total_kw, allowed, dt_h=DT_H)

    place = [(s, t) for s in range(n) for t in range(sessions.arrival_step[s], sessions.departure_step[s])]
    n_p = len(place)
    equal = np.zeros((n, n_p + n + 1))
    below = np.zeros((n_t + 1, n_p + n + 1))
    for column, (s, t) in enumerate(place):
        equal[s, column], below[t, column] = DT_H, 1.0
    equal[np.arange(n), n_p + np.arange(n)] = 1.0
    below[:n_t, -1] = -1.0
    below[n_t, n_p : n_p + n] = 1.0
    bounds = [(0, sessions.p_max_kw[s]) for s, _ in place] + [(0, None)] * n + [(base.max(), None)]
    cost = np.zeros(n_p + n + 1)
    cost[-1] = 1.0
    best = linprog(cost, below, np.append(-base, allowed), equal, sessions.e_kwh, bounds)
    assert best.status == 0
    assert found == pytest.approx(best.fun, rel=2e-3)


def test_a_lossless_battery_shaves_its_energy_over_the_hours_by_hand():
    # 10 h of 30 kW, then 14 h of nothing: 60 kWh cut 6 kW from each hour.
    load = np.r_[np.full(40, 30.0), np.zeros(56)]
    limit = least_limit_with_storage(
        np.zeros((1, 96)), load[None], np.zeros(1), np.array([30.0]), Storage(60.0, 50.0, 1.0),
        dt_h=DT_H, counted=slice(0, 96),
    )  # fmt: skip
    assert limit[0] == pytest.approx(24.0, abs=30 / 4096)


def test_battery_power_binds_where_energy_does_not():
    load = np.r_[np.full(4, 30.0), np.zeros(92)]
    limit = least_limit_with_storage(
        np.zeros((1, 96)), load[None], np.zeros(1), np.array([30.0]), Storage(1000.0, 5.0, 0.9),
        dt_h=DT_H, counted=slice(0, 96),
    )  # fmt: skip
    assert limit[0] == pytest.approx(25.0, abs=30 / 4096)


@pytest.mark.parametrize("seed", range(10))
def test_storage_never_increases_the_connection_and_keeps_the_limit(seed):
    rng = np.random.default_rng(seed)
    base, charge = rng.uniform(0, 20, (3, 96)), rng.uniform(0, 30, (3, 96))
    without = (base + charge).max(axis=1)
    storage = Storage(rng.uniform(0, 100), rng.uniform(0, 50), rng.uniform(0.7, 1))
    limit = least_limit_with_storage(
        base, charge, np.zeros(3), without, storage, dt_h=DT_H, counted=slice(0, 96)
    )
    assert (limit <= without + 1e-9).all()
    missed, unmet, grid = walk_storage(base, charge, limit, storage, dt_h=DT_H)
    assert missed.max() < 1e-9 and unmet.max() < 1e-9
    assert (grid <= limit[:, None] + 1e-9).all()


def test_a_battery_pays_its_losses():
    # 2 kWh of room at a limit of 4 kW, then 1 h at 8 kW; each way 0.8, empty before.
    storage = Storage(10.0, 10.0, 0.8)
    charge = np.array([[14.0, 0.0, 8.0]])
    missed, _, grid = walk_storage(np.zeros((1, 3)), charge, np.array([4.0]), storage, dt_h=1.0)
    # Full with 10 kWh: gives 8 in the first hour and misses 2; 4 kW in make 3.2 kWh, 2.56 kWh out.
    np.testing.assert_allclose(missed, [[2.0, 0.0, 1.44]])
    np.testing.assert_allclose(grid, [[4.0, 4.0, 4.0]])


def test_no_battery_changes_nothing():
    without = np.array([12.0])
    limit = least_limit_with_storage(
        np.zeros((1, 4)), np.ones((1, 4)), np.zeros(1), without, Storage(0.0, 50.0, 0.9),
        dt_h=DT_H, counted=slice(0, 4),
    )  # fmt: skip
    assert limit.tolist() == [12.0]


def test_sharing_without_forecast_lies_between_the_best_plan_and_no_control():
    for seed in range(5):
        sessions = some_sessions(seed, 20, 96)
        counted = np.ones(20, dtype=bool)
        base = np.full(96, 5.0)
        free = schedule(sessions, "uncontrolled", n_t=96, dt_h=DT_H)
        smart = schedule(sessions, "valley-filling", n_t=96, dt_h=DT_H, base_kw=base)
        low = least_limit(base, smart.total_kw, 0.0, dt_h=DT_H)
        high = float((base + free.total_kw).max())
        found = least_limit_by_sharing(
            sessions, counted, base, dt_h=DT_H, allowed_kwh=0.0, between_kw=(low, high)
        )
        plan = schedule(sessions, "share-edf", n_t=96, dt_h=DT_H, base_kw=base, limit_kw=found)
        assert low - 1e-6 <= found <= high
        assert plan.e_short_kwh.sum() < 1e-5


def test_the_fixed_power_of_a_point_by_hand():
    # 30 kWh in 10 h and 4 kWh in 2 h: 3 kW; if 3 kWh may go, 27 / 10 kW.
    sessions = Sessions([0, 0], [40, 8], [30.0, 4.0], [11.0, 11.0])
    both = np.ones(2, dtype=bool)
    assert least_point_power(sessions, both, n_t=40, dt_h=DT_H, allowed_kwh=0.0) == pytest.approx(3.0)
    assert least_point_power(sessions, both, n_t=40, dt_h=DT_H, allowed_kwh=3.0) == pytest.approx(2.7)
