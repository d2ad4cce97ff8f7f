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
    wait_h, wait_p95_h : float
        Extra time until the last energy arrives: mean over all sessions, and what 95 % of them stay below. [h]
    fairness : float
        Jain's index of delivered over wished energy: 1 when all get the same share, 1/n when one gets all [1]_. [-]

    References
    ----------
    .. [1] Jain, Chiu, Hawe, "A Quantitative Measure of Fairness and Discrimination for Resource Allocation in Shared
       Computer Systems", DEC-TR-301, 1984, https://arxiv.org/abs/cs/9809099.
    """

    short_kwh: float
    short_share: float
    late_share: float
    wait_h: float
    wait_p95_h: float
    fairness: float


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
        All 0, and fairness 1, when there are no sessions.

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
        return DriverOutcome(0.0, 0.0, 0.0, 0.0, 0.0, 1.0)
    short, asked = plan.e_short_kwh > NOTICED_KWH, sessions.e_kwh > 0
    wait_h = np.maximum(_last_step(plan.p_kw) - _last_step(uncontrolled.p_kw), 0) * dt_h
    return DriverOutcome(
        short_kwh=float(plan.e_short_kwh.sum()),
        short_share=float(short.mean()),
        late_share=float(((wait_h > 0) | short).mean()),
        wait_h=float(wait_h.mean()),
        wait_p95_h=float(np.percentile(wait_h, 95)),
        fairness=jain_index(plan.e_delivered_kwh[asked] / sessions.e_kwh[asked]),
    )


def jain_index(share: np.ndarray) -> float:
    """Fairness of shares (n,), 0 or more: 1 when all are equal, 1/n when one has all; 1 when nobody has any.

    Examples
    --------
    >>> jain_index(np.array([1.0, 1.0, 0.0, 0.0]))
    0.5
    """
    squares = float(share @ share)
    return float(share.sum()) ** 2 / (share.size * squares) if squares > 0 else 1.0


@dataclass(frozen=True)
class Shortfall:
    """A wish that is not met, and the smallest changes that would each meet it.

    Attributes
    ----------
    session : int
        Its row.
    short_kwh : float
        What is missing. [kWh]
    minutes : float
        Charging time missing at full power. [min]
    fits : bool
        Whether the stay alone would be long enough: then a limit or the strategy leaves it short, not the wish.
    p_needed_kw : float
        Charging power at which the wish fits the stay. [kW]
    """

    session: int
    short_kwh: float
    minutes: float
    fits: bool
    p_needed_kw: float

    def __str__(self) -> str:
        """Return what is missing and what to change as one sentence or two."""
        missing = f"session {self.session} is {self.short_kwh:.1f} kWh short."
        if self.fits:
            return f"{missing} Give it {self.minutes:.0f} minutes more at full power; its stay has room for them."
        return (
            f"{missing} Stay {self.minutes:.0f} minutes longer, ask for {self.short_kwh:.1f} kWh less, or charge at "
            f"{self.p_needed_kw:.1f} kW."
        )


def shortfalls(sessions: Sessions, plan: Schedule, *, dt_h: float) -> list[Shortfall]:
    """Name every wish the plan leaves short by more than 0.1 kWh, the largest first.

    Parameters
    ----------
    sessions : Sessions
    plan : Schedule
        Either `keep`.
    dt_h : float
        Length of a step. [h]
    """
    n_t = plan.total_kw.size
    stay_h = (np.clip(sessions.departure_step, 0, n_t) - np.clip(sessions.arrival_step, 0, n_t)) * dt_h
    rows = np.flatnonzero(plan.e_short_kwh > NOTICED_KWH)
    rows = rows[np.argsort(-plan.e_short_kwh[rows], kind="stable")]
    return [
        Shortfall(
            session=int(row),
            short_kwh=float(plan.e_short_kwh[row]),
            minutes=60 * _over(plan.e_short_kwh[row], sessions.p_max_kw[row]),
            fits=bool(sessions.e_kwh[row] <= sessions.p_max_kw[row] * stay_h[row] + 1e-9),
            p_needed_kw=_over(sessions.e_kwh[row], stay_h[row]),
        )
        for row in rows
    ]


def _over(amount: float, by: float) -> float:
    return float(amount / by) if by > 0 else np.inf


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
