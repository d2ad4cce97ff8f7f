"""Charging sessions as a meter recorded them, in local time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class SessionRecords:
    """Real sessions, arrays of shape (n_session,).

    Attributes
    ----------
    day : ndarray of int
        Local day of arrival as ordinal of the Gregorian calendar (1 is 1 January of year 1, a Monday).
    hour : ndarray
        Local time of arrival. [h, 0-24)
    duration_h : ndarray
        Time connected. [h]
    charge_h : ndarray
        Time with power flowing, NaN where unknown. [h]
    energy_kwh : ndarray
        Energy at the meter. [kWh]
    station : ndarray of int
        Which station, 0 upwards.
    """

    day: np.ndarray
    hour: np.ndarray
    duration_h: np.ndarray
    charge_h: np.ndarray
    energy_kwh: np.ndarray
    station: np.ndarray

    def __len__(self) -> int:
        """Number of sessions."""
        return self.day.size

    def of(self, chosen: np.ndarray) -> SessionRecords:
        """Return the chosen sessions; `chosen` holds rows or is a mask."""
        return SessionRecords(**{name: values[chosen] for name, values in vars(self).items()})

    @property
    def week(self) -> np.ndarray:
        """Number of the week from Monday, shape (n_session,)."""
        week: np.ndarray = (self.day - 1) // 7
        return week

    @property
    def weekend(self) -> np.ndarray:
        """Whether each arrives on a Saturday or Sunday, shape (n_session,)."""
        weekend: np.ndarray = (self.day - 1) % 7 >= 5
        return weekend
