"""The register of rules and standards: what is in it, what applies to whom, and what has grown old.

Pure functions on the entries of `calculators/regulation`; nothing here reads the clock.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from calculators import data
from calculators.engine.errors import InputError, Problem

Entry = Mapping[str, Any]
Entries = Mapping[str, Entry]

ROLES = {
    "city": "City or region",
    "buyer": "Buyer, tender team",
    "cpo": "Charge point operator",
    "emsp": "Mobility service provider",
    "dso": "Distribution system operator",
    "tso": "Transmission system operator",
    "aggregator": "Aggregator, energy supplier",
    "regulator": "Energy regulator",
    "state": "National government",
    "commission": "European Commission",
    "building-owner": "Owner of a building or depot",
    "vehicle-maker": "Vehicle maker",
    "equipment-maker": "Maker of chargers or software",
}
SITE_TYPES = {
    "kerbside-ac": "Kerbside AC",
    "fast-dc": "Fast DC",
    "hub": "Charging hub",
    "semi-public": "Semi-public, such as a shop's car park",
    "private-land-public-access": "Private land with public access",
    "depot": "Depot or fleet yard",
    "building": "Home, workplace or other building",
    "v2g-site": "V2G site",
    "vehicles": "Purchase of vehicles",
}
PROFILES = {
    "NL": "Netherlands",
    "DE": "Germany",
    "BE": "Belgium",
    "FR": "France",
    "ES": "Spain",
    "NO": "Norway",
    "SE": "Sweden",
    "UK": "United Kingdom",
    "DK": "Denmark",
    "IT": "Italy",
}
PLACES = {"EU": "European Union", "INT": "International or European standard", **PROFILES, "GR": "Greece"}
PARTS = (
    *("afir", "private-charging", "grid-and-market", "cyber-and-data", "metering-and-vehicles", "buying"),
    *("standards", "protocols", *(code.lower() for code in PROFILES), "other"),
)
"""The pages of the register in reading order."""
OUTSIDE_EU = {"UK": ("INT", "UK"), "NO": ("EU", "INT", "NO")}
"""Where other than the Union's own law holds. For Norway the Union's acts are shown with a reservation."""
OTHER_EU = "XX"
"""Stands for a member state without a profile here."""
MAX_AGE_DAYS = 365


@dataclass(frozen=True)
class Match:
    """One entry that concerns a reader, and how it stands on the day asked for."""

    id: str
    when: str
    """`applies`, `later`, `proposed` or `ended`."""


def load() -> dict[str, Entry]:
    """Return the register as it travels with the package, by id, in reading order."""
    return ordered(data.read("regulation"))


def ordered(entries: Entries) -> dict[str, Entry]:
    """Return entries page by page, and on a page by id with numbers read as numbers: article 3 before 14."""

    def key(item: tuple[str, Entry]) -> tuple[int, list[tuple[int, str]]]:
        pieces = re.findall(r"\d+|\D+", item[0])
        return PARTS.index(item[1]["part"]), [(int(p), "") if p.isdigit() else (-1, p) for p in pieces]

    return dict(sorted(entries.items(), key=key))


def jurisdictions(country: str) -> tuple[str, ...]:
    """Return whose rules a reader in `country` has to look at.

    Parameters
    ----------
    country : str
        A key of `PROFILES`, `GR`, or `XX` for another member state of the Union.
    """
    if country in OUTSIDE_EU:
        return OUTSIDE_EU[country]
    return ("EU", "INT") if country == OTHER_EU else ("EU", "INT", country)


def starts(entry: Entry) -> str | None:
    """Return the day from which an entry counts: its application, else the deadline of national law."""
    dates = entry.get("dates", {})
    first: str | None = dates.get("applies_from") or dates.get("deadline") or dates.get("in_force")
    return first


def stands(entry: Entry, on_date: str) -> str:
    """Return how an entry stands on a day: `applies`, `later`, `proposed` or `ended`.

    Notes
    -----
    A rule adopted without a known day of application counts as later, never as applying.
    """
    ends = entry.get("dates", {}).get("ends")
    if entry["status"] == "repealed" or (ends is not None and ends < on_date):
        return "ended"
    if entry["status"] == "proposed":
        return "proposed"
    start = starts(entry)
    if entry["status"] == "adopted" and "applies_from" not in entry.get("dates", {}):
        return "later"
    return "later" if start is not None and start > on_date else "applies"


def applies(
    entries: Entries, role: str, *, country: str, site_type: str, delivery_date: str
) -> tuple[Match, ...]:
    """Return the entries that concern one reader, in the order of the register.

    Parameters
    ----------
    entries : Mapping
        The register, as `load` returns it.
    role, site_type : str
        A key of `ROLES` and of `SITE_TYPES`.
    country : str
        A key of `PROFILES`, `GR` or `XX`.
    delivery_date : str
        ISO day on which what is bought or built is ready for use.

    Raises
    ------
    InputError
        One problem for each answer that is not known.
    """
    known = {"role": (role, ROLES), "site_type": (site_type, SITE_TYPES)}
    known["country"] = (country, {**PROFILES, "GR": "", OTHER_EU: ""})
    problems = [
        Problem(name, f"{name} is '{value}'; it must be one of: {', '.join(allowed)}.", name)
        for name, (value, allowed) in known.items()
        if value not in allowed
    ]
    if not _is_day(delivery_date):
        message = f"delivery_date is '{delivery_date}'; it must be a day such as 2027-03-31."
        problems.append(Problem("delivery_date", message, "delivery_date"))
    if problems:
        raise InputError(problems)
    places = jurisdictions(country)
    return tuple(
        Match(name, stands(entry, delivery_date))
        for name, entry in entries.items()
        if role in entry["roles"]
        and entry["jurisdiction"] in places
        and not {site_type, "any"}.isdisjoint(entry["site_types"])
    )


def _is_day(text: str) -> bool:
    try:
        return dt.date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def stale(entries: Entries, data_version: str, max_age_days: int = MAX_AGE_DAYS) -> list[str]:
    """Return the ids last looked at more than `max_age_days` before the day the data stand for."""
    oldest = (dt.date.fromisoformat(data_version) - dt.timedelta(days=max_age_days)).isoformat()
    return [name for name, entry in entries.items() if entry["state_of_knowledge"] < oldest]


def repeated(entries: Iterable[Entry]) -> list[tuple[str, ...]]:
    """Return what stands twice: the same act, article, jurisdiction and task."""
    keys = Counter(
        tuple(
            text.casefold()
            for text in (entry["act"]["number"], entry["article"], entry["jurisdiction"], entry["task"])
        )
        for entry in entries
    )
    return [key for key, count in keys.items() if count > 1]


def of_part(entries: Entries, part: str) -> list[Entry]:
    """Return the entries shown on one page of the register."""
    return [entry for entry in entries.values() if entry["part"] == part]


def address(entry: Entry) -> str:
    """Return the permanent link of an entry, from the root of the site."""
    part = entry["part"]
    folder = "countries/" if part == "other" or part.upper() in PROFILES else ""
    return f"regulation/{folder}{part}/#{entry['id']}"
