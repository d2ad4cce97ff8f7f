"""Every strategy on the same random week of one site."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from calculators.engine.charging import (
    Schedule,
    Sessions,
    Shortfall,
    closed_steps,
    driver_outcome,
    load_outcome,
    schedule,
    shortfalls,
)
from calculators.engine.economics import emissions_kg
from calculators.engine.site.flattest import flattest_with_return, with_batteries
from calculators.engine.site.place import (
    DAY,
    DT_H,
    N_SIM,
    WEEK,
    Site,
    in_week,
    other_load,
    sessions_at,
    sun_kw,
)

SOC_LEAVE, SOC_MIN = 0.8, 0.2
"""Assumed: cars leave with four fifths and give nothing back below one fifth of their battery."""
OUTAGE = slice(4 * DAY + DAY // 2, 5 * DAY + DAY // 2)
"""No signal from Thursday noon to Friday noon."""
WINTER_WEEKS = (0, 1, 10, 11)
"""January, February, November and December of the series of prices and emissions."""
HOURS_IN_WEEK = 168
NOTHING_KWH = 1e-6
"""Less than this is the last bit of a sum, not energy missed. [kWh]"""
FIRST = ("uncontrolled", "window", "valley-filling", "v2g-flat")
"""The four cases always shown together."""


@dataclass(frozen=True)
class Choices:
    """What the user chose beside the site."""

    window_h: tuple[float, float]
    limit_kw: float
    battery_kwh: float
    v2g_share: float
    override_share: float


@dataclass(frozen=True)
class Week:
    """One random week: who charges, beside what, at which price."""

    site: Site
    choices: Choices
    sessions: Sessions
    load_kw: np.ndarray
    sun_kw: np.ndarray
    price_eur_per_kwh: np.ndarray
    co2_g_per_kwh: np.ndarray
    rng: np.random.Generator

    @property
    def base_kw(self) -> np.ndarray:
        """Other load less the sun, shape (N_SIM,)."""
        base: np.ndarray = self.load_kw - self.sun_kw
        return base

    @property
    def closed(self) -> np.ndarray:
        """Steps in the closed hours, shape (N_SIM,)."""
        closed: np.ndarray = closed_steps(N_SIM, dt_h=DT_H, window_h=self.choices.window_h)
        return closed

    @property
    def dimmed_kw(self) -> np.ndarray:
        """What the grid operator leaves each EVSE while the window lasts, shape (N_SIM,)."""
        floor_kw = min(float(self.site.entry("site_dimming_floor")), self.site.evse_kw)
        dimmed: np.ndarray = np.where(self.closed, floor_kw, self.site.evse_kw)
        return dimmed


@dataclass(frozen=True)
class Case:
    """One strategy in one week, reduced to what the answer needs."""

    total_kw: np.ndarray  # (N_T,), load of the whole site
    charged_kwh: float
    short_kwh: float
    short_percent: float
    late_percent: float
    wait_h: float
    window_kw: float
    rebound_kw: float
    steepest_kw: float
    fairness: float
    ct_per_kwh: float
    g_per_kwh: float
    worst: Shortfall | None

    @property
    def peak_kw(self) -> float:
        """Highest load of the site in a quarter-hour."""
        return float(self.total_kw.max())


def _plain(strategy: str, **more: Any) -> Callable[[Week], Schedule]:
    return lambda week: _run(week, strategy, base_kw=week.base_kw, **more)


def _run(week: Week, strategy: str, **more: Any) -> Schedule:
    return schedule(more.pop("sessions", week.sessions), strategy, n_t=N_SIM, dt_h=DT_H, **more)


def _limited(strategy: str) -> Callable[[Week], Schedule]:
    return lambda week: _run(week, strategy, base_kw=week.base_kw, limit_kw=week.choices.limit_kw)


def _window(strategy: str) -> Callable[[Week], Schedule]:
    return lambda week: _run(week, strategy, window_h=week.choices.window_h, rng=week.rng)


def _v2g(week: Week) -> Schedule:
    start = _run(week, "valley-filling", base_kw=week.base_kw)
    return flattest_with_return(week.sessions, week.base_kw, n_t=N_SIM, dt_h=DT_H, start=start)


def _dimmed(week: Week) -> Schedule:
    return _run(week, "dso-dimming", cap_kw=week.dimmed_kw)


def _dimmed_lost(fall_back_low: bool) -> Callable[[Week], Schedule]:
    def plan(week: Week) -> Schedule:
        cap = week.dimmed_kw
        fallback = float(cap.min()) if fall_back_low else week.site.evse_kw
        cap[OUTAGE] = np.nan
        return _run(week, "dso-dimming", cap_kw=cap, fallback_kw=fallback)

    return plan


def _smart_lost(week: Week) -> Schedule:
    arrival = week.sessions.arrival_step
    alone = (arrival >= OUTAGE.start) & (arrival < OUTAGE.stop)
    sessions = replace(week.sessions, charge_now=week.sessions.charge_now | alone)
    return _run(week, "valley-filling", base_kw=week.base_kw, sessions=sessions)


@dataclass(frozen=True)
class Plan:
    """A row of the table: how it charges, and the strategy of the charging engine it is."""

    strategy: str
    charge: Callable[[Week], Schedule]
    needs_sun: bool = False


PLANS: dict[str, Plan] = {
    "uncontrolled": Plan("uncontrolled", _plain("uncontrolled")),
    "window": Plan("window", _window("window")),
    "valley-filling": Plan("valley-filling", _plain("valley-filling")),
    "v2g-flat": Plan("valley-filling", _v2g),
    "window-spread": Plan("window-spread", _window("window-spread")),
    "delayed": Plan("delayed", _plain("delayed")),
    "static-cap": Plan("static-cap", _limited("static-cap")),
    "share-equal": Plan("share-equal", _limited("share-equal")),
    "share-fcfs": Plan("share-fcfs", _limited("share-fcfs")),
    "share-edf": Plan("share-edf", _limited("share-edf")),
    "share-llf": Plan("share-llf", _limited("share-llf")),
    "price": Plan("price", lambda week: _run(week, "price", price_eur_per_kwh=week.price_eur_per_kwh)),
    "co2": Plan("co2", lambda week: _run(week, "co2", co2_g_per_kwh=week.co2_g_per_kwh)),
    "v2g-price": Plan(
        "v2g-price",
        lambda week: _run(
            week, "v2g-price", price_eur_per_kwh=week.price_eur_per_kwh, wear_eur_per_kwh=_wear_eur(week)
        ),
    ),
    "solar": Plan(
        "solar", lambda week: _run(week, "solar", base_kw=week.load_kw, solar_kw=week.sun_kw), needs_sun=True
    ),
    "dso-dimming": Plan("dso-dimming", _dimmed),
    "dimming-lost-low": Plan("dso-dimming", _dimmed_lost(True)),
    "dimming-lost-full": Plan("dso-dimming", _dimmed_lost(False)),
    "smart-lost": Plan("valley-filling", _smart_lost),
}
"""Rows of the table in their order, the four cases always shown first."""
LEFT_OUT = ("v2g-peak", "grid-aware", "v2h")
"""Strategies of the charging engine that are not in the table; the definition says why."""


def _wear_eur(week: Week) -> float:
    return float(week.site.entry("wear_cost_high"))


def draw_week(site: Site, choices: Choices, seed: int) -> Week:
    """Draw the sessions, the other load and the price of one week.

    Parameters
    ----------
    site : Site
    choices : Choices
    seed : int
        The same seed gives the same week whatever is compared.
    """
    rng = np.random.default_rng(seed)
    load, sessions = other_load(site, rng), sessions_at(site, rng)
    back, hasty = rng.random(len(sessions)), rng.random(len(sessions))
    sessions = with_batteries(
        sessions,
        battery_kwh=choices.battery_kwh,
        soc_leave=SOC_LEAVE,
        soc_min=SOC_MIN,
        back=back < choices.v2g_share,
    )
    sessions = replace(sessions, charge_now=hasty < choices.override_share)
    month = WINTER_WEEKS[int(rng.integers(len(WINTER_WEEKS)))]
    price = _by_step(site.entry("price_nl_day_ahead")["eur_per_mwh"][month]) / 1000.0
    co2 = _by_step(site.entry("co2_de_hourly")["g_per_kwh"][month])
    return Week(site, choices, sessions, load, sun_kw(site), price, co2, rng)


def _by_step(hourly: list[float]) -> np.ndarray:
    """A week of hours from Monday on the steps of the nine days, the days around it taken from its other end."""
    hour = np.arange(round(N_SIM * DT_H)) - round(DAY * DT_H)
    steps: np.ndarray = np.repeat(np.array(hourly, dtype=float)[hour % HOURS_IN_WEEK], round(1 / DT_H))
    return steps


def rows_for(site: Site) -> tuple[str, ...]:
    """Rows of the table that make sense at this site."""
    return tuple(code for code, plan in PLANS.items() if site.pv_kwp > 0 or not plan.needs_sun)


def charge_week(week: Week, codes: tuple[str, ...]) -> dict[str, Case]:
    """Charge one week by each of the rows.

    Returns
    -------
    dict of str to Case
        By code of `PLANS`, in the order asked for.
    """
    free = PLANS["uncontrolled"].charge(week)
    return {
        code: _case(week, free if code == "uncontrolled" else PLANS[code].charge(week), free)
        for code in codes
    }


def _case(week: Week, plan: Schedule, free: Schedule) -> Case:
    inside = in_week(week.sessions)
    mine = week.sessions.take(inside)
    served = _rows(plan, inside)
    drivers = driver_outcome(mine, served, _rows(free, inside), dt_h=DT_H)
    load = load_outcome(week.sessions, plan, dt_h=DT_H, held=week.closed)
    charging = plan.total_kw[WEEK]
    total = week.base_kw[WEEK] + charging
    charged = float(charging.sum() * DT_H)
    cost = float((charging * week.price_eur_per_kwh[WEEK]).sum() * DT_H)
    co2_kg = emissions_kg(charging, week.co2_g_per_kwh[WEEK], dt_h=DT_H)
    missed = shortfalls(mine, served, dt_h=DT_H)
    return Case(
        total_kw=total,
        charged_kwh=charged,
        short_kwh=drivers.short_kwh if drivers.short_kwh > NOTHING_KWH else 0.0,
        short_percent=100 * drivers.short_share,
        late_percent=100 * drivers.late_share,
        wait_h=drivers.wait_h,
        window_kw=float(total[week.closed[WEEK]].max(initial=0.0)),
        rebound_kw=load.rebound_kw,
        steepest_kw=load.steepest_kw,
        fairness=drivers.fairness,
        ct_per_kwh=100 * cost / charged if charged > 0 else 0.0,
        g_per_kwh=1000 * co2_kg / charged if charged > 0 else 0.0,
        worst=missed[0] if missed else None,
    )


def _rows(plan: Schedule, rows: np.ndarray) -> Schedule:
    return Schedule(plan.p_kw[rows], plan.total_kw, plan.e_delivered_kwh[rows], plan.e_short_kwh[rows])
