"""The optimum as one linear programme, solved by HiGHS: the yardstick for the fast methods, and an option.

scipy is imported only when a function here is called. Sessions, limits and batteries are those of `schedule`.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

import numpy as np

from calculators.engine.charging.active import Active
from calculators.engine.charging.limits import Limits
from calculators.engine.charging.schedule import schedule
from calculators.engine.charging.sessions import Sessions
from calculators.engine.errors import SolveError


@dataclass(frozen=True)
class Optimum:
    """An optimum and the plan that reaches it.

    Attributes
    ----------
    value : float
        What was minimised: EUR, or kW.
    p_kw : ndarray, shape (n_session, n_t)
        Charging power, discharge negative. [kW]
    e_short_kwh : ndarray, shape (n_session,)
        Wished for and not deliverable. [kWh]
    """

    value: float
    p_kw: np.ndarray
    e_short_kwh: np.ndarray


def least_cost(
    sessions: Sessions,
    *,
    n_t: int,
    dt_h: float,
    price_eur_per_kwh: np.ndarray,
    room_kw: np.ndarray | None = None,
    limits: Limits | None = None,
    wear_eur_per_kwh: float = 0.0,
    discharges: bool = False,
) -> Optimum:
    """Least cost of charging, what can be delivered first.

    Parameters
    ----------
    sessions : Sessions
    n_t, dt_h : int, float
        Time grid. [-, h]
    price_eur_per_kwh : ndarray, shape (n_t,)
    room_kw : ndarray, shape (n_t,), optional
        Power left for charging under a shared limit; none when left out. [kW]
    limits : Limits, optional
        Limits of the network; room below 0 counts as 0.
    wear_eur_per_kwh : float
        Battery wear for each kWh given back. [EUR/kWh]
    discharges : bool
        Whether cars may give power back where that earns something.

    Raises
    ------
    SolveError
        If the solver finds no optimum.
    """
    programme = _Programme(sessions, n_t, dt_h, discharges)
    price = np.asarray(price_eur_per_kwh, dtype=float)[programme.active.step] * dt_h
    cost = np.zeros(programme.n_column)
    cost[programme.charge] = price
    if discharges:
        cost[programme.back] = -price + wear_eur_per_kwh * dt_h
        programme.high[programme.back] *= cost[programme.back] < 0
    cost[programme.short] = 10 * float(np.abs(price).max(initial=0.0)) / dt_h + 1.0
    rows, most = [], []
    if room_kw is not None:
        rows.append(programme.totals(np.ones(len(sessions))))
        most.append(np.asarray(room_kw, dtype=float))
    if limits is not None:
        rows += [programme.totals(share) for share in limits.share]
        most += list(np.maximum(limits.room, 0.0))
    if not rows:
        return programme.solve(cost, None, None)
    from scipy import sparse

    return programme.solve(cost, sparse.vstack(rows), np.concatenate(most))


def lowest_peak(
    sessions: Sessions, *, n_t: int, dt_h: float, base_kw: np.ndarray, discharges: bool = False
) -> Optimum:
    """Lowest peak of base load and charging, what can be delivered first.

    Parameters
    ----------
    sessions : Sessions
    n_t, dt_h : int, float
        Time grid. [-, h]
    base_kw : ndarray, shape (n_t,)
        Other load. [kW]
    discharges : bool
        Whether cars may give power back.

    Raises
    ------
    SolveError
        If the solver finds no optimum.
    """
    from scipy import sparse

    programme = _Programme(sessions, n_t, dt_h, discharges)
    base = np.asarray(base_kw, dtype=float)
    cost = np.zeros(programme.n_column + 1)
    cost[programme.short] = 1e3
    cost[-1] = 1.0
    programme.low = np.append(programme.low, -np.inf)
    programme.high = np.append(programme.high, np.inf)
    rows = sparse.hstack([programme.totals(np.ones(len(sessions))), sparse.csr_array(-np.ones((n_t, 1)))])
    return programme.solve(cost, rows, -base)


class _Programme:
    """Columns: charging and discharging power of each session-step, energy stored after it, shortfall per session."""

    def __init__(self, sessions: Sessions, n_t: int, dt_h: float, discharges: bool) -> None:
        self.sessions, self.n_t, self.dt_h, self.discharges = sessions, n_t, dt_h, discharges
        self.active = active = Active.of(sessions, n_t)
        n, n_session = len(active), len(sessions)
        parts = np.cumsum([0, n, n if discharges else 0, n if discharges else 0, n_session])
        self.charge, self.back, self.stored, self.short = (
            slice(int(a), int(b)) for a, b in itertools.pairwise(parts)
        )
        self.n_column = int(parts[-1])
        self.low, self.high = np.zeros(self.n_column), np.full(self.n_column, np.inf)
        self.high[self.charge] = active.each(sessions.p_max_kw)
        self.wish = np.minimum(sessions.e_kwh, sessions.p_max_kw * active.count * dt_h)
        if discharges:
            start = sessions.soc_arrival * sessions.battery_kwh
            self.high[self.back] = active.each(sessions.p_discharge_kw)
            self.low[self.stored] = active.each(np.minimum(sessions.soc_min * sessions.battery_kwh, start))
            self.high[self.stored] = active.each(sessions.battery_kwh)

    def totals(self, share: np.ndarray) -> Any:
        """Sum of `share` (n_session,) x power in each step as rows of a matrix."""
        from scipy import sparse

        n = len(self.active)
        column, step, counts = np.arange(n), self.active.step, self.active.each(share)
        if not self.discharges:
            return sparse.csr_array((counts, (step, column)), shape=(self.n_t, self.n_column))
        values = np.concatenate([counts, -counts])
        place = (np.concatenate([step, step]), np.concatenate([column, column + self.back.start]))
        return sparse.csr_array((values, place), shape=(self.n_t, self.n_column))

    def balances(self) -> tuple[Any, np.ndarray]:
        """Each wish is met or reported short; with discharging, each step's energy is the last one's and its change."""
        from scipy import sparse

        active, cars, dt_h = self.active, self.sessions, self.dt_h
        n, n_session = len(active), len(cars)
        if not self.discharges:
            row = np.concatenate([active.session, np.arange(n_session)])
            column = np.arange(self.n_column)
            values = np.concatenate([np.full(n, dt_h), np.ones(n_session)])
            return sparse.csr_array((values, (row, column)), shape=(n_session, self.n_column)), self.wish
        step, first = np.arange(n), active.first[active.count > 0]
        follows = np.setdiff1d(step, first)
        last, present = (active.first + active.count - 1)[active.count > 0], np.flatnonzero(active.count > 0)
        parts = [
            (step, self.charge.start + step, -active.each(cars.eta_charge) * dt_h),
            (step, self.back.start + step, dt_h / active.each(cars.eta_discharge)),
            (step, self.stored.start + step, np.ones(n)),
            (follows, self.stored.start + follows - 1, -np.ones(follows.size)),
            (n + present, self.stored.start + last, np.ones(present.size)),
            (n + present, self.short.start + present, cars.eta_charge[present]),
        ]
        row, column, values = (np.concatenate(part) for part in zip(*parts, strict=True))
        start = cars.soc_arrival * cars.battery_kwh
        right = np.zeros(n + n_session)
        right[first] = start[present]
        right[n + present] = (start + cars.eta_charge * self.wish)[present]
        return sparse.csr_array((values, (row, column)), shape=(n + n_session, self.n_column)), right

    def solve(self, cost: np.ndarray, rows: Any, most: np.ndarray | None) -> Optimum:
        """Minimise; the value leaves the shortfall's price out."""
        from scipy import sparse
        from scipy.optimize import linprog

        matrix, right = self.balances()
        spare = cost.size - self.n_column
        if spare:
            matrix = sparse.hstack([matrix, sparse.csr_array((matrix.shape[0], spare))])
        found = linprog(
            cost,
            A_ub=rows,
            b_ub=most,
            A_eq=matrix,
            b_eq=right,
            bounds=np.stack([self.low, self.high], axis=1),
        )
        if found.x is None:
            raise SolveError(f"The linear programme has no optimum: {found.message}")
        p_kw = found.x[self.charge].copy()
        if self.discharges:
            p_kw -= found.x[self.back]
        unmet = self.sessions.e_kwh - self.wish + found.x[self.short]
        value = float(found.fun - cost[self.short] @ found.x[self.short])
        return Optimum(value, self.active.dense(p_kw, self.n_t), unmet)


def flatness_gap(
    sessions: Sessions,
    total_kw: np.ndarray,
    *,
    dt_h: float,
    base_kw: np.ndarray,
    limit_kw: float | np.ndarray | None = None,
) -> float:
    """How far, at most, the sum of squares of a load lies above the lowest possible one. [relative]

    Needs no solver: a convex function lies above its tangent, so no charging can lower it by more than the
    cheapest charging lowers the tangent, with the load itself as the price.

    Parameters
    ----------
    sessions : Sessions
    total_kw : ndarray, shape (n_t,)
        Charging of a schedule that delivers every wish. [kW]
    dt_h : float
        Length of a step. [h]
    base_kw : ndarray, shape (n_t,)
        Other load. [kW]
    limit_kw : float or ndarray, shape (n_t,), optional
        Site limit the schedule kept. [kW]
    """
    load = np.asarray(base_kw, dtype=float) + total_kw
    best = schedule(
        sessions,
        "price",
        n_t=load.size,
        dt_h=dt_h,
        price_eur_per_kwh=load,
        base_kw=base_kw,
        limit_kw=limit_kw,
        keep="total",
    )
    return max(float(2 * load @ (total_kw - best.total_kw)), 0.0) / float(load @ load)
