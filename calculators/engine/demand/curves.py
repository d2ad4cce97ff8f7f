"""Reading published session statistics: histograms over the day and exceedance curves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from calculators.engine.errors import InputError, Problem

N_LEVEL = 200
"""Points at which a published curve is read to restore it after the hour has moved it."""
N_MINUTE = 24 * 60


def check_statistics(statistics: Mapping[str, Any]) -> None:
    """Refuse statistics that cannot be drawn from, all problems at once.

    Raises
    ------
    InputError
        A key is missing, or lengths, order or range of a curve are wrong.
    """
    found = []
    for name in ("arrival_weekday_percent", "duration_by_hour_h", "energy_by_hour_kwh", "rank_correlation"):
        if name not in statistics:
            found.append(Problem("statistics-key", f"{name} is missing.", "statistics"))
    levels = np.asarray(statistics.get("exceeded_by_percent", ()), dtype=float)
    if levels.size < 2 or (np.diff(levels) <= 0).any():
        found.append(
            Problem("statistics-levels", "the levels must rise, two or more.", "exceeded_by_percent")
        )
    for name in ("duration_h", "energy_kwh"):
        curve = np.asarray(statistics.get(name, ()), dtype=float)
        if curve.size != levels.size or (curve < 0).any() or (np.diff(curve) > 0).any():
            found.append(
                Problem(
                    "statistics-curve",
                    f"{curve.size} values; {levels.size} are needed, 0 or more and falling.",
                    name,
                )
            )
    if found:
        raise InputError(found)


def monotone(at: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Smooth curve through points that rises or falls only where they do.

    Parameters
    ----------
    at : ndarray
        Where to read the curve, within `x`.
    x, y : ndarray, shape (n_point,)
        Points, `x` rising, two or more.

    Returns
    -------
    ndarray, shape of `at`

    Notes
    -----
    Piecewise cubic; slopes are weighted harmonic means of those of the neighbouring straight lines, 0 at an extreme
    [1]_, and those of the first and last line at the ends.

    References
    ----------
    .. [1] Fritsch and Butland, "A method for constructing local monotone piecewise cubic interpolants", SIAM Journal
       on Scientific and Statistical Computing 5 (1984), as in scipy.interpolate.PchipInterpolator.
    """
    width = np.diff(x)
    line = np.diff(y) / width
    slope = np.concatenate([line[:1], np.zeros(x.size - 2), line[-1:]])
    before, after = 2 * width[1:] + width[:-1], width[1:] + 2 * width[:-1]
    inner = np.flatnonzero(line[:-1] * line[1:] > 0)
    slope[inner + 1] = (before + after)[inner] / (
        before[inner] / line[inner] + after[inner] / line[inner + 1]
    )
    part = np.clip(np.searchsorted(x, at, side="right") - 1, 0, width.size - 1)
    s = (at - x[part]) / width[part]
    value: np.ndarray = (
        y[part] * (1 + 2 * s) * (1 - s) ** 2
        + y[part + 1] * s**2 * (3 - 2 * s)
        + width[part] * (slope[part] * s * (1 - s) ** 2 - slope[part + 1] * s**2 * (1 - s))
    )
    return value


def draw_hours(rng: np.random.Generator, percent: Any, size: int) -> np.ndarray:
    """Draw times of day from a histogram over equal parts of the day. [h], shape (size,)."""
    minute = np.linspace(0.0, 24.0, N_MINUTE + 1)
    hour = np.interp(rng.random(size), share_before(percent, minute), minute)
    hours: np.ndarray = np.minimum(hour, np.nextafter(24.0, 0.0))
    return hours


def share_before(percent: Any, hour: np.ndarray) -> np.ndarray:
    """Share of a day's arrivals before an hour, 0 to 24 h: smooth between the edges of the histogram."""
    weight = np.asarray(percent, dtype=float)
    edges = np.concatenate([[0.0], np.cumsum(weight) / weight.sum()])
    if weight.size == 1:
        return np.asarray(hour, dtype=float) / 24.0
    return monotone(np.asarray(hour, dtype=float), np.linspace(0.0, 24.0, weight.size + 1), edges)


def read_curve(
    exceeded_by: np.ndarray, statistics: Mapping[str, Any], curve: str, by_hour: str, hour: np.ndarray
) -> np.ndarray:
    """Values of an overall curve, moved by the mean of the arrival hour, with the overall curve kept.

    Parameters
    ----------
    exceeded_by : ndarray, shape (n,)
        Rank of each session, 0 the largest. [0-1]
    statistics : mapping
        See `draw_sessions`.
    curve, by_hour : str
        Names of the curve and of its means over equal parts of the day.
    hour : ndarray, shape (n,)
        Arrival. [h]

    Returns
    -------
    ndarray, shape (n,)
        In the unit of the curve.
    """
    percent = np.asarray(statistics["exceeded_by_percent"], dtype=float)
    values = np.asarray(statistics[curve], dtype=float)
    mean = np.asarray(statistics[by_hour], dtype=float)
    part = np.linspace(0.0, 24.0, mean.size + 1)
    weekday = statistics["arrival_weekday_percent"]
    weekend = statistics.get("arrival_weekend_percent", weekday)
    off = 2.0 * statistics.get("weekend_factor", 1.0)
    weight = np.diff(5.0 * share_before(weekday, part) + off * share_before(weekend, part))
    # All that can be drawn in a week, before the curve is restored, with how likely it is.
    middle = (np.arange(N_LEVEL) + 0.5) * 100.0 / N_LEVEL
    scores = (monotone(middle, percent, values)[:, None] * mean).ravel()
    order = np.argsort(scores, kind="stable")
    weights = np.tile(weight, N_LEVEL)[order]
    below = (np.cumsum(weights) - weights / 2) / weights.sum()
    # The ends of the curve lie beyond the middles of its parts.
    scores = np.concatenate([[values[-1] * mean.min()], scores[order], [values[0] * mean.max()]])
    below = np.concatenate([[0.0], below, [1.0]])
    chosen = np.minimum((hour * mean.size / 24.0).astype(int), mean.size - 1)
    score = monotone(100.0 * exceeded_by, percent, values) * mean[chosen]
    share_below = np.interp(score, scores, below)
    return monotone(100.0 * (1.0 - share_below), percent, values)


def mean_energy_kwh(statistics: Mapping[str, Any]) -> float:
    """Mean energy of a session by its curve. [kWh]"""
    middle = (np.arange(20_000) + 0.5) / 200.0
    levels = np.asarray(statistics["exceeded_by_percent"], dtype=float)
    return float(monotone(middle, levels, np.asarray(statistics["energy_kwh"], dtype=float)).mean())


def sessions_per_week(statistics: Mapping[str, Any], *, annual_kwh: float) -> float:
    """How often a car plugs in that takes some energy in a year, for `sessions_per_week` of `draw_sessions`.

    Parameters
    ----------
    statistics : mapping
        See `draw_sessions`.
    annual_kwh : float
        Energy charged at this place in a year. [kWh]

    Returns
    -------
    float
        Sessions a week of the energies of `statistics`.
    """
    return annual_kwh / mean_energy_kwh(statistics) * 7.0 / 365.25
