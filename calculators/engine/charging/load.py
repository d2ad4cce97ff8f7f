"""What a schedule means for the network: its peak, what happens after a held-back hour, how many act as one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from calculators.engine.charging.schedule import Schedule
from calculators.engine.charging.sessions import Sessions
from calculators.engine.errors import InputError, Problem


@dataclass(frozen=True)
class LoadOutcome:
    """What the network notices.

    Attributes
    ----------
    peak_kw : float
        Highest charging power of all sessions together. [kW]
    rebound_kw : float
        Highest in the hours after charging was held back; 0 when it never was. [kW]
    steepest_kw : float
        Largest rise from one step to the next, the first step rising from 0. [kW]
    together_share : float
        Largest such rise as a share of the charging power plugged in: 1 when everybody starts in one step. [-]
    """

    peak_kw: float
    rebound_kw: float
    steepest_kw: float
    together_share: float


def load_outcome(
    sessions: Sessions, plan: Schedule, *, dt_h: float, held: np.ndarray | None = None, rebound_h: float = 2.0
) -> LoadOutcome:
    """Peak, rebound and synchronised response of a schedule.

    Parameters
    ----------
    sessions : Sessions
    plan : Schedule
        Either `keep`.
    dt_h : float
        Length of a step. [h]
    held : ndarray of bool, shape (n_t,), optional
        Steps in which charging is held back: closed hours, a dimming signal, dear hours.
    rebound_h : float
        How long after the end of a held-back time a rebound is looked for. [h]

    Raises
    ------
    InputError
        If `held` has another length.
    """
    total, n_t = plan.total_kw, plan.total_kw.size
    held = np.zeros(n_t, dtype=bool) if held is None else np.asarray(held, dtype=bool)
    if held.shape != (n_t,):
        raise InputError(Problem("shape", f"held has shape {held.shape}; it must be ({n_t},).", "held"))
    rise = np.diff(total, prepend=0.0)
    plugged = plugged_kw(sessions, n_t)
    share = np.divide(rise, plugged, out=np.zeros(n_t), where=plugged > 0)
    step = np.arange(n_t)
    since = step - np.maximum.accumulate(np.where(held, step, -n_t - 1))
    after = ~held & (since <= max(round(rebound_h / dt_h), 1))
    return LoadOutcome(
        peak_kw=float(total.max(initial=0.0)),
        rebound_kw=float(total[after].max(initial=0.0)),
        steepest_kw=float(rise.max(initial=0.0)),
        together_share=float(share.max(initial=0.0)),
    )


def plugged_kw(sessions: Sessions, n_t: int) -> np.ndarray:
    """Charging power of all sessions plugged in, shape (n_t,). [kW]"""
    change = np.zeros(n_t + 1)
    np.add.at(change, np.clip(sessions.arrival_step, 0, n_t), sessions.p_max_kw)
    np.add.at(change, np.clip(sessions.departure_step, 0, n_t), -sessions.p_max_kw)
    plugged: np.ndarray = np.cumsum(change)[:-1]
    return plugged


def closed_steps(n_t: int, *, dt_h: float, window_h: tuple[float, float]) -> np.ndarray:
    """Steps in the closed hours of a window, which may pass midnight; step 0 is midnight. Shape (n_t,)."""
    start, end = window_h
    closed: np.ndarray = (np.arange(n_t) * dt_h - start) % 24.0 < (end - start) % 24.0
    return closed
