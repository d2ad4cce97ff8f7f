"""One site: what else it uses, who charges there and when, drawn for one winter week."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from calculators.engine.charging import Sessions
from calculators.engine.demand import draw_sessions, household_load
from calculators.engine.demand.local_time import LocalSteps
from calculators.engine.demand.profiles import solar_profile
from calculators.engine.demand.timetable import timetable_sessions
from calculators.engine.errors import InputError, Problem
from calculators.engine.parameters import newest

DT_H = 0.25
DAY = round(24 / DT_H)
N_T = 7 * DAY
WEEK = slice(DAY, DAY + N_T)
"""The week that counts, Monday to Sunday; a day before and after it keeps nights whole."""
N_DAY = 9
N_SIM = N_DAY * DAY
FIRST_WEEKDAY = 6
WINTER, SUMMER = dt.date(2025, 1, 12), dt.date(2025, 6, 15)
"""Sundays before the weeks drawn: January, and the longest days for feed-in."""
LATITUDE_DEG, LONGITUDE_DEG, UTC_OFFSET_H = 52.0, 5.0, 1.0
"""Utrecht, standing for the middle of north-west Europe."""
WEEKS_PER_YEAR = 365.0 / 7.0
KM_SPREAD = 0.2
"""Distances of depot vehicles lie within this share of their mean."""
METER_TO_BATTERY = 0.9
"""As in `timetable_sessions`. [-]"""
MWH_PER_YEAR = {"kerbside": "kerbside", "workplace": "elsewhere"}
"""Kinds whose use comes from the energy an EVSE delivers in a year."""
STATISTICS = {
    "home": "ev_home_sessions",
    "workplace": "ev_workplace_sessions",
    "kerbside": "ev_public_sessions",
    "destination": "ev_destination_sessions",
    "rapid": "ev_rapid_sessions",
}
"""Parameter with the sessions of each kind; "depot" follows a timetable instead."""


@dataclass(frozen=True)
class Site:
    """What one draw starts from.

    Attributes
    ----------
    kind : str
        A key of `STATISTICS`, or "depot".
    n_evse : int
    evse_kw : float
        Power of each. [kW]
    use_share : float
        Use over the usual of its kind; multiplies sessions, or kilometres at a depot. [-]
    parameters : mapping
    n_home : int
        Homes on the same supply; counted for "home" only.
    household_kwh : float
        Yearly use of each. [kWh]
    other_kw : float
        Highest load of a building on the same supply. [kW]
    pv_kwp, sun_share : float
        Solar power installed, and the share of a clear sky it sees in the week. [kW, 0-1]
    back_h, leave_h, spread_h, km, kwh_per_km : float
        Depot: first return, departure, hours over which the vehicles return, distance of a day, consumption.
    """

    kind: str
    n_evse: int
    evse_kw: float
    use_share: float
    parameters: Mapping[str, Any]
    n_home: int = 0
    household_kwh: float = 0.0
    other_kw: float = 0.0
    pv_kwp: float = 0.0
    sun_share: float = 0.0
    back_h: float = 18.0
    leave_h: float = 6.0
    spread_h: float = 4.0
    km: float = 0.0
    kwh_per_km: float = 0.0

    def entry(self, name: str) -> Any:
        """Return the newest value of a parameter."""
        return newest(self.parameters, name)


def other_load(site: Site, rng: np.random.Generator) -> np.ndarray:
    """Load of homes and building beside the charging, without sun. [kW], shape (N_SIM,)."""
    shape = site.entry("site_building_load")
    kinds = ["workday"] * 5 + ["saturday", "sunday"]
    hourly = np.concatenate([shape[kinds[(FIRST_WEEKDAY + day) % 7]] for day in range(N_DAY)])
    load: np.ndarray = site.other_kw * np.repeat(hourly, round(1 / DT_H))
    if site.kind == "home" and site.n_home:
        homes = household_load(
            rng,
            n_household=site.n_home,
            annual_kwh=site.household_kwh,
            n_days=N_DAY,
            dt_h=DT_H,
            statistics=site.entry("household_winter"),
            first_weekday=FIRST_WEEKDAY,
        )
        load = load + homes.sum(axis=0)
    return load


def sun_kw(site: Site, *, summer: bool = False) -> np.ndarray:
    """Solar generation in the winter week, or under a clear sky in June. [kW], shape (N_SIM,)."""
    step = np.arange(N_SIM)
    steps = LocalSteps(
        SUMMER if summer else WINTER,
        DT_H,
        step // DAY,
        (step % DAY) * DT_H,
        np.arange(N_DAY + 1) * DAY,
    )
    clear = solar_profile(
        steps,
        latitude_deg=LATITUDE_DEG,
        longitude_deg=LONGITUDE_DEG,
        utc_offset_h=UTC_OFFSET_H + (1.0 if summer else 0.0),
    )
    share = 1.0 if summer else site.sun_share
    kw: np.ndarray = site.pv_kwp * share * clear
    return kw


def sessions_at(site: Site, rng: np.random.Generator) -> Sessions:
    """Who charges in the nine days, sorted by EVSE, then arrival.

    Raises
    ------
    InputError
        If depot vehicles would be back after midnight or before they leave.
    """
    if site.kind == "depot":
        return _depot(site, rng)
    statistics = site.entry(STATISTICS[site.kind])
    per_week = site.use_share * _sessions_per_week(site, statistics)
    return draw_sessions(
        rng,
        n_evse=site.n_evse,
        n_days=N_DAY,
        dt_h=DT_H,
        p_evse_kw=site.evse_kw,
        statistics={**statistics, "sessions_per_week": per_week},
        first_weekday=FIRST_WEEKDAY,
    )


def in_week(sessions: Sessions) -> np.ndarray:
    """Whether each session lies in the week that counts, shape (n_session,)."""
    inside: np.ndarray = (sessions.arrival_step >= WEEK.start) & (sessions.departure_step <= WEEK.stop)
    return inside


def around_peak(load_kw: np.ndarray) -> slice:
    """Two days of the week around its highest load, what a chart can show legibly.

    Parameters
    ----------
    load_kw : ndarray, shape (N_T,)
    """
    first = min(max(int(load_kw.argmax()) - DAY, 0), N_T - 2 * DAY)
    return slice(first, first + 2 * DAY)


def _sessions_per_week(site: Site, statistics: Mapping[str, Any]) -> float:
    if site.kind not in MWH_PER_YEAR:
        return float(statistics["sessions_per_week"])
    yearly_kwh = 1000.0 * site.entry("charge_point_use")[MWH_PER_YEAR[site.kind]]["value"]
    energy, percent = np.asarray(statistics["energy_kwh"]), np.asarray(statistics["exceeded_by_percent"])
    mean_kwh = float(((energy[1:] + energy[:-1]) * np.diff(percent)).sum() / 200.0)
    return float(yearly_kwh / WEEKS_PER_YEAR / mean_kwh)


def _depot(site: Site, rng: np.random.Generator) -> Sessions:
    latest_h = site.back_h + site.spread_h
    if latest_h >= 24 or site.back_h <= site.leave_h:
        raise InputError(
            Problem(
                "timetable",
                f"vehicles leave at {site.leave_h:g} h and return from {site.back_h:g} to {latest_h:g} h; they must "
                "return the same day, after they leave.",
                "depot_back_h",
                f"Let the first return between {site.leave_h + 0.25:g} and {23.75 - site.spread_h:g} h.",
            )
        )
    n = site.n_evse
    return timetable_sessions(
        back_h=site.back_h + site.spread_h * rng.random(n),
        leave_h=np.full(n, site.leave_h),
        km=site.km * site.use_share * rng.uniform(1 - KM_SPREAD, 1 + KM_SPREAD, n),
        kwh_per_km=site.kwh_per_km,
        p_max_kw=site.evse_kw,
        runs=np.ones(N_DAY, dtype=bool),
        dt_h=DT_H,
        efficiency=METER_TO_BATTERY,
    )
