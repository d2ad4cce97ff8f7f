"""The V2G question with one thing changed at a time: what moves the answer, and what must be true for it to pay."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from calculators.engine.economics.car_year import WEEKS_PER_YEAR, CarYears, Setting, car_years
from calculators.engine.economics.v2g_gain import Gain, Terms, v2g_gain
from calculators.engine.economics.wear import wear_draws
from calculators.engine.outcome import Driver

PAIR = ("price", "v2g-price")
HOURS = np.array([20.0, 35.0, 50.0, 75.0, 100.0, 126.0])
"""Hours plugged in a week that are tried; 126 h is three quarters of the time."""
SPREADS = np.array([0.5, 1.0, 1.5, 2.0, 3.0, 4.0])
"""Factors on the price differences that are tried."""
ROUND_TRIP_PERCENT = (79.1, 87.8)
"""Range measured on two cars; see `calculators.engine.charging.sessions`."""
EXTRA_EUR = (500.0, 5500.0)
"""Extra price of a charger with the electronics in the car, and in the wall box."""
N_SCAN = 40
"""Car-years behind each point of a scan, at most."""
TRADE_KWH = 1.0
"""Less than this fed back a year is no V2G."""
KEPT = {"freed": (0.0, 0.0), "network-freed": (0.0, 1.0), "paid-twice": (1.0, 1.0)}
"""Share of network charge and levies due on energy fed back, by treatment."""


@dataclass(frozen=True)
class Question:
    """Setting, terms, and the range of the battery wear of each kWh fed back. [EUR/kWh]

    `clean` holds prices and carbon intensity of the same weeks, each of shape (n_week, 168). [EUR/kWh, g/kWh]
    """

    setting: Setting
    terms: Terms
    wear: tuple[float, float]
    clean: tuple[np.ndarray, np.ndarray]


def spread(weeks: np.ndarray, factor: float) -> np.ndarray:
    """Prices with their differences from each day's mean times `factor`; shape (n_week, 168) kept."""
    days = weeks.reshape(weeks.shape[0], 7, 24)
    mean = days.mean(axis=2, keepdims=True)
    wider: np.ndarray = (mean + factor * (days - mean)).reshape(weeks.shape)
    return wider


class Scan:
    """The same question with one thing changed, on every third sample week and fewer cars."""

    def __init__(self, case: Question, table: tuple[np.ndarray, np.ndarray]) -> None:
        self.case = case
        self.table = table
        self.n_car = min(case.setting.n_car, N_SCAN)

    def years(self, cases: tuple[str, ...] = PAIR, **changes: Any) -> CarYears:
        """Car-years of the setting with `changes`."""
        changed = replace(self.case.setting, n_car=self.n_car, **changes)
        market, co2 = changed.market_eur_per_kwh[::3], changed.co2_g_per_kwh
        thinned = replace(changed, market_eur_per_kwh=market, co2_g_per_kwh=None if co2 is None else co2[::3])
        return car_years(thinned, cases, table=self.table)

    def co2_kg(self, cases: tuple[str, ...]) -> np.ndarray:
        """Mean yearly emissions of each case, prices and carbon intensity of the same weeks. [kg], (n_case,)

        What a case misses is charged elsewhere, at the mean of the first case.
        """
        market, intensity = self.case.clean
        found = self.years(cases, market_eur_per_kwh=market, co2_g_per_kwh=intensity).cases
        plain = found[cases[0]]
        bought = float(plain.import_kwh.sum())
        rate = float(plain.co2_kg.sum()) / bought if bought else 0.0
        return np.array([float((found[name].co2_kg + rate * found[name].short_kwh).mean()) for name in cases])

    def gain(self, years: CarYears, *, wear: tuple[float, float] | None = None, **terms: float) -> Gain:
        """Gain of scanned car-years, with another wear or other terms."""
        low, high = wear or self.case.wear
        drawn = wear_draws(
            np.random.default_rng(self.case.setting.seed), low_eur=low, high_eur=high, n=self.n_car
        )
        return v2g_gain(years, drawn, replace(self.case.terms, **terms))

    def drivers(self, plain: CarYears, by_hours: np.ndarray, by_spread: np.ndarray) -> tuple[Driver, ...]:
        """Mean net gain at a low and a high value of each main input, strongest first.

        Parameters
        ----------
        plain : CarYears
            Scanned with nothing changed.
        by_hours, by_spread : ndarray
            Mean gain before the charger at `HOURS` and `SPREADS`. [EUR/year]
        """
        terms = self.case.terms
        low, high = self.case.wear

        def net(years: CarYears, wear: tuple[float, float] | None = None, **changed: float) -> float:
            return float(self.gain(years, wear=wear, **changed).net_eur.mean())

        def efficient(percent: float) -> float:
            eta = (percent / 100) ** 0.5
            return net(self.years(eta_charge=eta, eta_discharge=eta))

        def treated(name: str) -> float:
            network, levies = KEPT[name]
            return net(self.years(network_on_stored=network, levies_on_stored=levies))

        def worn(wear: float) -> float:
            return net(self.years(wear_eur_per_kwh=wear), (wear, wear))

        def charged(eur: float) -> float:
            return net(plain, charger_extra_eur=max(eur, terms.grant_eur))

        found = [
            Driver("plug_in_h", *(float(by_hours[end] - terms.charger_eur) for end in (0, -1))),
            Driver("spread_percent", *(float(by_spread[end] - terms.charger_eur) for end in (0, 2))),
            Driver("wear", worn(low), worn(high)),
            Driver("round_trip_percent", *(efficient(percent) for percent in ROUND_TRIP_PERCENT)),
            Driver("fee_treatment", treated("paid-twice"), treated("freed")),
            Driver("charger_extra_eur", *(charged(eur) for eur in EXTRA_EUR)),
            Driver("aggregator_percent", *(net(plain, aggregator_share=share) for share in (0.0, 0.5))),
        ]
        return tuple(sorted(found, key=lambda driver: -abs(driver.high - driver.low)))


def crossing(x: np.ndarray, y: np.ndarray, level: float) -> float:
    """Smallest x, between the points tried, from which y reaches a level; NaN where it does not."""
    reached = np.flatnonzero(y >= level)
    if not reached.size:
        return float("nan")
    right = int(reached[0])
    if right == 0:
        return float(x[0])
    left = right - 1
    return float(x[left] + (x[right] - x[left]) * (level - y[left]) / (y[right] - y[left]))


def conditions(
    case: Question, years: CarYears, gain: Gain, scanned: tuple[np.ndarray, np.ndarray, np.ndarray]
) -> dict[str, np.ndarray]:
    """What must be true, each thing on its own: as entered, needed, and whether that is met."""
    _, by_hours, by_spread = scanned
    terms = case.terms
    before_charger = float(gain.running_eur.mean())
    export = float(years.cases["v2g-price"].export_kwh.mean())
    before_wear = float((gain.trade_eur + gain.reserve_eur - gain.fee_eur).mean()) - gain.charger_eur
    per_euro = replace(terms, charger_extra_eur=terms.grant_eur + 1.0).charger_eur
    kept = (1 - terms.aggregator_share) * terms.charger_kw / 1000 * float(years.plug_in_h.mean())
    missing = -float(gain.net_eur.mean())
    nan = float("nan")
    rows = {
        "plug_in_h": (
            float(years.plug_in_h.mean()) / WEEKS_PER_YEAR,
            crossing(HOURS[: by_hours.size], by_hours, gain.charger_eur),
            1,
        ),
        "spread": (100.0, 100.0 * crossing(SPREADS[: by_spread.size], by_spread, gain.charger_eur), 1),
        "wear_ct": (
            100 * float(gain.wear_eur.mean()) / export if export >= TRADE_KWH else nan,
            100 * before_wear / export if export >= TRADE_KWH and before_wear > 0 else nan,
            -1,
        ),
        "charger_extra_eur": (
            terms.charger_extra_eur,
            terms.grant_eur + max(before_charger, 0.0) / per_euro,
            -1,
        ),
        "reserve_eur_per_mw_h": (
            terms.reserve_eur_per_mw_h,
            max(terms.reserve_eur_per_mw_h + missing / kept, 0.0) if kept > 0 else nan,
            1,
        ),
    }
    met = [_met(now, needed, sign) for now, needed, sign in rows.values()]
    return {
        "condition": np.array(list(rows)),
        "condition_now": np.array([row[0] for row in rows.values()]),
        "condition_needed": np.array([row[1] for row in rows.values()]),
        "condition_met": np.array(met),
    }


def _met(now: float, needed: float, sign: int) -> str:
    if not np.isfinite(needed):
        return "out-of-reach"
    return "met" if sign * (now - needed) >= 0 else "not-met"
