"""Strategies in which each session decides for itself. Each returns the power of each session-step in kW."""

from __future__ import annotations

import numpy as np

from calculators.engine.charging.request import Request
from calculators.engine.charging.together import under_limit


def uncontrolled(request: Request) -> np.ndarray:
    """Full power from arrival until the wish is met."""
    return _in_order(request, request.active.rank)


def delayed(request: Request) -> np.ndarray:
    """As late as departure allows: full power at the end of the stay."""
    active = request.active
    return _in_order(request, active.each(active.count - 1) - active.rank)


def window(request: Request) -> np.ndarray:
    """Full power as early as possible outside the closed hours."""
    since_h, closed_h = _since_closed(request)
    return _as_early_as(request, request.full_kw * (since_h >= closed_h)[request.active.step])


def window_spread(request: Request) -> np.ndarray:
    """As `window`, but each session waits its own random time after the closed hours, up to `spread_h`."""
    assert request.rng is not None  # refused by `schedule`
    since_h, closed_h = _since_closed(request)
    open_h = closed_h + request.rng.random(len(request.sessions)) * request.spread_h
    return _as_early_as(
        request, request.full_kw * (since_h[request.active.step] >= request.active.each(open_h))
    )


def dso_dimming(request: Request) -> np.ndarray:
    """Full power from arrival, but never above the power the grid operator leaves each session.

    A car that cannot charge that little stops.
    """
    return _as_early_as(request, _capped(request, request.given("cap_kw")[request.active.step]))


def static_cap(request: Request) -> np.ndarray:
    """Equal fixed share of the tightest room under the limit for each EVSE, used or not."""
    n_evse = max(np.unique(request.sessions.evse).size, 1)
    return _as_early_as(request, _capped(request, float(request.room_kw.min()) / n_evse))


def price(request: Request) -> np.ndarray:
    """Cheapest steps of the stay first, the earlier of two equal ones; under a site limit the optimum for all."""
    return _lowest_first(request, request.given("price_eur_per_kwh"))


def co2(request: Request) -> np.ndarray:
    """Steps with the lowest emissions of the stay first; under a site limit the optimum for all."""
    return _lowest_first(request, request.given("co2_g_per_kwh"))


def _since_closed(request: Request) -> tuple[np.ndarray, float]:
    """Hours since the closed hours began at the start of each step, (n_t,), and how long they last; step 0 is midnight."""
    start, end = request.window_h
    return (np.arange(request.n_t) * request.dt_h - start) % 24.0, (end - start) % 24.0


def _capped(request: Request, cap_kw: float | np.ndarray) -> np.ndarray:
    """Full power or the cap, 0 where the cap is below the car's minimum."""
    full_kw = request.full_kw
    least_kw = request.active.each(np.minimum(request.sessions.p_min_kw, request.sessions.p_max_kw))
    capped: np.ndarray = np.where(least_kw > cap_kw, 0.0, np.minimum(full_kw, cap_kw))
    return capped


def _lowest_first(request: Request, cost: np.ndarray) -> np.ndarray:
    if request.limit_kw is not None:
        return under_limit(request, cost)
    active = request.active
    cheapness = np.empty(request.n_t, dtype=int)
    cheapness[np.argsort(cost, kind="stable")] = np.arange(request.n_t)
    order = np.argsort(active.session * request.n_t + cheapness[active.step])
    place = np.empty(len(active), dtype=int)
    place[order] = active.rank  # sessions stay together, so the k-th of a session is its k-th cheapest
    return _in_order(request, place)


def _in_order(request: Request, place: np.ndarray) -> np.ndarray:
    """Full power in the steps of each session in the order of `place`, 0 first, until the wish is met."""
    full_kw = request.full_kw
    return _between(request.wish_kw - place * full_kw, full_kw)


def _as_early_as(request: Request, most_kw: np.ndarray) -> np.ndarray:
    """At most `most_kw` in each session-step, as early as that allows."""
    return _between(request.wish_kw - request.active.before(most_kw), most_kw)


def _between(left_kw: np.ndarray, most_kw: np.ndarray) -> np.ndarray:
    """Clip to 0 and `most_kw`, in place; half the time of `np.clip`."""
    clipped: np.ndarray = np.minimum(np.maximum(left_kw, 0.0, out=left_kw), most_kw, out=left_kw)
    return clipped
