"""What vehicle-to-grid is worth for one car and everybody around it, and what must be true for it to pay."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from calculators.engine.economics import ValueTable, payback_years, two_level_price, wear_draws
from calculators.engine.economics.car_year import (
    WEEKS_PER_YEAR,
    CarYears,
    Setting,
    car_years,
    rhythm_table,
)
from calculators.engine.economics.v2g_gain import ACTORS, Gain, Terms, full_cost_eur, split, v2g_gain
from calculators.engine.economics.v2g_scan import (
    HOURS,
    KEPT,
    PAIR,
    SPREADS,
    TRADE_KWH,
    Question,
    Scan,
    conditions,
    spread,
)
from calculators.engine.errors import InputError, Problem
from calculators.engine.outcome import Driver, Estimate, Finding, Outcome, Progress
from calculators.engine.parameters import newest

CASES = ("uncontrolled", "window", "price", "v2g-price")
"""No control, time window, smart, smart + V2G: strategies of the charging engine by id."""
NEVER_YEARS = 100.0
"""Paybacks are cut here: as good as never."""


def business_case(
    *,
    place: str,
    plug_in_h: float,
    km_per_year: float,
    kwh_per_100km: float,
    battery_kwh: float,
    charger_kw: float,
    round_trip_percent: float,
    departure_percent: float,
    reserve_percent: float,
    price: str,
    spread_percent: float,
    two_level_spread_ct: float,
    network_ct: float,
    levies_ct: float,
    fee_treatment: str,
    wear_low_ct: float,
    wear_high_ct: float,
    charger_extra_eur: float,
    grant_eur: float,
    charger_years: float,
    interest_percent: float,
    aggregator_percent: float,
    reserve_eur_per_mw_h: float,
    n_draws: int,
    parameters: Mapping[str, Any],
    rng: np.random.Generator,
    progress: Progress | None = None,
) -> Outcome:
    """Draw car-years, charge them four ways, and say who gains what by V2G.

    Parameters
    ----------
    place : {"home", "workplace"}
    plug_in_h : float
        Hours plugged in a week. [h]
    km_per_year, kwh_per_100km : float
        Driving, and what it takes at the meter.
    battery_kwh, charger_kw, round_trip_percent : float
        Usable capacity, power both ways, efficiency there and back. [kWh, kW, %]
    departure_percent, reserve_percent : float
        State of charge on departure, and the one never discharged below. [%]
    price : {"dynamic-2024", "dynamic-2019", "two-level"}
    spread_percent, two_level_spread_ct : float
        Factor on price differences; high less low price of the two-level tariff. [%, ct/kWh]
    network_ct, levies_ct : float
        Network charge, taxes and levies on each kWh taken. [ct/kWh]
    fee_treatment : {"freed", "network-freed", "paid-twice"}
        What of them is due on energy that is fed back.
    wear_low_ct, wear_high_ct : float
        Range of the battery wear of each kWh fed back. [ct/kWh]
    charger_extra_eur, grant_eur, charger_years, interest_percent : float
        Extra price of the bidirectional charger, public part of it, its life, interest.
    aggregator_percent, reserve_eur_per_mw_h : float
        Aggregator's share of the income, and what a reserve market pays for standing ready.
    n_draws : int
        Car-years; the band is taken over them.
    parameters : mapping
        Session statistics and prices by id.
    rng : numpy.random.Generator
    progress : callable, optional

    Raises
    ------
    InputError
        A grant above the price, wear the wrong way round, a reserve not below the departure.
    """
    _check(charger_extra_eur, grant_eur, wear_low_ct, wear_high_ct, departure_percent, reserve_percent)
    eta = float(np.sqrt(round_trip_percent / 100))
    network_kept, levies_kept = KEPT[fee_treatment]
    wear = (wear_low_ct / 100, wear_high_ct / 100)
    setting = Setting(
        statistics=newest(parameters, f"ev_{place}_sessions"),
        plug_in_h=plug_in_h,
        need_kwh=km_per_year * kwh_per_100km / 100 / WEEKS_PER_YEAR,
        battery_kwh=battery_kwh,
        charger_kw=charger_kw,
        eta_charge=eta,
        eta_discharge=eta,
        soc_departure=departure_percent / 100,
        soc_min=reserve_percent / 100,
        market_eur_per_kwh=_market(price, two_level_spread_ct / 100, spread_percent / 100, parameters),
        network_eur_per_kwh=network_ct / 100,
        levies_eur_per_kwh=levies_ct / 100,
        network_on_stored=network_kept,
        levies_on_stored=levies_kept,
        wear_eur_per_kwh=float(np.sqrt(wear[0] * wear[1])),
        n_car=n_draws,
        seed=int(rng.integers(0, 2**63)),
    )
    terms = Terms(
        charger_kw=charger_kw,
        reserve_eur_per_mw_h=reserve_eur_per_mw_h,
        aggregator_share=aggregator_percent / 100,
        charger_extra_eur=charger_extra_eur,
        grant_eur=grant_eur,
        years=charger_years,
        interest_percent=interest_percent,
    )
    intensity = np.array(parameters["co2_de_hourly"]["values"][0]["value"]["g_per_kwh"], dtype=float)
    clean = (_market("dynamic-2019", 0.0, 1.0, parameters), intensity)
    return _answer(Question(setting, terms, wear, clean), progress)


def _check(
    extra_eur: float, grant_eur: float, low_ct: float, high_ct: float, departure: float, reserve: float
) -> None:
    problems = []
    if grant_eur > extra_eur:
        message = f"the grant is {grant_eur:g} EUR and the extra charger costs {extra_eur:g} EUR."
        problems.append(Problem("grant", message, "grant_eur", f"Use {extra_eur:g} EUR or less."))
    if low_ct > high_ct:
        message = f"wear runs from {low_ct:g} to {high_ct:g} ct/kWh; from must not be above to."
        problems.append(Problem("wear", message, "wear_low_ct", f"Use {high_ct:g} ct/kWh or less."))
    if reserve >= departure:
        message = f"the reserve is {reserve:g} % and the departure {departure:g} %; nothing is left to trade."
        problems.append(Problem("reserve", message, "reserve_percent", f"Use less than {departure:g} %."))
    if problems:
        raise InputError(problems)


def _market(price: str, step_eur: float, factor: float, parameters: Mapping[str, Any]) -> np.ndarray:
    """Energy price of each hour of each sample week, differences from each day's mean times `factor`."""
    if price == "two-level":
        mean = float(np.mean(newest(parameters, "price_nl_day_ahead")["eur_per_mwh"])) / 1000
        day = two_level_price(n_t=24, dt_h=1.0, low_eur=0.0, high_eur=step_eur, high_h=(17.0, 21.0))
        weeks = np.tile(day - day.mean() + mean, (12, 7))
    else:
        year = price.removeprefix("dynamic-")
        values = parameters["price_nl_day_ahead"]["values"]
        found = next(entry["value"] for entry in values if entry["from"].startswith(year))
        weeks = np.array(found["eur_per_mwh"], dtype=float) / 1000
    return spread(weeks, factor)


def _answer(case: Question, progress: Progress | None) -> Outcome:
    total = 3 + HOURS.size + SPREADS.size
    done = 0

    def step() -> bool:
        nonlocal done
        done += 1
        return progress is None or progress(done, total)

    setting = case.setting
    table = rhythm_table(setting.statistics, charger_kw=setting.charger_kw, seed=setting.seed)
    going = step()
    years = car_years(setting, CASES, table=table)
    wear = wear_draws(
        np.random.default_rng(setting.seed), low_eur=case.wear[0], high_eur=case.wear[1], n=setting.n_car
    )
    gain = v2g_gain(years, wear, case.terms)
    going = step() and going
    scan = Scan(case, table)
    co2_kg = scan.co2_kg(CASES)
    by_hours, by_spread, smart = [], [], []
    for hours in HOURS if going else ():
        tried = scan.years(("uncontrolled", *PAIR), plug_in_h=float(hours))
        by_hours.append(_running(scan, tried))
        plain, clever = tried.cases["uncontrolled"], tried.cases["price"]
        smart.append(float((plain.cost_eur - full_cost_eur(clever, plain)).mean()))
        going = step()
        if not going:
            break
    for factor in SPREADS if going else ():
        tried = scan.years(market_eur_per_kwh=spread(setting.market_eur_per_kwh, float(factor)))
        by_spread.append(_running(scan, tried))
        going = step()
        if not going:
            break
    scanned = (np.array(smart), np.array(by_hours), np.array(by_spread))
    drivers = scan.drivers(scan.years(), *scanned[1:]) if going else ()
    partial = not going
    step()
    return _outcome(case, years, gain, co2_kg, scanned, drivers, partial)


def _running(scan: Scan, years: CarYears) -> float:
    return float(scan.gain(years).running_eur.mean())


def _outcome(
    case: Question,
    years: CarYears,
    gain: Gain,
    co2_kg: np.ndarray,
    scanned: tuple[np.ndarray, np.ndarray, np.ndarray],
    drivers: tuple[Driver, ...],
    partial: bool,
) -> Outcome:
    plain, both = years.cases["uncontrolled"], years.cases["v2g-price"]
    cost = {name: full_cost_eur(years.cases[name], plain) for name in CASES}
    paid = case.terms.charger_extra_eur - case.terms.grant_eur
    payback = np.minimum(payback_years(paid, gain.running_eur), NEVER_YEARS)
    cycles = both.export_kwh / case.setting.eta_discharge / case.setting.battery_kwh
    values = {
        "net_eur": Estimate.of_draws(gain.net_eur),
        "running_eur": Estimate.of_draws(gain.running_eur),
        "smart_saving_eur": Estimate.of_draws(cost["uncontrolled"] - cost["price"]),
        "trade_eur": Estimate.of_draws(gain.trade_eur),
        "wear_eur": Estimate.of_draws(gain.wear_eur),
        "payback_years": Estimate.of_draws(payback),
        "fed_back_kwh": Estimate.of_draws(both.export_kwh),
        "full_cycles": Estimate.of_draws(cycles),
        "plug_in_h": Estimate.of_draws(years.plug_in_h / WEEKS_PER_YEAR),
    }
    bands = {name: Estimate.of_draws(cost[name]) for name in CASES}
    # The V2G case carries what it costs besides electricity, so that the four bars compare.
    bands["v2g-price"] = Estimate.of_draws(cost["price"] - gain.net_eur)
    by_hour = {name: years.cases[name].hour_kw for name in CASES}
    table = split(years, gain, case.terms)
    smart, by_hours, _ = scanned
    tried = HOURS[: by_hours.size]
    return Outcome(
        verdict=_verdict(values, both.export_kwh),
        values=values,
        series={
            "case": np.array(CASES),
            "case_cost": np.array([bands[name].value for name in CASES]),
            "case_low": np.array([bands[name].p10 for name in CASES]),
            "case_high": np.array([bands[name].p90 for name in CASES]),
            "case_saving": np.array([bands["uncontrolled"].value - bands[name].value for name in CASES]),
            "case_import": np.array([np.median(years.cases[name].import_kwh) for name in CASES]),
            "case_export": np.array([np.median(years.cases[name].export_kwh) for name in CASES]),
            "case_short": np.array([np.median(years.cases[name].short_kwh) for name in CASES]),
            "case_co2": co2_kg,
            "hour": np.arange(25.0),  # midnight twice, so that the last hour is drawn as wide as the others
            **{f"power-{name}": np.append(hour_kw, hour_kw[0]) for name, hour_kw in by_hour.items()},
            "scan_h": tried,
            "scan_smart": smart,
            "scan_running": by_hours,
            "charger": np.array([gain.charger_eur]),
            **_actors(table),
            **conditions(case, years, gain, scanned),
        },
        words={
            "uncontrolled_eur": f"{bands['uncontrolled'].value:,.0f}",
            "smart_eur": f"{bands['price'].value:,.0f}",
            "v2g_eur": f"{bands['v2g-price'].value:,.0f}",
            "charger_cost": f"{gain.charger_eur:,.0f}",
            "n_done": str(case.setting.n_car),
            "peak_smart": f"{by_hour['price'].max():.1f}",
            "peak_v2g": f"{by_hour['v2g-price'].max():.1f}",
            "back_v2g": f"{max(-by_hour['v2g-price'].min(), 0.0):.1f}",
            "drawn_h": f"{values['plug_in_h'].value:.0f}",
            "lost_eur": f"{abs(values['net_eur'].value):,.0f}",
        },
        warnings=_warnings(case, values, float((plain.import_kwh + plain.short_kwh).mean()), partial),
        drivers=drivers,
        partial=partial,
    )


def _actors(table: ValueTable) -> dict[str, np.ndarray]:
    """Value table turned: one row per actor and one for the sum, one series per flow and one for the total."""
    rows = [
        *zip((f"flow-{name}" for name in table.names), table.eur, strict=True),
        ("flow-total", table.total_eur),
    ]
    # Rounded far below a cent, so that a sum of zero is written as zero.
    return {"actor": np.array([*ACTORS, "sum"])} | {
        name: np.round(np.append(row, row.sum()), 6) + 0.0 for name, row in rows
    }


def _verdict(values: Mapping[str, Estimate], export_kwh: np.ndarray) -> str:
    net = values["net_eur"]
    if np.median(export_kwh) < TRADE_KWH:
        return "no-trade"
    if (net.p10 or 0.0) > 0:
        return "pays"
    if net.value > 0:
        return "may-pay"
    return "hardly" if (net.p90 or 0.0) > 0 else "no"


def _warnings(
    case: Question, values: Mapping[str, Estimate], wished_kwh: float, partial: bool
) -> tuple[Finding, ...]:
    found = []
    need_kwh = case.setting.need_kwh * WEEKS_PER_YEAR
    if wished_kwh < 0.9 * need_kwh:
        found.append(Finding("less-energy", {"need": f"{need_kwh:,.0f}", "wished": f"{wished_kwh:,.0f}"}))
    trades = values["fed_back_kwh"].value >= TRADE_KWH
    if values["plug_in_h"].value < 0.9 * case.setting.plug_in_h:
        found.append(Finding("fewer-hours", {"wished": f"{case.setting.plug_in_h:g}"}))
    if case.setting.stored_eur_per_kwh > 0:
        found.append(Finding("fees-twice", {"kept_ct": f"{100 * case.setting.stored_eur_per_kwh:.1f}"}))
    elif trades and case.setting.network_eur_per_kwh + case.setting.levies_eur_per_kwh > 0:
        found.append(Finding("fees-practice"))
    if trades:
        found.append(Finding("warranty"))
    if case.terms.reserve_eur_per_mw_h > 0:
        found.append(Finding("reserve-bound"))
    if partial:
        found.append(Finding("stopped"))
    return tuple(found)
