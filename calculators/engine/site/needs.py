"""The smallest connection a load can live with: exactly, with some energy missed, with a battery, with two levels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from calculators.engine.charging import Sessions, schedule

HALVINGS = 40
TRIES = 17
PASSES = 3
"""Each pass tries so many limits at once and keeps one of the gaps between them: 16^3 = 4096 gaps in the end."""


def least_limit(base_kw: np.ndarray, charge_kw: np.ndarray, allowed_kwh: float, *, dt_h: float) -> float:
    """Smallest limit at which no more charging than allowed lies above it.

    Parameters
    ----------
    base_kw, charge_kw : ndarray, shape (n_t,)
        Load that cannot be shed, and charging. [kW]
    allowed_kwh : float
        Charging that may be missed, 0 or more. [kWh]
    dt_h : float

    Returns
    -------
    float
        Not below the highest base load, nor below 0. [kW]

    Notes
    -----
    For the flattest load this is the exact optimum over all schedules. Where a car charges above the limit in the
    flattest load, it charges at full power in every step of its stay that is below, or the load would not be the
    flattest; so none of that energy could go elsewhere, and no schedule under the limit delivers more.
    """
    total = base_kw + charge_kw
    low, high = max(float(base_kw.max(initial=0.0)), 0.0), max(float(total.max(initial=0.0)), 0.0)
    if missed_kwh(base_kw, charge_kw, low, dt_h=dt_h) <= allowed_kwh:
        return low
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        if missed_kwh(base_kw, charge_kw, middle, dt_h=dt_h) <= allowed_kwh:
            high = middle
        else:
            low = middle
    return high


def missed_kwh(base_kw: np.ndarray, charge_kw: np.ndarray, limit_kw: float, *, dt_h: float) -> float:
    """Charging that lies above a limit. [kWh]"""
    above = np.minimum(np.maximum(base_kw + charge_kw - limit_kw, 0.0), charge_kw)
    return float(above.sum() * dt_h)


@dataclass(frozen=True)
class Storage:
    """A battery beside the charge points.

    Attributes
    ----------
    e_kwh, p_kw : float
        Usable energy, and power in both directions. [kWh, kW]
    eta : float
        Efficiency each way, above 0 up to 1. [-]
    """

    e_kwh: float
    p_kw: float
    eta: float

    @property
    def useless(self) -> bool:
        """Whether there is nothing to store in, or no power to do it with."""
        return self.e_kwh <= 0 or self.p_kw <= 0


def walk_storage(
    base_kw: np.ndarray, charge_kw: np.ndarray, limit_kw: np.ndarray, storage: Storage, *, dt_h: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Run a battery that stays as full as the limit allows and gives only what is above it.

    For a given load and limit nothing can miss less: what is stored is never less than under any other way to run
    the battery, and it is used only where energy would be missed otherwise.

    Parameters
    ----------
    base_kw, charge_kw : ndarray, shape (..., n_t)
        Load that cannot be shed, and charging. [kW]
    limit_kw : ndarray, broadcast against (...,)
    storage : Storage
        Full at the start.
    dt_h : float

    Returns
    -------
    missed_kw, unmet_kw, grid_kw : ndarray, shape (..., n_t)
        Charging missed, base load that cannot be served, and power taken from the grid. [kW]
    """
    shape = np.broadcast_shapes(base_kw.shape[:-1], np.shape(limit_kw))
    n_t = base_kw.shape[-1]
    total = base_kw + charge_kw
    stored = np.full(shape, storage.e_kwh)
    missed, unmet, grid = (np.empty((*shape, n_t)) for _ in range(3))
    for step in range(n_t):
        over = total[..., step] - limit_kw
        give = np.minimum(np.minimum(np.maximum(over, 0.0), storage.p_kw), stored * storage.eta / dt_h)
        room = (storage.e_kwh - stored) / (storage.eta * dt_h)
        take = np.minimum(np.minimum(np.maximum(-over, 0.0), storage.p_kw), room)
        stored = stored + (take * storage.eta - give / storage.eta) * dt_h
        lacks = np.maximum(over - give, 0.0)
        missed[..., step] = np.minimum(lacks, charge_kw[..., step])
        unmet[..., step] = lacks - missed[..., step]
        grid[..., step] = total[..., step] - give + take - lacks
    return missed, unmet, grid


def least_limit_with_storage(
    base_kw: np.ndarray,
    charge_kw: np.ndarray,
    allowed_kwh: np.ndarray,
    without_kw: np.ndarray,
    storage: Storage,
    *,
    dt_h: float,
    counted: slice,
) -> np.ndarray:
    """Smallest limits with a battery, for several weeks at once.

    Parameters
    ----------
    base_kw, charge_kw : ndarray, shape (n_week, n_t)
    allowed_kwh, without_kw : ndarray, shape (n_week,)
        Charging that may be missed, and the limit that works without the battery.
    storage : Storage
    dt_h : float
    counted : slice
        Steps in which missed energy counts.

    Returns
    -------
    ndarray, shape (n_week,)
        Never above `without_kw`; within a 4096th of it above the exact limit. [kW]
    """
    if storage.useless:
        return without_kw.copy()
    low, high = np.zeros_like(without_kw), without_kw.copy()
    share = np.linspace(0.0, 1.0, TRIES)
    for _ in range(PASSES):
        limits = low[:, None] + (high - low)[:, None] * share
        missed, unmet, _ = walk_storage(
            base_kw[:, None, :], charge_kw[:, None, :], limits[:, :-1], storage, dt_h=dt_h
        )
        good = (missed[..., counted].sum(axis=-1) * dt_h <= allowed_kwh[:, None] + 1e-9) & (
            unmet[..., counted].max(axis=-1) <= 1e-9
        )
        good = np.concatenate([good, np.ones((len(low), 1), dtype=bool)], axis=1)
        first = np.argmax(good, axis=1)
        row = np.arange(len(low))
        high, low = limits[row, first], limits[row, np.maximum(first - 1, 0)]
    return high


def least_limit_by_sharing(
    sessions: Sessions,
    counted: np.ndarray,
    base_kw: np.ndarray,
    *,
    dt_h: float,
    allowed_kwh: float,
    between_kw: tuple[float, float],
    halvings: int = 7,
) -> float:
    """Smallest limit found for a controller that knows departures but not who comes next.

    Parameters
    ----------
    sessions : Sessions
    counted : ndarray of bool, shape (n_session,)
        Sessions whose missed energy counts.
    base_kw : ndarray, shape (n_t,)
    allowed_kwh : float
        Energy that may be missed. [kWh]
    between_kw : tuple of float
        A limit nothing can beat, and one that works.
    halvings : int
        The gap between them is halved so often.
    """
    low, high = between_kw
    for _ in range(halvings):
        if high - low < 0.5:
            break
        middle = (low + high) / 2
        plan = schedule(
            sessions,
            "share-edf",
            n_t=base_kw.size,
            dt_h=dt_h,
            base_kw=base_kw,
            limit_kw=middle,
            keep="total",
        )
        if float(plan.e_short_kwh[counted].sum()) <= allowed_kwh + 1e-6:
            high = middle
        else:
            low = middle
    return high


def least_point_power(
    sessions: Sessions, counted: np.ndarray, *, n_t: int, dt_h: float, allowed_kwh: float
) -> float:
    """Smallest power, the same for every EVSE and fixed, at which no more energy than allowed is missed. [kW]

    Parameters
    ----------
    sessions : Sessions
        Sessions longer than the grid count for what fits on it.
    counted : ndarray of bool, shape (n_session,)
    n_t : int
    dt_h : float
    allowed_kwh : float
        At least what is missed at full power.
    """
    mine = sessions.take(counted)
    if not len(mine):
        return 0.0
    stay_h = (np.clip(mine.departure_step, 0, n_t) - np.clip(mine.arrival_step, 0, n_t)) * dt_h
    low, high = 0.0, float(mine.p_max_kw.max())
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        missed = np.maximum(mine.e_kwh - np.minimum(middle, mine.p_max_kw) * stay_h, 0.0).sum()
        if float(missed) <= allowed_kwh + 1e-9:
            high = middle
        else:
            low = middle
    return high
