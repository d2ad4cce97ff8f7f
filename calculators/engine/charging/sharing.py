"""Strategies that share power step by step, knowing only who is plugged in, what they want and when they leave."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from calculators.engine.charging.request import Request

NOTHING_KWH = 1e-9
"""A wish below this is met."""
STEPS_PER_REPORT = 96

Key = Callable[[np.ndarray, np.ndarray, int], np.ndarray]
"""(sessions waiting, their remaining kWh, step) -> sort key, lowest served first."""


def share_fcfs(request: Request) -> np.ndarray:
    """First come, first served under the site limit."""
    arrival = request.sessions.arrival_step
    return _share(request, request.room_kw, lambda waiting, left, step: arrival[waiting])


def share_edf(request: Request) -> np.ndarray:
    """Earliest departure first under the site limit."""
    departure = request.sessions.departure_step
    return _share(request, request.room_kw, lambda waiting, left, step: departure[waiting])


def share_llf(request: Request) -> np.ndarray:
    """Least laxity first under the site limit: who can least afford to wait."""
    return _share(request, request.room_kw, _laxity(request))


def share_equal(request: Request) -> np.ndarray:
    """Equal power for all who can use it under the site limit."""
    return _share(request, request.room_kw, None)


def solar(request: Request) -> np.ndarray:
    """Solar power left by the base load, least laxity first; who can wait no longer charges at full power."""
    surplus_kw = np.maximum(request.given("solar_kw") - request.base_kw, 0.0)
    return _share(request, surplus_kw, _laxity(request), in_time=True)


def _laxity(request: Request) -> Key:
    sessions, dt_h = request.sessions, request.dt_h

    def laxity_h(waiting: np.ndarray, left: np.ndarray, step: int) -> np.ndarray:
        stay_h = (sessions.departure_step[waiting] - step) * dt_h
        laxity: np.ndarray = stay_h - left / sessions.p_max_kw[waiting]
        return laxity

    return laxity_h


def _share(request: Request, room_kw: np.ndarray, key: Key | None, in_time: bool = False) -> np.ndarray:
    """Walk through the steps; only sessions that still want energy are looked at.

    Ties are served in the order of arrival, then of the session's row. A session that would get less than its
    minimum gets nothing, unless less is all it still wants.
    """
    sessions, active, dt_h = request.sessions, request.active, request.dt_h
    p_kw = np.zeros(len(active))
    left_kwh = sessions.e_kwh.copy()
    wants = (active.count > 0) & (left_kwh > NOTHING_KWH) & (sessions.p_max_kw > 0)
    comers = np.flatnonzero(wants)
    start = np.maximum(sessions.arrival_step, 0)
    comers = comers[np.lexsort((sessions.arrival_step[comers], start[comers]))]
    until = np.searchsorted(start[comers], np.arange(request.n_t), side="right")
    waiting = np.zeros(0, dtype=int)
    came = 0
    for step in range(request.n_t):
        if until[step] > came:
            waiting = np.concatenate([waiting, comers[came : until[step]]])
            came = int(until[step])
        if waiting.size:
            left = left_kwh[waiting]
            can = np.minimum(sessions.p_max_kw[waiting], left / dt_h)
            got = np.zeros(waiting.size)
            if in_time and key is not None:
                # What may be left for later is what the remaining steps after this one can still deliver.
                later_h = (sessions.departure_step[waiting] - step - 1) * dt_h
                got = np.clip((left - later_h * sessions.p_max_kw[waiting]) / dt_h, 0.0, can)
            room = max(float(room_kw[step]) - float(got.sum()), 0.0)
            got += _divide(can - got, room, None if key is None else key(waiting, left, step))
            floor = np.minimum(sessions.p_min_kw[waiting], can)
            got[got < floor - 1e-12] = 0.0
            p_kw[active.first[waiting] + step - start[waiting]] = got
            left_kwh[waiting] = left - got * dt_h
            stays = (left_kwh[waiting] > NOTHING_KWH) & (sessions.departure_step[waiting] > step + 1)
            waiting = waiting[stays]
        due = (step + 1) % STEPS_PER_REPORT == 0
        if due and request.progress is not None and not request.progress(step + 1, request.n_t):
            break
    return p_kw


def _divide(can_kw: np.ndarray, room_kw: float, key: np.ndarray | None) -> np.ndarray:
    """Power for each within `room_kw`: by ascending key, or equally when there is none."""
    if can_kw.sum() <= room_kw:
        return can_kw
    if key is None:
        # Level power: c = min(can, level) with sum c = room, from the smallest wish up.
        order = np.argsort(can_kw, kind="stable")
        sorted_kw = can_kw[order]
        others = np.arange(can_kw.size, 0, -1)
        level = (room_kw - (np.cumsum(sorted_kw) - sorted_kw)) / others
        first = int(np.argmax(sorted_kw >= level))
        shared: np.ndarray = np.minimum(can_kw, level[first])
        return shared
    order = np.argsort(key, kind="stable")
    wanted = can_kw[order]
    got = np.empty(can_kw.size)
    got[order] = np.clip(room_kw - (np.cumsum(wanted) - wanted), 0.0, wanted)
    return got
