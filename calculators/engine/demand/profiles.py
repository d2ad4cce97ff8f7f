"""Load and feed-in of many homes: household profiles, heat pumps, photovoltaics."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from calculators.engine.demand.local_time import LocalSteps
from calculators.engine.errors import InputError, Problem

KINDS = ("workday", "saturday", "sunday")


def household_profile(
    steps: LocalSteps, *, annual_kwh: float, profile: Mapping[str, Any], day_off: np.ndarray | None = None
) -> np.ndarray:
    """Mean load of many homes by a standard load profile.

    Parameters
    ----------
    steps : LocalSteps
    annual_kwh : float
        Yearly use. [kWh]
    profile : mapping
        The parameter `bdew_h0` (by season) or `bdew_h25` (by month).
    day_off : ndarray of bool, shape (n_days,), optional
        Weekends and holidays; a holiday is a Sunday. Weekends only when left out.

    Returns
    -------
    ndarray, shape (n_t,)
        Load. [kW]

    Notes
    -----
    Hourly means of the profile times its factor by day of the year. A year adds up to `annual_kwh` within 1 %.
    """
    weekday = np.array([day.weekday() for day in steps.days])
    kind = np.clip(weekday - 4, 0, 2)
    if day_off is not None:
        kind = np.where(np.asarray(day_off, dtype=bool) & (weekday < 5), 2, kind)
    rows = []
    for day, name in zip(steps.days, kind, strict=True):
        if "workday_kw" in profile:
            rows.append(profile[f"{KINDS[name]}_kw"][day.month - 1])
        else:
            rows.append(profile[f"{_season((day.month, day.day), profile)}_{KINDS[name]}_kw"])
    load = np.array(rows, dtype=float)[steps.day, steps.hour.astype(int)]
    factor = np.polynomial.polynomial.polyval(
        steps.day_of_year.astype(float), np.asarray(profile["day_factor"], dtype=float)
    )
    kw: np.ndarray = load * factor * annual_kwh / 1000.0
    return kw


def _season(day: tuple[int, int], profile: Mapping[str, Any]) -> str:
    if day <= tuple(profile["winter_until"]) or day >= tuple(profile["winter_from"]):
        return "winter"
    start, end = (tuple(edge) for edge in profile["summer"])
    return "summer" if start <= day <= end else "transition"


def heat_pump_profile(
    steps: LocalSteps,
    *,
    outdoor_c: np.ndarray,
    annual_heat_kwh: float,
    mean_year_c: np.ndarray,
    heat: Mapping[str, Any],
    cop: Mapping[str, Any],
) -> np.ndarray:
    """Mean electric load of many air heat pumps in single-family houses.

    Parameters
    ----------
    steps : LocalSteps
    outdoor_c : ndarray, shape (n_t,)
        Outdoor temperature. [C]
    annual_heat_kwh : float
        Heat and hot water of a house in a normal year. [kWh]
    mean_year_c : ndarray, shape (365,) or (366,)
        Daily mean temperatures of a normal year, which say what share of its heat a day of some temperature takes.
    heat, cop : mapping
        The parameters `bdew_heat_single_family` and `heat_pump_cop`.

    Returns
    -------
    ndarray, shape (n_t,)
        Load. [kW]

    Raises
    ------
    InputError
        If temperatures are missing, not finite or outside -50 to 50 C.

    Notes
    -----
    Heat of a day follows a sigmoid of the temperature averaged over four days with halving weights, spread over the
    day by hourly shares. Electricity is heat over the coefficient of performance at the hour's temperature.
    """
    outdoor, year = np.asarray(outdoor_c, dtype=float), np.asarray(mean_year_c, dtype=float)
    found = [
        Problem("temperature", f"{values.size} values; {wanted} numbers from -50 to 50 C are needed.", name)
        for name, values, wanted, size in (
            ("outdoor_c", outdoor, str(steps.hour.size), outdoor.size == steps.hour.size),
            ("mean_year_c", year, "365 or 366", year.size in (365, 366)),
        )
        if not (size and (np.abs(values) <= 50).all())
    ]
    if found:
        raise InputError(found)
    n_days = steps.first_step.size - 1
    daily = np.bincount(steps.day, outdoor, n_days) / np.bincount(steps.day, minlength=n_days)
    before = np.concatenate([np.full(3, daily[0]), daily])
    mean = np.stack([before[3 - k : 3 - k + n_days] * 0.5**k for k in range(4)]).sum(axis=0) / 1.875
    day_kwh = annual_heat_kwh * _sigmoid(mean, heat) / _sigmoid(year, heat).sum()
    column = np.clip(np.ceil(mean / 5.0).astype(int) + 3, 0, 9)
    share = np.asarray(heat["hour_share"], dtype=float)[
        np.minimum(steps.hour.astype(int), 23), column[steps.day]
    ]
    difference = np.maximum(
        cop["flow_at_0_c"] + cop["flow_per_c"] * outdoor - outdoor, cop["least_difference_k"]
    )
    performance = np.polynomial.polynomial.polyval(difference, cop["polynomial"]) * cop["field_factor"]
    kw: np.ndarray = day_kwh[steps.day] * share / performance
    return kw


def _sigmoid(mean_c: np.ndarray, heat: Mapping[str, Any]) -> np.ndarray:
    s = heat["sigmoid"]
    # Above 39 C the formula has no value; only hot water is left long before.
    below = np.minimum(mean_c, 39.0) - 40.0
    share: np.ndarray = s["a"] / (1.0 + (s["b"] / below) ** s["c"]) + s["d"]
    return share


def solar_profile(
    steps: LocalSteps, *, latitude_deg: float, longitude_deg: float, utc_offset_h: np.ndarray | float
) -> np.ndarray:
    """Clear-sky feed-in of horizontal photovoltaics, per kW installed.

    Parameters
    ----------
    steps : LocalSteps
    latitude_deg, longitude_deg : float
        Place, north and east positive. [deg]
    utc_offset_h : float or ndarray, shape (n_t,)
        Local clock minus universal time. [h]

    Returns
    -------
    ndarray, shape (n_t,)
        Power per kW of modules, 0 at night, about 0.9 with the sun high. [kW/kW]

    Notes
    -----
    Global irradiance under a clear sky, 1098 cos(z) exp(-0.059 / cos(z)) W/m2 for zenith angle z [1]_, over the
    1000 W/m2 at which modules are rated; declination 23.45 sin(360/365 (284 + day)) degrees [2]_. Losses, clouds,
    tilt and the equation of time (up to 16 minutes) are left out: this is the sunny day planned for. Scale a year of
    it to a known yield for a mean profile.

    References
    ----------
    .. [1] Haurwitz, "Insolation in relation to cloudiness and cloud density", Journal of Meteorology 2, 154-166
       (1945), with the factor of pvlib, https://pvlib-python.readthedocs.io.
    .. [2] Cooper, "The absorption of radiation in solar stills", Solar Energy 12, 333-346 (1969).
    """
    declination = np.radians(23.45 * np.sin(np.radians(360.0 / 365.0 * (284 + steps.day_of_year))))
    solar_hour = steps.hour + steps.dt_h / 2 - utc_offset_h + longitude_deg / 15.0
    angle = np.radians(15.0 * (solar_hour - 12.0))
    latitude = np.radians(latitude_deg)
    cosine = np.sin(latitude) * np.sin(declination) + np.cos(latitude) * np.cos(declination) * np.cos(angle)
    up = np.maximum(cosine, 1e-3)
    kw: np.ndarray = np.where(cosine > 1e-3, 1.098 * up * np.exp(-0.059 / up), 0.0)
    return kw
