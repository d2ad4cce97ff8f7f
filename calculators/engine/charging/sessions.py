"""Charging sessions as arrays: who is plugged in when, how much they want, and what their battery allows."""

from __future__ import annotations

from dataclasses import dataclass, field, fields

import numpy as np

from calculators.engine.errors import InputError, Problem

ETA_ONE_WAY = 0.87**0.5
"""Efficiency each way: 87 % there and back, the mean measured on two cars at 3 x 16 A. [-]

Schram et al., "Empirical Evaluation of V2G Round-trip Efficiency", 2020,
https://www.researchgate.net/publication/344665888_Empirical_Evaluation_of_V2G_Round-trip_Efficiency
"""
NOMINAL_V = 230.0
"""Nominal voltage between phase and neutral, EN 50160. [V]"""

_RANGES = {
    "e_kwh": (0.0, np.inf),
    "p_max_kw": (0.0, np.inf),
    "p_min_kw": (0.0, np.inf),
    "battery_kwh": (0.0, np.inf),
    "soc_arrival": (0.0, 1.0),
    "soc_min": (0.0, 1.0),
    "p_discharge_kw": (0.0, np.inf),
    "eta_charge": (0.01, 1.0),
    "eta_discharge": (0.01, 1.0),
}


def _each() -> np.ndarray:
    return np.empty(0)


@dataclass(frozen=True)
class Sessions:
    """Charging sessions on one time grid; charging is allowed in `arrival_step <= t < departure_step`.

    Arrays have shape (n_session,). Those with a default may also be one number for all sessions.

    Parameters
    ----------
    arrival_step, departure_step : ndarray of int
        First step plugged in, and first step gone.
    e_kwh : ndarray
        Energy wished for, at the AC meter. [kWh]
    p_max_kw : ndarray
        Largest charging power. [kW]
    evse : ndarray of int, optional
        Which EVSE serves the session; each its own when left out.
    p_min_kw : ndarray, optional
        Smallest power above zero (6 A in mode 3, see `power_kw`); 0 when left out. Strategies that cannot keep it
        refuse it, see `Strategy.minimum`. [kW]
    battery_kwh : ndarray, optional
        Usable capacity; unknown (infinite) when left out, which the V2G strategies refuse. [kWh]
    soc_arrival, soc_min : ndarray, optional
        State of charge on arrival, and the one no discharge goes below; 0 when left out. A car that arrives
        lower is not discharged below its arrival. [-]
    p_discharge_kw : ndarray, optional
        Largest power back to the grid or the home; 0 when left out. [kW]
    eta_charge, eta_discharge : ndarray, optional
        Efficiency from meter to battery and back, 0.01 to 1; 0.933 each when left out. [-]
    charge_now : ndarray of bool, optional
        Drivers who override: they charge at once; nobody when left out.

    Raises
    ------
    InputError
        All problems at once: unequal lengths, departure not after arrival, numbers out of range, a wish that does
        not fit the battery.
    """

    arrival_step: np.ndarray
    departure_step: np.ndarray
    e_kwh: np.ndarray
    p_max_kw: np.ndarray
    evse: np.ndarray = field(default_factory=_each)
    p_min_kw: np.ndarray = field(default_factory=_each)
    battery_kwh: np.ndarray = field(default_factory=_each)
    soc_arrival: np.ndarray = field(default_factory=_each)
    soc_min: np.ndarray = field(default_factory=_each)
    p_discharge_kw: np.ndarray = field(default_factory=_each)
    eta_charge: np.ndarray = field(default_factory=_each)
    eta_discharge: np.ndarray = field(default_factory=_each)
    charge_now: np.ndarray = field(default_factory=_each)

    def __post_init__(self) -> None:
        """Bring the arrays to their types and check them together."""
        n = np.size(self.arrival_step)
        defaults = {
            "evse": np.arange(n),
            "battery_kwh": np.inf,
            "eta_charge": ETA_ONE_WAY,
            "eta_discharge": ETA_ONE_WAY,
        }
        kinds = {"arrival_step": int, "departure_step": int, "evse": int, "charge_now": bool}
        for position, entry in enumerate(fields(self)):
            value: np.ndarray = np.asarray(getattr(self, entry.name), dtype=kinds.get(entry.name, float))
            if position >= 4 and value.size == 0:
                value = np.asarray(defaults.get(entry.name, 0), dtype=kinds.get(entry.name, float))
            if position >= 4 and value.ndim == 0:
                value = np.full(n, value)
            object.__setattr__(self, entry.name, value)
        problems = self._problems()
        if problems:
            raise InputError(problems)

    def _problems(self) -> list[Problem]:
        sizes = {entry.name: getattr(self, entry.name).shape for entry in fields(self)}
        if len(set(sizes.values())) > 1 or self.arrival_step.ndim != 1:
            return [
                Problem("shape", f"the arrays must be 1-D and equally long; they are {sizes}.", "sessions")
            ]
        found = []
        for row in np.flatnonzero(self.departure_step <= self.arrival_step)[:5]:
            found.append(
                Problem(
                    "departure",
                    f"departure_step is {self.departure_step[row]} and arrival_step {self.arrival_step[row]}; "
                    "departure must be later.",
                    f"session {row}",
                )
            )
        for name, (least, most) in _RANGES.items():
            values = getattr(self, name)
            unbounded = name == "battery_kwh"
            good = (np.isfinite(values) | (unbounded & (values == np.inf))) & (values >= least)
            allowed = f"{least:g} or more" if most == np.inf else f"{least:g} to {most:g}"
            for row in np.flatnonzero(~(good & (values <= most)))[:5]:
                found.append(
                    Problem(
                        "range",
                        f"{name} is {values[row]:g}; it must be a number, {allowed}.",
                        f"session {row}",
                    )
                )
        return found or self._too_full()

    def _too_full(self) -> list[Problem]:
        known = np.isfinite(self.battery_kwh)
        room_kwh = np.full(len(self), np.inf)
        room_kwh[known] = ((1 - self.soc_arrival) * self.battery_kwh / self.eta_charge)[known]
        return [
            Problem(
                "battery-full",
                f"e_kwh is {self.e_kwh[row]:.4g} kWh and the battery has room for {room_kwh[row]:.4g} kWh at the "
                "meter.",
                f"session {row}",
                f"Lower e_kwh to {room_kwh[row]:.4g} kWh or soc_arrival below {self.soc_arrival[row]:g}.",
            )
            for row in np.flatnonzero(self.e_kwh > room_kwh + 1e-6)[:5]
        ]

    def __len__(self) -> int:
        """Number of sessions."""
        return self.arrival_step.size

    def take(self, rows: np.ndarray | slice) -> Sessions:
        """Return the sessions in `rows`, a mask, indices or a slice; they were checked already."""
        part = object.__new__(Sessions)
        for entry in fields(self):
            object.__setattr__(part, entry.name, getattr(self, entry.name)[rows])
        return part


def power_kw(i_a: float | np.ndarray, n_phase: int | np.ndarray) -> np.ndarray:
    """Power of a current on one, two or three phases at 230 V and power factor 1. [kW]

    Parameters
    ----------
    i_a : float or ndarray
        Current in each phase; a car needs at least 6 A [1]_. [A]
    n_phase : int or ndarray of int
        Phases used, 1 to 3.

    References
    ----------
    .. [1] evcc documentation, `minCurrent` of a loadpoint, https://github.com/evcc-io/docs/pull/799.diff.

    Examples
    --------
    >>> float(power_kw(6.0, 3))
    4.14
    """
    power: np.ndarray = np.asarray(i_a) * np.asarray(n_phase) * NOMINAL_V / 1000.0
    return power
