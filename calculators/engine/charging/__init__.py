"""Charging sessions and the ways to schedule them."""

from calculators.engine.charging.limits import Limits, network_limits
from calculators.engine.charging.load import LoadOutcome, closed_steps, load_outcome
from calculators.engine.charging.outcome import (
    DriverOutcome,
    Shortfall,
    by_evse,
    coincidence_factor,
    driver_outcome,
    jain_index,
    shortfalls,
)
from calculators.engine.charging.schedule import Schedule, schedule
from calculators.engine.charging.sessions import Sessions, power_kw
from calculators.engine.charging.strategies import STRATEGIES

__all__ = [
    "STRATEGIES",
    "DriverOutcome",
    "Limits",
    "LoadOutcome",
    "Schedule",
    "Sessions",
    "Shortfall",
    "by_evse",
    "closed_steps",
    "coincidence_factor",
    "driver_outcome",
    "jain_index",
    "load_outcome",
    "network_limits",
    "power_kw",
    "schedule",
    "shortfalls",
]
