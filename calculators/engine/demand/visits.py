"""When drivers come, and where they find a free EVSE."""

from __future__ import annotations

import heapq
from collections.abc import Mapping
from typing import Any

import numpy as np


def visits(
    rng: np.random.Generator, n_evse: int, off: np.ndarray, statistics: Mapping[str, Any], shared: bool
) -> tuple[np.ndarray, np.ndarray]:
    """EVSE and day of each wish to charge: by EVSE, or by day and without EVSE where they are shared."""
    factor = float(statistics.get("weekend_factor", 1.0))
    weekday = statistics["sessions_per_week"] / (5.0 + 2.0 * factor)
    rate = np.where(off, factor, 1.0) * weekday
    if not shared:
        evse, day = np.nonzero(rng.random((n_evse, off.size)) < rate)
        return evse, day
    spread = float(statistics.get("day_spread", 0.0))
    if spread > 0:
        rate = rate * rng.gamma(spread**-2, spread**2, size=off.size)
    count = rng.poisson(rate * n_evse).astype(np.intp)  # in a browser the draw is wider than an index
    return np.zeros(int(count.sum()), dtype=int), np.repeat(np.arange(off.size), count)


def after_last(arrival: np.ndarray, stay: np.ndarray, evse: np.ndarray, per_day: int) -> np.ndarray:
    """Move visits that begin during the last stay of their car by whole days; all sorted by EVSE, then arrival."""
    arrival = arrival.copy()
    same = np.diff(evse) == 0
    while True:
        overlap = np.where(same, arrival[:-1] + stay[:-1] - arrival[1:], 0)
        if (overlap <= 0).all():
            return arrival
        arrival[1:] += per_day * -(-np.maximum(overlap, 0) // per_day)


def take_free(arrival: np.ndarray, departure: np.ndarray, n_evse: int) -> tuple[np.ndarray, np.ndarray]:
    """EVSE of each session, the longest free one, and whether there was one."""
    evse = np.zeros(arrival.size, dtype=int)
    kept = np.zeros(arrival.size, dtype=bool)
    free = [(0, number) for number in range(n_evse)]
    for row in np.argsort(arrival, kind="stable"):
        since, number = free[0]
        if since <= arrival[row]:
            evse[row], kept[row] = number, True
            heapq.heapreplace(free, (int(departure[row]), number))
    return evse, kept
