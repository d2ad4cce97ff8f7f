"""Arithmetic of public charging targets."""

from __future__ import annotations

from calculators.engine.economics import checks

BATTERY_KW, HYBRID_KW = 1.3, 0.80
"""Public power for each registered light battery-electric car and plug-in hybrid [1]_. [kW]

.. [1] Regulation (EU) 2023/1804, article 3(1), https://eur-lex.europa.eu/eli/reg/2023/1804.
"""


def public_power_target_kw(*, n_battery: float, n_hybrid: float) -> float:
    """Least public charging power for a fleet of light vehicles, as at the end of each year. [kW]

    Parameters
    ----------
    n_battery, n_hybrid : float
        Registered battery-electric and plug-in hybrid light vehicles, 0 or more.

    Raises
    ------
    InputError
        If a count is negative or not a number.

    Notes
    -----
    The Regulation binds Member States, not cities. From a share of 15 % battery-electric vehicles on a Member State
    may ask for less (article 3(2)).
    """
    problems = checks.number("n_battery", n_battery, low=0.0)
    problems += checks.number("n_hybrid", n_hybrid, low=0.0)
    checks.refuse(problems)
    return BATTERY_KW * n_battery + HYBRID_KW * n_hybrid


def yearly_additions(*, n_now: float, n_target: float, years: float) -> float:
    """Charging points to add each year to reach a target; 0 when it is reached. [1/year]

    Raises
    ------
    InputError
        If a number is missing, negative, or the time is 0.
    """
    problems = checks.number("n_now", n_now, low=0.0)
    problems += checks.number("n_target", n_target, low=0.0)
    problems += checks.number("years", years, low=0.01, unit="years")
    checks.refuse(problems)
    return max(n_target - n_now, 0.0) / years


def vehicles_per_point(*, n_vehicle: float, n_point: float) -> float:
    """Vehicles that share one charging point. [-]

    Raises
    ------
    InputError
        If a number is missing, or there is no point.
    """
    problems = checks.number("n_vehicle", n_vehicle, low=0.0)
    problems += checks.number("n_point", n_point, low=1.0)
    checks.refuse(problems)
    return n_vehicle / n_point
