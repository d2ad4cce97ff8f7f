"""What a car's mass, frontal area and battery do to its consumption, and what a fleet then takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

KWH_PER_GWH = 1e6
KG_PER_T = 1e3


@dataclass(frozen=True)
class Design:
    """How the cars of one fleet differ from those of another.

    Attributes
    ----------
    mass_less_kg : float
        Lighter by, at the same battery. [kg]
    area_less_m2 : float
        Smaller frontal area by. [m2]
    battery_less_kwh : float
        Smaller battery by; its mass counts here, not in `mass_less_kg`. [kWh]
    """

    mass_less_kg: float
    area_less_m2: float
    battery_less_kwh: float


def consumption_saved(
    design: Design, *, per_100kg: np.ndarray, per_tenth_m2: np.ndarray, per_10kwh: np.ndarray
) -> np.ndarray:
    """Consumption a design saves.

    Parameters
    ----------
    design : Design
    per_100kg, per_tenth_m2, per_10kwh : ndarray, shape (n_draw,)
        Consumption of 100 kg, 0.1 m2 and 10 kWh of battery, 0 or more. [kWh/100 km]

    Returns
    -------
    ndarray, shape (n_draw,)
        Negative where the design takes more. [kWh/100 km]

    Notes
    -----
    Linear near the mean of the European models of 2024. The coefficient of the battery holds the mass it brings,
    so the mass of `design` must not count it again.

    References
    ----------
    Weiss, Winbush, Newman, Helmers, "Energy Consumption of Electric Vehicles in Europe", Sustainability 16, 7529
    (2024), https://doi.org/10.3390/su16177529
    """
    saved: np.ndarray = (
        np.asarray(per_100kg) * design.mass_less_kg / 100
        + np.asarray(per_tenth_m2) * design.area_less_m2 / 0.1
        + np.asarray(per_10kwh) * design.battery_less_kwh / 10
    )
    return saved


def battery_effect(change_kwh: float, *, per_10kwh: Mapping[str, float]) -> dict[str, float]:
    """Return what a larger battery changes: each entry of `per_10kwh` times the change over 10 kWh.

    Parameters
    ----------
    change_kwh : float
        Larger by; negative for a smaller one. [kWh]
    per_10kwh : mapping
        Effect of 10 kWh, any units.
    """
    return {name: value * change_kwh / 10 for name, value in per_10kwh.items()}


def fleet_gwh(kwh_per_100km: np.ndarray, *, n_car: float, km_per_year: float) -> np.ndarray:
    """Energy a fleet takes in a year, shape of `kwh_per_100km`. [GWh]"""
    energy: np.ndarray = np.asarray(kwh_per_100km) * km_per_year / 100 * n_car / KWH_PER_GWH
    return energy


def minerals_t(content: Mapping[str, float], *, battery_kwh: float, n_car: float) -> dict[str, float]:
    """Minerals in the batteries of a fleet. [t]

    Parameters
    ----------
    content : mapping
        Minerals of one battery [kg], and its size `kwh`.
    battery_kwh : float
        Battery of one car. [kWh]
    n_car : float
        Cars, each with one battery.
    """
    batteries = n_car * battery_kwh / content["kwh"] / KG_PER_T
    return {name: kg * batteries for name, kg in content.items() if name != "kwh"}


def points_needed(
    energy_gwh: np.ndarray, *, shares: Mapping[str, float], use_mwh: Mapping[str, np.ndarray]
) -> dict[str, np.ndarray]:
    """EVSEs by kind of place that deliver a fleet's energy.

    Parameters
    ----------
    energy_gwh : ndarray, shape (n_draw,)
    shares : mapping
        Part of the energy charged at each kind of place. [0-1]
    use_mwh : mapping of str to ndarray, shape (n_draw,)
        Energy an EVSE delivers in a year, above 0. [MWh]

    Returns
    -------
    dict of str to ndarray, shape (n_draw,)
        For the places of `use_mwh`.
    """
    return {
        place: np.asarray(energy_gwh) * 1000 * shares[place] / np.asarray(use)
        for place, use in use_mwh.items()
    }


def triangular(rng: np.random.Generator, entry: Mapping[str, Any], n_draw: int) -> np.ndarray:
    """Draw from a parameter that holds low, value and high; the middle is the most likely."""
    return rng.triangular(entry["low"], entry["value"], entry["high"], n_draw)
