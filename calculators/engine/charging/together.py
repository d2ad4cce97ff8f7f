"""Optimal plans for sessions that share a limit or a peak, with all arrivals and departures known in advance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from calculators.engine.charging.active import Active
from calculators.engine.charging.coupled import EnergyRows, Steps, StorageRows
from calculators.engine.charging.interior import MAX_ROUNDS, minimise
from calculators.engine.charging.request import Progress, Request
from calculators.engine.charging.sessions import Sessions
from calculators.engine.errors import InputError, Problem

MAX_STEPS = 3000
"""Steps in which somebody is plugged in; the normal equations are a full matrix of that size."""
SLACK = 1e-7
"""Width a bound is given where it would be none, relative to the largest charging power."""
ACCEPT, WIDTH = 1e-3, 1e-6
"""Relative error accepted for batteries, and width their bounds are given where it would be less: their rows are
harder on rounding. The bounds and goals of each battery are made exact afterwards."""
MARGIN = 1e-6
"""Share of the room under a limit that is left free, so that the last digits do not break it."""
FORGIVEN = 1e-5
"""Energy missing below this is rounding, relative to the largest charging power for an hour."""
PEAK_SLACK = 1e-4
"""How far above the lowest peak the flattest plan may go, relative."""


def under_limit(request: Request, cost: np.ndarray, *, flat: bool = False) -> np.ndarray:
    """Charging that costs least under the site limit; energy comes first, cost second.

    Parameters
    ----------
    request : Request
        With `limit_kw`.
    cost : ndarray, shape (n_t,)
        Cost of power in each step, any unit.
    flat : bool
        Whether to add half the square of the power in each step; then `cost` is the base load. [kW]

    Returns
    -------
    ndarray, shape (n_active,)
        Power of each session-step. [kW]
    """
    power = np.zeros(len(request.active))
    core = _Core.of(request, request.sessions.e_kwh > 0)
    if core is None:
        return power
    cars, active, unit = core.cars, core.active, core.unit
    room = request.room_kw[core.steps] / unit
    wish = np.minimum(cars.e_kwh / request.dt_h, cars.p_max_kw * active.count) / unit
    n_t, n = core.steps.size, len(active)
    cost = cost[core.steps] / unit if flat else cost[core.steps]
    cost = cost - cost.min()
    reach = float((cost + room).max()) if flat else float(cost.max())
    dear = np.full(len(cars), 2.0)
    columns = [np.zeros(n), dear, cost / (reach or 1.0)]
    upper = [active.each(cars.p_max_kw) / unit, np.full(len(cars), np.inf), np.maximum(room, SLACK)]
    curve = np.append(np.zeros(n + len(cars)), np.full(n_t, 1.0 / (reach or 1.0) if flat else 0.0))
    found = minimise(
        EnergyRows(active, Steps(n_t, -1.0, False)),
        np.append(wish, np.zeros(n_t)),
        np.concatenate(columns),
        np.concatenate(upper),
        curve,
        core.go_on,
    )
    p = found[:n]
    total = np.bincount(active.step, weights=p, minlength=n_t)
    p *= np.minimum(1.0, np.divide(room, total, out=np.ones(n_t), where=total > 0))[active.step]
    power[core.mine] = p * unit
    return power


def v2g_under_limit(request: Request) -> np.ndarray:
    """Charging and discharging that cost least under the site limit; energy comes first, cost second.

    Returns
    -------
    ndarray, shape (n_active,)
        Power of each session-step, discharge negative. [kW]
    """
    power = np.zeros(len(request.active))
    core = _Core.of(request, np.ones(len(request.sessions), dtype=bool))
    if core is None:
        return power
    price = request.given("price_eur_per_kwh")[core.steps]
    battery = _Battery(core, request.dt_h, pays=price > request.wear_eur_per_kwh)
    room = request.room_kw[core.steps] / core.unit
    power[core.mine] = battery.cheapest(price, request.wear_eur_per_kwh, room) * core.unit
    return power


def v2g_peak(request: Request) -> np.ndarray:
    """The lowest peak that charging and discharging together can reach, and below it the flattest load.

    Returns
    -------
    ndarray, shape (n_active,)
        Power of each session-step, discharge negative. [kW]
    """
    power = np.zeros(len(request.active))
    core = _Core.of(request, np.ones(len(request.sessions), dtype=bool))
    if core is None:
        return power
    base = request.base_kw / core.unit
    alone = np.setdiff1d(np.arange(request.n_t), core.steps)
    battery = _Battery(core, request.dt_h)
    peak = battery.lowest_peak(base[core.steps], base[alone])
    power[core.mine] = battery.flattest(base[core.steps], peak) * core.unit
    return power


@dataclass(frozen=True)
class _Core:
    """The sessions that can charge, and the steps in which one is plugged in, renumbered without gaps.

    `mine` says which session-steps of the request these are; `unit` is the power all others are divided by. [kW]
    """

    cars: Sessions
    active: Active
    mine: np.ndarray
    steps: np.ndarray
    unit: float
    progress: Progress | None

    @staticmethod
    def of(request: Request, wanted: np.ndarray) -> _Core | None:
        """Return what is to be solved, or None when there is nothing."""
        whole, cars = request.active, request.sessions
        rows = wanted & (whole.count > 0) & (cars.p_max_kw > 0)
        if not rows.any():
            return None
        chosen = cars.take(rows)
        part = Active.of(chosen, request.n_t)
        steps = np.unique(part.step)
        if steps.size > MAX_STEPS:
            raise InputError(
                Problem(
                    "too-long",
                    f"the optimum is sought over {steps.size} steps; {MAX_STEPS} are the most.",
                    "n_t",
                    "Plan a week at a time, or in longer steps.",
                )
            )
        unit = float(chosen.p_max_kw.max())
        active = Active(np.searchsorted(steps, part.start), part.count)
        return _Core(chosen, active, whole.each(rows), steps, unit, request.progress)

    def go_on(self, done: int) -> bool:
        """Report a round; at least one is always made."""
        return self.progress is None or done == 0 or self.progress(done, MAX_ROUNDS)


class _Battery:
    """The batteries of the sessions as columns and rows; energy in kWh divided by the unit of power."""

    def __init__(self, core: _Core, dt_h: float, pays: np.ndarray | None = None) -> None:
        """`pays`, shape (n_step,): whether anything may be given back."""
        self.core, cars, active, unit = core, core.cars, core.active, core.unit
        start = cars.soc_arrival * cars.battery_kwh / unit
        floor = np.minimum(cars.soc_min * cars.battery_kwh / unit, start)
        self.start, self.floor, self.top = start, floor, cars.battery_kwh / unit
        self.full = active.each(cars.p_max_kw) / unit
        wish = np.minimum(cars.e_kwh, cars.p_max_kw * active.count * dt_h) / unit
        self.gain_h = active.each(cars.eta_charge) * dt_h
        self.drain_h = dt_h / active.each(cars.eta_discharge)
        able = active.each(cars.p_discharge_kw) > 0
        self.back = np.flatnonzero(able if pays is None else able & pays[active.step])
        self.back_max = active.each(cars.p_discharge_kw)[self.back] / unit
        last = self.last = active.first + active.count - 1
        offset = active.each(floor)
        self.goal = start + cars.eta_charge * wish
        offset[last] = self.goal
        self.right = -offset
        self.right[1:] += offset[:-1]
        self.right[active.first] = start - offset[active.first]
        self.upper = np.maximum(active.each(cars.battery_kwh / unit - floor), WIDTH)
        self.upper[last] = np.inf
        self.short = np.zeros(len(active))
        self.short[last] = 1.0
        self.n_t = core.steps.size
        self.most_back = np.bincount(active.step[self.back], weights=self.back_max, minlength=self.n_t)

    def lowest_peak(self, base: np.ndarray, alone: np.ndarray) -> float:
        """Lowest peak of `base` (n_step,) and the sessions, not below `alone`, the load while nobody is plugged in."""
        least = float((base - self.most_back).min()) - 1.0
        least = max(least, float(alone.max(initial=-np.inf)))
        own = np.append(np.zeros(self.n_t), 1.0)
        found = self._solve(
            Steps(self.n_t, 1.0, True),
            least - base,
            own,
            np.full(self.n_t + 1, np.inf),
            np.zeros(self.n_t + 1),
        )
        return least + float(found[-1])

    def cheapest(self, price: np.ndarray, wear: float, room: np.ndarray) -> np.ndarray:
        """Power of each session-step that costs least with at most `room` (n_step,) in total."""
        unit = float(np.abs(price).max()) or 1.0
        upper = np.maximum(room * (1 - MARGIN) + self.most_back, WIDTH)
        steps, curve = Steps(self.n_t, -1.0, False), np.zeros(self.n_t)
        found = self._solve(steps, -self.most_back, price / unit, upper, curve, wear / unit)
        missing = found[len(self.core.active) + self.back.size + self.last]
        return self._power(found, np.where(missing > FORGIVEN, missing, 0.0))

    def flattest(self, base: np.ndarray, peak: float) -> np.ndarray:
        """Power of each session-step with the least sum of squares of the load at or below `peak`."""
        room = peak + PEAK_SLACK * max(abs(peak), 1.0) - base
        upper = np.maximum(room + self.most_back, WIDTH)
        cost = base - self.most_back
        cost = cost - cost.min()
        reach = float((cost + upper).max())
        steps, curve = Steps(self.n_t, -1.0, False), np.full(self.n_t, 1.0 / reach)
        found = self._solve(steps, -self.most_back, cost / reach, upper, curve)
        return self._power(found, np.zeros(self.goal.size))  # without a limit every goal is reached

    def _power(self, found: np.ndarray, missing: np.ndarray) -> np.ndarray:
        """Net power, moved by the solver's last digits so that bounds and goals less `missing` are kept exactly."""
        active, n, n_back = self.core.active, len(self.core.active), self.back.size
        change = self.gain_h * found[:n]
        change[self.back] -= self.drain_h[self.back] * found[n : n + n_back]
        most_up, most_down = self.gain_h * self.full, np.zeros(n)
        most_down[self.back] = self.drain_h[self.back] * self.back_max
        goal = active.each(self.goal - missing)
        up_left = active.each(active.per_session(most_up)) - active.before(most_up) - most_up
        down_left = active.each(active.per_session(most_down)) - active.before(most_down) - most_down
        low = np.maximum(active.each(self.floor), goal - up_left)
        high = np.minimum(active.each(self.top), goal + down_left)
        stored, rows = self.start.copy(), np.arange(active.count.size)
        for step in range(int(active.count.max())):
            rows = rows[active.count[rows] > step]
            at = active.first[rows] + step
            was = stored[rows]
            now = np.clip(was + change[at], low[at], high[at])
            stored[rows] = np.clip(now, was - most_down[at], was + most_up[at])
            change[at] = stored[rows] - was
        net: np.ndarray = np.where(change > 0, change / self.gain_h, change / self.drain_h)
        return net

    def _solve(
        self,
        steps: Steps,
        right: np.ndarray,
        cost: np.ndarray,
        upper: np.ndarray,
        curve: np.ndarray,
        back_cost: np.ndarray | float = 0.0,
    ) -> np.ndarray:
        core, n_back = self.core, self.back.size
        n = len(core.active)
        # Dearer than any energy: a unit of power costs at most 1, a unit of energy at most what one step needs for it.
        missing = 4.0 / self.gain_h.min() * self.short
        return minimise(
            StorageRows(core.active, steps, self.gain_h, self.drain_h, self.back),
            np.append(self.right, right),
            np.concatenate([np.zeros(n), np.zeros(n_back) + back_cost, missing, cost]),
            np.concatenate([self.full, self.back_max, self.upper, upper]),
            np.append(np.zeros(2 * n + n_back), curve),
            core.go_on,
            accept=ACCEPT,
        )
