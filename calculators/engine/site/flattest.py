"""The flattest load of a site when cars may also give power back, fast enough for a page.

The least sum of squares over one car's stay, others fixed, is a resource allocation with nested bounds: its battery may
neither run below its floor nor over its top. It is solved by divide and conquer: find the one level that ends
with the right energy, and where the battery would leave its bounds most, hold it at that bound and solve both
parts again, which is optimal [1]_. One car after the other, until nothing changes.

References
----------
.. [1] van der Klauw, Gerards, Hurink, "Resource allocation problems in decentralized energy management", OR Spectrum
   39, 749-773 (2017), https://link.springer.com/article/10.1007/s00291-017-0474-2.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from calculators.engine.charging import Schedule, Sessions

MAX_ROUNDS = 30
TOL_RELATIVE = 1e-5
"""A round that lowers the sum of squares by less than this share is the last."""


@dataclass(frozen=True)
class Battery:
    """What one car can do: power at the meter, energy in the battery above its level on arrival. [kW, kWh]"""

    p_max_kw: float
    back_kw: float
    low_kwh: float
    high_kwh: float
    eta_charge: float
    eta_discharge: float


def flattest_with_return(
    sessions: Sessions, base_kw: np.ndarray, *, n_t: int, dt_h: float, start: Schedule
) -> Schedule:
    """Flatten the load of a site by charging and giving back.

    Parameters
    ----------
    sessions : Sessions
        With batteries; drivers with `charge_now` keep what `start` gives them.
    base_kw : ndarray, shape (n_t,)
        Other load; no car feeds power out of the site. [kW]
    n_t : int
    dt_h : float
        Length of a step. [h]
    start : Schedule
        A plan without giving back to begin from, with `keep="sessions"`.

    Returns
    -------
    Schedule
        Delivers what `start` can deliver; the sum of squares of the load is never above that of `start`.
    """
    p_kw = start.p_kw.copy()
    load = base_kw + p_kw.sum(axis=0)
    begin = np.clip(sessions.arrival_step, 0, n_t)
    end = np.clip(sessions.departure_step, 0, n_t)
    able = (end > begin) & (sessions.p_discharge_kw > 0) & ~sessions.charge_now
    cars = [
        (
            row,
            slice(int(begin[row]), int(end[row])),
            *_car(sessions, int(row), int(end[row] - begin[row]), dt_h),
        )
        for row in np.flatnonzero(able)
    ]
    before = float(load @ load)
    for _ in range(MAX_ROUNDS):
        for row, stay, battery, goal_kwh in cars:
            others = load[stay] - p_kw[row, stay]
            p_kw[row, stay] = flatten_one(others, battery, goal_kwh, dt_h)
            load[stay] = others + p_kw[row, stay]
        after = float(load @ load)
        if before - after <= TOL_RELATIVE * after:
            break
        before = after
    taken, given = np.maximum(p_kw, 0.0).sum(axis=1), np.maximum(-p_kw, 0.0).sum(axis=1)
    delivered = (taken - given / (sessions.eta_charge * sessions.eta_discharge)) * dt_h
    short = np.maximum(sessions.e_kwh - delivered, 0.0)
    return Schedule(p_kw, p_kw.sum(axis=0), delivered, short)


def _car(sessions: Sessions, row: int, count: int, dt_h: float) -> tuple[Battery, float]:
    full = float(sessions.battery_kwh[row])
    start = float(sessions.soc_arrival[row]) * full
    floor = min(float(sessions.soc_min[row]) * full, start)
    eta = float(sessions.eta_charge[row])
    p_max = float(sessions.p_max_kw[row])
    wish = min(float(sessions.e_kwh[row]), p_max * count * dt_h)
    battery = Battery(
        p_max,
        float(sessions.p_discharge_kw[row]),
        floor - start,
        full - start,
        eta,
        float(sessions.eta_discharge[row]),
    )
    return battery, eta * wish


def flatten_one(others_kw: np.ndarray, battery: Battery, goal_kwh: float, dt_h: float) -> np.ndarray:
    """Power of one car that makes the load beside it flattest and ends `goal_kwh` above its arrival.

    Parameters
    ----------
    others_kw : ndarray, shape (n,)
        Load of all others during its stay. [kW]
    battery : Battery
    goal_kwh : float
        Energy in the battery on departure less that on arrival; within reach. [kWh]
    dt_h : float

    Returns
    -------
    ndarray, shape (n,)
        Charging positive, giving back negative. [kW]
    """
    power = np.empty(others_kw.size)
    parts = [(0, others_kw.size, 0.0, goal_kwh)]
    while parts:
        first, last, from_kwh, to_kwh = parts.pop()
        p = _level(others_kw[first:last], battery, (to_kwh - from_kwh) / dt_h)
        gain = np.where(p > 0, p * battery.eta_charge, p / battery.eta_discharge)
        stored = from_kwh + np.cumsum(gain) * dt_h
        beyond = np.maximum(battery.low_kwh - stored, stored - battery.high_kwh)[:-1]
        worst = int(beyond.argmax()) if beyond.size else 0
        if beyond.size and beyond[worst] > 1e-7:
            held = battery.low_kwh if stored[worst] < battery.low_kwh else battery.high_kwh
            parts.append((first, first + worst + 1, from_kwh, held))
            parts.append((first + worst + 1, last, held, to_kwh))
        else:
            power[first:last] = p
    return power


def _level(others_kw: np.ndarray, battery: Battery, gain_kw: float) -> np.ndarray:
    """Power that reaches a gain (sum over the steps, at the battery) with one level of marginal load.

    Charging fills every load up to level x eta_charge; giving back cuts every load down to level / eta_discharge. The
    gain is piecewise linear and rising in the level, so the level is found by interpolation.
    """
    up, down = battery.eta_charge, battery.eta_discharge
    back = np.minimum(battery.back_kw, np.maximum(others_kw, 0.0))
    marks = np.concatenate(
        [
            others_kw / up,
            (others_kw + battery.p_max_kw) / up,
            (others_kw - back) * down,
            others_kw * down,
        ]
    )
    n = others_kw.size
    slopes = np.concatenate(
        [np.full(n, up * up), np.full(n, -up * up), np.full(n, down**-2), np.full(n, -(down**-2))]
    )
    slopes[2 * n :][np.tile(back <= 0, 2)] = 0.0
    order = np.argsort(marks, kind="stable")
    marks = marks[order]
    gain = np.concatenate([[0.0], np.cumsum(np.cumsum(slopes[order])[:-1] * np.diff(marks))])
    gain -= back.sum() / down
    level = float(np.interp(gain_kw, gain, marks))
    charge = np.clip(level * up - others_kw, 0.0, battery.p_max_kw)
    discharge = np.clip(others_kw - level / down, 0.0, back)
    power: np.ndarray = charge - discharge
    return power


def with_batteries(
    sessions: Sessions, *, battery_kwh: float, soc_leave: float, soc_min: float, back: np.ndarray
) -> Sessions:
    """Give each session a car that leaves with `soc_leave`, in a battery large enough for its wish.

    Parameters
    ----------
    sessions : Sessions
    battery_kwh : float
        Usable capacity, where the wish fits. [kWh]
    soc_leave, soc_min : float
        State of charge on departure, and the one nothing is given back below, soc_min < soc_leave. [0-1]
    back : ndarray of bool, shape (n_session,)
        Whether each car can give back, at the power it charges with.
    """
    stored = sessions.e_kwh * sessions.eta_charge
    battery = np.maximum(battery_kwh, stored / soc_leave)
    return replace(
        sessions,
        battery_kwh=battery,
        soc_arrival=np.clip(soc_leave - stored / battery, 0.0, 1.0),
        soc_min=np.full(len(sessions), soc_min),
        p_discharge_kw=np.where(back, sessions.p_max_kw, 0.0),
    )
