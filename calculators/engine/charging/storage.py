"""The cheapest way to run one battery against a price, exactly, for many sessions at once.

The cost still to come is convex and piecewise linear in the energy stored, so going back from departure it is kept
as slopes and widths: each step merges in what that step can buy or sell (an inf-convolution) and cuts to what
the battery holds. The best decision is then two levels for each step, charge up to one, discharge down to the
other [1]_, and a walk forward applies them.

References
----------
.. [1] Cruise, Gibbens, Zachary, "Optimal control of storage for arbitrage, with applications to energy systems",
   2014, https://arxiv.org/abs/1307.0800.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from calculators.engine.charging.request import Request

CHUNK = 2048
NOTHING = 1e-9


@dataclass(frozen=True)
class Offers:
    """What each session-step can buy and sell. Arrays have shape (n_active,).

    Attributes
    ----------
    cheap_kw, cheap_price, dear_kw, dear_price : ndarray
        Charging power at the lower of two prices, and beyond it at the higher. [kW, EUR/kWh]
    back_kw, back_price : ndarray
        Discharging power and what it earns or saves; below the charging prices, and 0 kW where it is not above 0.
    """

    cheap_kw: np.ndarray
    cheap_price: np.ndarray
    dear_kw: np.ndarray
    dear_price: np.ndarray
    back_kw: np.ndarray
    back_price: np.ndarray


def cheapest(request: Request, offers: Offers) -> np.ndarray:
    """Power of each session-step that costs least and leaves every car with what it wished for. [kW]

    Parameters
    ----------
    request : Request
        Every battery is known.
    offers : Offers

    Returns
    -------
    ndarray, shape (n_active,)
        Discharge negative; a wish too large for the stay is charged at full power. [kW]
    """
    active = request.active
    p_kw = np.zeros(len(active))
    order = np.argsort(active.count, kind="stable")
    order = order[active.count[order] > 0]
    for at in range(0, order.size, CHUNK):
        _run(request, offers, order[at : at + CHUNK], p_kw)
    return p_kw


def _run(request: Request, offers: Offers, rows: np.ndarray, p_kw: np.ndarray) -> None:
    """Fill `p_kw` for `rows`, which are sorted by the length of the stay."""
    cars, active, dt_h = request.sessions, request.active, request.dt_h
    count, first = active.count[rows], active.first[rows]
    eta_in, eta_out = cars.eta_charge[rows], cars.eta_discharge[rows]
    top = cars.battery_kwh[rows]
    start = cars.soc_arrival[rows] * top
    floor = np.minimum(cars.soc_min[rows] * top, start)
    goal = start + eta_in * np.minimum(cars.e_kwh[rows], cars.p_max_kw[rows] * count * dt_h)
    longest = int(count[-1])
    levels = np.empty((3, longest, rows.size))  # charge dear up to, charge cheap up to, discharge down to
    low, slope, width = goal.copy(), np.zeros((rows.size, 0)), np.zeros((rows.size, 0))
    staying = 0
    for back in range(1, longest + 1):
        gone = int(np.searchsorted(count, back))
        low, slope, width = low[gone - staying :], slope[gone - staying :], width[gone - staying :]
        staying = gone
        at = first[gone:] + count[gone:] - back
        up, down = eta_in[gone:], eta_out[gone:]
        marks = np.stack(
            [-offers.dear_price[at] / up, -offers.cheap_price[at] / up, -offers.back_price[at] * down]
        )
        for level, mark in zip(levels[:, back - 1, gone:], marks, strict=True):
            level[:] = low + (width * (slope <= mark[:, None])).sum(axis=1)
        more = np.stack(
            [
                offers.dear_kw[at] * up * dt_h,
                offers.cheap_kw[at] * up * dt_h,
                offers.back_kw[at] / down * dt_h,
            ]
        )
        low, slope, width = _merge(low - more[0] - more[1], slope, width, marks.T, more.T)
        low, width = _cut(low, width, floor[gone:], top[gone:])
    _walk(request, offers, rows, start, levels, p_kw)


def _merge(
    low: np.ndarray, slope: np.ndarray, width: np.ndarray, new_slope: np.ndarray, new_width: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Add segments and sort by slope; columns that are empty for everybody are dropped."""
    slope, width = np.hstack([slope, new_slope]), np.hstack([width, new_width])
    slope = np.where(width > NOTHING, slope, np.inf)
    order = np.argsort(slope, axis=1, kind="stable")
    slope, width = np.take_along_axis(slope, order, axis=1), np.take_along_axis(width, order, axis=1)
    used = int(np.isfinite(slope).sum(axis=1).max()) if slope.size else 0
    return low, slope[:, :used], np.where(np.isfinite(slope), width, 0.0)[:, :used]


def _cut(
    low: np.ndarray, width: np.ndarray, floor: np.ndarray, top: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Keep what lies between what the battery must and can hold."""
    end = low[:, None] + np.cumsum(width, axis=1)
    kept = np.minimum(end, top[:, None]) - np.maximum(end - width, floor[:, None])
    return np.maximum(low, floor), np.maximum(kept, 0.0)


def _walk(
    request: Request,
    offers: Offers,
    rows: np.ndarray,
    start: np.ndarray,
    levels: np.ndarray,
    p_kw: np.ndarray,
) -> None:
    """Apply the levels forward in time."""
    active, dt_h = request.active, request.dt_h
    count, first = active.count[rows], active.first[rows]
    eta_in, eta_out = request.sessions.eta_charge[rows], request.sessions.eta_discharge[rows]
    stored = start.copy()
    for step in range(int(count[-1])):
        here = np.arange(int(np.searchsorted(count, step + 1)), rows.size)
        at, back = first[here] + step, count[here] - step - 1
        dear, cheap, keep = (levels[kind, back, here] for kind in range(3))
        now = stored[here]
        bought = np.clip(cheap - now, 0.0, offers.cheap_kw[at] * eta_in[here] * dt_h)
        bought += np.clip(dear - now - bought, 0.0, offers.dear_kw[at] * eta_in[here] * dt_h)
        sold = np.clip(now - keep, 0.0, offers.back_kw[at] / eta_out[here] * dt_h)
        stored[here] = now + bought - sold
        p_kw[at] = (bought / eta_in[here] - sold * eta_out[here]) / dt_h
