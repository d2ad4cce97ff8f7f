"""Vehicles that follow a timetable: buses, trucks and vans at a depot."""

from __future__ import annotations

import numpy as np

from calculators.engine.charging import Sessions
from calculators.engine.errors import InputError, Problem


def timetable_sessions(
    *,
    back_h: np.ndarray,
    leave_h: np.ndarray,
    km: np.ndarray,
    kwh_per_km: np.ndarray | float,
    p_max_kw: np.ndarray | float,
    runs: np.ndarray,
    dt_h: float,
    efficiency: float = 0.9,
) -> Sessions:
    """List the stays of depot vehicles: each from its return until it next leaves.

    Parameters
    ----------
    back_h, leave_h : ndarray, shape (n_vehicle,)
        When a vehicle comes back and when it leaves, on each day it runs; back later than leave. [h, 0-24]
    km : ndarray, shape (n_vehicle,)
        Distance of a day. [km]
    kwh_per_km : ndarray or float
        Consumption from the battery. [kWh/km]
    p_max_kw : ndarray or float
        Power of each charge point. [kW]
    runs : ndarray of bool, shape (n_days,)
        Days on which the vehicles run.
    dt_h : float
        Length of a step. [h]
    efficiency : float
        Battery energy over energy at the meter, 0 < efficiency <= 1. [-]

    Returns
    -------
    Sessions
        One per vehicle and day run, EVSE = vehicle, sorted by vehicle. The stay of the last day ends with the grid.
        The energy is what the day took, even where the stay is too short for it: a schedule then says how much is
        missing.

    Raises
    ------
    InputError
        All problems at once: a vehicle back before it leaves, times outside the day, negative distance.
    """
    shape = np.broadcast_shapes(*(np.shape(values) for values in (back_h, leave_h, km, kwh_per_km, p_max_kw)))
    back, leave, distance, consumption, power = (
        np.broadcast_to(np.asarray(values, dtype=float), shape)
        for values in (back_h, leave_h, km, kwh_per_km, p_max_kw)
    )
    found = []
    for row in np.flatnonzero(~((leave >= 0) & (back > leave) & (back < 24)))[:5]:
        found.append(
            Problem(
                "timetable",
                f"leaves at {leave[row]:g} h and is back at {back[row]:g} h; it must be back later the same day.",
                f"vehicle {row}",
                "Split a shift over midnight into two vehicles, or shift the day.",
            )
        )
    for row in np.flatnonzero(~((distance >= 0) & (consumption >= 0) & (power > 0)))[:5]:
        found.append(
            Problem(
                "range", "distance and consumption must be 0 or more, power more than 0.", f"vehicle {row}"
            )
        )
    if not 0 < efficiency <= 1:
        found.append(Problem("range", f"{efficiency:g}; it must lie above 0, up to 1.", "efficiency"))
    if found:
        raise InputError(found)
    day = np.flatnonzero(runs)
    following = np.append(day, len(runs))[1:]
    arrival = np.floor((day * 24 + back[:, None]) / dt_h + 1e-9).astype(int)
    departure = np.floor((following * 24 + leave[:, None]) / dt_h + 1e-9).astype(int)
    departure[:, -1:] = round(len(runs) * 24 / dt_h)
    energy = np.repeat(distance * consumption / efficiency, day.size)
    vehicle = np.repeat(np.arange(back.size), day.size)
    return Sessions(arrival.ravel(), departure.ravel(), energy, np.repeat(power, day.size), vehicle)
