"""When each session charges, by the strategy chosen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from calculators.engine.charging.sessions import Sessions
from calculators.engine.charging.valley import fill_valleys
from calculators.engine.errors import InputError, Problem

MAX_FULL_BYTES = 2_000_000_000


@dataclass(frozen=True)
class Schedule:
    """What each session charges in each step.

    Attributes
    ----------
    p_kw : ndarray, shape (n_session, n_t)
        Charging power, mean over the step. [kW]
    total_kw : ndarray, shape (n_t,)
        Sum over the sessions. [kW]
    e_delivered_kwh, e_short_kwh : ndarray, shape (n_session,)
        Energy delivered, and wished for but not delivered before departure. [kWh]
    """

    p_kw: np.ndarray
    total_kw: np.ndarray
    e_delivered_kwh: np.ndarray
    e_short_kwh: np.ndarray


def schedule(
    sessions: Sessions,
    strategy: str,
    *,
    n_t: int,
    dt_h: float,
    base_kw: np.ndarray | None = None,
    window_h: tuple[float, float] = (17.0, 22.0),
) -> Schedule:
    """Schedule every session by one strategy.

    Parameters
    ----------
    sessions : Sessions
    strategy : str
        One of `STRATEGIES`.
    n_t : int
        Steps of the grid; a session that stays longer can charge until the end.
    dt_h : float
        Length of a step. [h]
    base_kw : ndarray, shape (n_t,), optional
        Other load at the same place, for strategies that look at it; 0 when left out. [kW]
    window_h : tuple of float
        Start and end of the hours without charging, for "window"; step 0 is midnight. [h]

    Returns
    -------
    Schedule

    Raises
    ------
    InputError
        Unknown strategy, impossible grid, a result above 2 GB.
    """
    problems = []
    if strategy not in STRATEGIES:
        problems.append(
            Problem(
                "strategy",
                f"there is no strategy '{strategy}'.",
                "strategy",
                f"Use: {', '.join(STRATEGIES)}.",
            )
        )
    if n_t < 1 or not dt_h > 0:
        problems.append(
            Problem("grid", f"n_t is {n_t} and dt_h {dt_h:g}; both must be above 0.", "n_t, dt_h")
        )
    elif len(sessions) * n_t * 8.0 > MAX_FULL_BYTES:
        problems.append(
            Problem("too-large", "the schedule would take more than 2 GB.", "sessions", "Split it.")
        )
    base = np.zeros(max(n_t, 0)) if base_kw is None else np.asarray(base_kw, dtype=float)
    if base.shape != (n_t,) or not np.isfinite(base).all():
        problems.append(
            Problem("base", f"base_kw must be {n_t} finite numbers; its shape is {base.shape}.", "base_kw")
        )
    if problems:
        raise InputError(problems)
    step = np.arange(n_t)
    present = (step >= sessions.arrival_step[:, None]) & (step < sessions.departure_step[:, None])
    p_kw = STRATEGIES[strategy](sessions, present, dt_h, base, window_h)
    delivered = p_kw.sum(axis=1) * dt_h
    return Schedule(p_kw, p_kw.sum(axis=0), delivered, np.maximum(sessions.e_kwh - delivered, 0.0))


Window = tuple[float, float]


def _uncontrolled(
    sessions: Sessions, present: np.ndarray, dt_h: float, base_kw: np.ndarray, window_h: Window
) -> np.ndarray:
    """Full power from arrival on."""
    return _earliest(sessions, present, dt_h)


def _window(
    sessions: Sessions, present: np.ndarray, dt_h: float, base_kw: np.ndarray, window_h: Window
) -> np.ndarray:
    """Full power as early as possible outside the window; a window may run past midnight."""
    start, end = window_h
    hour = np.arange(present.shape[1]) * dt_h % 24.0
    closed = (hour >= start) & (hour < end) if start <= end else (hour >= start) | (hour < end)
    return _earliest(sessions, present & ~closed, dt_h)


def _valley_filling(
    sessions: Sessions, present: np.ndarray, dt_h: float, base_kw: np.ndarray, window_h: Window
) -> np.ndarray:
    """The flattest total load that still delivers, known in advance."""
    return fill_valleys(present, sessions.e_kwh, sessions.p_max_kw, dt_h, base_kw)


def _earliest(sessions: Sessions, allowed: np.ndarray, dt_h: float) -> np.ndarray:
    full_kwh = sessions.p_max_kw[:, None] * dt_h * allowed
    before = np.cumsum(full_kwh, axis=1) - full_kwh
    p_kw: np.ndarray = np.clip(sessions.e_kwh[:, None] - before, 0.0, full_kwh) / dt_h
    return p_kw


STRATEGIES: dict[str, Callable[[Sessions, np.ndarray, float, np.ndarray, Window], np.ndarray]] = {
    "uncontrolled": _uncontrolled,
    "window": _window,
    "valley-filling": _valley_filling,
}
"""Strategy by id. Each takes sessions, presence (n_session, n_t), dt_h, base_kw and window_h and returns p_kw."""
