"""Tariffs as data, and the bill a load makes under one.

A tariff is its parts: energy, network charge and levies per kWh taken, what a kWh fed in earns, a charge on the
peaks, a fixed sum. Flat, time-of-use and dynamic tariffs differ only in whether a part is a number or a series.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from calculators.engine.economics import checks
from calculators.engine.errors import Problem

QUARTER_H = 0.25


@dataclass(frozen=True)
class CapacityCharge:
    """A charge on the highest quarter-hour of each month, as in Flanders [1]_.

    Attributes
    ----------
    eur_per_kw_year : float
        Rate, 0 or more. [EUR/kW/year]
    minimum_kw : float
        A month's peak counts as at least this, 0 or more. [kW]

    References
    ----------
    .. [1] Fluvius, questions on the capacity tariff for households and small firms,
       https://www.fluvius.be/nl/veelgestelde-vragen/capaciteitstarief-gezinnen-kleine-ondernemingen.
    """

    eur_per_kw_year: float
    minimum_kw: float = 0.0


@dataclass(frozen=True)
class ConnectionCharge:
    """What a connection costs once: a fixed sum, and a rate on the power above what is free.

    Attributes
    ----------
    fixed_eur, eur_per_kw, free_kw : float
        0 or more. [EUR, EUR/kW, kW]
    """

    fixed_eur: float = 0.0
    eur_per_kw: float = 0.0
    free_kw: float = 0.0


@dataclass(frozen=True)
class Tariff:
    """The parts of a tariff; each rate is one number or a series of shape (n_t,).

    Attributes
    ----------
    energy_eur_per_kwh : float or ndarray
        Energy itself, without network charge and levies; may be negative. [EUR/kWh]
    network_eur_per_kwh, levies_eur_per_kwh : float or ndarray
        Network charge, and taxes and levies. [EUR/kWh]
    export_eur_per_kwh : float or ndarray
        Paid for each kWh fed in; may be negative. [EUR/kWh]
    fixed_eur_per_year : float
        Standing charge; a yearly rebate is negative. [EUR/year]
    capacity : CapacityCharge, optional
    network_on_stored, levies_on_stored : float
        Share of the network charge and the levies that is due on energy taken, stored and fed back: 1 where
        it is paid in full and so again by whoever uses it, 0 where it is given back. [0-1]
    """

    energy_eur_per_kwh: float | np.ndarray
    network_eur_per_kwh: float | np.ndarray = 0.0
    levies_eur_per_kwh: float | np.ndarray = 0.0
    export_eur_per_kwh: float | np.ndarray = 0.0
    fixed_eur_per_year: float = 0.0
    capacity: CapacityCharge | None = None
    network_on_stored: float = 1.0
    levies_on_stored: float = 1.0


@dataclass(frozen=True)
class Bill:
    """What a load costs, import and export apart; charges positive, `export_eur` is earned.

    Attributes
    ----------
    import_kwh, export_kwh : float
        Energy taken and fed in. [kWh]
    energy_eur, network_eur, levies_eur, capacity_eur, fixed_eur, export_eur, total_eur : float
        total = energy + network + levies + capacity + fixed - export. [EUR]
    """

    import_kwh: float
    export_kwh: float
    energy_eur: float
    network_eur: float
    levies_eur: float
    capacity_eur: float
    fixed_eur: float
    export_eur: float

    @property
    def total_eur(self) -> float:
        """Sum of the charges less what is earned. [EUR]"""
        charges = self.energy_eur + self.network_eur + self.levies_eur + self.capacity_eur + self.fixed_eur
        return charges - self.export_eur


def bill(
    p_kw: np.ndarray,
    tariff: Tariff,
    *,
    dt_h: float,
    month: np.ndarray | None = None,
    fed_back_kwh: float = 0.0,
) -> Bill:
    """Bill of one meter over the steps given.

    Parameters
    ----------
    p_kw : ndarray, shape (n_t,)
        Power at the meter, mean over each step, feed-in negative. [kW]
    tariff : Tariff
    dt_h : float
        Length of a step, more than 0. [h]
    month : ndarray of int, shape (n_t,), optional
        Which month each step lies in, for a capacity charge; all the same month when left out.
    fed_back_kwh : float
        Part of the feed-in that was taken from the grid and stored before, 0 or more. It decides what of the
        network charge and levies is given back, at the mean rate paid in these steps. [kWh]

    Returns
    -------
    Bill
        The fixed sum is that of n_t * dt_h of 8,760 hours; the capacity charge that of the months seen.

    Raises
    ------
    InputError
        Shapes, missing values, shares outside 0 to 1, more fed back than fed in or than taken, a capacity charge
        on steps longer than a quarter-hour or that do not divide it.
    """
    p_kw = np.asarray(p_kw, dtype=float)
    n_t = p_kw.size
    p_kw, problems = checks.series("p_kw", p_kw, n_t)
    rates = {}
    for name in ("energy", "network", "levies", "export"):
        rates[name], found = checks.series(f"{name}_eur_per_kwh", getattr(tariff, f"{name}_eur_per_kwh"), n_t)
        problems += found
    for name in ("network_on_stored", "levies_on_stored"):
        problems += checks.number(name, getattr(tariff, name), low=0.0, high=1.0)
    problems += checks.number("dt_h", dt_h, low=1e-6, unit="h")
    checks.refuse(problems)
    taken, given = np.maximum(p_kw, 0.0) * dt_h, np.maximum(-p_kw, 0.0) * dt_h
    import_kwh, export_kwh = float(taken.sum()), float(given.sum())
    most = min(import_kwh, export_kwh)
    checks.refuse(checks.number("fed_back_kwh", fed_back_kwh, low=0.0, high=most + 1e-9, unit="kWh"))
    kept = {
        name: 1.0 - (1.0 - share) * (fed_back_kwh / import_kwh if import_kwh else 0.0)
        for name, share in (("network", tariff.network_on_stored), ("levies", tariff.levies_on_stored))
    }
    capacity_eur = 0.0
    if tariff.capacity is not None:
        peaks = monthly_peaks_kw(p_kw, dt_h=dt_h, month=month)
        capacity_eur = _capacity_eur(peaks, tariff.capacity)
    return Bill(
        import_kwh=import_kwh,
        export_kwh=export_kwh,
        energy_eur=float((taken * rates["energy"]).sum()),
        network_eur=float((taken * rates["network"]).sum()) * kept["network"],
        levies_eur=float((taken * rates["levies"]).sum()) * kept["levies"],
        capacity_eur=capacity_eur,
        fixed_eur=tariff.fixed_eur_per_year * n_t * dt_h / 8760.0,
        export_eur=float((given * rates["export"]).sum()),
    )


def monthly_peaks_kw(p_kw: np.ndarray, *, dt_h: float, month: np.ndarray | None = None) -> np.ndarray:
    """Highest quarter-hour mean of the import of each month, months in rising order. [kW], shape (n_month,).

    Parameters
    ----------
    p_kw : ndarray, shape (n_t,)
        Power at the meter, feed-in negative; it starts on a quarter-hour. [kW]
    dt_h : float
        A quarter-hour or a whole part of one. [h]
    month : ndarray of int, shape (n_t,), optional
        Month of each step.

    Raises
    ------
    InputError
        Steps longer than a quarter-hour, that do not divide it or do not fill the last; a wrong shape.
    """
    p_kw = np.asarray(p_kw, dtype=float)
    month = np.zeros(p_kw.size, dtype=int) if month is None else np.asarray(month, dtype=int)
    per_quarter = round(QUARTER_H / dt_h)
    problems = []
    if (
        per_quarter < 1
        or abs(per_quarter * dt_h - QUARTER_H) > 1e-9
        or p_kw.size % per_quarter
        or not p_kw.size
    ):
        problems.append(
            Problem(
                "quarter-hour",
                f"{p_kw.size} steps of {dt_h:g} h do not make whole quarter-hours.",
                "dt_h",
                "Use steps of 0.25 h, or of a whole part of it.",
            )
        )
    if month.shape != p_kw.shape:
        message = f"month has shape {month.shape}; it must be {p_kw.shape}."
        problems.append(Problem("shape", message, "month"))
    checks.refuse(problems)
    quarter_kw = p_kw.reshape(-1, per_quarter).mean(axis=1)
    _, which = np.unique(month[::per_quarter], return_inverse=True)
    peaks = np.zeros(int(which.max()) + 1)
    np.maximum.at(peaks, which, quarter_kw)
    return peaks


def connection_eur(p_kw: float, charge: ConnectionCharge) -> float:
    """Return what a connection of `p_kw` costs once. [EUR]

    Raises
    ------
    InputError
        If the power or a part of the charge is negative or not a number.
    """
    problems = checks.number("p_kw", p_kw, low=0.0, unit="kW")
    for name in ("fixed_eur", "eur_per_kw", "free_kw"):
        problems += checks.number(name, getattr(charge, name), low=0.0)
    checks.refuse(problems)
    return charge.fixed_eur + charge.eur_per_kw * max(p_kw - charge.free_kw, 0.0)


def _capacity_eur(peaks_kw: np.ndarray, charge: CapacityCharge) -> float:
    """Charge of the months seen: a twelfth of the yearly rate for each kW of each month's peak."""
    problems = checks.number("eur_per_kw_year", charge.eur_per_kw_year, low=0.0)
    problems += checks.number("minimum_kw", charge.minimum_kw, low=0.0, unit="kW")
    checks.refuse(problems)
    billed_kw = np.maximum(peaks_kw, charge.minimum_kw)
    return float(charge.eur_per_kw_year * billed_kw.sum() / 12.0)
