"""When each session charges, by the strategy chosen."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from calculators.engine.charging import checks, rules, sharing
from calculators.engine.charging.interior import Stopped
from calculators.engine.charging.limits import Limits
from calculators.engine.charging.request import Progress, Request
from calculators.engine.charging.sessions import Sessions
from calculators.engine.charging.signal import received
from calculators.engine.charging.strategies import STRATEGIES, Strategy
from calculators.engine.errors import InputError, Problem


@dataclass(frozen=True)
class Schedule:
    """What is charged in each step.

    Attributes
    ----------
    p_kw : ndarray, shape (n_session, n_t), or (0, 0) with keep="total"
        Charging power, mean over the step, discharge negative. [kW]
    total_kw : ndarray, shape (n_t,)
        Sum over the sessions. [kW]
    e_delivered_kwh, e_short_kwh : ndarray, shape (n_session,)
        Energy delivered, and wished for but not delivered before departure or the end of the grid. What is given
        back and what is lost on the way count as not delivered. [kWh]
    """

    p_kw: np.ndarray
    total_kw: np.ndarray
    e_delivered_kwh: np.ndarray
    e_short_kwh: np.ndarray


def schedule(
    sessions: Sessions,
    strategy: str,
    *,
    n_t: int,
    dt_h: float,
    base_kw: float | np.ndarray | None = None,
    limit_kw: float | np.ndarray | None = None,
    limits: Limits | None = None,
    price_eur_per_kwh: np.ndarray | None = None,
    feed_in_eur_per_kwh: float | np.ndarray = 0.0,
    wear_eur_per_kwh: float = 0.0,
    co2_g_per_kwh: np.ndarray | None = None,
    solar_kw: np.ndarray | None = None,
    home_kw: np.ndarray | None = None,
    cap_kw: np.ndarray | None = None,
    fallback_kw: float | None = None,
    hold_h: float = 0.0,
    window_h: tuple[float, float] = (17.0, 22.0),
    spread_h: float = 2.0,
    rng: np.random.Generator | None = None,
    keep: Literal["sessions", "total"] = "sessions",
    progress: Progress | None = None,
) -> Schedule:
    """Schedule every session by one strategy.

    Drivers with `charge_now` charge at once, as far as a limit allows, and the others are planned around them.

    Parameters
    ----------
    sessions : Sessions
    strategy : str
        One of `STRATEGIES`.
    n_t : int
        Steps of the grid; a session that stays longer can charge until the end.
    dt_h : float
        Length of a step. [h]
    base_kw : float or ndarray, shape (n_t,), optional
        Other load at the same place; 0 when left out. [kW]
    limit_kw : float or ndarray, shape (n_t,), optional
        Site limit for base load and charging together. Where the base alone is above it, nothing charges. [kW]
    limits : Limits, optional
        Limits of the network, for "grid-aware"; see `network_limits`.
    price_eur_per_kwh, co2_g_per_kwh : ndarray, shape (n_t,), optional
        What "price", "v2g-price" and "v2h", and "co2", keep low. [EUR/kWh, g/kWh]
    feed_in_eur_per_kwh : float or ndarray, shape (n_t,)
        What a home is paid for its surplus, for "v2h"; not above the price. [EUR/kWh]
    wear_eur_per_kwh : float
        Battery wear for each kWh given back, 0 or more, for "v2g-price" and "v2h". [EUR/kWh]
    solar_kw : ndarray, shape (n_t,), optional
        Solar generation, 0 or more, for "solar". [kW]
    home_kw : ndarray, shape (n_home, n_t), optional
        Load of each home less its own generation, for "v2h"; `sessions.evse` names the row. [kW]
    cap_kw : ndarray, shape (n_t,), optional
        Power left to each session by the grid operator's signal, for "dso-dimming"; NaN where it is lost. [kW]
    fallback_kw : float, optional
        Power of each session while the signal is lost, after `hold_h` with the last one. [kW]
    hold_h : float
        How long the last signal is kept, 0 or more. [h]
    window_h : tuple of float
        Start and end of the hours without charging, for "window" and "window-spread"; step 0 is midnight. [h]
    spread_h : float
        Longest random wait after the window, for "window-spread". [h]
    rng : numpy.random.Generator, optional
        For "window-spread".
    keep : {"sessions", "total"}
        "total" leaves `p_kw` empty, so memory grows with the steps plugged in only.
    progress : callable, optional
        (done, total) -> go on; False stops and what is planned so far is returned, which is nothing where all
        sessions are planned in one programme.

    Returns
    -------
    Schedule

    Raises
    ------
    InputError
        Unknown strategy, impossible grid, an argument missing or of the wrong shape, a limit the strategy does
        not keep, batteries not known, two cars at one home, a result above 2 GB.
    """
    series = {
        "base_kw": 0.0 if base_kw is None else base_kw,
        "limit_kw": limit_kw,
        "price_eur_per_kwh": price_eur_per_kwh,
        "feed_in_eur_per_kwh": feed_in_eur_per_kwh,
        "co2_g_per_kwh": co2_g_per_kwh,
        "solar_kw": solar_kw,
        "cap_kw": cap_kw,
    }
    others = {"rng": rng, "limits": limits, "home_kw": home_kw}
    given = {name for name, value in {**series, **others}.items() if value is not None}
    problems = [
        *checks.strategy_problems(strategy, given, sessions),
        *checks.grid_problems(len(sessions), n_t, dt_h, keep),
    ]
    if problems:
        raise InputError(problems)
    arrays, problems = checks.checked(series, n_t)
    home = None if home_kw is None else np.asarray(home_kw, dtype=float)
    problems += checks.limits_problems(limits, len(sessions), n_t)
    problems += checks.home_problems(sessions, home, n_t)
    if not all(0 <= hour <= 24 for hour in window_h):
        problems.append(
            Problem("window", f"window_h is {window_h}; both hours must be 0 to 24 h.", "window_h")
        )
    problems += _number_problems(spread_h, wear_eur_per_kwh, fallback_kw, hold_h, arrays)
    if problems:
        raise InputError(problems)
    base, feed_in, cap = arrays.pop("base_kw"), arrays.pop("feed_in_eur_per_kwh"), arrays.pop("cap_kw")
    assert base is not None and feed_in is not None  # they have defaults
    if cap is not None and fallback_kw is not None:
        cap = received(cap, fallback_kw=fallback_kw, hold_steps=round(hold_h / dt_h))
    request = Request(
        sessions=sessions,
        n_t=n_t,
        dt_h=dt_h,
        base_kw=base,
        limits=limits,
        feed_in_eur_per_kwh=feed_in,
        wear_eur_per_kwh=wear_eur_per_kwh,
        home_kw=home,
        cap_kw=cap,
        window_h=window_h,
        spread_h=spread_h,
        rng=rng,
        progress=progress,
        **arrays,
    )
    return _result(request, STRATEGIES[strategy], keep)


def _number_problems(
    spread_h: float,
    wear_eur_per_kwh: float,
    fallback_kw: float | None,
    hold_h: float,
    arrays: dict[str, np.ndarray | None],
) -> list[Problem]:
    found = []
    if not 0 <= spread_h <= 24:
        found.append(Problem("spread", f"spread_h is {spread_h:g} h; it must be 0 to 24 h.", "spread_h"))
    for name, value in (
        ("wear_eur_per_kwh", wear_eur_per_kwh),
        ("fallback_kw", fallback_kw),
        ("hold_h", hold_h),
    ):
        if value is not None and not 0 <= value < np.inf:
            found.append(Problem("range", f"{name} is {value:g}; it must be a number, 0 or more.", name))
    cap, price, feed_in = arrays["cap_kw"], arrays["price_eur_per_kwh"], arrays["feed_in_eur_per_kwh"]
    if cap is not None and fallback_kw is None and np.isnan(cap).any():
        found.append(
            Problem(
                "lost-signal",
                f"cap_kw is lost (NaN) in {int(np.isnan(cap).sum())} steps.",
                "cap_kw",
                "Give fallback_kw, what each EVSE may draw meanwhile.",
            )
        )
    if price is not None and feed_in is not None and feed_in.any() and price.shape == feed_in.shape:
        above = np.flatnonzero(feed_in > price)
        if above.size:
            found.append(
                Problem(
                    "feed-in",
                    f"feed_in_eur_per_kwh is above the price in {above.size} steps, first in step {above[0]}.",
                    "feed_in_eur_per_kwh",
                    "Lower it to the price or below.",
                )
            )
    return found


def _result(request: Request, chosen: Strategy, keep: str) -> Schedule:
    sessions, n_t = request.sessions, request.n_t
    p_kw = np.zeros((len(sessions), n_t) if keep == "sessions" else (0, 0))
    total_kw, delivered_kwh = np.zeros(n_t), np.zeros(len(sessions))
    parts = (
        request.active.blocks() if chosen.alone and request.limit_kw is None else [slice(0, len(sessions))]
    )
    for done, rows in enumerate(parts):
        part = request if len(parts) == 1 else _part(request, rows)
        power, active = _power(part, chosen), part.active
        total_kw += active.per_step(power, n_t)
        delivered_kwh[rows] = _delivered_kwh(part, power, chosen)
        if keep == "sessions":
            p_kw[rows][active.session, active.step] = power
        if len(parts) > 1 and request.progress is not None and not request.progress(done + 1, len(parts)):
            break
    return Schedule(p_kw, total_kw, delivered_kwh, np.maximum(sessions.e_kwh - delivered_kwh, 0.0))


def _delivered_kwh(request: Request, power: np.ndarray, chosen: Strategy) -> np.ndarray:
    active, cars = request.active, request.sessions
    taken = np.maximum(power, 0.0) if chosen.discharges else power
    delivered = active.per_session(taken)
    if chosen.discharges:
        given_back = active.per_session(taken - power)
        delivered -= given_back / (cars.eta_charge * cars.eta_discharge)
    return delivered * request.dt_h


def _power(request: Request, chosen: Strategy) -> np.ndarray:
    """Power of each session-step; who overrides comes first and is load for the others."""
    now = request.sessions.charge_now
    if chosen.capped or not now.any():
        return _planned(request, chosen)
    hasty = _part(request, now)
    at_once = rules.uncontrolled
    if request.limits is not None:
        at_once = sharing.grid_aware
    elif request.limit_kw is not None:
        at_once = sharing.share_fcfs
    first = at_once(hasty)
    load_kw = hasty.active.per_step(first, request.n_t)
    patient = replace(_part(request, ~now), base_kw=request.base_kw + load_kw)
    if hasty.limits is not None and patient.limits is not None:
        left = sharing.spare(hasty.limits, hasty, first)
        patient = replace(patient, limits=Limits(patient.limits.share, left.room))
    power = np.empty(len(request.active))
    whose = request.active.each(now)
    power[whose] = first
    power[~whose] = _planned(patient, chosen)
    return power


def _planned(request: Request, chosen: Strategy) -> np.ndarray:
    try:
        return chosen.power(request)
    except Stopped:
        return np.zeros(len(request.active))


def _part(request: Request, rows: np.ndarray | slice) -> Request:
    limits = request.limits
    return replace(
        request,
        sessions=request.sessions.take(rows),
        limits=None if limits is None else Limits(limits.share[:, rows], limits.room),
    )
