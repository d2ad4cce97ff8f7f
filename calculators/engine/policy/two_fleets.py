"""The same neighbourhood with two fleets: who drives where stays, only what the cars take differs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from calculators.engine.charging import Sessions, schedule
from calculators.engine.demand import draw_sessions, household_load
from calculators.engine.grid import Network, solve

DT_H = 0.25
DAY = round(24 / DT_H)
N_DAYS = 7
"""Sunday to Saturday; the five workdays inside count."""
WORKDAYS = slice(DAY, 6 * DAY)
SHARES = np.array([0.0, 0.2, 0.4, 0.6, 0.8, 1.0])
"""Homes with an electric car along which both fleets are compared. [0-1]"""
N_PEAK = 3
"""Quarter-hours of highest load solved for each case."""
WEEKS = 52.18


@dataclass(frozen=True)
class Street:
    """What both fleets share; power in kW, energy in kWh, shares 0-1.

    Attributes
    ----------
    weekly_kwh : float
        Energy one car of the thirstier fleet takes at home in this week. [kWh]
    thirst : float
        Consumption of the leaner fleet over that of the thirstier one. [0-1]
    """

    network: Network
    homes_per_connection: int
    household_kwh: float
    charger_kw: float
    ev_share: float
    weekly_kwh: float
    thirst: float
    statistics: Mapping[str, Any]
    household: Mapping[str, Any]
    power_factor: float


@dataclass(frozen=True)
class Load:
    """One case of one week: cars and transformer.

    Attributes
    ----------
    cars_kw : float
        Highest load of the cars. [kW]
    trafo_percent : float
        Highest transformer loading. [%]
    sessions : float
        Times a car plugs in, a week.
    kwh_each : float
        Mean energy of a session. [kWh]
    """

    cars_kw: float
    trafo_percent: float
    sessions: float
    kwh_each: float


@dataclass(frozen=True)
class FleetWeek:
    """One random week with both fleets.

    Attributes
    ----------
    cases : dict of str to Load
        "thirsty", "lean", "lean-shorter", "lean-fewer", and with peak-flattening "thirsty-smart", "lean-smart".
    trafo_percent : dict of str to ndarray, shape (n_share,)
        Highest transformer loading of the thirstier and the leaner fleet along `SHARES`. [%]
    """

    cases: dict[str, Load]
    trafo_percent: dict[str, np.ndarray]


def mean_session_kwh(statistics: Mapping[str, Any]) -> float:
    """Mean of the published curve of session energies. [kWh]"""
    share = np.asarray(statistics["exceeded_by_percent"], dtype=float) / 100
    energy = np.asarray(statistics["energy_kwh"], dtype=float)
    return float((0.5 * (energy[1:] + energy[:-1]) * np.diff(share)).sum())


def lean(sessions: Sessions, thirst: float, fewer: float, chance: np.ndarray) -> Sessions:
    """The same sessions with less energy: some left out, the rest shorter.

    Parameters
    ----------
    sessions : Sessions
    thirst : float
        Energy left over, of all. [0-1]
    fewer : float
        0 keeps every session and shortens it; 1 keeps each one's energy and leaves sessions out.
    chance : ndarray, shape (n_session,)
        Uniform number of each session; the same ones nest the fleets.
    """
    kept = sessions.take(chance < thirst**fewer)
    return replace(kept, e_kwh=kept.e_kwh * thirst ** (1 - fewer))


def draw_fleets(street: Street, seed: int, *, fewer: float, smart: bool) -> FleetWeek:
    """Draw homes and cars once, let both fleets charge, and load the transformer.

    Parameters
    ----------
    street : Street
    seed : int
    fewer : float
        Habit of the leaner fleet in the case "lean", see `lean`. [0-1]
    smart : bool
        Also charge by peak-flattening.

    Returns
    -------
    FleetWeek

    Notes
    -----
    The transformer is solved for the `N_PEAK` quarter-hours with the highest load of each case.
    """
    rng = np.random.default_rng(seed)
    n_home = street.network.n_load * street.homes_per_connection
    homes_kw = household_load(
        rng,
        n_household=n_home,
        annual_kwh=street.household_kwh,
        n_days=N_DAYS,
        dt_h=DT_H,
        statistics=street.household,
        first_weekday=6,
    )
    usual_kwh = street.statistics["sessions_per_week"] * mean_session_kwh(street.statistics)
    all_cars = draw_sessions(
        rng,
        n_evse=n_home,
        n_days=N_DAYS,
        dt_h=DT_H,
        p_evse_kw=street.charger_kw,
        statistics=street.statistics,
        first_weekday=6,
        energy_factor=street.weekly_kwh / usual_kwh,
    )
    rank, chance = rng.permutation(n_home), rng.random(len(all_cars))
    connection = np.arange(n_home) % street.network.n_load
    place = _Place(street, connection, homes_kw, rng)

    def cars(fleet: Sessions, share: float) -> Sessions:
        return fleet.take(rank[fleet.evse] < round(share * n_home))

    saving = {
        "lean": lean(all_cars, street.thirst, fewer, chance),
        "lean-shorter": lean(all_cars, street.thirst, 0.0, chance),
        "lean-fewer": lean(all_cars, street.thirst, 1.0, chance),
    }
    fleets = {"thirsty": all_cars, **saving}
    chosen = {name: (cars(fleet, street.ev_share), "uncontrolled") for name, fleet in fleets.items()}
    if smart:
        for name in ("thirsty", "lean"):
            chosen[f"{name}-smart"] = (chosen[name][0], "valley-filling")
    along = {
        (name, float(share)): (cars(fleets[name], share), "uncontrolled")
        for name in ("thirsty", "lean")
        for share in SHARES
    }
    loads = place.loads({**chosen, **along})
    return FleetWeek(
        {name: loads[name] for name in chosen},
        {
            name: np.array([loads[name, float(share)].trafo_percent for share in SHARES])
            for name in ("thirsty", "lean")
        },
    )


def full_at_share(trafo_percent: np.ndarray) -> float:
    """Share of homes with a car at which the transformer reaches its rating, 1 if it never does. [0-1]

    Parameters
    ----------
    trafo_percent : ndarray, shape (n_share,)
        Along `SHARES`. [%]
    """
    rising = np.maximum.accumulate(trafo_percent)
    if rising[-1] <= 100:
        return 1.0
    if rising[0] >= 100:
        return 0.0
    after = int(np.argmax(rising > 100))
    low, high = rising[after - 1], rising[after]
    part = (100 - low) / (high - low)
    return float(SHARES[after - 1] + part * (SHARES[after] - SHARES[after - 1]))


class _Place:
    """One drawn week of homes, on which cases are charged and solved together."""

    def __init__(
        self, street: Street, connection: np.ndarray, homes_kw: np.ndarray, rng: np.random.Generator
    ) -> None:
        self.street, self.connection, self.rng = street, connection, rng
        self.household_kw = self._by_connection(homes_kw, connection)

    def loads(self, cases: Mapping[Any, tuple[Sessions, str]]) -> dict[Any, Load]:
        """Return each case's load; one power flow for all of them."""
        columns, cars = [], {}
        for name, (sessions, strategy) in cases.items():
            cars_kw = self._charge(sessions, strategy)
            total_kw = (self.household_kw + cars_kw)[:, WORKDAYS]
            top = np.sort(np.argpartition(total_kw.sum(axis=0), -N_PEAK)[-N_PEAK:])
            columns.append((total_kw[:, top], self.household_kw[:, WORKDAYS][:, top]))
            cars[name] = float(cars_kw[:, WORKDAYS].sum(axis=0).max())
        p_kw = np.concatenate([total for total, _ in columns], axis=1)
        q_kvar = np.concatenate([homes for _, homes in columns], axis=1)
        q_kvar = q_kvar * np.tan(np.arccos(self.street.power_factor))
        loading = solve(self.street.network, p_kw, q_kvar).trafo_loading_percent
        highest = loading.max(axis=0).reshape(len(cases), N_PEAK).max(axis=1)
        n_home = self.connection.size
        found = {}
        for index, (name, (sessions, _)) in enumerate(cases.items()):
            n_car = max(round(self.street.ev_share * n_home), 1)
            found[name] = Load(
                cars[name],
                float(highest[index]),
                len(sessions) / n_car,
                float(sessions.e_kwh.mean()) if len(sessions) else 0.0,
            )
        return found

    def _charge(self, sessions: Sessions, strategy: str) -> np.ndarray:
        if len(sessions) == 0:
            return np.zeros_like(self.household_kw)
        base_kw = self.household_kw.sum(axis=0)
        plan = schedule(sessions, strategy, n_t=base_kw.size, dt_h=DT_H, base_kw=base_kw, rng=self.rng)
        return self._by_connection(plan.p_kw, self.connection[sessions.evse])

    def _by_connection(self, p_kw: np.ndarray, at: np.ndarray) -> np.ndarray:
        out = np.zeros((self.street.network.n_load, p_kw.shape[1]))
        np.add.at(out, at, p_kw)
        return out
