"""Peak-flattening: fill the valleys of a load with charging, exactly.

The flattest total load is the least-squares optimum of min sum_t (base_t + sum_s p_st)^2 with each session's
energy and power bounds. Only the session's own bounds couple its steps, so cyclic exact minimisation over one
session at a time converges to the optimum [1]_; each such step is a water-filling with one level.

References
----------
.. [1] Bertsekas, "Nonlinear Programming", 2nd ed., Athena Scientific, 1999, section 2.7 (block coordinate descent).
"""

from __future__ import annotations

import numpy as np

from calculators.engine.charging.request import Request

MAX_ROUNDS = 200
TOL_RELATIVE = 1e-7
"""A round that lowers the sum of squares by less than this share is the last."""


def valley_filling(request: Request) -> np.ndarray:
    """The flattest total of base load and charging that still delivers, known in advance.

    Returns
    -------
    ndarray, shape (n_active,)
        Power of each session-step; what cannot be delivered in time is charged at full power. [kW]
    """
    active, sessions = request.active, request.sessions
    p_kw = np.zeros(len(active))
    load = request.base_kw.astype(float).copy()
    slack_kwh = active.count * sessions.p_max_kw * request.dt_h - sessions.e_kwh
    rows = np.flatnonzero((active.count > 0) & (sessions.e_kwh > 0) & (sessions.p_max_kw > 0))
    rows = rows[np.lexsort((sessions.arrival_step[rows], slack_kwh[rows]))]
    # Each visit: the session's place in the flat power, its place in the load, its amount and its bound.
    visits = []
    for row in rows:
        first, count = int(active.first[row]), int(active.count[row])
        start = int(active.step[first])
        mine, steps = slice(first, first + count), slice(start, start + count)
        visits.append((mine, steps, float(sessions.e_kwh[row]) / request.dt_h, float(sessions.p_max_kw[row])))
    before = np.inf
    for done in range(MAX_ROUNDS):
        for mine, steps, amount_kw, p_max_kw in visits:
            others = load[steps] - p_kw[mine]
            p_kw[mine] = water_fill(others, amount_kw, p_max_kw)
            load[steps] = others + p_kw[mine]
        after = float(load @ load)
        if before - after <= TOL_RELATIVE * after:
            break
        if request.progress is not None and not request.progress(done + 1, MAX_ROUNDS):
            break
        before = after
    return p_kw


def water_fill(others_kw: np.ndarray, amount_kw: float, p_max_kw: float) -> np.ndarray:
    """Return p with 0 <= p <= p_max and sum(p) = amount that makes others + p as level as possible.

    Parameters
    ----------
    others_kw : ndarray, shape (n,)
    amount_kw : float
        Sum to place; what does not fit at `p_max_kw` is left out. [kW]
    p_max_kw : float

    Notes
    -----
    p = clip(level - others, 0, p_max). The filled amount is piecewise linear in the level, with breakpoints at
    each load and each load plus p_max, so the level is found by interpolation, not by search.
    """
    if amount_kw >= others_kw.size * p_max_kw:
        return np.full(others_kw.size, p_max_kw)
    n = others_kw.size
    points = np.concatenate([others_kw, others_kw + p_max_kw])
    order = np.argsort(points, kind="stable")
    points = points[order]
    # Above a load one more step fills, above a load plus p_max one step is full.
    filling = np.cumsum(np.where(order < n, 1, -1))[:-1]
    amount = np.concatenate([[0.0], np.cumsum(filling * np.diff(points))])
    at = min(int(np.searchsorted(amount, amount_kw, side="right")) - 1, 2 * n - 2)
    level = points[at] + ((amount_kw - amount[at]) / filling[at] if filling[at] else 0.0)
    filled: np.ndarray = np.clip(level - others_kw, 0.0, p_max_kw)
    return filled
