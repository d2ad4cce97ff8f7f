"""What cold and heat do to consumption."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np


def energy_factor(outdoor_c: np.ndarray, *, mean_year_c: np.ndarray, curve: Mapping[str, Any]) -> np.ndarray:
    """Energy per kilometre at some temperatures over its mean of a year.

    Parameters
    ----------
    outdoor_c : ndarray
        Temperature of a day, or of several. [C]
    mean_year_c : ndarray
        Temperatures of the year the statistics stand for. [C]
    curve : mapping
        The parameter `consumption_by_temperature`: `outdoor_c`, `factor`.

    Returns
    -------
    ndarray, shape of `outdoor_c`
        Above 1 on days that take more than the mean of the year. [-]

    Notes
    -----
    Straight lines between the published points; constant below the coldest and above the hottest.
    """
    year = np.interp(mean_year_c, curve["outdoor_c"], curve["factor"]).mean()
    factor: np.ndarray = np.interp(outdoor_c, curve["outdoor_c"], curve["factor"]) / year
    return factor
