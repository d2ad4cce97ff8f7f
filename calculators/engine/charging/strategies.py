"""All strategies and what each needs: the one list that `schedule`, pages and tests read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from calculators.engine.charging import rules, sharing, together, v2g
from calculators.engine.charging.request import Request
from calculators.engine.charging.valley import valley_filling


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
    discharges : bool
        Whether it gives power back, and so needs `battery_kwh` of every session.
    alone : bool
        Whether each session is planned without looking at the others, as long as there is no `limit_kw`.
    minimum : {"kept", "without-limit", "refused"}
        Whether `p_min_kw` is kept: power is 0 or at least that, unless less is all a session still wants. Where
        it is not, a call that gives one is refused.
    capped : bool
        Whether a driver who overrides still charges by it, because it is a limit and not a plan.
    """

    power: Callable[[Request], np.ndarray]
    needs: tuple[str, ...] = ()
    keeps_limit: bool = False
    discharges: bool = False
    alone: bool = False
    minimum: Literal["kept", "without-limit", "refused"] = "kept"
    capped: bool = False


STRATEGIES: dict[str, Strategy] = {
    "uncontrolled": Strategy(rules.uncontrolled, alone=True),
    "delayed": Strategy(rules.delayed, alone=True),
    "window": Strategy(rules.window, alone=True),
    "window-spread": Strategy(rules.window_spread, ("rng",), alone=True),
    "static-cap": Strategy(rules.static_cap, ("limit_kw",), keeps_limit=True, capped=True),
    "share-equal": Strategy(sharing.share_equal, ("limit_kw",), keeps_limit=True),
    "share-fcfs": Strategy(sharing.share_fcfs, ("limit_kw",), keeps_limit=True),
    "share-edf": Strategy(sharing.share_edf, ("limit_kw",), keeps_limit=True),
    "share-llf": Strategy(sharing.share_llf, ("limit_kw",), keeps_limit=True),
    "price": Strategy(
        rules.price, ("price_eur_per_kwh",), keeps_limit=True, alone=True, minimum="without-limit"
    ),
    "co2": Strategy(rules.co2, ("co2_g_per_kwh",), keeps_limit=True, alone=True, minimum="without-limit"),
    "solar": Strategy(sharing.solar, ("solar_kw",)),
    "valley-filling": Strategy(valley_filling, keeps_limit=True, minimum="without-limit"),
    "grid-aware": Strategy(sharing.grid_aware, ("limits",)),
    "dso-dimming": Strategy(rules.dso_dimming, ("cap_kw",), alone=True, capped=True),
    "v2g-price": Strategy(
        v2g.v2g_price,
        ("price_eur_per_kwh",),
        keeps_limit=True,
        discharges=True,
        minimum="refused",
        alone=True,
    ),
    "v2g-peak": Strategy(together.v2g_peak, discharges=True, minimum="refused"),
    "v2h": Strategy(
        v2g.v2h, ("home_kw", "price_eur_per_kwh"), discharges=True, minimum="refused", alone=True
    ),
}
"""Strategy by id."""
