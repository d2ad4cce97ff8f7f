"""The effects that several cases report in comparable units, and which of their figures stand behind each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Effect:
    """One question several cases answer.

    Parameters
    ----------
    title : str
        What is compared.
    axis : str
        What the axis shows, with its unit.
    reading : str
        What a reader may conclude and what not.
    units : tuple of str
        Units a figure may have to be counted here.
    """

    title: str
    axis: str
    reading: str
    units: tuple[str, ...]


@dataclass(frozen=True)
class Point:
    """One figure of one case under an effect; `high` equals `low` unless the source gives a range."""

    case: str
    place: str
    country: str
    name: str
    low: float
    high: float
    qualifier: str
    unit: str
    kind: str


EFFECTS: dict[str, Effect] = {
    "power-per-unit": Effect(
        "Power moved per station or vehicle",
        "kW per station or vehicle",
        "One-way control moves little per enrolled car, since few charge in a given hour; a plugged-in car that feeds "
        "back gives what its converter allows. Stations, enrolled cars and plugged-in cars are different bases.",
        ("kW per station", "kW per vehicle"),
    ),
    "connection-per-point": Effect(
        "Grid connection that was enough per charge point",
        "kW per charge point",
        "With load management a few kilowatts per point served homes and workplaces where cars stand long. "
        "It says nothing about points where people wait.",
        ("kW per charge point",),
    ),
    "v2g-income": Effect(
        "Income or saving per vehicle and year",
        "per vehicle and year, each in its own currency, not converted",
        "No figure is an audited result. Income follows plug-in hours and access to markets more than the charger. "
        "Currencies and years differ, so compare the order of size only.",
        ("EUR per vehicle and year", "GBP per vehicle and year", "AUD per vehicle and year"),
    ),
    "acceptance": Effect(
        "Participants who took part, were satisfied or felt no limit",
        "% of participants",
        "Participants are volunteers, so the shares are an upper end for the public. Each row asks another question.",
        ("% of participants",),
    ),
    "sessions-touched": Effect(
        "Sessions the control touched",
        "% of sessions",
        "A fixed evening window touches fewer sessions than following a transformer. Touched does not mean short of energy.",
        ("% of sessions",),
    ),
    "plugged-in": Effect(
        "Cars plugged in when they were needed",
        "% of the fleet",
        "One event in one fleet. It is shown because most business cases assume far more.",
        ("% of the fleet",),
    ),
    "user-price": Effect(
        "Price to drivers fixed in a contract",
        "ct/kWh",
        "Years differ and energy prices moved in between: a low price of 2018 is no offer of today. "
        "Street charging and fast charging are mixed.",
        ("ct/kWh",),
    ),
    "contract-years": Effect(
        "Length of contracts and leases",
        "years",
        "Longer terms come with more investment by the operator and with ground that is let, shorter ones with an exit "
        "for the city. Extensions are in the case.",
        ("years",),
    ),
    "tender-months": Effect(
        "Time from call to award",
        "months",
        "Only procedures whose two dates are published. Preparation before the call comes on top.",
        ("months",),
    ),
    "public-money": Effect(
        "Public money per charge point",
        "per point, each in its own currency, not converted",
        "Private points in buildings and street sockets are different goods. Private money comes on top everywhere.",
        ("EUR per point", "GBP per point"),
    ),
}


def points(cases: Mapping[str, Mapping[str, Any]], effect: str) -> list[Point]:
    """Return the figures counted under an effect, smallest first.

    Parameters
    ----------
    cases : mapping
        Cases by id.
    effect : str
        Key of `EFFECTS`.
    """
    found = [
        Point(
            case=key,
            place=case["place"]["name"],
            country=case["place"]["country"],
            name=kpi["name"],
            low=float(kpi["value"]),
            high=float(kpi.get("value_high", kpi["value"])),
            qualifier=kpi.get("qualifier", ""),
            unit=kpi["unit"],
            kind=kpi["kind"],
        )
        for key, case in cases.items()
        for kpi in case["kpis"]
        if kpi.get("effect") == effect and kpi["value"] is not None
    ]
    return sorted(found, key=lambda point: (point.low, point.case, point.name))
