"""Charging sessions and the ways to schedule them."""

from calculators.engine.charging.outcome import DriverOutcome, by_evse, coincidence_factor, driver_outcome
from calculators.engine.charging.schedule import STRATEGIES, Schedule, schedule
from calculators.engine.charging.sessions import Sessions

__all__ = [
    "STRATEGIES",
    "DriverOutcome",
    "Schedule",
    "Sessions",
    "by_evse",
    "coincidence_factor",
    "driver_outcome",
    "schedule",
]
