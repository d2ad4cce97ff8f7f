"""Load of single homes: stochastic, so that few homes peak higher per home than many."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np


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
    length = max(1, round(statistics["pulse_h"] / dt_h))
    pulsed_kw = (1.0 - statistics["steady_share"]) * mean_kw
    starts = rng.poisson(pulsed_kw / (statistics["pulse_mean_kw"] * length), size=(n_household, n_t))
    shape = statistics["pulse_shape"]
    # The sum of k gamma variables of one scale is gamma with k times the shape.
    power = rng.gamma(np.maximum(starts * shape, 1e-12), statistics["pulse_mean_kw"] / shape) * (starts > 0)
    load: np.ndarray = statistics["steady_share"] * mean_kw + power
    for shift in range(1, length):
        load[:, shift:] += power[:, :-shift]
    return load
