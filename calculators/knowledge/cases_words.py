"""What the words of a case's data are called on a page, in the order a menu shows them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

NEEDS = {
    1: "A strategy that forecasts grid impact",
    2: "Smart charging and V2G with all parties",
    3: "Governance and rules",
    4: "Grid constraints",
    5: "Public and private roles, chicken and egg of V2G",
    6: "Prognosis of grid operators and grid impact",
    7: "Digital tools for joint planning",
}
THEMES = {
    "smart-charging": "Smart charging",
    "v2g": "Vehicle to grid (V2G)",
    "v2h": "Vehicle to building or home",
    "tender": "Tenders",
    "concession": "Concessions",
    "tariff": "Tariffs and prices",
    "planning-tool": "Planning tools",
    "forecasting": "Forecasts",
    "hosting-capacity": "Room on the grid",
    "flexible-connection": "Flexible connections",
    "load-balancing": "Load management on site",
    "private-land": "Private land and buildings",
    "interoperability": "Interoperability",
    "data-sharing": "Data sharing",
    "solar": "Solar power",
    "storage": "Storage",
    "logistics": "Logistics",
    "buses": "Buses",
    "car-sharing": "Car sharing",
}
ASSETS = {
    "kerbside-ac": "Street, AC",
    "semi-public": "Semi-public",
    "fast-dc": "Fast, DC",
    "home": "Home",
    "workplace": "Workplace",
    "depot": "Depot",
    "hub": "Hub or garage",
}
OWNERSHIP = {"public": "Public", "concession": "Concession", "market": "Market", "mixed": "Mixed"}
MATURITY = {"start-up": "Few cars yet", "scaling-up": "Growing fast", "mature": "Everyday life"}
SIZES = {
    "under-100k": "Under 100,000 people",
    "100k-500k": "100,000 to 500,000",
    "500k-1m": "500,000 to 1 million",
    "over-1m": "Over 1 million",
    "region": "Region",
    "country": "Country",
}
STATUS = {"planned": "Planned", "running": "Running", "completed": "Completed", "unknown": "Not known"}
KINDS = {
    "measured": "Measured: from meters or counts in a described evaluation.",
    "reported": "Reported: stated by the people involved or by the press.",
    "estimated": "Estimated: modelled, or derived from two published numbers.",
}
EVIDENCE = {"measured": "Measured", "reported": "Reported", "estimated": "Estimated", "none": "No figure"}
QUALIFIERS = {"about": "about", "at-least": "at least", "at-most": "at most"}
ROLES = {
    "public-authority": "public authority",
    "dso": "distribution grid operator (DSO)",
    "tso": "transmission system operator (TSO)",
    "cpo": "charge point operator (CPO)",
    "aggregator": "aggregator or supplier of energy",
    "fleet": "fleet operator",
    "property-owner": "property owner",
    "residents": "residents",
    "car-maker": "car maker",
    "supplier": "supplier of technology",
    "research": "research or advice",
    "funder": "funder",
}
COUNTRIES = {
    "AT": "Austria",
    "AU": "Australia",
    "BE": "Belgium",
    "BG": "Bulgaria",
    "CH": "Switzerland",
    "CY": "Cyprus",
    "CZ": "Czechia",
    "DE": "Germany",
    "DK": "Denmark",
    "EE": "Estonia",
    "ES": "Spain",
    "FI": "Finland",
    "FR": "France",
    "GB": "United Kingdom",
    "GR": "Greece",
    "HR": "Croatia",
    "HU": "Hungary",
    "IE": "Ireland",
    "IS": "Iceland",
    "IT": "Italy",
    "LT": "Lithuania",
    "LU": "Luxembourg",
    "LV": "Latvia",
    "MT": "Malta",
    "NL": "Netherlands",
    "NO": "Norway",
    "PL": "Poland",
    "PT": "Portugal",
    "RO": "Romania",
    "SE": "Sweden",
    "SI": "Slovenia",
    "SK": "Slovakia",
    "US": "United States",
}


def where(place: Mapping[str, Any]) -> str:
    """Return a place with its country, once."""
    country = COUNTRIES[place["country"]]
    return place["name"] if country in place["name"] else f"{place['name']}, {country}"
