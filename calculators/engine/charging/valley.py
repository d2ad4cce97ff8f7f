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

from calculators.engine.charging.minimum import from_least
from calculators.engine.charging.request import Request
from calculators.engine.charging.together import under_limit
from calculators.engine.charging.water import water_fill

NOTHING_KW = 1e-9
MAX_ROUNDS = 200
TOL_RELATIVE = 1e-7
"""A round that lowers the sum of squares by less than this share is the last."""


def valley_filling(request: Request) -> np.ndarray:
    """The flattest total of base load and charging that still delivers, known in advance.

    With a minimum power the plan is a heuristic, see `minimum`. Under a site limit that the flattest load breaks, it
    is the flattest below the limit.

    Returns
    -------
    ndarray, shape (n_active,)
        Power of each session-step; what cannot be delivered in time is charged at full power. [kW]
    """
    power = from_least(request) if (request.sessions.p_min_kw > 0).any() else _flattest(request)
    if request.limit_kw is None:
        return power
    total = request.active.per_step(power, request.n_t)
    if (total <= request.room_kw + NOTHING_KW).all():
        return power
    return under_limit(request, request.base_kw, flat=True)


def _flattest(request: Request) -> np.ndarray:
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
        start = int(active.start[row])
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
