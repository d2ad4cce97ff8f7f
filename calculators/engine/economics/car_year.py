"""A year of one car at one charge point, many times over: what each way of charging costs.

A year is a number of sample weeks, each with its own hours of prices. Sessions are drawn for all weeks in a row,
so that a long stay delays the next arrival, and each session is billed in the week it begins in, with that week's
prices repeated while it lasts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from calculators.engine.charging import Schedule, Sessions, schedule
from calculators.engine.demand import draw_sessions

DT_H = 0.5
WEEK_H = 168
LONGEST_H = 72.0
"""Longest stay, as in the published curves; longer ones are cut."""
HORIZON = round((WEEK_H + LONGEST_H) / DT_H)
"""Steps of a week and the stays that outlast it: whole days, so that step 0 of each week is midnight."""
WEEKS_PER_YEAR = 365.25 / 7
WEEKS_AT_ONCE = 4
LEAST_SOC = 0.1
"""No car arrives emptier than this; a larger wish is charged on the way instead."""
NOTHING_KWH = 1e-6
RHYTHMS = np.array([0.5, 1.0, 2.0, 3.5, 5.0, 7.0, 10.5, 14.0, 21.0])
"""Wishes to plug in a week that are tried; above those there are days for, stays grow instead."""
TRIAL = (60, 28)
"""Cars and days of each trial."""


@dataclass(frozen=True)
class Setting:
    """What one comparison starts from.

    Attributes
    ----------
    statistics : mapping
        Session statistics, see `draw_sessions`; how often a car plugs in is set by `plug_in_h`.
    plug_in_h : float
        Hours plugged in a week, wished for. [h]
    need_kwh : float
        Energy for driving a week, at the meter. [kWh]
    battery_kwh, charger_kw : float
        Usable capacity; power both ways. [kWh, kW]
    eta_charge, eta_discharge : float
        Efficiency each way. [-]
    soc_departure, soc_min : float
        State of charge on departure, and the one no discharge goes below. [-]
    market_eur_per_kwh : ndarray, shape (n_week, 168)
        Energy price of each hour of each sample week, Monday 0 h first; paid for import and for feed-in. [EUR/kWh]
    network_eur_per_kwh, levies_eur_per_kwh : float
        Added to each kWh taken. [EUR/kWh]
    network_on_stored, levies_on_stored : float
        Share of them due on energy that is fed back, see `Tariff`. [0-1]
    wear_eur_per_kwh : float
        Wear the controller reckons with for each kWh fed back. [EUR/kWh]
    n_car : int
        Car-years drawn.
    seed : int
    co2_g_per_kwh : ndarray, shape (n_week, 168), optional
        Carbon intensity of the same hours; counted as 0 when left out. [g/kWh]
    """

    statistics: Mapping[str, Any]
    plug_in_h: float
    need_kwh: float
    battery_kwh: float
    charger_kw: float
    eta_charge: float
    eta_discharge: float
    soc_departure: float
    soc_min: float
    market_eur_per_kwh: np.ndarray
    network_eur_per_kwh: float
    levies_eur_per_kwh: float
    network_on_stored: float
    levies_on_stored: float
    wear_eur_per_kwh: float
    n_car: int
    seed: int
    co2_g_per_kwh: np.ndarray | None = None

    @property
    def stored_eur_per_kwh(self) -> float:
        """Network charge and levies kept on each kWh fed back. [EUR/kWh]"""
        network = self.network_eur_per_kwh * self.network_on_stored
        return network + self.levies_eur_per_kwh * self.levies_on_stored


@dataclass(frozen=True)
class CaseYear:
    """One way of charging. Arrays have shape (n_car,) and are yearly sums.

    Attributes
    ----------
    import_kwh, export_kwh, short_kwh : ndarray
        Taken, fed back, and wished for but not charged. [kWh]
    energy_eur, network_eur, levies_eur : ndarray
        Energy bought less energy sold, network charge and levies after what is given back. [EUR]
    co2_kg : ndarray
        Emissions of what is taken less those of what is fed back. [kg]
    hour_kw : ndarray, shape (24,)
        Mean power of a car by hour of the day. [kW]
    """

    import_kwh: np.ndarray
    export_kwh: np.ndarray
    short_kwh: np.ndarray
    energy_eur: np.ndarray
    network_eur: np.ndarray
    levies_eur: np.ndarray
    co2_kg: np.ndarray
    hour_kw: np.ndarray

    @property
    def cost_eur(self) -> np.ndarray:
        """Electricity bill, shape (n_car,). [EUR/year]"""
        cost: np.ndarray = self.energy_eur + self.network_eur + self.levies_eur
        return cost


@dataclass(frozen=True)
class CarYears:
    """All ways of charging of the same car-years.

    Attributes
    ----------
    cases : dict of str to CaseYear
        By strategy id.
    plug_in_h : ndarray, shape (n_car,)
        Hours plugged in, as drawn. [h/year]
    """

    cases: dict[str, CaseYear]
    plug_in_h: np.ndarray


def rhythm_table(
    statistics: Mapping[str, Any], *, charger_kw: float, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Hours plugged in a week for each of `RHYTHMS`, rising, and sessions a week. [h, 1/week], shape (n,) each."""
    n_car, n_days = TRIAL
    hours, sessions = np.zeros(RHYTHMS.size), np.zeros(RHYTHMS.size)
    for row, rhythm in enumerate(RHYTHMS):
        drawn = draw_sessions(
            np.random.default_rng(seed),
            n_evse=n_car,
            n_days=n_days,
            dt_h=DT_H,
            p_evse_kw=charger_kw,
            statistics=_with_rhythm(statistics, rhythm),
        )
        weeks = n_car * n_days / 7
        hours[row] = float((drawn.departure_step - drawn.arrival_step).sum()) * DT_H / weeks
        sessions[row] = len(drawn) / weeks
    return np.maximum.accumulate(hours), sessions


def car_years(
    setting: Setting, cases: tuple[str, ...], *, table: tuple[np.ndarray, np.ndarray] | None = None
) -> CarYears:
    """Draw car-years and charge them each way.

    Parameters
    ----------
    setting : Setting
    cases : tuple of str
        Strategy ids of `schedule` that need nothing but prices.
    table : tuple of ndarray, optional
        `rhythm_table` of the same statistics and charger, to spare the time.

    Returns
    -------
    CarYears
        Hours beyond what the rhythm can give are not reached; `plug_in_h` says what was drawn.

    Raises
    ------
    InputError
        If the statistics or numbers cannot be drawn from.
    """
    table = table or rhythm_table(setting.statistics, charger_kw=setting.charger_kw, seed=setting.seed)
    sessions = _sessions(setting, table)
    n_week = setting.market_eur_per_kwh.shape[0]
    per_week = round(WEEK_H / DT_H)
    week = sessions.arrival_step // per_week
    scale = WEEKS_PER_YEAR / n_week
    sums = {case: np.zeros((5, setting.n_car)) for case in cases}
    intensity = (
        np.zeros_like(setting.market_eur_per_kwh) if setting.co2_g_per_kwh is None else setting.co2_g_per_kwh
    )
    hours = {case: np.zeros(24) for case in cases}
    plugged = np.zeros(setting.n_car)
    for first in range(0, n_week, WEEKS_AT_ONCE):
        rows = np.flatnonzero((week >= first) & (week < first + WEEKS_AT_ONCE))
        weeks = min(WEEKS_AT_ONCE, n_week - first)
        price = np.concatenate(
            [_hours(setting.market_eur_per_kwh[first + number]) for number in range(weeks)]
        )
        part = _on_own_axis(sessions.take(rows), week[rows] - first, per_week)
        stay_h = (part.departure_step - part.arrival_step) * DT_H
        np.add.at(plugged, part.evse, stay_h)
        for case in cases:
            plan = _plan(part, case, price, setting)
            for number in range(weeks):
                mine = np.flatnonzero(part.arrival_step // HORIZON == number)
                own = slice(number * HORIZON, (number + 1) * HORIZON)
                found = _energy(plan.p_kw[mine, own], price[own], _hours(intensity[first + number]))
                for row, values in enumerate((*found, plan.e_short_kwh[mine])):
                    np.add.at(sums[case][row], part.evse[mine], values)
            hour = (np.arange(price.size) % HORIZON * DT_H % 24).astype(int)
            hours[case] += np.bincount(hour, weights=plan.total_kw, minlength=24) * DT_H
    made = {case: _case(sums[case] * scale, hours[case], setting, n_week) for case in cases}
    return CarYears(made, plugged * scale)


def _energy(p_kw: np.ndarray, price: np.ndarray, g_per_kwh: np.ndarray) -> tuple[np.ndarray, ...]:
    """Taken, given back, and the net price and emissions of both, for each session. [kWh, kWh, EUR, kg]"""
    taken, given = (np.maximum(sign * p_kw, 0.0).sum(axis=1) * DT_H for sign in (1.0, -1.0))
    net_eur, net_g = ((p_kw * rate).sum(axis=1) * DT_H for rate in (price, g_per_kwh))
    return taken, given, net_eur, net_g / 1000.0


def _case(sums: np.ndarray, hours: np.ndarray, setting: Setting, n_week: int) -> CaseYear:
    taken, given, energy, co2, short = sums
    return CaseYear(
        import_kwh=taken,
        export_kwh=given,
        short_kwh=np.where(short > NOTHING_KWH, short, 0.0),
        energy_eur=energy,
        network_eur=setting.network_eur_per_kwh * (taken - (1 - setting.network_on_stored) * given),
        levies_eur=setting.levies_eur_per_kwh * (taken - (1 - setting.levies_on_stored) * given),
        co2_kg=co2,
        hour_kw=hours / (setting.n_car * n_week * 7),
    )


def _with_rhythm(statistics: Mapping[str, Any], rhythm: float) -> dict[str, Any]:
    """Statistics of one car's own point with `rhythm` wishes a week; longer stays where days run out."""
    most = 5.0 + 2.0 * float(statistics.get("weekend_factor", 1.0))
    stretch = max(rhythm / most, 1.0)
    stay_h = np.minimum(np.asarray(statistics["duration_h"], dtype=float) * stretch, LONGEST_H)
    return {
        **statistics,
        "shared": False,
        "sessions_per_week": min(rhythm, most),
        "duration_h": stay_h.tolist(),
    }


def _sessions(setting: Setting, table: tuple[np.ndarray, np.ndarray]) -> Sessions:
    """Sessions of all weeks in a row, with the battery's state that the wish implies."""
    hours, per_week = table
    rhythm = float(np.interp(setting.plug_in_h, hours, RHYTHMS))
    statistics = _with_rhythm(setting.statistics, rhythm)
    count = float(np.interp(rhythm, RHYTHMS, per_week))
    levels = np.asarray(statistics["exceeded_by_percent"], dtype=float)
    curve = np.asarray(statistics["energy_kwh"], dtype=float)
    mean_kwh = float(((curve[1:] + curve[:-1]) / 2 * np.diff(levels)).sum() / 100)
    drawn = draw_sessions(
        np.random.default_rng(setting.seed),
        n_evse=setting.n_car,
        n_days=7 * setting.market_eur_per_kwh.shape[0],
        dt_h=DT_H,
        p_evse_kw=setting.charger_kw,
        statistics=statistics,
        energy_factor=setting.need_kwh / (count * mean_kwh),
    )
    eta, battery = setting.eta_charge, setting.battery_kwh
    wish_kwh = np.minimum(drawn.e_kwh, (1.0 - LEAST_SOC) * battery / eta)
    charged = wish_kwh * eta / battery
    leaves = np.maximum(setting.soc_departure, LEAST_SOC + charged)
    return replace(
        drawn,
        e_kwh=wish_kwh,
        battery_kwh=np.full(len(drawn), battery),
        soc_arrival=np.maximum(leaves - charged, 0.0),
        soc_min=np.full(len(drawn), setting.soc_min),
        p_discharge_kw=np.full(len(drawn), setting.charger_kw),
        eta_charge=np.full(len(drawn), eta),
        eta_discharge=np.full(len(drawn), setting.eta_discharge),
    )


def _hours(market: np.ndarray) -> np.ndarray:
    """Price of each step of one week and of the stays that outlast it."""
    per_hour = round(1 / DT_H)
    return np.repeat(np.tile(market, 2), per_hour)[:HORIZON]


def _on_own_axis(sessions: Sessions, week: np.ndarray, per_week: int) -> Sessions:
    """Lay the weeks of sessions beside each other, `HORIZON` steps apart."""
    arrival = sessions.arrival_step % per_week + week * HORIZON
    stay = sessions.departure_step - sessions.arrival_step
    return replace(sessions, arrival_step=arrival, departure_step=arrival + stay)


def _plan(part: Sessions, case: str, price: np.ndarray, setting: Setting) -> Schedule:
    fees = setting.network_eur_per_kwh + setting.levies_eur_per_kwh
    if case == "v2g-price":
        # What is kept of the fees on energy fed back is, like wear, a cost of each kWh given back.
        return schedule(
            part,
            case,
            n_t=price.size,
            dt_h=DT_H,
            price_eur_per_kwh=price + fees,
            wear_eur_per_kwh=setting.wear_eur_per_kwh + setting.stored_eur_per_kwh,
        )
    return schedule(
        part,
        case,
        n_t=price.size,
        dt_h=DT_H,
        price_eur_per_kwh=price + fees if case == "price" else None,
    )
