"""Optimal plans under a shared limit or peak, against HiGHS."""

import numpy as np
import pytest

from calculators.engine.charging import Sessions, schedule
from calculators.engine.charging.exact import least_cost, lowest_peak
from calculators.engine.errors import InputError

N_T, DT_H = 96, 0.25


def some_cars(seed, n=15, discharge=1.0):
    rng = np.random.default_rng(seed)
    arrival = rng.integers(0, N_T - 8, n)
    departure = np.minimum(arrival + rng.integers(2, 60, n), N_T)
    p_max = rng.choice([3.7, 7.4, 11.0], n)
    soc = rng.uniform(0.1, 0.9, n)
    energy = np.minimum(rng.random(n) * p_max * (departure - arrival) * DT_H, 0.9 * (1 - soc) * 60)
    return Sessions(
        arrival,
        departure,
        energy,
        p_max,
        battery_kwh=60.0,
        soc_arrival=soc,
        soc_min=0.2,
        p_discharge_kw=discharge * p_max * rng.choice([0.0, 1.0], n),
        eta_charge=0.93,
        eta_discharge=0.9,
    )


def some_room(seed, cars):
    """From too little to plenty: the limit leaves 0.8 to 3 times the mean power, unevenly."""
    rng = np.random.default_rng(seed)
    return cars.e_kwh.sum() / (N_T * DT_H) * rng.uniform(0.8, 3.0) * rng.uniform(0.3, 1.0, N_T)


@pytest.mark.parametrize("seed", range(40))
def test_price_charging_under_a_shared_limit_equals_the_linear_programme(seed):
    cars = some_cars(seed)
    price, base = np.random.default_rng(seed).normal(0.2, 0.1, N_T), np.full(N_T, 7.0)
    room = some_room(seed, cars)
    plan = schedule(
        cars, "price", n_t=N_T, dt_h=DT_H, price_eur_per_kwh=price, base_kw=base, limit_kw=room + base
    )
    best = least_cost(cars, n_t=N_T, dt_h=DT_H, price_eur_per_kwh=price, room_kw=room)
    assert price @ plan.total_kw * DT_H == pytest.approx(best.value, rel=1e-6, abs=1e-6)
    assert plan.e_short_kwh.sum() == pytest.approx(best.e_short_kwh.sum(), abs=1e-5)
    assert (plan.total_kw <= room + 1e-9).all()
    assert plan.p_kw.min() >= 0 and (plan.p_kw <= cars.p_max_kw[:, None] + 1e-9).all()


def test_the_cheap_step_goes_to_the_car_that_has_no_other_by_hand():
    # Both want 10 kWh; the first can also charge in the dear hour, the second only in the cheap one.
    cars = Sessions([0, 1], [2, 2], [10.0, 10.0], [10.0, 10.0])
    plan = schedule(cars, "price", n_t=2, dt_h=1.0, price_eur_per_kwh=np.array([0.3, 0.1]), limit_kw=10.0)
    np.testing.assert_allclose(plan.p_kw, [[10, 0], [0, 10]], atol=1e-5)


def test_a_limit_nobody_reaches_changes_no_cost():
    cars, price = some_cars(1), np.random.default_rng(1).random(N_T)
    plans = [
        schedule(cars, "price", n_t=N_T, dt_h=DT_H, price_eur_per_kwh=price, limit_kw=limit)
        for limit in (None, 1000.0)
    ]
    assert price @ plans[0].total_kw == pytest.approx(price @ plans[1].total_kw, rel=1e-6)


def test_a_limit_of_nothing_charges_nothing_and_reports_all_short():
    cars = some_cars(2)
    plan = schedule(cars, "price", n_t=N_T, dt_h=DT_H, price_eur_per_kwh=np.ones(N_T), limit_kw=0.0)
    assert plan.total_kw.max() == 0
    np.testing.assert_allclose(plan.e_short_kwh, cars.e_kwh)


def test_a_horizon_too_long_for_the_optimum_is_refused_with_the_way_out():
    n_t = 3200
    cars = Sessions([0, 1500], [1600, n_t], [9.0, 9.0], [4.0, 4.0])
    with pytest.raises(InputError, match="a week at a time"):
        schedule(cars, "price", n_t=n_t, dt_h=0.25, price_eur_per_kwh=np.ones(n_t), limit_kw=1.0)


@pytest.mark.parametrize("seed", range(15))
def test_v2g_under_a_shared_limit_costs_what_the_linear_programme_says(seed):
    cars, room = some_cars(seed), some_room(seed, some_cars(seed))
    price = 0.2 + 0.15 * np.sin(np.arange(N_T) / 7) + np.random.default_rng(seed).normal(0, 0.05, N_T)
    plan = schedule(
        cars, "v2g-price", n_t=N_T, dt_h=DT_H, price_eur_per_kwh=price, limit_kw=room, wear_eur_per_kwh=0.03
    )
    best = least_cost(
        cars,
        n_t=N_T,
        dt_h=DT_H,
        price_eur_per_kwh=price,
        room_kw=room,
        wear_eur_per_kwh=0.03,
        discharges=True,
    )
    cost = price @ plan.total_kw * DT_H + 0.03 * np.maximum(-plan.p_kw, 0).sum() * DT_H
    assert plan.e_short_kwh.sum() == pytest.approx(best.e_short_kwh.sum(), abs=1e-3)
    # 0.5 % asked for; a cost near zero is compared in absolute terms.
    assert cost == pytest.approx(best.value, rel=1e-4, abs=1e-3)
    assert (plan.total_kw <= room + 1e-5).all()


@pytest.mark.parametrize("seed", range(30))
def test_v2g_reaches_the_lowest_peak_of_the_linear_programme(seed):
    cars = some_cars(seed, n=20)
    rng = np.random.default_rng(seed)
    base = rng.uniform(0, 20, N_T) + 10 + 15 * np.sin(np.arange(N_T) / 10)
    plan = schedule(cars, "v2g-peak", n_t=N_T, dt_h=DT_H, base_kw=base)
    best = lowest_peak(cars, n_t=N_T, dt_h=DT_H, base_kw=base, discharges=True)
    peak = (base + plan.total_kw).max()
    assert best.value * (1 - 1e-6) <= peak <= best.value * 1.005
    stored = (cars.soc_arrival * cars.battery_kwh)[:, None] + DT_H * np.cumsum(
        np.maximum(plan.p_kw, 0) * 0.93 - np.maximum(-plan.p_kw, 0) / 0.9, axis=1
    )
    floor = np.minimum(cars.soc_min, cars.soc_arrival) * cars.battery_kwh
    assert (stored >= floor[:, None] - 1e-4).all() and (stored <= cars.battery_kwh[:, None] + 1e-4).all()
    np.testing.assert_allclose(plan.e_short_kwh, 0, atol=1e-9)


def odd_cars(seed):
    """Full and empty batteries, floors at the top, wishes too large, stays before and after the grid."""
    rng = np.random.default_rng(seed)
    n_t, n = int(rng.choice([3, 12, 48, 96])), int(rng.choice([1, 2, 5, 20]))
    arrival = rng.integers(-5, n_t, n)
    departure = arrival + rng.integers(1, max(3, n_t), n)
    p_max = rng.choice([0.0, 1.4, 3.7, 11.0, 50.0], n)
    battery, soc = rng.choice([1.0, 20.0, 60.0, 400.0], n), rng.choice([0.0, 0.2, 0.5, 0.99, 1.0], n)
    wish = rng.random(n) * rng.choice([0.0, 0.5, 3.0], n) * p_max * (departure - arrival) * DT_H
    cars = Sessions(
        arrival,
        departure,
        np.minimum(wish, (1 - soc) * battery / 0.93),
        p_max,
        battery_kwh=battery,
        soc_arrival=soc,
        soc_min=rng.choice([0.0, 0.2, 1.0]),
        p_discharge_kw=p_max * rng.choice([0.0, 0.001, 0.5, 1.0], n),
        eta_charge=0.93,
        eta_discharge=rng.choice([0.9, 1.0]),
    )
    return cars, n_t, rng.normal(0, 1, n_t) * rng.choice([0.0, 5.0, 100.0]) + rng.choice([0.0, 50.0, -50.0])


@pytest.mark.parametrize("seed", range(25))
def test_odd_batteries_reach_the_lowest_peak_too(seed):
    cars, n_t, base = odd_cars(seed)
    plan = schedule(cars, "v2g-peak", n_t=n_t, dt_h=DT_H, base_kw=base)
    best = lowest_peak(cars, n_t=n_t, dt_h=DT_H, base_kw=base, discharges=True)
    assert (base + plan.total_kw).max() <= best.value + 0.005 * max(abs(best.value), 1.0)
    np.testing.assert_allclose(plan.e_short_kwh, best.e_short_kwh, atol=1e-5)


def test_v2g_shaves_what_charging_alone_cannot():
    # A 20 kW evening peak of one hour; a car that stays can give 10 kW of it.
    base = np.array([0.0, 20.0, 0.0, 0.0])
    car = Sessions(
        [0], [4], [5.0], [10.0],
        battery_kwh=40.0, soc_arrival=0.5, p_discharge_kw=10.0, eta_charge=1.0, eta_discharge=1.0,
    )  # fmt: skip
    plan = schedule(car, "v2g-peak", n_t=4, dt_h=1.0, base_kw=base)
    # Lowest peak 10 kW; flattest below it: the 15 kWh that are needed in all, 5 kW in each of three hours.
    np.testing.assert_allclose(plan.p_kw, [[5, -10, 5, 5]], atol=0.01)


@pytest.mark.parametrize("seed", range(10))
def test_the_flattest_load_under_a_limit_that_varies_keeps_it_and_delivers_the_most(seed):
    cars, base = some_cars(seed), 5 + np.random.default_rng(seed).random(N_T)
    room = some_room(seed, cars)
    plan = schedule(cars, "valley-filling", n_t=N_T, dt_h=DT_H, base_kw=base, limit_kw=base + room)
    most = least_cost(cars, n_t=N_T, dt_h=DT_H, price_eur_per_kwh=np.zeros(N_T), room_kw=room)
    assert (plan.total_kw <= room + 1e-9).all()
    assert plan.e_short_kwh.sum() == pytest.approx(most.e_short_kwh.sum(), abs=1e-4)


def test_a_stop_from_outside_is_heeded():
    asked = []

    def stop(done, total):
        asked.append(done)
        return False

    plan = schedule(
        some_cars(1),
        "price",
        n_t=N_T,
        dt_h=DT_H,
        price_eur_per_kwh=np.arange(N_T) / N_T,
        limit_kw=30.0,
        progress=stop,
    )
    assert len(asked) == 1
    assert (plan.p_kw == 0).all()
