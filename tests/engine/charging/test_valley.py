"""Peak-flattening against its optimality conditions, a general solver and a hand calculation."""

import numpy as np
import pytest

from calculators.engine.charging import Sessions, schedule
from calculators.engine.charging.exact import flatness_gap, lowest_peak
from calculators.engine.charging.minimum import fill_from_least
from calculators.engine.charging.water import water_fill

DT_H = 0.25
N_T = 192


def some_sessions(seed: int, n: int = 40) -> Sessions:
    """Feasible sessions of two days, 3.7 to 22 kW."""
    rng = np.random.default_rng(seed)
    arrival = rng.integers(0, N_T - 8, n)
    departure = np.minimum(arrival + rng.integers(2, 60, n), N_T)
    power = rng.choice([3.7, 7.4, 11.0, 22.0], n)
    return Sessions(
        arrival, departure, rng.uniform(0.05, 0.95, n) * power * (departure - arrival) * DT_H, power
    )


def base_load(seed: int) -> np.ndarray:
    return 60 + 40 * np.sin(np.arange(N_T) / 15) + np.random.default_rng(seed + 100).uniform(0, 10, N_T)


@pytest.mark.parametrize("seed", range(20))
def test_no_energy_of_a_session_can_move_to_a_lower_step(seed):
    """Karush-Kuhn-Tucker conditions of the least-squares optimum."""
    sessions, base = some_sessions(seed), base_load(seed)
    p_kw = schedule(sessions, "valley-filling", n_t=N_T, dt_h=DT_H, base_kw=base).p_kw
    load = base + p_kw.sum(axis=0)
    for row in range(len(sessions)):
        steps = slice(sessions.arrival_step[row], sessions.departure_step[row])
        giving = load[steps][p_kw[row, steps] > 1e-6]
        taking = load[steps][p_kw[row, steps] < sessions.p_max_kw[row] - 1e-6]
        if giving.size and taking.size:
            # 1 % of the mean load: the stopping rule is on the objective, not on this gap
            assert giving.max() - taking.min() < 0.01 * load.mean()


@pytest.mark.parametrize("seed", range(2))
def test_the_result_is_as_flat_as_a_general_solver_makes_it(seed):
    """All sessions at once by sequential quadratic programming, no block structure used."""
    from scipy.optimize import minimize

    sessions, base = some_sessions(seed, n=4), base_load(seed)
    step = np.arange(N_T)
    inside = (step >= sessions.arrival_step[:, None]) & (step < sessions.departure_step[:, None])
    row, column = np.nonzero(inside)
    share = np.zeros((len(sessions), row.size))
    share[row, np.arange(row.size)] = DT_H

    def objective(x):
        load = base.copy()
        np.add.at(load, column, x)
        return load @ load / 1e4, 2 * load[column] / 1e4

    solved = minimize(
        objective,
        schedule(sessions, "uncontrolled", n_t=N_T, dt_h=DT_H).p_kw[row, column],
        jac=True,
        method="SLSQP",
        bounds=[(0, sessions.p_max_kw[r]) for r in row],
        constraints={"type": "eq", "fun": lambda x: share @ x - sessions.e_kwh, "jac": lambda x: share},
        options={"maxiter": 300, "ftol": 1e-10},
    )
    assert solved.success
    ours = base + schedule(sessions, "valley-filling", n_t=N_T, dt_h=DT_H, base_kw=base).total_kw
    theirs = base.copy()
    np.add.at(theirs, column, solved.x)
    assert ours @ ours <= theirs @ theirs * (1 + 1e-6)
    assert ours.max() <= theirs.max() * 1.001


@pytest.mark.parametrize("seed", range(5))
def test_the_load_is_flatter_than_without_control(seed):
    sessions, base = some_sessions(seed), base_load(seed)
    flat, plain = (
        base + schedule(sessions, name, n_t=N_T, dt_h=DT_H, base_kw=base).total_kw
        for name in ("valley-filling", "uncontrolled")
    )
    assert flat @ flat < plain @ plain
    assert flat.max() <= plain.max()


def test_the_flatness_gap_of_an_uneven_load_by_hand():
    # 2 kW in one of two hours: squares 4 against 2. The tangent allows 2 x 2 x 2 = 8 less; the gap is at most 8 / 4.
    car = Sessions([0], [2], [2.0], [2.0])
    assert flatness_gap(car, np.array([2.0, 0.0]), dt_h=1.0, base_kw=np.zeros(2)) == pytest.approx(2.0)
    assert flatness_gap(car, np.array([1.0, 1.0]), dt_h=1.0, base_kw=np.zeros(2)) == 0


def test_water_filling_by_hand():
    np.testing.assert_allclose(water_fill(np.array([5.0, 3.0, 4.0, 8.0]), 4.0, 2.0), [0.5, 2.0, 1.5, 0.0])
    np.testing.assert_allclose(water_fill(np.array([1.0, 1.0]), 9.0, 2.0), [2.0, 2.0])


def random_instance(seed):
    """Two to twelve cars on half-hours, with a base load that rises and falls."""
    rng = np.random.default_rng(seed)
    n, n_t = int(rng.integers(2, 13)), 48
    arrival = rng.integers(0, n_t - 4, n)
    departure = np.minimum(arrival + rng.integers(2, 24, n), n_t)
    power = rng.choice([3.7, 7.4, 11.0], n)
    energy = rng.random(n) * power * (departure - arrival) * 0.5
    return Sessions(arrival, departure, energy, power), rng.random(n_t) * rng.choice([0.0, 20.0, 50.0]), rng


@pytest.mark.parametrize("seed", range(200))
def test_the_peak_is_the_lowest_a_linear_programme_finds(seed):
    """Every other one under a shared limit, up to 1.3 times that peak; and as flat as the quadratic programme."""
    sessions, base, rng = random_instance(seed)
    best = lowest_peak(sessions, n_t=48, dt_h=0.5, base_kw=base).value
    limit = best * rng.uniform(1.0005, 1.3) if seed % 2 else None
    plan = schedule(sessions, "valley-filling", n_t=48, dt_h=0.5, base_kw=base, limit_kw=limit)
    peak = (base + plan.total_kw).max()
    assert best * (1 - 1e-6) - 1e-6 <= peak <= best * 1.001
    np.testing.assert_allclose(plan.e_short_kwh, 0, atol=1e-4)
    assert flatness_gap(sessions, plan.total_kw, dt_h=0.5, base_kw=base, limit_kw=limit) < 1e-4
    if limit:
        assert peak <= limit + 1e-6


@pytest.mark.parametrize("seed", range(20))
def test_six_amperes_or_nothing_is_near_the_mixed_integer_optimum(seed):
    """The peak of the heuristic beside the exact one with on/off decisions, and beside no minimum at all."""
    from scipy.optimize import Bounds, LinearConstraint, milp

    rng = np.random.default_rng(seed)
    n, n_t, dt_h = 5, 16, 1.0
    arrival = rng.integers(0, 6, n)
    departure = arrival + rng.integers(5, 10, n)
    power, least = np.full(n, 11.0), np.full(n, 4.14)
    # A whole number of hours between 4.14 and 11 kW is possible: nobody has a rest below the minimum.
    sessions = Sessions(arrival, departure, rng.uniform(5, 30, n), power, p_min_kw=least)
    base = rng.uniform(2, 12, n_t)
    row = np.repeat(np.arange(n), departure - arrival)
    step = np.concatenate([np.arange(a, d) for a, d in zip(arrival, departure, strict=True)])
    m = row.size
    energy = np.zeros((n, 2 * m + 1))
    energy[row, np.arange(m)] = dt_h
    total = np.zeros((n_t, 2 * m + 1))
    total[step, np.arange(m)] = 1
    total[:, -1] = -1
    low, high = np.zeros((m, 2 * m + 1)), np.zeros((m, 2 * m + 1))
    at = np.arange(m)
    low[at, at], low[at, m + at] = 1, -4.14
    high[at, at], high[at, m + at] = 1, -11.0
    best = milp(
        np.append(np.zeros(2 * m), 1.0),
        constraints=[
            LinearConstraint(energy, sessions.e_kwh, sessions.e_kwh),
            LinearConstraint(total, -np.inf, -base),
            LinearConstraint(low, 0, np.inf),
            LinearConstraint(high, -np.inf, 0),
        ],
        integrality=np.concatenate([np.zeros(m), np.ones(m), [0]]),
        bounds=Bounds(0, np.concatenate([np.full(m, 11.0), np.ones(m), [np.inf]])),
        options={"time_limit": 5},
    )
    plan = schedule(sessions, "valley-filling", n_t=n_t, dt_h=dt_h, base_kw=base)
    held = plan.p_kw[plan.p_kw > 1e-9]
    assert held.min() >= 4.14 - 1e-9
    np.testing.assert_allclose(plan.e_short_kwh, 0, atol=1e-9)
    gap = (base + plan.total_kw).max() / best.x[-1] - 1
    assert -1e-6 <= gap <= 0.15


def test_water_filling_from_a_minimum_by_hand():
    # 6 kW at 3 or more: two steps of 3 or, at most 5 kW each, nothing else; never three of 2.
    (only,) = fill_from_least(np.array([1.0, 1.0, 1.0]), 6.0, 3.0, 5.0)
    np.testing.assert_allclose(only, [3.0, 3.0, 0.0])
    # Less than the minimum is all that is wanted: one step.
    np.testing.assert_allclose(fill_from_least(np.array([2.0, 1.0]), 1.0, 3.0, 5.0), [[0.0, 1.0]])
    # 7 kW cannot be met by powers of 4 to 5: one step in full, the rest in another.
    np.testing.assert_allclose(fill_from_least(np.array([2.0, 1.0, 3.0]), 7.0, 4.0, 5.0), [[2.0, 5.0, 0.0]])
    # 8 kW at 2 to 8: from one step to three of them, the lowest first.
    ways = fill_from_least(np.array([0.0, 4.0, 20.0]), 8.0, 2.0, 8.0)
    np.testing.assert_allclose(ways, [[8, 0, 0], [6, 2, 0], [4, 2, 2]])
