"""Spreading a price over years, and how long until it is earned back."""

from __future__ import annotations

import numpy as np

from calculators.engine.economics import checks


def annuity_eur(price_eur: float, *, years: float, interest_percent: float) -> float:
    """Equal yearly sum that pays a price back with interest. [EUR/year]

    Parameters
    ----------
    price_eur : float
        Paid at the start. [EUR]
    years : float
        How long the thing lasts, more than 0. [years]
    interest_percent : float
        Interest a year, 0 or more. [%]

    Raises
    ------
    InputError
        If a number is missing or out of range.

    Examples
    --------
    >>> annuity_eur(1000.0, years=10.0, interest_percent=0.0)
    100.0
    """
    problems = checks.number("price_eur", price_eur)
    problems += checks.number("years", years, low=0.01, unit="years")
    problems += checks.number("interest_percent", interest_percent, low=0.0, high=100.0, unit="%")
    checks.refuse(problems)
    rate = interest_percent / 100.0
    factor = 1.0 / years if rate == 0 else rate / (1.0 - (1.0 + rate) ** -years)
    return price_eur * factor


def payback_years(price_eur: float, gain_eur: np.ndarray) -> np.ndarray:
    """Years until a yearly gain has paid a price, infinite where it never does. [years], shape of `gain_eur`.

    Parameters
    ----------
    price_eur : float
        0 or more. [EUR]
    gain_eur : ndarray
        Gain of each year, any sign. [EUR/year]

    Raises
    ------
    InputError
        If the price is negative or a gain is missing.
    """
    gain = np.asarray(gain_eur, dtype=float)
    problems = checks.number("price_eur", price_eur, low=0.0, unit="EUR")
    problems += checks.series("gain_eur", gain.ravel(), gain.size)[1]
    checks.refuse(problems)
    earns = gain > 0
    years: np.ndarray = np.where(earns, price_eur / np.where(earns, gain, 1.0), np.inf)
    return np.where(price_eur == 0, 0.0, years)
