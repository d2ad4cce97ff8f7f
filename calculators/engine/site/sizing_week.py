"""The connection one random week needs, in each of the cases compared."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from calculators.engine.charging import Sessions, closed_steps, schedule, shortfalls
from calculators.engine.site.needs import (
    Storage,
    least_limit,
    least_limit_by_sharing,
    least_limit_with_storage,
    least_point_power,
)
from calculators.engine.site.place import DT_H, N_SIM, WEEK, Site, in_week, other_load, sessions_at, sun_kw

TERMS = (0.0, 0.25, 0.5, 1.0)
"""Extra power outside the busy hours tried, as a share of the connection smart charging needs."""


@dataclass(frozen=True)
class Terms:
    """What the user chose beside the site: energy that may be missed (0-1), battery, busy hours."""

    missed_share: float
    storage: Storage
    busy_h: tuple[float, float]

    @property
    def busy(self) -> np.ndarray:
        """Steps in the busy hours, shape (N_SIM,)."""
        busy: np.ndarray = closed_steps(N_SIM, dt_h=DT_H, window_h=self.busy_h)
        return busy


@dataclass(frozen=True)
class Need:
    """One random week, reduced to what the answer needs."""

    base_kw: np.ndarray  # (N_SIM,), other load less sun
    free_kw: np.ndarray  # (N_SIM,), charging without control
    smart_kw: np.ndarray  # (N_SIM,), charging that makes the flattest load
    allowed_kwh: float  # charging above the limit that may be missed
    charged_kwh: float
    wished_kwh: float
    beyond_kwh: float  # missed at full power, whatever the connection
    needed_kw: float  # point power at which every wish fits its stay
    uncontrolled: float
    static_cap: float
    point_kw: float
    sharing: float
    smart: float

    @property
    def base_peak(self) -> float:
        """Highest other load. [kW]"""
        return max(float(self.base_kw[WEEK].max()), 0.0)

    @property
    def beyond_percent(self) -> float:
        """Share of the energy wished that no connection delivers. [%]"""
        return 100.0 * self.beyond_kwh / self.wished_kwh if self.wished_kwh > 0 else 0.0


def draw_need(site: Site, terms: Terms, seed: int, *, full: bool = True, power: float = 1.0) -> Need:
    """Draw one week and size its connection.

    Parameters
    ----------
    site : Site
    terms : Terms
    seed : int
        The same seed gives the same week.
    full : bool
        Whether the cases beside smart charging are wanted; what is not computed is NaN.
    power : float
        The same sessions at points of so many times the power.
    """
    rng = np.random.default_rng(seed)
    load, sessions = other_load(site, rng), sessions_at(site, rng)
    sessions = replace(sessions, p_max_kw=sessions.p_max_kw * power)
    return need_of(sessions, load - sun_kw(site), terms, full=full)


def need_of(sessions: Sessions, base_kw: np.ndarray, terms: Terms, *, full: bool = True) -> Need:
    """Size the connection for given sessions and other load.

    Parameters
    ----------
    sessions : Sessions
    base_kw : ndarray, shape (N_SIM,)
        Other load less sun. [kW]
    """
    inside = in_week(sessions)
    mine = sessions.take(inside)
    free = schedule(sessions, "uncontrolled", n_t=N_SIM, dt_h=DT_H)
    smart = schedule(sessions, "valley-filling", n_t=N_SIM, dt_h=DT_H, base_kw=base_kw, keep="total")
    wished, beyond = float(mine.e_kwh.sum()), float(free.e_short_kwh[inside].sum())
    allowed = max(terms.missed_share * wished - beyond, 0.0)
    week = base_kw[WEEK]
    uncontrolled = max(float((week + free.total_kw[WEEK]).max()), 0.0)
    # Charging on arrival is a plan too; it can be lower in the week when the flattest moves charging into it.
    smart_kw = min(least_limit(week, smart.total_kw[WEEK], allowed, dt_h=DT_H), uncontrolled)
    static_kw = point_kw = sharing = np.nan
    if full:
        may_miss = max(terms.missed_share * wished, beyond)
        point_kw = least_point_power(sessions, inside, n_t=N_SIM, dt_h=DT_H, allowed_kwh=may_miss)
        capped = replace(sessions, p_max_kw=np.minimum(sessions.p_max_kw, point_kw))
        static = schedule(capped, "uncontrolled", n_t=N_SIM, dt_h=DT_H, keep="total")
        static_kw = max(float((week + static.total_kw[WEEK]).max()), 0.0)
        sharing = least_limit_by_sharing(
            sessions,
            inside,
            base_kw,
            dt_h=DT_H,
            allowed_kwh=may_miss,
            between_kw=(smart_kw, uncontrolled),
        )
    worst = shortfalls(mine, schedule(mine, "uncontrolled", n_t=N_SIM, dt_h=DT_H, keep="total"), dt_h=DT_H)
    return Need(
        base_kw=base_kw,
        free_kw=free.total_kw,
        smart_kw=smart.total_kw,
        allowed_kwh=allowed,
        charged_kwh=float(free.total_kw[WEEK].sum() * DT_H),
        wished_kwh=wished,
        beyond_kwh=beyond,
        needed_kw=max((one.p_needed_kw for one in worst), default=0.0),
        uncontrolled=uncontrolled,
        static_cap=static_kw,
        point_kw=point_kw,
        sharing=sharing,
        smart=smart_kw,
    )


def with_storage(needs: list[Need], storage: Storage, *, smart: bool) -> np.ndarray:
    """Connection of each week with a battery beside smart or uncontrolled charging. [kW], shape (n_week,)."""
    return least_limit_with_storage(
        np.array([need.base_kw for need in needs]),
        np.array([need.smart_kw if smart else need.free_kw for need in needs]),
        np.array([need.allowed_kwh if smart else 0.0 for need in needs]),
        np.array([need.smart if smart else need.uncontrolled for need in needs]),
        storage,
        dt_h=DT_H,
        counted=WEEK,
    )


def two_levels(
    sessions: Sessions, base_kw: np.ndarray, allowed_kwh: float, extra_kw: float, busy: np.ndarray
) -> tuple[float, float]:
    """Firm power in the busy hours and power outside them that suffice, the second at most `extra_kw` higher.

    Planning the flattest load with `extra_kw` added to the busy hours keeps one limit for both; less the extra, it
    is the firm power.

    Returns
    -------
    firm_kw, outside_kw : float
    """
    raised = base_kw + extra_kw * busy
    plan = schedule(sessions, "valley-filling", n_t=N_SIM, dt_h=DT_H, base_kw=raised, keep="total")
    charge = plan.total_kw[WEEK]
    level = least_limit(raised[WEEK], charge, allowed_kwh, dt_h=DT_H)
    firm = max(level - extra_kw, 0.0)
    open_hours = ~busy[WEEK]
    used = np.minimum((base_kw[WEEK] + charge)[open_hours], level)
    return firm, max(float(used.max(initial=0.0)), firm)
