"""Strategies: what every schedule must keep, and what each strategy promises."""

import numpy as np
import pytest

from calculators.engine.charging import STRATEGIES, Sessions, schedule
from calculators.engine.errors import InputError

DT_H = 0.25
N_T = 192
UNAIDED = [name for name, entry in STRATEGIES.items() if not entry.needs and not entry.discharges]


def some_sessions(seed: int, n: int = 40) -> Sessions:
    """Feasible sessions of two days, 3.7 to 22 kW."""
    rng = np.random.default_rng(seed)
    arrival = rng.integers(0, N_T - 8, n)
    stay = rng.integers(2, 60, n)
    departure = np.minimum(arrival + stay, N_T)
    power = rng.choice([3.7, 7.4, 11.0, 22.0], n)
    energy = rng.uniform(0.05, 0.95, n) * power * (departure - arrival) * DT_H
    return Sessions(arrival, departure, energy, power)


def base_load(seed: int) -> np.ndarray:
    return 60 + 40 * np.sin(np.arange(N_T) / 15) + np.random.default_rng(seed + 100).uniform(0, 10, N_T)


@pytest.mark.parametrize("strategy", UNAIDED)
@pytest.mark.parametrize("seed", range(5))
def test_power_stays_within_the_session_and_its_limit(strategy, seed):
    sessions = some_sessions(seed)
    p_kw = schedule(sessions, strategy, n_t=N_T, dt_h=DT_H, base_kw=base_load(seed)).p_kw
    step = np.arange(N_T)
    away = (step < sessions.arrival_step[:, None]) | (step >= sessions.departure_step[:, None])
    assert p_kw[away].max() == 0
    assert p_kw.min() >= 0
    assert (p_kw <= sessions.p_max_kw[:, None] + 1e-9).all()


@pytest.mark.parametrize("strategy", ["uncontrolled", "valley-filling"])
@pytest.mark.parametrize("seed", range(5))
def test_what_is_feasible_is_delivered(strategy, seed):
    sessions = some_sessions(seed)
    done = schedule(sessions, strategy, n_t=N_T, dt_h=DT_H, base_kw=base_load(seed))
    np.testing.assert_allclose(done.e_delivered_kwh, sessions.e_kwh, rtol=1e-9)
    np.testing.assert_allclose(done.e_short_kwh, 0, atol=1e-9)


@pytest.mark.parametrize("strategy", UNAIDED)
def test_an_infeasible_wish_is_charged_at_full_power_and_the_rest_reported(strategy):
    sessions = Sessions([0], [4], [50.0], [11.0])
    done = schedule(sessions, strategy, n_t=8, dt_h=DT_H)
    assert done.e_delivered_kwh[0] == pytest.approx(11.0)
    assert done.e_short_kwh[0] == pytest.approx(39.0)


def test_uncontrolled_charges_from_arrival_by_hand():
    done = schedule(Sessions([1], [6], [4.0], [11.0]), "uncontrolled", n_t=8, dt_h=DT_H)
    np.testing.assert_allclose(done.p_kw[0], [0, 11, 5, 0, 0, 0, 0, 0])


def test_the_window_is_kept_and_may_pass_midnight():
    sessions = Sessions([0], [96], [11.0 * 24], [11.0])
    evening = schedule(sessions, "window", n_t=96, dt_h=DT_H, window_h=(17, 22)).p_kw[0]
    assert evening[68:88].max() == 0 and evening[67] == evening[88] == 11
    night = schedule(sessions, "window", n_t=96, dt_h=DT_H, window_h=(22, 6)).p_kw[0]
    assert night[:24].max() == night[88:].max() == 0 and night[24] == 11


@pytest.mark.parametrize("seed", range(5))
def test_no_other_strategy_has_a_flatter_load(seed):
    sessions, base = some_sessions(seed), base_load(seed)
    squares = {
        name: ((base + schedule(sessions, name, n_t=N_T, dt_h=DT_H, base_kw=base).total_kw) ** 2).sum()
        for name in ("uncontrolled", "valley-filling")
    }
    assert squares["valley-filling"] < squares["uncontrolled"]


@pytest.mark.parametrize("strategy", UNAIDED)
def test_the_order_of_the_sessions_does_not_matter(strategy):
    sessions, base = some_sessions(3), base_load(3)
    order = np.random.default_rng(0).permutation(len(sessions))
    shuffled = Sessions(
        sessions.arrival_step[order],
        sessions.departure_step[order],
        sessions.e_kwh[order],
        sessions.p_max_kw[order],
    )
    one = schedule(sessions, strategy, n_t=N_T, dt_h=DT_H, base_kw=base).total_kw
    other = schedule(shuffled, strategy, n_t=N_T, dt_h=DT_H, base_kw=base).total_kw
    np.testing.assert_allclose(one, other, rtol=1e-3, atol=1e-3)


def test_no_sessions_give_no_load():
    empty = np.empty(0)
    done = schedule(Sessions(empty, empty, empty, empty), "valley-filling", n_t=4, dt_h=1.0)
    np.testing.assert_array_equal(done.total_kw, np.zeros(4))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([0], [0], [1.0], [11.0]), "departure must be later"),
        (([0], [4], [-1.0], [11.0]), "e_kwh is -1; it must be a number, 0 or more"),
        (([0], [4], [np.nan], [11.0]), "e_kwh is nan"),
        (([0, 1], [4], [1.0], [11.0]), "equally long"),
    ],
)
def test_impossible_sessions_are_refused_by_name(arguments, message):
    with pytest.raises(InputError) as caught:
        Sessions(*arguments)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"strategy": "magic"}, "there is no strategy 'magic'"),
        ({"n_t": 0}, "must be above 0"),
        ({"dt_h": float("nan")}, "must be above 0"),
        ({"base_kw": [1.0]}, "must be 4 finite numbers"),
        ({"n_t": 10**12}, "more than 2 GB"),
    ],
)
def test_an_impossible_grid_is_refused(changes, message):
    arguments = {"strategy": "uncontrolled", "n_t": 4, "dt_h": 0.25, **changes}
    if arguments["n_t"] > 1000:
        arguments["base_kw"] = None
    with pytest.raises(InputError) as caught:
        schedule(Sessions([0], [2], [1.0], [11.0]), arguments.pop("strategy"), **arguments)
    assert message in str(caught.value)
