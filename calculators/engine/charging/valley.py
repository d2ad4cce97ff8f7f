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

MAX_ROUNDS = 100
TOL_KW = 1e-6


def fill_valleys(
    present: np.ndarray, e_kwh: np.ndarray, p_max_kw: np.ndarray, dt_h: float, base_kw: np.ndarray
) -> np.ndarray:
    """Return the least-squares-flattest charging.

    Parameters
    ----------
    present : ndarray of bool, shape (n_session, n_t)
        Steps in which each session may charge; one run of steps per session.
    e_kwh, p_max_kw : ndarray, shape (n_session,)
        Energy wished for and largest power. What cannot be delivered in time is charged at full power. [kWh, kW]
    dt_h : float
        Length of a step. [h]
    base_kw : ndarray, shape (n_t,)
        Load beside the sessions. [kW]

    Returns
    -------
    ndarray, shape (n_session, n_t)
        Charging power. [kW]
    """
    p_kw = np.zeros(present.shape)
    load = base_kw.astype(float).copy()
    room = present.sum(axis=1) * p_max_kw * dt_h
    order = np.argsort(room - e_kwh, kind="stable")
    windows = []
    for row in order:
        steps = np.flatnonzero(present[row])
        if steps.size and e_kwh[row] > 0 and p_max_kw[row] > 0:
            windows.append((int(row), slice(int(steps[0]), int(steps[-1]) + 1)))
    for _ in range(MAX_ROUNDS):
        moved = 0.0
        for row, steps in windows:
            others = load[steps] - p_kw[row, steps]
            filled = water_fill(others, float(e_kwh[row]) / dt_h, float(p_max_kw[row]))
            moved = max(moved, float(np.abs(filled - p_kw[row, steps]).max()))
            p_kw[row, steps] = filled
            load[steps] = others + filled
        if moved < TOL_KW:
            break
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
    points = np.sort(np.concatenate([others_kw, others_kw + p_max_kw]))
    low = np.sort(others_kw)
    # Slope just above each breakpoint: sessions steps already reached and not yet full.
    reached = np.searchsorted(low, points, side="right") - np.searchsorted(
        low, points - p_max_kw, side="right"
    )
    amount = np.concatenate([[0.0], np.cumsum(reached[:-1] * np.diff(points))])
    at = int(np.searchsorted(amount, amount_kw, side="right")) - 1
    level = points[at] + ((amount_kw - amount[at]) / reached[at] if reached[at] else 0.0)
    p_kw = np.clip(level - others_kw, 0.0, p_max_kw)
    total = p_kw.sum()
    return p_kw * (amount_kw / total) if total > 0 else p_kw
