"""One random week of one neighbourhood: homes, cars, charging by every case, power flow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from calculators.engine.charging import Sessions, schedule
from calculators.engine.demand import draw_sessions, household_load
from calculators.engine.grid import Network, solve
from calculators.engine.parameters import newest

DT_H = 0.25
DAY = round(24 / DT_H)
N_T = 7 * DAY
WEEK = slice(DAY, DAY + N_T)
"""The week that counts, Monday to Sunday; a day before and after it keeps nights whole."""
N_SIM = N_T + 2 * DAY
NOTHING_KWH = 1e-6
"""Less than this is the last bit of a sum, not energy missed. [kWh]"""
NONE = "none"
CASES = (NONE, "uncontrolled", "window", "valley-filling")
"""What is always compared: no cars, then strategies of the charging engine by their ids."""


@dataclass(frozen=True)
class Assumptions:
    """What one draw starts from; power in kW, energy in kWh, shares 0-1."""

    ev_share: float
    charger_kw: float
    household_kwh: float
    homes_per_connection: int
    parameters: Mapping[str, Any]

    def entry(self, name: str) -> Any:
        """Return the newest value of a parameter."""
        return newest(self.parameters, name)


@dataclass(frozen=True)
class Case:
    """One case of one draw, reduced to what the answer needs."""

    trafo_percent: np.ndarray  # (n_t,), highest over transformers
    line_percent: np.ndarray  # (n_t,), highest over lines
    vm_min_pu: np.ndarray  # (n_t,), lowest over live buses
    feeder_kw: np.ndarray  # (n_t,), load of all customers
    line_max_percent: np.ndarray  # (n_line,), highest over the week
    worst_bus: int
    short_kwh: float
    charged_kwh: float

    def hours_above(self, planning_pu: float) -> float:
        """Hours with a transformer or line above 100 % or a voltage below the planning limit. [h]"""
        broken = (self.trafo_percent > 100) | (self.line_percent > 100) | (self.vm_min_pu < planning_pu)
        return float(broken.sum() * DT_H)


def draw_week(network: Network, base: Assumptions, seed: int, cases: tuple[str, ...]) -> dict[str, Case]:
    """Draw homes and cars, charge by each case, solve the network.

    Parameters
    ----------
    network : Network
    base : Assumptions
    seed : int
        The same seed gives the same homes, car owners and wishes whatever the case.
    cases : tuple of str
        `NONE` or ids of strategies.

    Returns
    -------
    dict of str to Case
    """
    loads = draw_loads(network, base, seed, cases)
    solved = solve(network, loads.p_kw, loads.q_kvar)
    found = {}
    for index, case in enumerate(cases):
        steps = slice(index * N_T, (index + 1) * N_T)
        vm_pu = np.where(np.isnan(solved.vm_pu[:, steps]), np.inf, solved.vm_pu[:, steps])
        line = solved.line_loading_percent[:, steps]
        found[case] = Case(
            trafo_percent=_highest(solved.trafo_loading_percent[:, steps], axis=0),
            line_percent=_highest(line, axis=0),
            vm_min_pu=vm_pu.min(axis=0),
            feeder_kw=loads.p_kw[:, steps].sum(axis=0),
            line_max_percent=_highest(line, axis=1),
            worst_bus=int(vm_pu.min(axis=1).argmin()),
            short_kwh=loads.short_kwh[index],
            charged_kwh=loads.charged_kwh[index],
        )
    return found


@dataclass(frozen=True)
class Loads:
    """What every connection draws in the week that counts, one case after the other."""

    p_kw: np.ndarray  # (n_load, n_case * n_t)
    q_kvar: np.ndarray
    short_kwh: tuple[float, ...]
    charged_kwh: tuple[float, ...]


def draw_loads(network: Network, base: Assumptions, seed: int, cases: tuple[str, ...]) -> Loads:
    """Draw homes and cars of one week and charge by each case; arguments as of `draw_week`."""
    rng = np.random.default_rng(seed)
    n_home = network.n_load * base.homes_per_connection
    homes_kw = household_load(
        rng,
        n_household=n_home,
        annual_kwh=base.household_kwh,
        n_days=N_SIM // DAY,
        dt_h=DT_H,
        statistics=base.entry("household_winter"),
        first_weekday=6,
    )
    connection = np.arange(n_home) % network.n_load
    household_kw = _sum_by(homes_kw, connection, network.n_load)
    owner = rng.permutation(n_home)[: round(base.ev_share * n_home)]
    sessions = draw_sessions(
        rng,
        n_evse=owner.size,
        n_days=N_SIM // DAY,
        dt_h=DT_H,
        p_evse_kw=base.charger_kw,
        statistics=base.entry("ev_home_sessions"),
        first_weekday=6,
    )
    at = connection[owner[sessions.evse]] if len(sessions) else np.zeros(0, dtype=int)
    plans = [_charge(sessions, case, household_kw, at, rng) for case in cases]
    reactive = np.tan(np.arccos(float(base.entry("household_power_factor"))))
    return Loads(
        p_kw=np.concatenate([household_kw[:, WEEK] + charge_kw[:, WEEK] for charge_kw, _ in plans], axis=1),
        q_kvar=np.tile(household_kw[:, WEEK] * reactive, (1, len(cases))),
        short_kwh=tuple(short_kwh for _, short_kwh in plans),
        charged_kwh=tuple(float(charge_kw[:, WEEK].sum() * DT_H) for charge_kw, _ in plans),
    )


def _charge(
    sessions: Sessions, case: str, household_kw: np.ndarray, at: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, float]:
    """Return charging at each connection, shape (n_load, n_sim) [kW], and what sessions of the week miss [kWh]."""
    if case == NONE or len(sessions) == 0:
        return np.zeros_like(household_kw), 0.0
    plan = schedule(sessions, case, n_t=N_SIM, dt_h=DT_H, base_kw=household_kw.sum(axis=0), rng=rng)
    inside = (sessions.arrival_step >= WEEK.start) & (sessions.departure_step <= WEEK.stop)
    short_kwh = np.where(plan.e_short_kwh > NOTHING_KWH, plan.e_short_kwh, 0.0)
    return _sum_by(plan.p_kw, at, household_kw.shape[0]), float(short_kwh[inside].sum())


def _sum_by(p_kw: np.ndarray, group: np.ndarray, n_group: int) -> np.ndarray:
    """Sum rows of the same group: (n, n_t) and (n,) -> (n_group, n_t)."""
    out = np.zeros((n_group, p_kw.shape[1]))
    np.add.at(out, group, p_kw)
    return out


def _highest(loading: np.ndarray, axis: int) -> np.ndarray:
    if loading.shape[0] == 0:
        return np.zeros(loading.shape[1 - axis] if axis == 0 else 0)
    highest: np.ndarray = np.nanmax(loading, axis=axis)
    return highest
