"""Charging sessions drawn from published distributions: arrival, stay and energy together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from calculators.engine.charging import Sessions, power_kw
from calculators.engine.charging.sessions import ETA_ONE_WAY
from calculators.engine.demand.curves import check_statistics, draw_hours, read_curve
from calculators.engine.demand.pairing import pair_energy
from calculators.engine.demand.vehicles import Vehicles
from calculators.engine.demand.visits import after_last, take_free, visits
from calculators.engine.errors import InputError, Problem

N_POOL = 2000
"""Sessions are drawn together in at least this number, so that few keep the published distribution too."""


@dataclass(frozen=True)
class DrawnSessions:
    """Sessions with the vehicle that makes each.

    Attributes
    ----------
    sessions : Sessions
    vehicle : ndarray of int, shape (n_session,)
        Row of the vehicles given.
    phases : ndarray of int, shape (n_session,)
        Phases each session uses, 1 or 3.
    """

    sessions: Sessions
    vehicle: np.ndarray
    phases: np.ndarray


def draw_sessions(
    rng: np.random.Generator,
    *,
    n_evse: int,
    n_days: int,
    dt_h: float,
    p_evse_kw: float,
    statistics: Mapping[str, Any],
    first_weekday: int = 0,
    day_off: np.ndarray | None = None,
    energy_factor: float = 1.0,
) -> Sessions:
    """Draw the sessions of `n_evse` charge points at their full power.

    Parameters
    ----------
    rng : numpy.random.Generator
    n_evse : int
        EVSEs, 0 or more.
    n_days : int
    dt_h : float
        Length of a step. [h]
    p_evse_kw : float
        Power of each EVSE. [kW]
    statistics : mapping
        `arrival_weekday_percent`, `arrival_weekend_percent` over equal parts of the day; `duration_h`,
        `energy_kwh` as curves over `exceeded_by_percent`; `duration_by_hour_h`, `energy_by_hour_kwh` over equal
        parts of the day, of which only the ratios matter; `rank_correlation` of stay and energy; `sessions_per_week` of an EVSE. May hold `weekend_factor`, sessions of
        a weekend day over those of a weekday (1); `shared`, whether anyone uses the EVSEs rather than one car
        each (false); `day_spread`, the coefficient of variation of how busy days are (0, shared only).
    first_weekday : int
        0 is Monday.
    day_off : ndarray of bool, shape (n_days,), optional
        Days that count as weekend; Saturdays and Sundays when left out.
    energy_factor : float
        Multiplies the energy curve, for cold or another consumption. [-]

    Returns
    -------
    Sessions
        Sorted by EVSE, then arrival; sessions of one EVSE never overlap.

    Raises
    ------
    InputError
        If the statistics or numbers cannot be drawn from.

    Notes
    -----
    Duration and energy are drawn from their overall curves, moved by the mean of the arrival hour, and mapped back
    so that the overall curve of all hours is kept. Energies are then exchanged between sessions (`pair_energy`) until
    each fits its stay at full power and stay and energy have the `rank_correlation` given, as far as the power
    allows; so no energy is cut and both published curves are kept.

    A car plugs in on a day with a fixed chance; on a day when it is still plugged in, it does so a day later
    instead. A driver who comes to shared EVSEs takes one that is free and leaves if there is none.
    """
    drawn = draw_with_vehicles(
        rng,
        n_evse=n_evse,
        n_days=n_days,
        dt_h=dt_h,
        p_evse_kw=p_evse_kw,
        statistics=statistics,
        vehicles=None,
        first_weekday=first_weekday,
        day_off=day_off,
        energy_factor=energy_factor,
    )
    return drawn.sessions


def draw_with_vehicles(
    rng: np.random.Generator,
    *,
    n_evse: int,
    n_days: int,
    dt_h: float,
    p_evse_kw: float,
    statistics: Mapping[str, Any],
    vehicles: Vehicles | None,
    first_weekday: int = 0,
    day_off: np.ndarray | None = None,
    energy_factor: float = 1.0,
    evse_phases: int = 3,
    min_current_a: float = 0.0,
) -> DrawnSessions:
    """Draw sessions made by given vehicles: their on-board charger, phases and battery limit each session.

    Parameters
    ----------
    vehicles : Vehicles or None
        One per EVSE, in order, where each EVSE serves one car; any number for shared EVSEs. None: no limit.
    evse_phases : int
        Phases of each EVSE, 1 or 3; `p_evse_kw` is that of all together.
    min_current_a : float
        Smallest current above zero, 6 A in mode 3; 0 where it does not matter. [A]

    Returns
    -------
    DrawnSessions
        `vehicle` is the EVSE where no vehicles are given and EVSEs are not shared, else 0. With vehicles the sessions
        also hold battery and state of charge on arrival.

    Notes
    -----
    The other arguments are those of `draw_sessions`. A car on one phase gets the current of one phase only: 3.7 kW
    at an EVSE of 11 kW on three. Fast charging (`current: dc`) is limited by the largest power of the car; how it
    falls is in `fast_charge_hours`. The energy of a session is taken to fill the battery, so the state of charge on
    arrival is what then is left.
    """
    shared = bool(statistics.get("shared", False))
    _check(n_evse, n_days, dt_h, p_evse_kw, statistics, vehicles, shared)
    off = (first_weekday + np.arange(n_days)) % 7 >= 5 if day_off is None else np.asarray(day_off, dtype=bool)
    evse, day = visits(rng, n_evse, off, statistics, shared)
    n = evse.size
    vehicle = np.where(shared, 0, evse)
    power = np.full(n, float(p_evse_kw))
    battery = np.full(n, np.inf)
    phases = np.full(n, evse_phases)
    direct = statistics.get("current") == "dc"
    if vehicles:
        if shared:
            able = vehicles.dc_kw if direct else vehicles.ac_kw
            vehicle = rng.choice(np.flatnonzero(able > 0), size=n)
        power, phases = _car_limits(vehicles, vehicle, p_evse_kw, evse_phases, direct)
        battery = vehicles.battery_kwh[vehicle]
    weekday = draw_hours(rng, statistics["arrival_weekday_percent"], n)
    weekend = draw_hours(
        rng, statistics.get("arrival_weekend_percent", statistics["arrival_weekday_percent"]), n
    )
    hour = np.where(off[day], weekend, weekday)
    stay, energy = _stay_and_energy(rng, hour, power, battery, dt_h, statistics, energy_factor)
    arrival = ((day * 24 + hour) / dt_h).astype(int)
    if shared:
        evse, kept = take_free(arrival, arrival + stay, n_evse)
    else:
        arrival = after_last(arrival, stay, evse, round(24 / dt_h))
        kept = arrival < round(n_days * 24 / dt_h)
    row = np.flatnonzero(kept)
    row = row[np.lexsort((arrival[row], evse[row]))]
    sessions = Sessions(
        arrival[row],
        (arrival + stay)[row],
        energy[row],
        power[row],
        evse[row],
        p_min_kw=np.minimum(power_kw(min_current_a, phases[row]), power[row]),
        battery_kwh=battery[row],
        soc_arrival=np.where(np.isfinite(battery), 1.0 - energy * ETA_ONE_WAY / battery, 0.0)[row],
    )
    return DrawnSessions(sessions, vehicle[row], phases[row])


def _car_limits(
    vehicles: Vehicles, vehicle: np.ndarray, p_evse_kw: float, evse_phases: int, direct: bool
) -> tuple[np.ndarray, np.ndarray]:
    """Largest power and phases of each session."""
    if direct:
        return np.minimum(p_evse_kw, vehicles.dc_kw[vehicle]), np.full(vehicle.size, 3)
    car_phases = vehicles.phases[vehicle]
    phases = np.minimum(car_phases, evse_phases)
    return phases * np.minimum(p_evse_kw / evse_phases, vehicles.ac_kw[vehicle] / car_phases), phases


def _check(
    n_evse: int,
    n_days: int,
    dt_h: float,
    p_evse_kw: float,
    statistics: Mapping[str, Any],
    vehicles: Vehicles | None,
    shared: bool,
) -> None:
    check_statistics(statistics)
    found = []
    if n_evse < 0 or n_days < 1:
        found.append(
            Problem("count", f"{n_evse} EVSEs and {n_days} days; 0 or more and 1 or more.", "n_evse, n_days")
        )
    if not (0 < dt_h <= 24 and abs(24 / dt_h - round(24 / dt_h)) < 1e-9):
        found.append(
            Problem("step", f"{dt_h:g} h; a day must hold a whole number of steps.", "dt_h", "Use 0.25 h.")
        )
    if not p_evse_kw > 0:
        found.append(Problem("power", f"{p_evse_kw:g} kW; it must be more than 0 kW.", "p_evse_kw"))
    if not statistics.get("sessions_per_week", -1) >= 0:
        found.append(
            Problem("statistics-key", "sessions_per_week must be given, 0 or more.", "sessions_per_week")
        )
    if vehicles and not shared and len(vehicles) != n_evse:
        found.append(
            Problem("vehicles", f"{len(vehicles)} vehicles; one for each of {n_evse} EVSEs.", "vehicles")
        )
    if found:
        raise InputError(found)


def _stay_and_energy(
    rng: np.random.Generator,
    hour: np.ndarray,
    power: np.ndarray,
    battery: np.ndarray,
    dt_h: float,
    statistics: Mapping[str, Any],
    energy_factor: float,
) -> tuple[np.ndarray, np.ndarray]:
    """Steps connected and energy of each session, drawn in a pool of at least `N_POOL`."""
    n = hour.size
    if n == 0:
        return np.zeros(0, dtype=int), np.zeros(0)
    again = rng.integers(n, size=max(N_POOL - n, 0))
    hours, powers, batteries = (np.concatenate([values, values[again]]) for values in (hour, power, battery))
    exceeded = rng.random(hours.size)
    duration_h = read_curve(rng.random(hours.size), statistics, "duration_h", "duration_by_hour_h", hours)
    exceeded = rng.random(hours.size)
    energy = energy_factor * read_curve(exceeded, statistics, "energy_kwh", "energy_by_hour_kwh", hours)
    stay = np.maximum(np.rint(duration_h / dt_h).astype(int), 1)
    most_kwh = np.minimum(powers * stay * dt_h, batteries)
    return stay[:n], pair_energy(
        rng, energy, stay=stay, most_kwh=most_kwh, hour=hours, wanted=statistics["rank_correlation"]
    )[:n]
