"""Load of single homes: stochastic, so that few homes peak higher per home than many."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from calculators.engine.errors import InputError, Problem


def household_load(
    rng: np.random.Generator,
    *,
    n_household: int,
    annual_kwh: float,
    n_days: int,
    dt_h: float,
    statistics: Mapping[str, Any],
    first_weekday: int = 0,
) -> np.ndarray:
    """Draw the winter load of homes, each for itself.

    Parameters
    ----------
    rng : numpy.random.Generator
    n_household : int
    annual_kwh : float
        Mean yearly use of a home. [kWh]
    n_days : int
    dt_h : float
        Length of a step. [h]
    statistics : mapping
        `workday_kw`, `saturday_kw`, `sunday_kw` (24,) for 1000 kWh a year, `winter_factor`; `steady_share`,
        `pulse_mean_kw`, `pulse_shape`, `pulse_h`.
    first_weekday : int
        0 is Monday.

    Returns
    -------
    ndarray, shape (n_household, n_t)
        Load of each home; its mean over many homes follows the profile. [kW]

    Notes
    -----
    A steady part follows the profile. The rest is appliances: pulses that start as a Poisson process whose rate
    follows the profile, with gamma-distributed power. The variance of the sum then grows with the number of
    homes and the peak per home falls towards the profile, as after-diversity demand does.
    """
    shapes = [statistics["workday_kw"]] * 5 + [statistics["saturday_kw"], statistics["sunday_kw"]]
    days = [np.asarray(shapes[(first_weekday + day) % 7], dtype=float) for day in range(n_days)]
    per_hour = np.concatenate(days) * statistics["winter_factor"] * annual_kwh / 1000.0
    n_t = round(n_days * 24 / dt_h)
    hour = (np.arange(n_t) + 0.5) * dt_h
    mean_kw = np.interp(hour, np.arange(per_hour.size) + 0.5, per_hour)
    return homes_load(rng, n_household=n_household, mean_kw=mean_kw, dt_h=dt_h, statistics=statistics)


def homes_load(
    rng: np.random.Generator,
    *,
    n_household: int,
    mean_kw: np.ndarray,
    dt_h: float,
    statistics: Mapping[str, Any],
) -> np.ndarray:
    """Draw the load of homes, each for itself, about any mean: of another season, with holidays, a whole year.

    Parameters
    ----------
    rng : numpy.random.Generator
    n_household : int
    mean_kw : ndarray, shape (n_t,)
        Mean load of a home, for example of `household_profile`. [kW]
    dt_h : float
        Length of a step. [h]
    statistics : mapping
        `steady_share`, `pulse_mean_kw`, `pulse_shape`, `pulse_h` of the parameter `household_winter`.

    Returns
    -------
    ndarray, shape (n_household, n_t)
        Load of each home. [kW]
    """
    length = max(1, round(statistics["pulse_h"] / dt_h))
    pulsed_kw = (1.0 - statistics["steady_share"]) * mean_kw
    starts = rng.poisson(pulsed_kw / (statistics["pulse_mean_kw"] * length), size=(n_household, mean_kw.size))
    shape = statistics["pulse_shape"]
    # The sum of k gamma variables of one scale is gamma with k times the shape.
    power = rng.gamma(np.maximum(starts * shape, 1e-12), statistics["pulse_mean_kw"] / shape) * (starts > 0)
    load: np.ndarray = statistics["steady_share"] * mean_kw + power
    for shift in range(1, length):
        load[:, shift:] += power[:, :-shift]
    return load


def switched_load(
    rng: np.random.Generator,
    *,
    n_device: int,
    mean_kw: np.ndarray,
    p_rated_kw: float,
    run_h: float,
    dt_h: float,
) -> np.ndarray:
    """Draw devices that are on or off about a mean: heat pumps without power control.

    Parameters
    ----------
    rng : numpy.random.Generator
    n_device : int
    mean_kw : ndarray, shape (n_t,)
        Mean load of a device, for example of `heat_pump_profile`. [kW]
    p_rated_kw : float
        Electric power when on, above the highest mean. [kW]
    run_h : float
        How long a device stays on or off at a time. [h]
    dt_h : float
        Length of a step. [h]

    Returns
    -------
    ndarray, shape (n_device, n_t)
        0 or `p_rated_kw` in each step; the mean over many devices is `mean_kw`. [kW]

    Raises
    ------
    InputError
        If the mean lies below 0 or above the rated power.

    Notes
    -----
    Each device decides anew every `run_h`, at times of its own, with the chance that keeps the mean.
    """
    mean = np.asarray(mean_kw, dtype=float)
    if not ((mean >= 0) & (mean <= p_rated_kw)).all():
        raise InputError(
            Problem(
                "power",
                f"the mean reaches {mean.max():.2f} kW; it must lie from 0 to the rated {p_rated_kw:g} kW.",
                "p_rated_kw",
                "Enter the electric power of the device, heater included.",
            )
        )
    length = max(1, round(run_h / dt_h))
    offset = rng.integers(length, size=(n_device, 1))
    block = (np.arange(mean.size) + offset) // length
    rank = rng.random((n_device, mean.size // length + 2))
    on = np.take_along_axis(rank, block, axis=1) < mean / p_rated_kw
    load: np.ndarray = np.where(on, p_rated_kw, 0.0)
    return load
