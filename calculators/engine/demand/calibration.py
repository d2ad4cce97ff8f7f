"""From real sessions to the statistics sessions are drawn from: 60 numbers, no row kept."""

from __future__ import annotations

from typing import Any

import numpy as np

from calculators.engine.demand.curves import read_curve
from calculators.engine.demand.pairing import rank_correlation
from calculators.engine.demand.records import SessionRecords
from calculators.engine.errors import InputError, Problem

LEVELS = (0, 1.5, 4, 9, 17, 28, 42, 57, 73, 91, 100)
"""Percent of sessions that exceed a value: where curves are read."""
N_PART_WEEKDAY, N_PART_WEEKEND = 16, 6
N_PART_DURATION, N_PART_ENERGY = 6, 4
N_MATCH = 25
LEAST = 200
"""Sessions needed: below that a curve of 11 points says more about chance than about the place."""


def fit_sessions(
    records: SessionRecords,
    *,
    n_evse: int,
    shared: bool = True,
    days: np.ndarray | None = None,
) -> dict[str, Any]:
    """Fit statistics to real sessions.

    Parameters
    ----------
    records : SessionRecords
        200 sessions or more.
    n_evse : int
        EVSEs behind them.
    shared : bool
        Whether anyone uses the EVSEs, as in public, rather than one car each.
    days : ndarray of int, optional
        Days the file covers (ordinals), those without sessions too; from the first to the last when left out.

    Returns
    -------
    dict
        For `draw_sessions`; also `p_mean_kw`, mean power while charging (only where the charging time is known), and
        `p_max_kw`, which the mean power over the stay exceeds in 1 % of the sessions.

    Raises
    ------
    InputError
        If there are fewer than 200 sessions.

    Notes
    -----
    Arrivals are counted in equal parts of the day. Curves are read at 11 levels; values for six (stay) and four
    (energy) parts of the day move them so that sessions have their mean ranks. `day_spread` is the coefficient of
    variation of sessions a day beyond that of chance.
    """
    n = len(records)
    if n < LEAST or n_evse < 1:
        raise InputError(
            Problem("few", f"{n} sessions at {n_evse} EVSEs; {LEAST} and 1 are needed.", "records")
        )
    covered = np.arange(records.day.min(), records.day.max() + 1) if days is None else np.asarray(days)
    off = (covered - 1) % 7 >= 5
    ordered = np.sort(records.day)
    per_day = np.searchsorted(ordered, covered, side="right") - np.searchsorted(ordered, covered)
    weekday_rate = per_day[~off].mean() if (~off).any() else per_day.mean()
    weekend_rate = per_day[off].mean() if off.any() else weekday_rate
    expected = np.where(off, weekend_rate, weekday_rate)
    excess = ((per_day - expected) ** 2 - expected).sum() / (expected**2).sum()
    charging = np.isfinite(records.charge_h)
    statistics: dict[str, Any] = {
        "arrival_weekday_percent": _histogram(records.hour[~records.weekend], N_PART_WEEKDAY),
        "arrival_weekend_percent": _histogram(records.hour[records.weekend], N_PART_WEEKEND),
        "exceeded_by_percent": list(LEVELS),
        "duration_h": _curve(records.duration_h),
        "energy_kwh": _curve(records.energy_kwh),
        "duration_by_hour_h": [1.0] * N_PART_DURATION,
        "energy_by_hour_kwh": [1.0] * N_PART_ENERGY,
        "rank_correlation": _short(rank_correlation(records.duration_h, records.energy_kwh)),
        "sessions_per_week": _short(float(5 * weekday_rate + 2 * weekend_rate) / n_evse),
        "weekend_factor": _short(float(weekend_rate / weekday_rate)) if weekday_rate > 0 else 1.0,
        "day_spread": _short(float(np.sqrt(max(excess, 0.0)))) if shared else 0.0,
        "shared": shared,
    }
    for curve, by_hour, values in (
        ("duration_h", "duration_by_hour_h", records.duration_h),
        ("energy_kwh", "energy_by_hour_kwh", records.energy_kwh),
    ):
        statistics[by_hour] = _matched(
            statistics, curve, by_hour, _mean_ranks(values, records.hour, len(statistics[by_hour]))
        )
    statistics["p_max_kw"] = _short(float(np.percentile(records.energy_kwh / records.duration_h, 99)))
    if charging.any():
        energy, hours = records.energy_kwh[charging], records.charge_h[charging]
        statistics["p_mean_kw"] = _short(float(energy.sum() / hours.sum()))
    return statistics


def n_fitted(statistics: dict[str, Any]) -> int:
    """Count the numbers that were fitted: all but the levels and the yes or no."""
    return sum(
        len(value) if isinstance(value, list) else 1
        for name, value in statistics.items()
        if name not in ("exceeded_by_percent", "shared")
    )


def _short(value: float) -> float:
    return float(f"{value:.4g}")


def _histogram(hour: np.ndarray, n_part: int) -> list[float]:
    if hour.size == 0:
        return [_short(100.0 / n_part)] * n_part
    count = np.bincount((hour * n_part / 24.0).astype(int), minlength=n_part)
    return [_short(float(100.0 * part / hour.size)) for part in count]


def _curve(values: np.ndarray) -> list[float]:
    return [_short(float(value)) for value in np.percentile(values, 100 - np.array(LEVELS))]


def _mean_ranks(values: np.ndarray, hour: np.ndarray, n_part: int) -> np.ndarray:
    """Mean rank, 0 to 1, of the values that arrive in each part of the day; 0.5 where none does."""
    part = (hour * n_part / 24.0).astype(int)
    ranks = (np.argsort(np.argsort(values, kind="stable"), kind="stable") + 0.5) / values.size
    count = np.bincount(part, minlength=n_part)
    mean: np.ndarray = np.where(count > 0, np.bincount(part, ranks, n_part) / np.maximum(count, 1), 0.5)
    return mean


def _matched(statistics: dict[str, Any], curve: str, by_hour: str, wanted: np.ndarray) -> list[float]:
    """Values by part of the day, about 1, for which what is drawn has the wanted mean ranks."""
    level = (np.arange(400) + 0.5) / 400
    middle = (np.arange(wanted.size) + 0.5) * 24.0 / wanted.size
    values = np.asarray(statistics[curve])[::-1]
    below = 1.0 - np.asarray(LEVELS)[::-1] / 100.0
    scale = np.ones(wanted.size)
    for _ in range(N_MATCH):
        trial = {**statistics, by_hour: scale}
        drawn = [
            np.interp(read_curve(level, trial, curve, by_hour, np.full(400, hour)), values, below).mean()
            for hour in middle
        ]
        scale = scale * np.exp(2.0 * (wanted - drawn))
    return [_short(float(value)) for value in scale]
