"""What charging and giving back costs the battery.

A battery ages with time (calendar) and with use (cycles). Only what V2G adds is its cost: each kWh given back is
part of a cycle more. Time passes anyway, but the state of charge it is spent at differs, so `fade_cost_eur`
prices any change of the fade, up or down.
"""

from __future__ import annotations

import numpy as np

from calculators.engine.economics import checks
from calculators.engine.errors import Problem


def cycle_cost_eur_per_kwh(*, pack_eur_per_kwh: float, cycles: float) -> float:
    """Wear of each kWh given back where cycles end the battery's life. [EUR/kWh]

    Parameters
    ----------
    pack_eur_per_kwh : float
        Price of a new pack per kWh of capacity, 0 or more. [EUR/kWh]
    cycles : float
        Full cycles until the pack is replaced, 1 or more.

    Raises
    ------
    InputError
        If a number is missing or out of range.

    Notes
    -----
    A full cycle gives back the capacity once, so each kWh costs price / cycles. An upper bound where age ends
    the life before use does.

    Examples
    --------
    >>> round(cycle_cost_eur_per_kwh(pack_eur_per_kwh=200.0, cycles=1500.0), 3)
    0.133
    """
    problems = checks.number("pack_eur_per_kwh", pack_eur_per_kwh, low=0.0, unit="EUR/kWh")
    problems += checks.number("cycles", cycles, low=1.0)
    checks.refuse(problems)
    return pack_eur_per_kwh / cycles


def fade_cost_eur(
    *, fade_percent: float, battery_kwh: float, pack_eur_per_kwh: float, usable_percent: float = 20.0
) -> float:
    """Value of capacity lost (positive) or kept (negative). [EUR]

    Parameters
    ----------
    fade_percent : float
        Percentage points of capacity lost more than otherwise. [%]
    battery_kwh, pack_eur_per_kwh : float
        Capacity, and price of a new pack per kWh; 0 or more. [kWh, EUR/kWh]
    usable_percent : float
        Fade at which the pack is worth nothing more, above 0 to 100. [%]

    Raises
    ------
    InputError
        If a number is missing or out of range.

    Examples
    --------
    >>> fade_cost_eur(fade_percent=2.0, battery_kwh=60.0, pack_eur_per_kwh=100.0)
    600.0
    """
    problems = checks.number("fade_percent", fade_percent)
    problems += checks.number("battery_kwh", battery_kwh, low=0.0, unit="kWh")
    problems += checks.number("pack_eur_per_kwh", pack_eur_per_kwh, low=0.0, unit="EUR/kWh")
    problems += checks.number("usable_percent", usable_percent, low=0.1, high=100.0, unit="%")
    checks.refuse(problems)
    return fade_percent / usable_percent * battery_kwh * pack_eur_per_kwh


def full_cycles(fed_back_kwh: float | np.ndarray, *, battery_kwh: float, eta_discharge: float) -> np.ndarray:
    """Full cycles of the battery behind energy fed back, measured at the meter. [-]

    Parameters
    ----------
    fed_back_kwh : float or ndarray
        0 or more. [kWh]
    battery_kwh : float
        Capacity, more than 0. [kWh]
    eta_discharge : float
        Efficiency from battery to meter, above 0 to 1. [-]

    Raises
    ------
    InputError
        If a number is missing or out of range.
    """
    problems = checks.number("battery_kwh", battery_kwh, low=1e-6, unit="kWh")
    problems += checks.number("eta_discharge", eta_discharge, low=0.01, high=1.0)
    checks.refuse(problems)
    cycles: np.ndarray = np.asarray(fed_back_kwh) / eta_discharge / battery_kwh
    return cycles


def wear_draws(rng: np.random.Generator, *, low_eur: float, high_eur: float, n: int) -> np.ndarray:
    """Wear costs between two published ones, each order of size as likely. [EUR/kWh], shape (n,).

    Parameters
    ----------
    rng : numpy.random.Generator
    low_eur, high_eur : float
        Ends of the range, more than 0, low not above high. [EUR/kWh]
    n : int
        Draws.

    Raises
    ------
    InputError
        If the ends are not numbers above 0, or the wrong way round.

    Notes
    -----
    Published costs differ by a factor of fifty, so the logarithm is drawn evenly: the middle is the geometric mean.
    """
    problems = checks.number("low_eur", low_eur, low=1e-6, unit="EUR/kWh")
    problems += checks.number("high_eur", high_eur, low=1e-6, unit="EUR/kWh")
    if not problems and low_eur > high_eur:
        message = f"low is {low_eur:g} and high {high_eur:g} EUR/kWh; low must not be above high."
        problems.append(Problem("order", message, "low_eur", "Exchange the two."))
    checks.refuse(problems)
    draws: np.ndarray = low_eur * (high_eur / low_eur) ** rng.random(n)
    return draws
