"""What `schedule` refuses, and how it says so."""

from __future__ import annotations

import numpy as np

from calculators.engine.charging.limits import Limits
from calculators.engine.charging.sessions import Sessions
from calculators.engine.charging.strategies import STRATEGIES
from calculators.engine.errors import Problem

MAX_FULL_BYTES = 2_000_000_000
_MAY_BE_ONE_NUMBER = ("base_kw", "limit_kw", "feed_in_eur_per_kwh", "wear_eur_per_kwh")
_NOT_NEGATIVE = ("solar_kw", "cap_kw", "limit_kw")


def strategy_problems(strategy: str, given: set[str], sessions: Sessions) -> list[Problem]:
    """Unknown strategy, missing arguments, a limit it does not keep, batteries it does not know."""
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
    drops_minimum = chosen.minimum == "refused" or (chosen.minimum == "without-limit" and "limit_kw" in given)
    if drops_minimum and (sessions.p_min_kw > 0).any():
        limited = " under a site limit" if chosen.minimum == "without-limit" else ""
        found.append(
            Problem(
                "minimum",
                f"'{strategy}'{limited} does not keep p_min_kw.",
                "sessions",
                "Leave p_min_kw out, or use a strategy that shares power, such as share-llf.",
            )
        )
    unknown = np.flatnonzero(~np.isfinite(sessions.battery_kwh))
    if chosen.discharges and unknown.size:
        found.append(
            Problem(
                "battery",
                f"'{strategy}' needs the battery of every session; {unknown.size} have none, "
                f"the first is session {unknown[0]}.",
                "sessions",
                "Give battery_kwh, soc_arrival and p_discharge_kw.",
            )
        )
    return found


def grid_problems(n_session: int, n_t: int, dt_h: float, keep: str) -> list[Problem]:
    """An impossible time grid, or a result too large to hold."""
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


def checked(
    series: dict[str, float | np.ndarray | None], n_t: int
) -> tuple[dict[str, np.ndarray | None], list[Problem]]:
    """Series as arrays (n_t,), and what is wrong with them; NaN in `cap_kw` is a lost signal."""
    arrays: dict[str, np.ndarray | None] = {}
    problems = []
    for name, value in series.items():
        if value is None:
            arrays[name] = None
            continue
        array = np.asarray(value, dtype=float)
        if array.ndim == 0 and name in _MAY_BE_ONE_NUMBER:
            array = np.full(n_t, float(array))
        known = np.isfinite(array) | (np.isnan(array) & (name == "cap_kw"))
        if array.shape != (n_t,) or not known.all():
            problems.append(
                Problem("series", f"{name} must be {n_t} finite numbers; its shape is {array.shape}.", name)
            )
        elif name in _NOT_NEGATIVE and (array < 0).any():
            problems.append(
                Problem(
                    "negative",
                    f"{name} is {np.nanmin(array):g} kW at its lowest; it must be 0 or more.",
                    name,
                )
            )
        arrays[name] = array
    return arrays, problems


def limits_problems(limits: Limits | None, n_session: int, n_t: int) -> list[Problem]:
    """Limits for other sessions or another grid."""
    if limits is None or (limits.share.shape[1], limits.room.shape[1]) == (n_session, n_t):
        return []
    return [
        Problem(
            "shape",
            f"limits are for {limits.share.shape[1]} sessions and {limits.room.shape[1]} steps; "
            f"there are {n_session} and {n_t}.",
            "limits",
        )
    ]


def home_problems(sessions: Sessions, home_kw: np.ndarray | None, n_t: int) -> list[Problem]:
    """A home missing, or with two cars plugged in at once: each would count on the whole home."""
    if home_kw is None:
        return []
    rows = len(home_kw) if home_kw.ndim == 2 else 0
    if home_kw.ndim != 2 or home_kw.shape[1] != n_t or not np.isfinite(home_kw).all():
        return [
            Problem(
                "series", f"home_kw must be finite, (n_home, {n_t}); its shape is {home_kw.shape}.", "home_kw"
            )
        ]
    if len(sessions) and not (sessions.evse.min() >= 0 and sessions.evse.max() < rows):
        return [
            Problem(
                "home",
                f"evse names homes {sessions.evse.min()} to {sessions.evse.max()}; home_kw has rows 0 to "
                f"{rows - 1}.",
                "evse",
                "Number the homes from 0, one row of home_kw each.",
            )
        ]
    order = np.lexsort((sessions.arrival_step, sessions.evse))
    home, came, left = sessions.evse[order], sessions.arrival_step[order], sessions.departure_step[order]
    clash = np.flatnonzero((home[1:] == home[:-1]) & (came[1:] < left[:-1]))
    return [
        Problem(
            "overlap",
            f"home {home[at]} has two cars plugged in at step {came[at + 1]}; v2h plans one car at a time.",
            f"session {order[at + 1]}",
            "Give the second car a home row of its own.",
        )
        for at in clash[:5]
    ]
