"""Public holidays from rules: days on which people charge and use electricity as on a Sunday."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import numpy as np

from calculators.engine.errors import InputError, Problem

YEARS = (2023, 2099)
"""The rules hold from 2023; the Easter formula was compared up to 2099."""


def easter_sunday(year: int) -> dt.date:
    """Return the Sunday of Western Easter.

    Notes
    -----
    The anonymous Gregorian algorithm; equal to python-dateutil in each year from 1900 to 2099.

    Examples
    --------
    >>> easter_sunday(2026)
    datetime.date(2026, 4, 5)
    """
    golden = year % 19
    century, within = divmod(year, 100)
    moon = (19 * golden + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    weekday = (32 + 2 * (century % 4) + 2 * (within // 4) - moon - within % 4) % 7
    late = (golden + 11 * moon + 22 * weekday) // 451
    month, day = divmod(moon + weekday - 7 * late + 114, 31)
    return dt.date(year, month, day + 1)


def holidays(country: str, year: int, *, rules: Mapping[str, Any]) -> frozenset[dt.date]:
    """List the national public holidays of a year.

    Parameters
    ----------
    country : str
        Two letters, for example "NL"; "GB" is England and Wales.
    year : int
        2023 to 2099.
    rules : mapping
        Rules by country: the parameter `public_holidays`.

    Returns
    -------
    frozenset of datetime.date
        Days off; those that fall on a weekend are among them.

    Raises
    ------
    InputError
        If the country has no rules or the year lies outside them.
    """
    found = []
    if country not in rules:
        found.append(
            Problem(
                "country", f"no holidays are known for '{country}'.", "country", f"Use {', '.join(rules)}."
            )
        )
    if not YEARS[0] <= year <= YEARS[1]:
        found.append(Problem("year", f"{year}; it must be {YEARS[0]} to {YEARS[1]}.", "year"))
    if found:
        raise InputError(found)
    days: set[dt.date] = set()
    for rule in rules[country]:
        if rule.get("since", year) <= year <= rule.get("until", year) and year % rule.get("every", 1) == 0:
            day = _day(rule, year)
            while rule.get("move") and (day.weekday() >= 5 or day in days):
                day += dt.timedelta(days=1)
            days.add(day)
    return frozenset(days)


def days_off(country: str, first_day: dt.date, n_days: int, *, rules: Mapping[str, Any]) -> np.ndarray:
    """Tell which days are Saturdays, Sundays or public holidays.

    Returns
    -------
    ndarray of bool, shape (n_days,)
    """
    days = [first_day + dt.timedelta(days=number) for number in range(n_days)]
    off = frozenset().union(*(holidays(country, year, rules=rules) for year in {day.year for day in days}))
    return np.array([day.weekday() >= 5 or day in off for day in days], dtype=bool)


def _day(rule: Mapping[str, Any], year: int) -> dt.date:
    if "easter" in rule:
        return easter_sunday(year) + dt.timedelta(days=rule["easter"])
    if "nth" in rule:
        edge = dt.date(year, rule["month"], 1 if rule["nth"] > 0 else 31)
        if rule["nth"] > 0:
            return edge + dt.timedelta(days=(rule["weekday"] - edge.weekday()) % 7 + 7 * (rule["nth"] - 1))
        return edge - dt.timedelta(days=(edge.weekday() - rule["weekday"]) % 7 - 7 * (rule["nth"] + 1))
    day = dt.date.fromisoformat(f"{year}-{rule['date']}")
    if day.weekday() == 6 and "sunday_to" in rule:
        return dt.date.fromisoformat(f"{year}-{rule['sunday_to']}")
    return day
