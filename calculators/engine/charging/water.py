"""Water-filling: the one step of peak-flattening, for one session among others."""

from __future__ import annotations

import numpy as np


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
