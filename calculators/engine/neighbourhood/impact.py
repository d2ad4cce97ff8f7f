"""What electric cars in one neighbourhood do to its low-voltage network, one winter week, case by case."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from calculators.engine.errors import InputError, Problem
from calculators.engine.grid import Network, solve
from calculators.engine.neighbourhood.remedies import remedies
from calculators.engine.neighbourhood.report import Weeks, outcome
from calculators.engine.neighbourhood.week import CASES, Assumptions, Case, draw_loads, draw_week
from calculators.engine.outcome import Driver, Outcome, Progress, Steps

MAX_REMEDIES = 5


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
        The case the answer sentence is about; `CASES` are computed too.
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
        Results for `strategy`, a table of all cases, the week of the middle draw, and what would clear a limit.

    Raises
    ------
    InputError
        If the network has no customers.
    SolveError
        If the network collapses under the load.
    """
    if network.n_load == 0:
        raise InputError(Problem("no-load", "the network has no loads, so no customers.", "network"))
    base = Assumptions(ev_share_percent / 100, charger_kw, household_kwh, homes_per_connection, parameters)
    cases = CASES if strategy in CASES else (*CASES, strategy)
    seeds = [int(seed) for seed in rng.integers(0, 2**63, size=n_draws)]
    step = Steps(progress, n_draws + 6 + MAX_REMEDIES)
    draws: list[dict[str, Case]] = []
    for seed in seeds:
        draws.append(draw_week(network, base, seed, cases))
        if not step():
            break
    weeks = Weeks(network, base, cases, draws, strategy, network.slack_vm_pu - drop_limit_percent / 100)
    if step.stopped:
        return outcome(weeks, (), {})
    drivers = _drivers(network, base, seeds[0], strategy, step)
    tried: dict[str, Case] = {}
    if weeks.verdict not in ("fits", "") and not step.stopped:
        tried = remedies(network, base, seeds[weeks.middle], strategy, weeks.week[strategy], step)
    return outcome(weeks, drivers, tried)


def worst_step(
    *,
    network: Network,
    ev_share_percent: float,
    charger_kw: float,
    household_kwh: float,
    strategy: str,
    homes_per_connection: int,
    parameters: Mapping[str, Any],
    rng: np.random.Generator,
    **_: Any,
) -> tuple[np.ndarray, np.ndarray]:
    """Return load of every connection, shape (n_load,), in the quarter-hour with the lowest voltage. [kW, kvar]

    Arguments as of `grid_impact`; the week is the first of its random weeks.
    """
    base = Assumptions(ev_share_percent / 100, charger_kw, household_kwh, homes_per_connection, parameters)
    loads = draw_loads(network, base, int(rng.integers(0, 2**63, size=1)[0]), (strategy,))
    step = int(np.nanmin(solve(network, loads.p_kw, loads.q_kvar).vm_pu, axis=0).argmin())
    return loads.p_kw[:, step], loads.q_kvar[:, step]


def _drivers(
    network: Network, base: Assumptions, seed: int, strategy: str, step: Callable[[], bool]
) -> tuple[Driver, ...]:
    """Peak transformer loading at a low and a high value of each main input, same draw."""
    share, use = base.ev_share, base.household_kwh
    ranges: dict[str, tuple[dict[str, float], dict[str, float]]] = {
        "ev_share_percent": ({"ev_share": max(share - 0.1, 0.0)}, {"ev_share": min(share + 0.1, 1.0)}),
        "charger_kw": ({"charger_kw": 3.7}, {"charger_kw": 22.0}),
        "household_kwh": ({"household_kwh": use * 0.8}, {"household_kwh": use * 1.2}),
    }
    drivers = []
    for name, changes in ranges.items():
        ends = []
        for change in changes:
            changed = replace(base, **change)  # type: ignore[arg-type]
            ends.append(float(draw_week(network, changed, seed, (strategy,))[strategy].trafo_percent.max()))
            if not step():
                return ()
        drivers.append(Driver(name, *ends))
    return tuple(sorted(drivers, key=lambda driver: -abs(driver.high - driver.low)))
