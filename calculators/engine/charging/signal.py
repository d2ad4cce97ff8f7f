"""What an EVSE does with a power signal that sometimes does not arrive."""

from __future__ import annotations

import numpy as np


def received(signal_kw: np.ndarray, *, fallback_kw: float, hold_steps: int) -> np.ndarray:
    """Fill the gaps of a signal: hold its last value for a while, then fall back.

    Parameters
    ----------
    signal_kw : ndarray, shape (n_t,)
        NaN where nothing arrived. [kW]
    fallback_kw : float
        Value after the hold, and before the first signal. [kW]
    hold_steps : int
        Steps the last value is kept, 0 or more.

    Returns
    -------
    ndarray, shape (n_t,)
        Signal without gaps. [kW]

    Examples
    --------
    >>> received(np.array([11.0, np.nan, np.nan]), fallback_kw=4.2, hold_steps=1).tolist()
    [11.0, 11.0, 4.2]
    """
    step = np.arange(signal_kw.size)
    last = np.maximum.accumulate(np.where(np.isnan(signal_kw), -1, step))
    held = (last >= 0) & (step - last <= hold_steps)
    filled: np.ndarray = np.where(held, signal_kw[last], fallback_kw)
    return filled
