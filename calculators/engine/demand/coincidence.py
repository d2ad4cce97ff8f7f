"""Coincidence of few and many users, with its band."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from calculators.engine.charging import by_evse, coincidence_factor, schedule
from calculators.engine.demand.sessions import draw_sessions
from calculators.engine.errors import InputError, Problem

N_POPULATION = 1500
"""Users drawn once; groups are taken from them."""
DT_H = 0.25


@dataclass(frozen=True)
class CoincidenceBand:
    """Coincidence factor by number of users, arrays of shape (n_size,).

    Attributes
    ----------
    n_user : ndarray of int
    p10, p50, p90 : ndarray
        Over groups of that size. [0-1]
    """

    n_user: np.ndarray
    p10: np.ndarray
    p50: np.ndarray
    p90: np.ndarray


def coincidence_band(
    rng: np.random.Generator,
    *,
    n_user: np.ndarray,
    statistics: Mapping[str, Any],
    p_evse_kw: float,
    n_group: int = 200,
    n_weeks: int = 1,
) -> CoincidenceBand:
    """Peak of groups of users over the sum of what each takes at most.

    Parameters
    ----------
    rng : numpy.random.Generator
    n_user : ndarray of int, shape (n_size,)
        Sizes of groups, 1 to 500.
    statistics : mapping
        Of users with an EVSE each; see `draw_sessions`.
    p_evse_kw : float
        Power of an EVSE. [kW]
    n_group : int
        Groups of each size, 10 or more.
    n_weeks : int
        Length of the time in which the peak is looked for: the longer, the higher.

    Returns
    -------
    CoincidenceBand
        For charging at full power on arrival.

    Raises
    ------
    InputError
        If a size or number lies outside its range, or EVSEs are shared.

    Notes
    -----
    Groups are taken at random from 1500 users that charge in the week, quarter-hour means. Factors are of
    `engine.charging.coincidence_factor`. Those who do not charge at all are left out: their share lowers the load of
    a street, not the factor of those who do.
    """
    sizes = np.asarray(n_user, dtype=int)
    found = []
    if sizes.ndim != 1 or sizes.size == 0 or sizes.min() < 1 or sizes.max() > 500:
        found.append(Problem("size", "sizes must be whole numbers from 1 to 500.", "n_user"))
    if n_group < 10 or n_weeks < 1:
        found.append(
            Problem("count", f"{n_group} groups and {n_weeks} weeks; 10 and 1 or more.", "n_group, n_weeks")
        )
    if statistics.get("shared", False):
        found.append(Problem("shared", "these EVSEs are shared; a user has none.", "statistics"))
    if found:
        raise InputError(found)
    n_days = 7 * n_weeks + 2
    sessions = draw_sessions(
        rng, n_evse=N_POPULATION, n_days=n_days, dt_h=DT_H, p_evse_kw=p_evse_kw, statistics=statistics
    )
    plan = schedule(sessions, "uncontrolled", n_t=round(n_days * 24 / DT_H), dt_h=DT_H)
    # Two days fill up: what began before them is missing.
    load = by_evse(sessions, plan.p_kw)[:, round(48 / DT_H) :]
    load = load[load.max(axis=1) > 0]
    bands = []
    for size in sizes:
        factors = [
            coincidence_factor(load[rng.choice(load.shape[0], size, replace=False)]) for _ in range(n_group)
        ]
        bands.append(np.percentile(factors, [10, 50, 90]))
    p10, p50, p90 = np.array(bands).T
    return CoincidenceBand(sizes, p10, p50, p90)
