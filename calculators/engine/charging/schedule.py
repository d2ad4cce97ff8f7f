"""When each session charges, by the strategy chosen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from calculators.engine.charging import rules, sharing
from calculators.engine.charging.active import Active
from calculators.engine.charging.request import Progress, Request
from calculators.engine.charging.sessions import Sessions
from calculators.engine.charging.valley import valley_filling
from calculators.engine.errors import InputError, Problem

MAX_FULL_BYTES = 2_000_000_000


@dataclass(frozen=True)
class Strategy:
    """A way to charge.

    Attributes
    ----------
    power : callable
        `Request` -> power of each session-step, shape (n_active,). [kW]
    needs : tuple of str
        Arguments of `schedule` the strategy cannot do without.
    keeps_limit : bool
        Whether it keeps `limit_kw`; the others refuse one.
    """

    power: Callable[[Request], np.ndarray]
    needs: tuple[str, ...] = ()
    keeps_limit: bool = False


STRATEGIES: dict[str, Strategy] = {
    "uncontrolled": Strategy(rules.uncontrolled),
    "delayed": Strategy(rules.delayed),
    "window": Strategy(rules.window),
    "window-spread": Strategy(rules.window_spread, ("rng",)),
    "static-cap": Strategy(rules.static_cap, ("limit_kw",), True),
    "share-equal": Strategy(sharing.share_equal, ("limit_kw",), True),
    "share-fcfs": Strategy(sharing.share_fcfs, ("limit_kw",), True),
    "share-edf": Strategy(sharing.share_edf, ("limit_kw",), True),
    "share-llf": Strategy(sharing.share_llf, ("limit_kw",), True),
    "price": Strategy(rules.price, ("price_eur_per_kwh",)),
    "co2": Strategy(rules.co2, ("co2_g_per_kwh",)),
    "solar": Strategy(sharing.solar, ("solar_kw",)),
    "valley-filling": Strategy(valley_filling),
    "dso-dimming": Strategy(rules.dso_dimming, ("cap_kw",)),
}
"""Strategy by id."""


@dataclass(frozen=True)
class Schedule:
    """What is charged in each step.

    Attributes
    ----------
    p_kw : ndarray, shape (n_session, n_t), or (0, 0) with keep="total"
        Charging power, mean over the step. [kW]
    total_kw : ndarray, shape (n_t,)
        Sum over the sessions. [kW]
    e_delivered_kwh, e_short_kwh : ndarray, shape (n_session,)
        Energy delivered, and wished for but not delivered before departure or the end of the grid. [kWh]
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
    base_kw: np.ndarray | None = None,
    limit_kw: float | np.ndarray | None = None,
    price_eur_per_kwh: np.ndarray | None = None,
    co2_g_per_kwh: np.ndarray | None = None,
    solar_kw: np.ndarray | None = None,
    cap_kw: np.ndarray | None = None,
    window_h: tuple[float, float] = (17.0, 22.0),
    spread_h: float = 2.0,
    rng: np.random.Generator | None = None,
    keep: Literal["sessions", "total"] = "sessions",
    progress: Progress | None = None,
) -> Schedule:
    """Schedule every session by one strategy.

    Parameters
    ----------
    sessions : Sessions
    strategy : str
        One of `STRATEGIES`.
    n_t : int
        Steps of the grid; a session that stays longer can charge until the end.
    dt_h : float
        Length of a step. [h]
    base_kw : ndarray, shape (n_t,), optional
        Other load at the same place; 0 when left out. [kW]
    limit_kw : float or ndarray, shape (n_t,), optional
        Site limit for base load and charging together. Where the base alone is above it, nothing charges. [kW]
    price_eur_per_kwh, co2_g_per_kwh : ndarray, shape (n_t,), optional
        What "price" and "co2" keep low. [EUR/kWh, g/kWh]
    solar_kw : ndarray, shape (n_t,), optional
        Solar generation, 0 or more, for "solar". [kW]
    cap_kw : ndarray, shape (n_t,), optional
        Power left to each session by the grid operator's signal, for "dso-dimming". [kW]
    window_h : tuple of float
        Start and end of the hours without charging, for "window" and "window-spread"; step 0 is midnight. [h]
    spread_h : float
        Longest random wait after the window, for "window-spread". [h]
    rng : numpy.random.Generator, optional
        For "window-spread".
    keep : {"sessions", "total"}
        "total" leaves `p_kw` empty, so memory grows with the steps plugged in only.
    progress : callable, optional
        (done, total) -> go on; False stops and what is planned so far is returned. Called by the
        strategies that walk through time and by "valley-filling".

    Returns
    -------
    Schedule

    Raises
    ------
    InputError
        Unknown strategy, impossible grid, an argument missing or of the wrong shape, a limit the strategy does
        not keep, a result above 2 GB.
    """
    series = {
        "base_kw": 0.0 if base_kw is None else base_kw,
        "limit_kw": limit_kw,
        "price_eur_per_kwh": price_eur_per_kwh,
        "co2_g_per_kwh": co2_g_per_kwh,
        "solar_kw": solar_kw,
        "cap_kw": cap_kw,
    }
    given = {name for name, value in {**series, "rng": rng}.items() if value is not None}
    problems = [*_strategy_problems(strategy, given), *_grid_problems(len(sessions), n_t, dt_h, keep)]
    if problems:
        raise InputError(problems)
    checked, problems = _checked(series, n_t)
    if not 0 <= spread_h <= 24:
        problems.append(Problem("spread", f"spread_h is {spread_h:g} h; it must be 0 to 24 h.", "spread_h"))
    if problems:
        raise InputError(problems)
    active = Active.of(sessions, n_t)
    base = checked.pop("base_kw")
    assert base is not None  # it has a default
    request = Request(
        sessions=sessions,
        active=active,
        n_t=n_t,
        dt_h=dt_h,
        base_kw=base,
        window_h=window_h,
        spread_h=spread_h,
        rng=rng,
        progress=progress,
        **checked,
    )
    power = STRATEGIES[strategy].power(request)
    delivered = np.bincount(active.session, weights=power, minlength=len(sessions)) * dt_h
    return Schedule(
        p_kw=active.dense(power, n_t) if keep == "sessions" else np.zeros((0, 0)),
        total_kw=np.bincount(active.step, weights=power, minlength=n_t),
        e_delivered_kwh=delivered,
        e_short_kwh=np.maximum(sessions.e_kwh - delivered, 0.0),
    )


def _strategy_problems(strategy: str, given: set[str]) -> list[Problem]:
    if strategy not in STRATEGIES:
        known = ", ".join(STRATEGIES)
        return [Problem("strategy", f"there is no strategy '{strategy}'.", "strategy", f"Use: {known}.")]
    chosen = STRATEGIES[strategy]
    found = [
        Problem("missing", f"'{strategy}' needs {name}.", name, f"Give {name}.")
        for name in chosen.needs
        if name not in given
    ]
    if "limit_kw" in given and not chosen.keeps_limit:
        keepers = ", ".join(name for name, other in STRATEGIES.items() if other.keeps_limit)
        found.append(
            Problem(
                "limit",
                f"'{strategy}' does not keep a site limit.",
                "limit_kw",
                f"Leave limit_kw out or use: {keepers}.",
            )
        )
    return found


def _grid_problems(n_session: int, n_t: int, dt_h: float, keep: str) -> list[Problem]:
    if keep not in ("sessions", "total"):
        return [Problem("keep", f"keep is '{keep}'.", "keep", "Use keep='sessions' or keep='total'.")]
    if n_t < 1 or not dt_h > 0:
        return [Problem("grid", f"n_t is {n_t} and dt_h {dt_h:g}; both must be above 0.", "n_t, dt_h")]
    size = n_session * n_t * 8.0
    if keep == "sessions" and size > MAX_FULL_BYTES:
        return [
            Problem(
                "too-large",
                f"power of {n_session} sessions in {n_t} steps would take {size / 1e9:.1f} GB, more than 2 GB.",
                "keep",
                "Use keep='total'.",
            )
        ]
    return []


def _checked(
    series: dict[str, float | np.ndarray | None], n_t: int
) -> tuple[dict[str, np.ndarray | None], list[Problem]]:
    checked: dict[str, np.ndarray | None] = {}
    problems = []
    for name, value in series.items():
        if value is None:
            checked[name] = None
            continue
        array = np.asarray(value, dtype=float)
        if array.ndim == 0 and name in ("base_kw", "limit_kw"):
            array = np.full(n_t, float(array))
        if array.shape != (n_t,) or not np.isfinite(array).all():
            problems.append(
                Problem("series", f"{name} must be {n_t} finite numbers; its shape is {array.shape}.", name)
            )
        elif name in ("solar_kw", "cap_kw", "limit_kw") and (array < 0).any():
            problems.append(
                Problem(
                    "negative", f"{name} is {array.min():g} kW at its lowest; it must be 0 or more.", name
                )
            )
        checked[name] = array
    return checked, problems
