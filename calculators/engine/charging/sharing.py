"""Strategies that share power step by step, knowing only who is plugged in, what they want and when they leave."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from calculators.engine.charging.limits import Limits
from calculators.engine.charging.request import Request

NOTHING_KWH = 1e-9
"""A wish below this is met."""
STEPS_PER_REPORT = 96

ROW, PLACE, LEFT, FULL, LEAST, LEAVES = range(6)
"""What is known of those who wait: their row, their place in the flat power less the step, what they still want as
power for one step, largest and smallest power, and departure."""

Divide = Callable[[int, np.ndarray, np.ndarray], np.ndarray]
"""(step, the table of those who wait, the power each can use) -> power of each."""


def share_fcfs(request: Request) -> np.ndarray:
    """First come, first served under the site limit."""
    room_kw = request.room_kw
    return _share(request, lambda step, table, can: _in_turn(can, room_kw[step], None))


def share_edf(request: Request) -> np.ndarray:
    """Earliest departure first under the site limit."""
    room_kw = request.room_kw
    return _share(request, lambda step, table, can: _in_turn(can, room_kw[step], table[LEAVES]))


def share_llf(request: Request) -> np.ndarray:
    """Least laxity first under the site limit: who can least afford to wait."""
    room_kw = request.room_kw
    return _share(request, lambda step, table, can: _in_turn(can, room_kw[step], _laxity(table)))


def share_equal(request: Request) -> np.ndarray:
    """Equal power for all who can use it under the site limit."""
    room_kw = request.room_kw
    return _share(request, lambda step, table, can: _levelled(can, room_kw[step]))


def solar(request: Request) -> np.ndarray:
    """Solar power left by the base load, least laxity first; who can wait no longer charges at full power."""
    surplus_kw = np.maximum(request.given("solar_kw") - request.base_kw, 0.0)
    held_up = bool(request.sessions.p_min_kw.any())

    def divide(step: int, table: np.ndarray, can: np.ndarray) -> np.ndarray:
        # What may be left for later is what the remaining steps after this one can still deliver.
        must: np.ndarray = table[LEFT] - (table[LEAVES] - (step + 1)) * table[FULL]
        room = surplus_kw[step]
        if must.max() <= 0:
            return _in_turn(can, room, _laxity(table))
        np.minimum(np.maximum(must, 0.0, out=must), can, out=must)
        if held_up:  # less than its minimum would be nothing, and nothing would be too late
            must = np.where(must > 0, np.maximum(must, np.minimum(table[LEAST], can)), must)
        room -= must.sum()
        return must + _in_turn(can - must, room, _laxity(table)) if room > 0 else must

    return _share(request, divide)


def grid_aware(request: Request) -> np.ndarray:
    """Least laxity first under every limit of the network: feeders, transformer, phases, voltage."""
    limits = request.limits
    assert limits is not None  # refused by `schedule`
    room = np.maximum(limits.room, 0.0)

    def divide(step: int, table: np.ndarray, can: np.ndarray) -> np.ndarray:
        share = limits.share[:, table[ROW].astype(int)]
        if (share @ can <= room[:, step]).all():
            return can
        return _within(can, share, room[:, step].copy(), np.argsort(_laxity(table), kind="stable"))

    return _share(request, divide)


def spare(limits: Limits, request: Request, p_kw: np.ndarray) -> Limits:
    """What other sessions leave of `limits`; `limits.share` has one column for each of them."""
    active, n_t = request.active, request.n_t
    used = [active.per_step(p_kw * active.each(share), n_t) for share in limits.share]
    return Limits(limits.share, limits.room - np.array(used).reshape(limits.room.shape))


def _laxity(table: np.ndarray) -> np.ndarray:
    """Last step in which each could start at full power; their order is that of the time left to wait."""
    latest: np.ndarray = table[LEAVES] - table[LEFT] / table[FULL]
    return latest


def _share(request: Request, divide: Divide) -> np.ndarray:
    """Walk through the steps; only sessions that still want energy are looked at.

    Ties are served in the order of arrival, then of the session's row. A session that would get less than its
    minimum gets nothing, unless less is all it still wants.
    """
    sessions, active = request.sessions, request.active
    p_kw = np.zeros(len(active))
    wants = (active.count > 0) & (sessions.e_kwh > NOTHING_KWH) & (sessions.p_max_kw > 0)
    rows = np.flatnonzero(wants)
    start = np.maximum(sessions.arrival_step, 0)
    rows = rows[np.lexsort((sessions.arrival_step[rows], start[rows]))]
    comers = np.array(
        [
            rows,
            active.first[rows] - start[rows],
            sessions.e_kwh[rows] / request.dt_h,
            sessions.p_max_kw[rows],
            sessions.p_min_kw[rows],
            sessions.departure_step[rows],
        ]
    )
    until = np.searchsorted(start[rows], np.arange(request.n_t), side="right").tolist()
    any_least, nothing = bool(comers[LEAST].any()), NOTHING_KWH / request.dt_h
    table, came = comers[:, :0], 0
    for step in range(request.n_t):
        if until[step] > came:
            table = np.concatenate([table, comers[:, came : until[step]]], axis=1)
            came = until[step]
        if table.shape[1]:
            left = table[LEFT]
            can = np.minimum(table[FULL], left)
            got = divide(step, table, can)
            if any_least:
                got = np.where(got < np.minimum(table[LEAST], can) - 1e-12, 0.0, got)
            p_kw[(table[PLACE] + step).astype(np.intp)] = got
            left -= got
            stays = (left > nothing) & (table[LEAVES] > step + 1)
            if not stays.all():
                table = table[:, stays]
        due = (step + 1) % STEPS_PER_REPORT == 0
        if due and request.progress is not None and not request.progress(step + 1, request.n_t):
            break
    return p_kw


def _in_turn(can_kw: np.ndarray, room_kw: float, key: np.ndarray | None) -> np.ndarray:
    """Power for each within `room_kw` by ascending key; without one, as they stand."""
    if can_kw.sum() <= room_kw:
        return can_kw
    if key is None:
        return _until_spent(can_kw, room_kw)
    order = np.argsort(key, kind="stable")
    got = np.empty(can_kw.size)
    got[order] = _until_spent(can_kw[order], room_kw)
    return got


def _until_spent(can_kw: np.ndarray, room_kw: float) -> np.ndarray:
    """From the first to the last until `room_kw` is used up."""
    left = room_kw - np.cumsum(can_kw) + can_kw
    got: np.ndarray = np.minimum(np.maximum(left, 0.0, out=left), can_kw, out=left)
    return got


def _levelled(can_kw: np.ndarray, room_kw: float) -> np.ndarray:
    """The same power for all who can use it: min(can, level), the level from the smallest wish up."""
    if can_kw.sum() <= room_kw:
        return can_kw
    sorted_kw = np.sort(can_kw)
    others = np.arange(can_kw.size, 0, -1)
    level = (room_kw - (np.cumsum(sorted_kw) - sorted_kw)) / others
    shared: np.ndarray = np.minimum(can_kw, level[int(np.argmax(sorted_kw >= level))])
    return shared


def _within(can_kw: np.ndarray, share: np.ndarray, room: np.ndarray, order: np.ndarray) -> np.ndarray:
    """Serve in `order` until a limit is used up, then go on with those who do not count there.

    Parameters
    ----------
    can_kw : ndarray, shape (n_waiting,)
    share : ndarray, shape (n_limit, n_waiting)
    room : ndarray, shape (n_limit,)
        Changed.
    order : ndarray of int, shape (n_waiting,)
    """
    got = np.zeros(can_kw.size)
    while order.size:
        used = np.cumsum(share[:, order] * can_kw[order], axis=1)
        over = (used > room[:, None] * (1 + 1e-12)).any(axis=0)
        whole = int(np.argmax(over)) if over.any() else order.size
        got[order[:whole]] = can_kw[order[:whole]]
        if whole:
            room -= used[:, whole - 1]
        if whole == order.size:
            break
        part = order[whole]
        counts = share[:, part] > 0
        got[part] = max(float((room[counts] / share[counts, part]).min()), 0.0)
        spent = counts & (share[:, part] * got[part] >= room * (1 - 1e-9))
        room -= share[:, part] * got[part]
        room[spent] = 0.0
        order = order[whole + 1 :]
        order = order[~(share[np.ix_(spent, order)] > 0).any(axis=0)]
    return got
