"""How much charging a city needs, of which kind and by when, and what it does to the evening peak."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from calculators.engine.city_demand.evening import controlled_days
from calculators.engine.city_demand.report import Answer, outcome
from calculators.engine.city_demand.uptake import own_path
from calculators.engine.demand.city import KINDS, CityInputs, Range, city_demand
from calculators.engine.errors import InputError, Problem
from calculators.engine.outcome import Driver, Outcome, Progress
from calculators.engine.parameters import newest

N_DRAWS = 2000
N_STEPS = 5
ENDS = {
    "cars_per_1000": (414.0, 684.0),
    "km_per_year": (10225.0, 18500.0),
    "kwh_per_100km": (15.9, 26.1),
}
"""Low and high end of what enters the energy as a factor: the ranges of the definition's inputs."""
SHARE_STEP = 0.25
"""A city's own figure for the target year is tried a quarter lower and higher."""


def charging_demand(
    *,
    inhabitants: float,
    cars_per_1000: float,
    bev_percent: float,
    uptake: str,
    new_bev_percent: float,
    target_percent: float,
    target_year: int,
    km_per_year: float,
    kwh_per_100km: float,
    home_percent: float,
    public_kw: float,
    base_year: int,
    phev_per_bev: float,
    phev_energy_percent: float,
    kerbside_kw: float,
    fast_kw: float,
    persons_per_home: float,
    household_kwh: float,
    spread_percent: float,
    parameters: Mapping[str, Any],
    rng: np.random.Generator,
    progress: Progress | None = None,
) -> Outcome:
    """Estimate energy, sessions, charge points and public power by year, and the load of a workday.

    Parameters
    ----------
    inhabitants, cars_per_1000 : float
        People, and cars for 1000 of them.
    bev_percent, new_bev_percent : float
        Battery-electric share of all cars at the end of `base_year`, and of that year's new cars. [%]
    uptake : {"new-cars", "target"}
        Follow the curve of new cars, or reach `target_percent` of all cars in `target_year`.
    target_percent : float
        The city's own figure, used with "target". [%]
    target_year, base_year : int
        Years are reported from the base to the target year.
    km_per_year, kwh_per_100km : float
        Of a battery-electric car, at the meter.
    home_percent : float
        Electric cars with a charge point at home. [%]
    public_kw : float
        Public charging power there is or planned. [kW]
    phev_per_bev, phev_energy_percent : float
        Plug-in hybrids for each battery-electric car, and their energy against it. [-, %]
    kerbside_kw, fast_kw : float
        Power of one EVSE at the kerbside and of a fast one. [kW]
    persons_per_home, household_kwh : float
        For the load of homes without cars. [-, kWh]
    spread_percent : float
        How far what is typed may be off: 8 in 10 cities lie within. [%]
    parameters : mapping
        Parameter entries by id.
    rng : numpy.random.Generator
    progress : callable, optional

    Returns
    -------
    Outcome

    Raises
    ------
    InputError
        If the target year does not come after the base year.
    """
    if target_year <= base_year:
        message = f"the target year is {target_year} and the figures of today are of {base_year}."
        raise InputError(Problem("target-year", message, "target_year", f"Use {base_year + 1} or later."))
    step = _Steps(progress)
    years = tuple(range(base_year, target_year + 1))
    spread = spread_percent / 100
    growth = newest(parameters, "uptake_growth")
    path = None
    if uptake == "target":
        path = own_path(
            base_year=base_year,
            base_share=bev_percent / 100,
            target_year=target_year,
            target_share=target_percent / 100,
        )
    inputs = CityInputs(
        inhabitants=inhabitants,
        base_year=base_year,
        years=years,
        bev_share=bev_percent / 100,
        new_bev_share=new_bev_percent / 100,
        cars_per_1000=_about(cars_per_1000, spread),
        growth_per_year=Range(growth["low"], growth["value"], growth["high"]),
        replaced_share=_about(float(newest(parameters, "car_fleet_eu")["replaced_share"]), spread),
        phev_per_bev=_about(phev_per_bev, spread),
        km_per_year=_about(km_per_year, spread),
        kwh_per_100km=_about(kwh_per_100km, spread),
        phev_energy_factor=_about(phev_energy_percent / 100, spread),
        home_share=_about(home_percent / 100, spread, most=1.0),
        path=path,
        public_kw=public_kw,
    )
    power = {"home": 11.0, "kerbside": kerbside_kw, "elsewhere": 11.0, "fast": fast_kw}
    found = city_demand(rng, inputs=inputs, parameters=parameters, n_draws=N_DRAWS, p_evse_kw=power)
    going = step()
    homes_kw = (
        np.asarray(newest(parameters, "household_winter")["workday_kw"], dtype=float)
        * float(newest(parameters, "household_winter")["winter_factor"])
        * household_kwh
        / 1000
        * inhabitants
        / persons_per_home
    )
    by_kind = dict(zip(KINDS, found.workday_kw, strict=True))
    controlled: dict[str, np.ndarray] = {}
    if going:
        controlled = controlled_days(
            rng,
            home=newest(parameters, "ev_home_sessions"),
            kerbside=newest(parameters, "ev_public_sessions"),
            day_kwh={kind: float(by_kind[kind].sum()) for kind in ("home", "kerbside")},
            rest_kw=homes_kw + by_kind["elsewhere"] + by_kind["fast"],
            p_evse_kw=power,
            step=step,
        )
    typed = {"cars_per_1000": cars_per_1000, "km_per_year": km_per_year, "kwh_per_100km": kwh_per_100km}
    drivers = _drivers(found.drivers, typed)
    if uptake == "target":
        drivers.append(_target_driver(found.years[-1].energy_mwh.value, target_percent))
    answer = Answer(found, inputs, homes_kw, controlled)
    ranked = tuple(sorted(drivers, key=lambda driver: -abs(driver.high - driver.low)))
    return outcome(answer, ranked, partial=step.stopped)


@dataclass
class _Steps:
    """Counts what was done and remembers that the user stopped."""

    progress: Progress | None
    done: int = 0
    stopped: bool = False

    def __call__(self) -> bool:
        self.done += 1
        if self.progress is not None and not self.progress(self.done, N_STEPS):
            self.stopped = self.stopped or self.done < N_STEPS
        return not self.stopped


def _about(value: float, spread: float, most: float = np.inf) -> Range:
    return Range(value * (1 - spread), value, min(value * (1 + spread), most))


def _drivers(found: tuple[Driver, ...], typed: Mapping[str, float]) -> list[Driver]:
    """Drivers of the engine; factors of the energy are moved on to the ends of their published ranges."""
    drivers = []
    for driver in found:
        if driver.name in ENDS:
            at = (driver.low + driver.high) / 2 / typed[driver.name]
            low, high = ENDS[driver.name]
            drivers.append(Driver(driver.name, at * low, at * high))
        else:
            drivers.append(driver)
    return drivers


def _target_driver(energy_mwh: float, target_percent: float) -> Driver:
    low = energy_mwh * (1 - SHARE_STEP)
    high = energy_mwh * min(1 + SHARE_STEP, 100 / target_percent)
    return Driver("target_percent", low, high)
