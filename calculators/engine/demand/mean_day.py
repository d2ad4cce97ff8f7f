"""The mean load of one kind of charging by hour of the day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from calculators.engine.charging import schedule
from calculators.engine.demand.sessions import draw_sessions

N_EVSE, N_WEEKS = 400, 6
DT_H = 0.25


@dataclass(frozen=True)
class MeanDay:
    """Load by hour for 1 kWh a week, shape (24,) each. [kW]"""

    workday: np.ndarray
    weekend: np.ndarray


def mean_day(
    rng: np.random.Generator,
    *,
    statistics: Mapping[str, Any],
    p_evse_kw: float,
    sessions_per_week: float = 2.5,
) -> MeanDay:
    """Draw many sessions, charge each at full power on arrival, and take the mean by hour.

    Parameters
    ----------
    rng : numpy.random.Generator
    statistics : mapping
        See `draw_sessions`.
    p_evse_kw : float
        Power of an EVSE. [kW]
    sessions_per_week : float
        Of an EVSE in the draw; the shape hardly depends on it.

    Returns
    -------
    MeanDay
        Five times its workday and twice its weekend day hold 1 kWh.
    """
    n_days = 7 * (N_WEEKS + 1)
    sessions = draw_sessions(
        rng,
        n_evse=N_EVSE,
        n_days=n_days,
        dt_h=DT_H,
        p_evse_kw=p_evse_kw,
        statistics={**statistics, "sessions_per_week": sessions_per_week, "day_spread": 0.0},
    )
    n_t = round(n_days * 24 / DT_H)
    plan = schedule(sessions, "uncontrolled", n_t=n_t, dt_h=DT_H, keep="total")
    # The first week fills up: stays that began before it are missing.
    hours = plan.total_kw.reshape(n_days, 24, -1).mean(axis=2)[7:]
    weekend = np.arange(7 * N_WEEKS) % 7 >= 5
    week_kwh = hours.sum() / N_WEEKS
    return MeanDay(hours[~weekend].mean(axis=0) / week_kwh, hours[weekend].mean(axis=0) / week_kwh)
