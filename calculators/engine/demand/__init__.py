"""Who uses electricity when: charging sessions, homes and cities, drawn from sourced statistics."""

from calculators.engine.demand.calibration import fit_sessions
from calculators.engine.demand.city import CityDemand, CityInputs, CityYear, Range, city_demand
from calculators.engine.demand.coincidence import CoincidenceBand, coincidence_band
from calculators.engine.demand.curves import sessions_per_week
from calculators.engine.demand.holidays import days_off
from calculators.engine.demand.household import homes_load, household_load, switched_load
from calculators.engine.demand.local_time import LocalSteps, local_steps, on_local_steps
from calculators.engine.demand.profiles import heat_pump_profile, household_profile, solar_profile
from calculators.engine.demand.records import SessionRecords
from calculators.engine.demand.sessions import DrawnSessions, draw_sessions, draw_with_vehicles
from calculators.engine.demand.timetable import timetable_sessions
from calculators.engine.demand.vehicles import Vehicles, draw_vehicles, fast_charge_hours
from calculators.engine.demand.weather import energy_factor

__all__ = [
    "CityDemand",
    "CityInputs",
    "CityYear",
    "CoincidenceBand",
    "DrawnSessions",
    "LocalSteps",
    "Range",
    "SessionRecords",
    "Vehicles",
    "city_demand",
    "coincidence_band",
    "days_off",
    "draw_sessions",
    "draw_vehicles",
    "draw_with_vehicles",
    "energy_factor",
    "fast_charge_hours",
    "fit_sessions",
    "heat_pump_profile",
    "homes_load",
    "household_load",
    "household_profile",
    "local_steps",
    "on_local_steps",
    "sessions_per_week",
    "solar_profile",
    "switched_load",
    "timetable_sessions",
]
