"""Peak-flattening against its optimality conditions, a general solver and a hand calculation."""

import numpy as np
import pytest

from calculators.engine.charging import Sessions, schedule
from calculators.engine.charging.valley import water_fill

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


def test_water_filling_by_hand():
    np.testing.assert_allclose(water_fill(np.array([5.0, 3.0, 4.0, 8.0]), 4.0, 2.0), [0.5, 2.0, 1.5, 0.0])
    np.testing.assert_allclose(water_fill(np.array([1.0, 1.0]), 9.0, 2.0), [2.0, 2.0])
