"""Cars that give power back: bounds, guarantees, and the optimum of a linear programme."""

import numpy as np
import pytest

from calculators.engine.charging import Sessions, schedule
from calculators.engine.charging.exact import least_cost
from calculators.engine.errors import InputError

N_T, DT_H = 96, 0.25


def some_cars(seed, n=20, n_t=N_T):
    rng = np.random.default_rng(seed)
    arrival = rng.integers(0, n_t - 8, n)
    departure = np.minimum(arrival + rng.integers(2, 60, n), n_t)
    p_max = rng.choice([3.7, 7.4, 11.0], n)
    battery = rng.choice([40.0, 60.0, 80.0], n)
    soc = rng.uniform(0.1, 0.9, n)
    energy = np.minimum(rng.random(n) * p_max * (departure - arrival) * DT_H, 0.9 * (1 - soc) * battery)
    return Sessions(
        arrival,
        departure,
        energy,
        p_max,
        battery_kwh=battery,
        soc_arrival=soc,
        soc_min=rng.choice([0.1, 0.3]),
        p_discharge_kw=p_max * rng.choice([0.0, 0.5, 1.0], n),
        eta_charge=0.93,
        eta_discharge=0.9,
    )


def stored_kwh(cars, p_kw, dt_h=DT_H):
    """State of each battery after each step."""
    change = (
        np.maximum(p_kw, 0) * cars.eta_charge[:, None] - np.maximum(-p_kw, 0) / cars.eta_discharge[:, None]
    )
    return (cars.soc_arrival * cars.battery_kwh)[:, None] + np.cumsum(change, axis=1) * dt_h


def cost_of(plan, price, wear=0.0):
    return (price * plan.total_kw).sum() * DT_H + wear * np.maximum(-plan.p_kw, 0).sum() * DT_H


def some_price(seed, n_t=N_T):
    rng = np.random.default_rng(seed)
    return np.round(0.2 + 0.15 * np.sin(np.arange(n_t) / 7) + rng.normal(0, 0.05, n_t), 3)


@pytest.mark.parametrize("seed", range(30))
def test_buying_cheap_and_selling_dear_equals_the_linear_programme(seed):
    cars, price, wear = some_cars(seed), some_price(seed), (seed % 3) * 0.03
    plan = schedule(cars, "v2g-price", n_t=N_T, dt_h=DT_H, price_eur_per_kwh=price, wear_eur_per_kwh=wear)
    best = least_cost(
        cars, n_t=N_T, dt_h=DT_H, price_eur_per_kwh=price, wear_eur_per_kwh=wear, discharges=True
    )
    assert cost_of(plan, price, wear) == pytest.approx(best.value, rel=1e-6, abs=1e-6)


@pytest.mark.parametrize("seed", range(10))
def test_every_battery_stays_within_its_bounds_and_leaves_with_what_was_wished(seed):
    cars, price = some_cars(seed), some_price(seed)
    plan = schedule(cars, "v2g-price", n_t=N_T, dt_h=DT_H, price_eur_per_kwh=price)
    stored = stored_kwh(cars, plan.p_kw)
    floor = np.minimum(cars.soc_min, cars.soc_arrival) * cars.battery_kwh
    assert (stored >= floor[:, None] - 1e-6).all() and (stored <= cars.battery_kwh[:, None] + 1e-6).all()
    wished = cars.soc_arrival * cars.battery_kwh + cars.eta_charge * cars.e_kwh
    np.testing.assert_allclose(stored[:, -1], wished, atol=1e-6)
    np.testing.assert_allclose(plan.e_short_kwh, 0, atol=1e-6)


def test_one_car_by_hand():
    # 10 kW each way, lossless: full of the 10 cent hour, sells in the 50 cent hour, refills at 20 cent.
    car = Sessions(
        [0], [3], [0.0], [10.0],
        battery_kwh=20.0, soc_arrival=0.5, p_discharge_kw=10.0, eta_charge=1.0, eta_discharge=1.0,
    )  # fmt: skip
    plan = schedule(car, "v2g-price", n_t=3, dt_h=1.0, price_eur_per_kwh=np.array([0.5, 0.1, 0.2]))
    np.testing.assert_allclose(plan.p_kw, [[-10, 10, 0]], atol=1e-12)


def test_a_spread_smaller_than_the_losses_moves_nothing():
    car = Sessions(
        [0], [4], [0.0], [10.0],
        battery_kwh=40.0, soc_arrival=0.5, p_discharge_kw=10.0, eta_charge=0.9, eta_discharge=0.9,
    )  # fmt: skip
    calm = np.array([0.20, 0.24, 0.20, 0.24])  # 0.24 x 0.81 < 0.20
    assert (schedule(car, "v2g-price", n_t=4, dt_h=1.0, price_eur_per_kwh=calm).p_kw == 0).all()
    lively = np.array([0.20, 0.26, 0.20, 0.26])  # 0.26 x 0.81 > 0.20
    assert schedule(car, "v2g-price", n_t=4, dt_h=1.0, price_eur_per_kwh=lively).p_kw.min() == -10


def test_wear_above_the_spread_stops_discharging():
    cars, price = some_cars(3), some_price(3)
    plan = schedule(cars, "v2g-price", n_t=N_T, dt_h=DT_H, price_eur_per_kwh=price, wear_eur_per_kwh=1.0)
    assert plan.p_kw.min() >= 0


def test_nothing_is_given_back_while_the_price_is_below_zero():
    cars = some_cars(4)
    price = some_price(4) - 0.2
    plan = schedule(cars, "v2g-price", n_t=N_T, dt_h=DT_H, price_eur_per_kwh=price)
    assert plan.p_kw[:, price <= 0].min() >= 0


def test_without_a_discharger_v2g_is_price_charging():
    cars, price = some_cars(5), some_price(5)
    plain = Sessions(
        cars.arrival_step,
        cars.departure_step,
        cars.e_kwh,
        cars.p_max_kw,
        battery_kwh=cars.battery_kwh,
        soc_arrival=cars.soc_arrival,
    )
    both = [
        schedule(plain, name, n_t=N_T, dt_h=DT_H, price_eur_per_kwh=price) for name in ("price", "v2g-price")
    ]
    assert cost_of(both[0], price) == pytest.approx(cost_of(both[1], price), rel=1e-9)


def test_a_battery_nobody_knows_is_refused_and_so_is_a_wish_that_does_not_fit():
    with pytest.raises(InputError, match="battery_kwh"):
        schedule(
            Sessions([0], [4], [1.0], [11.0]), "v2g-price", n_t=4, dt_h=1.0, price_eur_per_kwh=np.ones(4)
        )
    with pytest.raises(InputError, match="room for 10 kWh"):
        Sessions([0], [4], [30.0], [11.0], battery_kwh=40.0, soc_arrival=0.75, eta_charge=1.0)


def home_and_car():
    """A day at home: 2 kW load in the evening, 5 kW surplus at noon; the car stays all day."""
    hour = np.arange(24)
    home = np.where((hour >= 18) & (hour < 23), 2.0, 0.5) - np.where((hour >= 11) & (hour < 15), 5.5, 0.0)
    car = Sessions(
        [0], [24], [0.0], [7.4], evse=[0],
        battery_kwh=50.0, soc_arrival=0.5, soc_min=0.2, p_discharge_kw=5.0, eta_charge=0.9, eta_discharge=0.9,
    )  # fmt: skip
    return home[None], car


def test_the_car_covers_its_home_from_its_own_surplus_and_never_feeds_in():
    home, car = home_and_car()
    plan = schedule(car, "v2h", n_t=24, dt_h=1.0, price_eur_per_kwh=np.full(24, 0.3), home_kw=home)
    total = home[0] + plan.p_kw[0]
    # The car never makes the home export, and charges from nothing but surplus: the price is flat.
    assert (total[plan.p_kw[0] < 0] >= -1e-9).all()
    assert (total[plan.p_kw[0] > 0] <= 1e-9).all()
    # 20 kWh of surplus give 16.2 kWh back; the home needs 10 kWh from 18 to 23 h and 0.5 kW in 15 other hours.
    assert -plan.p_kw.clip(max=0).sum() == pytest.approx(16.2)
    assert car.e_kwh[0] == pytest.approx(plan.e_delivered_kwh[0], abs=1e-9)


@pytest.mark.parametrize("seed", range(10))
def test_v2h_equals_the_linear_programme_of_home_and_car(seed):
    from scipy.optimize import linprog

    rng = np.random.default_rng(seed)
    n_t = 36
    home = rng.normal(0.5, 2.0, n_t)
    price, feed_in = rng.uniform(0.15, 0.4, n_t), rng.uniform(0.0, 0.15, n_t)
    car = Sessions(
        [0], [n_t], [4.0], [5.0], evse=[0],
        battery_kwh=20.0, soc_arrival=0.4, soc_min=0.2, p_discharge_kw=3.0, eta_charge=0.92, eta_discharge=0.9,
    )  # fmt: skip
    plan = schedule(
        car,
        "v2h",
        n_t=n_t,
        dt_h=0.5,
        price_eur_per_kwh=price,
        feed_in_eur_per_kwh=feed_in,
        home_kw=home[None],
    )
    # Columns: charge, discharge, taken from the grid, given to it.
    eye, lower = np.eye(n_t), np.tril(np.ones((n_t, n_t)))
    change = np.hstack([0.92 * 0.5 * lower, -0.5 / 0.9 * lower, np.zeros((n_t, 2 * n_t))])
    best = linprog(
        np.concatenate([np.zeros(2 * n_t), price, -feed_in]) * 0.5,
        A_ub=np.vstack([change, -change]),
        b_ub=np.concatenate([np.full(n_t, 20 - 8.0), np.full(n_t, 8.0 - 4.0)]),
        A_eq=np.vstack([np.hstack([eye, -eye, -eye, eye]), change[-1:]]),
        b_eq=np.append(-home, 0.92 * 4.0),
        bounds=[(0, 5)] * n_t + [(0, min(3, max(h, 0))) for h in home] + [(0, None)] * (2 * n_t),
    )
    total = home + plan.p_kw[0]
    cost = 0.5 * (price @ np.maximum(total, 0) - feed_in @ np.maximum(-total, 0))
    assert cost == pytest.approx(best.fun, rel=1e-6, abs=1e-6)


def test_two_cars_at_one_home_and_a_home_nobody_gave_are_refused():
    home, car = home_and_car()
    two = Sessions(
        [0, 5], [10, 20], [1.0, 1.0], [7.4, 7.4], evse=[0, 0], battery_kwh=50.0, p_discharge_kw=5.0
    )
    with pytest.raises(InputError, match="one car at a time"):
        schedule(two, "v2h", n_t=24, dt_h=1.0, price_eur_per_kwh=np.ones(24), home_kw=home)
    with pytest.raises(InputError, match="Number the homes"):
        schedule(
            car.take(np.array([0, 0])),
            "v2h",
            n_t=24,
            dt_h=1.0,
            price_eur_per_kwh=np.ones(24),
            home_kw=home[:0],
        )
