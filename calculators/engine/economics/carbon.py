"""Carbon dioxide of a load, hour by hour."""

from __future__ import annotations

import numpy as np

from calculators.engine.economics import checks


def emissions_kg(p_kw: np.ndarray, g_per_kwh: float | np.ndarray, *, dt_h: float) -> float:
    """Emissions of what is taken less those of what is fed in, at the intensity of each step. [kg]

    Parameters
    ----------
    p_kw : ndarray, shape (n_t,)
        Power at the meter, feed-in negative. [kW]
    g_per_kwh : float or ndarray, shape (n_t,)
        Carbon intensity of the grid. Average intensities say whose emissions they are; marginal ones, what a
        change of the load causes. [g/kWh]
    dt_h : float
        Length of a step, more than 0. [h]

    Raises
    ------
    InputError
        Missing values or a wrong shape.

    Examples
    --------
    >>> emissions_kg(np.array([2.0, -1.0]), np.array([100.0, 400.0]), dt_h=1.0)
    -0.2
    """
    p_kw = np.asarray(p_kw, dtype=float)
    p_kw, problems = checks.series("p_kw", p_kw, p_kw.size)
    intensity, found = checks.series("g_per_kwh", g_per_kwh, p_kw.size)
    checks.refuse(problems + found + checks.number("dt_h", dt_h, low=1e-6, unit="h"))
    return float((p_kw * intensity).sum() * dt_h / 1000.0)
