"""Who uses electricity when: charging sessions and households, drawn from sourced statistics."""

from calculators.engine.demand.household import household_load
from calculators.engine.demand.sessions import draw_sessions

__all__ = ["draw_sessions", "household_load"]
