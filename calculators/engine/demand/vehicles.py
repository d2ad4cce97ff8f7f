"""The cars behind the sessions: battery, on-board charger, phases, and how fast charging slows down."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from calculators.engine.errors import InputError, Problem


@dataclass(frozen=True)
class Vehicles:
    """Vehicles as arrays, shape (n_vehicle,).

    Attributes
    ----------
    battery_kwh : ndarray
        Battery. [kWh]
    ac_kw, dc_kw : ndarray
        Largest power of the on-board charger and of fast charging, 0 where there is none. [kW]
    phases : ndarray of int
        Phases the on-board charger uses, 1 or 3.
    """

    battery_kwh: np.ndarray
    ac_kw: np.ndarray
    phases: np.ndarray
    dc_kw: np.ndarray

    def __len__(self) -> int:
        """Number of vehicles."""
        return self.battery_kwh.size


def draw_vehicles(rng: np.random.Generator, n_vehicle: int, *, statistics: Mapping[str, Any]) -> Vehicles:
    """Draw vehicles from a mix of models.

    Parameters
    ----------
    rng : numpy.random.Generator
    n_vehicle : int
    statistics : mapping
        `registrations`, `battery_kwh`, `ac_kw`, `phases`, `dc_kw`, each of shape (n_model,).

    Returns
    -------
    Vehicles
    """
    weight = np.asarray(statistics["registrations"], dtype=float)
    model = np.searchsorted(np.cumsum(weight) / weight.sum(), rng.random(n_vehicle), side="right")
    model = np.minimum(model, weight.size - 1)
    columns = {
        name: np.asarray(statistics[name], dtype=float)[model] for name in ("battery_kwh", "ac_kw", "dc_kw")
    }
    return Vehicles(**columns, phases=np.asarray(statistics["phases"], dtype=int)[model])


def fast_charge_hours(
    vehicles: Vehicles,
    *,
    soc_from: np.ndarray,
    soc_to: np.ndarray,
    p_evse_kw: float,
    taper: Mapping[str, Any],
) -> np.ndarray:
    """Time a fast charge takes with power falling as the battery fills.

    Parameters
    ----------
    vehicles : Vehicles
    soc_from, soc_to : ndarray, shape (n_vehicle,)
        State of charge at start and end. [0-1]
    p_evse_kw : float
        Power of the EVSE. [kW]
    taper : mapping
        `soc_percent` and `power_share`, the power over the largest one, as a curve.

    Returns
    -------
    ndarray, shape (n_vehicle,)
        Hours; infinite for a vehicle without fast charging that has to charge.

    Raises
    ------
    InputError
        If a state of charge lies outside 0-1 or the end before the start.

    Notes
    -----
    Time is the integral of battery / min(EVSE, largest power x share) over the state of charge, by the midpoint
    rule in 400 parts. Losses are left out.
    """
    start, end = np.asarray(soc_from, dtype=float), np.asarray(soc_to, dtype=float)
    if not ((start >= 0) & (end <= 1) & (start <= end)).all():
        raise InputError(
            Problem(
                "soc", "states of charge must lie between 0 and 1, the end not below the start.", "soc_from"
            )
        )
    n_part = 400
    soc = start[:, None] + (end - start)[:, None] * (np.arange(n_part) + 0.5) / n_part
    share = np.interp(100.0 * soc, taper["soc_percent"], taper["power_share"])
    with np.errstate(divide="ignore", invalid="ignore"):
        per_kw = np.where(
            (end > start)[:, None], 1.0 / np.minimum(p_evse_kw, vehicles.dc_kw[:, None] * share), 0.0
        )
    hours: np.ndarray = vehicles.battery_kwh * (end - start) * per_kw.mean(axis=1)
    return np.where(end > start, hours, 0.0)
