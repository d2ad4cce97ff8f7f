"""Charging sessions as arrays: who is plugged in when, and how much they want."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from calculators.engine.errors import InputError, Problem


@dataclass(frozen=True)
class Sessions:
    """Charging sessions on one time grid; charging is allowed in `arrival_step <= t < departure_step`.

    Parameters
    ----------
    arrival_step, departure_step : ndarray of int, shape (n_session,)
        First step plugged in, and first step gone.
    e_kwh : ndarray, shape (n_session,)
        Energy wished for, at the AC meter. [kWh]
    p_max_kw : ndarray, shape (n_session,)
        Largest charging power. [kW]
    evse : ndarray of int, shape (n_session,), optional
        Which EVSE serves the session; each its own when left out.
    p_min_kw : ndarray, shape (n_session,), optional
        Smallest power above zero (6 A in mode 3); 0 when left out. Kept by the sharing strategies. [kW]

    Raises
    ------
    InputError
        All problems at once: unequal lengths, departure not after arrival, negative or non-finite numbers.
    """

    arrival_step: np.ndarray
    departure_step: np.ndarray
    e_kwh: np.ndarray
    p_max_kw: np.ndarray
    evse: np.ndarray = field(default_factory=lambda: np.empty(0, dtype=int))
    p_min_kw: np.ndarray = field(default_factory=lambda: np.empty(0))

    def __post_init__(self) -> None:
        """Bring the arrays to their types and check them together."""
        for name in ("arrival_step", "departure_step"):
            object.__setattr__(self, name, np.asarray(getattr(self, name), dtype=int))
        for name in ("e_kwh", "p_max_kw"):
            object.__setattr__(self, name, np.asarray(getattr(self, name), dtype=float))
        evse = np.asarray(self.evse, dtype=int)
        object.__setattr__(self, "evse", evse if evse.size else np.arange(self.arrival_step.size))
        least = np.asarray(self.p_min_kw, dtype=float)
        object.__setattr__(self, "p_min_kw", least if least.size else np.zeros(self.arrival_step.size))
        problems = self._problems()
        if problems:
            raise InputError(problems)

    def _problems(self) -> list[Problem]:
        names = ("arrival_step", "departure_step", "e_kwh", "p_max_kw", "evse", "p_min_kw")
        sizes = {name: getattr(self, name).shape for name in names}
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
        for name in ("e_kwh", "p_max_kw", "p_min_kw"):
            values = getattr(self, name)
            for row in np.flatnonzero(~(np.isfinite(values) & (values >= 0)))[:5]:
                found.append(
                    Problem(
                        "range",
                        f"{name} is {values[row]:g}; it must be a number, 0 or more.",
                        f"session {row}",
                    )
                )
        return found

    def __len__(self) -> int:
        """Number of sessions."""
        return self.arrival_step.size
