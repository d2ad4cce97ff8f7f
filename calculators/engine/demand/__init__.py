"""Who uses electricity when: charging sessions and households, drawn from sourced statistics."""

from calculators.engine.demand.household import household_load
from calculators.engine.demand.sessions import DrawnSessions, draw_sessions, draw_with_vehicles
from calculators.engine.demand.vehicles import Vehicles, draw_vehicles, fast_charge_hours

__all__ = [
    "DrawnSessions",
    "Vehicles",
    "draw_sessions",
    "draw_vehicles",
    "draw_with_vehicles",
    "fast_charge_hours",
    "household_load",
]
