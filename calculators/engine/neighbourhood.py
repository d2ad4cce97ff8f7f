"""What electric cars in one neighbourhood do to its low-voltage network, one winter week, case by case."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from calculators.engine.charging import schedule
from calculators.engine.demand import draw_sessions, household_load
from calculators.engine.errors import InputError, Problem
from calculators.engine.grid import Network, solve
from calculators.engine.outcome import Driver, Estimate, Finding, Outcome, Progress

DT_H = 0.25
N_T = round(7 * 24 / DT_H)
WEEK = slice(round(24 / DT_H), round(24 / DT_H) + N_T)
"""The week that counts, Monday to Sunday; a day before and after it keeps nights whole."""
N_SIM = N_T + 2 * round(24 / DT_H)
CASES = ("none", "uncontrolled", "window", "valley-filling")
"""What is compared: no cars, then the strategies of the charging engine by their ids."""


@dataclass(frozen=True)
class _Assumptions:
    """What one draw starts from; power in kW, energy in kWh, shares 0-1."""

    ev_share: float
    charger_kw: float
    household_kwh: float
    homes_per_connection: int
    parameters: Mapping[str, Any]


def grid_impact(
    *,
    network: Network,
    ev_share_percent: float,
    charger_kw: float,
    household_kwh: float,
    strategy: str,
    homes_per_connection: int,
    drop_limit_percent: float,
    n_draws: int,
    parameters: Mapping[str, Any],
    rng: np.random.Generator,
    progress: Progress | None = None,
) -> Outcome:
    """Draw cars and households, charge by each strategy, solve the network, compare with its limits.

    Parameters
    ----------
    network : Network
        Each row of its loads is one connection.
    ev_share_percent : float
        Homes with an electric car that charges at home. [%]
    charger_kw : float
        Power of each home charge point. [kW]
    household_kwh : float
        Yearly use of one home without car. [kWh]
    strategy : str
        The case the answer sentence is about; all cases are computed.
    homes_per_connection : int
        Homes behind each connection.
    drop_limit_percent : float
        Voltage drop from the slack to the farthest customer accepted in planning. [%]
    n_draws : int
        Independent weeks; the band is taken over them.
    parameters : mapping
        Parameter entries by id: charging and household statistics, voltage limits.
    rng : numpy.random.Generator
    progress : callable, optional

    Returns
    -------
    Outcome
        Results for `strategy`, a table of all cases, and the week of the median draw.

    Raises
    ------
    InputError
        If the network has no customers.
    SolveError
        If the network collapses under the load.
    """
    if network.n_load == 0:
        raise InputError(Problem("no-load", "the network has no loads, so no customers.", "network"))
    base = _Assumptions(ev_share_percent / 100, charger_kw, household_kwh, homes_per_connection, parameters)
    seeds = rng.integers(0, 2**63, size=n_draws)
    total = n_draws + 6
    draws: list[dict[str, _Case]] = []
    for number, seed in enumerate(seeds):
        draws.append(_draw(network, base, int(seed), CASES))
        if progress is not None and not progress(number + 1, total):
            break
    partial = len(draws) < n_draws
    drivers = () if partial else _drivers(network, base, int(seeds[0]), strategy, len(draws), total, progress)
    return _outcome(network, base, draws, strategy, drop_limit_percent, drivers, partial)


@dataclass(frozen=True)
class _Case:
    """One case of one draw, reduced to what the answer needs."""

    trafo_percent: np.ndarray  # (n_t,), highest over transformers
    line_percent: np.ndarray  # (n_t,), highest over lines
    vm_min_pu: np.ndarray  # (n_t,), lowest over live buses
    feeder_kw: np.ndarray  # (n_t,), load of all customers
    worst_line: int
    worst_bus: int
    short_kwh: float
    charged_kwh: float


def _draw(network: Network, base: _Assumptions, seed: int, cases: tuple[str, ...]) -> dict[str, _Case]:
    rng = np.random.default_rng(seed)
    n_home = network.n_load * base.homes_per_connection
    homes_kw = household_load(
        rng,
        n_household=n_home,
        annual_kwh=base.household_kwh,
        n_days=9,
        dt_h=DT_H,
        statistics=_entry(base.parameters, "household_winter"),
        first_weekday=6,
    )
    connection = np.arange(n_home) % network.n_load
    household_kw = _sum_by(homes_kw, connection, network.n_load)
    n_ev = round(base.ev_share * n_home)
    owner = rng.permutation(n_home)[:n_ev]
    sessions = draw_sessions(
        rng,
        n_evse=n_ev,
        n_days=9,
        dt_h=DT_H,
        p_evse_kw=base.charger_kw,
        statistics=_entry(base.parameters, "ev_home_sessions"),
        first_weekday=6,
    )
    loads, short, charged = [], [], []
    for case in cases:
        if case == "none" or n_ev == 0:
            loads.append(household_kw)
            short.append(0.0)
            charged.append(0.0)
            continue
        plan = schedule(sessions, case, n_t=N_SIM, dt_h=DT_H, base_kw=household_kw.sum(axis=0))
        loads.append(household_kw + _sum_by(plan.p_kw, connection[owner[sessions.evse]], network.n_load))
        inside = (sessions.arrival_step >= WEEK.start) & (sessions.departure_step <= WEEK.stop)
        short.append(float(plan.e_short_kwh[inside].sum()))
        charged.append(float(plan.total_kw[WEEK].sum() * DT_H))
    loads = [load[:, WEEK] for load in loads]
    p_kw = np.concatenate(loads, axis=1)
    reactive = np.tan(np.arccos(_value(base.parameters, "household_power_factor")))
    q_kvar = np.tile(household_kw[:, WEEK] * reactive, (1, len(cases)))
    solved = solve(network, p_kw, q_kvar)
    found = {}
    for index, case in enumerate(cases):
        steps = slice(index * N_T, (index + 1) * N_T)
        vm_pu = np.where(np.isnan(solved.vm_pu[:, steps]), np.inf, solved.vm_pu[:, steps])
        line = solved.line_loading_percent[:, steps]
        found[case] = _Case(
            trafo_percent=_highest(solved.trafo_loading_percent[:, steps]),
            line_percent=_highest(line),
            vm_min_pu=vm_pu.min(axis=0),
            feeder_kw=loads[index].sum(axis=0),
            worst_line=int(np.nanargmax(np.nanmax(line, axis=1))) if line.shape[0] else -1,
            worst_bus=int(vm_pu.min(axis=1).argmin()),
            short_kwh=short[index],
            charged_kwh=charged[index],
        )
    return found


def _sum_by(p_kw: np.ndarray, group: np.ndarray, n_group: int) -> np.ndarray:
    """Sum rows of the same group: (n, n_t) and (n,) -> (n_group, n_t)."""
    out = np.zeros((n_group, p_kw.shape[1]))
    np.add.at(out, group, p_kw)
    return out


def _highest(loading: np.ndarray) -> np.ndarray:
    if loading.shape[0] == 0:
        return np.zeros(loading.shape[1])
    highest: np.ndarray = np.nanmax(loading, axis=0)
    return highest


def _entry(parameters: Mapping[str, Any], name: str) -> Any:
    return parameters[name]["values"][-1]["value"]


def _value(parameters: Mapping[str, Any], name: str) -> float:
    return float(_entry(parameters, name))


def _drivers(
    network: Network,
    base: _Assumptions,
    seed: int,
    strategy: str,
    done: int,
    total: int,
    progress: Progress | None,
) -> tuple[Driver, ...]:
    """Peak transformer loading at a low and a high value of each main input, same draw."""
    ranges = {
        "ev_share_percent": ("ev_share", max(base.ev_share - 0.1, 0.0), min(base.ev_share + 0.1, 1.0)),
        "charger_kw": ("charger_kw", 3.7, 22.0),
        "household_kwh": ("household_kwh", base.household_kwh * 0.8, base.household_kwh * 1.2),
    }
    drivers = []
    for name, (field, low, high) in ranges.items():
        ends = []
        for value in (low, high):
            changed = _Assumptions(**{**vars(base), field: value})
            ends.append(float(_draw(network, changed, seed, (strategy,))[strategy].trafo_percent.max()))
            done += 1
            if progress is not None and not progress(done, total):
                return ()
        drivers.append(Driver(name, *ends))
    return tuple(sorted(drivers, key=lambda driver: -abs(driver.high - driver.low)))


def _outcome(
    network: Network,
    base: _Assumptions,
    draws: list[dict[str, _Case]],
    strategy: str,
    drop_limit_percent: float,
    drivers: tuple[Driver, ...],
    partial: bool,
) -> Outcome:
    floor_pu = _value(base.parameters, "en50160_low_voltage_floor")
    planning_pu = network.slack_vm_pu - drop_limit_percent / 100
    mine = [draw[strategy] for draw in draws]
    peaks = {case: np.array([draw[case].trafo_percent.max() for draw in draws]) for case in CASES}
    lines = {case: np.array([draw[case].line_percent.max() for draw in draws]) for case in CASES}
    lowest = {case: np.array([draw[case].vm_min_pu.min() for draw in draws]) for case in CASES}
    hours = {case: np.array([_hours_above(draw[case], planning_pu) for draw in draws]) for case in CASES}
    values = {
        "trafo_peak_percent": Estimate.of_draws(peaks[strategy]),
        "line_peak_percent": Estimate.of_draws(lines[strategy]),
        "vm_min_pu": Estimate.of_draws(lowest[strategy]),
        "hours_above": Estimate.of_draws(hours[strategy]),
        "peak_kw": Estimate.of_draws(np.array([case.feeder_kw.max() for case in mine])),
        "charged_kwh": Estimate.of_draws(np.array([case.charged_kwh for case in mine])),
        "short_kwh": Estimate.of_draws(np.array([case.short_kwh for case in mine])),
    }
    median = int(np.argsort(peaks["uncontrolled"], kind="stable")[len(draws) // 2])
    week = draws[median]
    bad = {
        "transformer": values["trafo_peak_percent"].value > 100,
        "line": values["line_peak_percent"].value > 100,
        "voltage": values["vm_min_pu"].value < planning_pu,
    }
    verdict = next((name for name, broken in bad.items() if broken), "")
    if not verdict:
        tight = (values["trafo_peak_percent"].p90 or 0) > 100 or (values["line_peak_percent"].p90 or 0) > 100
        verdict = "tight" if tight or (values["vm_min_pu"].p10 or 1) < planning_pu else "fits"
    warnings = []
    if values["vm_min_pu"].value < floor_pu:
        warnings.append(Finding("below-en50160", {"floor_pu": f"{floor_pu:.2f}"}))
    if values["short_kwh"].value > 0.005 * max(values["charged_kwh"].value, 1e-9):
        warnings.append(Finding("drivers-short"))
    if partial:
        warnings.append(Finding("stopped", {"done": str(len(draws))}))
    worst = week[strategy]
    return Outcome(
        verdict=verdict,
        values=values,
        series={
            "hour": np.arange(N_T) * DT_H,
            **{f"trafo-{case}": week[case].trafo_percent for case in CASES},
            **{f"voltage-{case}": week[case].vm_min_pu for case in CASES},
            "hundred": np.array([100.0]),
            "planning": np.array([planning_pu]),
            "case": np.array(CASES),
            "case_trafo": np.array([np.median(peaks[case]) for case in CASES]),
            "case_line": np.array([np.median(lines[case]) for case in CASES]),
            "case_voltage": np.array([np.median(lowest[case]) for case in CASES]),
            "case_hours": np.array([np.median(hours[case]) for case in CASES]),
            "case_short": np.array([np.median([draw[case].short_kwh for draw in draws]) for case in CASES]),
        },
        words={
            "n_ev": str(round(base.ev_share * network.n_load * base.homes_per_connection)),
            "n_home": str(network.n_load * base.homes_per_connection),
            "no_car_percent": f"{np.median(peaks['none']):.0f}",
            "uncontrolled_percent": f"{np.median(peaks['uncontrolled']):.0f}",
            "window_percent": f"{np.median(peaks['window']):.0f}",
            "smart_percent": f"{np.median(peaks['valley-filling']):.0f}",
            "uncontrolled_voltage": f"{np.median(lowest['uncontrolled']):.3f}",
            "smart_voltage": f"{np.median(lowest['valley-filling']):.3f}",
            "planning_pu": f"{planning_pu:.3f}",
            "worst_line": network.line_names[worst.worst_line] if worst.worst_line >= 0 else "-",
            "worst_bus": network.bus_names[worst.worst_bus],
            "n_draws_done": str(len(draws)),
        },
        warnings=tuple(warnings),
        drivers=drivers,
        partial=partial,
    )


def _hours_above(case: _Case, planning_pu: float) -> float:
    broken = (case.trafo_percent > 100) | (case.line_percent > 100) | (case.vm_min_pu < planning_pu)
    return float(broken.sum() * DT_H)
