"""Reduced network charges for devices the German grid operator may dim, section 14a EnWG.

The rule sets how, each operator sets the amounts. Module 1 is a yearly sum, module 2 a lower rate on a meter of its
own, module 3 a rate in three levels by time of day, on top of module 1 only.
"""

from __future__ import annotations

import numpy as np

from calculators.engine.economics import checks
from calculators.engine.errors import Problem

GROSS_EUR = 80.0
"""Fixed part of module 1, with value added tax [1]_. [EUR/year]

.. [1] E-Bridge, "Vorteilhaftigkeit von Modul 1 und Modul 2 nach §14a EnWG",
   https://e-bridge.de/vorteilhaftigkeit-modul-1-modul-2/: 80 EUR a year and a bonus for stability.
"""
BONUS_KWH = 3750.0
BONUS_SHARE = 0.2
"""The bonus is a fifth of the network charge of 3,750 kWh.

With value added tax of 19 % this gives the sums operators publish to the cent: 131.88 EUR at 8.62 ct/kWh
(https://www.ewwanfried.de/netz/netzanschluss/steuerbare-verbrauchseinrichtungen/) and 137.43 EUR where module 2
leaves 3.74 ct/kWh (https://www.bs-netz.de/privatkunden/reduzierung-des-netzentgeltes/).
"""
VAT = 0.19
MODULE_2_SHARE = 0.4
"""What module 2 leaves of the network charge per kWh, same pages."""
HIGH_MOST, LOW_RANGE = 2.0, (0.1, 0.4)
"""Module 3: the high level is at most double, the low one 10 to 40 % of the standard one.

BET, "Wie sollen die Tarifzeiten für die zeitvariablen Netzentgelte abgeleitet werden",
https://bet-energie.de/newsletter-anmeldung/newsletter-fuer-netzbetreiber-01/2024/artikel/wie-sollen-die-tarifzeiten-fuer-die-zeitvariablen-netzentgelte-abgeleitet-werden
"""


def module_1_eur(network_eur_per_kwh: float) -> float:
    """Yearly reduction of module 1 before value added tax. [EUR/year]

    Parameters
    ----------
    network_eur_per_kwh : float
        Network charge per kWh before tax, 0 or more. [EUR/kWh]

    Raises
    ------
    InputError
        If the charge is negative or not a number.

    Examples
    --------
    >>> round(module_1_eur(0.0862), 2)
    131.88
    """
    checks.refuse(checks.number("network_eur_per_kwh", network_eur_per_kwh, low=0.0, unit="EUR/kWh"))
    return GROSS_EUR / (1.0 + VAT) + BONUS_SHARE * BONUS_KWH * network_eur_per_kwh


def module_2_eur_per_kwh(network_eur_per_kwh: float) -> float:
    """Network charge per kWh under module 2. [EUR/kWh]

    Raises
    ------
    InputError
        If the charge is negative or not a number.
    """
    checks.refuse(checks.number("network_eur_per_kwh", network_eur_per_kwh, low=0.0, unit="EUR/kWh"))
    return MODULE_2_SHARE * network_eur_per_kwh


def module_3_eur_per_kwh(
    hour: np.ndarray,
    quarter: np.ndarray,
    *,
    low_eur: float,
    standard_eur: float,
    high_eur: float,
    low_h: tuple[float, float],
    high_h: tuple[float, float],
    quarters: tuple[int, ...],
) -> np.ndarray:
    """Network charge of each step under module 3. [EUR/kWh], shape (n_t,).

    Parameters
    ----------
    hour : ndarray, shape (n_t,)
        Hour of the day, 0 to below 24. [h]
    quarter : ndarray of int, shape (n_t,)
        Quarter of the year, 1 to 4.
    low_eur, standard_eur, high_eur : float
        Charge at each level. [EUR/kWh]
    low_h, high_h : tuple of float
        From and to which hour each level holds, from < to. [h]
    quarters : tuple of int
        Quarters with three levels, at least two; the others have the standard one all day.

    Raises
    ------
    InputError
        Levels outside what the rule allows, fewer than two quarters, less than two hours at the high level.
    """
    problems = []
    if not standard_eur <= high_eur <= HIGH_MOST * standard_eur:
        message = f"high is {high_eur:g} EUR/kWh; it must be 1 to {HIGH_MOST:g} times standard."
        problems.append(Problem("module-3-high", message, "high_eur"))
    if not LOW_RANGE[0] * standard_eur <= low_eur <= LOW_RANGE[1] * standard_eur + 5e-5:
        message = f"low is {low_eur:g} EUR/kWh; it must be 10 to 40 % of standard, {standard_eur:g} EUR/kWh."
        problems.append(Problem("module-3-low", message, "low_eur"))
    if len(set(quarters)) < 2 or not set(quarters) <= {1, 2, 3, 4}:
        message = f"quarters are {quarters}; at least two of 1 to 4 are needed."
        problems.append(Problem("module-3-quarters", message, "quarters"))
    if high_h[1] - high_h[0] < 2:
        message = f"the high level lasts {high_h[1] - high_h[0]:g} h a day; at least 2 h are needed."
        problems.append(Problem("module-3-hours", message, "high_h"))
    checks.refuse(problems)
    hour, active = np.asarray(hour, dtype=float), np.isin(quarter, quarters)
    low = active & (hour >= low_h[0]) & (hour < low_h[1])
    high = active & (hour >= high_h[0]) & (hour < high_h[1])
    charge: np.ndarray = np.where(high, high_eur, np.where(low, low_eur, standard_eur))
    return charge
