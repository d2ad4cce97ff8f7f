"""Charging sessions and the ways to schedule them."""

from calculators.engine.charging.schedule import STRATEGIES, Schedule, schedule
from calculators.engine.charging.sessions import Sessions

__all__ = ["STRATEGIES", "Schedule", "Sessions", "schedule"]
