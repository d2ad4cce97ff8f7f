"""Charging sessions drawn from published distributions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from calculators.engine.charging import Sessions

N_LEVEL = 200
"""Points at which a published curve is read to restore it after the hour has moved it."""


def draw_sessions(
    rng: np.random.Generator,
    *,
    n_evse: int,
    n_days: int,
    dt_h: float,
    p_evse_kw: float,
    statistics: Mapping[str, Any],
    first_weekday: int = 0,
) -> Sessions:
    """Draw the sessions of `n_evse` charge points, each used by one car.

    Parameters
    ----------
    rng : numpy.random.Generator
    n_evse : int
        Charge points. Each car plugs in on a day with a fixed chance, so not every day.
    n_days : int
    dt_h : float
        Length of a step. [h]
    p_evse_kw : float
        Power of each charge point. [kW]
    statistics : mapping
        `arrival_weekday_percent`, `arrival_weekend_percent` (24,); `duration_h`, `energy_kwh` as curves over
        `exceeded_by_percent`; `duration_by_hour_h`, `energy_by_hour_kwh` (24,); `sessions_per_week`;
        `same_rank_share`.
    first_weekday : int
        0 is Monday.

    Returns
    -------
    Sessions
        Sorted by EVSE, then arrival; sessions of one EVSE never overlap.

    Notes
    -----
    Duration and energy are drawn from their overall curves, moved by the mean of the arrival hour, and mapped back
    so that the overall curve of all hours is kept. `same_rank_share` of the sessions have the same rank in both,
    which is then about their rank correlation. Energy is cut to what fits at full power, as a metered
    session cannot hold more.
    """
    plugs_in = rng.random((n_evse, n_days)) < statistics["sessions_per_week"] / 7.0
    evse, day = np.nonzero(plugs_in)
    weekend = (first_weekday + day) % 7 >= 5
    hour = np.where(
        weekend,
        _hours(rng, statistics["arrival_weekend_percent"], evse.size),
        _hours(rng, statistics["arrival_weekday_percent"], evse.size),
    )
    minute = rng.random(evse.size)
    exceeded = rng.random(evse.size)
    alike = rng.random(evse.size) < statistics["same_rank_share"]
    duration_h = _drawn(exceeded, statistics, "duration_h", "duration_by_hour_h", hour)
    exceeded = np.where(alike, exceeded, rng.random(evse.size))
    energy_kwh = _drawn(exceeded, statistics, "energy_kwh", "energy_by_hour_kwh", hour)
    arrival = ((day * 24 + hour + minute) / dt_h).astype(int)
    departure = np.maximum(arrival + np.rint(duration_h / dt_h).astype(int), arrival + 1)
    order = np.lexsort((arrival, evse))
    evse, arrival, departure, energy_kwh = evse[order], arrival[order], departure[order], energy_kwh[order]
    following = np.append(np.where(np.diff(evse) == 0, arrival[1:], np.iinfo(int).max), np.iinfo(int).max)
    departure = np.minimum(departure, following[: evse.size])
    kept = departure > arrival
    power = np.full(evse.size, float(p_evse_kw))
    energy_kwh = np.minimum(energy_kwh, power * (departure - arrival) * dt_h)
    return Sessions(arrival[kept], departure[kept], energy_kwh[kept], power[kept], evse[kept])


def _hours(rng: np.random.Generator, percent: Any, size: int) -> np.ndarray:
    weight = np.asarray(percent, dtype=float)
    edges = np.cumsum(weight) / weight.sum()
    return np.minimum(np.searchsorted(edges, rng.random(size), side="right"), 23)


def _drawn(
    exceeded_by: np.ndarray, statistics: Mapping[str, Any], curve: str, by_hour: str, hour: np.ndarray
) -> np.ndarray:
    """Values of the overall curve, moved up or down by the mean of the hour, with the overall curve kept."""
    percent = np.asarray(statistics["exceeded_by_percent"], dtype=float)
    values = np.asarray(statistics[curve], dtype=float)
    mean = np.asarray(statistics[by_hour], dtype=float)
    weight = np.asarray(statistics["arrival_weekday_percent"], dtype=float)
    # All that can be drawn on a weekday, before the curve is restored, with how likely it is.
    middle = (np.arange(N_LEVEL) + 0.5) * 100.0 / N_LEVEL
    scores = (np.interp(middle, percent, values)[:, None] * mean).ravel()
    order = np.argsort(scores, kind="stable")
    below = np.cumsum(np.tile(weight, N_LEVEL)[order])
    score = np.interp(100.0 * exceeded_by, percent, values) * mean[hour]
    share_below = np.interp(score, scores[order], below / below[-1])
    drawn: np.ndarray = np.interp(100.0 * (1.0 - share_below), percent, values)
    return drawn
