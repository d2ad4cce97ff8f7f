"""What electric cars of a city need, year by year: energy, sessions, charge points, public power, hourly load."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from calculators.engine.demand.city_inputs import CityInputs, Range, check
from calculators.engine.demand.curves import mean_energy_kwh
from calculators.engine.demand.mean_day import mean_day
from calculators.engine.demand.uptake import fleet_share, path_share
from calculators.engine.outcome import Driver, Estimate
from calculators.engine.parameters import newest

__all__ = ["KINDS", "CityDemand", "CityInputs", "CityYear", "Range", "city_demand"]

KINDS = ("home", "kerbside", "elsewhere", "fast")
"""At a charge point or socket at home; at public points near home; at work and destinations; at fast chargers."""
STATISTICS = {
    "home": "ev_home_sessions",
    "kerbside": "ev_public_sessions",
    "elsewhere": "ev_workplace_sessions",
    "fast": "ev_rapid_sessions",
}
WEEKS = 365.25 / 7


@dataclass(frozen=True)
class CityYear:
    """One year; numbers by kind are keyed by `KINDS`.

    Attributes
    ----------
    bev, phev : Estimate
        Vehicles.
    energy_mwh : Estimate
        From the grid in the year. [MWh]
    energy_by_kind_mwh, sessions_by_kind, points_by_kind : dict of str to Estimate
        Energy [MWh], sessions of the year, EVSEs needed.
    afir_kw : Estimate
        Public power that Article 3(1) of Regulation (EU) 2023/1804 would ask of these vehicles. [kW]
    public_kw : Estimate
        Power of the public EVSEs needed (kerbside and fast). [kW]
    afir_gap_kw : Estimate or None
        `afir_kw` less the public power given; negative where it is enough. [kW]
    """

    year: int
    bev: Estimate
    phev: Estimate
    energy_mwh: Estimate
    energy_by_kind_mwh: dict[str, Estimate]
    sessions_by_kind: dict[str, Estimate]
    points_by_kind: dict[str, Estimate]
    afir_kw: Estimate
    public_kw: Estimate
    afir_gap_kw: Estimate | None


@dataclass(frozen=True)
class CityDemand:
    """Years, the load of a mean workday of the last year, and what moves its energy most.

    Attributes
    ----------
    years : tuple of CityYear
    workday_kw, weekend_kw : ndarray, shape (n_kind, 24)
        Mean load by hour of the last year at its median energy, charged without control. [kW]
    peak_kw : Estimate
        Highest hour of the mean workday, last year. [kW]
    drivers : tuple of Driver
        Energy of the last year at the low and high end of each input, strongest first. [MWh]
    """

    years: tuple[CityYear, ...]
    workday_kw: np.ndarray
    weekend_kw: np.ndarray
    peak_kw: Estimate
    drivers: tuple[Driver, ...]


def city_demand(
    rng: np.random.Generator,
    *,
    inputs: CityInputs,
    parameters: Mapping[str, Any],
    n_draws: int = 2000,
    p_evse_kw: Mapping[str, float] | None = None,
) -> CityDemand:
    """Estimate what a city's electric cars need.

    Parameters
    ----------
    rng : numpy.random.Generator
    inputs : CityInputs
    parameters : mapping
        Parameter entries by id: those of `STATISTICS`, `charging_places`, `charge_point_use`, `afir_fleet_target`.
    n_draws : int
        Draws of all inputs together.
    p_evse_kw : mapping, optional
        Power of an EVSE by kind; 11 kW, 50 kW for fast when left out. [kW]

    Returns
    -------
    CityDemand

    Raises
    ------
    InputError
        All problems of the inputs at once.

    Notes
    -----
    Energy = vehicles x km x consumption. The share charged at home is that of the survey per driver with a charge
    point at home, times `home_share`; the rest is split as the survey splits it. EVSEs at home: one for each such
    driver; elsewhere energy over the energy an EVSE delivers in a year. Inputs are drawn independently.
    """
    check(inputs, n_draws)
    power = {"home": 11.0, "kerbside": 11.0, "elsewhere": 11.0, "fast": 50.0} | dict(p_evse_kw or {})
    model = _Model(inputs, parameters, power)
    ranks = {name: rng.random(n_draws) for name in model.ranges()}
    drawn = model.run(ranks)
    seed = int(rng.integers(2**31))
    days = {
        kind: mean_day(
            np.random.default_rng(seed),
            statistics=newest(parameters, STATISTICS[kind]),
            p_evse_kw=power[kind],
        )
        for kind in KINDS
    }
    last = {kind: drawn.energy[kind][:, -1] * 1000.0 / WEEKS for kind in KINDS}
    by_hour = sum(last[kind][:, None] * days[kind].workday for kind in KINDS)
    return CityDemand(
        years=tuple(model.year(drawn, number) for number in range(len(inputs.years))),
        workday_kw=np.array([np.median(last[kind]) * days[kind].workday for kind in KINDS]),
        weekend_kw=np.array([np.median(last[kind]) * days[kind].weekend for kind in KINDS]),
        peak_kw=Estimate.of_draws(np.max(by_hour, axis=1)),
        drivers=model.drivers(),
    )


@dataclass(frozen=True)
class _Drawn:
    """Draws, shape (n_draw, n_year)."""

    bev: np.ndarray
    phev: np.ndarray
    energy: dict[str, np.ndarray]
    points: dict[str, np.ndarray]

    @property
    def total(self) -> np.ndarray:
        total: np.ndarray = np.sum(list(self.energy.values()), axis=0)
        return total


class _Model:
    def __init__(self, inputs: CityInputs, parameters: Mapping[str, Any], power: Mapping[str, float]) -> None:
        self.inputs, self.power = inputs, power
        self.places = newest(parameters, "charging_places")
        self.use = newest(parameters, "charge_point_use")
        self.afir = newest(parameters, "afir_fleet_target")
        self.session_kwh = {kind: mean_energy_kwh(newest(parameters, STATISTICS[kind])) for kind in KINDS}

    def ranges(self) -> dict[str, Range]:
        """All that is drawn: the ranges of the inputs, and the use of EVSEs."""
        own = {
            field.name: getattr(self.inputs, field.name)
            for field in fields(self.inputs)
            if isinstance(getattr(self.inputs, field.name), Range)
        }
        if self.inputs.path is not None:
            own.pop("growth_per_year")
            own.pop("replaced_share")
        return own | {f"use_{kind}": Range(**self.use[kind]) for kind in KINDS[1:]}

    def run(self, ranks: Mapping[str, np.ndarray]) -> _Drawn:
        value = {name: span.at(ranks[name])[:, None] for name, span in self.ranges().items()}
        years = np.asarray(self.inputs.years)
        if self.inputs.path is not None:
            share = path_share(years, self.inputs.path)[None, :]
        else:
            share = fleet_share(
                years,
                base_year=self.inputs.base_year,
                fleet_at_base=self.inputs.bev_share,
                base_share=self.inputs.new_bev_share,
                growth=value["growth_per_year"][:, 0],
                replaced=value["replaced_share"][:, 0],
            )
        bev = self.inputs.inhabitants * value["cars_per_1000"] / 1000.0 * share
        phev = bev * value["phev_per_bev"]
        each_mwh = value["km_per_year"] * value["kwh_per_100km"] / 100_000.0
        total = (bev + phev * value["phev_energy_factor"]) * each_mwh
        has_home = np.minimum(value["home_share"], 1.0)
        at_home = np.minimum(has_home * self.places["home"] / self.places["home_charger_share"], 1.0)
        other = sum(self.places[kind] for kind in KINDS[1:])
        energy = {"home": total * at_home}
        energy |= {kind: total * (1.0 - at_home) * self.places[kind] / other for kind in KINDS[1:]}
        points = {"home": (bev + phev) * has_home}
        points |= {kind: energy[kind] / value[f"use_{kind}"] for kind in KINDS[1:]}
        return _Drawn(bev, phev, energy, points)

    def year(self, drawn: _Drawn, number: int) -> CityYear:
        def of(values: np.ndarray) -> Estimate:
            return Estimate.of_draws(values[:, number])

        afir = self.afir["bev"] * drawn.bev + self.afir["phev"] * drawn.phev
        public = self.power["kerbside"] * drawn.points["kerbside"] + self.power["fast"] * drawn.points["fast"]
        planned = self.inputs.public_kw
        return CityYear(
            year=self.inputs.years[number],
            bev=of(drawn.bev),
            phev=of(drawn.phev),
            energy_mwh=of(drawn.total),
            energy_by_kind_mwh={kind: of(drawn.energy[kind]) for kind in KINDS},
            sessions_by_kind={
                kind: of(drawn.energy[kind] * 1000.0 / self.session_kwh[kind]) for kind in KINDS
            },
            points_by_kind={kind: of(drawn.points[kind]) for kind in KINDS},
            afir_kw=of(afir),
            public_kw=of(public),
            afir_gap_kw=None if planned is None else of(afir - planned),
        )

    def drivers(self) -> tuple[Driver, ...]:
        """Energy of the last year with one input at its low or high end, the others in the middle."""
        found = []
        for name in self.ranges():
            if name.startswith("use_") or name == "home_share":
                continue
            ends = []
            for rank in (0.1, 0.9):
                ranks = {other: np.array([rank if other == name else 0.5]) for other in self.ranges()}
                ends.append(float(self.run(ranks).total[0, -1]))
            found.append(Driver(name, *ends))
        return tuple(sorted(found, key=lambda driver: -abs(driver.high - driver.low)))
