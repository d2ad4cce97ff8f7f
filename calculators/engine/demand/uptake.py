"""How many cars become electric: a logistic curve of new cars, and the fleet that follows it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from calculators.engine.errors import InputError, Problem


def new_car_share(year: np.ndarray, *, base_year: int, base_share: float, growth: np.ndarray) -> np.ndarray:
    """Share of new cars that are battery-electric.

    Parameters
    ----------
    year : ndarray of int, shape (n_year,)
    base_year : int
        Year in which `base_share` holds.
    base_share : float
        Share of new cars. [0-1, both ends excluded]
    growth : ndarray, shape (n_draw,)
        Yearly growth of the logarithm of the odds. [1/year]

    Returns
    -------
    ndarray, shape (n_draw, n_year)

    Notes
    -----
    Logistic: odds = odds of the base year x exp(growth x years since).
    """
    if not 0 < base_share < 1:
        raise InputError(
            Problem("share", f"{base_share:g}; it must lie between 0 and 1, both excluded.", "base_share")
        )
    log_odds = np.log(base_share / (1 - base_share)) + np.asarray(growth)[:, None] * (
        np.asarray(year) - base_year
    )
    share: np.ndarray = 1.0 / (1.0 + np.exp(-log_odds))
    return share


def fleet_share(
    year: np.ndarray,
    *,
    base_year: int,
    fleet_at_base: float,
    base_share: float,
    growth: np.ndarray,
    replaced: np.ndarray,
) -> np.ndarray:
    """Share of all cars that are battery-electric.

    Parameters
    ----------
    year : ndarray of int, shape (n_year,)
        Years from `base_year` on.
    base_year, base_share, growth
        As for `new_car_share`.
    fleet_at_base : float
        Share of all cars at the end of the base year. [0-1]
    replaced : ndarray, shape (n_draw,)
        Share of the cars replaced in a year. [0-1]

    Returns
    -------
    ndarray, shape (n_draw, n_year)
        At the end of each year.

    Notes
    -----
    Each year `replaced` of the fleet is new, and as many of the oldest cars leave, bought 1 / `replaced` years before.
    """
    if np.min(year) < base_year:
        raise InputError(Problem("year", f"{np.min(year)} lies before the base year {base_year}.", "year"))
    last = int(np.max(year))
    each = np.arange(base_year + 1, last + 1)
    come = new_car_share(each, base_year=base_year, base_share=base_share, growth=growth)
    age = np.rint(1.0 / np.asarray(replaced)).astype(int)
    odds = np.log(base_share / (1 - base_share)) + np.asarray(growth)[:, None] * (
        each - age[:, None] - base_year
    )
    leave = 1.0 / (1.0 + np.exp(-odds))
    change = np.asarray(replaced)[:, None] * (come - leave)
    total = fleet_at_base + np.concatenate(
        [np.zeros((change.shape[0], 1)), np.cumsum(change, axis=1)], axis=1
    )
    share: np.ndarray = np.clip(total, 0.0, 1.0)[:, np.asarray(year) - base_year]
    return share


def path_share(year: np.ndarray, path: Mapping[int, float]) -> np.ndarray:
    """Fleet share by a user's own path, straight lines between its years.

    Raises
    ------
    InputError
        If a year lies outside the path or a share outside 0 to 1.
    """
    years = sorted(path)
    found = [
        Problem("share", f"{path[key]:g} in {key}; it must lie between 0 and 1.", "path")
        for key in years
        if not 0 <= path[key] <= 1
    ]
    if not years or np.min(year) < years[0] or np.max(year) > years[-1]:
        found.append(
            Problem(
                "year", f"the path must cover {np.min(year)} to {np.max(year)}.", "path", "Add these years."
            )
        )
    if found:
        raise InputError(found)
    share: np.ndarray = np.interp(year, years, [path[key] for key in years])
    return share
