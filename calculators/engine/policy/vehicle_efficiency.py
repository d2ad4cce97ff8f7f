"""What leaner electric cars take off energy, evening peak, charging points and battery minerals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from calculators.engine.errors import InputError, Problem
from calculators.engine.grid import Network
from calculators.engine.outcome import Estimate, Finding, Outcome, Progress
from calculators.engine.parameters import newest
from calculators.engine.policy.efficiency import (
    Design,
    battery_effect,
    fleet_gwh,
    minerals_t,
    points_needed,
    triangular,
)
from calculators.engine.policy.fleet_change import Question, drivers
from calculators.engine.policy.two_fleets import (
    SHARES,
    WEEKS,
    FleetWeek,
    Street,
    draw_fleets,
    full_at_share,
)

N_DRAW = 1000
"""Draws of everything that needs no power flow."""
N_SMART = 3
"""Weeks charged by peak-flattening too; it takes most of the time."""
MINERALS = ("lithium", "nickel", "cobalt", "graphite", "copper")
MIN_KWH = 5.0
"""A car below this is none; a design that would fall lower is refused. [kWh/100 km]"""


def vehicle_efficiency(
    *,
    change: str,
    kwh_limit: float,
    mass_less_kg: float,
    area_less_m2: float,
    battery_now_kwh: float,
    battery_then_kwh: float,
    chemistry: str,
    n_cars: float,
    km_per_year: float,
    kwh_now: float,
    network: Network,
    ev_share_percent: float,
    charger_kw: float,
    household_kwh: float,
    homes_per_connection: int,
    home_percent: float,
    cold_percent: float,
    n_draws: int,
    parameters: Mapping[str, Any],
    rng: np.random.Generator,
    progress: Progress | None = None,
) -> Outcome:
    """Compare today's cars with leaner ones, for a whole fleet and in one neighbourhood.

    Parameters
    ----------
    change : {"limit", "design"}
        A limit on certified consumption, or a lighter, lower car with a smaller battery.
    kwh_limit : float
        Certified consumption the new cars keep on average. [kWh/100 km]
    mass_less_kg, area_less_m2 : float
        Lighter at the same battery, and smaller in front. [kg, m2]
    battery_now_kwh, battery_then_kwh : float
        Battery of a car. [kWh]
    chemistry : str
        Entry of the parameter `mineral_content`.
    n_cars, km_per_year, kwh_now : float
        Fleet, driving and real consumption today, at the meter.
    network : Network
    ev_share_percent, charger_kw, household_kwh, homes_per_connection : float
        The neighbourhood.
    home_percent, cold_percent : float
        Part of the energy charged at home; what a winter week takes more. [%]
    n_draws : int
        Random weeks of the neighbourhood.
    parameters : mapping
    rng : numpy.random.Generator
    progress : callable, optional

    Raises
    ------
    InputError
        If the design leaves a car that hardly needs energy, or the network has no customers.
    """
    content = newest(parameters, "mineral_content")[chemistry]
    question = Question(
        change,
        kwh_now,
        kwh_limit,
        Design(mass_less_kg, area_less_m2, battery_now_kwh - battery_then_kwh),
        km_per_year,
        n_cars,
        newest(parameters, "efficiency_marginal"),
        newest(parameters, "efficiency_real_over_certified"),
    )
    then_kwh = question.then_kwh(question.draws(rng, N_DRAW))
    _check(question, then_kwh, network)
    points = _points(question, then_kwh, parameters, rng)
    thirsty = max(kwh_now, float(np.median(then_kwh)))
    street = Street(
        network,
        homes_per_connection,
        household_kwh,
        charger_kw,
        ev_share_percent / 100,
        km_per_year * thirsty / 100 * home_percent / 100 * (1 + cold_percent / 100) / WEEKS,
        1.0,
        newest(parameters, "ev_home_sessions"),
        newest(parameters, "household_winter"),
        float(newest(parameters, "household_power_factor")),
    )
    weeks, partial = _weeks(street, question, then_kwh, n_draws, rng, progress)
    minerals = [
        minerals_t(content, battery_kwh=size, n_car=n_cars) for size in (battery_now_kwh, battery_then_kwh)
    ]
    return _outcome(question, street, then_kwh, weeks, points, minerals, partial)


def _check(question: Question, then_kwh: np.ndarray, network: Network) -> None:
    problems = []
    low = float(np.median(then_kwh))
    if low < MIN_KWH:
        message = f"these cars would take {low:.1f} kWh/100 km; no car does with less than {MIN_KWH:g}."
        problems.append(Problem("design", message, "mass_less_kg", "Make the cars less light, low or small."))
    if network.n_load == 0:
        problems.append(Problem("no-load", "the network has no loads, so no customers.", "network"))
    if problems:
        raise InputError(problems)


def _points(
    question: Question, then_kwh: np.ndarray, parameters: Mapping[str, Any], rng: np.random.Generator
) -> dict[str, np.ndarray]:
    """EVSEs outside home with today's and with the leaner cars, the same use of each in both."""
    places = newest(parameters, "charging_places")
    use = newest(parameters, "charge_point_use")
    use_mwh = {name: triangular(rng, use[name], then_kwh.size) for name in ("kerbside", "elsewhere", "fast")}
    found: dict[str, np.ndarray] = {}
    for fleet, kwh in (("now", np.full(then_kwh.size, question.kwh_now)), ("then", then_kwh)):
        energy = fleet_gwh(kwh, n_car=question.n_car, km_per_year=question.km_per_year)
        by_place = points_needed(energy, shares=places, use_mwh=use_mwh)
        found |= {f"{fleet}-{name}": points for name, points in by_place.items()}
        found[fleet] = np.sum(list(by_place.values()), axis=0)
    return found


def _weeks(
    street: Street,
    question: Question,
    then_kwh: np.ndarray,
    n_draws: int,
    rng: np.random.Generator,
    progress: Progress | None,
) -> tuple[list[dict[str, Any]], bool]:
    """Draw the neighbourhood; each week as "now" and "then", whichever fleet is the thirstier."""
    seeds = [int(seed) for seed in rng.integers(0, 2**63, size=n_draws)]
    habits = rng.random(n_draws)
    median_kwh = float(np.median(then_kwh))
    weeks = []
    for index, seed in enumerate(seeds):
        ratio = min(question.kwh_now, median_kwh) / max(question.kwh_now, median_kwh)
        week = draw_fleets(
            replace(street, thirst=ratio), seed, fewer=float(habits[index]), smart=index < N_SMART
        )
        weeks.append(_named(week, leaner_then=median_kwh <= question.kwh_now))
        if progress is not None and not progress(index + 1, n_draws):
            return weeks, len(weeks) < n_draws
    return weeks, False


def _named(week: FleetWeek, leaner_then: bool) -> dict[str, Any]:
    now, then = ("thirsty", "lean") if leaner_then else ("lean", "thirsty")
    cases = {"now": week.cases[now], "then": week.cases[then]}
    if leaner_then:
        cases |= {f"then-{habit}": week.cases[f"lean-{habit}"] for habit in ("shorter", "fewer")}
    for name, fleet in (("now-smart", now), ("then-smart", then)):
        if f"{fleet}-smart" in week.cases:
            cases[name] = week.cases[f"{fleet}-smart"]
    return {
        "cases": cases,
        "now": week.trafo_percent[now],
        "then": week.trafo_percent[then],
        "full": {
            name: full_at_share(week.trafo_percent[fleet]) for name, fleet in (("now", now), ("then", then))
        },
    }


def _outcome(
    question: Question,
    street: Street,
    then_kwh: np.ndarray,
    weeks: list[dict[str, Any]],
    points: Mapping[str, np.ndarray],
    minerals: list[dict[str, float]],
    partial: bool,
) -> Outcome:
    of = Estimate.of_draws
    saved = question.saved_gwh(then_kwh)

    def over(case: str, field: str) -> np.ndarray:
        return np.array([getattr(week["cases"][case], field) for week in weeks if case in week["cases"]])

    values = {
        "saved_gwh": of(saved),
        "kwh_then": of(then_kwh),
        "saved_percent": of(100 * (1 - then_kwh / question.kwh_now)),
        "cars_now_kw": of(over("now", "cars_kw")),
        "cars_then_kw": of(over("then", "cars_kw")),
        "trafo_now_percent": of(over("now", "trafo_percent")),
        "trafo_then_percent": of(over("then", "trafo_percent")),
        "full_now_percent": of(100 * np.array([week["full"]["now"] for week in weeks])),
        "full_then_percent": of(100 * np.array([week["full"]["then"] for week in weeks])),
        "points_now": of(points["now"]),
        "points_saved": of(points["now"] - points["then"]),
        "battery_saved_t": Estimate(sum(minerals[0].values()) - sum(minerals[1].values())),
    }
    more = battery_effect(
        -question.design.battery_less_kwh,
        per_10kwh={
            "km": question.marginal["per_10kwh_range_km"],
            "eur": question.marginal["per_10kwh_price_eur"],
        },
    )
    values |= {"range_lost_km": Estimate(-more["km"] + 0.0), "price_saved_eur": Estimate(-more["eur"] + 0.0)}
    names = list(weeks[0]["cases"])
    places = ("kerbside", "elsewhere", "fast")
    return Outcome(
        verdict=_verdict(values),
        values=values,
        series={
            "share": 100 * SHARES,
            "hundred": np.array([100.0]),
            **_bands("trafo-now", np.array([week["now"] for week in weeks])),
            **_bands("trafo-then", np.array([week["then"] for week in weeks])),
            "mineral": np.array(MINERALS),
            "mineral_now": np.array([minerals[0][name] for name in MINERALS]),
            "mineral_then": np.array([minerals[1][name] for name in MINERALS]),
            "mineral_saved": np.array([minerals[0][name] - minerals[1][name] for name in MINERALS]),
            "case": np.array(names),
            "case_cars": np.array([np.median(over(name, "cars_kw")) for name in names]),
            "case_trafo": np.array([np.median(over(name, "trafo_percent")) for name in names]),
            "case_sessions": np.array([np.median(over(name, "sessions")) for name in names]),
            "case_each": np.array([np.median(over(name, "kwh_each")) for name in names]),
            "place": np.array(places),
            "place_now": np.array([np.median(points[f"now-{name}"]) for name in places]),
            **{
                f"place_{key}": np.array(
                    [np.percentile(points[f"now-{name}"] - points[f"then-{name}"], rank) for name in places]
                )
                for key, rank in (("saved", 50), ("low", 10), ("high", 90))
            },
        },
        words={
            "n_home": str(street.network.n_load * street.homes_per_connection),
            "n_ev": str(round(street.ev_share * street.network.n_load * street.homes_per_connection)),
            "more_gwh": f"{abs(values['saved_gwh'].value):,.1f}",
            "cars_smart_kw": f"{np.median(over('now-smart', 'cars_kw')):.0f}",
            "trafo_smart": f"{np.median(over('now-smart', 'trafo_percent')):.0f}",
            "trafo_both": f"{np.median(over('then-smart', 'trafo_percent')):.0f}",
            "weeks_done": str(len(weeks)),
            "lithium_now": f"{minerals[0]['lithium']:,.0f}",
            "lithium_then": f"{minerals[1]['lithium']:,.0f}",
        },
        warnings=_warnings(question, values, partial),
        drivers=drivers(question),
        partial=partial,
    )


def _bands(name: str, draws: np.ndarray) -> dict[str, np.ndarray]:
    low, middle, high = np.percentile(draws, [10, 50, 90], axis=0)
    return {name: middle, f"{name}-low": low, f"{name}-high": high}


def _verdict(values: Mapping[str, Estimate]) -> str:
    if values["saved_gwh"].value <= 0:
        return "thirstier"
    now, then = values["trafo_now_percent"].value, values["trafo_then_percent"].value
    if now > 100:
        return "clears" if then <= 100 else "not-enough"
    return "saves"


def _warnings(question: Question, values: Mapping[str, Estimate], partial: bool) -> tuple[Finding, ...]:
    found = []
    if question.change == "design" and question.design.mass_less_kg:
        found.append(Finding("mass-disputed"))
    if question.change == "limit":
        found.append(Finding("certified"))
    if values["full_now_percent"].value >= 100:
        found.append(Finding("never-full"))
    if values["points_saved"].value > 0:
        found.append(Finding("afir-counts-cars"))
    if partial:
        found.append(Finding("stopped"))
    return tuple(found)
