"""A city's own figure for a target year, joined to today's by a logistic curve."""

from __future__ import annotations

import numpy as np


def own_path(*, base_year: int, base_share: float, target_year: int, target_share: float) -> dict[int, float]:
    """Share of all cars by year, logistic between two shares.

    Parameters
    ----------
    base_year, target_year : int
        The target lies later.
    base_share, target_share : float
        Share of all cars. [0-1, both ends excluded]

    Returns
    -------
    dict of int to float
        Every year from the base to the target year.

    Notes
    -----
    The logarithm of the odds is a straight line through both years; growing or falling alike.
    """
    years = np.arange(base_year, target_year + 1)
    ends = [np.log(share / (1.0 - share)) for share in (base_share, target_share)]
    odds = np.interp(years, [base_year, target_year], ends)
    return {int(year): float(1.0 / (1.0 + np.exp(-one))) for year, one in zip(years, odds, strict=True)}
