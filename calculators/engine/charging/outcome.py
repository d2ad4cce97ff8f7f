"""What a schedule means for drivers and for the network it hangs on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from calculators.engine.charging.schedule import Schedule
from calculators.engine.charging.sessions import Sessions
from calculators.engine.errors import InputError, Problem

NOTICED_KWH = 0.1
"""A shortfall below this is not counted: about half a kilometre of driving."""


@dataclass(frozen=True)
class DriverOutcome:
    """What the drivers notice.

    Attributes
    ----------
    short_kwh : float
        Energy wished for and not delivered, over all sessions. [kWh]
    short_share, late_share : float
        Share of the sessions that leave short by more than 0.1 kWh, and that are full later than they would be
        uncontrolled, those that leave short included. [-]
    wait_h : float
        Mean over all sessions of the extra time until the last energy arrives. [h]
    """

    short_kwh: float
    short_share: float
    late_share: float
    wait_h: float


def driver_outcome(
    sessions: Sessions, plan: Schedule, uncontrolled: Schedule, *, dt_h: float
) -> DriverOutcome:
    """Compare a schedule with uncontrolled charging, session by session.

    Parameters
    ----------
    sessions : Sessions
    plan, uncontrolled : Schedule
        Both with `keep="sessions"`.
    dt_h : float
        Length of a step. [h]

    Returns
    -------
    DriverOutcome
        All 0 when there are no sessions.

    Raises
    ------
    InputError
        If a schedule holds no power per session.
    """
    n = len(sessions)
    if plan.p_kw.shape != uncontrolled.p_kw.shape or plan.p_kw.shape[0] != n:
        raise InputError(
            Problem(
                "no-sessions",
                f"the schedules hold {plan.p_kw.shape[0]} and {uncontrolled.p_kw.shape[0]} sessions; "
                f"{n} are needed in both.",
                "plan, uncontrolled",
                "Schedule both with keep='sessions'.",
            )
        )
    if n == 0:
        return DriverOutcome(0.0, 0.0, 0.0, 0.0)
    short = plan.e_short_kwh > NOTICED_KWH
    wait_h = np.maximum(_last_step(plan.p_kw) - _last_step(uncontrolled.p_kw), 0) * dt_h
    return DriverOutcome(
        short_kwh=float(plan.e_short_kwh.sum()),
        short_share=float(short.mean()),
        late_share=float(((wait_h > 0) | short).mean()),
        wait_h=float(wait_h.mean()),
    )


def coincidence_factor(p_kw: np.ndarray) -> float:
    """Peak of the summed load divided by the sum of the individual peaks.

    Parameters
    ----------
    p_kw : ndarray, shape (n_evse, n_t)
        Charging power, load positive, mean over each step. [kW]

    Returns
    -------
    float
        Coincidence factor, 0 < g <= 1. [-]

    Raises
    ------
    InputError
        If `p_kw` is not 2-D, is empty, holds NaN or negative values, or is zero everywhere.

    Examples
    --------
    >>> coincidence_factor(np.array([[11.0, 0.0], [0.0, 11.0]]))
    0.5
    """
    p_kw = np.asarray(p_kw, dtype=float)
    if p_kw.ndim != 2 or p_kw.size == 0 or not (np.isfinite(p_kw) & (p_kw >= 0)).all() or not p_kw.any():
        raise InputError(
            Problem(
                "power",
                "p_kw must have shape (n_evse, n_t), hold numbers of 0 kW or more, and some above 0.",
                "p_kw",
                "Give the charging power of at least one EVSE that charges.",
            )
        )
    return float(p_kw.sum(axis=0).max() / p_kw.max(axis=1).sum())


def by_evse(sessions: Sessions, p_kw: np.ndarray) -> np.ndarray:
    """Add the sessions of the same EVSE: (n_session, n_t) -> (n_evse, n_t), EVSEs that serve nobody left out."""
    _, row = np.unique(sessions.evse, return_inverse=True)
    out = np.zeros((int(row.max()) + 1 if row.size else 0, p_kw.shape[1]))
    np.add.at(out, row, p_kw)
    return out


def _last_step(p_kw: np.ndarray) -> np.ndarray:
    """Last step in which each session charges; -1 when it never does."""
    charges = p_kw > 1e-9
    last: np.ndarray = np.where(
        charges.any(axis=1), p_kw.shape[1] - 1 - np.argmax(charges[:, ::-1], axis=1), -1
    )
    return last
