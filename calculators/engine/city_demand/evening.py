"""The mean workday of a city, hour by hour, when charging at home and at the kerb is controlled."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from calculators.engine.charging import Sessions, schedule
from calculators.engine.charging.sessions import ETA_ONE_WAY
from calculators.engine.demand import draw_sessions

CASES = ("uncontrolled", "window", "valley-filling", "v2g-peak")
"""No control, time window, smart, smart + V2G: strategies of the charging engine by id."""
DT_H = 1.0
N_DAYS = 4
"""Monday to Thursday; a fifth day lets the last cars finish."""
N_T = 24 * (N_DAYS + 1)
COUNTED = slice(24, 72)
"""Tuesday and Wednesday: the days before and after them are whole."""
N_EVSE = {"home": 480, "kerbside": 120}
KERBSIDE_PER_WEEK = 6.0
"""Sessions a week at a kerbside EVSE of the sample; only their number depends on it, as all are weighted."""
BATTERY_KWH, FLOOR = 58.0, 0.3
"""Usable capacity of the cars that give power back, and the state of charge they keep. [kWh, -]"""


def controlled_days(
    rng: np.random.Generator,
    *,
    home: Mapping[str, Any],
    kerbside: Mapping[str, Any],
    day_kwh: Mapping[str, float],
    rest_kw: np.ndarray,
    p_evse_kw: Mapping[str, float],
    step: Callable[[], bool],
) -> dict[str, np.ndarray]:
    """Plan a sample of sessions by each case, weighted to the size of the city.

    Parameters
    ----------
    rng : numpy.random.Generator
    home, kerbside : mapping
        Session statistics, see `draw_sessions`.
    day_kwh : mapping
        Energy of a mean workday by kind, "home" and "kerbside". [kWh]
    rest_kw : ndarray, shape (24,)
        Load of the same day that is not controlled: homes, other charging. [kW]
    p_evse_kw : mapping
        Power of an EVSE by kind. [kW]
    step : callable
        Called after each case; False stops and keeps the cases done.

    Returns
    -------
    dict of str to ndarray, shape (24,)
        Mean load of `rest_kw` and of charging by each case. [kW]

    Notes
    -----
    A session of weight w stands for w such sessions, so its energy, powers and battery are multiplied by it; the
    weights give each day the energy of the mean one. At home cars can give power back down to `FLOOR`, at the kerbside not.
    """
    parts = [
        _weighted(rng, statistics, day_kwh[kind], N_EVSE[kind], p_evse_kw[kind], back=kind == "home")
        for kind, statistics in (
            ("home", home),
            ("kerbside", {**kerbside, "sessions_per_week": KERBSIDE_PER_WEEK, "day_spread": 0.0}),
        )
        if day_kwh[kind] > 0
    ]
    sessions = _joined(parts)
    base_kw = np.tile(rest_kw, N_DAYS + 1)
    days: dict[str, np.ndarray] = {}
    for case in CASES:
        cars = sessions if case == "v2g-peak" else replace(sessions, p_discharge_kw=np.zeros(len(sessions)))
        plan = schedule(cars, case, n_t=N_T, dt_h=DT_H, base_kw=base_kw, keep="total")
        days[case] = rest_kw + plan.total_kw[COUNTED].reshape(-1, 24).mean(axis=0)
        if not step():
            break
    return days


def _weighted(
    rng: np.random.Generator,
    statistics: Mapping[str, Any],
    day_kwh: float,
    n_evse: int,
    p_evse_kw: float,
    *,
    back: bool,
) -> Sessions:
    """Sessions that together come for `day_kwh` each day."""
    drawn = draw_sessions(
        rng, n_evse=n_evse, n_days=N_DAYS, dt_h=DT_H, p_evse_kw=p_evse_kw, statistics=statistics
    )
    keep = (drawn.departure_step <= N_T) & (drawn.e_kwh > 0)
    energy = drawn.e_kwh[keep]
    day = drawn.arrival_step[keep] // 24
    weight = day_kwh / np.bincount(day, weights=energy)[day]
    stored = energy * ETA_ONE_WAY
    battery = np.maximum(BATTERY_KWH, stored)
    power = drawn.p_max_kw[keep] * weight
    return Sessions(
        drawn.arrival_step[keep],
        drawn.departure_step[keep],
        energy * weight,
        power,
        battery_kwh=battery * weight,
        soc_arrival=1.0 - stored / battery,
        soc_min=np.full(energy.size, FLOOR),
        p_discharge_kw=power if back else np.zeros(energy.size),
    )


def _joined(parts: list[Sessions]) -> Sessions:
    names = ("arrival_step", "departure_step", "e_kwh", "p_max_kw")
    more = ("battery_kwh", "soc_arrival", "soc_min", "p_discharge_kw")
    arrays = {name: np.concatenate([getattr(part, name) for part in parts]) for name in (*names, *more)}
    return Sessions(**arrays)
