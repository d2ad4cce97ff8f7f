"""Strategies that also give power back: to the market, to the home, against the peak.

All leave each car with what it wished for, and never discharge it below its floor.
"""

from __future__ import annotations

import numpy as np

from calculators.engine.charging.request import Request
from calculators.engine.charging.storage import Offers, cheapest
from calculators.engine.charging.together import v2g_under_limit


def v2g_price(request: Request) -> np.ndarray:
    """Buy cheap, sell dear: the least cost of each car on its own, or of all together under a site limit.

    Wear is paid for each kWh given back. Nothing is given back where that earns nothing.
    """
    if request.limit_kw is not None:
        return v2g_under_limit(request)
    active, cars = request.active, request.sessions
    price = request.given("price_eur_per_kwh")[active.step]
    earns = price - request.wear_eur_per_kwh
    return cheapest(
        request,
        Offers(
            cheap_kw=np.zeros(len(active)),
            cheap_price=price,
            dear_kw=request.full_kw,
            dear_price=price,
            back_kw=np.where(earns > 0, active.each(cars.p_discharge_kw), 0.0),
            back_price=np.maximum(earns, 0.0),
        ),
    )


def v2h(request: Request) -> np.ndarray:
    """The car runs its home: charge from its own surplus or from cheap hours, cover the home in dear ones.

    Each home pays `price_eur_per_kwh` for what it takes and is paid `feed_in_eur_per_kwh` for what it gives;
    the car covers the home's load but never feeds in.
    """
    active, cars = request.active, request.sessions
    home_kw = request.given("home_kw")[active.each(cars.evse), active.step]
    price = request.given("price_eur_per_kwh")[active.step]
    surplus_kw = np.minimum(np.maximum(-home_kw, 0.0), request.full_kw)
    saves = price - request.wear_eur_per_kwh
    can_kw = np.minimum(np.maximum(home_kw, 0.0), active.each(cars.p_discharge_kw))
    return cheapest(
        request,
        Offers(
            cheap_kw=surplus_kw,
            cheap_price=np.minimum(request.feed_in_eur_per_kwh[active.step], price),
            dear_kw=request.full_kw - surplus_kw,
            dear_price=price,
            back_kw=np.where(saves > 0, can_kw, 0.0),
            back_price=np.maximum(saves, 0.0),
        ),
    )
