"""Steps of local time: days have 23 or 25 hours when clocks change."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np

from calculators.engine.charging import Sessions
from calculators.engine.errors import InputError, Problem


@dataclass(frozen=True)
class LocalSteps:
    """Steps from one local midnight to another, of equal length in real time.

    Attributes
    ----------
    first_day : datetime.date
    dt_h : float
        Length of a step. [h]
    day : ndarray of int, shape (n_t,)
        Local day of each step, 0 the first.
    hour : ndarray, shape (n_t,)
        What the local clock shows at the start of the step. [h]
    first_step : ndarray of int, shape (n_days + 1,)
        First step of each day, and the step after the last.
    """

    first_day: dt.date
    dt_h: float
    day: np.ndarray
    hour: np.ndarray
    first_step: np.ndarray

    @property
    def weekday(self) -> np.ndarray:
        """Weekday of each step, 0 is Monday, shape (n_t,)."""
        weekday: np.ndarray = (self.first_day.weekday() + self.day) % 7
        return weekday

    @property
    def day_of_year(self) -> np.ndarray:
        """Day of the year of each step, 1 is 1 January, shape (n_t,)."""
        of_year: np.ndarray = np.array([day.timetuple().tm_yday for day in self.days])[self.day]
        return of_year

    @property
    def month(self) -> np.ndarray:
        """Month of each step, 1 to 12, shape (n_t,)."""
        month: np.ndarray = np.array([day.month for day in self.days])[self.day]
        return month

    @property
    def days(self) -> list[dt.date]:
        """The local days."""
        return [self.first_day + dt.timedelta(days=number) for number in range(self.first_step.size - 1)]


def local_steps(first_day: dt.date, n_days: int, *, dt_h: float, zone: str) -> LocalSteps:
    """List the steps of a number of local days.

    Parameters
    ----------
    first_day : datetime.date
    n_days : int
        1 or more.
    dt_h : float
        Length of a step; an hour must hold a whole number of steps. [h]
    zone : str
        Name of the time zone, for example "Europe/Amsterdam".

    Returns
    -------
    LocalSteps

    Raises
    ------
    InputError
        If the zone is unknown, the step does not divide an hour, or there are no days.
    """
    found = []
    try:
        place = ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError):
        found.append(Problem("zone", f"'{zone}' is no time zone.", "zone", "Use a name as Europe/Amsterdam."))
    if not (dt_h > 0 and abs(1 / dt_h - round(1 / dt_h)) < 1e-9):
        found.append(
            Problem(
                "step", f"{dt_h:g} h; an hour must hold a whole number of steps.", "dt_h", "Use 0.25 or 1 h."
            )
        )
    if n_days < 1:
        found.append(Problem("count", f"{n_days}; it must be 1 or more.", "n_days"))
    if found:
        raise InputError(found)
    midnights = [
        dt.datetime.combine(first_day + dt.timedelta(days=number), dt.time(), place)
        for number in range(n_days + 1)
    ]
    seconds = np.array([midnight.timestamp() for midnight in midnights])
    count = np.rint(np.diff(seconds) / 3600 / dt_h).astype(int)
    first_step = np.concatenate([[0], np.cumsum(count)])
    day = np.repeat(np.arange(n_days), count)
    hour = (np.arange(day.size) - first_step[day]) * dt_h
    for number in np.flatnonzero(count != round(24 / dt_h)):
        rows = np.flatnonzero(day == number)
        clocks = [
            dt.datetime.fromtimestamp(seconds[number] + rank * dt_h * 3600, place)
            for rank in range(rows.size)
        ]
        hour[rows] = [clock.hour + clock.minute / 60 + clock.second / 3600 for clock in clocks]
    return LocalSteps(first_day, dt_h, day, hour, first_step)


def on_local_steps(sessions: Sessions, steps: LocalSteps) -> Sessions:
    """Move sessions drawn on days of 24 hours onto local time; stays keep their length.

    Parameters
    ----------
    sessions : Sessions
        As drawn by `draw_sessions` with the same `dt_h`, arriving within the days of `steps`.
    steps : LocalSteps

    Returns
    -------
    Sessions
        Arrival at the step when the local clock shows the drawn time: the first of two in autumn, the next one that
        exists in spring. A stay that would run into the next session of the same EVSE ends there.

    Raises
    ------
    InputError
        If a session arrives after the last day.
    """
    per_day = round(24 / steps.dt_h)
    day, rank = np.divmod(sessions.arrival_step, per_day)
    if day.size and (day.min() < 0 or day.max() >= steps.first_step.size - 1):
        raise InputError(
            Problem("days", f"sessions arrive on day {day.max()}; {steps.first_step.size - 1} days are given.", "steps")
        )  # fmt: skip
    arrival = steps.first_step[day] + rank
    length = np.diff(steps.first_step)
    for number in np.flatnonzero(length != per_day):
        rows = np.flatnonzero(day == number)
        clock = steps.hour[steps.first_step[number] : steps.first_step[number + 1]]
        reached = np.maximum.accumulate(clock)
        arrival[rows] = steps.first_step[number] + np.minimum(
            np.searchsorted(reached, rank[rows] * steps.dt_h - 1e-9), clock.size - 1
        )
    departure = arrival + sessions.departure_step - sessions.arrival_step
    same = np.diff(sessions.evse) == 0
    following = np.where(same, arrival[1:], np.iinfo(int).max)
    departure[:-1] = np.maximum(np.minimum(departure[:-1], following), arrival[:-1] + 1)
    energy = np.minimum(sessions.e_kwh, sessions.p_max_kw * (departure - arrival) * steps.dt_h)
    return replace(sessions, arrival_step=arrival, departure_step=departure, e_kwh=energy)
